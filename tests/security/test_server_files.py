"""Attacks by names: a graph of one project that reads the files of another on a shared server."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from pipeline.jobs.models import Job
from pipeline.jobs.submit import JobRequest, submit_job
from pipeline.workflows.importing import Imported
from pipeline.workflows.mapping import Parameter
from pipeline.workflows.models import WorkflowState, WorkflowVersion
from pipeline.workflows.server_files import is_server_file
from pipeline.workflows.services import add_version, import_workflow, set_state
from pipeline.workflows.validation import validate
from studio.core.errors import Invalid
from studio.core.models import Project, User
from tests.pipeline.workflows.conftest import (  # type: ignore[attr-defined]  # noqa: F401
    AddInstance,
    add_instance,
    fixture,
)
from tests.support.clients import signed_in

UPLOAD = f"{'0123456789abcdef' * 4}.png"  # as the studio names what it sends
THEIRS = [
    "seen.png [output]",
    "jobs/4f6c/seen_00001_.png [output]",
    "seen.png_[output]",
    "seen.webm [temp]",
    "clipspace/mask.png [input]",
    "../output/jobs/4f6c/seen.png",
    "..\\output\\seen.png",
    "a/../../output/seen.png",
    "/srv/comfyui/output/seen.png",
    "C:\\comfyui\\output\\seen.png",
    "\\\\server\\share\\seen.png",
    UPLOAD,
    f"{UPLOAD[:64]} (1).jpg",
    f"./{UPLOAD}",
]
OWN = [
    "",
    "a lighthouse, [output] of light, v1.5",
    "two dots.. then / a slash",
    "/imagine a boat",
    "example.png",
    "SDXL\\sd_xl_base_1.0.safetensors",
    "sdxl/vae.fp16.safetensors",
    "see ../\nseen.png [output]",
    "input:base:0",
    "euler",
    "0123456789abcdef",
]


@pytest.mark.parametrize("name", THEIRS)
def test_names_of_files_on_the_server(name: str) -> None:
    assert is_server_file(name)


@pytest.mark.parametrize("name", OWN)
def test_other_words_are_none(name: str) -> None:
    assert not is_server_file(name)


@pytest.mark.parametrize("part", ["../", "a.png [", "/", "\\", ".png"])
def test_long_texts_are_looked_at_at_once(part: str) -> None:
    began = time.monotonic()
    for length in (4_000 // len(part), 8_000_000 // len(part)):
        is_server_file(part * length + "\x0b")
    assert time.monotonic() - began < 1


def graph(image: Any, node: str = "LoadImage") -> dict[str, Any]:
    """A picture from the server, saved as a result."""
    return {
        "1": {"class_type": node, "inputs": {"image": image}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}},
    }


def setting(kind: str = "text", **fields: Any) -> Parameter:
    return Parameter("picture", "Picture", kind, (("1", "image"),), **fields)


def import_one(
    actor: User,
    project: Project | None,
    image: Any,
    parameters: list[Parameter] | None = None,
    node: str = "LoadImage",
) -> WorkflowVersion:
    return import_workflow(
        actor=actor,
        project=project,
        name="Thief",
        slug="thief",
        imported=Imported(graph(image, node)),
        parameters=parameters or [],
    )


@pytest.mark.django_db
@pytest.mark.parametrize("image", [*THEIRS, {"__value__": THEIRS[0]}, ["x", [THEIRS[0]]]])
def test_a_projects_graph_does_not_name_them(creator: User, project: Project, image: Any) -> None:
    """The picture of another project came out as a result of this one."""
    with pytest.raises(Invalid, match="another project's: Node 1, “image”") as caught:
        import_one(creator, project, image)
    assert "Map the input to a file parameter" in caught.value.remedy
    assert len(caught.value.fields["graph"]) == 1


@pytest.mark.django_db
def test_nor_in_a_later_version(creator: User, project: Project) -> None:
    workflow = import_one(creator, project, "example.png").workflow
    with pytest.raises(Invalid, match="another project's"):
        add_version(actor=creator, workflow=workflow, graph=graph(THEIRS[0]), parameters=[])
    assert workflow.versions.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "parameter",
    [
        setting(default=THEIRS[0]),
        setting("choice", default="a.png", choices=("a.png", THEIRS[0])),
    ],
)
def test_nor_by_what_can_be_set(creator: User, project: Project, parameter: Parameter) -> None:
    with pytest.raises(Invalid, match="another project's"):
        import_one(creator, project, "example.png", [parameter])


@pytest.mark.django_db
def test_nor_by_a_node_that_reads_results(creator: User, project: Project) -> None:
    with pytest.raises(Invalid, match="LoadImageOutput"):
        import_one(creator, project, "seen.png", node="LoadImageOutput")


@pytest.mark.django_db
def test_what_a_file_takes_the_place_of_is_fine(creator: User, project: Project) -> None:
    """The editor writes such names where somebody painted a mask."""
    version = import_one(creator, project, THEIRS[4], [setting("file", role="base")])
    assert version.graph["1"]["inputs"]["image"] == THEIRS[4]


@pytest.mark.django_db
def test_an_admin_may_name_what_lies_there(admin: User) -> None:
    assert import_one(admin, None, THEIRS[0]).number == 1


@pytest.mark.django_db
def test_the_answer_says_what_to_do(creator: User, project: Project) -> None:
    body = {"project": str(project.code), "name": "Thief", "document": graph(THEIRS[0])}
    answer = signed_in(creator).post(
        "/api/v1/workflows/", json.dumps(body), content_type="application/json"
    )
    assert answer.status_code == 422
    assert "Map the input to a file parameter" in answer.content.decode()


@pytest.mark.django_db
def test_no_value_of_a_run_names_them(
    admin: User,
    creator: User,
    project: Project,
    add_instance: AddInstance,  # noqa: F811
) -> None:
    """A workflow of the studio that lets people choose a file by name let them choose any."""
    add_instance()
    allowed = "shared.png [output]"
    version = import_one(admin, None, "example.png", [setting(default=allowed)])
    for state in (WorkflowState.Code.TESTED, WorkflowState.Code.PRODUCTION):
        set_state(actor=admin, version=version, state=state)

    def run(**values: str) -> Job:
        parameters = {"workflow": "thief", "values": values}
        request = JobRequest("comfyui.run", parameters, provider="comfyui")
        return submit_job(actor=creator, project=project, request=request)

    for name in THEIRS:
        with pytest.raises(Invalid) as caught:
            run(picture=name)
        assert "names a file on the server" in caught.value.fields["values.picture"][0]
    assert run(picture=allowed).parameters["values"]["picture"] == allowed


def test_the_names_of_others_are_not_told() -> None:
    """“The server has <name>” told the names of uploads of other projects."""
    info = json.loads(json.dumps(fixture()["object_info"]))
    info["LoadImage"]["input"]["required"]["image"][0] = [UPLOAD, "secret-plan.png"]
    for wrong in ("secret-plan.jpg", UPLOAD[:60] + ".png"):
        [finding] = validate(graph(wrong), info)
        assert finding.near == ()
        assert "secret-plan.png" not in finding.message and UPLOAD not in finding.message
