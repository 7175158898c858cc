"""What people read and sign: plain text, and the same text on paper. The text is the record; the PDF shows it."""

from .pdf import pdf
from .statement import statement

__all__ = ["pdf", "statement"]
