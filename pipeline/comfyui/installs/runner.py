"""The tasks that carry out installations, and set right what a dead one has left."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from pipeline.comfyui.installs.events import InstallEvents
from pipeline.comfyui.installs.journal import alone_with
from pipeline.comfyui.installs.live import publish_plan
from pipeline.comfyui.installs.log import PlanLog
from pipeline.comfyui.installs.programs import ProgramFailed, Stopped
from pipeline.comfyui.installs.restarting import NotReady
from pipeline.comfyui.installs.services import require_managed, tell
from pipeline.comfyui.installs.work import Work
from pipeline.comfyui.models import InstallPlan, InstallState
from studio.core.errors import DomainError

S = InstallState.Code
_TELLS = {
    S.SUCCEEDED: InstallEvents.INSTALL_SUCCEEDED,
    S.ROLLED_BACK: InstallEvents.INSTALL_ROLLED_BACK,
    S.FAILED: InstallEvents.INSTALL_FAILED,
}


def run_plan(plan_id: int) -> None:
    """Carry out an approved plan; does nothing if another task has it (task)."""
    plan = _find(plan_id, S.APPROVED)
    if plan is None:
        return
    with alone_with(plan.instance_id) as is_alone:
        if not is_alone or not _claim(plan):
            return
        log = PlanLog(plan)
        try:
            work = Work(plan, require_managed(plan.instance), log)
        except DomainError as error:
            _end(plan, log, S.ROLLED_BACK, f"{error.detail} Nothing was changed.")
            return
        try:
            work.carry_out()
        except (ProgramFailed, NotReady, Stopped, OSError) as error:
            log.line(str(error))
            _undo(work, str(error))
        else:
            _close(work, S.SUCCEEDED, "The nodes are there.")


def recover_plan(plan_id: int) -> None:
    """Undo what a process has left that died while it carried out a plan (task)."""
    plan = _find(plan_id, S.RUNNING)
    if plan is None:
        return
    with alone_with(plan.instance_id) as is_alone:
        if not is_alone or _find(plan_id, S.RUNNING) is None:
            return  # it lives after all, or has ended by now
        log = PlanLog(plan)
        reason = "The process that installed has ended early."
        log.line(reason)
        try:
            work = Work(plan, require_managed(plan.instance), log)
            work.take_over()
        except DomainError as error:
            _end(plan, log, S.FAILED, f"{reason} {error.detail} Nothing was put back.")
        except ProgramFailed as error:
            _end(plan, log, S.FAILED, f"{reason} {error} Nothing was put back.")
        else:
            _undo(work, reason)


def _undo(work: Work, reason: str) -> None:
    left = work.undo()
    if left:
        # What was put aside stays, and the worker drained, for whoever sets it right by hand.
        held = " The worker takes nothing new." if work.journal.is_held else ""
        _end(work.plan, work.log, S.FAILED, f"{reason} Not put back: {' '.join(left)}{held}")
    else:
        _close(work, S.ROLLED_BACK, reason)


def _close(work: Work, state: InstallState.Code, message: str) -> None:
    try:
        work.close()
    except OSError as error:
        message = f"{message} {work.folders.work} could not be removed: {error.strerror}."
    _end(work.plan, work.log, state, message)


def _find(plan_id: int, state: InstallState.Code) -> InstallPlan | None:
    return (
        InstallPlan.objects.select_related("instance__worker")
        .filter(pk=plan_id, state_id=state)
        .first()
    )


def _claim(plan: InstallPlan) -> bool:
    with transaction.atomic():
        here = InstallPlan.objects.filter(pk=plan.pk, state_id=S.APPROVED)
        publish_plan(plan)
        return bool(here.update(state_id=S.RUNNING))


def _end(plan: InstallPlan, log: PlanLog, state: InstallState.Code, message: str) -> None:
    log.line(message)
    log.flush()
    with transaction.atomic():
        here = InstallPlan.objects.filter(pk=plan.pk, state_id=S.RUNNING)
        if here.update(state_id=state, ended_at=timezone.now(), message=message[:300]):
            tell(_TELLS[state], None, plan)
