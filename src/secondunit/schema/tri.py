"""A fact is true, false or unknown; the third never counts as either of the others."""

from enum import StrEnum


class Tri(StrEnum):
    """Three-valued fact without a truth value: ask `is Tri.TRUE`, so that unknown cannot slip through an `if`."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, value: bool | None) -> "Tri":
        """None means: nobody could find out."""
        if value is None:
            return cls.UNKNOWN
        return cls.TRUE if value else cls.FALSE

    def __bool__(self) -> bool:
        raise TypeError(f"a Tri ({self.value}) has no truth value: compare it with `is Tri.TRUE`")
