"""The face mesh as the trade knows it: 468 points in MediaPipe's order, how they hang together, and a map of them.

The map (UV, u right, v down, 0..1) is a face seen from the front. It is the network's own answer to a uniformly grey
picture, mirrored so that it is symmetric, with eyes and lips opened a little; the triangles are its Delaunay
triangulation. A ring of 36 points, one outward of each point of the oval, is added for forehead and neck: 504 in all.
Right and left are the performer's own.
"""

import json
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.floating[Any]]

_read = json.loads(resources.files(__package__).joinpath("layout.json").read_text())
UV: NDArray[np.float32] = np.array(_read["uv"], np.float32)
"""(504,2)"""
TRIANGLES: NDArray[np.int32] = np.array(_read["triangles"], np.int32)
"""(T,3), clockwise on screen where they face the camera: positive area, y down. Eyes and mouth are holes."""
MESH = 468

# fmt: off
OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)
"""Around the face from the top, by the performer's left side to the chin and back."""
LIPS_OUTER = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
LIPS_INNER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191)
RIGHT_EYE = (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246)
LEFT_EYE = (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466)
RIGHT_BROW = (70, 63, 105, 66, 107, 55, 65, 52, 53, 46)
LEFT_BROW = (300, 293, 334, 296, 336, 285, 295, 282, 283, 276)
# fmt: on
TOP, CHIN, RIGHT_SIDE, LEFT_SIDE, NOSE_TIP = 10, 152, 234, 454, 1
RIGHT_CORNER, LEFT_CORNER = 33, 263
"""Outer corners of the eyes."""
SIDEWAYS, UPWARD, DOWNWARD = 0.07, 0.22, 0.20
"""How far the ring lies outward of the oval, as shares of the face's height."""


def with_ring(points: Points) -> NDArray[np.float32]:
    """Points (...,468,2 or 3) with the ring of 36 after them, (...,504,2 or 3)."""
    mesh = np.asarray(points, np.float32)
    oval = mesh[..., OVAL, :]
    middle = (mesh[..., [RIGHT_SIDE], :] + mesh[..., [LEFT_SIDE], :]) / 2
    high = np.linalg.norm((mesh[..., TOP, :] - mesh[..., CHIN, :])[..., :2], axis=-1)[..., None, None]
    outward = oval - middle
    outward /= np.maximum(np.linalg.norm(outward[..., :2], axis=-1, keepdims=True), 1e-6)
    turn = np.cos(np.linspace(0, 2 * np.pi, len(OVAL), endpoint=False))[:, None]
    reach = SIDEWAYS + np.where(turn > 0, UPWARD, DOWNWARD) * turn**2
    return np.concatenate([mesh, oval + outward * high * reach], axis=-2).astype(np.float32)
