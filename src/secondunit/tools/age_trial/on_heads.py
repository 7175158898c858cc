"""Measured on rendered heads, whose younger selves are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np

from . import beauty, estimate, likeness, outline, pictures, places, trying
from .estimate import Estimates
from .gates import Figure, Gate, missed
from .identity import Identities, Measure
from .material import HOW, Head, always_skin, region
from .pictures import Image, Made, Mask, luma
from .places import Points
from .trying import Maker, Progress

STAGE = "measure on rendered heads"
NOISE_LEVELS = 3.0
"""Grain laid over every render, one pattern for all ages of a head, levels of 255."""
SEEN = 0.15
"""Contrast of a mole, logarithm, from which it can be followed at all."""
SHARES = (0.25, 0.5, 0.75, 1.0)
"""Of the years at full strength, for the question whether more years change more."""
BARS_DEG = (0, 20)


@dataclass
class Values:
    """What was measured, head by head; of: of the tool, peer: of the bilateral filter at equal folds left."""

    of: dict[str, list[float]] = field(default_factory=dict)
    peer: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, value: float, peer: float | None = None) -> None:
        """One more value."""
        self.of.setdefault(name, []).append(value)
        if peer is not None:
            self.peer.setdefault(name, []).append(peer)


@dataclass(frozen=True)
class Trial:
    """One head under way. codes: years -> picture with grain; points: its mesh at the oldest."""

    head: Head
    codes: dict[float, Image]
    points: Points
    whole: Made
    skin: Made
    smooth: Image

    @property
    def source(self) -> Image:
        """The oldest."""
        return self.codes[self.head.source.years]

    @property
    def young(self) -> Image:
        """The truth."""
        return self.codes[self.head.young.years]

    @property
    def faces(self) -> dict[str, Image]:
        """Pictures of it by name."""
        return {"source": self.source, "young": self.young, "whole": self.whole.comp, "smooth": self.smooth}


@dataclass(frozen=True)
class Judges:
    """What looks at pictures of faces from outside: who it is, and how old."""

    ids: Identities
    estimates: Estimates


def measure(heads: Sequence[Head], make: Maker, judges: Judges, folder: Path, progress: Progress) -> list[Figure]:
    """All figures on heads. folder: an empty one for plates."""
    values, unseen = Values(), []
    for done, head in enumerate(heads):
        progress(STAGE, done, len(heads))
        try:
            _one(head, make, judges, folder / f"head-{head.identity}", values)
        except LookupError:
            unseen.append(head.identity)
    progress(STAGE, len(heads), len(heads))
    return _figures(values, len(heads), unseen, judges)


def _one(head: Head, make: Maker, judges: Judges, folder: Path, values: Values) -> None:
    codes = {each.years: pictures.grained(each.code, NOISE_LEVELS, head.identity) for each in head.renders}
    source = codes[head.source.years]
    points = places.found(source)
    if points is None:
        raise LookupError(head.identity)
    take = pictures.write([source], folder / "plate", f"head {head.identity}")
    steps = [next(trying.made(make, take, trying.brief(share * trying.FULL))) for share in SHARES]
    skin = next(trying.made(make, take, trying.skin_only()))
    folds, wide = places.folds(points, source.shape), places.wide(points)
    left = likeness.folds_left(source, steps[-1].comp, folds, wide)
    smooth, _ = beauty.as_strong(source, points, left, lambda made: likeness.folds_left(source, made, folds, wide))
    trial = Trial(head, codes, points, steps[-1], skin, smooth)
    values.add("folds", left, likeness.folds_left(source, smooth, folds, wide))
    _years(trial, steps, values)
    _kept(trial, values)
    _nearer(trial, values)
    _outline(trial, make, folder, values)
    _identity(trial, judges.ids.measures(folder, trial.faces), values)
    _estimated(judges.estimates.years(folder, trial.faces), values)


def _years(trial: Trial, steps: Sequence[Made], values: Values) -> None:
    """Apparent age on the head's own scale, where it has one; and whether it falls with every step."""
    face, wide = places.face(trial.points, trial.source.shape), places.wide(trial.points)
    old, skin = trial.head.source.years, always_skin(trial.head)

    def dropped(code: Image, where: Mask = face) -> float:
        return old - likeness.apparent_age(code, trial.codes, where, wide)

    if len(trial.head.renders) > 2:
        values.add("years", dropped(trial.whole.comp), dropped(trial.smooth))
        if skin is not None:
            values.add("years of skin", *(dropped(each, face & skin) for each in (trial.whole.comp, trial.smooth)))
    edits = [float(np.abs(step.comp - step.plate).mean()) for step in steps]
    drops = [dropped(step.comp) for step in steps]
    rising = all(a < b for a, b in pairwise(edits))
    values.add("monotone", float(rising and all(a <= b for a, b in pairwise(drops))))


