"""Heads of nobody: drawn by numbers here, so that no photograph of a person lies in the repository. For trying the
detector (`trial`), in tests, in bench/ and by `secondunit bench guard`.

Head frame: x to the picture's right, y up, z towards the viewer; 1 is half the head's height.
"""

import functools
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
SKINS = ((0.87, 0.66, 0.55), (0.68, 0.46, 0.34), (0.45, 0.29, 0.21), (0.26, 0.16, 0.12))
"""Display-referred sRGB of four skins, from light to dark."""
HAIRS = ((0.25, 0.16, 0.10), (0.10, 0.08, 0.07), (0.55, 0.42, 0.25), (0.35, 0.34, 0.34))
HALF_WIDTH, HALF_DEPTH = 0.74, 0.88
POINTS = 560
"""Samples along each direction of the head's surface."""
DRAWN = 216
"""Every head is drawn this many pixels wide and made smaller in linear light."""


def head(width: int, *, yaw: float = 0.0, pitch: float = 0.0, kind: int = 0, light: float = 35.0) -> Array:
    """float32 (H, W, 4), straight alpha: a head `width` pixels wide as seen from the front, display-referred sRGB.

    yaw, pitch, light: degrees; the head turns to the picture's right, looks up, and is lit from the left by `light`.
    kind: which skin and hair. At most DRAWN wide.
    """
    import cv2

    drawn = _drawn(yaw, pitch, kind, light)
    scale = min(width, DRAWN) / DRAWN
    size = (round(drawn.shape[1] * scale), round(drawn.shape[0] * scale))
    small = cv2.resize(drawn, size, interpolation=cv2.INTER_AREA)
    alpha = np.maximum(small[..., 3:], 1e-6)
    shown = np.clip(small[..., :3] / alpha, 0, 1) ** (1 / 2.2)
    return np.concatenate([shown, small[..., 3:]], -1).astype(np.float32)


def paste(picture: Array, drawn: Array, left: int, top: int) -> Array:
    """A copy of uint8 (H, W, 3) with a drawn head over it; what lies outside is cut off."""
    out = picture.astype(np.float32)
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + drawn.shape[0], out.shape[0]), min(left + drawn.shape[1], out.shape[1])
    part = drawn[y0 - top : y1 - top, x0 - left : x1 - left]
    alpha = part[..., 3:]
    out[y0:y1, x0:x1] = out[y0:y1, x0:x1] * (1 - alpha) + part[..., :3] * 255 * alpha
    return np.asarray(np.rint(out), np.uint8)


def wall(height: int, width: int, seed: int = 1) -> Array:
    """uint8 (H, W, 3): a plain wall with a soft gradient and grain."""
    noise = np.random.default_rng(seed).normal(0, 3, (height, width, 1))
    slope = np.linspace(150, 110, height)[:, None, None] + np.linspace(-10, 10, width)[None, :, None]
    return np.asarray(np.clip(slope + noise + np.array([4.0, 0.0, -6.0]), 0, 255), np.uint8)


@functools.lru_cache(maxsize=64)
def _drawn(yaw: float, pitch: float, kind: int, light: float) -> Array:
    """float32 (H, W, 4), linear and premultiplied, DRAWN pixels wide."""
    points, normals, colours = _surface(kind % len(SKINS))
    turn = _turn(yaw, pitch)
    points, normals = points @ turn.T, normals @ turn.T
    angle = np.radians(light)
    sun = np.array([-np.sin(angle) * 0.8, 0.5, np.cos(angle) * 0.9])
    shade = 0.35 + 0.75 * np.clip(normals @ (sun / np.linalg.norm(sun)), 0, 1)
    linear = np.asarray(colours, np.float64) ** 2.2 * shade[:, None]
    shoulders, cloth = _shoulders()
    return _splat(np.concatenate([points, shoulders]), np.concatenate([linear, cloth]))


def _turn(yaw: float, pitch: float) -> Array:
    a, b = np.radians(yaw), np.radians(-pitch)
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    return np.asarray(about_x @ about_y)


def _bump(x: Array, y: Array, at: tuple[float, float], size: tuple[float, float]) -> Array:
    return np.exp(-(((x - at[0]) / size[0]) ** 2) - ((y - at[1]) / size[1]) ** 2)


def _inside(x: Array, y: Array, at: tuple[float, float], size: tuple[float, float]) -> Array:
    return ((x - at[0]) / size[0]) ** 2 + ((y - at[1]) / size[1]) ** 2 < 1


@functools.cache
def _surface(kind: int) -> tuple[Array, Array, Array]:
    """Points, normals and sRGB colours (N, 3) of the head, in its own frame."""
    v, u = np.meshgrid(np.linspace(0.01, np.pi - 0.01, POINTS), np.linspace(-np.pi, np.pi, POINTS), indexing="ij")
    y = np.cos(v)
    jaw = 1 - 0.28 * np.clip(-y - 0.15, 0, 1) ** 1.2
    x = HALF_WIDTH * np.sin(v) * np.sin(u) * jaw
    z = HALF_DEPTH * np.sin(v) * np.cos(u)
    front = np.clip(z / HALF_DEPTH * 1.6, 0, 1)
    z = z + front * _relief(x, y)
    points = np.stack([x, y, z], -1)
    along_v, along_u = np.gradient(points, axis=0), np.gradient(points, axis=1)
    normals = np.cross(along_v, along_u)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True) + 1e-12
    normals *= np.sign(np.sum(normals * points, -1, keepdims=True))
    return points.reshape(-1, 3), normals.reshape(-1, 3), _paint(x, y, z, kind).reshape(-1, 3)


