"""What pages and API load: rows with all they show, in a fixed number of queries."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from studio.core.models import ApiKey, ApiKeyScope, Membership, Project, Session, User
from studio.live.models import Event


def project_cards(
    user: Any, *, archived: bool = False, everybodys: bool = False
) -> QuerySet[Project, Project]:
    """Projects with owner, number of members, own role (`my_role_id`) and time of the last event.

    Args:
        everybodys: all that the person may see (an Admin: all there are), not only where member.
    """
    counted = (
        Membership.objects.filter(project=OuterRef("pk"))
        .order_by()
        .values("project")
        .annotate(n=Count("pk"))
        .values("n")
    )
    mine = Membership.objects.filter(project=OuterRef("pk"), user_id=user.pk)
    newest = Event.objects.filter(project=OuterRef("pk")).order_by("-pk").values("created_at")
    found = Project.objects.visible_to(user).filter(archived_at__isnull=not archived)
    if not everybodys:
        found = found.filter(memberships__user_id=user.pk)
    return found.select_related("owner__profile", "kind").annotate(
        members=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
        my_role_id=Subquery(mine.values("role_id")[:1]),
        last_event_at=Subquery(newest[:1]),
    )


def members_of(project: Project) -> QuerySet[Membership, Membership]:
    """Members with their person and role."""
    return Membership.objects.filter(project=project).select_related("user__profile", "role")


def people() -> QuerySet[User, User]:
    """Everybody, as Admins see them."""
    return User.objects.select_related("profile", "role")


def own_keys(user: User) -> QuerySet[ApiKey, ApiKey]:
    """A person's keys, with scopes."""
    grants = ApiKeyScope.objects.select_related("scope").order_by("scope_id")
    return ApiKey.objects.filter(user=user).prefetch_related(Prefetch("grants", queryset=grants))


def own_sessions(user: User) -> QuerySet[Session, Session]:
    """A person's sessions that have not ended, the one used last first."""
    return Session.objects.filter(user=user, expire_date__gt=timezone.now()).order_by("-seen_at")
