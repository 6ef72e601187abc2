"""Where a person may make things, and what of an attempt a person may read."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from pipeline.jobs.models import Attempt, ErrorClass, WorkerKind
from studio.core.access import ROLE_CAPABILITIES, CapabilityCode, RoleCode
from studio.core.models import Project


def projects_allowing(user: Any, capability: CapabilityCode) -> QuerySet[Project]:
    """Open projects in which `user` has a capability; the access rule for many projects at once."""
    projects = Project.objects.visible_to(user).open()
    if user.role_id == RoleCode.ADMIN:
        return projects
    if capability not in ROLE_CAPABILITIES[RoleCode(user.role_id)]:
        return projects.none()
    roles = [int(role) for role, granted in ROLE_CAPABILITIES.items() if capability in granted]
    return projects.filter(memberships__user_id=user.pk, memberships__role_id__in=roles)


def detail_for(user: Any, attempt: Attempt) -> str:
    """What an attempt tells engineers, if this person may read it; loads its worker.

    What ComfyUI instances say, and the studio's own failures, may name machines, their folders and
    their addresses: that is for Admins. What paid providers said is for all who see the job.
    """
    on_machine = attempt.worker.kind_id == WorkerKind.Code.COMFYUI
    is_internal = attempt.error_class_id == ErrorClass.Code.INTERNAL
    return "" if (on_machine or is_internal) and not user.is_admin else attempt.detail
