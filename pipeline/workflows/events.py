"""Kinds of event that happen to workflows, and what open pages are told."""

from __future__ import annotations

from pipeline.workflows.models import Workflow
from studio.core.lookups import Codes
from studio.live.kinds import register
from studio.live.services import project_group, publish, studio_group


@register
class WorkflowEvents(Codes):
    """What happens to workflows and their versions."""

    WORKFLOW_IMPORTED = 520, "workflow.imported", "Workflow imported"
    WORKFLOW_VERSION_ADDED = 521, "workflow.version-added", "Workflow has a new version"
    WORKFLOW_STATE_CHANGED = 522, "workflow.state-changed", "Workflow version changed its state"
    WORKFLOW_RENAMED = 523, "workflow.renamed", "Workflow renamed"
    WORKFLOW_BOUND = 524, "workflow.bound", "Workflow serves an operation"
    WORKFLOW_UNBOUND = 525, "workflow.unbound", "Workflow no longer serves an operation"
    WORKFLOW_ARCHIVED = 526, "workflow.archived", "Workflow archived"
    WORKFLOW_RESTORED = 527, "workflow.restored", "Workflow restored"
    WORKFLOW_DRY_RUN = 528, "workflow.dry-run", "Workflow tried out"
    WORKFLOW_BROKEN = 530, "workflow.broken", "Workflow no longer runs on an instance"
    WORKFLOW_READY_AGAIN = 531, "workflow.ready-again", "Workflow runs on an instance again"


def publish_workflow(workflow: Workflow) -> None:
    """Tell everybody who may see a workflow that it has changed; call in the transaction."""
    project = workflow.project
    group = studio_group() if project is None else project_group(project.code)
    publish([group], {"kind": "workflow.changed", "code": str(workflow.code)})
