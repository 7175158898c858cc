"""Poses within the shutter, and which pieces have left their place."""

from dataclasses import dataclass

import numpy as np

from .scene import Floats, Mask, Mesh3, Pose

STILL_M = 1.0e-3
"""A piece none of whose points moved further than this from rest counts as unmoved: 0.07 px at 40 m and 2900 px of
focal length."""


def rotate(q: Floats, v: Floats) -> Floats:
    """Vectors v (N,3) turned by unit quaternions q (N,4) xyzw."""
    u, w = q[:, :3], q[:, 3:]
    t = 2.0 * np.cross(u, v)
    return np.asarray(v + w * t + np.cross(u, t))


def multiply(a: Floats, b: Floats) -> Floats:
    """Quaternion product a b (N,4) xyzw: b turns first."""
    ax, aw, bx, bw = a[:, :3], a[:, 3:], b[:, :3], b[:, 3:]
    return np.concatenate(
        [aw * bx + bw * ax + np.cross(ax, bx), aw * bw - (ax * bx).sum(axis=1, keepdims=True)], axis=1
    )


def conjugate(q: Floats) -> Floats:
    """The inverse of unit quaternions."""
    return np.asarray(q * np.array([-1.0, -1.0, -1.0, 1.0]))


def between(a: Pose, b: Pose, t: float) -> Pose:
    """Pose at t in 0..1 from a to b: straight positions, shortest normalised rotation. Alive as in `b`."""
    sign = np.where((a.rotation * b.rotation).sum(axis=1, keepdims=True) < 0.0, -1.0, 1.0)
    q = (1.0 - t) * a.rotation + t * sign * b.rotation
    q = q / np.linalg.norm(q, axis=1, keepdims=True)
    return Pose((1.0 - t) * a.position_m + t * b.position_m, q, b.alive)


def through_shutter(before: Pose, now: Pose, after: Pose, times: int, shutter: float) -> list[Pose]:
    """`times` poses at the middles of equal parts of the shutter, which is centred on `now`."""
    out = []
    for k in range(times):
        t = shutter * ((k + 0.5) / times - 0.5)
        pose = between(now, after, t) if t >= 0.0 else between(before, now, 1.0 + t)
        out.append(Pose(pose.position_m, pose.rotation, now.alive))
    return out


def radii(mesh: Mesh3, count: int) -> Floats:
    """(P,) radius of each piece about its centroid, m."""
    out = np.zeros(count)
    np.maximum.at(out, mesh.vertex_piece, np.linalg.norm(mesh.vertices_m, axis=1))
    return out


def displaced(rest: Pose, pose: Pose, radius: Floats) -> Mask:
    """(P,) which pieces have a point further than STILL_M from its rest place, or that came or went."""
    shift = np.linalg.norm(pose.position_m - rest.position_m, axis=1)
    turn = multiply(np.asarray(pose.rotation, dtype=np.float64), conjugate(np.asarray(rest.rotation, dtype=np.float64)))
    chord = 2.0 * np.linalg.norm(turn[:, :3], axis=1) * radius
    return np.asarray((shift + chord > STILL_M) | (np.asarray(rest.alive) != np.asarray(pose.alive)))


@dataclass(frozen=True, eq=False)
class Shutter:
    """One frame's poses: sub-frame world transforms (times,P,7), those back to rest (times,P,7), now and after from
    rest
    (P,7), and which pieces moved (P,). Unmoved pieces have exactly their rest transforms."""

    world: Floats
    rest_from_time: Floats
    now_from_rest: Floats
    after_from_rest: Floats
    moved: Mask


def _from_to(a: Pose, b: Pose) -> Floats:
    """(P,7) the rigid transform that takes world points of pieces at pose a to pose b."""
    q = multiply(np.asarray(b.rotation, dtype=np.float64), conjugate(np.asarray(a.rotation, dtype=np.float64)))
    p = b.position_m - rotate(q, np.asarray(a.position_m, dtype=np.float64))
    return np.concatenate([p, q], axis=1)


def _held(rest: Pose, pose: Pose, moved: Mask) -> Pose:
    keep = ~moved[:, None]
    return Pose(
        np.where(keep, rest.position_m, pose.position_m), np.where(keep, rest.rotation, pose.rotation), pose.alive
    )


def open_shutter(
    rest: Pose, before: Pose, now: Pose, after: Pose, times: int, shutter: float, radius: Floats
) -> Shutter:
    """Sub-frame poses of one frame; a piece counts as moved when it left its place at any of them."""
    poses = through_shutter(before, now, after, times, shutter)
    moved = np.any([displaced(rest, pose, radius) for pose in poses], axis=0)
    poses = [_held(rest, pose, moved) for pose in poses]
    identity = np.array([0, 0, 0, 0, 0, 0, 1], dtype=np.float64)
    back = np.stack([_from_to(pose, rest) for pose in poses])
    back[:, ~moved] = identity
    return Shutter(
        world=np.stack([np.concatenate([p.position_m, p.rotation], axis=1) for p in poses]).astype(np.float32),
        rest_from_time=back.astype(np.float32),
        now_from_rest=_from_to(rest, now).astype(np.float32),
        after_from_rest=_from_to(rest, after).astype(np.float32),
        moved=moved,
    )
