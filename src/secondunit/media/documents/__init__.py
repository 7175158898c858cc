"""What people read and sign. The text is the record."""

from .statement import statement

__all__ = ["statement"]
