"""Rules that the database keeps: books that always balance, holds, prices that stay as they were.

Ids in the statements are those of the lookups in `billing.ledger.models`.
"""

from django.db import migrations

from studio.core import sql

BALANCES = migrations.RunSQL(
    sql="""
-- Accounts of the kinds that may not be overdrawn get a balance with them.
CREATE FUNCTION billing_open_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO billing_balance (account_id, amount_microcredits)
    SELECT NEW.id, 0 FROM billing_accountkind
    WHERE id = NEW.kind_id AND NOT may_go_negative;
    RETURN NULL;
END $$;
CREATE TRIGGER account_opens_balance AFTER INSERT ON billing_account
    FOR EACH ROW EXECUTE FUNCTION billing_open_balance();

-- Each entry moves its account's balance at once; the row lock serialises spending, and the check
-- `balance_not_overdrawn` refuses what the account does not cover.
CREATE FUNCTION billing_apply_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE billing_balance
    SET amount_microcredits = amount_microcredits + NEW.amount_microcredits
    WHERE account_id = NEW.account_id;
    RETURN NULL;
END $$;
CREATE TRIGGER entry_moves_balance AFTER INSERT ON billing_entry
    FOR EACH ROW EXECUTE FUNCTION billing_apply_entry();

-- Nobody else writes balances: the two triggers above reach here at depth 2, others at depth 1.
CREATE FUNCTION billing_guard_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 OR TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'billing_balance is written by entries alone: % is refused', TG_OP
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER balance_written_by_entries BEFORE INSERT OR UPDATE OR DELETE ON billing_balance
    FOR EACH ROW EXECUTE FUNCTION billing_guard_balance();
""",
    reverse_sql="""
DROP TRIGGER balance_written_by_entries ON billing_balance;
DROP FUNCTION billing_guard_balance();
DROP TRIGGER entry_moves_balance ON billing_entry;
DROP FUNCTION billing_apply_entry();
DROP TRIGGER account_opens_balance ON billing_account;
DROP FUNCTION billing_open_balance();
""",
)

BOOKS = migrations.RunSQL(
    sql="""
-- At commit a transfer has two entries or more, and they sum to zero.
CREATE FUNCTION billing_check_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- argument: the column that holds the transfer's id
    this bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
    entries bigint;
    total numeric;
BEGIN
    SELECT count(*), coalesce(sum(amount_microcredits), 0) INTO entries, total
    FROM billing_entry WHERE transfer_id = this;
    IF entries < 2 OR total <> 0 THEN
        RAISE EXCEPTION 'transfer %: % entries with the sum %', this, entries, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_balanced';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER transfer_balanced AFTER INSERT ON billing_transfer
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION billing_check_transfer('id');
CREATE CONSTRAINT TRIGGER transfer_balanced AFTER INSERT ON billing_entry
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION billing_check_transfer('transfer_id');

-- At commit an open hold has its amount on its project's holds account (kind 3), an ended one
-- nothing; and it is held from a wallet (kind 1).
CREATE FUNCTION billing_check_hold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- argument: the column that holds the hold's id
    this bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
    hold billing_hold%ROWTYPE;
    held numeric;
BEGIN
    SELECT * INTO hold FROM billing_hold WHERE id = this;
    SELECT coalesce(sum(e.amount_microcredits), 0) INTO held
    FROM billing_transfer t
    JOIN billing_entry e ON e.transfer_id = t.id
    JOIN billing_account a ON a.id = e.account_id
    WHERE t.hold_id = this AND a.kind_id = 3 AND a.project_id = hold.project_id;
    IF held <> (CASE hold.state_id WHEN 1 THEN hold.amount_microcredits ELSE 0 END) THEN
        RAISE EXCEPTION 'hold % in state % has % microcredits', this, hold.state_id, held
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_matches_entries';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM billing_account WHERE id = hold.wallet_id AND kind_id = 1) THEN
        RAISE EXCEPTION 'hold % is not held from a wallet', this
            USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_from_wallet';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER hold_matches_entries AFTER INSERT OR UPDATE ON billing_hold
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION billing_check_hold('id');
CREATE CONSTRAINT TRIGGER hold_matches_entries AFTER INSERT ON billing_transfer
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.hold_id IS NOT NULL)
    EXECUTE FUNCTION billing_check_hold('hold_id');
""",
    reverse_sql="""
DROP TRIGGER hold_matches_entries ON billing_transfer;
DROP TRIGGER hold_matches_entries ON billing_hold;
DROP FUNCTION billing_check_hold();
DROP TRIGGER transfer_balanced ON billing_entry;
DROP TRIGGER transfer_balanced ON billing_transfer;
DROP FUNCTION billing_check_transfer();
""",
)

HISTORY = migrations.RunSQL(
    sql="""
-- Refuses an update of any column but those named in the arguments.
CREATE FUNCTION billing_keep_columns() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - TG_ARGV IS DISTINCT FROM to_jsonb(OLD) - TG_ARGV THEN
        RAISE EXCEPTION '% %: only % may change', TG_TABLE_NAME, OLD.id, TG_ARGV
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER hold_only_state_changes BEFORE UPDATE ON billing_hold
    FOR EACH ROW EXECUTE FUNCTION billing_keep_columns('state_id');
CREATE TRIGGER price_only_ends BEFORE UPDATE ON billing_price
    FOR EACH ROW EXECUTE FUNCTION billing_keep_columns('valid_until');
CREATE TRIGGER price_ends_once BEFORE UPDATE ON billing_price
    FOR EACH ROW WHEN (OLD.valid_until IS NOT NULL)
    EXECUTE FUNCTION studio_refuse_change();
""",
    reverse_sql="""
DROP TRIGGER price_ends_once ON billing_price;
DROP TRIGGER price_only_ends ON billing_price;
DROP TRIGGER hold_only_state_changes ON billing_hold;
DROP FUNCTION billing_keep_columns();
""",
)


class Migration(migrations.Migration):
    """Triggers on the tables of 0001."""

    dependencies = [("billing", "0001_initial"), ("studio", "0002_rules")]
    operations = [
        BALANCES,
        BOOKS,
        HISTORY,
        sql.append_only("billing_account"),
        sql.append_only("billing_transfer"),
        sql.append_only("billing_entry"),
        sql.append_only("billing_allowance"),
        sql.append_only("billing_hold", events="DELETE"),
        sql.append_only("billing_price", events="DELETE"),
        sql.append_only("billing_pricefactor"),
        sql.enforce_transitions("billing_hold", "billing_holdtransition"),
    ]
