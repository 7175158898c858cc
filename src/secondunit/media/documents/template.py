"""The wording around the terms, as editable text, and the check that it leaves nothing out.

`{performer}` stands for a term. `[if training]`, `[else]` and `[end]`, each on a line of its own, choose between two
wordings. A line `• Label: {performer}` is a filled-in line; terms in free words stand at the end of such a line,
after its label, and nowhere else, so that nobody's words can pass for the contract's. A line that begins with `#` is
for whoever edits.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from secondunit.schema import InputError

from .letters import BULLET, called, unfit

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
LABELLED = re.compile(rf"{BULLET} [^:{{}}]*\w[^:{{}}]*: .*\{{[^{{}}]*\}}.*")
INSTRUCTION = re.compile(r"\[(?:if ([a-z_]+)|else|end)\]")
Said = Mapping[str, Sequence[str]]
"""Term or condition -> what it says: several texts for a list, none where it is absent or false."""


@dataclass(frozen=True)
class Term:
    """What a template can name. free: in somebody's own words, so on a filled-in line only.

    when: the condition under which there is something to say, "" for always. flag: a yes or no, which a template asks
    after with [if …] and cannot print.
    """

    free: bool = False
    when: str = ""
    flag: bool = False


@dataclass(frozen=True)
class Line:
    """A line of the wording. It stands where the condition is as `holds` says; "" is no condition."""

    number: int
    text: str
    condition: str
    holds: bool

    @property
    def terms(self) -> list[str]:
        """The terms that it names."""
        return PLACEHOLDER.findall(self.text)


class Template:
    """A text that was seen to name every term, on every path through it."""

    def __init__(self, text: str, terms: Mapping[str, Term]) -> None:
        """Read and check; raises InputError that names the term, or the line, that is at fault."""
        self.terms = {name: term for name, term in terms.items() if not term.flag}
        self.conditions = {term.when or name for name, term in terms.items() if term.when or term.flag}
        self.lines = list(self._read(unicodedata.normalize("NFC", text.removeprefix("\ufeff"))))
        for line in self.lines:
            self._check(line)
        missing = next(self._missing(), None)
        if missing:
            raise InputError(f"The template leaves out {missing}: everything that is agreed must be in the text.")

    def filled(self, said: Said) -> str:
        """The text with what is said; paragraphs are lines, with one empty line at most between them."""
        standing = [line for line in self.lines if not line.condition or bool(said[line.condition]) is line.holds]
        filled = "\n".join(text for line in standing for text in _filled(line, said))
        return re.sub(r"\n{3,}", "\n\n", filled).strip("\n") + "\n"

    def _read(self, text: str) -> Iterator[Line]:
        condition, holds, begun = "", True, 0
        for number, raw in enumerate(text.split("\n"), start=1):
            line = " ".join(raw.split())
            if line.startswith("#"):
                continue
            if not line.startswith("["):
                yield Line(number, line, condition, holds)
                continue
            word, name = self._instruction(line, number)
            if (word == "if") is bool(condition) or (word == "else" and not holds):
                raise InputError(f"Line {number} of the template, {line!r}, is out of place: [if …], [else], [end].")
            if word == "if":
                begun = number
            condition, holds = {"if": (name, True), "else": (condition, False), "end": ("", True)}[word]
        if condition:
            raise InputError(f"Line {begun} of the template, [if {condition}], has no [end]: add it.")

    def _instruction(self, line: str, number: int) -> tuple[str, str]:
        """Its word, and the condition that it names."""
        found = INSTRUCTION.fullmatch(line)
        if not found:
            raise InputError(f"Line {number} of the template, {line!r}: write [if a_term], [else] or [end].")
        name = found[1] or ""
        if name and name not in self.conditions:
            known = ", ".join(sorted(self.conditions))
            raise InputError(f"Line {number} of the template: [if {name}] is unknown; known are {known}.")
        return line.strip("[]").split()[0], name

    def _check(self, line: Line) -> None:
        where = f"Line {line.number} of the template"
        bad = next((letter for letter in line.text if letter != BULLET and unfit(letter)), "")
        if bad:
            raise InputError(f"{where} holds {called(bad)}, which may not stand in a statement: remove it.")
        for name in line.terms:
            self._check_place(line, name, where)
        if set(PLACEHOLDER.sub("", line.text)) & {"{", "}"}:
            raise InputError(f"{where} holds a brace that belongs to no term: write terms as {{performer}}.")
        if BULLET in line.text and not LABELLED.fullmatch(line.text):
            raise InputError(f"{where} holds {BULLET}, which marks filled-in lines: write {BULLET} Label: {{term}}.")

    def _check_place(self, line: Line, name: str, where: str) -> None:
        term = self.terms.get(name)
        if term is None:
            known = ", ".join(sorted(self.terms))
            raise InputError(f"{where} names {{{name}}}, which is no term of a consent; known are {known}.")
        alone = LABELLED.fullmatch(line.text) and line.text.endswith(f": {{{name}}}") and len(line.terms) == 1
        if term.free and not alone:
            own = f"{BULLET} Label: {{{name}}}"
            raise InputError(f"{where}: {{{name}}} holds free words: put it on a line of its own, {own}.")
        if term.when and (line.condition, line.holds) != (term.when, True):
            raise InputError(f"{where}: {{{name}}} is not always there: put it below [if {term.when}].")

    def _missing(self) -> Iterator[str]:
        """What some path through the text does not say."""
        always = self._named("", True)
        yield from (f"{{{name}}}" for name, term in self.terms.items() if not term.when and name not in always)
        for condition in sorted(self.conditions):
            needed = {name for name, term in self.terms.items() if term.when == condition}
            if not needed <= self._named(condition, True) or not self._worded(condition, True):
                what = " and ".join(f"{{{name}}}" for name in sorted(needed)) or "words of its own"
                yield f"[if {condition}] with {what}"
            if not self._worded(condition, False):
                yield f"what holds without {condition}: words between [else] and [end] of [if {condition}]"

    def _under(self, condition: str, holds: bool) -> list[Line]:
        return [line for line in self.lines if (line.condition, line.holds) == (condition, holds)]

    def _named(self, condition: str, holds: bool) -> set[str]:
        return {name for line in self._under(condition, holds) for name in line.terms}

    def _worded(self, condition: str, holds: bool) -> bool:
        return any(letter.isalnum() for line in self._under(condition, holds) for letter in line.text)


def _filled(line: Line, said: Said) -> list[str]:
    """A line with its terms, once for each text of a list. One pass: what is filled in is never read again."""
    if len(line.terms) == 1:
        before, after = PLACEHOLDER.split(line.text)[::2]
        return [f"{before}{text}{after}" for text in said[line.terms[0]]]
    return [PLACEHOLDER.sub(lambda found: said[found[1]][0], line.text)]
