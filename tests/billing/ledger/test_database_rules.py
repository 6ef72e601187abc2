"""What the database refuses by itself, whoever asks."""

from __future__ import annotations

import re
import uuid

import pytest

from billing.credits import MICROCREDITS as C
from billing.ledger.posting import cost_centre_of, grants_account, holds_of, wallet_of
from billing.ledger.services import open_hold, release_hold, settle_hold
from billing.models import Account, AccountKind, Hold, Transfer
from tests.billing.refusals import refused, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def hold(creator, project, fill) -> Hold:
    fill(creator, 10)
    return open_hold(payer=creator, project=project, amount_microcredits=4 * C)


@pytest.mark.parametrize("table", ["billing_entry", "billing_transfer", "billing_account"])
def test_the_books_are_append_only(hold, table):
    column = {"billing_entry": "amount_microcredits"}.get(table, "id")
    refused(f"UPDATE {table} SET {column} = {column} + 1", by=f"{table}_append_only")
    refused(f"DELETE FROM {table}", by=f"{table}_append_only")


def insert_transfer(kind: int = 1, hold: int | None = None) -> str:
    return (
        "WITH t AS (INSERT INTO billing_transfer (code, kind_id, created_at, hold_id, memo)"
        f" VALUES ('{uuid.uuid4()}', {kind}, now(), {hold or 'NULL'}, '') RETURNING id)"
        " INSERT INTO billing_entry (transfer_id, account_id, amount_microcredits)"
        " SELECT t.id, a::bigint, m::bigint FROM t, (VALUES {}) AS v(a, m)"
    )


def test_a_transfer_sums_to_zero(creator, fill):
    fill(creator, 1)
    wallet, grants = wallet_of(creator).pk, grants_account().pk
    run(insert_transfer().format(f"({grants}, -5), ({wallet}, 5)"))
    refused(insert_transfer().format(f"({grants}, -5), ({wallet}, 6)"), by="transfer_balanced")
    refused(insert_transfer().format(f"({wallet}, 5)"), by="transfer_balanced")
    refused(
        "INSERT INTO billing_transfer (code, kind_id, created_at, memo)"
        f" VALUES ('{uuid.uuid4()}', 1, now(), '')",
        by="transfer_balanced",
    )


def test_no_entry_is_added_to_an_old_transfer(hold, creator):
    old = Transfer.objects.earliest("pk")
    refused(
        "INSERT INTO billing_entry (transfer_id, account_id, amount_microcredits)"
        " VALUES (%s, %s, 5)",
        old.pk,
        wallet_of(creator).pk,
        by="transfer_balanced",
    )


def test_an_entry_moves_something(hold, creator):
    refused(
        insert_transfer().format(f"({grants_account().pk}, 0), ({wallet_of(creator).pk}, 0)"),
        by="entry_amount_not_zero",
    )


def test_only_grants_may_be_overdrawn(hold, creator, project):
    wallet, grants, cost = wallet_of(creator), grants_account(), cost_centre_of(project)
    over = 6 * C + 1
    refused(
        insert_transfer().format(f"({wallet.pk}, -{over}), ({grants.pk}, {over})"),
        by="balance_not_overdrawn",
    )
    refused(
        insert_transfer().format(f"({cost.pk}, -1), ({grants.pk}, 1)"), by="balance_not_overdrawn"
    )


def test_balances_are_written_by_entries_alone(hold, creator):
    rule = "balance_written_by_entries"
    wallet = wallet_of(creator).pk
    refused("UPDATE billing_balance SET amount_microcredits = 1000000000", by=rule)
    refused("DELETE FROM billing_balance", by=rule)
    refused("INSERT INTO billing_balance VALUES (%s, 5)", grants_account().pk, by=rule)
    run("SELECT 1 FROM billing_balance WHERE account_id = %s", wallet)


def test_holds_keep_their_figures(hold, project):
    for column, value in (("amount_microcredits", 1), ("wallet_id", holds_of(project).pk)):
        refused(f"UPDATE billing_hold SET {column} = %s", value, by="hold_only_state_changes")
    refused("DELETE FROM billing_hold", by="billing_hold_append_only")


def test_a_hold_changes_state_only_with_its_transfer(hold):
    refused("UPDATE billing_hold SET state_id = 2", by="hold_matches_entries")
    refused("UPDATE billing_hold SET state_id = 3", by="hold_matches_entries")


@pytest.mark.parametrize(
    "end", [release_hold, lambda hold: settle_hold(hold=hold, amount_microcredits=C)]
)
def test_an_ended_hold_stays_ended(hold, end):
    end(hold=hold) if end is release_hold else end(hold)
    other = 5 - hold.state_id
    for state in (1, other):
        refused(
            "UPDATE billing_hold SET state_id = %s", state, by="billing_hold_state_id_transition"
        )


def test_a_hold_is_born_open_with_its_credits(creator, project, fill):
    fill(creator, 1)
    insert = (
        "INSERT INTO billing_hold (code, wallet_id, project_id, amount_microcredits, state_id,"
        " created_at) VALUES (gen_random_uuid(), %s, %s, %s, %s, now())"
    )
    wallet = wallet_of(creator).pk
    refused(insert, wallet, project.pk, 5, 2, by="billing_hold_state_id_transition")
    refused(insert, wallet, project.pk, 5, 1, by="hold_matches_entries")
    refused(insert, wallet, project.pk, 0, 1, by="hold_amount_positive")


def test_a_hold_ends_by_one_transfer(hold, creator, project):
    settle_hold(hold=hold, amount_microcredits=C)
    again = insert_transfer(kind=4, hold=hold.pk).format(
        f"({cost_centre_of(project).pk}, -5), ({wallet_of(creator).pk}, 5)"
    )
    refused(again, by="transfer_one_end_of_hold")


def test_transfers_name_their_hold_or_have_none(hold, creator):
    entries = f"({grants_account().pk}, -5), ({wallet_of(creator).pk}, 5)"
    refused(insert_transfer(kind=2).format(entries), by="transfer_hold_fits_kind")
    refused(insert_transfer(kind=1, hold=hold.pk).format(entries), by="transfer_hold_fits_kind")


def test_accounts_have_the_owner_of_their_kind(creator, project):
    insert = "INSERT INTO billing_account (kind_id, user_id, project_id) VALUES (%s, %s, %s)"
    rule = "account_owner_fits_kind"
    wallet, cost, grants = (
        AccountKind.Code.WALLET,
        AccountKind.Code.COST_CENTRE,
        AccountKind.Code.GRANTS,
    )
    for values in (
        (wallet, None, None),
        (wallet, None, project.pk),
        (wallet, creator.pk, project.pk),
        (cost, creator.pk, None),
        (cost, None, None),
        (grants, creator.pk, None),
    ):
        refused(insert, *(int(v) if v is not None else None for v in values), by=rule)


def test_one_account_per_owner(creator):
    wallet_of(creator), grants_account()
    insert = "INSERT INTO billing_account (kind_id, user_id, project_id) VALUES (%s, %s, NULL)"
    refused(insert, 1, creator.pk, by="account_one_per_owner")
    refused(insert, 4, None, by="account_one_per_owner")
    assert Account.objects.filter(kind=4).count() == 1


def test_every_rule_is_reversible():
    from importlib import import_module

    rules = import_module("billing.migrations.0002_rules").Migration
    for operation in rules.operations:
        made = re.findall(r"CREATE (?:CONSTRAINT )?(TRIGGER|FUNCTION) (\w+)", operation.sql)
        assert made
        for kind, name in made:
            assert f"DROP {kind} {name}" in operation.reverse_sql
