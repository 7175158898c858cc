"""The time, asked in one place: records carry it, rules are given it."""

from datetime import UTC, datetime


def instant() -> str:
    """Now, as `schema.names.Instant`: UTC with microseconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
