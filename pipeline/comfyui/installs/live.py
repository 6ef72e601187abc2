"""What open pages are told about installations."""

from pipeline.comfyui.models import InstallPlan
from studio.live.services import publish, studio_group


def publish_plan(plan: InstallPlan) -> None:
    """Tell everybody signed in that a plan has changed; call in the transaction."""
    publish([studio_group()], {"kind": "install.changed", "code": str(plan.code)})
