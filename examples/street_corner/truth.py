"""What is really there: the camera, the sun, the house and its windows, in the facade's frame.

    python truth.py [--to FOLDER]

prints the four facade corners for the command line, and writes truth.json and corners.txt. Frames: see `layout.py`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import layout as L


def _rounded(values, digits=4):
    return np.round(np.asarray(values, float), digits).tolist()


def _windows(openings):
    return [
        {"kind": o.kind, "floor": o.floor, "x0_z0_x1_z1_m": _rounded([o.u0, o.z0, o.u1, o.z1], 3)} for o in openings
    ]


def truth():
    """Everything a test of the camera solve, the facade reading or the light estimate needs."""
    roof = [
        [0, 0, L.FACADE_HEIGHT],
        [L.FACADE_WIDTH, 0, L.FACADE_HEIGHT],
        [L.FACADE_WIDTH, L.DEPTH, L.FACADE_HEIGHT],
        [L.FACADE_WIDTH, L.DEPTH, 0],
        [0, L.DEPTH, 0],
    ]
    return {
        "plate": "plate.jpg",
        "width_px": L.WIDTH_PX,
        "height_px": L.HEIGHT_PX,
        "camera": {
            "focal_px": round(L.FOCAL_PX, 4),
            "focal_35mm_mm": L.FOCAL_35MM_MM,
            "focal_35mm_by": "picture diagonal",
            "centre_px": [L.WIDTH_PX / 2, L.HEIGHT_PX / 2],
            "pixel_aspect": 1.0,
            "camera_from_world": _rounded(L.rotation().ravel(), 9),
            "position_m": list(L.CAMERA),
            "yaw_deg": L.YAW_DEG,
            "pitch_deg": L.PITCH_DEG,
        },
        "facade": {
            "width_m": L.FACADE_WIDTH,
            "height_m": L.FACADE_HEIGHT,
            "corners_m": _rounded(L.facade_corners_m()),
            "corners_px": _rounded(L.project(L.facade_corners_m()), 3),
            "storeys": len(L.FLOORS) - 1,
            "bays": len(L.FRONT_BAYS),
            "floor_levels_m": list(L.FLOORS),
            "openings": _windows(L.front_openings()),
        },
        "side": {
            "plane": "x = facade width, along y",
            "depth_m": L.DEPTH,
            "bays": len(L.SIDE_BAYS),
            "openings": _windows(L.side_openings()),
        },
        "house_points": {"world_m": _rounded(roof), "px": _rounded(L.project(np.array(roof)), 3)},
        "roof": {"kind": "mansard", "eave_m": L.FACADE_HEIGHT, "ridge_m": 19.25, "chimneys_to_m": 22.3},
        "sun": {
            "direction": _rounded(L.sun_direction(), 6),
            "azimuth_deg": L.SUN_AZIMUTH_DEG,
            "elevation_deg": L.SUN_ELEVATION_DEG,
        },
        "ground_z_m": 0.0,
    }


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", type=Path, default=Path(__file__).parent)
    asked = parser.parse_args(argv)
    found = truth()
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in found["facade"]["corners_px"])
    (asked.to / "truth.json").write_text(json.dumps(found, indent=1) + "\n")
    (asked.to / "corners.txt").write_text(corners + "\n")
    print(corners)


if __name__ == "__main__":
    main()
