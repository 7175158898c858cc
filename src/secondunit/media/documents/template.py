"""The wording around the terms, as editable text, and the check that it leaves nothing out.

`{performer}` stands for a term. `[if training]`, `[else]` and `[end]`, each on a line of its own, choose between two
wordings. A line `• Label: {performer}` is a filled-in line; terms in free words stand at the end of such a line,
after its label, and nowhere else, so that nobody's words can pass for the contract's. A line
that begins with `#` is for whoever edits.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from secondunit.schema import InputError

from .letters import BULLET, PLACEHOLDER, called, fault

LABELLED = re.compile(rf"{BULLET} [^:{{}}]*\w[^:{{}}]*: .*\{{[^{{}}]*\}}.*")
INSTRUCTION = re.compile(r"\[(?:(if) ([a-z_]+)|(else)|(end))\]")
Said = Mapping[str, Sequence[str]]
"""Term -> what it says: several texts for a list, none where it is absent or false."""


@dataclass(frozen=True)
class Term:
    """What a template can name. free: in somebody's own words, so on a filled-in line only.

    when: the name of the condition under which it is there; "" for always. A condition without a value of its own
    (a yes or no) is a term whose `flag` is true.
    """

    free: bool = False
    when: str = ""
    flag: bool = False


@dataclass
class Choice:
    """Two wordings, of which the terms pick one."""

    name: str
    line: int
    then: list[str] = field(default_factory=list)
    otherwise: list[str] = field(default_factory=list)


Parts = list[str | Choice]


class Template:
    """A text that was seen to name every term, on every path through it."""

    def __init__(self, text: str, terms: Mapping[str, Term]) -> None:
        """Read and check; raises InputError that names the term, or the line, that is at fault."""
        self.terms = terms
        self.conditions = {name for name, term in terms.items() if term.flag} | {term.when for term in terms.values()}
        self.parts = self._parsed(unicodedata.normalize("NFC", text.removeprefix("\ufeff")))
        missing = next(self._missing(), None)
        if missing:
            raise InputError(f"The template leaves out {missing}: everything that is agreed must be in the text.")

    def filled(self, said: Said) -> str:
        """The text with what is said; paragraphs are lines, with one empty line at most between them."""
        lines: list[str] = []
        for part in self.parts:
            if isinstance(part, Choice):
                for line in part.then if said[part.name] else part.otherwise:
                    lines += _filled(line, said)
            else:
                lines += _filled(part, said)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"

    def _parsed(self, text: str) -> Parts:
        parts: Parts = []
        choice: Choice | None = None
        into: list[str] = []
        for number, raw in enumerate(text.split("\n"), start=1):
            line = " ".join(raw.split())
            if line.startswith("#"):
                continue
            if not line.startswith("["):
                self._check(line, number, choice.name if choice and into is choice.then else "")
                (into if choice else parts).append(line)
                continue
            choice, into = self._turned(line, number, choice, into)
            if choice and into is choice.then:
                parts.append(choice)
        if choice:
            raise InputError(f"Line {choice.line} of the template, [if {choice.name}], has no [end]: add it.")
        return parts

    def _turned(
        self, line: str, number: int, choice: Choice | None, into: list[str]
    ) -> tuple[Choice | None, list[str]]:
        """The choice that is open after an instruction, and the wording that the next lines belong to."""
        found = INSTRUCTION.fullmatch(line)
        if not found:
            raise InputError(f"Line {number} of the template, {line!r}: write [if a_term], [else] or [end].")
        word = next(group for group in found.group(1, 3, 4) if group)
        if (word == "if") is bool(choice) or (choice and word == "else" and into is choice.otherwise):
            raise InputError(
                f"Line {number} of the template, {line!r}, is out of place: [if …], [else], [end], in turn."
            )
        if word == "if":
            name = found.group(2)
            if name not in self.conditions:
                raise InputError(
                    f"Line {number} of the template: [if {name}] is unknown; {self._known(self.conditions)}."
                )
            fresh = Choice(name, number)
            return fresh, fresh.then
        return (choice, choice.otherwise) if choice and word == "else" else (None, [])

    def _check(self, line: str, number: int, given: str) -> None:
        """One line of words; given: the condition that it stands under."""
        where = f"Line {number} of the template"
        bad = next((letter for letter in line if letter != BULLET and fault(f"a{letter}")), "")
        if bad:
            raise InputError(f"{where} holds {called(bad)}, which may not stand in a statement: remove it.")
        names = PLACEHOLDER.findall(line)
        for name in names:
            if name not in self.terms or self.terms[name].flag:
                words = {known for known, term in self.terms.items() if not term.flag}
                raise InputError(f"{where} names {{{name}}}, which is no term of a consent; {self._known(words)}.")
            self._check_place(line, where, name, given)
        if set(PLACEHOLDER.sub("", line)) & {"{", "}"}:
            raise InputError(f"{where} holds a brace that belongs to no term: write terms as {{performer}}.")
        if BULLET in line and not LABELLED.fullmatch(line):
            raise InputError(f"{where} holds {BULLET}, which marks filled-in lines: write {BULLET} Label: {{term}}.")

    def _check_place(self, line: str, where: str, name: str, given: str) -> None:
        term = self.terms[name]
        if term.free and not (LABELLED.fullmatch(line) and line.endswith(f": {{{name}}}") and line.count("{") == 1):
            raise InputError(
                f"{where}: {{{name}}} holds free words: put it on a line of its own, {BULLET} Label: {{{name}}}."
            )
        if term.when and term.when != given:
            raise InputError(f"{where}: {{{name}}} is not always there: put it below [if {term.when}].")

    def _missing(self) -> Iterator[str]:
        """Terms that some path through the text does not name."""
        always = _named(part for part in self.parts if isinstance(part, str))
        choices = [part for part in self.parts if isinstance(part, Choice)]
        for name, term in self.terms.items():
            if not term.when and not term.flag and name not in always:
                yield f"{{{name}}}"
        for condition in sorted(self.conditions - {""}):
            needed = {name for name, term in self.terms.items() if term.when == condition}
            here = [choice for choice in choices if choice.name == condition]
            if not any(needed <= _named(choice.then) and _wordy(choice.then) for choice in here):
                yield f"[if {condition}] with " + (
                    " and ".join(f"{{{n}}}" for n in sorted(needed)) or "words of its own"
                )
            elif not any(_wordy(choice.otherwise) for choice in here):
                yield f"what holds without {condition}: words between [else] and [end] of [if {condition}]"

    def _known(self, names: Iterable[str]) -> str:
        return f"known are {', '.join(sorted(set(names) - {''}))}"


def _named(lines: Iterable[str]) -> set[str]:
    return {name for line in lines for name in PLACEHOLDER.findall(line)}


def _wordy(lines: Iterable[str]) -> bool:
    return any(letter.isalnum() for line in lines for letter in line)


def _filled(line: str, said: Said) -> list[str]:
    """A line with its terms, once for each text of a list. One pass: what is filled in is never read again."""
    names = PLACEHOLDER.findall(line)
    if len(names) == 1:
        before, after = line.split(f"{{{names[0]}}}")
        return [f"{before}{text}{after}" for text in said[names[0]]]
    return [PLACEHOLDER.sub(lambda found: said[found.group(1)][0], line)]
