"""What the head does: the demo's two seconds, and one seeded moment per identity for stills."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FIRST, LAST = 1001, 1024


@dataclass(frozen=True)
class Moment:
    """Pose of the head (yaw, pitch, roll) and gaze (yaw, pitch) in degrees, face units 0..1."""

    pose_deg: tuple[float, float, float]
    gaze_deg: tuple[float, float]
    smile: float
    blink: float
    brow: float = 0.0
    squint: float = 0.0

    def units(self):
        """Weights of the face units pack."""
        s, found = self.smile, {"browInnerUp": 0.5 * self.brow}
        for side, lop in (("Left", 1.0), ("Right", 0.92)):
            found |= {
                f"mouthSmile{side}": 0.46 * s * lop,
                f"cheekSquint{side}": 0.5 * s * lop,
                f"mouthDimple{side}": 0.25 * s * lop,
                f"eyeSquint{side}": 0.35 * s + self.squint,
                f"browOuterUp{side}": 0.4 * self.brow,
                f"eyeBlink{side}": max(self.blink, 0.07 * s),
            }
        return found


def _ease(t):
    t = np.clip(t, 0, 1)
    return float(t * t * (3 - 2 * t))


def demo(frame):
    """Moment of the clip at a frame number, 24 a second: a turn, a blink while turning, a smile that comes up."""
    t = (frame - FIRST) / (LAST - FIRST)
    turn = _ease(t / 0.85)
    shut = {7: 0.35, 8: 0.95, 9: 1.0, 10: 0.6, 11: 0.25}.get(frame - FIRST, 0.0)
    return Moment(
        pose_deg=(-9 + 15 * turn, 1.5 + 1.5 * np.sin(3 * t), -2 + 3.5 * turn),
        gaze_deg=(7 - 9 * _ease((t - 0.28) / 0.16), 0.5),
        smile=0.08 + 0.87 * _ease((t - 0.35) / 0.5),
        blink=shut,
        brow=0.5 * _ease((t - 0.3) / 0.3),
    )


def still(identity):
    """Moment of an identity's pair: the same at every age."""
    rng = identity.rng("moment")
    yaw = rng.normal(0, 9)
    return Moment(
        pose_deg=(yaw, rng.normal(1, 4), rng.normal(0, 3)),
        gaze_deg=(-0.7 * yaw + rng.normal(0, 3), rng.normal(0, 2)),
        smile=float(rng.random() ** 2),
        blink=0.0,
        brow=float(max(0, rng.normal(0, 0.3))),
        squint=float(max(0, rng.normal(0, 0.1))),
    )
