"""Who has which plan, and the credits that come with it each month."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from billing.kinds import BillingEvents
from billing.ledger.models import AccountKind, Entry
from billing.ledger.services import add_allowance
from billing.plans.models import Allowance, Plan, Subscription
from studio.core.access import require_admin
from studio.core.errors import Conflict
from studio.core.models import User
from studio.live.services import record_event
from studio.ops.sweeper import every


def default_plan() -> Plan:
    """The plan of newcomers (`DEFAULT_PLAN`).

    Raises:
        Conflict: there is no such plan.
    """
    plan = Plan.objects.filter(code=settings.DEFAULT_PLAN).first()
    if plan is None:
        raise Conflict(
            f"Newcomers should get the plan “{settings.DEFAULT_PLAN}”, which does not exist.",
            remedy="Set SEEDFRAME_DEFAULT_PLAN to the code of a plan, or make the plan.",
        )
    return plan


def subscribe(*, actor: User | None, user: User, plan: Plan) -> Subscription:
    """Give a person a plan from now on, with what its month's credits exceed those already given.

    Args:
        actor: an Admin, or None when the studio itself does it (a person was added).

    Raises:
        Forbidden: `actor` is no Admin.
    """
    if actor is not None:
        require_admin(actor)
    now = timezone.now()
    with transaction.atomic():
        # the person's row is the lock: there may be no subscription to lock yet
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        running = Subscription.objects.active_at(now).filter(user=user).first()
        if running is not None and running.plan_id == plan.pk:
            return running
        if running is not None:
            running.ends_at = now
            running.save(update_fields=["ends_at"])
        made = Subscription.objects.create(user=user, plan=plan, starts_at=now)
        _give_month(made, now)
        if actor is not None:
            record_event(
                BillingEvents.PLAN_CHANGED,
                actor=actor,
                subject_code=user.code,
                label=f"{user.username}: {plan.title}",
                data={"user": user.username, "plan": plan.code},
                notify=[user] if user.pk != actor.pk else [],
            )
    return made


@every(60)
def renew_allowances(now: datetime | None = None) -> int:
    """Give every running subscription this month's credits, once.

    Called by the sweeper each minute; two callers at once do no harm. Unused credits stay.

    Returns:
        How many wallets were filled.
    """
    moment = now or timezone.now()
    due = (
        Subscription.objects.active_at(moment)
        .filter(plan__monthly_microcredits__gt=0, user__is_active=True)
        .exclude(allowances__month=_month(moment))
    )
    return sum(_renew(pk, moment) for pk in due.values_list("pk", flat=True))


def _renew(pk: int, moment: datetime) -> bool:
    with transaction.atomic():
        subscription = (
            Subscription.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("plan", "user")
            .filter(pk=pk)
            .exclude(allowances__month=_month(moment))
            .first()
        )
        return subscription is not None and _give_month(subscription, moment)


def _give_month(subscription: Subscription, moment: datetime) -> bool:
    """Put what is due for this month into the wallet; False when nothing is.

    After a change of plan within the month only the difference is due.
    """
    month = _month(moment)
    given = Entry.objects.filter(
        transfer__in=Allowance.objects.filter(
            subscription__user=subscription.user, month=month
        ).values("transfer"),
        account__kind_id=AccountKind.Code.WALLET,
    ).aggregate(total=Sum("amount_microcredits", default=0))["total"]
    due = subscription.plan.monthly_microcredits - int(given)
    if due <= 0:
        return False
    transfer = add_allowance(
        user=subscription.user,
        amount_microcredits=due,
        memo=f"{subscription.plan.title}, {month:%B %Y}",
    )
    Allowance.objects.create(subscription=subscription, month=month, transfer=transfer)
    return True


def _month(moment: datetime) -> date:
    return moment.astimezone(UTC).date().replace(day=1)
