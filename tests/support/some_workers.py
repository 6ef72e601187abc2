"""Run inside a studio's shell: registers two ComfyUI instances with figures of the last hour.

Nothing listens at their addresses, so that they are silent; prints where the first is.
"""

from __future__ import annotations

import json
import math
from datetime import timedelta

from django.utils import timezone

from pipeline.comfyui.models import (
    InstallNode,
    InstallPlan,
    InstallRequirement,
    InstallStep,
    Instance,
    InstanceCatalogue,
    Vital,
)
from pipeline.comfyui.services import register_instance
from studio.core.access import RoleCode
from studio.core.models import User

GB = 10**9


def measured(instance: Instance) -> None:
    """An hour of figures, with a gap of ten minutes."""
    now = timezone.now()
    for second in range(0, 3600, 30):
        wave = (1 + math.sin(second / 300)) / 2
        if 1500 < second < 2100:
            continue
        Vital.objects.create(
            instance=instance, measured_at=now - timedelta(seconds=second),
            latency_ms=12 + round(60 * wave), vram_total_bytes=24 * GB,
            vram_free_bytes=round((3 + 18 * wave) * GB), ram_total_bytes=64 * GB,
            ram_free_bytes=round((30 + 20 * wave) * GB), queue_running=second // 60 % 2,
            queue_pending=second // 600 % 3,
        )  # fmt: skip
    InstanceCatalogue.objects.create(
        instance=instance, version="0.3.64", sha256="0" * 64,
        object_info={"LoadImage": {}, "SaveImage": {}},
        model_files={"checkpoints": ["sd15.safetensors"], "loras": ["ink.safetensors"]},
        system={"python_version": "3.11.7", "devices": [{"name": "cuda:0"}], "argv": ["main.py"]},
    )  # fmt: skip


def planned(instance: Instance) -> None:
    """An installation of nodes that waits for approval."""
    plan = InstallPlan.objects.create(instance=instance, requested_by=instance.owner)
    step = InstallStep.objects.create(
        plan=plan, package="comfyui-ink", repository="https://example.org/ink/comfyui-ink",
        revision="3" * 40, previous_revision="1" * 40, licence="MIT", reads_requirements=True,
    )  # fmt: skip
    InstallRequirement.objects.create(step=step, requirement="opencv-python-headless>=4.8")
    InstallNode.objects.create(plan=plan, step=step, node_class="InkWash")
    InstallNode.objects.create(plan=plan, node_class="PaperGrain")


if not Instance.objects.filter(worker__name="render-1").exists():
    admin = User.objects.filter(role_id=RoleCode.ADMIN).order_by("pk")[0]
    for number in (1, 2):
        made = register_instance(
            actor=admin, name=f"render-{number}", url=f"http://127.0.0.1:{18200 + number}",
            tags=["24gb", "video"][:number],
        )  # fmt: skip
        if number == 1:
            measured(made)
            planned(made)
first = Instance.objects.select_related("worker").get(worker__name="render-1")
plan = first.install_plans.order_by("pk")[0]
print(json.dumps({"worker": str(first.worker.code), "install": str(plan.code)}))
