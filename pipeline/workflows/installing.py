"""Workflows that come with the studio: written once, as drafts, and then the studio's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connections, transaction

from pipeline.workflows.graph import sha256_of
from pipeline.workflows.importing import checked_graph
from pipeline.workflows.mapping import Parameter
from pipeline.workflows.models import Workflow, WorkflowVersion
from pipeline.workflows.parameters import checked_parameters, parameter_from, write_parameters

READY = Path(__file__).parent / "ready"


@dataclass(frozen=True)
class ReadyWorkflow:
    """A workflow that comes with the studio.

    Args:
        operation: which one it is made to serve; `comfyui.run` where it serves none.
        models: folder and file of each model that it needs.
        packages: of custom nodes; none where ComfyUI's own are enough.
    """

    slug: str
    name: str
    description: str
    operation: str
    graph: Mapping[str, Mapping[str, Any]]
    parameters: tuple[Parameter, ...]
    models: tuple[tuple[str, str], ...]
    packages: tuple[str, ...]
    output_node: str
    least_vram_bytes: int

    @property
    def node_classes(self) -> list[str]:
        """The classes of nodes that it needs, by name."""
        return sorted({str(node["class_type"]) for node in self.graph.values()})


@cache
def ready_workflows() -> dict[str, ReadyWorkflow]:
    """All that come with the studio, by slug."""
    found = [_read(path) for path in sorted(READY.glob("*.json"))]
    return {item.slug: item for item in found}


def _read(path: Path) -> ReadyWorkflow:
    document = json.loads(path.read_text(encoding="utf-8"))
    graph = checked_graph(document["graph"])
    parameters = [parameter_from(item) for item in document["parameters"]]
    return ReadyWorkflow(
        slug=document["slug"],
        name=document["name"],
        description=document["description"],
        operation=document["operation"],
        graph=graph,
        parameters=tuple(checked_parameters(graph, parameters)),
        models=tuple((item["folder"], item["file"]) for item in document["models"]),
        packages=tuple(document["packages"]),
        output_node=document["output_node"],
        least_vram_bytes=document["least_vram_bytes"],
    )


def install_ready_workflows(using: str = "default", **_: Any) -> int:
    """Add those that the studio never had (after `migrate`); how many.

    What is there is left alone, whatever people made of it: a newer edition comes with a new slug.
    """
    if Workflow._meta.db_table not in connections[using].introspection.table_names():
        return 0
    ready = ready_workflows()
    known = set(Workflow.objects.filter(slug__in=ready).values_list("slug", flat=True))
    with transaction.atomic():
        for slug in ready.keys() - known:
            _install(ready[slug])
    return len(ready.keys() - known)


def _install(item: ReadyWorkflow) -> None:
    workflow = Workflow.objects.create(slug=item.slug, name=item.name, description=item.description)
    version = WorkflowVersion.objects.create(
        workflow=workflow,
        number=1,
        graph=item.graph,
        sha256=sha256_of(item.graph),
        output_node=item.output_node,
        least_vram_bytes=item.least_vram_bytes,
        note="Comes with the studio",
    )
    write_parameters(version, item.parameters)
