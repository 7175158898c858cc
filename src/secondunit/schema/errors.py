"""What the rooms raise. A refusal by policy is a result (`Verdict`), never an exception.

SecondUnitError          base; the message is one sentence: the value, the place, the next step
├─ InputError            the input or the words are wrong           exit 2
├─ WorkFailed            the work was allowed, and it broke         exit 1
└─ Cancelled             a person stopped it                        exit 1
"""


class SecondUnitError(Exception):
    """Base of every error that a front may show to a person as it is."""


class InputError(SecondUnitError):
    """The input or the words are wrong: says which value, where, and what to do (exit 2)."""


class WorkFailed(SecondUnitError):
    """Permitted work broke: a worker died, or its output could not be kept (exit 1)."""


class Cancelled(SecondUnitError):
    """A person stopped the work; nothing of it is kept but the cache (exit 1)."""
