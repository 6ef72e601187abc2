"""What becomes of answers, of no answers and of strange ones: states, figures, events."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from pipeline.comfyui import heartbeat
from pipeline.comfyui.events import WorkerEvents
from pipeline.comfyui.health import Answer, Health, health_after
from pipeline.comfyui.heartbeat import beat_all, prune_vitals
from pipeline.comfyui.models import CachedPrefix, Instance, InstanceCatalogue, Vital
from pipeline.comfyui.services import drain_instance, register_instance, remove_instance
from pipeline.jobs.models import WorkerState
from pipeline.providers.comfyui import http
from pipeline.providers.comfyui.answers import Stats
from studio.core.models import User
from studio.live.models import Event
from tests.pipeline.comfyui.fake import GB, Fake, prompt
from tests.standins.server import Served, serve
from tests.standins.web import Reply

S = WorkerState.Code


def stats(latency_ms: int) -> Stats:
    return Stats(latency_ms, "0.3.64", {}, 1, 1, 1, 1)


@pytest.mark.parametrize(
    ("before", "failures", "latency_ms", "after"),
    [
        (S.UNKNOWN, 0, 5, S.ONLINE),
        (S.UNKNOWN, 0, None, S.UNKNOWN),
        (S.UNKNOWN, 2, None, S.OFFLINE),
        (S.ONLINE, 0, 2000, S.ONLINE),
        (S.ONLINE, 0, 2001, S.DEGRADED),
        (S.ONLINE, 0, None, S.DEGRADED),
        (S.DEGRADED, 1, None, S.DEGRADED),
        (S.DEGRADED, 2, None, S.OFFLINE),
        (S.DEGRADED, 0, 1500, S.DEGRADED),  # slow still: it does not flicker around the limit
        (S.DEGRADED, 0, 900, S.ONLINE),
        (S.DEGRADED, 1, 1500, S.ONLINE),  # it was silent, not slow
        (S.OFFLINE, 9, 5, S.ONLINE),
        (S.OFFLINE, 9, 3000, S.DEGRADED),
        (S.OFFLINE, 9, None, S.OFFLINE),
        (S.DRAINING, 0, 5, S.DRAINING),
        (S.DRAINING, 5, None, S.DRAINING),
    ],
)
def test_states(before: Any, failures: int, latency_ms: int | None, after: Any) -> None:
    answer = Answer(1, stats=stats(latency_ms)) if latency_ms else Answer(1, failure="Nothing.")
    found = health_after(Health(before, failures, ""), answer, knows_nodes=True)
    assert found.state == after
    assert found.failures == (0 if latency_ms else failures + 1)


def test_without_its_nodes_it_is_degraded() -> None:
    answer = Answer(1, stats=stats(5), inventory_failure="Too large.")
    found = health_after(Health(S.UNKNOWN, 0, ""), answer, knows_nodes=False)
    assert (found.state, found.message) == (S.DEGRADED, "Too large.")


def endless(is_declared: bool) -> Any:
    """A server whose answers have 5 GB, and which says so or not; it counts what it sent."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        length = [(b"content-length", b"%d" % (5 * 1024**3))] if is_declared else []
        await send({"type": "http.response.start", "status": 200, "headers": length})
        sent = 0
        with contextlib.suppress(OSError):
            while sent < 64 * 1024**2:
                await send({"type": "http.response.body", "body": b" " * 2**18, "more_body": True})
                sent += 2**18
        assert sent < 64 * 1024**2, "the reader went on and on"

    return app


def state(instance: Instance) -> int:
    instance.worker.refresh_from_db()
    instance.refresh_from_db()
    return instance.worker.state_id


def told() -> list[str]:
    """Kinds of event, oldest first, without the registration."""
    found = Event.objects.filter(kind__code__startswith="worker.").order_by("pk")
    return [e.kind.code for e in found.exclude(kind=WorkerEvents.WORKER_REGISTERED)]


