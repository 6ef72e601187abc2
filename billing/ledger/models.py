"""Double entry: accounts, transfers, their entries, and holds. Rules: `migrations/0002_rules`."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from studio.core.lookups import Codes, Lookup, Transition
from studio.core.models import Project

__all__ = [
    "Account",
    "AccountKind",
    "Balance",
    "Entry",
    "Hold",
    "HoldState",
    "HoldTransition",
    "Transfer",
    "TransferKind",
]


class AccountKind(Lookup):
    """A row states that a kind of account exists, and whether it may be overdrawn.

    Kinds that may not be overdrawn keep a balance; it is also the lock that serialises spending.
    """

    class Code(Codes):
        """Wallets are people's, cost centres and holds are projects', grants is the studio's."""

        WALLET = 1, "wallet", "Wallet"
        COST_CENTRE = 2, "cost-centre", "Cost centre"
        HOLDS = 3, "holds", "Holds"
        GRANTS = 4, "grants", "Grants"

    extras = {
        Code.WALLET: {"may_go_negative": False},
        Code.COST_CENTRE: {"may_go_negative": False},
        Code.HOLDS: {"may_go_negative": False},
        Code.GRANTS: {"may_go_negative": True},
    }
    may_go_negative = models.BooleanField()


_WALLET = Q(kind=AccountKind.Code.WALLET, user__isnull=False, project__isnull=True)
_PROJECT = Q(
    kind__in=[AccountKind.Code.COST_CENTRE, AccountKind.Code.HOLDS],
    user__isnull=True,
    project__isnull=False,
)
_STUDIO = Q(kind=AccountKind.Code.GRANTS, user__isnull=True, project__isnull=True)


class Account(models.Model):
    """A row states that credits can be booked here, and to whom they belong."""

    kind = models.ForeignKey(AccountKind, on_delete=models.PROTECT, related_name="accounts")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="accounts",
        null=True,
        blank=True,
    )
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="accounts", null=True, blank=True
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=_WALLET | _PROJECT | _STUDIO, name="account_owner_fits_kind"
            ),
            models.UniqueConstraint(
                fields=["kind", "user", "project"],
                name="account_one_per_owner",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user or self.project or 'the studio'}"


class Balance(models.Model):
    """A row states what an account holds now; the database alone writes it, with each entry."""

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, related_name="balance", primary_key=True
    )
    amount_microcredits = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_microcredits__gte=0), name="balance_not_overdrawn"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.amount_microcredits} microcredits"


class HoldState(Lookup):
    """A row states that a hold can be in this state."""

    class Code(Codes):
        """A hold ends once: paid from, or given back whole."""

        OPEN = 1, "open", "Held"
        SETTLED = 2, "settled", "Settled"
        RELEASED = 3, "released", "Released"


class HoldTransition(Transition):
    """A row states that a hold's state may change in this way."""

    from_state = models.ForeignKey(
        HoldState, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    to_state = models.ForeignKey(HoldState, on_delete=models.CASCADE, related_name="+")

    allowed = [
        (None, HoldState.Code.OPEN),
        (HoldState.Code.OPEN, HoldState.Code.SETTLED),
        (HoldState.Code.OPEN, HoldState.Code.RELEASED),
    ]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["from_state", "to_state"],
                name="hold_transition_once",
                nulls_distinct=False,
            )
        ]


class Hold(models.Model):
    """A row states that credits were set aside from a wallet for work in a project.

    What was paid in the end is told by its transfers; only the state ever changes.
    """

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    wallet = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="holds")
    amount_microcredits = models.BigIntegerField()
    state = models.ForeignKey(
        HoldState, on_delete=models.PROTECT, related_name="+", default=HoldState.Code.OPEN
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_microcredits__gt=0), name="hold_amount_positive"
            ),
        ]
        indexes = [
            # what is held from one wallet
            models.Index(
                fields=["wallet"],
                condition=Q(state=HoldState.Code.OPEN),
                include=["amount_microcredits"],
                name="hold_open_of_wallet",
            ),
        ]

    def __str__(self) -> str:
        return f"Hold {str(self.code)[:8]} of {self.amount_microcredits} microcredits"


class TransferKind(Lookup):
    """A row states that there is a reason for which credits move."""

    class Code(Codes):
        """Holds move wallet → holds; settlements holds → wallet → cost centre."""

        GRANT = 1, "grant", "Grant"
        HOLD = 2, "hold", "Hold"
        SETTLE = 3, "settle", "Settlement"
        RELEASE = 4, "release", "Release"
        PLAN_ALLOWANCE = 5, "plan-allowance", "Plan's credits"
        CORRECTION = 6, "correction", "Correction"


_ABOUT_HOLD = [
    TransferKind.Code.HOLD,
    TransferKind.Code.SETTLE,
    TransferKind.Code.RELEASE,
    TransferKind.Code.CORRECTION,
]


class Transfer(models.Model):
    """A row states that credits moved, when, why and by whose doing; never changed.

    No actor: the studio itself did it (a job ended, a month began).
    """

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.ForeignKey(TransferKind, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    hold = models.ForeignKey(
        Hold, on_delete=models.PROTECT, related_name="transfers", null=True, blank=True
    )
    memo = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=_ABOUT_HOLD, hold__isnull=False)
                | (~Q(kind__in=_ABOUT_HOLD) & Q(hold__isnull=True)),
                name="transfer_hold_fits_kind",
            ),
            # a hold is made once and ends once, whatever runs twice
            models.UniqueConstraint(
                fields=["hold"],
                condition=Q(kind=TransferKind.Code.HOLD),
                name="transfer_one_hold",
            ),
            models.UniqueConstraint(
                fields=["hold"],
                condition=Q(kind__in=[TransferKind.Code.SETTLE, TransferKind.Code.RELEASE]),
                name="transfer_one_end_of_hold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {str(self.code)[:8]}"


class Entry(models.Model):
    """A row states by how much one transfer changed one account; never changed.

    A settlement has two entries on the wallet: the hold returned whole, and the charge.
    """

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="entries")
    # the index below begins with the account
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    amount_microcredits = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount_microcredits=0), name="entry_amount_not_zero"
            ),
        ]
        indexes = [
            # an account's statement, newest first, and its running balance
            models.Index(
                fields=["account", "-id"], include=["amount_microcredits"], name="entry_statement"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.amount_microcredits:+d} microcredits"
