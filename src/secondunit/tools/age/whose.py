"""Which of a plate's faces is the performer's."""

from collections.abc import Sequence

import numpy as np

from secondunit.faces.track import Track
from secondunit.schema import AgeBrief, InputError, Plate


def chosen(tracks: Sequence[Track], brief: AgeBrief, plate: Plate) -> Track:
    """The one face there is, or the one that the brief points at. Raises InputError with the places of all of them."""
    if not tracks:
        raise InputError(
            f"No face was found in {plate.shot}/{plate.id}: the tool needs one of some 40 pixels or more that looks "
            "this way, and no profile."
        )
    if brief.face_at is None:
        if len(tracks) > 1:
            raise InputError(
                f"{plate.shot}/{plate.id} shows {len(tracks)} faces, at {_places(tracks)} in their first frames: say "
                f'which is {brief.performer} with --at "x,y".'
            )
        return tracks[0]
    hit = [track for track in tracks if _holds(track, brief.face_at)]
    if not hit:
        x, y = brief.face_at
        raise InputError(f"--at {x:g},{y:g} is on no face: in their first frames they are at {_places(tracks)}.")
    return min(hit, key=lambda track: float(np.linalg.norm(_middle(track) - np.array(brief.face_at))))


def _middle(track: Track) -> np.ndarray:
    return np.asarray(track.points[0][:, :2].mean(axis=0))


def _holds(track: Track, spot: tuple[float, float]) -> bool:
    low, high = track.points[0][:, :2].min(axis=0), track.points[0][:, :2].max(axis=0)
    return bool((np.array(spot) >= low).all() and (np.array(spot) <= high).all())


def _places(tracks: Sequence[Track]) -> str:
    return " and ".join("{:.0f},{:.0f}".format(*_middle(track)) for track in tracks)
