"""Contact sheets: a shot's frames on one page, with frame numbers, to be judged at a glance."""

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

Array = np.ndarray[Any, Any]
PAPER, INK, FAINT = (24, 24, 26), (236, 236, 236), (140, 140, 146)
MARGIN, GAP = 32, 14
TITLE_SIZE, CAPTION_SIZE = 26, 17
DASHES = {0x2010: "-", 0x2011: "-", 0x2012: "-", 0x2013: "-", 0x2014: "-", 0x2026: "...", 0x00A0: " "}
MISSING = "\uffff"
SHEET_LEVEL = 4
"""Of a sheet's PNG: half the time that the usual 6 takes, and no more bytes."""


def pick(first: int, last: int, count: int) -> list[int]:
    """`count` frame numbers spread evenly from first to last, both included."""
    count = max(1, min(count, last - first + 1))
    if count == 1:
        return [first]
    return [first + round(index * (last - first) / (count - 1)) for index in range(count)]


def write_contact(
    path: Path,
    pictures: Mapping[int, Array],
    *,
    title: str,
    subtitle: str = "",
    columns: int = 4,
    cell_width: int = 460,
    pixel_aspect: float = 1.0,
) -> None:
    """Write display pictures, frame number -> uint8 (H, W, 3), as one PNG sheet in the order of their numbers."""
    from PIL import Image, ImageDraw

    cells = [_cell(pictures[number], cell_width, pixel_aspect) for number in sorted(pictures)]
    columns = max(1, min(columns, len(cells)))
    height = max(cell.height for cell in cells) + CAPTION_SIZE + GAP
    rows = -(-len(cells) // columns)
    top = MARGIN + TITLE_SIZE + (CAPTION_SIZE + 8 if subtitle else 0) + GAP + 4
    width = 2 * MARGIN + columns * cell_width + (columns - 1) * GAP
    sheet = Image.new("RGB", (width, top + rows * (height + GAP) - GAP + MARGIN - CAPTION_SIZE // 2), PAPER)
    draw = ImageDraw.Draw(sheet)
    _heading(draw, title, subtitle, width)
    for index, (number, cell) in enumerate(zip(sorted(pictures), cells, strict=True)):
        x = MARGIN + index % columns * (cell_width + GAP)
        y = top + index // columns * (height + GAP)
        sheet.paste(cell, (x, y))
        draw.text((x, y + cell.height + 5), f"{number:04d}", INK, _font(CAPTION_SIZE))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, compress_level=SHEET_LEVEL)


def _cell(picture: Array, width: int, pixel_aspect: float) -> "Image":
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(picture[..., :3]))
    height = max(1, round(width * image.height / (image.width * pixel_aspect)))
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _heading(draw: "ImageDraw", title: str, subtitle: str, width: int) -> None:
    room = width - 2 * MARGIN
    draw.text((MARGIN, MARGIN - 6), _fit(draw, title, TITLE_SIZE, room), INK, _font(TITLE_SIZE))
    if subtitle:
        line = _fit(draw, subtitle, CAPTION_SIZE, room)
        draw.text((MARGIN, MARGIN + TITLE_SIZE + 4), line, FAINT, _font(CAPTION_SIZE))


def _fit(draw: "ImageDraw", text: str, size: int, room: int) -> str:
    """The text in letters that the font has, shortened until it fits."""
    font = _font(size)
    text = unicodedata.normalize("NFC", text.translate(DASHES))
    shown = text = "".join(letter if _has(font, letter) else "?" for letter in text)
    while shown and draw.textlength(shown + "...", font) > room:
        shown = shown[:-1].rstrip()
    return text if draw.textlength(text, font) <= room else shown + "..."


def _has(font: Any, letter: str) -> bool:
    """The font draws the letter itself, not the box that stands for missing ones."""
    return letter == " " or bytes(font.getmask(letter)) != bytes(font.getmask(MISSING))


def _font(size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.load_default(size)
