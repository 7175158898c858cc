"""The skin's canvases for an identity at an age: albedo, relief and shine, all painted before rendering.

Painted rather than wired, because Cycles evaluates a bump's graph three times at every bounce: this halves a frame.
"""

from __future__ import annotations

import numpy as np
import paint


def cells(rng, shape, size_mm):
    """Distance to the nearest and to the second nearest of one jittered point per cell, in cells."""
    cell = size_mm / paint.STEP_MM
    rows, columns = int(shape[0] / cell) + 4, int(shape[1] / cell) + 4
    at = rng.random((rows, columns, 2)).astype(np.float32)
    y, x = (np.arange(n, dtype=np.float32) / np.float32(cell) + 1 for n in shape)
    i, j = y.astype(int), x.astype(int)
    first, second = np.full(shape, 9, np.float32), np.full(shape, 9, np.float32)
    for di in (-1, 0, 1):
        for dj in (-1, 0, 1):
            jitter = at[i + di][:, j + dj]
            dy = (i + di - y)[:, None] + jitter[..., 0]
            dx = (j + dj - x)[None] + jitter[..., 1]
            far = np.sqrt(dy * dy + dx * dx)
            second = np.minimum(second, np.maximum(far, first))
            first = np.minimum(first, far)
    return first, second


class Complexion:
    """`albedo` (h,w,3) linear Rec.709, `relief` (h,w,3) mm: resting, smiling, (unused); `shine` 0..1."""

    def __init__(self, identity, amounts):
        self.who, self.amounts, self.shape = identity, amounts, paint.size()
        u, v = paint.grid(0.8)

        def grown(made):
            return paint.grown(made, self.shape)

        self.red, self.dark, self.oil = grown(paint.redness(u, v)), grown(paint.shade(u, v)), grown(paint.oily(u, v))
        fine_u, fine_v = paint.grid(paint.STEP_MM)
        self.lip = paint.lips(fine_u, fine_v).astype(np.float32)
        self.beard = grown(paint.beard(u, v))
        a = np.abs(u)
        pores = 0.3 + 0.85 * paint.blob(a, v, 0, -32, 14, 14) + 0.65 * paint.blob(a, v, 26, -32, 18, 16)
        self.pores = grown(pores + 0.35 * paint.blob(a, v, 0, 30, 40, 20))
        self.creases = cells(identity.rng("cells"), self.shape, 1.05)
        lines, smile, self.broad = paint.heights(identity)
        self.relief = self._relief(lines, smile)
        self.albedo = self._albedo(lines)
        self.shine = self._shine()

    def _noise(self, purpose, cell_mm, octaves=3):
        return np.clip(paint.noise(self.who.rng(purpose), self.shape, cell_mm, octaves=octaves), -2.2, 2.2)

    def _relief(self, lines, smile):
        first, second = self.creases
        dry = self.amounts.dry
        coarse_first, coarse_second = cells(self.who.rng("coarse"), self.shape, 2.5)
        total = self.amounts.lines * lines + paint.relief_of_moles(self.who)
        total += (0.026 + 0.014 * dry) * np.clip((second - first) / 0.35, 0, 1)
        total += (0.018 + 0.034 * dry) * np.clip((coarse_second - coarse_first) / 0.3, 0, 1)
        total -= 0.085 * self.pores * np.clip((0.36 - first) / 0.22, 0, 1)
        total += 0.020 * self._noise("bumps", 3.2, 2) + 0.008 * self._noise("grit", 0.5, 1)
        furrows = paint.grown(
            self.who.rng("furrows").standard_normal((self.shape[0] // 60, int(self.shape[1] / 3.4))), self.shape
        )
        total += self.lip * (0.045 + 0.05 * dry) * furrows
        return np.stack([total, (0.15 + 0.85 * self.amounts.lines) * smile, 0 * total], -1).astype(np.float32)

    def _albedo(self, lines):
        who, amounts, tone = self.who, self.amounts, self.who.skin.astype(np.float32)
        made = np.broadcast_to(tone * [1, 1, 0.98 - 0.05 * amounts.dry], (*self.shape, 3)).astype(np.float32)

        def lay(amount, colour):
            nonlocal made
            made = made + np.clip(amount, 0, 1)[..., None] * (np.asarray(colour, np.float32) - made)

        blotch = self._noise("blotch", 14.0, 4)
        lay(0.55 * self.red + 0.06 * blotch + 0.05 * self._noise("flush", 4.0), tone * [0.97, 0.58, 0.52])
        lay((0.40 + 0.22 * amounts.sag) * self.dark, tone * [0.62, 0.47, 0.48])
        if amounts.spots:
            thread = np.exp(-np.abs(self._noise("vessels", 3.0, 2)) * 9) * np.clip(self.red - 0.35, 0, 1)
            lay(0.45 * amounts.spots * thread, tone * [0.85, 0.36, 0.34])
        stubble = 0.0 if who.male < 0.5 else (0.22 + 0.24 * who.hair) * (1 - 0.6 * amounts.grey)
        dots = 0.65 + 0.5 * np.clip((0.4 - self.creases[0]) / 0.2, 0, 1)
        lay(stubble * self.beard * dots, tone * [0.48, 0.50, 0.54])
        lay(np.clip(-lines, 0, 0.5) * 0.5 * amounts.lines, tone * [0.68, 0.48, 0.44])
        lip = tone * ([0.86, 0.50, 0.50] if who.male > 0.5 else [0.82, 0.38, 0.40]) * (1 - 0.1 * amounts.dry)
        lay(self.lip * (0.85 - 0.25 * amounts.dry) * (1 + 0.12 * self._noise("lip", 2.0)), lip)
        mottle = (
            1
            + 0.022 * blotch
            + (0.030 + 0.02 * amounts.dry) * self._noise("small", 2.6)
            + 0.032 * self._noise("fine", 0.7, 2)
        )
        return np.clip(made * mottle[..., None] * paint.pigment(who, amounts), 0.004, 0.95)

    def _shine(self):
        """Roughness."""
        base = 0.50 + 0.05 * self.amounts.dry - 0.11 * self.oil - 0.12 * self.lip
        return np.clip(base + 0.045 * self._noise("gloss", 1.6, 3), 0.2, 0.8).astype(np.float32)
