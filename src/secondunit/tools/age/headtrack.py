"""An artist's head track of a brief: decoded once, and the performer's face carried by it."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from secondunit.faces import carried
from secondunit.faces.track import Track
from secondunit.media.track_file import HeadTrack
from secondunit.schema import AgeBrief, InputError, Plate
from secondunit.tools.age.whose import chosen
from secondunit.tools.base import Context

OPTION = "--track"
CODE = ("secondunit.media.track_file", "secondunit.media.decode_track")


def check(brief: AgeBrief, given: Mapping[str, Path], plate: Plate) -> None:
    """Raise InputError, in words that begin with the option, for a track that cannot be used."""
    if OPTION in given:
        from secondunit.media import sidecars, track_file

        with sidecars.named(OPTION, str(given[OPTION])):
            track_file.read(given[OPTION], plate, brief.track_prim)
    elif brief.track is None and brief.track_prim is not None:
        raise InputError(f"--track-prim {brief.track_prim} names the head of a --track, and none is given: give both.")


def performer(tracks: Sequence[Track], brief: AgeBrief, plate: Plate, ctx: Context) -> Track:
    """The performer's face (see `whose.chosen`), held by the brief's head track where it has one.

    Raises InputError where there is none, where the brief does not say which it is, and where the track misses it.
    """
    head = _ready(brief, plate, ctx)
    if head is None:
        return chosen(tracks, brief, plate)
    people = carried.joined(tracks, head)
    found = carried.carried(chosen(people, brief, plate), head, plate)
    ctx.say(head.said)
    if len(people) < len(tracks):
        ctx.say(
            f"{len(tracks)} faces, seen in frames of their own, are taken for {len(people)}: the track leads to each."
        )
    ctx.say(
        f"The head track lies {found.misses:.1%} of the face's width from where the face was seen (median)"
        + (
            f", and carries it through {len(found.added)} frames in which it was not, or not there."
            if found.added
            else "."
        )
    )
    if found.added and brief.roto is None:
        ctx.say("What hides the face in those frames the tool can only guess: give it with --roto.")
    if found.added and not found.deep:
        ctx.say(
            "The frames that show the face show it from one side, so that it is taken to lie as deep as the track's "
            "origin: put that into the middle of the head."
        )
    return found.track


def _ready(brief: AgeBrief, plate: Plate, ctx: Context) -> HeadTrack | None:
    if brief.track is None:
        return None
    path, stored = ctx.files / brief.track.path, brief.track

    def make() -> dict[str, NDArray[np.generic]]:
        from secondunit.media import track_file

        read = track_file.read(path, plate, brief.track_prim, ctx.check, name="the brief's track")
        return {field.name: np.asarray(getattr(read, field.name)) for field in fields(HeadTrack)}

    frame = (plate.first_frame, plate.last_frame, plate.width, plate.height, plate.pixel_aspect)
    kept = ctx.cached("head track", {"file": stored.sha256, "prim": brief.track_prim, "frame": frame}, make, code=CODE)
    frames, turn, place, focal, centre = (
        np.asarray(kept[name]) for name in ("frames", "turn", "place_m", "focal_px", "centre_px")
    )
    return HeadTrack(frames, turn, place, focal, centre, float(kept["pixel_aspect"]), str(kept["said"]))
