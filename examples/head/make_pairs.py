"""Render stills of many identities at several ages, everything but age equal within one identity.

    python make_pairs.py --identities 0-9 --size 384 --samples 24 --out DIR
    python make_pairs.py --identities 0-4 --ages 68 60 52 44 35 --masks --out DIR

Two ages are written as DIR/0007/old and DIR/0007/young, more of them as DIR/0007/68, DIR/0007/60 and so on, each with
frame.1001.exr (scene-linear Rec.709, no grain) and truth.json, which says the age. `secondunit bench age --pairs DIR`
measures on them. `develop.py DIR` makes the pictures; give all of one identity the same grain seed, or different ones,
as the test needs.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import performance
from identity import identity
from make_head import frames, make
from model import Mesh

OLD, YOUNG = 68.0, 35.0


def folders(ages):
    """Names of the folders of one identity's ages."""
    return ("old", "young") if len(ages) == 2 else tuple(f"{years:g}" for years in ages)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--identities", type=frames, default="0-9", help="such as 0-9 or 3,5")
    parser.add_argument("--ages", type=float, nargs="+", default=(OLD, YOUNG), metavar="YEARS", help="oldest first")
    parser.add_argument("--size", type=int, default=384)
    parser.add_argument("--samples", type=int, default=24)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--masks", action="store_true", help="id.1001.exr too: red skin, green hair, blue eyes")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args(argv)
    known = Mesh().names
    for seed in asked.identities:
        moments = {1001: performance.still(identity(seed, known))}
        for name, years in zip(folders(asked.ages), asked.ages, strict=True):
            out = asked.out / f"{seed:04d}" / name
            make(out, seed, years, moments, (asked.size, asked.size), asked.samples, asked.threads, asked.masks)


if __name__ == "__main__":
    main()
