"""Render old and young stills of many identities, everything but age equal within a pair.

    python make_pairs.py --identities 0-9 --size 384 --samples 24 --out DIR

Writes DIR/0007/old and DIR/0007/young, each with frame.1001.exr (scene-linear Rec.709, no grain) and truth.json.
`develop.py DIR` makes the pictures; give both of a pair the same grain seed, or different ones, as the test needs.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import performance
from identity import identity
from make_head import frames, make
from model import Mesh

OLD, YOUNG = 68.0, 35.0


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--identities", type=frames, default="0-9", help="such as 0-9 or 3,5")
    parser.add_argument("--ages", type=float, nargs=2, default=(OLD, YOUNG), metavar=("OLD", "YOUNG"))
    parser.add_argument("--size", type=int, default=384)
    parser.add_argument("--samples", type=int, default=24)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--masks", action="store_true", help="id.1001.exr too: red skin, green hair, blue eyes")
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args(argv)
    known = Mesh().names
    for seed in asked.identities:
        moments = {1001: performance.still(identity(seed, known))}
        for name, years in zip(("old", "young"), asked.ages, strict=True):
            out = asked.out / f"{seed:04d}" / name
            make(out, seed, years, moments, (asked.size, asked.size), asked.samples, asked.threads, asked.masks)


if __name__ == "__main__":
    main()
