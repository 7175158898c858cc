"""A plain text on paper: A4, with the text's hash and the page's number on each page. The same text, the same bytes."""

import hashlib
import re
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import CondPageBreak, KeepTogether, Paragraph, SimpleDocTemplate

from secondunit.schema import InputError
from secondunit.schema.consent import Language

from .letters import BULLET, called, unfit

REGULAR, BOLD = "BitstreamVera", "BitstreamVera-Bold"
FONTS = {REGULAR: "Vera.ttf", BOLD: "VeraBd.ttf"}
MM = 72 / 25.4
MARGIN, FOOT, PADDING = 23 * MM, 26 * MM, 6
INK, FAINT = "#141414", "#555555"
RULE = "____"
HEADING = re.compile(r"\d{1,2}\. ")
ROOM = 80
"""Points left on a page below which a section begins on the next: enough for its heading and three lines.

A heading that is kept with what follows takes a long paragraph along, and leaves a blank that somebody can write on.
"""
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
            if ord(letter) not in glyphs or (letter != BULLET and unfit(letter)):
                raise InputError(
                    f"{place} holds {called(letter)}, which the page's font cannot draw: "
                    "write it in the letters of a Western European language."
                )


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    """Letters that both fonts have; the fonts are known to the page maker afterwards."""
    for name, file in FONTS.items():
        pdfmetrics.registerFont(TTFont(name, file))
    return frozenset.intersection(*(frozenset(pdfmetrics.getFont(name).face.charToGlyph) for name in FONTS))


def _pages(text: str, title: str, language: Language, total: int) -> tuple[bytes, int]:
    """The file, and how many pages it has; total: what its footers say."""
    footer = f"{FOOTER[language]}: {hashlib.sha256(text.encode()).hexdigest()}"
    out = BytesIO()
    sides = {"leftMargin": MARGIN, "rightMargin": MARGIN, "topMargin": MARGIN, "bottomMargin": FOOT}
    pages = SimpleDocTemplate(out, pagesize=A4, title=title, lang=language, displayDocTitle=1, invariant=1, **sides)

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
    lines = text.rstrip("\n").split("\n")
    signed = next((index for index, line in enumerate(lines) if RULE in line and BULLET not in line), len(lines))
    story: list[Any] = []
    last = 0
    for index, line in enumerate(lines):
        if HEADING.match(line):
            story.append(CondPageBreak(ROOM))
            last = len(story) if index < signed else last
        if line:
            story.append(_paragraph(lines, index))
    return [*story[:last], KeepTogether(story[last:])] if signed < len(lines) else story


def _paragraph(lines: list[str], index: int) -> Any:
    """One line, set as what it is; filled-in words are bold."""
    line, after = lines[index], "".join(lines[index + 1 : index + 2])
    kind = "title" if index == 0 else _kind(line, after)
    style = _styles(gap=index > 0 and not lines[index - 1])[kind]
    if kind not in {"filled", "signed"}:
        return Paragraph(escape(line), style)
    label, _, words = line.removeprefix(BULLET).strip().partition(": ")
    return Paragraph(f'{escape(label)}: <font name="{BOLD}">{escape(words)}</font>', style, bulletText=BULLET)


def _kind(line: str, after: str) -> str:
    if line.startswith(BULLET):
        return "signed" if RULE in after and not after.startswith(BULLET) else "filled"
    if RULE in line:
        return "signature"
    return "heading" if HEADING.match(line) else "words"


@lru_cache(maxsize=2)
def _styles(gap: bool) -> dict[str, ParagraphStyle]:
    """How each kind of line looks. gap: it comes after an empty line."""
    space = {"spaceBefore": 12 if gap else 0, "spaceAfter": 4}
    words = ParagraphStyle(
        "words", fontName=REGULAR, fontSize=11, leading=15.5, textColor=INK, allowWidows=0, allowOrphans=0, **space
    )

    def like(name: str, **changes: Any) -> ParagraphStyle:
        return ParagraphStyle(name, parent=words, **changes)

    filled = {"leftIndent": 16, "bulletIndent": 3, "bulletFontName": REGULAR, "bulletFontSize": 11}
    return {
        "words": words,
        "title": like("title", fontName=BOLD, fontSize=16, leading=22),
        "heading": like("heading", fontName=BOLD, fontSize=12.5, spaceBefore=10),
        "filled": like("filled", **filled),
        "signed": like("signed", keepWithNext=1, **filled),
        "signature": like("signature", leftIndent=16, spaceBefore=22),
    }
