"""What can be done with credits: give, hold, settle, release, refund.

Each movement is one transfer whose entries sum to zero; the database checks it at commit. Holds
and their ends join the transaction of the work that they pay for.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import Sum

from billing.credits import MICROCREDITS, MOST_CREDITS, credits_text
from billing.kinds import BillingEvents
from billing.ledger.models import AccountKind, Entry, Hold, HoldState, Transfer, TransferKind
from billing.ledger.posting import (
    cost_centre_of,
    grants_account,
    holds_of,
    lock_balances,
    post,
    wallet_of,
)
from billing.ledger.signals import wallet_short
from studio.core.access import require_admin
from studio.core.errors import Conflict, Invalid, PaymentRequired
from studio.core.models import Project, User
from studio.live.services import record_event


def open_hold(
    *, payer: User, project: Project, amount_microcredits: int, memo: str = ""
) -> Hold | None:
    """Set credits aside from the payer's wallet for work in `project`.

    Exact under any number of parallel callers: the wallet stays locked until the caller's
    transaction ends. Whether the payer may work in the project is the caller's to check.

    Returns:
        The hold, or None when the amount is zero and there is nothing to hold.

    Raises:
        PaymentRequired: the wallet does not cover it, and no plan fills it up.
        Invalid: the amount is negative.
    """
    if amount_microcredits < 0:
        raise Invalid("A hold can't be negative.")
    if amount_microcredits == 0:
        return None
    with transaction.atomic():
        wallet, holds = wallet_of(payer), holds_of(project)
        balance = lock_balances([wallet, holds])[wallet.pk]
        if balance < amount_microcredits:
            wallet_short.send(
                sender=Hold, user=payer, shortage_microcredits=amount_microcredits - balance
            )
            balance = lock_balances([wallet])[wallet.pk]
        if balance < amount_microcredits:
            raise not_covered(amount_microcredits, balance)
        hold = Hold.objects.create(
            wallet=wallet, project=project, amount_microcredits=amount_microcredits
        )
        post(
            TransferKind.Code.HOLD,
            [(wallet, -amount_microcredits), (holds, amount_microcredits)],
            actor=payer,
            hold=hold,
            memo=memo,
        )
    return hold


def not_covered(amount_microcredits: int, balance_microcredits: int) -> PaymentRequired:
    """The error that says what is missing and what to do."""
    return PaymentRequired(
        f"This costs {credits_text(amount_microcredits)} credits, and your wallet has "
        f"{credits_text(balance_microcredits)}.",
        remedy="Ask an Admin for credits or another plan, or choose something cheaper.",
    )


def settle_hold(*, hold: Hold, amount_microcredits: int, memo: str = "") -> Transfer | None:
    """Charge what the work cost, and give the rest of the hold back.

    Args:
        amount_microcredits: from zero up to the hold's amount.

    Returns:
        The transfer, or None when the hold had ended already; then nothing changes.

    Raises:
        Invalid: the amount is negative or more than was held.
    """
    if not 0 <= amount_microcredits <= hold.amount_microcredits:
        raise Invalid(
            f"A charge of {credits_text(amount_microcredits)} credits does not fit a hold of "
            f"{credits_text(hold.amount_microcredits)}."
        )
    with transaction.atomic():
        if not _end(hold, HoldState.Code.SETTLED):
            return None
        return post(
            TransferKind.Code.SETTLE,
            [
                (holds_of(hold.project), -hold.amount_microcredits),
                (hold.wallet, hold.amount_microcredits),
                (hold.wallet, -amount_microcredits),
                (cost_centre_of(hold.project), amount_microcredits),
            ],
            hold=hold,
            memo=memo,
        )


def release_hold(*, hold: Hold, memo: str = "") -> Transfer | None:
    """Give a hold back whole.

    Returns:
        The transfer, or None when the hold had ended already; then nothing changes.
    """
    with transaction.atomic():
        if not _end(hold, HoldState.Code.RELEASED):
            return None
        return post(
            TransferKind.Code.RELEASE,
            [
                (holds_of(hold.project), -hold.amount_microcredits),
                (hold.wallet, hold.amount_microcredits),
            ],
            hold=hold,
            memo=memo,
        )


def _end(hold: Hold, state: HoldState.Code) -> bool:
    """Move an open hold to its end; False when somebody else was first."""
    moved = Hold.objects.filter(pk=hold.pk, state_id=HoldState.Code.OPEN).update(state_id=state)
    if moved:
        hold.state_id = state
    return bool(moved)


def grant_credits(*, actor: User, user: User, amount_microcredits: int, memo: str = "") -> Transfer:
    """Give a person credits.

    Raises:
        Forbidden: `actor` is no Admin.
        Invalid: the amount is not positive, or above 1,000,000,000 credits.
    """
    require_admin(actor)
    if not 0 < amount_microcredits <= MOST_CREDITS * MICROCREDITS:
        message = "Give more than zero, and at most 1,000,000,000 credits."
        raise Invalid(message, fields={"credits": [message]})
    with transaction.atomic():
        transfer = post(
            TransferKind.Code.GRANT,
            [(grants_account(), -amount_microcredits), (wallet_of(user), amount_microcredits)],
            actor=actor,
            memo=memo,
        )
        record_event(
            BillingEvents.CREDITS_GRANTED,
            actor=actor,
            subject_code=transfer.code,
            label=f"{credits_text(amount_microcredits)} credits to {user.username}",
            data={"user": user.username, "microcredits": amount_microcredits},
            notify=[user] if user.pk != actor.pk else [],
        )
    return transfer


def add_allowance(*, user: User, amount_microcredits: int, memo: str) -> Transfer:
    """Put a plan's credits into a wallet; which are due is the caller's to know."""
    with transaction.atomic():
        return post(
            TransferKind.Code.PLAN_ALLOWANCE,
            [(grants_account(), -amount_microcredits), (wallet_of(user), amount_microcredits)],
            memo=memo,
        )


def refund_charge(*, actor: User, hold: Hold, amount_microcredits: int, memo: str = "") -> Transfer:
    """Give a charge back, whole or in part, by a correcting transfer.

    Raises:
        Forbidden: `actor` is no Admin.
        Invalid: the amount is not positive.
        Conflict: it is more than was charged and not yet refunded.
    """
    require_admin(actor)
    if amount_microcredits <= 0:
        raise Invalid("A refund is more than zero.")
    with transaction.atomic():
        hold = (
            Hold.objects.select_for_update(of=("self",))
            .select_related("wallet__user", "project")
            .get(pk=hold.pk)
        )
        left = charged_microcredits(hold)
        if amount_microcredits > left:
            raise Conflict(f"Of this charge only {credits_text(left)} credits can be refunded.")
        transfer = post(
            TransferKind.Code.CORRECTION,
            [
                (cost_centre_of(hold.project), -amount_microcredits),
                (hold.wallet, amount_microcredits),
            ],
            actor=actor,
            hold=hold,
            memo=memo,
        )
        record_event(
            BillingEvents.CHARGE_REFUNDED,
            project=hold.project,
            actor=actor,
            subject_code=hold.code,
            label=f"{credits_text(amount_microcredits)} credits to {hold.wallet.user}",
            data={"microcredits": amount_microcredits},
        )
    return transfer


def charged_microcredits(hold: Hold) -> int:
    """What was charged for a hold, less refunds. Causes one query."""
    booked = Entry.objects.filter(
        transfer__hold=hold, account__kind_id=AccountKind.Code.COST_CENTRE
    ).aggregate(total=Sum("amount_microcredits", default=0))
    return int(booked["total"])
