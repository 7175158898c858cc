"""Text that comes from outside, made fit to stand on one line of a contract, or refused with the reason."""

import re
import unicodedata

BULLET = "•"
"""Marks the lines of a statement that were filled in; no filled-in text may hold it."""
BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that print nothing."""
SPACES = {" ", "\t", "\n"}
RIGHT_TO_LEFT = {"R", "AL", "AN"}
OVERLAY = 1
"""Unicode's combining class of marks that strike a letter through."""


def one_line(text: str) -> str:
    """The text on one line, composed, single-spaced; a line break within it shows as a slash."""
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", text).split("\n"))
    return " / ".join(line for line in lines if line)


def fault(text: str) -> str:
    """Why the text may not stand in a statement, in words that end with what to do; empty where it may."""
    if text and not one_line(text):
        return "it holds nothing but blanks; write it out, or leave it out"
    composed = unicodedata.normalize("NFC", text)
    for place, letter in enumerate(composed):
        why = _mark(letter, place) if unicodedata.category(letter).startswith("M") else _letter(letter)
        if why:
            return f"it holds {called(letter)}, {why}"
    return ""


def called(letter: str) -> str:
    """A letter as one names it to a person, without printing what cannot be seen."""
    name = unicodedata.name(letter, "no letter of any script")
    return f"U+{ord(letter):04X} ({name})"


def _letter(letter: str) -> str:
    kind = unicodedata.category(letter)
    if letter in SPACES or (kind == "Zs" and letter not in BLANKS):
        return ""
    if letter == BULLET:
        return "which marks the filled-in lines of the statement; write it without that sign"
    if letter in BLANKS or kind in {"Zl", "Zp"} or kind.startswith("C"):
        return "which cannot be seen and may change how the text reads; remove it"
    if unicodedata.bidirectional(letter) in RIGHT_TO_LEFT:
        return "which is written from right to left and would re-order the line; write it in Latin letters"
    return ""


def _mark(letter: str, place: int) -> str:
    if place == 0 or unicodedata.category(letter) == "Me" or unicodedata.combining(letter) == OVERLAY:
        return "a mark that would draw over other letters; remove it"
    return ""


PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
"""A term in a template: its name in braces."""
