"""Triggers that keep rows of record as they are. Migrations share them; what a migration has once made stays so."""


def triggers(table: str, keys: tuple[str, ...]) -> list[str]:
    """No update, no delete, and no INSERT OR REPLACE, which deletes silently on connections without our pragmas."""
    words = f"SELECT RAISE(ABORT, '{table} is append-only');"
    same = [" AND ".join(f"{column} = NEW.{column}" for column in key.split(", ")) for key in keys]
    clash = " OR ".join(f"({one})" for one in (*same, "rowid = NEW.rowid"))
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {words} END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {words} END",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {clash}) BEGIN {words} END",
    ]
