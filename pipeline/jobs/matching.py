"""Which worker takes a job of a provider that is not this machine, and why a job waits.

A provider whose jobs run on registered machines says by its entry in `CHOOSERS` which of them
takes a job now; the others are reached from anywhere, by the bridge itself. Each provider has a
limit of jobs at once, so that none holds all threads of the bridge (`most_jobs`).
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from pipeline.jobs.models import Job, JobState, Worker, WorkerKind, WorkerState
from pipeline.jobs.states import ACTIVE
from pipeline.providers.models import Provider

#: By provider: the worker that takes the job now, or None. Called inside the decision, which is
#: one at a time for the whole studio: a few queries at most, and no network.
CHOOSERS: dict[str, Callable[[Job], Worker | None]] = {}

#: By provider: what a waiting job waits for, in a sentence; empty when it only waits its turn.
EXPLAIN_WAIT: dict[str, Callable[[Job], str]] = {}


def choose_worker(job: Job, bridge: Worker) -> Worker | None:
    """The worker that the attempt belongs to, or None when nobody can take the job now."""
    choose = CHOOSERS.get(job.offer.model.provider.code)
    return bridge if choose is None else choose(job)


def most_jobs(provider: Provider.Code) -> int:
    """How many jobs of the studio a remote provider has at once.

    Registered machines take as many as their capacity says, but a job may wait in their queues for
    hours, and holds a thread of the bridge meanwhile: paid providers are to have some, too.
    """
    on_machines = provider.code in CHOOSERS
    return settings.MACHINE_CONCURRENT_JOBS if on_machines else settings.PROVIDER_CONCURRENT_JOBS


def explain_wait(job: Job) -> str:
    """Why a queued job does not run yet, in a sentence; empty when it is not queued.

    A few queries; for the page of one job.
    """
    if job.state_id != JobState.Code.QUEUED:
        return ""
    provider = Provider.Code(job.offer.model.provider_id)
    is_local = provider == Provider.Code.LOCAL
    active = Job.objects.filter(state_id__in=ACTIVE)
    ours = active.filter(project_id=job.project_id)
    local = {"offer__model__provider_id": Provider.Code.LOCAL.value}
    ours = ours.filter(**local) if is_local else ours.exclude(**local)
    if ours.count() >= settings.PROJECT_RUNNING_JOBS:
        return f"This project has {settings.PROJECT_RUNNING_JOBS} jobs running, its share."
    if is_local:
        return _explain_turn(job)
    if reason := _explain_bridge():
        return reason
    running = active.filter(offer__model__provider_id=provider.value).count()
    if running >= most_jobs(provider):
        return f"{provider.label} works on {running} jobs of the studio, as many as it may."
    explain = EXPLAIN_WAIT.get(provider.code)
    return (explain(job) if explain is not None else "") or _explain_turn(job)


def _explain_bridge() -> str:
    """Why no bridge takes anything; empty when one does."""
    bridges = Worker.objects.filter(kind_id=WorkerKind.Code.BRIDGE)
    states = set(bridges.values_list("state_id", flat=True))
    if states & {WorkerState.Code.ONLINE, WorkerState.Code.DEGRADED}:
        return ""
    if WorkerState.Code.DRAINING in states:
        return "The bridge to remote providers takes nothing new; an Admin has it drained."
    return (
        "No bridge runs, which talks to ComfyUI and to paid providers; an Admin starts it with"
        " the studio."
    )


def _explain_turn(job: Job) -> str:
    """How many jobs of the same project are before it."""
    before = Job.objects.filter(
        state_id=JobState.Code.QUEUED,
        project_id=job.project_id,
        priority=job.priority,
        pk__lt=job.pk,
    ).count()
    if not before:
        return "It waits its turn."
    return f"It waits its turn: {before:,} job{'s' if before > 1 else ''} of the project before it."
