"""Turn scene-linear frames into a camera's pictures: lens glare, vignette, grain, tone curve.

    python develop.py DIR [--to FOLDER] [--film clip.mp4] [--seed 0] [--still]

develops every frame.####.exr under DIR into FOLDER (next to the frame by default) as 8-bit JPEG or, with --png, PNG;
--film adds a film of them at 24 a second (needs PyAV). Grain is drawn anew each frame from the seed and its number.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

EXPOSURE = 1.35
BALANCE = np.array([0.97, 1.0, 1.07], np.float32)
NOISE_SHOT, NOISE_READ = 0.00020, 0.0000022
"""Variance of scene-linear grain: share of the light, and floor."""
TALL_PX = 540
"""Height that glare and grain size are stated for."""


def read(path):
    """(h,w,3) float32 scene-linear Rec.709."""
    import OpenImageIO as oiio

    found = oiio.ImageBuf(str(path))
    if found.has_error:
        raise SystemExit(f"{path}: {found.geterror()}")
    return found.get_pixels(oiio.FLOAT)[..., :3]


def blur(image, sigma):
    import cv2

    return cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)


def lens(image):
    """Light scattered in the glass, and the fall-off towards the corners."""
    scale = image.shape[0] / TALL_PX
    seen = 0.965 * image + 0.020 * blur(image, 3 * scale) + 0.015 * blur(image, 30 * scale)
    y, x = np.mgrid[: image.shape[0], : image.shape[1]]
    r2 = (((x + 0.5) - image.shape[1] / 2) ** 2 + ((y + 0.5) - image.shape[0] / 2) ** 2) / image.shape[1] ** 2
    return seen * (1.0 / (1.0 + 0.55 * r2) ** 2)[..., None].astype(np.float32)


def grain(image, rng):
    """Scene-linear noise that grows with the root of the light, a little coarser than a pixel, mostly grey."""
    noise = blur(rng.standard_normal(image.shape).astype(np.float32), 0.6) * 1.75
    noise = 0.8 * noise.mean(-1, keepdims=True) * 1.2 + 0.4 * noise
    return image + noise * np.sqrt(np.maximum(image, 0) * NOISE_SHOT + NOISE_READ)


def response(x):
    """A camera's tone curve: straight in the shadows, a long shoulder; scene-linear in, display-linear out."""
    a, b, c, d, e = 2.2, 0.03, 2.1, 0.66, 0.17
    return np.clip(x * (a * x + b) / (x * (c * x + d) + e), 0, 1)


def encode(x):
    """sRGB."""
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 1e-9) ** (1 / 2.4) - 0.055)


def develop(linear, seed, *, grainy=True):
    """Scene-linear Rec.709 (h,w,3) to 8-bit sRGB."""
    rng = np.random.default_rng(seed)
    seen = lens(linear * (EXPOSURE * BALANCE))
    if grainy:
        seen = grain(seen, rng)
    seen = np.maximum(seen, 0)
    grey = (seen * [0.2126, 0.7152, 0.0722]).sum(-1, keepdims=True)
    seen = np.maximum(grey + 1.04 * (seen - grey), 0)
    shown = encode(response(seen.astype(np.float64))).astype(np.float32)
    shown = shown + 0.30 * np.clip(shown - blur(shown, 1.0), -0.05, 0.05)
    return (np.clip(shown, 0, 1) * 255 + rng.uniform(0, 1, shown.shape)).clip(0, 255).astype(np.uint8)


def film(pictures, path):
    """H.264 of 8-bit pictures."""
    import av

    with av.open(str(path), "w") as container:
        h, w = pictures[0].shape[:2]
        stream = container.add_stream("libx264", rate=24, options={"crf": "16", "preset": "slow"})
        stream.width, stream.height, stream.pix_fmt = w, h, "yuv420p"
        context = stream.codec_context
        context.color_range, context.colorspace, context.color_primaries, context.color_trc = 1, 1, 1, 13
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
                format="yuv420p", dst_colorspace="ITU709"
            )
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def main(argv=None):
    from PIL import Image

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--to", type=Path)
    parser.add_argument("--film", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--png", action="store_true")
    parser.add_argument("--no-grain", action="store_true")
    asked = parser.parse_args(argv)
    pictures = []
    for path in sorted(asked.out.rglob("frame.*.exr")):
        number = int(path.stem.split(".")[1])
        pictures.append(develop(read(path), [asked.seed, number], grainy=not asked.no_grain))
        folder = asked.to or path.parent
        folder.mkdir(parents=True, exist_ok=True)
        name = folder / path.with_suffix(".png" if asked.png else ".jpg").name
        Image.fromarray(pictures[-1]).save(name, **({} if asked.png else {"quality": 93, "subsampling": 0}))
    if asked.film:
        film(pictures, asked.film)
    print(f"{len(pictures)} pictures")


if __name__ == "__main__":
    main()
