"""A plain text on paper: A4, with the text's hash and the page's number on each page. The same text, the same bytes."""

import hashlib
import re
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from secondunit.schema import InputError
from secondunit.schema.consent import Language

from .letters import BULLET, called, fault

REGULAR, BOLD = "BitstreamVera", "BitstreamVera-Bold"
FONTS = {REGULAR: "Vera.ttf", BOLD: "VeraBd.ttf"}
MM = 72 / 25.4
MARGIN, FOOT, PADDING = 23 * MM, 26 * MM, 6
INK, FAINT = "#141414", "#555555"
RULE = "____"
HEADING = re.compile(r"\d{1,2}\. ")
FOOTER: dict[Language, str] = {"en": "SHA-256 of this text", "es": "SHA-256 de este texto"}


def pdf(text: str, path: Path, title: str, language: Language) -> None:
    """Write a statement as A4 pages; the first line is its title, `1. ...` a heading, `• Label: ...` a filled-in line.

    title: for the file's own description. Raises InputError when the text holds a letter that the page's font (Vera:
    Western European languages, Turkish and a few more) cannot draw: nothing is written then. OSError: `path` cannot be.
    """
    _check(text, title)
    total = _pages(text, title, language, 0)[1]
    path.write_bytes(_pages(text, title, language, total)[0])


def _check(text: str, title: str) -> None:
    glyphs = _glyphs()
    places = [("The title", title), *((f"Line {n} of the text", x) for n, x in enumerate(text.split("\n"), start=1))]
    for place, line in places:
        for letter in line:
            if ord(letter) not in glyphs or (letter != BULLET and fault(f"a{letter}a")):
                raise InputError(
                    f"{place} holds {called(letter)}, which the page's font cannot draw: "
                    "write it in the letters of a Western European language."
                )


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    """Letters that both fonts have; the fonts are known to the page maker afterwards."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name, file in FONTS.items():
        pdfmetrics.registerFont(TTFont(name, file))
    return frozenset.intersection(*(frozenset(pdfmetrics.getFont(name).face.charToGlyph) for name in FONTS))


def _pages(text: str, title: str, language: Language, total: int) -> tuple[bytes, int]:
    """The file, and how many pages it has; total: what its footers say."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    footer = f"{FOOTER[language]}: {hashlib.sha256(text.encode()).hexdigest()}"
    out = BytesIO()
    pages = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=FOOT,
        title=title,
        lang=language,
        displayDocTitle=1,
        invariant=1,
    )

    def foot(canvas: Any, page: Any) -> None:
        canvas.setFont(REGULAR, 6.5)
        canvas.setFillColor(FAINT)
        canvas.drawString(MARGIN + PADDING, 16 * MM, footer)
        canvas.setFont(REGULAR, 9)
        canvas.drawRightString(A4[0] - MARGIN - PADDING, 16 * MM, f"{page.page} / {total}")

    pages.build(_story(text), onFirstPage=foot, onLaterPages=foot)
    return out.getvalue(), pages.page


def _story(text: str) -> list[Any]:
    """The lines as paragraphs; the section that is signed stays on one page: none holds signatures alone."""
    from reportlab.platypus import KeepTogether

    lines = text.rstrip("\n").split("\n")
    story = [_paragraph(lines, index) for index, line in enumerate(lines) if line]
    first = next((index for index, line in enumerate(lines) if RULE in line), len(lines))
    start = max((index for index in range(first) if HEADING.match(lines[index])), default=first)
    before = sum(1 for line in lines[:start] if line)
    return [*story[:before], KeepTogether(story[before:])] if before < len(story) else story


def _paragraph(lines: list[str], index: int) -> Any:
    """One line, set as what it is; filled-in words are bold."""
    from reportlab.platypus import Paragraph

    line, before, after = lines[index], lines[max(index - 1, 0)], "".join(lines[index + 1 : index + 2])
    kind = "title" if index == 0 else _kind(line, before, after)
    style = _styles(gap=index > 0 and not lines[index - 1])[kind]
    if kind not in {"filled", "held"}:
        return Paragraph(escape(line), style)
    label, _, words = line.removeprefix(BULLET).strip().partition(": ")
    return Paragraph(f'{escape(label)}: <font name="{BOLD}">{escape(words)}</font>', style, bulletText=BULLET)


def _kind(line: str, before: str, after: str) -> str:
    if line.startswith(BULLET):
        begins = HEADING.match(before) and after.startswith(BULLET)
        return "held" if begins or RULE in after else "filled"
    if RULE in line:
        return "signature"
    return "heading" if HEADING.match(line) else "words"


@lru_cache(maxsize=2)
def _styles(gap: bool) -> dict[str, Any]:
    """How each kind of line looks. gap: it comes after an empty line."""
    from reportlab.lib.styles import ParagraphStyle

    space = {"spaceBefore": 12 if gap else 0, "spaceAfter": 4}
    words = ParagraphStyle(
        "words", fontName=REGULAR, fontSize=11, leading=15.5, textColor=INK, allowWidows=0, allowOrphans=0, **space
    )

    def like(name: str, **changes: Any) -> Any:
        return ParagraphStyle(name, parent=words, **changes)

    filled = {"leftIndent": 16, "bulletIndent": 3, "bulletFontName": REGULAR, "bulletFontSize": 11}
    return {
        "words": words,
        "title": like("title", fontName=BOLD, fontSize=16, leading=22),
        "heading": like("heading", fontName=BOLD, fontSize=12.5, spaceBefore=14, keepWithNext=1),
        "filled": like("filled", **filled),
        "held": like("held", keepWithNext=1, **filled),
        "signature": like("signature", leftIndent=16, spaceBefore=22),
    }
