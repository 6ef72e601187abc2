"""Planning and deciding, by service, page and API: who may, what is refused, what is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django_q.models import OrmQ

from pipeline.comfyui.installs.services import approve_plan, discard_plan, plan_nodes, stop_plan
from pipeline.comfyui.models import InstallPlan, InstallState, Instance
from pipeline.comfyui.services import register_instance
from studio.core.errors import Conflict, Forbidden, Invalid
from studio.core.models import ApiScope, User
from tests.pipeline.comfyui.installs.conftest import Comfy, Register, Repository, entry
from tests.support.clients import signed_in, with_key
from tests.support.query_counts import assert_recorded_queries

pytestmark = pytest.mark.django_db
S = InstallState.Code
HTMX = {"HX-Request": "true"}


def test_only_admins_decide(
    admin: User, creator: User, reviewer: User, managed: Instance, ink: Repository
) -> None:
    with pytest.raises(Forbidden):
        plan_nodes(actor=reviewer, instance=managed, node_classes=["InkWash"])
    plan = plan_nodes(actor=creator, instance=managed, node_classes=["InkWash", "Nobody"])
    assert [n.node_class for n in plan.nodes.filter(step=None)] == ["Nobody"]
    for service in (approve_plan, stop_plan):
        with pytest.raises(Forbidden):
            service(actor=creator, plan=plan)
    with pytest.raises(Forbidden):
        discard_plan(actor=reviewer, plan=plan)
    with pytest.raises(Conflict, match="already planned"):
        plan_nodes(actor=admin, instance=managed, node_classes=["InkLine"])
    waiting = OrmQ.objects.count()
    approve_plan(actor=admin, plan=plan)
    assert OrmQ.objects.count() == waiting + 1
    with pytest.raises(Conflict):
        approve_plan(actor=admin, plan=plan)
    with pytest.raises(Conflict):
        discard_plan(actor=admin, plan=plan)
    stop_plan(actor=admin, plan=plan)
    with pytest.raises(Conflict):
        stop_plan(actor=admin, plan=plan)


def test_who_asked_may_discard(creator: User, managed: Instance, ink: Repository) -> None:
    plan = plan_nodes(actor=creator, instance=managed, node_classes=["InkWash"])
    discard_plan(actor=creator, plan=plan)
    plan.refresh_from_db()
    assert plan.state_id == S.DISCARDED and plan.ended_at
    plan_nodes(actor=creator, instance=managed, node_classes=["InkWash"])


def test_what_can_not_be_planned(
    admin: User, managed: Instance, comfy: Comfy, ink: Repository, settings: Any
) -> None:
    def refused(words: str, *nodes: str, error: type[Exception] = Conflict) -> None:
        with pytest.raises(error, match=words):
            plan_nodes(actor=admin, instance=managed, node_classes=nodes)

    refused("No node class", " ", error=Invalid)
    refused("no node class", "a\x00b", error=Invalid)
    refused("has all of these", "LoadImage")
    refused("knows nobody who brings Nobody", "Nobody")
    (comfy.nodes / "ComfyUI-Ink").mkdir()
    refused("written another way", "InkWash")
    (comfy.nodes / "ComfyUI-Ink").rmdir()
    (comfy.nodes / "comfyui-ink").mkdir()
    refused("not cloned by git", "InkWash")
    (comfy.nodes / "comfyui-ink").rmdir()
    (comfy.nodes / "comfyui-ink").symlink_to(ink.tree)
    refused("is a link", "InkWash")
    (comfy.nodes / "comfyui-ink").unlink()
    ink.tree.rename(comfy.nodes / "comfyui-ink")
    refused("at this very commit", "InkWash")
    entries = json.loads(Path(settings.MANAGED_COMFYUI).read_text())
    entries["render-1"]["restart"] = []
    Path(settings.MANAGED_COMFYUI).write_text(json.dumps(entries))
    refused("no restart command", "InkWash")
    assert not InstallPlan.objects.exists()


def test_what_is_not_managed_is_refused(admin: User, ink: Repository, comfy: Comfy) -> None:
    far = register_instance(actor=admin, name="far", url="http://127.0.0.1:18199")
    with pytest.raises(Conflict, match="not managed") as caught:
        plan_nodes(actor=admin, instance=far, node_classes=["InkWash"])
    assert "by hand" in caught.value.remedy and "SEEDFRAME_MANAGED_COMFYUI" in caught.value.remedy


def test_pages(admin: User, creator: User, managed: Instance, ink: Repository) -> None:
    client = signed_in(creator)
    worker = managed.worker.code
    page = client.get(f"/installs/new/?worker={worker}&node=InkWash&node=Nobody").content.decode()
    assert "InkWash\nNobody" in page and "render-1" in page
    refused = client.post("/installs/new/", {"worker": str(worker), "nodes": "Nobody"})
    assert refused.status_code == 422 and "Ask the server" in refused.content.decode()
    answer = client.post("/installs/new/", {"worker": str(worker), "nodes": "InkWash\r\nNobody"})
    plan = InstallPlan.objects.get()
    path = f"/installs/{plan.code}/"
    assert answer.status_code == 303 and answer.headers["Location"] == path
    InstallPlan.objects.filter(pk=plan.pk).update(log="18:00:00 /srv/comfyui\n")
    page = client.get(path).content.decode()
    for words in (ink.revisions[0], str(ink.bare), "MIT", "Nobody", "An Admin has to approve it"):
        assert words in page
    assert "do-approve" not in page and "do-discard" in page and "/srv/comfyui" not in page
    assert client.post(f"{path}approve/", headers=HTMX).status_code == 403
    boss = signed_in(admin)
    page = boss.get(path).content.decode()
    assert "do-approve" in page and "/srv/comfyui" in page
    answer = boss.post(f"{path}approve/", headers=HTMX)
    assert answer.status_code == 200 and "install-changed" in answer.headers["HX-Trigger"]
    assert "do-stop" in boss.get(path, headers=HTMX).content.decode()
    assert boss.post(f"{path}stop/").status_code == 303
    assert "asked to stop it" in client.get(path).content.decode()
    assert "comfyui-ink" in client.get(f"/installs/of/{worker}/").content.decode()
    assert "comfyui-ink" in client.get("/installs/").content.decode()


def test_panel_says_when_an_instance_is_not_managed(admin: User) -> None:
    far = register_instance(actor=admin, name="far", url="http://127.0.0.1:18199")
    panel = signed_in(admin).get(f"/installs/of/{far.worker.code}/").content.decode()
    assert "does not manage this ComfyUI" in panel and "Plan one" not in panel
    assert "No worker is managed" in signed_in(admin).get("/installs/new/").content.decode()


def test_api(admin: User, creator: User, managed: Instance, ink: Repository) -> None:
    api = with_key(admin, ApiScope.Code.READ, ApiScope.Code.ADMIN)
    body = {"worker": str(managed.worker.code), "node_classes": ["InkWash", "Nobody"]}
    made = api.post("/api/v1/installs/", body, content_type="application/json")
    assert made.status_code == 201 and made.json()["unknown"] == ["Nobody"]
    (step,) = made.json()["steps"]
    assert step["package"] == "comfyui-ink" and step["node_classes"] == ["InkWash"]
    InstallPlan.objects.update(log="/srv/comfyui")
    path = f"/api/v1/installs/{made.json()['code']}/"
    reader = with_key(creator)
    assert reader.get(path).json()["log"] == "" and api.get(path).json()["log"] == "/srv/comfyui"
    assert "log" not in reader.get("/api/v1/installs/").json()["results"][0]
    assert reader.post(f"{path}approve/").status_code == 403
    assert api.post(f"{path}approve/").json()["state"] == "approved"
    assert api.post(f"{path}discard/").status_code == 409
    assert api.post(f"{path}stop/").status_code == 200


@pytest.mark.parametrize(
    ("name", "path"),
    [("pipeline/installs", "/installs/"), ("api/installs", "/api/v1/installs/")],
)
def test_lists_cost_the_same(
    name: str, path: str, admin: User, managed: Instance, ink: Repository, registry: Register
) -> None:
    registry(entry(ink, "InkWash", requirements=["numpy"]))

    def grow(rows: int) -> None:
        for _ in range(InstallPlan.objects.count(), rows):
            plan = plan_nodes(actor=admin, instance=managed, node_classes=["InkWash", "Nobody"])
            discard_plan(actor=admin, plan=plan)

    client = signed_in(admin)
    assert_recorded_queries(name, lambda: client.get(path), grow)
