"""What open pages are told about workers: that one has changed, that all were asked again."""

from __future__ import annotations

from typing import Any

from pipeline.jobs.models import Worker, WorkerState
from studio.live.services import publish, studio_group


def state_of(worker: Worker) -> WorkerState.Code:
    """A worker's state as a member of the enumeration."""
    state_id: Any = worker.state_id
    return WorkerState.Code(state_id)


def publish_worker(worker: Worker) -> None:
    """Tell everybody signed in that a worker has changed; call in the transaction."""
    publish(
        [studio_group()],
        {
            "kind": "worker.changed",
            "code": str(worker.code),
            "state": state_of(worker).code,
        },
    )


def publish_beat() -> None:
    """Tell everybody signed in that there are new figures: one message for all workers."""
    publish([studio_group()], {"kind": "worker.beat"})
