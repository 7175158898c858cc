"""The head as arrays: MakeHuman's base mesh (CC0) mixed into an identity at an age, in an expression and a pose.

Metres, Z up, the face along -Y, x towards the performer's own left, the origin midway between the resting eyes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import subdivide

PIVOT = np.array([0.0, 0.085, -0.085])
"""Where the head turns on the neck."""
FINE = 2


@dataclass(frozen=True)
class Eye:
    """A fitted eyeball: centre (3,) and radius, metres."""

    centre: np.ndarray
    radius: float


DATA = Path(__file__).with_name("head.npz")


class Mesh:
    """head.npz: base vertices, quads by group and sparse shapes."""

    def __init__(self, path=DATA):
        found = np.load(path)
        self.base = found["base"].astype(float)
        self.faces = {k[5:]: found[k].astype(int) for k in found.files if k.startswith("face.")}
        self._at = {k[3:]: found[k].astype(int) for k in found.files if k.startswith("at.")}
        self._by = {k[3:]: found[k].astype(float) * 1e-5 for k in found.files if k.startswith("by.")}

    @property
    def names(self):
        return frozenset(self._at)

    def mixed(self, points, weights):
        """Points moved by shapes: weights maps a shape's name to how much of it."""
        moved = points.copy()
        for name, weight in weights.items():
            if abs(weight) > 1e-4:
                moved[self._at[name]] += weight * self._by[name]
        return moved

    def reach(self, name):
        """How far a shape moves each vertex, metres."""
        far = np.zeros(len(self.base))
        far[self._at[name]] = np.linalg.norm(self._by[name], axis=1)
        return far

    def used(self, group):
        return np.unique(self.faces[group])

    @cached_property
    def canonical(self):
        """The mean young head, on which everything painted is placed."""
        stocks = ("african", "asian", "caucasian")
        mean = {f"{s}-{g}-young": 1 / 6 for s in stocks for g in ("male", "female")}
        mean |= {f"universal-{g}-young-averagemuscle-averageweight": 0.5 for g in ("male", "female")}
        points = self.mixed(self.base, mean)
        return points - self.middle(points)

    def middle(self, points):
        return 0.5 * (self.eye(points, "l").centre + self.eye(points, "r").centre)

    def eye(self, points, side):
        """The eyeball under the base mesh's helper eye, whose front is the bulging cornea."""
        ball = points[self.used(f"eye_{side}")]
        low, high = ball.min(0), ball.max(0)
        radius = 0.25 * (high[0] - low[0] + high[2] - low[2])
        centre = np.array([0.5 * (low[0] + high[0]), high[1] - radius, 0.5 * (low[2] + high[2])])
        return Eye(centre, radius)

    @cached_property
    def levels(self):
        return subdivide.levels(self.faces["skin"], len(self.base), FINE)

    @property
    def skin(self):
        """Fine skin quads."""
        return self.levels[-1].refined


def smoothstep(x, low, high):
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def turn(pose_deg):
    """Rotation matrices (...,3,3) of (...,3) poses: yaw to its own left, pitch down, roll towards its left; degrees."""
    y, p, r = np.moveaxis(np.radians(np.asarray(pose_deg, float)), -1, 0)
    zero, one = np.zeros_like(y), np.ones_like(y)

    def matrix(*rows):
        return np.stack([np.stack(row, -1) for row in rows], -2)

    about_z = matrix((np.cos(y), -np.sin(y), zero), (np.sin(y), np.cos(y), zero), (zero, zero, one))
    about_x = matrix((one, zero, zero), (zero, np.cos(p), -np.sin(p)), (zero, np.sin(p), np.cos(p)))
    about_y = matrix((np.cos(r), zero, np.sin(r)), (zero, one, zero), (-np.sin(r), zero, np.cos(r)))
    return about_z @ about_x @ about_y


def similar(points, like):
    """The similarity (scale, rotation, shift) that lays points (N,3) on like (N,3), least squares."""
    a, b = points - points.mean(0), like - like.mean(0)
    u, s, vt = np.linalg.svd(a.T @ b)
    flip = np.diag([1, 1, np.sign(np.linalg.det(u @ vt))])
    rotation = (u @ flip @ vt).T
    scale = np.trace(np.diag(s) @ flip) / (a**2).sum()
    return scale, rotation, like.mean(0) - scale * rotation @ points.mean(0)


def shape(mesh, weights_young, weights_old):
    """The head at an age, laid on the young head's skull so that only ageing differs; the body stays young's.

    Both weights are shape mixtures; returns (old, young) vertices (V,3).
    """
    young = mesh.mixed(mesh.base, weights_young)
    young -= mesh.middle(young)
    old = mesh.mixed(mesh.base, weights_old)
    skull = mesh.used("skin")[mesh.canonical[mesh.used("skin"), 2] > 0.02]
    eyes = np.concatenate([mesh.used("eye_l"), mesh.used("eye_r")])
    held = np.concatenate([skull, np.repeat(eyes, 6)])
    scale, rotation, shift = similar(old[held], young[held])
    old = scale * old @ rotation.T + shift
    neck = smoothstep(mesh.canonical[:, 2], -0.165, -0.11)[:, None]
    return young + neck * (old - young), young


def posed(mesh, points, pose_deg):
    """Points with the head turned on the neck by (yaw, pitch, roll); shoulders stay, the neck twists in between."""
    share = smoothstep(mesh.canonical[:, 2] + 0.35 * (mesh.canonical[:, 1] - 0.06), -0.17, -0.075)
    turns = turn(share[:, None] * np.asarray(pose_deg, float))
    return np.einsum("nij,nj->ni", turns, points - PIVOT) + PIVOT


def held_off(mesh, points, eyes, gap=0.00025):
    """Lids that would cut through an eyeball pushed out to ride on it; a blink's straight path cuts the ball."""
    lids = mesh.reach("eyeBlinkLeft") + mesh.reach("eyeBlinkRight") > 2e-4
    for eye in eyes:
        near = np.flatnonzero(lids & (np.linalg.norm(points - eye.centre, axis=1) < 2 * eye.radius))
        out = points[near] - eye.centre
        far = np.linalg.norm(out, axis=1, keepdims=True)
        front = smoothstep(-out[:, 1:2] / far, 0.1, 0.4)
        need = np.maximum(eye.radius + gap - far, 0) * front
        points[near] += out / far * need
    return points
