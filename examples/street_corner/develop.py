"""Turn the scene-linear render into a camera's picture, and the id render into mattes.

    python develop.py OUT [--to FOLDER]

reads OUT/linear.exr and OUT/ids.exr; writes plate.jpg, occluders.png and truth_matte.png.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import layout as L

EXPOSURE = 1.12
WHITE_BALANCE = np.array([1.04, 1.0, 0.94], np.float32)


def read(path):
    import OpenImageIO as oiio

    found = oiio.ImageBuf(str(path))
    if found.has_error:
        raise SystemExit(f"{path}: {found.geterror()}")
    return found.get_pixels(oiio.FLOAT)[..., :3]


def blur(image, sigma):
    import cv2

    return cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)


def glare(image, scale):
    """Light scattered in the lens: a little of everything, everywhere, more of the brightest."""
    image = np.minimum(image, 30.0)
    return (
        0.955 * image
        + 0.025 * blur(image, 3.0 * scale)
        + 0.012 * blur(image, 14 * scale)
        + 0.008 * blur(image, 90 * scale)
    )


def vignette(shape):
    y, x = np.mgrid[: shape[0], : shape[1]]
    r2 = ((x + 0.5) / shape[1] - 0.5) ** 2 + (((y + 0.5) / shape[0] - 0.5) * shape[0] / shape[1]) ** 2
    return (1.0 / (1.0 + 0.95 * r2) ** 2)[..., None]


def response(x):
    """A camera's tone curve: straight in the shadows, a long shoulder; scene-linear in, display (sRGB) out."""
    a, b, c, d, e = 2.2, 0.03, 2.1, 0.66, 0.17
    shaped = x * (a * x + b) / (x * (c * x + d) + e)
    return np.clip(shaped, 0, 1)


def encode(x):
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 1e-9) ** (1 / 2.4) - 0.055)


def develop(linear, seed=3):
    """Scene-linear Rec.709 to 8-bit sRGB."""
    scale = linear.shape[1] / L.WIDTH_PX
    seen = glare(linear, scale) * vignette(linear.shape) * (EXPOSURE * WHITE_BALANCE)
    rng = np.random.default_rng(seed)
    noise = blur(rng.standard_normal(seen.shape).astype(np.float32), 0.55) * 1.6
    luma = noise.mean(-1, keepdims=True)
    noise = 0.75 * luma + 0.35 * noise
    seen = np.maximum(seen + noise * np.sqrt(np.maximum(seen, 0) * 0.00016 + 0.0000025), 0)
    grey = (seen * [0.2126, 0.7152, 0.0722]).sum(-1, keepdims=True)
    white = np.clip((grey - 0.7) / 2.5, 0, 1)
    seen = seen * (1 - white) + grey * white
    seen = np.maximum(grey + 1.08 * (seen - grey), 0)
    shown = encode(response(seen.astype(np.float64)))
    soft = blur(shown.astype(np.float32), 1.1)
    shown = shown + 0.38 * np.clip(shown - soft, -0.06, 0.06)
    return (np.clip(shown, 0, 1) * 255 + rng.uniform(0, 1, shown.shape)).astype(np.uint8)


def exif():
    """What a camera would have written, as far as the tools read it."""
    from PIL import Image
    from PIL.TiffImagePlugin import IFDRational

    tags = Image.Exif()
    tags[0x010F], tags[0x0110], tags[0x0131] = "Second Unit", "street_corner (rendered)", "examples/street_corner"
    tags[0x0112] = 1
    lens = tags.get_ifd(0x8769)
    lens[0x920A] = IFDRational(round(L.FOCAL_MM * 100), 100)
    lens[0xA405] = round(L.FOCAL_35MM_MM)
    lens[0x829A], lens[0x829D], lens[0x8827] = IFDRational(1, 320), IFDRational(8, 1), 100
    lens[0xA002], lens[0xA003], lens[0xA001] = L.WIDTH_PX, L.HEIGHT_PX, 1
    lens[0xA20E] = lens[0xA20F] = IFDRational(round(L.WIDTH_PX / L.SENSOR_WIDTH_MM * 1000), 100)
    lens[0xA210] = 3
    return tags


def main(argv=None):
    from PIL import Image

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--to", type=Path, default=Path(__file__).parent)
    asked = parser.parse_args(argv)
    asked.to.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(develop(read(asked.out / "linear.exr")))
    picture.save(asked.to / "plate.jpg", quality=94, subsampling=0, exif=exif())
    if (asked.out / "ids.exr").exists():
        ids = np.clip(read(asked.out / "ids.exr"), 0, 1)
        for channel, name in ((0, "truth_matte.png"), (1, "occluders.png")):
            Image.fromarray((ids[..., channel] * 255 + 0.5).astype(np.uint8)).save(asked.to / name, optimize=True)


if __name__ == "__main__":
    main()
