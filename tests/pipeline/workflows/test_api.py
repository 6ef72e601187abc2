"""Workflows by API: what a script can do with them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from pipeline.workflows.models import Workflow
from studio.core.models import ApiScope, Project, User
from tests.pipeline.workflows.conftest import AddInstance, without_class
from tests.support.clients import with_key

pytestmark = pytest.mark.django_db
API = "/api/v1"


def post(client: Client, path: str, body: Any = None) -> Any:
    return client.post(f"{API}/{path}", body or {}, content_type="application/json")


@pytest.fixture
def script(admin: User) -> Client:
    return with_key(admin, ApiScope.Code.READ, ApiScope.Code.WRITE, ApiScope.Code.ADMIN)


def test_from_import_to_serving(
    script: Client, creator: User, text_to_image: dict[str, Any], add_instance: AddInstance
) -> None:
    worker = add_instance("whole").worker
    poor = add_instance("poor", info=without_class("KSampler")).worker
    body = {"name": "Harbour", "document": {"prompt": text_to_image}, "description": "x"}
    made = post(script, "workflows/", body)
    assert made.status_code == 201, made.content
    found = made.json()
    code, version = found["workflow"]["code"], found["version"]["code"]
    assert found["problems"] == [] and found["version"]["graph"] == text_to_image
    assert found["workflow"]["ready"] == 1 and found["workflow"]["project"] is None
    names = {item["name"]: item for item in found["version"]["parameters"]}
    assert names["random_seed"]["kind"] == "random-seed" and names["steps"]["targets"]

    tried = {"worker": str(worker.code), "values": {"prompt": "a harbour", "steps": 3}}
    report = post(script, f"workflow-versions/{version}/dry-run/", tried).json()
    assert report["is_clean"] and report["findings"] == []
    node, field = names["steps"]["targets"][0]
    assert report["graph"][node]["inputs"][field] == 3
    tried["worker"] = str(poor.code)
    report = post(script, f"workflow-versions/{version}/dry-run/", tried).json()
    assert not report["is_clean"] and report["findings"][0]["kind"] == "node"
    assert report["missing"][0]["kind"] == "node" and report["missing"][0]["value"] == "KSampler"

    early = post(script, f"workflows/{code}/bind/", {"operation": "create.image"})
    assert early.status_code == 409
    for state in ("tested", "production"):
        answer = post(script, f"workflow-versions/{version}/state/", {"state": state})
        assert answer.status_code == 200 and answer.json()["state"] == state
    bound = post(script, f"workflows/{code}/bind/", {"operation": "create.image"})
    assert bound.status_code == 200, bound.content
    assert len(bound.json()["operations"]) == 1
    told = script.get(f"{API}/operations/create.image/").json()["offers"]
    assert ("comfyui", "harbour") in [(offer["provider"], offer["model"]) for offer in told]
    unfit = post(script, f"workflows/{code}/bind/", {"operation": "transform.image_to_video"})
    assert unfit.status_code == 422 and unfit.json()["errors"]["operation"]
    (row,) = with_key(creator).get(f"{API}/readiness/").json()["results"]
    assert {item["name"]: item["is_ready"] for item in row["instances"]} == {
        "whole": True,
        "poor": False,
    }
    assert row["instances"][0]["missing"][0]["value"] == "KSampler"
    assert post(script, "readiness/check/").status_code == 204
    freed = post(script, f"workflows/{code}/unbind/", {"operation": "create.image"})
    assert freed.json()["operations"] == []


def test_next_version_of_the_same_graph(
    script: Client, text_to_image: dict[str, Any], add_instance: AddInstance
) -> None:
    add_instance()
    found = post(script, "workflows/", {"name": "A", "document": text_to_image}).json()
    code = found["workflow"]["code"]
    kept = [item for item in found["version"]["parameters"] if item["name"] != "steps"]
    made = post(
        script,
        "workflow-versions/",
        {"workflow": code, "parameters": kept, "needs": ["fast"], "note": "fixed steps"},
    )
    assert made.status_code == 201, made.content
    assert made.json()["number"] == 2 and made.json()["parameters"] == kept
    assert made.json()["graph"] == text_to_image and made.json()["needs"] == ["fast"]
    listed = script.get(f"{API}/workflow-versions/?workflow={code}").json()["results"]
    assert [item["number"] for item in listed] == [2, 1] and "graph" not in listed[0]
    assert script.get(f"{API}/workflow-versions/?workflow=x").json()["results"] == []
    checked = post(script, f"workflow-versions/{made.json()['code']}/check/").json()
    assert checked["instances"][0]["missing"] == [
        {"kind": "tag", "value": "fast", "node_id": "", "field": ""}
    ]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"name": ""}, "name"),
        ({"document": {"a": 1}}, "file"),
        ({"document": []}, "document"),
        ({"slug": "Not A Slug"}, "slug"),
        ({"needs": ["a/b"]}, "needs"),
        ({"output_node": "99"}, "output_node"),
        ({"parameters": [{"name": "p", "kind": "text", "targets": [["99", "x"]]}]}, "parameters.p"),
        ({"parameters": [{"name": "p", "kind": "x", "targets": [["3", "x"]]}]}, "parameters"),
    ],
)
def test_import_is_refused_by_field(
    script: Client, text_to_image: dict[str, Any], change: dict[str, Any], place: str
) -> None:
    answer = post(script, "workflows/", {"name": "A", "document": text_to_image} | change)
    assert answer.status_code == 422, answer.content
    assert any(name.startswith(place) for name in answer.json()["errors"]), answer.json()
    assert not Workflow.objects.filter(name="A").exists()


def test_archiving_and_names(
    creator: User, project: Project, text_to_image: dict[str, Any], outsider: User
) -> None:
    client = with_key(creator, ApiScope.Code.READ, ApiScope.Code.WRITE)
    body = {"name": "Mine", "document": text_to_image, "project": str(project.code)}
    made = post(client, "workflows/", body)
    assert made.status_code == 201, made.content
    code = made.json()["workflow"]["code"]
    home = f"{API}/workflows/{code}/"
    changed = client.patch(home, {"name": "Ours"}, content_type="application/json").json()
    assert changed["name"] == "Ours" and changed["slug"] == "mine"
    assert post(client, f"workflows/{code}/archive/").json()["archived_at"] is not None
    listed = client.get(f"{API}/workflows/?archived=true").json()["results"]
    assert [item["code"] for item in listed] == [code]
    assert post(client, f"workflows/{code}/restore/").json()["archived_at"] is None
    assert with_key(outsider).get(home).status_code == 404
    assert post(client, "workflows/", body | {"project": None}).status_code == 403
