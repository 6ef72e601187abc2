"""A catalogue as instances give it, instances that have it, and graphs to work with."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from pipeline.comfyui.models import Instance, InstanceCatalogue, InstanceTag, Vital
from pipeline.jobs.models import Worker, WorkerKind, WorkerState
from pipeline.workflows.graph import sha256_of
from pipeline.workflows.importing import Imported
from pipeline.workflows.installing import ready_workflows
from pipeline.workflows.mapping import Parameter
from pipeline.workflows.models import Workflow, WorkflowState, WorkflowVersion
from pipeline.workflows.services import import_workflow, set_state
from studio.core.models import User

HERE = Path(__file__).parent
GIB = 2**30


@cache
def fixture() -> dict[str, Any]:
    return json.loads((HERE / "object_info.json").read_text())


@pytest.fixture
def object_info() -> dict[str, Any]:
    """What a server with ComfyUI's own nodes and one pack has; a copy, to be changed."""
    return copy.deepcopy(fixture()["object_info"])


@pytest.fixture
def model_files() -> dict[str, list[str]]:
    return copy.deepcopy(fixture()["model_files"])


@pytest.fixture
def text_to_image() -> dict[str, Any]:
    """SDXL from words, as it comes with the studio."""
    return copy.deepcopy(dict(ready_workflows()["sdxl-text-to-image"].graph))


AddInstance = Callable[..., Instance]


@pytest.fixture
def add_instance(admin: User) -> AddInstance:
    """Register an instance that has told what it has: `add_instance("a", tags=["fast"])`."""

    def add(
        name: str = "render-1",
        *,
        state: WorkerState.Code = WorkerState.Code.ONLINE,
        info: dict[str, Any] | None = None,
        tags: tuple[str, ...] = (),
        capacity: int = 2,
        vram_bytes: int = 24 * GIB,
        system: dict[str, Any] | None = None,
    ) -> Instance:
        worker = Worker.objects.create(
            name=name, kind_id=WorkerKind.Code.COMFYUI, state_id=state.value
        )
        instance = Instance.objects.create(
            worker=worker, url=f"http://127.0.0.1/{name}", owner=admin, capacity=capacity
        )
        tell(instance, fixture()["object_info"] if info is None else info, system)
        InstanceTag.objects.bulk_create(InstanceTag(instance=instance, tag=tag) for tag in tags)
        Vital.objects.create(
            instance=instance,
            latency_ms=1,
            vram_total_bytes=vram_bytes,
            vram_free_bytes=0,
            ram_total_bytes=0,
            ram_free_bytes=0,
            queue_running=0,
            queue_pending=0,
        )
        return instance

    return add


def tell(instance: Instance, info: dict[str, Any], system: dict[str, Any] | None = None) -> None:
    """The instance says anew what it has."""
    InstanceCatalogue.objects.update_or_create(
        instance=instance,
        defaults={
            "object_info": info,
            "model_files": fixture()["model_files"],
            "sha256": sha256_of(info),
            "system": system or {"argv": ["main.py"]},
            "fetched_at": timezone.now(),
        },
    )


def without_class(*names: str) -> dict[str, Any]:
    """The catalogue without some classes of nodes."""
    return {k: v for k, v in fixture()["object_info"].items() if k not in names}


def production(admin: User, slug: str) -> Workflow:
    """A workflow of the studio, its first version put into production; an instance is there."""
    workflow = Workflow.objects.get(slug=slug)
    version = workflow.versions.get()
    check(version)
    set_state(actor=admin, version=version, state=WorkflowState.Code.TESTED)
    set_state(actor=admin, version=version, state=WorkflowState.Code.PRODUCTION)
    return workflow


def check(version: WorkflowVersion) -> None:
    from pipeline.workflows.readiness import check_version

    check_version(version)


def make(
    admin: User, graph: dict[str, Any], parameters: list[Parameter] | None = None, **fields: Any
) -> WorkflowVersion:
    """A workflow of the studio with this graph."""
    fields.setdefault("project", None)
    fields.setdefault("name", "Mine")
    return import_workflow(actor=admin, imported=Imported(graph), parameters=parameters, **fields)


from tests.pipeline.workflows.asking import (  # noqa: E402, F401  (fixtures)
    _own_files,
    bound,
    submit,
)
