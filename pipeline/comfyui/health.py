"""What an instance's answers make of its state: rules without network or database."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.jobs.states import WorkerState
from pipeline.providers.comfyui.answers import Inventory, Queue, Stats

S = WorkerState.Code

#: An answer that takes longer is slow; a slow instance is well again below the second figure.
SLOW_MS, QUICK_AGAIN_MS = 2000, 1000
#: Heartbeats without answer, in a row, after which an instance is offline.
FAILURES_UNTIL_OFFLINE = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking an instance once.

    Args:
        failure: why there are no `stats`; empty: there are.
        inventory: what it has, if that was asked for and told.
        inventory_failure: why it was asked for and not told.
        is_restarted: it was started anew since it was asked last.
    """

    instance_id: int
    failure: str = ""
    stats: Stats | None = None
    queue: Queue = field(default_factory=Queue)
    inventory: Inventory | None = None
    inventory_failure: str = ""
    is_restarted: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """What is stored of it: state, heartbeats without answer in a row, why it is not well."""

    state: WorkerState.Code
    failures: int
    message: str


def health_after(before: Health, answer: Answer, *, knows_nodes: bool) -> Health:
    """How an instance stands after an answer, or none.

    A drained instance stays drained, whatever it answers: that is what a person said. One that
    answers without telling its nodes can't be given work, and is degraded.

    Args:
        knows_nodes: a list of its nodes is stored.
    """
    if answer.stats is None:
        failures = min(before.failures + 1, 10_000)
        state = S.OFFLINE if failures >= FAILURES_UNTIL_OFFLINE else before.state
        if state == S.ONLINE:
            state = S.DEGRADED
        return Health(_kept(before, state), failures, answer.failure[:300])
    latency_ms = answer.stats.latency_ms
    limit = QUICK_AGAIN_MS if before.state == S.DEGRADED and not before.failures else SLOW_MS
    if latency_ms > limit:
        message = f"It answers slowly: after {latency_ms / 1000:.1f} s."
    elif not knows_nodes:
        message = answer.inventory_failure or before.message or "Its nodes are not known yet."
    else:
        message = ""
    state = S.DEGRADED if message else S.ONLINE
    return Health(_kept(before, state), 0, message[:300])


def _kept(before: Health, state: WorkerState.Code) -> WorkerState.Code:
    return S.DRAINING if before.state == S.DRAINING else state
