"""Sets right what tasks have left: approved plans nobody took, running ones whose task died."""

from __future__ import annotations

from pipeline.comfyui.installs.journal import alone_with
from pipeline.comfyui.models import InstallPlan, InstallState
from studio.core.tasks import enqueue
from studio.ops.sweeper import every

RUNNER = "pipeline.comfyui.installs.runner"


@every(30)
def sweep_installs() -> int:
    """Enqueue them anew; how many. A task that finds nothing to do ends at once."""
    states = (InstallState.Code.APPROVED, InstallState.Code.RUNNING)
    plans = InstallPlan.objects.filter(state_id__in=states)
    found = list(plans.values_list("pk", "instance_id", "state_id"))
    count = 0
    for plan_id, instance_id, state_id in found:
        with alone_with(instance_id) as is_alone:
            pass
        if is_alone:
            is_new = state_id == InstallState.Code.APPROVED
            enqueue(f"{RUNNER}.{'run_plan' if is_new else 'recover_plan'}", plan_id)
            count += 1
    return count
