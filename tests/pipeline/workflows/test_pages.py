"""The pages of workflows: what they show, what they refuse, what comes of them."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pipeline.jobs.models import Job, WorkerState
from pipeline.workflows.models import Workflow, WorkflowBinding, WorkflowState, WorkflowVersion
from pipeline.workflows.readiness import check_version
from studio.core.models import Project, User
from tests.pipeline.workflows.conftest import AddInstance, make, production, without_class
from tests.support.clients import signed_in
from tests.support.query_counts import assert_recorded_queries

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
SDXL = "sdxl-text-to-image"
_S = WorkflowState.Code


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return answer.content.decode()


def version_of(slug: str) -> WorkflowVersion:
    return Workflow.objects.get(slug=slug).versions.get()


def path_of(version: WorkflowVersion, more: str = "") -> str:
    return f"/workflow-versions/{version.code}/{more}"


def lines(page: str) -> dict[str, str]:
    """What a browser would send of the form of a page: its inputs as they stand."""

    class Fields(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: dict[str, str] = {}
            self.select = self.area = ""

        def handle_starttag(self, tag: str, attrs: Any) -> None:
            a = dict(attrs)
            name = a.get("name") or ""
            if tag == "input" and name and a.get("type") not in ("search", "file"):
                if a.get("type") in ("checkbox", "radio") and "checked" not in a:
                    return
                empty = "on" if a.get("type") == "checkbox" else ""
                self.found[name] = a.get("value", empty) or ""
            elif tag == "select":
                self.select = name
            elif tag == "option" and self.select and ("selected" in a):
                self.found[self.select] = a.get("value") or ""
            elif tag == "textarea":
                self.area = name
                self.found[name] = ""

        def handle_endtag(self, tag: str) -> None:
            if tag == "select":
                self.select = ""
            elif tag == "textarea":
                self.area = ""

        def handle_data(self, data: str) -> None:
            if self.area:
                self.found[self.area] += data

    fields = Fields()
    fields.feed(page)
    return {name: value.removeprefix("\n") for name, value in fields.found.items()}


def test_list_and_filters(admin: User, creator: User, add_instance: AddInstance) -> None:
    add_instance()
    workflow = production(admin, SDXL)
    client = signed_in(creator)
    page = text(client, "/workflows/")
    assert "1 of 1" in page and workflow.name in page
    assert path_of(workflow.versions.get(), "run/") in page
    assert workflow.name in text(client, "/workflows/?state=production")
    assert "No workflow fits" in text(client, "/workflows/?q=zzzz")
    assert "No workflow fits" in text(client, "/workflows/?state=retired")
    assert "No workflow is archived" in text(client, "/workflows/?archived=1")
    assert "No workflow fits" in text(client, "/workflows/?for=nonsense")
    Workflow.objects.update(archived_at="2026-01-01T00:00:00Z")
    assert "No workflow is in use" in text(client, "/workflows/")
    assert workflow.name in text(client, "/workflows/?archived=1")


def test_one_goes_from_draft_to_serving(admin: User, add_instance: AddInstance) -> None:
    client = signed_in(admin)
    version = version_of(SDXL)
    page = text(client, path_of(version))
    assert "No ComfyUI instance is registered" in page and "Mark as tested" in page
    refused = client.post(path_of(version, "state/"), {"state": "tested"}, headers=HTMX)
    assert refused.status_code == 409 and "No ComfyUI instance" in refused.content.decode()
    silent = add_instance("render-6")
    silent.catalogue.delete()
    assert client.post(path_of(version, "check/"), headers=HTMX).status_code == 200
    page = text(client, path_of(version))
    assert "Nothing has been checked yet" in page and "it has not told what it has" in page
    assert "No instance has all" not in page
    add_instance("render-7")
    assert client.post(path_of(version, "check/"), headers=HTMX).status_code == 200
    page = text(client, path_of(version))
    assert "Instances that would do" in page and "render-7" in page
    for state in ("tested", "production"):
        answer = client.post(path_of(version, "state/"), {"state": state}, headers=HTMX)
        assert answer.status_code == 200 and "workflow-changed" in answer.headers["HX-Trigger"]
    version.refresh_from_db()
    assert version.state_id == _S.PRODUCTION
    assert client.post(path_of(version, "state/"), {"state": "nonsense"}).status_code == 422
    assert client.post(path_of(version, "state/"), {"state": "draft"}).status_code == 409
    home = f"/workflows/{version.workflow.code}/"
    page = text(client, home)
    assert '<option value="create.image">' in page and "does not fit" in page
    bound = client.post(f"{home}bind/", {"operation": "create.image"}, headers=HTMX)
    assert bound.status_code == 200, bound.content.decode()
    assert WorkflowBinding.objects.get().operation.code == "create.image"
    refused = client.post(f"{home}bind/", {"operation": "transform.image_to_video"}, headers=HTMX)
    assert refused.status_code == 422
    assert "Unbind" in text(client, home)
    assert client.post(f"{home}unbind/", {"operation": "create.image"}).status_code == 303
    assert not WorkflowBinding.objects.exists()


def test_missing_parts_are_named_by_instance(admin: User, add_instance: AddInstance) -> None:
    add_instance("whole")
    add_instance("poor", info=without_class("KSampler"))
    version = version_of(SDXL)
    check_version(version)
    page = text(signed_in(admin), path_of(version))
    assert "Instances that would do" in page and "poor lacks KSampler" in page
    assert 'class="is-missing"' in page
    production(admin, SDXL)
    page = text(signed_in(admin), "/workers/readiness/")
    assert "KSampler" in page and "whole" in page and "poor" in page
    assert "KSampler" in text(signed_in(admin), "/workers/readiness/?lacking=1")
    worker = add_instance("third").worker
    panel = text(signed_in(admin), f"/workers/{worker.code}/workflows/")
    assert "not checked yet" in panel
    client = signed_in(admin)
    assert client.post("/workers/readiness/check/", headers=HTMX).status_code == 200
    assert "Ready" in text(client, f"/workers/{worker.code}/workflows/")


def test_readiness_without_anything(creator: User, admin: User, add_instance: AddInstance) -> None:
    client = signed_in(creator)
    assert "No ComfyUI instance is registered" in text(client, "/workers/readiness/")
    add_instance()
    assert "No workflow is tested yet" in text(client, "/workers/readiness/")
    production(admin, SDXL)
    assert "Nothing is missing" in text(client, "/workers/readiness/?lacking=1")
    assert client.post("/workers/readiness/check/").status_code == 403


def test_import_by_file_then_by_choice(
    creator: User, project: Project, text_to_image: dict[str, Any], add_instance: AddInstance
) -> None:
    add_instance()
    client = signed_in(creator)
    assert "The whole studio" not in text(client, "/workflows/new/")
    file = SimpleUploadedFile("graph.json", json.dumps(text_to_image).encode())
    first = client.post(
        "/workflows/new/", {"name": "Harbour", "project": str(project.code), "file": file}
    )
    page = first.content.decode()
    assert first.status_code == 200 and "Instances that would do" in page
    sent = lines(page)
    assert sent["p-0-name"] == "prompt" and sent["p-0-use"] == "on"
    names = {value: name for name, value in sent.items() if name.endswith("-name")}
    steps = names["steps"].removesuffix("-name")
    sent |= {f"{steps}-default": "12", f"{steps}-label": "Passes"}
    del sent[names["negative_prompt"].replace("-name", "-use")]
    second = client.post("/workflows/new/", sent)
    assert second.status_code == 303, second.content.decode()
    made = WorkflowVersion.objects.get(workflow__name="Harbour")
    assert made.workflow.project == project and made.graph == text_to_image
    found = {item.name: item for item in made.parameters.all()}
    assert "negative_prompt" not in found and "random_seed" in found
    assert found["steps"].default == 12 and found["steps"].label == "Passes"
    assert found["prompt"].default is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"text": ""}, "Choose a file"),
        ({"text": "{"}, "neither JSON nor a PNG"),
        ({"text": '{"a": 1}'}, "is no workflow"),
        ({"text": "[]", "name": ""}, "required"),
    ],
)
def test_import_says_what_is_wrong(admin: User, given: dict[str, str], words: str) -> None:
    answer = signed_in(admin).post("/workflows/new/", {"name": "A", **given})
    assert answer.status_code == 422 and words in answer.content.decode()


def test_import_is_named_after_its_file(admin: User, text_to_image: dict[str, Any]) -> None:
    file = SimpleUploadedFile("harbour at dusk.json", json.dumps(text_to_image).encode())
    first = signed_in(admin).post("/workflows/new/", {"name": " ", "file": file})
    assert lines(first.content.decode())["name"] == "harbour at dusk"


def test_import_shows_what_is_missing(
    admin: User, text_to_image: dict[str, Any], add_instance: AddInstance
) -> None:
    add_instance("poor", info=without_class("KSampler"))
    body = {"name": "A", "text": json.dumps(text_to_image)}
    page = signed_in(admin).post("/workflows/new/", body).content.decode()
    assert "The server has no node “KSampler”" in page and "Closest is poor" in page


def test_wrong_lines_are_refused_beside_them(
    admin: User, text_to_image: dict[str, Any], add_instance: AddInstance
) -> None:
    add_instance()
    client = signed_in(admin)
    body = {"name": "A", "text": json.dumps(text_to_image)}
    sent = lines(client.post("/workflows/new/", body).content.decode())
    for change, words in (
        ({"p-0-targets": "99.text"}, "There is no node 99"),
        ({"p-0-name": "a b"}, "valid"),
        ({"p-0-kind": "integer", "p-0-default": "x", "p-0-needed": ""}, "not of the kind"),
    ):
        changed = {k: v for k, v in (sent | change).items() if v != "" or k not in change}
        answer = client.post("/workflows/new/", changed)
        assert answer.status_code == 422 and words in answer.content.decode(), change
    assert not Workflow.objects.filter(name="A").exists()


def test_mapping_makes_the_next_version(admin: User, add_instance: AddInstance) -> None:
    add_instance()
    client = signed_in(admin)
    version = version_of(SDXL)
    sent = lines(text(client, path_of(version, "mapping/")))
    sent |= {"note": "Fewer steps", "needs": "24gb, fast", "least_vram_gb": "7.5"}
    names = {value: name for name, value in sent.items() if name.endswith("-name")}
    sent[names["steps"].replace("-name", "-maximum")] = "30"
    answer = client.post(path_of(version, "mapping/"), sent)
    assert answer.status_code == 303, answer.content.decode()
    made = version.workflow.versions.get(number=2)
    assert answer.headers["Location"] == path_of(made)
    assert made.note == "Fewer steps" and made.least_vram_bytes == 7_500_000_000
    assert [need.tag for need in made.needs.all()] == ["24gb", "fast"]
    assert made.graph == version.graph and made.state_id == _S.DRAFT
    before = {p.name: p for p in version.parameters.all()}
    after = {p.name: p for p in made.parameters.all()}
    assert after.keys() == before.keys() and after["steps"].maximum == 30
    for name, item in after.items():
        assert item.default == before[name].default, name
        assert item.choices == before[name].choices and item.kind_id == before[name].kind_id
        assert item.scale_ratio == before[name].scale_ratio
        assert [str(t) for t in item.targets.all()] == [str(t) for t in before[name].targets.all()]
    refused = client.post(path_of(version, "mapping/"), sent | {"output_node": "99"})
    assert refused.status_code == 422 and "There is no node 99" in refused.content.decode()


def test_dry_run(admin: User, add_instance: AddInstance) -> None:
    whole = add_instance("whole").worker
    poor = add_instance("poor", info=without_class("KSampler")).worker
    client = signed_in(admin)
    version = version_of(SDXL)
    sent = lines(text(client, path_of(version, "dry-run/")))
    sent |= {"instance": str(whole.code), "values.prompt": "a <b>harbour</b>"}
    page = client.post(path_of(version, "dry-run/"), sent, headers=HTMX).content.decode()
    assert "would take it" in page and "a &lt;b&gt;harbour&lt;/b&gt;" in page
    page = client.post(
        path_of(version, "dry-run/"), sent | {"instance": str(poor.code)}, headers=HTMX
    ).content.decode()
    assert "would not take it" in page and "no node “KSampler”" in page
    assert page.count("KSampler”") == 1, "said once"
    page = client.post(
        path_of(version, "dry-run/"), sent | {"values.steps": "100000"}, headers=HTMX
    ).content.decode()
    assert "should be at most" in page
    assert client.post(path_of(version, "dry-run/"), {"instance": "x"}).status_code == 422


def test_dry_run_on_what_has_told_nothing(admin: User, add_instance: AddInstance) -> None:
    silent = add_instance("a-silent-one", state=WorkerState.Code.OFFLINE)
    silent.catalogue.delete()
    add_instance("ready")
    client, path = signed_in(admin), path_of(version_of(SDXL), "dry-run/")
    form = text(client, path)
    assert form.index(">ready</option>") < form.index(">a-silent-one</option>"), "online first"
    sent = lines(form) | {"instance": str(silent.worker.code), "values.prompt": "a harbour"}
    page = client.post(path, sent, headers=HTMX).content.decode()
    assert "has not told yet" in page and "would not take it" not in page


def test_run_by_typed_form(
    admin: User, creator: User, project: Project, add_instance: AddInstance
) -> None:
    add_instance()
    production(admin, SDXL)
    version = version_of(SDXL)
    client = signed_in(creator)
    assert client.get("/operations/comfyui.run/run/").headers["Location"] == "/workflows/"
    page = text(client, path_of(version, "run/"))
    assert 'name="values.prompt"' in page and 'name="values"' not in page
    assert 'name="workflow"' not in page and "values.width_px_up" not in page
    sent = lines(page) | {"project": str(project.code), "values.prompt": "a harbour"}
    sent |= {"variations": "2", "random_seed": "7"}
    priced = client.post(path_of(version, "run/estimate/"), sent, headers=HTMX)
    assert priced.status_code == 200 and "disabled" not in priced.content.decode().split("</b")[0]
    answer = client.post(path_of(version, "run/"), sent, headers=HTMX)
    assert answer.status_code == 200, answer.content.decode()
    job = Job.objects.get()
    assert job.parameters["workflow"] == SDXL and job.parameters["version"] == 1
    assert job.parameters["values"]["prompt"] == "a harbour" and job.random_seed == 7
    assert "#hourglass" in answer.content.decode(), "why it waits"
    again = client.get(f"/operations/comfyui.run/run/?job={job.code}")
    assert again.headers["Location"] == path_of(version, f"run/?job={job.code}")
    assert "a harbour" in text(client, again.headers["Location"])
    wrong = client.post(path_of(version, "run/"), sent | {"values.steps": "100000"}, headers=HTMX)
    assert wrong.status_code == 422 and "should be at most" in wrong.content.decode()
    other = version_of("flux-text-to-image")
    assert client.get(path_of(other, f"run/?job={job.code}")).status_code == 404


def test_run_takes_files_in_their_roles(creator: User, add_instance: AddInstance) -> None:
    add_instance()
    version = version_of("wan-first-last-frame")
    page = text(signed_in(creator), path_of(version, "run/"))
    assert 'id="slot-start-frame"' in page and 'id="slot-end-frame"' in page
    assert 'id="slot-mask"' not in page
    fragment = signed_in(creator).get(path_of(version, "run/slot/start-frame/"), headers=HTMX)
    assert path_of(version, "run/slot/start-frame/") in fragment.content.decode()
    assert signed_in(creator).get(path_of(version, "run/slot/mask/")).status_code == 404


def test_graph_as_a_file(creator: User) -> None:
    version = version_of(SDXL)
    answer = signed_in(creator).get(path_of(version, "graph.json"))
    assert answer.json() == version.graph
    assert answer.headers["Content-Disposition"].endswith('"sdxl-text-to-image-1.json"')


def test_renaming_and_archiving(admin: User) -> None:
    client = signed_in(admin)
    workflow = Workflow.objects.get(slug=SDXL)
    home = f"/workflows/{workflow.code}/"
    assert client.post(f"{home}edit/", {"name": "", "description": ""}).status_code == 422
    assert client.post(f"{home}edit/", {"name": "Other", "description": "x"}).status_code == 303
    assert client.post(f"{home}archive/", headers=HTMX).status_code == 200
    page = text(client, home)
    assert "Other" in page and "Archived" in page and "do-restore" in page
    version = workflow.versions.get()
    assert client.get(path_of(version, "mapping/")).status_code == 409
    assert client.post(f"{home}restore/").status_code == 303
    workflow.refresh_from_db()
    assert workflow.archived_at is None


def test_circle_and_crowd_are_still_shown(admin: User) -> None:
    ring = {
        "1": {"class_type": "A", "inputs": {"x": ["2", 0]}},
        "2": {"class_type": "B", "inputs": {"x": ["1", 0], "y": ["9", 0]}},
    }
    page = text(signed_in(admin), path_of(make(admin, ring, [])))
    assert "no such node" in page
    crowd = {str(n): {"class_type": "Lone", "inputs": {"v": n}} for n in range(80)}
    page = text(signed_in(admin), path_of(make(admin, crowd, [], name="Crowd")))
    assert "Drawing of the graph" not in page and "80 nodes" in page


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("pipeline/workflows", "/workflows/"),
        ("pipeline/readiness", "/workers/readiness/"),
        ("api/workflows", "/api/v1/workflows/"),
        ("admin/workflows", "/admin/pipeline/workflow/"),
    ],
)
def test_lists_cost_the_same(
    name: str, path: str, admin: User, text_to_image: dict[str, Any], add_instance: AddInstance
) -> None:
    add_instance("whole")
    add_instance("poor", info=without_class("KSampler"))
    Workflow.objects.all().delete()

    def grow(rows: int) -> None:
        for number in range(Workflow.objects.count(), rows):
            version = make(admin, text_to_image, name=f"w{number}")
            for state in (_S.TESTED, _S.PRODUCTION):
                version.state_id = state.value
                version.save(update_fields=["state"])

    client = signed_in(admin)
    assert_recorded_queries(name, lambda: client.get(path), grow)
