"""What pages and endpoints read of workflows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from pipeline.comfyui.models import Instance
from pipeline.jobs.models import Job
from pipeline.jobs.rights import projects_allowing
from pipeline.providers.models import Provider
from pipeline.workflows.models import (
    MissingPart,
    Readiness,
    Workflow,
    WorkflowState,
    WorkflowVersion,
)
from pipeline.workflows.policy import instances_in_use, live_versions
from pipeline.workflows.readiness import NOT_KNOWN
from studio.core.access import CapabilityCode
from studio.core.errors import NotFound
from studio.core.models import Project

_S = WorkflowState.Code
#: Which version of a workflow a list speaks of: the one in production, else the furthest one.
_BEST = (_S.PRODUCTION, _S.TESTED, _S.DRAFT, _S.RETIRED)


@dataclass(frozen=True)
class WorkflowRow:
    """A workflow in a list.

    Args:
        version: the one in production, or else the newest of those that came furthest.
        ready: on how many of the instances in use that version would run.
        last_used_at: when a job by one of its bindings was last made, of all projects.
    """

    workflow: Workflow
    version: WorkflowVersion | None
    versions: int
    operations: list[str] = field(default_factory=list)
    ready: int = 0
    last_used_at: datetime | None = None


@dataclass(frozen=True)
class ReadinessCell:
    """A version on an instance; `row` is None where it was never checked."""

    instance: Instance
    row: Readiness | None = None
    missing: list[MissingPart] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        """Whether it was checked: the instance had told what it has."""
        return self.row is not None and all(part.value != NOT_KNOWN for part in self.missing)

    @property
    def is_ready(self) -> bool:
        """Whether all is there that it needs."""
        return self.row is not None and not self.missing


@dataclass(frozen=True)
class ReadinessRow:
    """A version on every instance in use."""

    version: WorkflowVersion
    cells: list[ReadinessCell]

    @property
    def is_checked(self) -> bool:
        """Whether it was checked anywhere."""
        return any(cell.is_known for cell in self.cells)

    @property
    def ready(self) -> list[ReadinessCell]:
        """Where it would run."""
        return [cell for cell in self.cells if cell.is_ready]


def listed(user: Any, *, archived: bool = False) -> QuerySet[Workflow]:
    """Workflows that a person sees, in use or archived, with what a row shows."""
    found = Workflow.objects.visible_to(user).filter(archived_at__isnull=not archived)
    return found.select_related("project", "created_by__profile")


def filtered(found: QuerySet[Workflow], *, words: str, state: str, owner: str) -> Any:
    """Those whose name, slug or description has all words; that have a version in a state.

    Args:
        owner: `studio`, code of a project, or empty.
    """
    for word in words.split():
        found = found.filter(
            Q(name__icontains=word) | Q(slug__icontains=word) | Q(description__icontains=word)
        )
    if state:
        found = found.filter(versions__state__code=state).distinct()
    if owner == "studio":
        return found.filter(project=None)
    if owner:
        try:
            return found.filter(project__code=UUID(owner))
        except ValueError:
            return found.none()
    return found


def rows_of(workflows: Iterable[Workflow]) -> list[WorkflowRow]:
    """Workflows with versions, bindings, readiness and last use. Four queries."""
    found = list(workflows)
    ids = [workflow.pk for workflow in found]
    versions: dict[int, list[WorkflowVersion]] = {}
    rows = WorkflowVersion.objects.filter(workflow__in=ids).defer("graph", "editor")
    for version in rows.select_related("state").order_by("workflow_id", "-number"):
        versions.setdefault(version.workflow_id, []).append(version)
    best = {pk: chosen for pk, own in versions.items() if (chosen := best_of(own)) is not None}
    ready = dict(
        Readiness.objects.filter(
            workflow_version__in=[version.pk for version in best.values()],
            instance__retired_at=None,
            missing=None,
        )
        .values_list("workflow_version_id")
        .annotate(instances=Count("pk"))
    )
    bound: dict[int, list[str]] = {}
    pairs = Workflow.objects.filter(pk__in=ids, bindings__isnull=False).order_by(
        "bindings__operation__title"
    )
    for pk, title in pairs.values_list("pk", "bindings__operation__title"):
        bound.setdefault(pk, []).append(title)
    used = dict(
        Job.objects.filter(
            offer__model__provider_id=Provider.Code.COMFYUI.value,
            offer__model__code__in=[workflow.slug for workflow in found],
        )
        .order_by()
        .values_list("offer__model__code")
        .annotate(last=Max("created_at"))
    )
    return [
        WorkflowRow(
            workflow=workflow,
            version=(chosen := best.get(workflow.pk)),
            versions=len(versions.get(workflow.pk, ())),
            operations=bound.get(workflow.pk, []),
            ready=ready.get(chosen.pk, 0) if chosen is not None else 0,
            last_used_at=used.get(workflow.slug),
        )
        for workflow in found
    ]


def best_of(versions: Sequence[WorkflowVersion]) -> WorkflowVersion | None:
    """The version in production; else the newest of those that came furthest."""
    for state in _BEST:
        for version in sorted(versions, key=lambda item: -item.number):
            if version.state_id == state:
                return version
    return None


def get_workflow(user: Any, code: UUID) -> Workflow:
    """The workflow with this code. One query.

    Raises:
        NotFound: there is none for this person.
    """
    found = Workflow.objects.visible_to(user).select_related("project", "created_by__profile")
    workflow = found.filter(code=code).first()
    if workflow is None:
        raise NotFound("There is no such workflow.")
    return workflow


def get_version(user: Any, code: UUID) -> WorkflowVersion:
    """The version with this code, with its workflow and what can be set. Five queries.

    Raises:
        NotFound: there is none for this person.
    """
    visible = Workflow.objects.visible_to(user)
    found = WorkflowVersion.objects.filter(workflow__in=visible).select_related(
        "workflow__project", "state", "created_by__profile"
    )
    found = found.prefetch_related(
        "parameters__targets", "parameters__kind", "parameters__role", "needs"
    )
    version = found.filter(code=code).first()
    if version is None:
        raise NotFound("There is no such workflow version.")
    return version


def versions_of(workflow: Workflow) -> QuerySet[WorkflowVersion]:
    """Its versions, newest first, without their graphs."""
    found = workflow.versions.select_related("state", "created_by__profile", "workflow__project")
    return found.defer("graph", "editor").order_by("-number")


def checked_versions(user: Any) -> QuerySet[WorkflowVersion]:
    """Versions whose readiness a person looks at: tested and in production, by name."""
    return (
        live_versions()
        .filter(
            workflow__in=Workflow.objects.visible_to(user),
            state__in=[_S.PRODUCTION.value, _S.TESTED.value],
        )
        .select_related("workflow__project", "state")
        .defer("graph", "editor")
        .order_by("workflow__name", "-state", "-number")
    )


def readiness_rows(versions: Iterable[WorkflowVersion]) -> list[ReadinessRow]:
    """What the last checks found, for each version on each instance in use. Three queries."""
    wanted = list(versions)
    instances = list(instances_in_use().order_by("worker__name"))
    rows = Readiness.objects.filter(workflow_version__in=wanted, instance__in=instances)
    found = {
        (row.workflow_version_id, row.instance_id): row
        for row in rows.prefetch_related("missing__kind")
    }
    return [
        ReadinessRow(
            version,
            [
                ReadinessCell(instance, row, list(row.missing.all()))
                if (row := found.get((version.pk, instance.pk))) is not None
                else ReadinessCell(instance)
                for instance in instances
            ],
        )
        for version in wanted
    ]


def own_projects(user: Any) -> list[Project]:
    """Projects in which a person may make workflows, by name. One query and the rights."""
    return list(projects_allowing(user, CapabilityCode.CREATE).order_by("name"))


def version_of_run(user: Any, job: Job) -> WorkflowVersion:
    """The version that a “Run a workflow” ran.

    Raises:
        NotFound: there is none for this person.
    """
    values: Mapping[str, Any] = job.parameters
    found = WorkflowVersion.objects.filter(
        workflow__in=Workflow.objects.visible_to(user), workflow__slug=values.get("workflow")
    )
    number = values.get("version")
    version = found.filter(number=number).first() if isinstance(number, int) else None
    if version is None:
        raise NotFound("The workflow of this job is no longer there for you.")
    return version
