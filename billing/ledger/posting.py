"""How a transfer is written: accounts found, balances locked, entries in order."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from billing.ledger.models import Account, AccountKind, Balance, Entry, Hold, Transfer, TransferKind
from studio.core.models import Project, User
from studio.live.services import publish, user_group


def wallet_of(user: User) -> Account:
    """A person's wallet, opened when it is first needed."""
    return Account.objects.get_or_create(kind_id=AccountKind.Code.WALLET, user=user, project=None)[
        0
    ]


def cost_centre_of(project: Project) -> Account:
    """Where a project's charges go."""
    return _of_project(AccountKind.Code.COST_CENTRE, project)


def holds_of(project: Project) -> Account:
    """Where a project's holds wait."""
    return _of_project(AccountKind.Code.HOLDS, project)


def grants_account() -> Account:
    """Where the studio's gifts come from; its sum is the negative of all that was ever given."""
    return Account.objects.get_or_create(kind_id=AccountKind.Code.GRANTS, user=None, project=None)[
        0
    ]


def _of_project(kind: AccountKind.Code, project: Project) -> Account:
    return Account.objects.get_or_create(kind_id=kind, user=None, project=project)[0]


def lock_balances(accounts: Collection[Account]) -> dict[int, int]:
    """Lock the balances of these accounts until the transaction ends; amounts by account's id.

    Always in the order of the accounts' ids, so that no two transactions wait for each other.
    Accounts that may be overdrawn have no balance and need no lock.
    """
    rows = Balance.objects.select_for_update().filter(account__in=accounts).order_by("account_id")
    return dict(rows.values_list("account_id", "amount_microcredits"))


def post(
    kind: TransferKind.Code,
    entries: Sequence[tuple[Account, int]],
    *,
    actor: User | None = None,
    hold: Hold | None = None,
    memo: str = "",
) -> Transfer:
    """Write one transfer, inside the caller's transaction, and tell the wallets' people.

    Args:
        entries: accounts and microcredits; they sum to zero, and zeros are left out.
    """
    lock_balances([account for account, _ in entries])
    transfer = Transfer.objects.create(
        kind_id=kind, actor=actor, hold=hold, memo=" ".join(memo.split())[:200]
    )
    # Within an account what comes in is booked before what goes out: no balance dips on the way.
    Entry.objects.bulk_create(
        Entry(transfer=transfer, account=account, amount_microcredits=amount)
        for account, amount in sorted(entries, key=lambda item: (item[0].pk, -item[1]))
        if amount
    )
    people = {account.user_id for account, _ in entries if account.user_id is not None}
    publish(
        [user_group(pk) for pk in people],
        {"kind": "wallet.changed", "code": str(transfer.code)},
    )
    return transfer
