"""What the pages of workflows show."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict

from assets.models import LineageRole
from pipeline.comfyui.models import Instance
from pipeline.operations.catalogue import CATALOGUE
from pipeline.operations.declaration import OperationSpec
from pipeline.workflows import queries
from pipeline.workflows.binding import RUN, production_version
from pipeline.workflows.catalogues import catalogues_of
from pipeline.workflows.dryrun import DryRun
from pipeline.workflows.fitting import ignored_names, misfits
from pipeline.workflows.forms import DryRunForm
from pipeline.workflows.graph import Graph, canonical
from pipeline.workflows.importing import Imported
from pipeline.workflows.mapping import Parameter, file_slots
from pipeline.workflows.models import (
    Workflow,
    WorkflowState,
    WorkflowStateTransition,
    WorkflowVersion,
)
from pipeline.workflows.overview import drawing, shown_nodes
from pipeline.workflows.parameters import parameters_of
from pipeline.workflows.policy import instances_in_use, may_change
from pipeline.workflows.readiness import NOT_KNOWN, graph_to_check, validate_on
from pipeline.workflows.usage import recent_jobs, uses_of
from pipeline.workflows.validation import Finding
from studio.core.models import Project

MOST_WORKFLOWS = 500
MOST_CHECKED = 200
_S = WorkflowState.Code
#: What a change of state is called on its button.
_VERBS = {
    (_S.DRAFT, _S.TESTED): "Mark as tested",
    (_S.TESTED, _S.PRODUCTION): "Put into production",
    (_S.PRODUCTION, _S.TESTED): "Take out of production",
    (_S.RETIRED, _S.DRAFT): "Bring back as draft",
}


@dataclass(frozen=True)
class Move:
    """A change of state that a version can make."""

    code: str
    verb: str
    is_next: bool


@dataclass(frozen=True)
class Looked:
    """What validation found of a graph on one instance."""

    instance: Instance
    findings: list[Finding] | None

    @property
    def would_do(self) -> bool:
        """Whether it would run there."""
        return self.findings == []


@dataclass(frozen=True)
class BindChoice:
    """An operation that a workflow could serve; `misfit` says why it can't."""

    code: str
    title: str
    misfit: str


def list_context(user: Any, query: QueryDict) -> dict[str, Any]:
    """The list as the address asks for it."""
    archived = query.get("archived") == "1"
    words = query.get("q", "").replace("\x00", "").strip()[:100]
    state, owner = query.get("state", ""), query.get("for", "")
    found = queries.filtered(
        queries.listed(user, archived=archived), words=words, state=state, owner=owner
    )
    roles = {role.code for role in LineageRole.Code}
    files = [(name, query[name]) for name in query if name in roles]
    return {
        "rows": queries.rows_of(found.order_by("name")[:MOST_WORKFLOWS]),
        "archived": archived,
        "words": words,
        "state": state,
        "owner": owner,
        "is_narrow": bool(words or state or owner),
        "states": list(_S),
        "projects": _with_workflows(user),
        "instances": instances_in_use().count(),
        "may_import": user.is_admin or bool(queries.own_projects(user)),
        "carried": "?" + urlencode(files) if files else "",
    }


def workflow_context(user: Any, workflow: Workflow) -> dict[str, Any]:
    """One workflow: versions, what it serves, who uses it."""
    versions = list(queries.versions_of(workflow))
    rows = {row.version.pk: row for row in queries.readiness_rows(versions)}
    may = may_change(user, workflow)
    bound = list(workflow.bindings.select_related("operation").order_by("operation__title"))
    live = production_version(workflow)
    choices = []
    if may and workflow.project is None and live is not None and workflow.archived_at is None:
        choices = bind_choices(live, {binding.operation.code for binding in bound})
    return {
        "workflow": workflow,
        "versions": [(version, rows[version.pk]) for version in versions],
        "best": queries.best_of(versions),
        "live": live,
        "bindings": bound,
        "choices": [item for item in choices if not item.misfit],
        "misfits": [item for item in choices if item.misfit],
        "uses": uses_of(workflow, user),
        "jobs": recent_jobs(workflow, user),
        "may_change": may,
    }


def bind_choices(version: WorkflowVersion, bound: set[str]) -> list[BindChoice]:
    """The operations that a workflow does not serve yet, each with why it could not."""
    parameters = parameters_of(version)
    found = []
    for spec in CATALOGUE.values():
        # steps of the studio measure and cut; no graph takes their place
        if spec.code == RUN or spec.code in bound or spec.is_step or not spec.is_listed:
            continue
        problems = misfits(spec, parameters)
        found.append(BindChoice(spec.code, spec.title, problems[0] if problems else ""))
    return sorted(found, key=lambda item: item.title)


