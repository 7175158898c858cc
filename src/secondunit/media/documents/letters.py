"""Text that comes from outside, made fit to stand on one line of a contract, or refused with the reason."""

import re
import unicodedata

from secondunit.schema.names import UNSEEN

BULLET = "•"
"""Marks the lines of a statement that were filled in; no filled-in text may hold it."""
SPACES = " \t\n"
NOTHING = re.compile(f"[{UNSEEN}]")
RIGHT_TO_LEFT = {"R", "AL", "AN"}
OVERLAY = 1
"""Unicode's combining class of marks that strike a letter through."""
MARKS = 3
"""So many marks may stand on one letter; a pile of them reaches into other lines."""


def one_line(text: str) -> str:
    """The text on one line, composed, single-spaced; a line break within it shows as a slash."""
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", text).split("\n"))
    return " / ".join(line for line in lines if line)


def fault(text: str) -> str:
    """Why the text may not stand in a statement, in words that end with what to do; empty where it may."""
    if text and not one_line(text):
        return "it holds nothing but blanks; write it out, or leave it out"
    marks, bare = 0, True
    for letter in unicodedata.normalize("NFC", text):
        why = unfit(letter)
        if is_mark(letter):
            marks += 1
            why = why or ("a mark on no letter, or one too many; remove it" if bare or marks > MARKS else "")
        else:
            marks, bare = 0, letter.isspace()
        if why:
            return f"it holds {called(letter)}, {why}"
    return ""


def unfit(letter: str) -> str:
    """Why this one letter may stand nowhere in a filled-in text, in words that end with what to do; or empty."""
    kind = unicodedata.category(letter)
    if letter in SPACES or (kind == "Zs" and not NOTHING.match(letter)):
        return ""
    if letter == BULLET:
        return "which marks the filled-in lines of the statement; write it without that sign"
    if NOTHING.match(letter) or kind in {"Zl", "Zp"} or kind.startswith("C"):
        return "which cannot be seen and may change how the text reads; remove it"
    if unicodedata.bidirectional(letter) in RIGHT_TO_LEFT:
        return "which is written from right to left and would re-order the line; write it in Latin letters"
    if kind == "Me" or unicodedata.combining(letter) == OVERLAY:
        return "a mark that would draw over other letters; remove it"
    return ""


def is_mark(letter: str) -> bool:
    """Whether it is drawn on the letter before it."""
    return unicodedata.category(letter).startswith("M")


def called(letter: str) -> str:
    """A letter as one names it to a person, without printing what cannot be seen."""
    name = unicodedata.name(letter, "no letter of any script")
    return f"U+{ord(letter):04X} ({name})"
