"""What the rooms raise. A refusal by policy is a result (`Verdict`), never an exception.

SecondUnitError          base; the message is one sentence: the value, the place, the next step
├─ InputError            the input or the words are wrong           exit 2
│  └─ FieldFault         the same, of one field of a record         exit 2
├─ WorkFailed            the work was allowed, and it broke         exit 1
└─ Cancelled             a person stopped it                        exit 130 after Ctrl-C
"""


class SecondUnitError(Exception):
    """Base of every error that a front may show to a person as it is."""


class InputError(SecondUnitError):
    """The input or the words are wrong: says which value, where, and what to do (exit 2)."""


class FieldFault(InputError):
    """One field of a record is wrong. Fronts put their own name for the field in place of the record's.

    field: dotted place, "" for the record as a whole; value: as Python writes it, "" where there is none; said: what
    to do, without a full stop; of: the record's kind where a stored one was read, else "".
    """

    def __init__(self, field: str, value: str, said: str, *, of: str = "") -> None:
        self.field, self.value, self.said, self.of = field, value, said, of
        super().__init__(self.sentence(field))

    def sentence(self, place: str) -> str:
        """The message with this name for the field."""
        if not self.field:
            return f"{f'{self.of}: ' if self.of else ''}{self.said}."
        return f"{f'{self.of}: ' if self.of else ''}{place}{f' = {self.value}' if self.value else ''}: {self.said}."


class WorkFailed(SecondUnitError):
    """Permitted work broke: a worker died, or its output could not be kept (exit 1)."""


class Cancelled(SecondUnitError):
    """A person stopped the work; nothing of it is kept but the cache.

    signal: the number of the signal that they stopped it with, or 0.
    """

    def __init__(self, message: str, signal: int = 0) -> None:
        super().__init__(message)
        self.signal = signal
