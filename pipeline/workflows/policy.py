"""Who may see and change workflows: those of the studio are for Admins to change."""

from __future__ import annotations

from django.db.models import QuerySet

from pipeline.comfyui.models import Instance
from pipeline.workflows.models import Workflow, WorkflowState, WorkflowVersion
from studio.core.access import CapabilityCode, can, require, require_admin
from studio.core.errors import Conflict, NotFound
from studio.core.models import Project, User


def require_change(actor: User, project: Project | None) -> None:
    """Pass, or raise, for making and changing workflows of a project or of the studio.

    Raises:
        NotFound, Forbidden, Conflict: as `studio.core.access.require`; Forbidden for those of the
            studio unless the person is an Admin.
    """
    if project is None:
        require_admin(actor)
    else:
        require(actor, CapabilityCode.CREATE, project)


def may_change(user: User, workflow: Workflow) -> bool:
    """Whether pages offer to change a workflow. At most one query."""
    if workflow.project is None:
        return user.is_active and user.is_admin
    return can(user, CapabilityCode.CREATE, workflow.project)


def runnable(user: User, slug: str) -> Workflow:
    """The workflow of this slug that a person may run. One query.

    Raises:
        NotFound: there is none, or it is not shared with this person.
        Conflict: it is archived.
    """
    found = Workflow.objects.visible_to(user).filter(slug=slug).first()
    if found is None:
        raise NotFound(unknown_workflow(slug))
    if found.archived_at is not None:
        raise Conflict(f"“{found.name}” is archived.", remedy="Restore it first.")
    return found


def unknown_workflow(slug: str) -> str:
    """What is told of a workflow that is not there, or not for this person: the same."""
    return f"There is no workflow “{slug[:60]}”, or it is not shared with you."


def live_versions() -> QuerySet[WorkflowVersion]:
    """Versions that somebody may still want to run: not retired, of workflows in use."""
    return WorkflowVersion.objects.exclude(state_id=WorkflowState.Code.RETIRED).filter(
        workflow__archived_at=None
    )


def instances_in_use() -> QuerySet[Instance]:
    """Registered instances that were not retired, with their workers."""
    return Instance.objects.filter(retired_at=None).select_related("worker__state").order_by("pk")
