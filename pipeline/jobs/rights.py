"""Where a person may make things, for pages that offer it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

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
