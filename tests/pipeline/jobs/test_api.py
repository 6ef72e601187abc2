"""The jobs API: typed submission, keys and scopes, following a job, problem documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from pipeline.jobs.api.stream import stream
from pipeline.jobs.models import Job, JobState
from studio.core.models import ApiScope, Project, User
from studio.core.services import create_api_key
from tests.pipeline.jobs.conftest import run_next

Submit = Callable[..., Job]
pytestmark = pytest.mark.django_db
NOOP = "/api/v1/jobs/system.noop/"


@pytest.fixture
def script(creator: User) -> Client:
    """A client with a key that may do everything short of administering."""
    scopes = [ApiScope.Code.READ, ApiScope.Code.WRITE, ApiScope.Code.SPEND]
    _, secret = create_api_key(actor=creator, name="script", scopes=scopes)
    return Client(headers={"Authorization": f"Api-Key {secret}"})


def _post(client: Client, url: str, body: Any, **headers: str) -> Any:
    return client.post(url, json.dumps(body), content_type="application/json", headers=headers)


def test_submit_and_read(script: Client, project: Project) -> None:
    body = {"project": str(project.code), "parameters": {"outputs": 2, "random_seed": 3}}
    answer = _post(script, NOOP, body)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made["state"] == "queued"
    assert made["parameters"] == {"outputs": 2, "seconds": 0.0, "fail": False}
    assert made["random_seed"] == 3
    assert made["recipe"]["operation"] == {"code": "system.noop", "version": "1"}
    read = script.get(f"/api/v1/jobs/{made['code']}/").json()
    assert read["code"] == made["code"]
    assert script.get("/api/v1/jobs/?state=queued").json()["results"][0]["code"] == made["code"]
    assert script.get("/api/v1/jobs/?state=running").json()["results"] == []
    assert script.get("/api/v1/jobs/?state=nonsense").status_code == 422


def test_the_same_key_answers_the_same_job(script: Client, project: Project) -> None:
    body = {"project": str(project.code), "parameters": {"outputs": 1}}
    first = _post(script, NOOP, body, **{"Idempotency-Key": "abc"})
    second = _post(script, NOOP, body, **{"Idempotency-Key": "abc"})
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["code"] == second.json()["code"]
    body["parameters"] = {"outputs": 2}
    assert _post(script, NOOP, body, **{"Idempotency-Key": "abc"}).status_code == 409


def test_problems_name_the_field(script: Client, project: Project) -> None:
    body = {"project": str(project.code), "parameters": {"outputs": 99}}
    answer = _post(script, NOOP, body)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "outputs" in answer.json()["errors"]
    assert _post(script, NOOP, {"parameters": {}}).json()["errors"].keys() == {"project"}


def test_outsiders_find_nothing(
    script: Client, outsider: User, project: Project, submit: Submit
) -> None:
    job = submit()
    _, secret = create_api_key(
        actor=outsider, name="other", scopes=[ApiScope.Code.READ, ApiScope.Code.SPEND]
    )
    other = Client(headers={"Authorization": f"Api-Key {secret}"})
    body = {"project": str(project.code), "parameters": {}}
    assert _post(other, NOOP, body).status_code == 404
    for path in ("", "history/", "events/"):
        assert other.get(f"/api/v1/jobs/{job.code}/{path}").status_code == 404
    assert _post(other, f"/api/v1/jobs/{job.code}/make-again/", {}).status_code == 404
    assert other.get("/api/v1/jobs/").json()["results"] == []


def test_a_key_without_the_scope_may_not_spend(creator: User, project: Project) -> None:
    _, secret = create_api_key(actor=creator, name="reader", scopes=[ApiScope.Code.READ])
    reader = Client(headers={"Authorization": f"Api-Key {secret}"})
    body = {"project": str(project.code), "parameters": {}}
    assert _post(reader, NOOP, body).status_code == 403
    assert reader.get("/api/v1/jobs/").status_code == 200


def test_actions(script: Client, submit: Submit) -> None:
    job = submit(outputs=1)
    url = f"/api/v1/jobs/{job.code}"
    assert _post(script, f"{url}/pause/", {}).json()["state"] == "paused"
    assert _post(script, f"{url}/resume/", {}).json()["state"] == "queued"
    changed = _post(script, f"{url}/priority/", {"priority": "background"})
    assert changed.json()["priority"] == "background"
    assert _post(script, f"{url}/priority/", {"priority": "urgent"}).status_code == 403
    assert _post(script, f"{url}/cancel/", {}).json()["state"] == "cancelled"
    assert _post(script, f"{url}/cancel/", {}).status_code == 409
    assert _post(script, f"{url}/retry/", {}).json()["state"] == "queued"
    again = _post(script, f"{url}/make-again/", {}).json()
    assert again["derivation"] == "make-again"
    assert again["code"] != str(job.code)


def test_estimate_makes_nothing(script: Client, project: Project) -> None:
    body = {
        "project": str(project.code),
        "parameters": {"prompt": "a lake", "template": "instagram-story", "variations": 4},
    }
    answer = _post(script, "/api/v1/estimates/create.image/", body)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["allowed"]
    assert told["is_upper_bound"]
    assert told["amount_microcredits"] > 0
    assert "1080×1920" in told["size"]
    assert not Job.objects.exists()


def test_the_catalogue_tells_schemas(script: Client) -> None:
    listed = script.get("/api/v1/operations/").json()
    codes = [item["code"] for item in listed]
    assert codes[0] == "create.image" and "transform.image_to_video" in codes
    assert "system.noop" not in codes and "video.examine" not in codes
    schema = listed[0]["parameters"]
    assert schema["required"] == ["prompt"]
    assert schema["properties"]["variations"]["maximum"] == 10
    assert "style_prompt" not in schema["properties"]
    assert script.get("/api/v1/operations/no.such/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_stream_tells_every_line_once_and_resumes(submit: Submit, creator: User) -> None:
    job = submit(outputs=1)
    run_next()
    job.refresh_from_db()
    assert job.state_id == JobState.Code.SUCCEEDED

    def read(last: int) -> list[str]:
        async def collect() -> list[str]:
            return [part async for part in stream(job, creator.pk, last)]

        return async_to_sync(collect)()

    whole = "".join(read(0))
    numbers = [int(line[4:]) for line in whole.splitlines() if line.startswith("id: ")]
    assert numbers == list(range(1, job.history.count() + 1))
    assert whole.rstrip().endswith("event: end\ndata: {}")
    rest = "".join(read(numbers[-2]))
    assert [line for line in rest.splitlines() if line.startswith("id: ")] == [f"id: {numbers[-1]}"]


def test_the_stream_refuses_nonsense(script: Client, submit: Submit) -> None:
    job = submit()
    url = f"/api/v1/jobs/{job.code}/events/"
    assert script.get(url, headers={"Last-Event-ID": "x"}).status_code == 422


def test_lists_take_the_same_number_of_queries(
    script: Client, submit: Submit, django_assert_num_queries: Any, creator: User
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert script.get("/api/v1/jobs/").status_code == 200
        return len(found)

    for _ in range(2):
        submit(outputs=1)
    count()  # the key's last use is noted once
    few = count()
    for _ in range(18):
        submit(outputs=1)
    assert count() == few
