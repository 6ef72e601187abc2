"""What pages and endpoints read of installations."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch, QuerySet

from pipeline.comfyui.models import InstallNode, InstallPlan, InstallStep, Instance
from studio.core.errors import NotFound


def all_plans() -> QuerySet[InstallPlan]:
    """All plans with what they install, newest first, without their logs."""
    steps = InstallStep.objects.prefetch_related("requirements", "nodes")
    return (
        InstallPlan.objects.select_related(
            "instance__worker",
            "state",
            "requested_by__profile",
            "approved_by__profile",
            "stopped_by__profile",
        )
        .prefetch_related(
            Prefetch("steps", steps),
            Prefetch("nodes", InstallNode.objects.filter(step=None), to_attr="unknown"),
        )
        .defer("log")
        .order_by("-id")
    )


def get_plan(code: UUID) -> InstallPlan:
    """One plan, with its log.

    Raises:
        NotFound: there is none.
    """
    found = all_plans().defer(None).filter(code=code).first()
    if found is None:
        raise NotFound("There is no such installation.")
    return found


def managed_instances() -> QuerySet[Instance]:
    """Instances in use that name an entry of the file of managed installations, by name."""
    found = Instance.objects.filter(retired_at=None).exclude(install_name="")
    return found.select_related("worker").order_by("worker__name")
