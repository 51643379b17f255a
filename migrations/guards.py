from typing import Any

CURRENT = "nullif(current_setting('ducha.jurisdiction', true), '')::uuid"


def keep_apart(op: Any, *tables: str, append_only: bool = False) -> None:
    """Give local tables what 0001 gives its own: row security for each county, and the rights of the two roles."""
    for table in tables:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY one_jurisdiction ON {table} TO ducha_api "
            f"USING (jurisdiction_id = {CURRENT}) WITH CHECK (jurisdiction_id = {CURRENT})"
        )
        op.execute(
            f"CREATE POLICY all_jurisdictions ON {table} TO ducha_worker, ducha_owner USING (true) WITH CHECK (true)"
        )
        rights = "SELECT, INSERT" if append_only else "SELECT, INSERT, UPDATE"
        op.execute(f"GRANT {rights} ON {table} TO ducha_api, ducha_worker")
        for name, event in (("never_changed", "UPDATE OR DELETE"), ("never_emptied", "TRUNCATE")):
            if append_only:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
                    "FOR EACH STATEMENT EXECUTE FUNCTION ducha_refuse_change()"
                )
