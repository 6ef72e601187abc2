"""Trying a version out on an instance: what would be sent, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from pipeline.comfyui.models import CachedPrefix, Instance
from pipeline.comfyui.queries import video_memory
from pipeline.imaging.seeds import variant_seed
from pipeline.workflows.catalogues import catalogue_of
from pipeline.workflows.events import WorkflowEvents
from pipeline.workflows.graph import Graph
from pipeline.workflows.mapping import file_slots, operation_values, resolve_values
from pipeline.workflows.models import WorkflowVersion
from pipeline.workflows.orders import Order
from pipeline.workflows.parameters import parameters_of
from pipeline.workflows.policy import require_change
from pipeline.workflows.prefixes import cached_nodes, prefix_hashes
from pipeline.workflows.pruning import UnknownClass
from pipeline.workflows.readiness import Missing, check_pair, missing_on, validate_on
from pipeline.workflows.validation import Finding
from studio.core.models import User
from studio.live.services import record_event


@dataclass(frozen=True)
class DryRun:
    """What a dry run found.

    Args:
        graph: as it would be sent, with placeholders where files are uploaded.
        problems: of values, by name of the parameter.
        findings: of the graph, by node and field, with what the instance has instead.
        missing: likewise with tags and memory, as readiness stores it.
        nodes_cached: of how many nodes the instance still has the result.
    """

    graph: Graph
    problems: Mapping[str, Sequence[str]] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    missing: Sequence[Missing] = ()
    nodes_cached: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether it would be taken."""
        return not self.problems and not self.missing


def dry_run(
    *,
    actor: User,
    version: WorkflowVersion,
    instance: Instance,
    values: Mapping[str, Any] | None = None,
    files: Mapping[str, int] | None = None,
    random_seed: int = 0,
) -> DryRun:
    """Write values into a version's graph and check it against what an instance has.

    Nothing is sent. That the version is ready there, or not, is written down.

    Args:
        values: by name of the parameter; those left out have their defaults.
        files: how many files would be given, by role; by default one for each that can be.

    Raises:
        NotFound, Forbidden, Conflict: by the access rule.
    """
    require_change(actor, version.workflow.project)
    parameters = parameters_of(version)
    given = operation_values(values or {})
    resolved, problems = resolve_values(parameters, given)
    said: dict[str, list[str]] = {}
    for problem in problems:
        if problem.name == "prompt" and "prompt" not in given:
            resolved["prompt"] = ""  # nobody needs words to see whether it would run
        else:
            said.setdefault(problem.name, []).append(problem.message)
    known = {item.name for item in parameters if not item.is_file}
    for name in set(values or {}) - known:
        said[name] = ["The workflow lets nobody set this."]
    roles = Counter(item.role for item, _index in file_slots(parameters))
    order = Order(version, parameters, resolved, roles if files is None else files)
    for label in order.missing_files():
        said.setdefault("inputs", []).append(f"A file is needed as {label.lower()}.")
    report = _look(order, instance, said, variant_seed(random_seed, 0))
    check_pair(version, instance)
    with transaction.atomic():
        record_event(
            WorkflowEvents.WORKFLOW_DRY_RUN,
            project=version.workflow.project,
            actor=actor,
            subject_code=version.workflow.code,
            label=str(version),
            data={"instance": instance.worker.name, "is_clean": report.is_clean},
        )
    return report


def _look(
    order: Order, instance: Instance, problems: Mapping[str, Sequence[str]], seed: int
) -> DryRun:
    catalogue = catalogue_of(instance)
    vram_bytes = video_memory([instance.pk]).get(instance.pk)
    if "inputs" in problems:
        return DryRun(order.version.graph, problems)
    try:
        graph = order.graph(seed, catalogue.object_info if catalogue is not None else {})
    except UnknownClass:
        graph = order.version.graph  # what is unknown is found below
    hashes = prefix_hashes(graph) if catalogue is not None else {}
    kept = CachedPrefix.objects.filter(instance=instance, sha256__in=set(hashes.values()))
    return DryRun(
        graph=graph,
        problems=problems,
        findings=validate_on(graph, catalogue) if catalogue is not None else (),
        missing=missing_on(
            order.version,
            graph,
            instance,
            catalogue,
            vram_bytes,
        ),
        nodes_cached=cached_nodes(hashes, set(kept.values_list("sha256", flat=True))),
    )
