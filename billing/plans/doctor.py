"""Has everybody a plan? A check for `manage.py doctor`."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone

from billing.plans.models import Plan, Subscription
from studio.core.models import User
from studio.ops.doctor import Finding, register


@register("plans")
def check_plans() -> Iterator[Finding]:
    """Everybody active has a plan, and the plan of newcomers exists."""
    if not Plan.objects.filter(code=settings.DEFAULT_PLAN).exists():
        yield Finding(
            f"The plan of newcomers, “{settings.DEFAULT_PLAN}”, does not exist.",
            remedy="Set SEEDFRAME_DEFAULT_PLAN to the code of a plan, or make the plan.",
        )
    subscribed = Subscription.objects.active_at(timezone.now()).values("user")
    for user in User.objects.filter(is_active=True).exclude(pk__in=subscribed).order_by("pk"):
        yield Finding(
            f"{user.username} has no plan.", remedy="Add a subscription in the administration."
        )
