"""The pages and endpoints of workers: what they show, to whom, at which cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from pipeline.comfyui.charts import charts, steps_of
from pipeline.comfyui.heartbeat import beat_all
from pipeline.comfyui.models import Instance, InstanceTag, Vital
from pipeline.comfyui.services import register_instance, remove_instance
from pipeline.jobs.models import Attempt, AttemptOutcome, Worker, WorkerKind, WorkerState
from studio.core.models import ApiScope, User
from studio.live.consumers import find_groups
from studio.live.services import studio_group
from tests.pipeline.comfyui.fake import Fake, prompt
from tests.standins.server import Served
from tests.support.clients import signed_in, with_key
from tests.support.query_counts import assert_recorded_queries

pytestmark = pytest.mark.django_db
RunOn = Callable[[Worker, str], Attempt]
HTMX = {"HX-Request": "true"}
FORM = {"name": "render-2", "url": "http://127.0.0.1:18188", "capacity": "2", "rate": "1.5"}


def text(client: Client, path: str, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def path_of(instance: Instance, below: str = "") -> str:
    return f"/workers/{instance.worker.code}/{below}"


def add_vitals(instance: Instance, minutes: list[int]) -> None:
    """Figures so many minutes ago; each with half of the memory in use."""
    Vital.objects.bulk_create(
        Vital(
            instance=instance, measured_at=timezone.now() - timedelta(minutes=m), latency_ms=20 + m,
            vram_total_bytes=24_000_000_000, vram_free_bytes=12_000_000_000,
            ram_total_bytes=64_000_000_000, ram_free_bytes=32_000_000_000, queue_running=1,
            queue_pending=m % 3,
        )
        for m in minutes
    )  # fmt: skip


# --- the list -------------------------------------------------------------------------------


def test_empty_list_teaches(admin: User, creator: User) -> None:
    page = text(signed_in(admin), "/workers/")
    assert "manage.py standin comfyui" in page and "/workers/new/" in page
    assert "Ask an Admin" in text(signed_in(creator), "/workers/")


def test_list_shows_all_kinds(instance: Instance, creator: User) -> None:
    Worker.objects.create(name="studio/jobs")
    Worker.objects.create(name="studio/bridge", kind_id=WorkerKind.Code.BRIDGE)
    beat_all()
    page = text(signed_in(creator), "/workers/")
    for words in ("render-1", "studio/jobs", "studio/bridge", "24gb", "<meter", "Online"):
        assert words in page
    assert "3 of 3 take work" in page and "standin" not in page and instance.url not in page


def test_what_never_answered_was_never_heard_of(instance: Instance, creator: User) -> None:
    client = signed_in(creator)
    Worker.objects.filter(pk=instance.worker_id).update(state_id=WorkerState.Code.OFFLINE)
    assert "never</span>" in text(client, "/workers/")
    assert "<dd>never</dd>" in text(client, path_of(instance))
    beat_all()
    assert "never</span>" not in text(client, "/workers/")
    assert "<dd>never</dd>" not in text(client, path_of(instance))


def test_retired_ones_have_their_own_list(instance: Instance, admin: User, run_on: RunOn) -> None:
    end(run_on(instance.worker, "p"))
    remove_instance(actor=admin, instance=instance)
    client = signed_in(admin)
    assert "render-1" not in text(client, "/workers/")
    assert "render-1" in text(client, "/workers/?retired=1")
    assert "Bring it back" in text(client, path_of(instance))


def end(attempt: Attempt) -> None:
    Attempt.objects.filter(pk=attempt.pk).update(
        ended_at=timezone.now(), outcome_id=AttemptOutcome.Code.SUCCEEDED
    )


def test_everybody_hears_of_workers(creator: User) -> None:
    session = signed_in(creator).session
    groups, refusal = find_groups(creator.pk, session.session_key or "", "")
    assert studio_group() in groups and not refusal


# --- one worker -----------------------------------------------------------------------------


def test_page_of_an_instance(instance: Instance, admin: User, creator: User, run_on: RunOn) -> None:
    beat_all()
    run_on(instance.worker, "ours")
    page = text(signed_in(admin), path_of(instance))
    for words in ("Drain", "Interrupt", "Free memory", instance.url, "a lighthouse, ours", "<svg"):
        assert words in page
    assert "do-restart" not in page, "no restart command is configured"
    page = text(signed_in(creator), path_of(instance))
    assert "do-drain" not in page and instance.url not in page and "1 of 3" in page


def test_jobs_of_others_are_not_shown(
    instance: Instance, outsider: User, fake: Fake, run_on: RunOn
) -> None:
    run_on(instance.worker, "ours")
    fake.running = [prompt(1, "ours")]
    client = signed_in(outsider)
    assert "lighthouse" not in text(client, path_of(instance))
    queue = text(client, path_of(instance, "queue/"))
    assert "lighthouse" not in queue and "A job of a project that is not yours" in queue


def test_queue_tells_ours_from_foreign(
    instance: Instance, creator: User, fake: Fake, run_on: RunOn
) -> None:
    attempt = run_on(instance.worker, "ours")
    fake.running = [prompt(1, "somebody-elses", nodes=7)]
    fake.pending = [prompt(2, "ours")]
    page = text(signed_in(creator), path_of(instance, "queue/"))
    assert f"/jobs/{attempt.job.code}/" in page
    assert "Foreign" in page and "7 nodes" in page
    assert page.index("7 nodes") < page.index("2 nodes")


def test_queue_of_a_silent_one(instance: Instance, creator: User, served: Served) -> None:
    served.stop()
    assert "Nothing answers" in text(signed_in(creator), path_of(instance, "queue/"))


def test_what_it_has(instance: Instance, creator: User, admin: User, fake: Fake) -> None:
    client = signed_in(creator)
    assert "not told yet" in text(client, path_of(instance, "models/"))
    fake.models["loras"] = [f"lora-{n:03}.safetensors" for n in range(400)]
    beat_all()
    page = text(client, path_of(instance, "models/"))
    assert "0.3.64" in page and "cuda:0" in page and "lora-000" in page and "more; narrow" in page
    assert "main.py" not in page and "main.py" in text(
        signed_in(admin), path_of(instance, "models/")
    )
    page = text(client, path_of(instance, "models/?q=LORAS 399"))
    assert "lora-399" in page and "lora-398" not in page and "sd15" not in page
    assert "No model file fits" in text(client, path_of(instance, "models/?q=nothing"))


def test_charts_have_gaps_and_a_table(instance: Instance, creator: User) -> None:
    add_vitals(instance, [1, 2, 3, 40, 41])
    steps = steps_of(instance, 1)
    assert len(steps) == 5 and steps[0].vram_used_bytes == 12_000_000_000
    drawn = charts(steps, 1)
    assert [chart.code for chart in drawn] == ["vram", "ram", "queue", "latency"]
    # One figure each 60 s, in steps of 30 s: each stands alone.
    assert all(len(chart.lines) == 5 for chart in drawn)
    assert len(charts(steps_of(instance, 6), 6)[0].lines) == 2
    assert "12.0 GB now" in drawn[0].summary
    page = text(signed_in(creator), path_of(instance, "?hours=6"))
    assert page.count("<polyline") == 8 and "The same as a table" in page
    assert 'aria-label="Video memory: 12.0 GB now' in page
    assert "Nothing was measured" not in text(signed_in(creator), path_of(instance, "?hours=x"))


def test_page_of_a_task_cluster(creator: User, admin: User) -> None:
    worker = Worker.objects.create(name="studio/jobs")
    page = text(signed_in(admin), f"/workers/{worker.code}/")
    assert "do-drain" in page and "do-interrupt" not in page and "Over time" not in page
    client = signed_in(admin)
    assert client.post(f"/workers/{worker.code}/drain/", headers=HTMX).status_code == 200
    assert "Take work again" in text(client, f"/workers/{worker.code}/")
    assert client.post(f"/workers/{worker.code}/interrupt/").status_code == 404
    assert client.get(f"/workers/{worker.code}/queue/").status_code == 404


# --- forms and orders -----------------------------------------------------------------------


def test_registering_by_form(admin: User) -> None:
    client = signed_in(admin)
    answer = client.post("/workers/new/", {**FORM, "tags": "24gb, video"})
    made = Instance.objects.get()
    assert answer.status_code == 303 and answer.headers["Location"] == path_of(made)
    assert made.rate_permille == 1500
    assert set(InstanceTag.objects.values_list("tag", flat=True)) == {"24gb", "video"}
    page = text(client, path_of(made, "edit/"))
    assert 'value="1.5' in page and 'value="24gb video"' in page
    answer = client.post(path_of(made, "edit/"), {**FORM, "capacity": "7"})
    made.refresh_from_db()
    assert answer.status_code == 303 and made.capacity == 7


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"url": "http://169.254.169.254/"}, "does not call"),
        ({"capacity": "0"}, "greater than or equal to 1"),
        ({"rate": "-1"}, "greater than or equal to 0"),
        ({"tags": "a/b"}, "is no tag"),
        ({"name": ""}, "required"),
    ],
)
def test_form_says_what_is_wrong(admin: User, change: dict[str, str], words: str) -> None:
    answer = signed_in(admin).post("/workers/new/", FORM | change)
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page
    assert change.get("url", FORM["url"]) in page, "what was typed is kept"
    assert not Instance.objects.exists()


def test_orders_by_page(instance: Instance, admin: User, fake: Fake, run_on: RunOn) -> None:
    client = signed_in(admin)
    run_on(instance.worker, "ours")
    fake.running = [prompt(1, "ours")]
    fake.pending = [prompt(2, "foreign")]
    answer = client.post(path_of(instance, "interrupt/"), headers=HTMX)
    assert answer.status_code == 200 and not answer.content
    assert "worker-changed" in answer.headers["HX-Trigger"]
    assert client.post(path_of(instance, "clear/"), headers=HTMX).status_code == 409
    assert client.post(path_of(instance, "clear/"), {"everything": "1"}).status_code == 303
    assert client.post(path_of(instance, "free/"), headers=HTMX).status_code == 200
    assert client.post(path_of(instance, "restart/"), headers=HTMX).status_code == 503
    assert [path for path, _ in fake.ordered] == ["/interrupt", "/queue", "/free"]


# --- API ------------------------------------------------------------------------------------


def test_api(admin: User, creator: User, served: Served) -> None:
    api = with_key(admin, ApiScope.Code.READ, ApiScope.Code.ADMIN)
    kind = "application/json"
    made = api.post("/api/v1/workers/", {"name": "a", "url": served.url}, content_type=kind)
    assert made.status_code == 201 and made.json()["instance"]["url"] == served.url
    code = made.json()["code"]
    changed = api.patch(f"/api/v1/workers/{code}/", {"tags": ["x"]}, content_type=kind).json()
    assert changed["instance"]["tags"] == ["x"] and changed["instance"]["capacity"] == 2
    assert api.post(f"/api/v1/workers/{code}/refresh/").json()["state"] == "online"
    reader = with_key(creator)
    (row,) = reader.get("/api/v1/workers/").json()["results"]
    assert row["vitals"]["vram_total_bytes"] == 24_000_000_000 and row["instance"]["url"] == ""
    assert reader.get(f"/api/v1/workers/{code}/has/").json()["node_classes"] == ["LoadImage"]
    series = reader.get(f"/api/v1/workers/{code}/vitals/?hours=24").json()
    assert series["step_seconds"] == 720 and len(series["steps"]) == 1
    assert reader.get(f"/api/v1/workers/{code}/vitals/?hours=5").status_code == 422
    assert reader.post(f"/api/v1/workers/{code}/drain/").status_code == 403
    assert api.post(f"/api/v1/workers/{code}/drain/").json()["state"] == "draining"
    assert api.delete(f"/api/v1/workers/{code}/").status_code == 204
    assert api.get(f"/api/v1/workers/{code}/").status_code == 404


def test_api_refuses_metadata(admin: User) -> None:
    api = with_key(admin, ApiScope.Code.ADMIN)
    body: Any = {"name": "a", "url": "http://169.254.169.254"}
    answer = api.post("/api/v1/workers/", body, content_type="application/json")
    assert answer.status_code == 422 and "url" in answer.json()["errors"]


# --- back office, cost ----------------------------------------------------------------------


def test_admin_site(instance: Instance, admin: User) -> None:
    client = signed_in(admin)
    body = {"name": "by-admin", "url": "http://127.0.0.1:18188", "capacity": 2,
            "rate_permille": 1000, "install_name": "", "tags": "a b"}  # fmt: skip
    assert client.post("/admin/pipeline/instance/add/", body).status_code == 302
    made = Instance.objects.get(worker__name="by-admin")
    assert made.tags.count() == 2 and made.owner == admin
    bad = body | {"name": "x", "url": "http://169.254.169.254/"}
    client.post("/admin/pipeline/instance/add/", bad)
    assert Instance.objects.count() == 2
    change = f"/admin/pipeline/instance/{made.pk}/change/"
    assert client.post(change, body | {"capacity": 5}).status_code == 302
    made.refresh_from_db()
    assert made.capacity == 5
    action = {"action": "retire", "_selected_action": [made.pk]}
    client.post("/admin/pipeline/instance/", action)
    assert not Instance.objects.filter(pk=made.pk).exists()


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("pipeline/workers", "/workers/"),
        ("api/workers", "/api/v1/workers/"),
        ("admin/instances", "/admin/pipeline/instance/"),
    ],
)
def test_lists_cost_the_same(name: str, path: str, admin: User, run_on: RunOn) -> None:
    def grow(rows: int) -> None:
        for number in range(Instance.objects.count(), rows):
            made = register_instance(
                actor=admin, name=f"w{number}", url=f"http://127.0.0.1:{18200 + number}", tags=["a"]
            )
            add_vitals(made, [1, 2])
            if number < 4:
                run_on(made.worker, f"p{number}")

    client = signed_in(admin)
    assert_recorded_queries(name, lambda: client.get(path), grow)


def test_page_costs_the_same(admin: User, instance: Instance, run_on: RunOn) -> None:
    def grow(rows: int) -> None:
        for number in range(Attempt.objects.count(), min(rows, 7)):
            run_on(instance.worker, f"p{number}")
        add_vitals(instance, list(range(rows)))

    client = signed_in(admin)
    assert_recorded_queries("pipeline/worker", lambda: client.get(path_of(instance)), grow)
