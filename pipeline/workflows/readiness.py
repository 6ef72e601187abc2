"""Which version would run on which instance: checked ahead, so that nobody finds out by failing.

A row for each version in use and each instance, with what is missing there. A check reads what the
instance said it has; nothing is asked over the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, F, OuterRef, prefetch_related_objects
from django.utils import timezone

from pipeline.comfyui.models import Instance
from pipeline.comfyui.queries import video_memory
from pipeline.workflows.catalogues import Catalogue, catalogues_of
from pipeline.workflows.events import WorkflowEvents, publish_workflow
from pipeline.workflows.graph import Graph, copy_of, placeholder
from pipeline.workflows.mapping import Parameter, file_slots
from pipeline.workflows.models import (
    MissingKind,
    MissingPart,
    Readiness,
    WorkflowState,
    WorkflowVersion,
)
from pipeline.workflows.parameters import parameters_of
from pipeline.workflows.policy import instances_in_use, live_versions
from pipeline.workflows.validation import Finding, validate
from studio.live.services import record_event
from studio.ops.sweeper import every

MOST_AT_ONCE = 200
#: All that is said to be missing on an instance that has not told yet what it has.
NOT_KNOWN = "not known yet"
_KINDS = {kind.code: kind for kind in MissingKind.Code}


@dataclass(frozen=True)
class Missing:
    """One thing that an instance lacks for a version."""

    kind: MissingKind.Code
    value: str
    node_id: str = ""
    field: str = ""


def graph_to_check(version: WorkflowVersion, parameters: Sequence[Parameter]) -> Graph:
    """The graph as it will be sent, as far as that is known: files that are given stand in it."""
    graph = copy_of(version.graph)
    for item, index in file_slots(parameters):
        for node_id, field in item.targets:
            graph[node_id]["inputs"][field] = placeholder(item.role, index)
    return graph


def missing_on(
    version: WorkflowVersion,
    graph: Graph,
    instance: Instance,
    catalogue: Catalogue | None,
    vram_bytes: int | None,
) -> list[Missing]:
    """What keeps a graph of a version from running on an instance. Two queries for the tags.

    Args:
        vram_bytes: of its device; None where it has not told.
    """
    if catalogue is None:
        return [Missing(MissingKind.Code.NODE, NOT_KNOWN)]
    found = [missing_from(item) for item in validate_on(graph, catalogue)]
    has = {row.tag for row in instance.tags.all()}
    found += [
        Missing(MissingKind.Code.TAG, need.tag)
        for need in version.needs.all()
        if need.tag not in has
    ]
    if version.least_vram_bytes and (vram_bytes or 0) < version.least_vram_bytes:
        wanted = f"{version.least_vram_bytes / 1e9:.1f} GB of video memory"
        found.append(Missing(MissingKind.Code.MEMORY, wanted))
    return list(dict.fromkeys(found))


def validate_on(graph: Graph, catalogue: Catalogue) -> list[Finding]:
    """What is wrong with a graph by an instance's catalogue."""
    return validate(graph, catalogue.object_info, catalogue.model_files)


def missing_from(item: Finding) -> Missing:
    """A finding as it is stored."""
    return Missing(
        _KINDS[item.kind.value], (item.value or item.message)[:300], item.node_id, item.field
    )


def check_version(version: WorkflowVersion) -> list[Readiness]:
    """Check one version on every instance in use, now; its rows."""
    return _check([version], list(instances_in_use()))


def check_instance(instance: Instance) -> list[Readiness]:
    """Check every version in use on one instance, now; its rows."""
    return _check(list(live_versions()), [instance])


def check_pair(version: WorkflowVersion, instance: Instance) -> Readiness:
    """Check one version on one instance, now."""
    return _check([version], [instance])[0]


@every(20)
def sweep_readiness() -> int:
    """Check what was never checked, or before the instance last told what it has; how many."""
    checked = 0
    for instance in (
        instances_in_use()
        .filter(catalogue__isnull=False)
        .annotate(told_at=F("catalogue__fetched_at"))
    ):
        fresh = Readiness.objects.filter(
            workflow_version=OuterRef("pk"), instance=instance, checked_at__gte=instance.told_at
        )
        due = live_versions().filter(~Exists(fresh)).order_by("pk")
        versions = list(due[: MOST_AT_ONCE - checked])
        if versions:
            _check(versions, [instance])
            checked += len(versions)
        if checked >= MOST_AT_ONCE:
            break
    return checked


def _check(versions: list[WorkflowVersion], instances: list[Instance]) -> list[Readiness]:
    """Look at every pair, and write down what has changed; tell what broke."""
    prefetch_related_objects(versions, "parameters__targets", "needs", "workflow__project")
    prefetch_related_objects(instances, "tags", "worker")
    catalogues = catalogues_of(instances)
    memory = video_memory([instance.pk for instance in instances])
    rows = []
    for version in versions:
        graph = graph_to_check(version, parameters_of(version))
        found = {
            instance.pk: missing_on(
                version,
                graph,
                instance,
                catalogues.get(instance.pk),
                memory.get(instance.pk),
            )
            for instance in instances
        }
        with transaction.atomic():
            rows += [_store(version, instance, found[instance.pk]) for instance in instances]
    return rows


def _store(version: WorkflowVersion, instance: Instance, missing: list[Missing]) -> Readiness:
    """Write a check down. The row's parts are replaced only where they differ."""
    now = timezone.now()
    row, made = Readiness.objects.select_for_update(of=("self",)).get_or_create(
        workflow_version=version, instance=instance, defaults={"checked_at": now}
    )
    before = {
        Missing(MissingKind.Code(part.kind_id), part.value, part.node_id, part.field)
        for part in row.missing.all()
    }
    row.checked_at = now
    row.save(update_fields=["checked_at"])
    if before == set(missing):
        if made:
            publish_workflow(version.workflow)
        return row
    row.missing.all().delete()
    MissingPart.objects.bulk_create(
        MissingPart(
            readiness=row,
            kind_id=item.kind.value,
            node_id=item.node_id[:80],
            field=item.field[:120],
            value=item.value,
        )
        for item in missing
    )
    if not made and bool(before) != bool(missing):
        _tell(version, instance, missing)
    publish_workflow(version.workflow)
    return row


def _tell(version: WorkflowVersion, instance: Instance, missing: list[Missing]) -> None:
    """An event where a version in production came to lack something, or lacks it no longer."""
    if version.state_id != WorkflowState.Code.PRODUCTION:
        return
    workflow = version.workflow
    elsewhere = (
        Readiness.objects.filter(workflow_version=version, instance__retired_at=None, missing=None)
        .exclude(instance=instance)
        .exists()
    )
    lacks = ", ".join(dict.fromkeys(item.value for item in missing))[:300]
    where = instance.worker.name
    nowhere = bool(missing) and not elsewhere
    record_event(
        WorkflowEvents.WORKFLOW_BROKEN if missing else WorkflowEvents.WORKFLOW_READY_AGAIN,
        project=workflow.project,
        subject_code=workflow.code,
        label=f"{version} on {where}",
        data={"instance": where, "missing": lacks, "nowhere": nowhere},
        notify=[version.created_by] if nowhere and version.created_by is not None else [],
    )
