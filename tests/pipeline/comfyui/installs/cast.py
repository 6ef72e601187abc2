"""Who may use the addresses of installations: all look, makers ask, Admins decide."""

from __future__ import annotations

from typing import Any

from pipeline.comfyui.models import InstallNode, InstallPlan, InstallStep, Instance
from pipeline.comfyui.services import register_instance
from tests.pipeline.comfyui.cast import one
from tests.support.access import Cast, Rule, declare, provide

SIGNED_IN, MAKERS, ADMIN = Rule.SIGNED_IN, Rule.MAKERS, Rule.ADMIN


@provide
def plan(cast: Cast) -> InstallPlan:
    """A plan that waits for approval, on an instance that is not managed any more."""
    instance: Instance = register_instance(
        actor=cast.admin, name=f"managed {cast.text}", url="http://127.0.0.1:18191"
    )
    made = InstallPlan.objects.create(instance=instance, requested_by=cast.admin, log=cast.text)
    step = InstallStep.objects.create(
        plan=made, package="ink", repository="https://example.org/ink", revision="a" * 40,
        licence=cast.text,
    )  # fmt: skip
    InstallNode.objects.create(plan=made, step=step, node_class=cast.text)
    InstallNode.objects.create(plan=made, node_class=f"{cast.text}!")
    return made


def of(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(plan).code}


declare("pipeline:installs", GET=SIGNED_IN)
declare("pipeline:install-new", GET=MAKERS, POST=MAKERS)
declare("pipeline:worker-installs", one, GET=SIGNED_IN)
declare("pipeline:install", of, GET=SIGNED_IN)
declare("api-installs", GET=SIGNED_IN, POST=MAKERS)
declare("api-install", of, GET=SIGNED_IN)
for order in ("approve", "discard", "stop"):
    declare(f"pipeline:install-{order}", of, POST=ADMIN)
    declare(f"api-install-{order}", of, POST=ADMIN)
