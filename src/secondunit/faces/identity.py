"""Who a face is, among those enrolled: distances between measures, and what they say. Only numbers here, no pictures.

A measure is 128 numbers; their Euclidean distance is small for pictures of one person.
"""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from secondunit.schema import Match, Rates

Measure = Sequence[float]
MATCH_BELOW = 0.5
"""Distance under which a face clearly matches. How often that errs is measured at every enrolment."""
NOBODY_FROM = 0.65
"""Distance from which on it is somebody else. Between the two it is near: nobody knows."""
MARGIN = 0.1
"""A clear match is this much closer than the next performer: a look-alike makes both uncertain."""
SMALLEST = 40
"""Pixels of a face's width from which on it is measured at all (figures in docs/decisions/0016-identities.md)."""
Said = tuple[Match, tuple[str, ...]]


def compared(measure: Measure, enrolled: Mapping[str, Sequence[Measure]]) -> Said:
    """Whom a measure is like: its distance from a performer is that from their nearest reference."""
    face = np.asarray(measure, np.float64)
    return decided(
        {
            name: float(np.linalg.norm(np.asarray(references, np.float64) - face, axis=1).min())
            for name, references in enrolled.items()
        }
    )


def decided(distances: Mapping[str, float]) -> Said:
    """What distances from performers say, and of whom."""
    if not distances or not all(np.isfinite(list(distances.values()))):
        return Match.UNKNOWN, ()
    near = tuple(sorted(name for name, distance in distances.items() if distance < NOBODY_FROM))
    if not near:
        return Match.NOBODY, ()
    first = min(near, key=lambda name: distances[name])
    alone = all(distances[name] >= distances[first] + MARGIN for name in distances if name != first)
    if distances[first] < MATCH_BELOW and alone:
        return Match.MATCH, (first,)
    return Match.NEAR, near


def once_each(said: Sequence[Said]) -> list[Said]:
    """The faces of one frame: nobody is in it twice, so two that match one performer are both near only."""
    names = [of for match, of in said if match is Match.MATCH]
    return [(Match.NEAR, of) if match is Match.MATCH and names.count(of) > 1 else (match, of) for match, of in said]


def rates(references: Sequence[Measure], others: Mapping[str, Sequence[Measure]]) -> Rates:
    """How often references of one performer are no clear match of each other, and those of others are one."""
    mine = np.asarray(references, np.float64)
    same = [float(np.linalg.norm(one - other)) for one, other in itertools.combinations(mine, 2)]
    theirs = [np.asarray(one, np.float64) for each in others.values() for one in each]
    different = [float(np.linalg.norm(one - other)) for one in mine for other in theirs]
    return Rates(
        threshold=MATCH_BELOW,
        references=len(mine),
        genuine=len(same),
        missed=sum(distance >= MATCH_BELOW for distance in same),
        others=len(others),
        impostor=len(different),
        taken=sum(distance < MATCH_BELOW for distance in different),
    )