def _identity(trial: Trial, measures: Mapping[str, Measure], values: Values) -> None:
    """Distance from the source's face, and how much nearer to the young one's it got."""
    if not measures:
        return
    away = {
        (name, of): float(np.linalg.norm(measures[name] - measures[of]))
        for name in trial.faces
        for of in ("source", "young")
    }
    values.add("identity", away["whole", "source"], away["smooth", "source"])
    was = away["source", "young"]
    values.add("identity gain", was - away["whole", "young"], was - away["smooth", "young"])


def _estimated(years: Mapping[str, float], values: Values) -> None:
    """By how many years an estimator takes the result to be younger; faces that it takes for old count for the gate."""
    if not years:
        return
    fallen = {name: years["source"] - years[name] for name in ("whole", "smooth", "young")}
    if years["source"] >= estimate.OVER:
        values.add("estimate over", fallen["whole"], fallen["smooth"])
    values.add("estimate", fallen["whole"], fallen["smooth"])
    values.add("estimate truth", fallen["young"])
    values.add("estimate source", years["source"])


def _kept(trial: Trial, values: Values) -> None:
    """Grain of the cheeks, and moles, on the skin alone: the shape would move them."""
    cheeks, wide = places.cheeks(trial.points, trial.source.shape), places.wide(trial.points)
    grain = [likeness.grain_kept(trial.source, each, cheeks, wide) for each in (trial.whole.comp, trial.smooth)]
    values.add("grain", *grain)
    bare = places.bare(trial.points, trial.source.shape)
    for mole in trial.head.source.moles:
        row, column = int(mole.y), int(mole.x)
        inside = 0 <= row < bare.shape[0] and 0 <= column < bare.shape[1] and bool(bare[row, column])
        before = likeness.mole_contrast(trial.source, mole) if inside else 0.0
        if before >= SEEN:
            after = [likeness.mole_contrast(each, mole) / before for each in (trial.skin.comp, trial.smooth)]
            values.add("marks", *after)


def _nearer(trial: Trial, values: Values) -> None:
    """How much of the way to the true young picture is gone, in percent of what the source is away."""
    where, wide = places.bare(trial.points, trial.source.shape), places.wide(trial.points)
    made = trial.whole.comp, trial.smooth
    was, *now = (likeness.apart(each, trial.young, where, wide) for each in (trial.source, *made))
    values.add("detail", *(100 * (1 - each / was) for each in now))
    if not likeness.has_flip():
        return
    near = min(trial.codes, key=lambda years: abs(years - (trial.head.source.years - trying.FULL)))
    truth = likeness.flip(trial.young, trial.codes[near])
    was_map, *maps = (likeness.flip(trial.young, each) for each in (trial.source, *made))
    values.add("flip picture", *(100 * (1 - float(each.mean()) / float(was_map.mean())) for each in maps))
    values.add("flip skin", *(100 * (1 - float(each[where].mean()) / float(was_map[where].mean())) for each in maps))
    head = region(trial.head)
    if head is not None:
        values.add("flip head", *(100 * (1 - float(each[head].mean()) / float(was_map[head].mean())) for each in maps))
        if near not in (trial.head.source.years, trial.head.young.years):
            values.add("flip truth", 100 * (1 - float(truth[head].mean()) / float(was_map[head].mean())))


