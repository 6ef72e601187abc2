"""What Admins do to instances, what is refused, and what the instance hears of it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from pipeline.comfyui import services
from pipeline.comfyui.events import WorkerEvents
from pipeline.comfyui.heartbeat import beat_all
from pipeline.comfyui.models import CachedPrefix, Instance
from pipeline.jobs.models import Attempt, AttemptOutcome, Worker, WorkerState
from studio.core.errors import Conflict, Forbidden, Invalid, Unavailable
from studio.core.models import User
from studio.core.outbound import addresses
from studio.live.links import event_url
from studio.live.models import Event
from tests.pipeline.comfyui.fake import Fake, prompt
from tests.standins.server import Served

pytestmark = pytest.mark.django_db
S = WorkerState.Code
RunOn = Callable[[Worker, str], Attempt]

ORDERS: dict[str, dict[str, Any]] = {
    "drain_instance": {"draining": True},
    "interrupt_instance": {},
    "free_memory": {},
    "clear_queue": {},
    "refresh_instance": {},
    "restart_instance": {},
    "remove_instance": {},
    "restore_instance": {},
    "change_instance": {"capacity": 9},
}


def events(kind: WorkerEvents) -> int:
    return Event.objects.filter(kind_id=kind.value).count()


# --- the list -------------------------------------------------------------------------------


def test_registering(admin: User) -> None:
    made = services.register_instance(
        actor=admin, name=" render  2 ", url="HTTP://LOCALHOST:18188/comfy/", tags=["B", "a", "b"]
    )
    assert made.worker.name == "render 2"
    assert made.url == "http://localhost:18188/comfy"
    assert [tag.tag for tag in made.tags.all()] == ["a", "b"]
    assert made.worker.state_id == S.UNKNOWN and made.owner == admin
    assert events(WorkerEvents.WORKER_REGISTERED) == 1


@pytest.mark.parametrize("order", ORDERS)
def test_orders_are_for_admins(order: str, instance: Instance, fake: Fake, creator: User) -> None:
    before = Event.objects.count()
    with pytest.raises(Forbidden):
        getattr(services, order)(actor=creator, instance=instance, **ORDERS[order])
    assert not fake.ordered and Event.objects.count() == before


def test_registering_is_for_admins(creator: User) -> None:
    with pytest.raises(Forbidden):
        services.register_instance(actor=creator, name="x", url="http://127.0.0.1:18188")


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1]:8188",
        "http://[::ffff:169.254.169.254]:8188",
        "http://[fd00:ec2::254]:8188",
        "http://0.0.0.0:8188",
        "http://224.0.0.1:8188",
        "http://2852039166/",
        "http://0xA9FEA9FE/",
        "http://user:secret@127.0.0.1:8188",
        "http://user@127.0.0.1:8188",
        "http://127.0.0.1:22",
        "http://127.0.0.1:5432",
        "http://127.0.0.1:6379",
        "http://127.0.0.1:8188/?a=b",
        "http://127.0.0.1:8188/#here",
        "http://127.0.0.1:99999",
        "ftp://127.0.0.1:8188",
        "file:///etc/passwd",
        "gopher://127.0.0.1:8188",
        "javascript:alert(1)",
        "//127.0.0.1:8188",
        "127.0.0.1:8188",
        "http://",
        "",
        "http://127.0.0.1:8188/" + "x" * 300,
    ],
)
def test_addresses_that_are_refused(admin: User, url: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.register_instance(actor=admin, name="x", url=url)
    assert refused.value.fields["url"]
    assert not Instance.objects.exists()


def test_a_name_that_leads_to_metadata(admin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "resolve", lambda host, port: ["10.0.0.7", "169.254.169.254"])
    with pytest.raises(Invalid, match="does not call"):
        services.register_instance(actor=admin, name="x", url="http://render.example:8188")


def test_a_name_that_leads_elsewhere_later(
    instance: Instance, admin: User, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was fine at registration is checked again at every call."""
    beat_all()
    fake.asked.clear()
    monkeypatch.setattr(addresses, "resolve", lambda host, port: ["169.254.169.254"])
    beat_all()
    instance.refresh_from_db()
    assert "not allowed" in instance.message and not fake.asked
    assert "127.0.0.1" not in instance.message, "everybody who is signed in may read it"
    with pytest.raises(Unavailable):
        services.free_memory(actor=admin, instance=instance)
    assert not fake.ordered


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": 101}, "capacity"),
        ({"tags": ["Ümlaut"]}, "tags"),
        ({"tags": ["-x"]}, "tags"),
        ({"tags": [str(n) for n in range(21)]}, "tags"),
        ({"rate_permille": -1}, "rate_permille"),
        ({"rate_permille": 1_000_001}, "rate_permille"),
        ({"install_name": "nowhere"}, "install_name"),
    ],
)
def test_values_that_are_refused(
    instance: Instance, admin: User, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        services.change_instance(actor=admin, instance=instance, **changes)
    assert set(refused.value.fields) == {field}


def test_name_and_address_are_taken_once(instance: Instance, admin: User) -> None:
    with pytest.raises(Invalid) as refused:
        services.register_instance(actor=admin, name="render-2", url=instance.url)
    assert "render-1" in refused.value.fields["url"][0]
    with pytest.raises(Invalid) as refused:
        services.register_instance(actor=admin, name="render-1", url="http://127.0.0.1:18188")
    assert "name" in refused.value.fields
    assert Worker.objects.count() == 1


def test_the_database_keeps_addresses_apart(instance: Instance, admin: User) -> None:
    other = Worker.objects.create(name="other")
    with pytest.raises(IntegrityError, match="instance_url_once"), transaction.atomic():
        Instance.objects.create(worker=other, url=instance.url, owner=admin)
    with pytest.raises(IntegrityError, match="instance_capacity_in_range"), transaction.atomic():
        Instance.objects.create(worker=other, url="http://a", owner=admin, capacity=101)


def test_another_address_makes_it_unknown(instance: Instance, admin: User) -> None:
    beat_all()
    CachedPrefix.objects.create(instance=instance, sha256="a" * 64)
    services.change_instance(actor=admin, instance=instance, tags=["x"])
    assert Worker.objects.get().state_id == S.ONLINE and CachedPrefix.objects.exists()
    services.change_instance(actor=admin, instance=instance, url="http://127.0.0.1:18188")
    assert Worker.objects.get().state_id == S.UNKNOWN and not CachedPrefix.objects.exists()


def test_removing_what_never_ran(instance: Instance, admin: User) -> None:
    beat_all()
    assert services.remove_instance(actor=admin, instance=instance)
    assert not Worker.objects.exists() and events(WorkerEvents.WORKER_REMOVED) == 1
    removed = Event.objects.get(kind_id=WorkerEvents.WORKER_REMOVED)
    assert event_url(removed) == "/workers/"  # its own page is gone


def test_kinds_of_events_are_named_alike() -> None:
    assert {kind.code.partition(".")[0] for kind in WorkerEvents} == {"worker"}


def test_retiring_and_bringing_back(
    instance: Instance, admin: User, run_on: RunOn, served: Served
) -> None:
    attempt = run_on(instance.worker, "p")
    with pytest.raises(Conflict, match="still running"):
        services.remove_instance(actor=admin, instance=instance)
    Attempt.objects.filter(pk=attempt.pk).update(
        ended_at=timezone.now(), outcome_id=AttemptOutcome.Code.SUCCEEDED
    )
    assert not services.remove_instance(actor=admin, instance=instance)
    instance.refresh_from_db()
    assert instance.retired_at and Worker.objects.get().state_id == S.OFFLINE
    for order in set(ORDERS) - {"remove_instance", "restore_instance", "change_instance"}:
        with pytest.raises(Conflict, match="retired"):
            getattr(services, order)(actor=admin, instance=instance, **ORDERS[order])
    other = services.register_instance(actor=admin, name="render-2", url=served.url)
    with pytest.raises(Conflict, match="Another worker"):
        services.restore_instance(actor=admin, instance=instance)
    services.remove_instance(actor=admin, instance=other)
    services.restore_instance(actor=admin, instance=instance)
    assert Worker.objects.get().state_id == S.UNKNOWN
    with pytest.raises(Conflict, match="not retired"):
        services.restore_instance(actor=admin, instance=instance)


# --- orders ---------------------------------------------------------------------------------


def test_interrupt_stops_ours_by_its_id(
    instance: Instance, admin: User, fake: Fake, run_on: RunOn
) -> None:
    run_on(instance.worker, "ours")
    fake.running = [prompt(1, "ours")]
    assert services.interrupt_instance(actor=admin, instance=instance) == "ours"
    assert fake.ordered == [("/interrupt", {"prompt_id": "ours"})]
    assert events(WorkerEvents.WORKER_INTERRUPTED) == 1


def test_interrupt_never_stops_a_foreign_prompt(
    instance: Instance, admin: User, fake: Fake, run_on: RunOn
) -> None:
    other = Worker.objects.create(name="other")
    run_on(other, "of another worker")
    run_on(instance.worker, "ours")
    fake.running = [prompt(1, "of another worker")]
    fake.pending = [prompt(2, "ours")]
    with pytest.raises(Conflict, match="Nothing of ours"):
        services.interrupt_instance(actor=admin, instance=instance)
    assert not fake.ordered


def test_clearing_ours(instance: Instance, admin: User, fake: Fake, run_on: RunOn) -> None:
    run_on(instance.worker, "ours")
    run_on(instance.worker, "ours, running")
    fake.running = [prompt(1, "ours, running")]
    fake.pending = [prompt(3, "foreign"), prompt(2, "ours")]
    assert services.clear_queue(actor=admin, instance=instance) == 1
    assert fake.ordered == [("/queue", {"delete": ["ours"]})]
    fake.pending = [prompt(3, "foreign")]
    with pytest.raises(Conflict, match="of ours"):
        services.clear_queue(actor=admin, instance=instance)
    assert services.clear_queue(actor=admin, instance=instance, everything=True) == 1
    assert fake.ordered[-1] == ("/queue", {"clear": True})
    assert events(WorkerEvents.WORKER_CLEARED) == 2


def test_freeing_memory_forgets_prefixes(instance: Instance, admin: User, fake: Fake) -> None:
    CachedPrefix.objects.create(instance=instance, sha256="a" * 64)
    services.free_memory(actor=admin, instance=instance)
    assert fake.ordered == [("/free", {"unload_models": True, "free_memory": True})]
    assert not CachedPrefix.objects.exists()


def test_orders_that_do_not_arrive(instance: Instance, admin: User, served: Served) -> None:
    CachedPrefix.objects.create(instance=instance, sha256="a" * 64)
    served.stop()
    for order in (services.free_memory, services.interrupt_instance, services.clear_queue):
        with pytest.raises(Unavailable, match="Nothing answers"):
            order(actor=admin, instance=instance)
    with pytest.raises(Unavailable):
        services.refresh_instance(actor=admin, instance=instance)
    assert CachedPrefix.objects.exists()
    assert not events(WorkerEvents.WORKER_FREED)


def test_asking_at_once(instance: Instance, admin: User, fake: Fake) -> None:
    beat_all()
    fake.models["loras"] = ["new.safetensors"]
    services.refresh_instance(actor=admin, instance=instance)
    instance.refresh_from_db()
    assert instance.catalogue.model_files["loras"] == ["new.safetensors"]


# --- managed installations ------------------------------------------------------------------


@pytest.fixture
def managed(tmp_path: Path, settings: Any, instance: Instance) -> Callable[[list[str]], None]:
    """Writes the file of installations, with a restart command for the instance."""
    settings.MANAGED_COMFYUI = str(tmp_path / "managed.json")
    Instance.objects.filter(pk=instance.pk).update(install_name="one")
    instance.refresh_from_db()

    def write(restart: list[str]) -> None:
        entry = {"folder": str(tmp_path), "python": sys.executable, "restart": restart}
        Path(settings.MANAGED_COMFYUI).write_text(json.dumps({"one": entry}))

    return write


def test_restart(
    instance: Instance,
    admin: User,
    managed: Callable[[list[str]], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    beat_all()
    CachedPrefix.objects.create(instance=instance, sha256="a" * 64)
    monkeypatch.setenv("SEEDFRAME_SECRET_KEY", "not for others")
    report = "import os; open('ran', 'w').write(repr(dict(os.environ)))"
    managed([sys.executable, "-c", report])
    services.restart_instance(actor=admin, instance=instance)
    seen = (tmp_path / "ran").read_text()
    assert os.environ["PATH"] in seen and "SEEDFRAME" not in seen
    instance.refresh_from_db()
    assert instance.worker.state_id == S.UNKNOWN and instance.restarted_at
    assert not CachedPrefix.objects.exists() and events(WorkerEvents.WORKER_RESTARTED) == 1


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ([sys.executable, "-c", "raise SystemExit(3)"], "exit code 3"),
        (["no-such-program-anywhere"], "can't be run"),
        ([], "No restart command"),
    ],
)
def test_restarts_that_fail(
    instance: Instance,
    admin: User,
    managed: Callable[[list[str]], None],
    command: list[str],
    words: str,
) -> None:
    managed(command)
    with pytest.raises(Unavailable, match=words):
        services.restart_instance(actor=admin, instance=instance)
    assert not events(WorkerEvents.WORKER_RESTARTED)


@pytest.mark.parametrize("text", ["{", "[]", '{"one": {"folder": 3}}', None])
def test_a_file_that_is_not_right(
    instance: Instance, admin: User, settings: Any, tmp_path: Path, text: str | None
) -> None:
    path = tmp_path / "managed.json"
    settings.MANAGED_COMFYUI = str(path)
    if text is not None:
        path.write_text(text)
    with pytest.raises(Unavailable, match="file of managed installations"):
        services.restart_instance(actor=admin, instance=instance)
