"""Names of building materials, the pattern that draws each, and its colour where the photograph gives none."""

import numpy as np

from secondunit.schema import InputError

from .scene import Floats, Ints

PATTERNS = ("brick", "stone", "concrete", "timber", "slate", "glass", "plaster", "steel")
"""Order of the pattern codes in material_kernels."""

_SAME = {
    "tile": "slate",
    "slate/tile": "slate",
    "roof": "slate",
    "wood": "timber",
    "rc": "concrete",
    "masonry": "brick",
}

_ALBEDO = {
    "brick": (0.36, 0.22, 0.16),
    "stone": (0.46, 0.41, 0.33),
    "concrete": (0.36, 0.35, 0.33),
    "timber": (0.30, 0.20, 0.12),
    "slate": (0.10, 0.10, 0.11),
    "glass": (0.10, 0.12, 0.13),
    "plaster": (0.56, 0.54, 0.49),
    "steel": (0.16, 0.15, 0.14),
}
"""Linear albedo, ACEScg; typical values (dry, weathered), used to fill what no plate pixel tells."""


_POWDER = {
    "brick": (0.54, 0.475, 0.37),
    "stone": (0.58, 0.52, 0.43),
    "concrete": (0.47, 0.45, 0.41),
    "timber": (0.42, 0.32, 0.22),
    "slate": (0.26, 0.26, 0.26),
    "glass": (0.50, 0.51, 0.50),
    "plaster": (0.68, 0.64, 0.56),
    "steel": (0.25, 0.23, 0.21),
}
"""Linear albedo, ACEScg, of a heap of each material's dust: paler than the solid, since light leaves a powder after
fewer passages through grains. Chosen by eye. Brick's is two thirds lime, of mortar and of the plaster on the wall: both
are weaker than brick and go first."""


def powder_table(names: tuple[str, ...]) -> Floats:
    """(M,3) typical albedo of each material's dust."""
    return np.array([_POWDER[PATTERNS[code]] for code in pattern_codes(names)], dtype=np.float32).reshape(-1, 3)


def pattern_codes(names: tuple[str, ...]) -> Ints:
    """(M,) pattern code of each material name; InputError names an unknown one."""
    codes = []
    for name in names:
        known = _SAME.get(name, name)
        if known not in PATTERNS:
            raise InputError(f"material {name!r} has no pattern to draw it: use one of {', '.join(PATTERNS)}")
        codes.append(PATTERNS.index(known))
    return np.array(codes, dtype=np.int32)


def albedo_table(names: tuple[str, ...]) -> Floats:
    """(M,3) typical albedo of each material name."""
    return np.array([_ALBEDO[PATTERNS[code]] for code in pattern_codes(names)], dtype=np.float32).reshape(-1, 3)