def _outline(trial: Trial, make: Maker, folder: Path, values: Values) -> None:
    """What changes outside the head, by the renderer's own passes."""
    head = trial.head.source.head
    if head is None:
        return
    values.add("outside", outline.outside(trial.skin.changed, outline.hull(head)))
    around = outline.around(head)
    above = np.arange(head.shape[0])[:, None] < trial.head.source.chin_y
    values.add("background", outline.share_of(trial.whole.changed, around & above))
    values.add("no head", outline.share_of(trial.whole.changed, around))
    high = float(np.ptp(trial.points[:, 1]))
    beside = outline.beside_jaw(head, trial.head.source.chin_y, high)
    for degrees in BARS_DEG:
        code = outline.barred(trial.source, head, trial.head.source.chin_y, degrees)
        take = pictures.write([code], folder / f"bars-{degrees}", f"head {trial.head.identity}, bars {degrees}")
        made = next(trying.made(make, take, trying.brief()))
        values.add("bend", outline.bend(luma(made.comp), luma(made.plate), beside))


def _figures(values: Values, count: int, unseen: Sequence[int], judges: Judges) -> list[Figure]:
    of = f"{count} heads" + (f", no face found on {', '.join(map(str, unseen))}" if unseen else "")
    scale, passes = "heads with three ages or more", "heads with passes (--masks)"

    def line(name: str, key: str, unit: str, gate: Gate | None, of: str, why: str = "", digits: int = 2) -> Figure:
        found = values.of.get(key)
        if not found:
            return missed(name, unit, gate, why or f"no {of}: {HOW}")
        return Figure(name, unit, of, tuple(found), gate, tuple(values.peer.get(key, ())), digits=digits)

    flip = "" if likeness.has_flip() else likeness.NO_FLIP
    guess = judges.estimates.missing or "no head in which the estimator finds a face"
    over = f"{of}, estimated at {estimate.OVER:g} or more"
    old = judges.estimates.missing or f"no head that the estimator takes for {estimate.OVER:g} or more"
    return [
        line("estimated age falls by, over 60", "estimate over", "years", Gate(least=8), over, old, 1),
        line("same, all heads", "estimate", "years", None, of, guess, 1),
        line("same, of the young render", "estimate truth", "years", None, of, guess, 1),
        line("estimated age of the source", "estimate source", "years", None, of, guess, 1),
        line("age on the recipe's scale falls by", "years", "years", None, scale, digits=1),
        line("same, where skin is at all ages", "years of skin", "years", None, passes, digits=1),
        line("grows with the years asked", "monotone", "of heads", Gate(least=1), of),
        line("identity, distance to source", "identity", "", Gate(most=0.40), of, judges.ids.missing),
        line("identity, nearer to the young", "identity gain", "", Gate(least=0.0), of, judges.ids.missing),
        line("cheek grain kept", "grain", "x", Gate(0.85, 1.05), of),
        line("contrast of moles kept", "marks", "x", Gate(least=0.85), f"moles on {of}"),
        line("FLIP to the young less by, head", "flip head", "%", Gate(least=25), passes, flip, 1),
        line(f"same, of a render {trying.FULL} y younger", "flip truth", "%", None, f"{passes}, nearest age", flip, 1),
        line("FLIP less by, whole picture", "flip picture", "%", Gate(least=25), of, flip, 1),
        line("FLIP less by, bare face", "flip skin", "%", None, of, flip, 1),
        line("detail nearer to the young by", "detail", "%", None, of, digits=1),
        line("folds left", "folds", "x", None, of),
        line("pixels outside hull, skin only", "outside", "px", Gate(most=20, each=True), passes, digits=0),
        line("background among changed", "background", "%", Gate(most=2), f"{passes}, above the chin"),
        line("same, with clothes", "no head", "%", None, passes),
        line("lines beside the jaw bend by", "bend", "px", Gate(most=0.3, each=True), f"{passes}, bars"),
    ]
