"""Rules that only the database can keep, as reversible migration operations."""

from __future__ import annotations

from django.db.migrations import RunSQL

#: Functions used by the triggers below; created by the first migration of rules in `studio`.
FUNCTIONS = RunSQL(
    sql=r"""
CREATE FUNCTION studio_enforce_transition() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- arguments: name of the state column, name of the table of allowed transitions
    new_state integer := (to_jsonb(NEW) ->> TG_ARGV[0])::integer;
    old_state integer;
    allowed boolean;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        old_state := (to_jsonb(OLD) ->> TG_ARGV[0])::integer;
        IF old_state = new_state THEN
            RETURN NEW;
        END IF;
    END IF;
    EXECUTE format(
        'SELECT EXISTS (SELECT 1 FROM %I WHERE from_state_id IS NOT DISTINCT FROM $1'
        ' AND to_state_id = $2)', TG_ARGV[1])
        INTO allowed USING old_state, new_state;
    IF NOT allowed THEN
        RAISE EXCEPTION '% %: the change of state from % to % is not allowed',
            TG_TABLE_NAME, NEW.id, coalesce(old_state::text, 'new'), new_state
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION studio_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME;
END $$;
""",
    reverse_sql="""
DROP FUNCTION studio_enforce_transition();
DROP FUNCTION studio_refuse_change();
""",
)


def enforce_transitions(table: str, transitions: str, column: str = "state_id") -> RunSQL:
    """Refuse inserts and updates of `column` that the table `transitions` does not list."""
    name = f"{table}_{column}_transition"
    return RunSQL(
        sql=f"""CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OF {column} ON {table}
            FOR EACH ROW EXECUTE FUNCTION studio_enforce_transition('{column}', '{transitions}')""",
        reverse_sql=f"DROP TRIGGER {name} ON {table}",
    )


def append_only(table: str, *, events: str = "UPDATE OR DELETE") -> RunSQL:
    """Refuse `events` on every row of `table`."""
    name = f"{table}_append_only"
    return RunSQL(
        sql=f"""CREATE TRIGGER {name} BEFORE {events} ON {table}
            FOR EACH ROW EXECUTE FUNCTION studio_refuse_change()""",
        reverse_sql=f"DROP TRIGGER {name} ON {table}",
    )