def version_context(user: Any, version: WorkflowVersion) -> dict[str, Any]:
    """One version: what can be set, where it runs, its graph, what may be done."""
    parameters = parameters_of(version)
    (row,) = queries.readiness_rows([version])
    lacking: dict[str, list[str]] = {}
    for cell in row.cells:
        for part in cell.missing:
            if part.node_id:
                said = f"{cell.instance.worker.name} lacks {part.value}"
                lacking.setdefault(part.node_id, []).append(said)
    may = may_change(user, version.workflow)
    in_use = version.workflow.archived_at is None
    return {
        "workflow": version.workflow,
        "version": version,
        "parameters": list(version.parameters.all()),
        "readiness": row,
        "nodes": shown_nodes(version.graph, parameters, lacking),
        "drawing": drawing(version.graph, parameters, frozenset(lacking)),
        "may_change": may and in_use,
        "moves": moves_of(version) if may and in_use else [],
        "may_run": in_use and version.state_id != _S.RETIRED,
        "serves": serves(version),
    }


def serves(version: WorkflowVersion) -> list[tuple[str, list[str]]]:
    """What the workflow serves, each with the parameters of the operation that go unused."""
    codes = version.workflow.bindings.values_list("operation__code", flat=True)
    specs = [CATALOGUE[code] for code in codes if code in CATALOGUE]
    own = parameters_of(version)
    return [
        (spec.title, sorted(_title_of(spec, name) for name in ignored_names(spec, own)))
        for spec in specs
    ]


def _title_of(spec: OperationSpec, name: str) -> str:
    """A parameter or role as the operation's form calls it."""
    declared = spec.parameters.model_fields.get(name)
    return (declared.title if declared else None) or name.replace("_", " ")


def moves_of(version: WorkflowVersion) -> list[Move]:
    """What state a version can go to, forward first."""
    here = _S(version.state_id or 0)
    found = []
    for before, after in WorkflowStateTransition.allowed:
        if before == here:
            verb = _VERBS.get((before, after), "Retire")
            found.append(Move(after.code, verb, after > before and after != _S.RETIRED))
    return sorted(found, key=lambda move: not move.is_next)


def try_out_context(
    version: WorkflowVersion, form: DryRunForm, report: DryRun | None
) -> dict[str, Any]:
    """The form of a dry run, and what it found."""
    context: dict[str, Any] = {"version": version, "try_form": form, "report": report}
    if report is not None:
        context["sent"] = json.dumps(report.graph, indent=2, ensure_ascii=False)
        parts = {(item.node_id, item.field) for item in report.findings}
        context["others"] = [
            item
            for item in report.missing
            if (item.node_id, item.field) not in parts and item.value != NOT_KNOWN
        ]
        context["is_untold"] = not report.problems and any(
            item.value == NOT_KNOWN for item in report.missing
        )
    return context


def look_at(graph: Graph, parameters: Sequence[Parameter]) -> list[Looked]:
    """What validation finds of a graph on every instance in use; the best ones first."""
    instances = list(instances_in_use())
    catalogues = catalogues_of(instances)
    checked = graph_to_check(WorkflowVersion(graph=graph), parameters)
    found = [
        Looked(
            instance,
            validate_on(checked, catalogues[instance.pk]) if instance.pk in catalogues else None,
        )
        for instance in instances
    ]
    return sorted(found, key=lambda item: (item.findings is None, len(item.findings or ())))


def import_context(
    imported: Imported, parameters: Sequence[Parameter], lines: Any
) -> dict[str, Any]:
    """What was read of a file, for a look before it is kept."""
    looked = look_at(imported.graph, parameters)
    closest = looked[0].findings if looked else None
    by_node: dict[str, list[str]] = {}
    for finding in closest or ():
        by_node.setdefault(finding.node_id, []).append(finding.message)
    return {
        "imported": imported,
        "document": carried(imported),
        "lines": lines,
        "looked": looked,
        "closest": looked[0] if looked else None,
        "nodes": shown_nodes(imported.graph, parameters, by_node),
        "drawing": drawing(imported.graph, parameters, frozenset(by_node)),
        "files": len(file_slots(parameters)),
    }


def carried(imported: Imported) -> str:
    """What was read as a document that can be read again."""
    document: dict[str, Any] = {"prompt": imported.graph}
    if imported.editor is not None:
        document["workflow"] = imported.editor
    return canonical(document)


def readiness_context(user: Any, query: QueryDict) -> dict[str, Any]:
    """Every version in use on every instance; with `?lacking=1` those that miss something."""
    rows = queries.readiness_rows(queries.checked_versions(user)[:MOST_CHECKED])
    lacking = query.get("lacking") == "1"
    shown = [row for row in rows if len(row.ready) < len(row.cells)] if lacking else rows
    return {
        "rows": shown,
        "instances": [cell.instance for cell in rows[0].cells] if rows else [],
        "known": bool(rows),
        "registered": instances_in_use().exists() if not rows else True,
        "lacking": lacking,
        "broken": sum(row.is_checked and not row.ready for row in rows),
        "may_check": user.is_admin,
    }


def _with_workflows(user: Any) -> QuerySet[Project]:
    """The projects that have workflows of their own, as far as a person sees them."""
    seen = Workflow.objects.visible_to(user).exclude(project=None)
    return Project.objects.filter(pk__in=seen.values("project")).order_by("name")