def _relief(x: Array, y: Array) -> Array:
    """How far the front stands out: nose, brows, sockets, cheeks, lips, chin."""
    x = np.abs(x)
    ridge = 0.10 * _bump(x, y, (0, 0.05), (0.07, 0.22)) + 0.20 * _bump(x, y, (0, -0.17), (0.09, 0.13))
    wings = 0.07 * _bump(x, y, (0.09, -0.22), (0.06, 0.06))
    brows = 0.05 * _bump(x, y, (0.26, 0.33), (0.2, 0.07))
    sockets = -0.10 * _bump(x, y, (0.28, 0.18), (0.15, 0.10)) + 0.05 * _bump(x, y, (0.28, 0.16), (0.09, 0.06))
    cheeks = 0.05 * _bump(x, y, (0.36, -0.15), (0.17, 0.15))
    lips = 0.06 * _bump(x, y, (0, -0.47), (0.2, 0.06)) - 0.02 * _bump(x, y, (0, -0.60), (0.2, 0.04))
    return np.asarray(ridge + wings + brows + sockets + cheeks + lips + 0.08 * _bump(x, y, (0, -0.82), (0.18, 0.12)))


def _paint(x: Array, y: Array, z: Array, kind: int) -> Array:
    skin, hair = np.array(SKINS[kind]), np.array(HAIRS[kind])
    side = np.abs(x)
    out = np.broadcast_to(skin, (*x.shape, 3)).copy()
    red = (0.25 * _bump(side, y, (0.36, -0.2), (0.18, 0.15)))[..., None]
    out = out * (1 - red) + skin * np.array([1.08, 0.82, 0.80]) * red
    socket = (0.30 * _bump(side, y, (0.27, 0.2), (0.17, 0.10)))[..., None]
    out *= 1 - socket
    front = z > 0.15
    for where, colour in _features(side, y, skin, hair):
        out[front & where] = colour
    out[(y > 0.62 + 0.12 * np.cos(side * 4)) | (z < 0.12) & (y > -0.35)] = hair
    return np.asarray(np.clip(out, 0, 1))


def _features(x: Array, y: Array, skin: Array, hair: Array) -> list[tuple[Array, Array]]:
    """(where, colour) in the order in which they are painted. x: distance from the middle."""
    eye = (0.27, 0.17)
    line = np.abs(y + 0.475 + 0.02 * np.cos(x * 9)) < 0.012
    return [
        (_inside(x, y, (0.27, 0.335), (0.17, 0.038)), hair * 0.8),
        (_inside(x, y, (eye[0], eye[1] + 0.02), (0.135, 0.075)), skin * 0.45),
        (_inside(x, y, eye, (0.12, 0.055)), np.array([0.86, 0.85, 0.83])),
        (_inside(x, y, (eye[0], eye[1] + 0.01), (0.055, 0.055)), np.array([0.22, 0.16, 0.12])),
        (_inside(x, y, (eye[0], eye[1] + 0.01), (0.024, 0.024)), np.array([0.02, 0.02, 0.02])),
        (_inside(x, y, (0.065, -0.285), (0.04, 0.022)), skin * 0.35),
        (_inside(x, y, (0, -0.48), (0.23, 0.075)), skin * np.array([0.88, 0.60, 0.60])),
        (line & (x < 0.22), skin * 0.35),
    ]


@functools.cache
def _shoulders() -> tuple[Array, Array]:
    """Points and linear colours of a neck and a pullover."""
    u, h = np.meshgrid(np.linspace(0, 2 * np.pi, 620), np.linspace(0, 1, 190))
    neck = np.stack([0.38 * np.cos(u), -0.75 - 0.75 * h, 0.38 * np.sin(u) - 0.15], -1)
    wide = 0.4 + 1.1 * np.sqrt(h)
    chest = np.stack([wide * np.cos(u), -1.35 - 0.75 * h, 0.5 * wide * np.sin(u) - 0.15], -1)
    shade = (0.5 + 0.5 * np.clip(np.sin(u - 0.5), 0, 1))[..., None]
    colours = np.concatenate([(shade * np.array([0.30, 0.17, 0.12])), (shade * np.array([0.05, 0.07, 0.12]))])
    return np.concatenate([neck, chest]).reshape(-1, 3), colours.reshape(-1, 3)


def _splat(points: Array, linear: Array) -> Array:
    """Orthographic, nearest point wins; each sample covers four pixels, so that no hole shows what lies behind."""
    scale = DRAWN / (2 * HALF_WIDTH)
    rows, columns = round(3.3 * scale), round(3.0 * scale)
    order = np.argsort(points[:, 2], kind="stable")
    column = np.rint(points[order, 0] * scale + columns / 2).astype(int)
    row = np.rint((1.15 - points[order, 1]) * scale).astype(int)
    near = [(np.clip(row + i, 0, rows - 1), np.clip(column + j, 0, columns - 1)) for i in (0, 1) for j in (0, 1)]
    at = np.stack([r * columns + c for r, c in near], axis=1).ravel()
    flat = np.zeros((rows * columns, 4), np.float32)
    flat[at, :3] = np.repeat(linear[order], 4, axis=0)
    flat[at, 3] = 1
    return flat.reshape(rows, columns, 4)