@pytest.mark.django_db
class TestAgainstAServer:
    def test_first_contact(self, instance: Instance, fake: Fake) -> None:
        fake.running, fake.pending = [prompt(1, "a")], [prompt(3, "c"), prompt(2, "b")]
        assert beat_all() == 1
        assert state(instance) == S.ONLINE
        vital = Vital.objects.get()
        assert (vital.vram_total_bytes, vital.vram_free_bytes) == (24 * GB, 20 * GB)
        assert (vital.queue_running, vital.queue_pending) == (1, 2)
        catalogue = InstanceCatalogue.objects.get()
        assert catalogue.version == "0.3.64" and "LoadImage" in catalogue.object_info
        assert catalogue.model_files["loras"] == ["ink.safetensors"]
        assert catalogue.model_files["embeddings"] == ["easynegative"]
        assert catalogue.system["pytorch_version"] == "2.8.0"
        assert "ram_free" not in catalogue.system
        assert told() == ["worker.online"]

    def test_known_things_are_not_asked_again(self, instance: Instance, fake: Fake) -> None:
        beat_all()
        fake.asked.clear()
        beat_all()
        assert fake.asked == ["/system_stats", "/queue"]
        InstanceCatalogue.objects.update(fetched_at=timezone.now() - timedelta(minutes=11))
        fake.models["loras"] = ["other.safetensors"]
        beat_all()
        assert InstanceCatalogue.objects.get().model_files["loras"] == ["other.safetensors"]

    def test_silence_and_return(self, instance: Instance, served: Served, fake: Fake) -> None:
        beat_all()
        served.stop()
        seen = []
        for _ in range(4):
            beat_all()
            seen.append(state(instance))
        assert seen == [S.DEGRADED, S.DEGRADED, S.OFFLINE, S.OFFLINE]
        assert instance.failures == 4 and "Nothing answers" in instance.message
        served.start()
        fake.asked.clear()
        beat_all()
        assert state(instance) == S.ONLINE and instance.message == ""
        assert "/object_info" in fake.asked
        assert told() == [
            "worker.online", "worker.degraded", "worker.offline", "worker.online",
        ]  # fmt: skip
        assert Vital.objects.count() == 2

    def test_slow(self, instance: Instance, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
        beat_all()
        monkeypatch.setattr("pipeline.comfyui.health.SLOW_MS", 50)
        fake.delay_s = 0.1
        beat_all()
        assert state(instance) == S.DEGRADED and "slowly" in instance.message

    def test_drained_stays_drained(self, instance: Instance, admin: User, served: Served) -> None:
        beat_all()
        drain_instance(actor=admin, instance=instance, draining=True)
        beat_all()
        assert state(instance) == S.DRAINING
        served.stop()
        for _ in range(3):
            beat_all()
        assert state(instance) == S.DRAINING and instance.failures == 3
        drain_instance(actor=admin, instance=instance, draining=False)
        beat_all()
        assert state(instance) == S.OFFLINE

    @pytest.mark.parametrize(
        ("reply", "words"),
        [
            (Reply(200, "<html>"), "no JSON"),
            (Reply(200, []), "not what ComfyUI answers"),
            (Reply(200, {"version": 1}), "not as ComfyUI does"),
            (Reply(302, None, {"location": "http://169.254.169.254/"}), "302"),
            (Reply(500, "boom"), "500"),
            (Reply(200, "[" * 100_000), "no JSON"),
        ],
    )
    def test_strange_answers(
        self, instance: Instance, fake: Fake, reply: Reply, words: str
    ) -> None:
        fake.raw["/system_stats"] = reply
        beat_all()
        assert state(instance) == S.UNKNOWN and words in instance.message

    def test_strange_figures(self, instance: Instance, fake: Fake) -> None:
        fake.devices = [{"vram_total": "much", "vram_free": 10**30}, "gpu"]
        fake.pending = [None, ["x"], [float("nan"), "a", None], *([[1, "b"]] * 40_000)]
        fake.object_info = {"A": {"input": {"required": {"x": ["FLOAT", {"max": 1e999}]}}}}
        fake.models["loras"] = ["nul\x00.pt", "half\ud800.pt"]
        beat_all()
        assert state(instance) == S.ONLINE
        vital = Vital.objects.get()
        assert (vital.vram_total_bytes, vital.vram_free_bytes) == (0, 0)
        assert vital.queue_pending == 32_767
        found = InstanceCatalogue.objects.get()
        assert found.object_info["A"]["input"]["required"]["x"] == ["FLOAT", {"max": None}]
        assert found.model_files["loras"] == ["nul.pt", "half?.pt"]

    def test_too_much_to_tell(
        self, instance: Instance, fake: Fake, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(http, "ASIDE", replace(http.ASIDE, list_bytes=2 * 1024**2))
        fake.object_info = {"A": "x" * 2 * 1024**2}
        beat_all()
        assert state(instance) == S.DEGRADED
        assert "larger than 2 MB" in instance.message
        fake.asked.clear()
        beat_all()
        assert "/object_info" not in fake.asked, "a large answer is not asked for at every beat"
        assert state(instance) == S.DEGRADED and "larger" in instance.message
        assert told() == ["worker.degraded"]

    @pytest.mark.parametrize("is_declared", [True, False])
    def test_five_gigabytes(self, admin: User, is_declared: bool) -> None:
        with serve(endless(is_declared)) as server:
            made = register_instance(actor=admin, name="render-2", url=server.url)
            beat_all()
            assert state(made) == S.UNKNOWN and "larger than 4 MB" in made.message

    def test_restart_drops_prefixes(self, instance: Instance, fake: Fake) -> None:
        beat_all()
        CachedPrefix.objects.create(instance=instance, sha256="a" * 64)
        beat_all()
        assert CachedPrefix.objects.exists(), "it remembers prompts, so it was not restarted"
        fake.history = {}
        beat_all()
        assert not CachedPrefix.objects.exists()
        assert state(instance) == S.ONLINE and instance.restarted_at is not None

    def test_other_command_line_is_a_restart(self, instance: Instance, fake: Fake) -> None:
        beat_all()
        CachedPrefix.objects.create(instance=instance, sha256="a" * 64)
        fake.argv.append("--highvram")
        beat_all()
        assert not CachedPrefix.objects.exists()
        assert InstanceCatalogue.objects.get().system["argv"][-1] == "--highvram"

    def test_retired_ones_are_left_alone(
        self, instance: Instance, fake: Fake, admin: User, run_on: Any
    ) -> None:
        attempt = run_on(instance.worker, "p")
        type(attempt).objects.filter(pk=attempt.pk).update(ended_at=timezone.now(), outcome_id=1)
        assert not remove_instance(actor=admin, instance=instance)
        assert beat_all() == 0 and fake.asked == []

    def test_pruning(self, instance: Instance) -> None:
        beat_all()
        beat_all()
        old = Vital.objects.order_by("pk").first()
        assert old is not None
        Vital.objects.filter(pk=old.pk).update(measured_at=timezone.now() - timedelta(hours=25))
        assert prune_vitals() == 1 and Vital.objects.count() == 1

    def test_an_answer_that_comes_too_late_changes_nothing(
        self, instance: Instance, admin: User
    ) -> None:
        answer = heartbeat.ask(heartbeat.question_for(instance))
        remove_instance(actor=admin, instance=instance)
        heartbeat.store(answer)
        assert not Vital.objects.exists()
