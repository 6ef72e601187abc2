"""May this person spend this, here and now? One answer for pages, scripts and batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from billing.credits import credits_text
from billing.ledger.queries import balance_of
from billing.ledger.services import not_covered
from billing.plans.models import Plan
from billing.plans.queries import current_plan, plan_includes
from billing.prices.quotes import Quote
from studio.core.errors import PaymentRequired
from studio.core.models import Project, User


@dataclass(frozen=True)
class Reason:
    """Why it may not be, and what can be done about it."""

    code: str
    text: str
    remedy: str


@dataclass(frozen=True)
class Preflight:
    """The answer. `balance_after_microcredits` is after the whole amount is held."""

    reasons: tuple[Reason, ...]
    amount_microcredits: int
    is_upper_bound: bool
    balance_microcredits: int
    balance_after_microcredits: int

    @property
    def allowed(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.reasons

    @property
    def credits(self) -> str:
        """The amount as people read it; `≤` when it is an upper bound."""
        bound = "≤ " if self.is_upper_bound and self.amount_microcredits else ""
        return bound + credits_text(self.amount_microcredits)

    def raise_if_refused(self) -> None:
        """Pass when it is allowed.

        Raises:
            PaymentRequired: with all reasons and remedies.
        """
        if self.reasons:
            raise PaymentRequired(
                " ".join(reason.text for reason in self.reasons),
                remedy=" ".join(dict.fromkeys(reason.remedy for reason in self.reasons)),
            )


def check(
    *,
    user: User,
    project: Project,
    quotes: Sequence[Quote],
    provider_code: str,
    operation_group: str,
) -> Preflight:
    """Look at plan, project and wallet; at most three queries, nothing is changed.

    The answer may be overtaken by parallel spending: the hold decides. Rights in the project are
    the access rule's affair, not money's.
    """
    amount = sum(quote.amount_microcredits for quote in quotes)
    balance = balance_of(user)
    plan = current_plan(user)
    fills_up = plan is not None and plan.is_unlimited
    reasons = [
        *_plan_reasons(plan, operation_group, provider_code),
        *_project_reasons(project),
        *(() if fills_up else _balance_reasons(amount, balance)),
    ]
    return Preflight(
        reasons=tuple(reasons),
        amount_microcredits=amount,
        is_upper_bound=any(quote.is_upper_bound for quote in quotes),
        balance_microcredits=balance,
        balance_after_microcredits=max(0, balance - amount) if fills_up else balance - amount,
    )


def _plan_reasons(plan: Plan | None, operation_group: str, provider: str) -> Iterator[Reason]:
    if plan is None:
        yield Reason("no-plan", "You have no plan.", "Ask an Admin to give you one.")
    elif not plan_includes(plan, operation_group=operation_group, provider=provider):
        yield Reason(
            "not-in-plan",
            f"The plan “{plan.title}” does not include {operation_group} by {provider}.",
            "Choose another provider, or ask an Admin for another plan.",
        )


def _project_reasons(project: Project) -> Iterator[Reason]:
    if project.archived_at is not None:
        yield Reason(
            "project-archived",
            f"“{project.name}” is archived, and no work is paid for there.",
            "Bring the project back first.",
        )


def _balance_reasons(amount: int, balance: int) -> Iterator[Reason]:
    if amount > balance:
        error = not_covered(amount, balance)
        yield Reason("balance", error.detail, error.remedy)
