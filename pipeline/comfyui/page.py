"""What the pages of workers show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.comfyui import links, queries
from pipeline.comfyui.charts import STEPS, charts, steps_of
from pipeline.comfyui.managed import restart_command
from pipeline.comfyui.models import Instance
from pipeline.comfyui.queries import WorkerRow
from pipeline.jobs.models import Job, Worker, WorkerState
from pipeline.providers.comfyui.http import CallFailed, ComfyHttp
from studio.core.access import RoleCode

MOST_WORKERS = 500
MOST_PROMPTS = 100
MOST_NAMES = 300
#: Longest id of a prompt that is shown, characters.
MOST_ID = 200


@dataclass(frozen=True, slots=True)
class ShownPrompt:
    """A prompt in a queue; `job` only of ours that the reader may see."""

    prompt_id: str
    nodes: int
    is_running: bool
    is_ours: bool
    job: Job | None


def is_admin(user: Any) -> bool:
    """Whether the reader may give orders to workers."""
    return bool(user.role_id == RoleCode.ADMIN)


def list_context(user: Any, rows: Sequence[WorkerRow], *, retired: bool) -> dict[str, Any]:
    """The list, with how many take work."""
    takes = (WorkerState.Code.ONLINE, WorkerState.Code.DEGRADED)
    instances = [row for row in rows if row.instance is not None]
    return {
        "rows": rows,
        "retired": retired,
        "has_instances": bool(instances),
        "taking": sum(row.worker.state_id in takes for row in rows),
        "is_admin": is_admin(user),
    }


def worker_context(user: Any, worker: Worker, hours: int) -> dict[str, Any]:
    """One worker: its figures now and over time, its last jobs, what may be done."""
    (row,) = queries.rows_of([worker])
    instance = row.instance
    steps = steps_of(instance, hours) if instance is not None else []
    admin = is_admin(user)
    return {
        "row": row,
        "worker": worker,
        "instance": instance,
        "hours": hours,
        "spans": list(STEPS),
        "steps": steps[::-1],
        "charts": charts(steps, hours),
        "attempts": queries.recent_attempts(user, worker),
        "panels": _panels(worker) if instance is not None else [],
        "is_admin": admin,
        "is_draining": worker.state_id == WorkerState.Code.DRAINING,
        "may_restart": admin and instance is not None and _may_restart(instance),
    }


def queue_context(user: Any, instance: Instance) -> dict[str, Any]:
    """What lies in its queue now; asks the instance."""
    context: dict[str, Any] = {"instance": instance, "worker": instance.worker, "failure": ""}
    if instance.retired_at is not None:
        return context | {"prompts": [], "more": 0, "failure": "It is retired."}
    try:
        with ComfyHttp(instance.url) as http:
            found = http.queue().prompts
    except CallFailed as error:
        return context | {"prompts": [], "more": 0, "failure": str(error)}
    shown = found[:MOST_PROMPTS]
    ours = queries.jobs_of_prompts(user, instance.worker, [p.prompt_id for p in shown])
    prompts = [
        ShownPrompt(
            prompt_id=prompt.prompt_id[:MOST_ID],
            nodes=prompt.nodes,
            is_running=prompt.is_running,
            is_ours=prompt.prompt_id in ours,
            job=ours.get(prompt.prompt_id),
        )
        for prompt in shown
    ]
    return context | {"prompts": prompts, "more": len(found) - len(shown)}


def models_context(user: Any, instance: Instance, words: str) -> dict[str, Any]:
    """Software, nodes and model files; of these the ones with `words` in folder or name."""
    catalogue = queries.catalogue_of(instance)
    folders: list[tuple[str, list[str], int]] = []
    left_out = total = 0
    wanted = words.lower().split()
    for folder, names in sorted((catalogue.model_files if catalogue else {}).items()):
        total += len(names)
        fitting = [n for n in names if all(word in f"{folder}/{n}".lower() for word in wanted)]
        room = max(0, MOST_NAMES - sum(len(kept) for _, kept, _ in folders))
        left_out += max(0, len(fitting) - room)
        if fitting:
            folders.append((folder, sorted(fitting)[:room], len(fitting)))
    system = catalogue.system if catalogue else {}
    return {
        "instance": instance,
        "worker": instance.worker,
        "catalogue": catalogue,
        "software": _software(system),
        "devices": [d.get("name") for d in system.get("devices", []) if isinstance(d, dict)],
        "command": " ".join(map(str, system.get("argv") or [])) if is_admin(user) else "",
        "folders": folders,
        "files_total": total,
        "left_out": left_out,
        "words": words,
    }


def _software(system: dict[str, Any]) -> list[tuple[str, str]]:
    """Names and versions, as it told them."""
    told = (("Python", "python_version"), ("PyTorch", "pytorch_version"), ("System", "os"))
    return [(name, str(system[key]).split(" (")[0]) for name, key in told if system.get(key)]


def _may_restart(instance: Instance) -> bool:
    return instance.retired_at is None and bool(restart_command(instance.install_name))


def _panels(worker: Worker) -> list[tuple[links.Panel, str]]:
    return [(panel, panel.url(worker.code)) for panel in links.registered_panels()]
