"""A performer's reference pictures measured, to know them again. The pictures are read in the looking child."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from secondunit.media.child import Failed, nothing
from secondunit.schema import InputError, Rates

from . import identity, models
from .identity import Measure
from .inspect import looker


@dataclass(frozen=True)
class Measured:
    """measures: one of every reference, to be sealed and never shown. models: file name -> sha256 of what measured."""

    measures: tuple[Measure, ...]
    models: dict[str, str]
    rates: Rates


def measure(
    pictures: Sequence[Path], others: Mapping[str, Sequence[Measure]], check: Callable[[], None] = nothing
) -> Measured:
    """Measure references that show one face each. others: measures of those enrolled already, for the error rates.

    Raises InputError for a picture that does not do, and where no matcher is installed.
    """
    try:
        used = (models.find(models.SHORT_RANGE), *models.matcher())
    except models.Missing as missing:
        raise InputError(
            f"Nobody can be enrolled here: {missing}; `make matching` installs it where there is a wheel."
        ) from None
    with looker(check) as looking:
        measures = tuple(_one(looking.measure, path) for path in pictures)
    known = {found.model.name: found.model.sha256 for found in used}
    return Measured(measures, known, identity.rates(measures, others))


def _one(ask: Callable[[Path], dict[str, Any]], path: Path) -> Measure:
    try:
        answer = ask(path)
    except (Failed, KeyError, TypeError) as error:
        raise InputError(f"{path} could not be measured ({error}): give a JPEG or PNG of the performer.") from error
    if answer["faces"] != 1:
        count = answer["faces"] or "no"
        raise InputError(f"{path} shows {count} faces: give pictures in which the performer is alone, and looks ahead.")
    if answer["measure"] is None:
        raise InputError(
            f"{path}: the face is {answer['width']:.0f} pixels wide, too few to measure: give a larger picture, "
            f"{identity.SMALLEST} pixels at least."
        )
    return [float(number) for number in answer["measure"]]
