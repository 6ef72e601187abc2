"""What open pages are told about workers: that one has changed, that all were asked again."""

from __future__ import annotations

from pipeline.jobs.models import Worker, WorkerState
from studio.live.services import publish, studio_group


def publish_worker(worker: Worker) -> None:
    """Tell everybody signed in that a worker has changed; call in the transaction."""
    publish(
        [studio_group()],
        {
            "kind": "worker.changed",
            "code": str(worker.code),
            "state": WorkerState.Code(worker.state_id).code,
        },
    )


def publish_beat() -> None:
    """Tell everybody signed in that there are new figures: one message for all workers."""
    publish([studio_group()], {"kind": "workers.beat"})
