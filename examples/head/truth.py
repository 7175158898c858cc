"""What is really there, frame by frame: pose, expression, moles and landmarks in pixels."""

from __future__ import annotations

import json
from dataclasses import asdict

import model
import numpy as np
import room
import subdivide

LANDMARKS_MM = {
    "eye_outer_l": (41, 0), "eye_inner_l": (15.5, -4), "eye_outer_r": (-41, 0), "eye_inner_r": (-15.5, -4),
    "nose_tip": (0, -38), "mouth_l": (21, -68), "mouth_r": (-21, -68), "chin": (0, -102),
    "jaw_l": (85, -72), "jaw_r": (-85, -72),
}  # fmt: skip
"""Places on the canvas of `paint`."""


class Truth:
    """Gathers what every frame shows; `write` leaves truth.json."""

    def __init__(self, performer, size):
        self._performer, self._size, self._frames = performer, size, {}
        self._moles = np.array([self._nearest(m.u_mm, m.v_mm) for m in performer.who.moles])
        self._marks = np.array([self._nearest(*at) for at in LANDMARKS_MM.values()])

    def _nearest(self, u_mm, v_mm):
        """Fine skin vertices round a place on the canvas and their weights, (4,2); the outermost layer of the skin."""
        p = self._performer
        skin = np.unique(p.mesh.skin)
        apart = np.hypot(*(p.uv_mm[skin] - (u_mm, v_mm)).T)
        out = np.hypot(p.rest[skin, 0], p.rest[skin, 1] - 0.075)
        # the mouth's lining and the nostrils lie at the same place, deeper
        apart = apart + 1000 * (out < out[apart < 5].max() - 0.007)
        near = np.argsort(apart)[:4]
        weight = 1 / (apart[near] ** 2 + 0.01)
        return np.stack([skin[near], weight / weight.sum()], 1)

    def _seen(self, near):
        p = self._performer
        normals = subdivide.normals(p.mesh.skin, p.points)
        at = (p.points[near[..., 0].astype(int)] * near[..., 1:]).sum(1)
        facing = (normals[near[..., 0].astype(int)] * near[..., 1:]).sum(1)
        visible = (facing * (room.STAND - at)).sum(1) > 0
        return np.round(room.projected(at, *self._size), 2).tolist(), visible.tolist()

    def add(self, frame, moment):
        """Note a frame that has just been performed."""
        p = self._performer
        rotation = model.turn(moment.pose_deg)
        centres = np.array([rotation @ (e.centre - model.PIVOT) + model.PIVOT for e in p.eyes])
        moles, facing = self._seen(self._moles)
        marks, _ = self._seen(self._marks)
        self._frames[frame] = asdict(moment) | {
            "moles_px": moles,
            "moles_facing": facing,
            "landmarks_px": dict(zip(LANDMARKS_MM, marks, strict=True)),
            "eye_centres_px": np.round(room.projected(centres, *self._size), 2).tolist(),
        }

    def write(self, path):
        p = self._performer
        who = {k: v for k, v in asdict(p.who).items() if k not in ("shapes", "extra")}
        said = {
            "pixels": "x right, y down from the top left corner; _l is the performer's own left",
            "colour": "frame.*.exr: scene-linear Rec.709, half float",
            "size_px": list(self._size),
            "camera": {
                "focal_mm": room.FOCAL_MM,
                "sensor_height_mm": room.SENSOR_MM * 9 / 16,
                "distance_m": room.DISTANCE_M,
            },
            "age": asdict(p.amounts),
            "identity": who,
            "frames": self._frames,
        }
        path.write_text(json.dumps(said, indent=1, default=float) + "\n")
