"""Which instance takes a job: one that has all it needs, keeps most of it in memory, is least busy.

Decided from what instances said of themselves; nothing is asked over the network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, QuerySet, Sum

from pipeline.comfyui.models import CachedPrefix, Instance
from pipeline.comfyui.queries import video_memory
from pipeline.imaging.seeds import variant_seed
from pipeline.jobs.models import (
    Attempt,
    AttemptOutcome,
    Job,
    JobOutput,
    ProviderRequest,
    Worker,
    WorkerState,
)
from pipeline.workflows.catalogues import Catalogue, catalogues_of
from pipeline.workflows.mapping import BadValue
from pipeline.workflows.models import MissingKind
from pipeline.workflows.orders import Order, file_hashes, order_of
from pipeline.workflows.policy import instances_in_use
from pipeline.workflows.prefixes import cached_nodes, prefix_hashes
from pipeline.workflows.pruning import UnknownClass
from pipeline.workflows.readiness import NOT_KNOWN, Missing, missing_on
from studio.core.errors import DomainError

_TAKES = (WorkerState.Code.ONLINE, WorkerState.Code.DEGRADED)
#: After these a request that was sent may still run.
_LEFT_OPEN = (AttemptOutcome.Code.LOST, AttemptOutcome.Code.HANDED_OVER)


@dataclass(frozen=True)
class Candidate:
    """An instance, what it lacks for an order, and how much of the graph it keeps."""

    instance: Instance
    missing: tuple[Missing, ...]
    cached: int = 0

    @property
    def is_ready(self) -> bool:
        """Whether it has all that the order needs."""
        return not self.missing


def candidates(order: Order, random_seed: int, instances: Sequence[Instance]) -> list[Candidate]:
    """Each instance with what it lacks for the graph of one output. Four queries at most.

    Args:
        instances: with tags prefetched.
        random_seed: of the output.
    """
    catalogues = catalogues_of(instances)
    memory = video_memory([instance.pk for instance in instances])
    found = []
    for instance in instances:
        missing = lacks(
            order,
            random_seed,
            instance,
            catalogues.get(instance.pk),
            memory.get(instance.pk),
        )
        found.append(Candidate(instance, tuple(missing)))
    return found


def lacks(
    order: Order,
    random_seed: int,
    instance: Instance,
    catalogue: Catalogue | None,
    vram_bytes: int | None,
) -> list[Missing]:
    """What an instance lacks for the graph of one output."""
    try:
        graph = order.graph(random_seed, catalogue.object_info if catalogue is not None else {})
    except UnknownClass as error:
        if catalogue is not None:
            return [Missing(MissingKind.Code.NODE, str(error)[:300])]
        graph = {}
    return missing_on(order.version, graph, instance, catalogue, vram_bytes)


def choose_instance(job: Job) -> Worker | None:
    """The instance that takes a job now, or None while nobody can.

    Of those that are up, have room and lack nothing: the one that keeps most nodes of the graph,
    then the one with least to do. Where an attempt before was lost with a prompt on a server, that
    server goes on with it, whether it has room or takes nothing new. About fifteen queries.
    """
    if (before := _asked_before(job)) is not None:
        return before.worker
    instances = list(_open().prefetch_related("tags"))
    loads = prompts_in_flight(instances)
    free = [item for item in instances if loads.get(item.worker_id, 0) < item.capacity]
    if not free:
        return None
    anybody: Worker = free[0].worker
    try:
        order = order_of(job)
        position = _next_position(job)
        seed = variant_seed(job.random_seed, position)
        ready = [item.instance for item in candidates(order, seed, free) if item.is_ready]
        if not ready:
            return None
        kept = _kept(job, order, seed, ready)
    except (BadValue, DomainError):
        # It can't run anywhere; whoever takes it tells why, and the job ends.
        return anybody
    best: Instance = min(
        ready, key=lambda item: (-kept.get(item.pk, 0), loads.get(item.worker_id, 0), item.pk)
    )
    return best.worker


def prompts_in_flight(instances: Sequence[Instance]) -> dict[int, int]:
    """How many outputs each worker still owes its open attempts. Two queries."""
    workers = [instance.worker_id for instance in instances]
    open_attempts = Attempt.objects.filter(worker_id__in=workers, ended_at=None).order_by()
    expected = dict(open_attempts.values_list("worker_id").annotate(n=Sum("job__outputs_expected")))
    delivered: dict[int, int] = dict(
        JobOutput.objects.filter(job__attempts__in=open_attempts.values("pk"))
        .order_by()
        .annotate(worker_id=F("job__attempts__worker_id"))
        .filter(job__attempts__ended_at=None)
        .values_list("worker_id")
        .annotate(n=Count("pk"))
    )
    return {pk: max(0, n - delivered.get(pk, 0)) for pk, n in expected.items()}


def explain_wait(job: Job) -> str:
    """What a queued job waits for, in a sentence; empty: its turn. About fifteen queries."""
    registered = list(instances_in_use().prefetch_related("tags"))
    if not registered:
        return "No ComfyUI instance is registered; an Admin adds one under workers."
    try:
        order = order_of(job)
    except DomainError as error:
        return f"It can't run: {error}"
    seed = variant_seed(job.random_seed, _next_position(job))
    try:
        found = candidates(order, seed, registered)
    except BadValue as error:
        return f"It can't run: {error.message}"
    able = [item.instance for item in found if item.is_ready]
    if not able:
        return explain_none(order, found)
    names = ", ".join(item.worker.name for item in able[:3])
    up = [item for item in able if item.worker.state_id in _TAKES]
    if not up:
        states = {str(item.worker.state).lower() for item in able}
        return f"It waits for {names}, which could run it ({', '.join(sorted(states))})."
    loads = prompts_in_flight(up)
    if all(loads.get(item.worker_id, 0) >= item.capacity for item in up):
        return f"It waits for room on {', '.join(item.worker.name for item in up[:3])}."
    return ""


def explain_none(order: Order, found: Sequence[Candidate]) -> str:
    """Why none of these instances is ready for an order."""
    if all(_is_silent(item) for item in found):
        return (
            f"No instance has told yet what it has, so where “{order.version}” runs is not known."
        )
    return f"No instance has what “{order.version}” needs. {_nearest(found)}"


def _nearest(found: Sequence[Candidate]) -> str:
    """What the nearest instances lack, in a sentence."""
    found = [item for item in found if not _is_silent(item)]
    nearest = sorted(found, key=lambda item: len(item.missing))[:2]
    said = []
    for item in nearest:
        values = list(dict.fromkeys(part.value for part in item.missing))
        more = f" and {len(values) - 3} more" if len(values) > 3 else ""
        said.append(f"{item.instance.worker.name} lacks {', '.join(values[:3])}{more}")
    return "; ".join(said) + "." if said else ""


def _is_silent(item: Candidate) -> bool:
    return any(part.value == NOT_KNOWN for part in item.missing)


def _open() -> QuerySet[Instance]:
    return instances_in_use().filter(worker__state_id__in=_TAKES)


def _asked_before(job: Job) -> Instance | None:
    """The server that may still work on what a lost attempt asked of it; up to four queries."""
    last = job.attempts.order_by("-number").values_list("outcome_id", flat=True).first()
    if last not in _LEFT_OPEN:
        return None
    asked = (
        ProviderRequest.objects.filter(attempt__job=job, attempt__outcome_id__in=_LEFT_OPEN)
        .exclude(request_id="")
        .exclude(position__in=job.outputs.values("position"))
        .order_by("-attempt__number")
        .values_list("attempt__worker_id", flat=True)
        .first()
    )
    up = instances_in_use().filter(worker__state_id__in=(*_TAKES, WorkerState.Code.DRAINING))
    return up.filter(worker_id=asked).first() if asked is not None else None


def _next_position(job: Job) -> int:
    delivered = set(job.outputs.values_list("position", flat=True))
    missing = (p for p in range(job.outputs_expected) if p not in delivered)
    return next(missing, 0)


def _kept(job: Job, order: Order, seed: int, ready: Sequence[Instance]) -> Mapping[int, int]:
    """How many nodes of the job's graph each instance keeps. Two queries, fewer for one only."""
    if len(ready) == 1:
        return {}
    files = file_hashes(job)
    catalogues = catalogues_of(ready)
    kept = {}
    for instance in ready:
        graph = order.graph(seed, catalogues[instance.pk].object_info)
        hashes = prefix_hashes(graph, files)
        known = CachedPrefix.objects.filter(instance=instance, sha256__in=set(hashes.values()))
        kept[instance.pk] = cached_nodes(hashes, set(known.values_list("sha256", flat=True)))
    return kept
