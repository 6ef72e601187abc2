"""The one access rule: whoever may see the project may see what it owns.

A person's capabilities in a project are those of the membership's role that the person's global
role also has; Admins have all capabilities everywhere, and a project's owner may manage it.
An archived project can be seen and managed (so that it can be brought back), and nothing else.
Roles, capabilities and which role has which are rows (`studio.core.models`); the code reads the
same declaration that writes those rows, so no request pays a query for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.db import models

from studio.core.errors import Conflict, Forbidden, NotFound
from studio.core.lookups import Codes

if TYPE_CHECKING:
    from studio.core.models import Project

M = TypeVar("M", bound=models.Model)


class CapabilityCode(Codes):
    """What a person may do in a project."""

    VIEW = 1, "view", "See everything in the project"
    COMMENT = 2, "comment", "Comment and give verdicts"
    CREATE = 3, "create", "Make, upload and change things"
    APPROVE = 4, "approve", "Give final approval"
    MANAGE = 5, "manage", "Change members and settings"


class RoleCode(Codes):
    """Who a person is, in the studio and in a project."""

    ADMIN = 1, "admin", "Admin"
    CREATOR = 2, "creator", "Creator"
    REVIEWER = 3, "reviewer", "Reviewer"


_REVIEWER = frozenset({CapabilityCode.VIEW, CapabilityCode.COMMENT})
_CREATOR = _REVIEWER | {CapabilityCode.CREATE, CapabilityCode.APPROVE}

ROLE_CAPABILITIES: dict[RoleCode, frozenset[CapabilityCode]] = {
    RoleCode.ADMIN: frozenset(CapabilityCode),
    RoleCode.CREATOR: _CREATOR,
    RoleCode.REVIEWER: _REVIEWER,
}


#: What remains possible in an archived project.
_ARCHIVED = frozenset({CapabilityCode.VIEW, CapabilityCode.MANAGE})


def capabilities(user: Any, project: Project) -> frozenset[CapabilityCode]:
    """What `user` may do in `project`; empty for anonymous, inactive and outside people.

    Causes one query unless the user is an Admin.
    """
    found = _granted(user, project)
    return found if project.archived_at is None else found & _ARCHIVED


def _granted(user: Any, project: Project) -> frozenset[CapabilityCode]:
    """As `capabilities`, archived or not."""
    if not (user.is_authenticated and user.is_active):
        return frozenset()
    if user.role_id == RoleCode.ADMIN:
        return frozenset(CapabilityCode)
    role_id = project.memberships.filter(user_id=user.pk).values_list("role_id", flat=True).first()
    if role_id is None:
        return frozenset()
    own = ROLE_CAPABILITIES[RoleCode(user.role_id)]
    found = ROLE_CAPABILITIES[RoleCode(role_id)] & own
    if project.owner_id == user.pk and CapabilityCode.CREATE in own:
        found |= {CapabilityCode.MANAGE}
    return found


def can(user: Any, capability: CapabilityCode, project: Project) -> bool:
    """Whether `user` may do this in `project`. Causes at most one query."""
    return capability in capabilities(user, project)


def require(user: Any, capability: CapabilityCode, project: Project) -> None:
    """Pass, or raise.

    Raises:
        NotFound: the user may not even see the project.
        Forbidden: the user sees the project, but the role does not allow this.
        Conflict: the role would allow it, but the project is archived.
    """
    found = _granted(user, project)
    if CapabilityCode.VIEW not in found:
        raise NotFound("There is no such project, or it is not shared with you.")
    if capability not in found:
        raise Forbidden(
            f"In “{project.name}” your role does not include: {capability.label.lower()}.",
            remedy="Ask the project's owner or an Admin for another role.",
        )
    if project.archived_at is not None and capability not in _ARCHIVED:
        raise Conflict(f"“{project.name}” is archived.", remedy="Restore the project first.")


def require_admin(user: Any) -> None:
    """Pass for active Admins.

    Raises:
        Forbidden: for everybody else.
    """
    if not (user.is_authenticated and user.is_active and user.role_id == RoleCode.ADMIN):
        raise Forbidden("This is for Admins of the studio.")


class ProjectScopedQuerySet(models.QuerySet[M]):
    """Rows that belong to a project, directly or through `project_path`."""

    project_path: ClassVar[str] = "project"

    def visible_to(self, user: Any) -> Self:
        """Rows in the projects that `user` may see."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        if user.role_id == RoleCode.ADMIN:
            return self
        from studio.core.models import Membership  # the rule stands below the models it reads

        mine = Membership.objects.filter(user_id=user.pk).values("project_id")
        return self.filter(**{f"{self.project_path}__in": mine})

    def get_visible(self, user: Any, **lookup: Any) -> M:
        """The one row that matches and that `user` may see.

        Raises:
            NotFound: there is none, or it is not for this person; the two look alike.
        """
        found = self.visible_to(user).filter(**lookup).first()
        if found is None:
            raise NotFound(
                f"There is no such {self.model._meta.verbose_name}, or it is not shared with you."
            )
        return found
