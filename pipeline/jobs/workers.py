"""What Admins do to workers."""

from __future__ import annotations

from django.db import transaction

from pipeline.jobs.events import JobEvents
from pipeline.jobs.models import Worker, WorkerState
from pipeline.jobs.moves import hint_ready
from studio.core.access import require_admin
from studio.core.models import User
from studio.live.services import record_event


def set_worker_draining(*, actor: User, worker: Worker, draining: bool) -> None:
    """Let a worker finish what it has and take nothing new, or take work again.

    Raises:
        Forbidden: `actor` is no Admin.
    """
    require_admin(actor)
    to = WorkerState.Code.DRAINING if draining else WorkerState.Code.ONLINE
    with transaction.atomic():
        changed = Worker.objects.filter(pk=worker.pk).exclude(state_id=to).update(state_id=to)
        if changed:
            kind = JobEvents.WORKER_DRAINED if draining else JobEvents.WORKER_RESUMED
            record_event(kind, actor=actor, subject_code=worker.code, label=worker.name)
        if changed and not draining:
            hint_ready()
