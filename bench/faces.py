"""How well faces are found, and how fast: heads drawn by numbers, pasted on walls. `python -m bench.faces`."""

import itertools
import json
import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from secondunit.faces import heads, identity, models
from secondunit.faces.trial import EACH, KINDS, Find, counted, covers, finder, picture

Array = np.ndarray[Any, Any]
SEEN = ((40, 0), (64, 0), (96, 0), (96, 20), (96, 40), (96, -20), (200, 0))
"""(width, yaw) of the heads that are measured."""
STOPS = (-5, -4, -3, -2, -1, 0, 1, 2)


def main() -> None:
    """Print the figures as JSON."""
    find = finder()
    json.dump(measure(find) | {"matching": matching(find)}, sys.stdout, indent=1)


def measure(find: Find, each: int = EACH) -> dict[str, Any]:
    """Heads missed by width and turn (see `trial.counted`); shares found by skin and light."""

    def share(width: int, stops: float = 0.0, kinds: Iterable[int] = KINDS) -> float:
        shots = [picture(width, kind, seed=seed) for kind in kinds for seed in range(each)]
        return rate(find, [exposed(shown, stops) for shown, _ in shots], [at for _, at in shots])

    return counted(find, lambda stage, done, total: None, each) | {
        "skin_at_16_px": {kind: share(16, kinds=[kind]) for kind in KINDS},
        "stops_at_32_px": {stops: share(32, stops=stops) for stops in STOPS},
        "cpu_s": {"1920x1080": cpu_s(find, 1080, 1920), "3840x2160": cpu_s(find, 2160, 3840)},
    }


def matching(find: Find) -> Any:
    """Distances between drawn heads. They share one skull and one set of features: what this shows is what size, turn
    and light do to one face, and that skins and hair alone do not make two people. It says nothing about people."""
    try:
        from secondunit.faces.matcher import Matcher

        matcher = Matcher()
    except (ImportError, models.Missing) as missing:
        return f"not measured: {missing}"
    seen = {(kind, width, yaw): _measure(find, matcher, kind, width, yaw) for kind in KINDS for width, yaw in SEEN}
    pairs = [
        (one, other) for one, other in itertools.combinations(seen, 2) if one[1:] != other[1:] or one[0] != other[0]
    ]
    measured = [(one, other) for one, other in pairs if seen[one] is not None and seen[other] is not None]
    return {
        "measured": f"{sum(each is not None for each in seen.values())} of {len(seen)}",
        "one_head": _quantiles([_apart(seen, *pair) for pair in measured if pair[0][0] == pair[1][0]]),
        "two_skins": _quantiles([_apart(seen, *pair) for pair in measured if pair[0][0] != pair[1][0]]),
    }


def _measure(find: Find, matcher: Any, kind: int, width: int, yaw: float) -> Any:
    shown, _ = picture(width, kind, yaw)
    found = find(shown)
    return np.asarray(matcher.measure(shown, found[0].box)) if found else None


def _apart(seen: Mapping[Any, Any], one: Any, other: Any) -> float:
    return float(np.linalg.norm(seen[one] - seen[other]))


def _quantiles(distances: list[float]) -> dict[str, float]:
    """Of distances: how many, the least, the median, the greatest, and the share that would be a clear match."""
    low, middle, high = (round(float(one), 3) for one in np.quantile(distances, (0, 0.5, 1)))
    share = round(float(np.mean(np.array(distances) < identity.MATCH_BELOW)), 3)
    return {"pairs": len(distances), "least": low, "median": middle, "greatest": high, "matched": share}


def exposed(shown: Array, stops: float) -> Array:
    """The same, brighter or darker, in linear light."""
    if stops == 0:
        return shown
    linear = (shown / 255.0) ** 2.2 * 2.0**stops
    return np.asarray(np.rint(np.clip(linear, 0, 1) ** (1 / 2.2) * 255), np.uint8)


def rate(find: Find, pictures: list[Array], places: list[tuple[float, float]]) -> float:
    """Share of the heads that some box lies on. places: the middles of their faces, x and y."""
    hits = [any(covers(face, at) for face in find(shown)) for shown, at in zip(pictures, places, strict=True)]
    return round(float(np.mean(hits)), 3)


def cpu_s(find: Find, height: int, width: int) -> float:
    """Processor seconds for a picture with nobody in it."""
    shown = heads.wall(height, width)
    before = time.process_time()
    find(shown)
    return round(time.process_time() - before, 2)


if __name__ == "__main__":
    main()
