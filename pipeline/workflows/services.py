"""Making workflows and their versions, and moving those from draft to production."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify

from pipeline.comfyui.models import Instance
from pipeline.workflows.binding import check_bindings
from pipeline.workflows.catalogues import catalogue_of, catalogues_of
from pipeline.workflows.events import WorkflowEvents, publish_workflow
from pipeline.workflows.graph import Graph, sha256_of
from pipeline.workflows.importing import Imported, Unreadable, checked_graph, read_document
from pipeline.workflows.mapping import Parameter
from pipeline.workflows.models import (
    Readiness,
    Workflow,
    WorkflowNeed,
    WorkflowState,
    WorkflowStateTransition,
    WorkflowVersion,
)
from pipeline.workflows.objectinfo import ObjectInfo
from pipeline.workflows.parameters import checked_parameters, write_parameters
from pipeline.workflows.policy import instances_in_use, require_change
from pipeline.workflows.readiness import NOT_KNOWN, check_version
from pipeline.workflows.server_files import WHAT_TO_DO, server_files
from pipeline.workflows.suggesting import suggest
from studio.core.errors import Conflict, Invalid
from studio.core.models import Project, User
from studio.live.services import record_event

MOST_NEEDS = 20
_S = WorkflowState.Code


def read_workflow(content: bytes, instance: Instance | None = None) -> Imported:
    """What a file holds, for a look before it is imported.

    Args:
        instance: whose nodes name the values of an editor's document; by default any that is
            registered is tried.

    Raises:
        Invalid: no graph can be had from it.
    """
    catalogues = [catalogue_of(instance)] if instance is not None else _all_catalogues()
    infos: list[ObjectInfo | None] = [c.object_info for c in catalogues if c is not None]
    said: Unreadable | None = None
    best: Imported | None = None
    for info in infos or [None]:
        try:
            imported = read_document(content, info)
        except Unreadable as error:
            said = said or error
            continue
        if best is None or len(imported.problems) < len(best.problems):
            best = imported
        if not best.problems:
            break
    if best is None:
        message = str(said)
        raise Invalid(message, fields={"file": [message]})
    return best


def import_workflow(
    *,
    actor: User,
    project: Project | None,
    name: str,
    imported: Imported,
    slug: str = "",
    description: str = "",
    parameters: Sequence[Parameter] | None = None,
    needs: Iterable[str] = (),
    output_node: str = "",
    least_vram_bytes: int = 0,
) -> WorkflowVersion:
    """Make a workflow of what was read; its first version is a draft.

    Args:
        project: whose it is; None: the whole studio's.
        slug: its name in addresses; empty: made from the name.
        parameters: what can be set; None: what `suggest` proposes with the nodes that are known.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule.
        Invalid: with messages by field.
    """
    require_change(actor, project)
    name = name.strip()
    if not 1 <= len(name) <= 120:
        raise Invalid(
            "A workflow needs a name.", fields={"name": ["Give it a name of 1 to 120 characters."]}
        )
    with transaction.atomic():
        workflow = Workflow.objects.create(
            project=project,
            slug=_free_slug(slug, name),
            name=name,
            description=description.strip(),
            created_by=actor,
        )
        record_event(
            WorkflowEvents.WORKFLOW_IMPORTED,
            project=project,
            actor=actor,
            subject_code=workflow.code,
            label=name,
            data={"nodes": len(imported.graph)},
        )
        return add_version(
            actor=actor,
            workflow=workflow,
            graph=imported.graph,
            editor=imported.editor,
            parameters=suggested(imported.graph) if parameters is None else parameters,
            needs=needs,
            output_node=output_node,
            least_vram_bytes=least_vram_bytes,
        )


def add_version(
    *,
    actor: User,
    workflow: Workflow,
    graph: Graph,
    parameters: Sequence[Parameter],
    editor: dict[str, Any] | None = None,
    needs: Iterable[str] = (),
    output_node: str = "",
    least_vram_bytes: int = 0,
    note: str = "",
) -> WorkflowVersion:
    """Add a draft: graph, mapping and needs are written once, for versions never change.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule; the workflow is archived.
        Invalid: with messages by field; nothing differs from the version before.
    """
    require_change(actor, workflow.project)
    if workflow.archived_at is not None:
        raise Conflict(f"“{workflow.name}” is archived.", remedy="Restore it first.")
    try:
        checked = checked_graph(graph)
    except Unreadable as error:
        raise Invalid(str(error), fields={"graph": [str(error)]}) from error
    if output_node and output_node not in checked:
        message = f"There is no node {output_node[:80]}."
        raise Invalid(message, fields={"output_node": [message]})
    mapped = checked_parameters(checked, parameters)
    if workflow.project is not None:
        _require_own_files(checked, mapped)
    tags = _tags(needs)
    with transaction.atomic():
        Workflow.objects.select_for_update(of=("self",)).get(pk=workflow.pk)
        last = workflow.versions.aggregate(last=Max("number"))["last"] or 0
        version = WorkflowVersion.objects.create(
            workflow=workflow,
            number=last + 1,
            graph=checked,
            editor=editor,
            sha256=sha256_of(checked),
            output_node=output_node,
            least_vram_bytes=max(0, least_vram_bytes),
            note=note.strip()[:300],
            created_by=actor,
        )
        write_parameters(version, mapped)
        WorkflowNeed.objects.bulk_create(WorkflowNeed(version=version, tag=tag) for tag in tags)
        record_event(
            WorkflowEvents.WORKFLOW_VERSION_ADDED,
            project=workflow.project,
            actor=actor,
            subject_code=workflow.code,
            label=str(version),
            data={"number": version.number},
        )
        check_version(version)
        publish_workflow(workflow)
    return version


def set_state(*, actor: User, version: WorkflowVersion, state: WorkflowState.Code) -> None:
    """Move a version on: tested, into production, back, or out of use.

    Tested means that at least one instance has all it needs. Of a workflow one version is in
    production: the one before goes back to tested.

    Raises:
        NotFound, Forbidden: by the access rule.
        Conflict: no such way from its present state; no instance is ready for it; an operation
            that the workflow serves could no longer be served.
    """
    workflow = version.workflow
    require_change(actor, workflow.project)
    with transaction.atomic():
        Workflow.objects.select_for_update(of=("self",)).get(pk=workflow.pk)
        version.refresh_from_db(fields=["state"])
        before = _S(version.state_id or 0)
        if (before, state) not in WorkflowStateTransition.allowed:
            raise Conflict(
                f"A version that is {before.label.lower()} can't become {state.label.lower()}."
            )
        if state in (_S.TESTED, _S.PRODUCTION) and before != _S.PRODUCTION:
            _require_ready(version)
        if state == _S.PRODUCTION:
            check_bindings(version)
            workflow.versions.filter(state_id=_S.PRODUCTION).update(state_id=_S.TESTED)
        version.state_id = state.value
        version.save(update_fields=["state"])
        record_event(
            WorkflowEvents.WORKFLOW_STATE_CHANGED,
            project=workflow.project,
            actor=actor,
            subject_code=workflow.code,
            label=str(version),
            data={"number": version.number, "state": state.code},
        )
        publish_workflow(workflow)


def rename_workflow(*, actor: User, workflow: Workflow, name: str, description: str) -> None:
    """Change what a workflow is called; its slug stays, for jobs and prices name it.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule.
        Invalid: no name.
    """
    require_change(actor, workflow.project)
    name = name.strip()
    if not 1 <= len(name) <= 120:
        raise Invalid(
            "A workflow needs a name.", fields={"name": ["Give it a name of 1 to 120 characters."]}
        )
    with transaction.atomic():
        workflow.name, workflow.description = name, description.strip()
        workflow.save(update_fields=["name", "description"])
        _record(WorkflowEvents.WORKFLOW_RENAMED, actor, workflow)


def set_archived(*, actor: User, workflow: Workflow, archived: bool) -> None:
    """Take a workflow out of use, or back; jobs that name it keep it.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule.
    """
    require_change(actor, workflow.project)
    with transaction.atomic():
        moment = timezone.now() if archived else None
        here = Workflow.objects.filter(pk=workflow.pk, archived_at__isnull=archived)
        if not here.update(archived_at=moment):
            return
        workflow.archived_at = moment
        kind = WorkflowEvents.WORKFLOW_ARCHIVED if archived else WorkflowEvents.WORKFLOW_RESTORED
        _record(kind, actor, workflow)


def suggested(graph: Graph) -> list[Parameter]:
    """What could be set of a graph, by the nodes of the instance that knows most of them."""
    best: list[Parameter] = []
    for catalogue in _all_catalogues():
        found = suggest(graph, catalogue.object_info)
        if len(found) > len(best):
            best = found
    return best


def _all_catalogues() -> list[Any]:
    return list(catalogues_of(list(instances_in_use())).values())


def _require_own_files(graph: Graph, parameters: Sequence[Parameter]) -> None:
    """Pass where a project's graph reads no files but those that its jobs bring.

    Raises:
        Invalid: it names others.
    """
    found = [
        f"Node {node_id}, “{field}”: {name[:120]}"
        for node_id, field, name in server_files(graph, parameters)
    ]
    if found:
        raise Invalid(
            "The workflow names files that lie on the server, which may be another project's:"
            f" {found[0]}.",
            remedy=f"{WHAT_TO_DO} Or have an Admin import it for the studio.",
            fields={"graph": [f"{said}. {WHAT_TO_DO}" for said in found[:20]]},
        )


def _require_ready(version: WorkflowVersion) -> None:
    if not instances_in_use().exists():
        raise Conflict(
            "No ComfyUI instance is registered, so nobody knows whether this version runs.",
            remedy="An Admin registers one under workers.",
        )
    checks = Readiness.objects.filter(workflow_version=version, instance__retired_at=None)
    if not checks.exclude(missing__value=NOT_KNOWN).exists():
        raise Conflict(
            "Nothing has been checked yet: no instance has told what it has.",
            remedy="See under workers whether one is online, then check again.",
        )
    if not checks.filter(missing=None).exists():
        raise Conflict(
            "No instance has all that this version needs.",
            remedy="See under readiness what is missing, or try it out on an instance.",
        )


def _record(kind: WorkflowEvents, actor: User, workflow: Workflow) -> None:
    record_event(
        kind,
        project=workflow.project,
        actor=actor,
        subject_code=workflow.code,
        label=workflow.name,
    )
    publish_workflow(workflow)


def _free_slug(wanted: str, name: str) -> str:
    """The slug asked for, or one made from the name that nobody has.

    Raises:
        Invalid: the one asked for is taken, or is none.
    """
    if wanted:
        if slugify(wanted) != wanted or len(wanted) > 60:
            message = "A slug has small letters, digits and hyphens, at most 60."
        elif Workflow.objects.filter(slug=wanted).exists():
            message = "Another workflow has this slug."
        else:
            return wanted
        raise Invalid(message, fields={"slug": [message]})
    stem = slugify(name)[:50].strip("-") or "workflow"
    taken = set(Workflow.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    number = 2
    slug = stem
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    return slug


def _tags(needs: Iterable[str]) -> list[str]:
    """Tags as instances have them.

    Raises:
        Invalid: one is no tag, or there are too many.
    """
    tags = sorted({tag.strip().lower() for tag in needs if tag.strip()})
    if len(tags) > MOST_NEEDS or any(slugify(tag) != tag or len(tag) > 40 for tag in tags):
        message = f"At most {MOST_NEEDS} tags of small letters, digits and hyphens."
        raise Invalid(message, fields={"needs": [message]})
    return tags
