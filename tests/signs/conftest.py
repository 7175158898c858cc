"""The networks, where an installed package carries them, and plates to read."""

import pytest

from secondunit.media import colour, frames
from secondunit.schema import Plate
from secondunit.signs import models


@pytest.fixture(scope="session")
def networks():
    """Finder and reader; tests that need them are skipped where they are not."""
    try:
        finds, reads = (models.find(model).file for model in models.MODELS)
    except models.Missing as missing:
        pytest.skip(f"{missing}: `make` installs it where there is a wheel of it")
    from secondunit.signs.networks import Finder, Reader

    return Finder(finds), Reader(reads)


@pytest.fixture
def shot(tmp_path):
    """Takes in pictures, uint8 sRGB (H, W, 3) each, as the frames of a plate from 1001 on; its folder is `tmp_path`."""

    def write(*pictures, aspect=1.0):
        for number, picture in enumerate(pictures, start=1001):
            linear = colour.to_working(picture.astype("float32") / 255, colour.SRGB)
            frames.write_rgb(tmp_path / f"frame.{number}.exr", linear, pixel_aspect=aspect)
        height, width = pictures[0].shape[:2]
        window = (0, 0, width - 1, height - 1)
        about = {"id": "PL01_v001", "shot": "A010", "kind": "still", "source_name": "x", "source_sha256": "0" * 64}
        size = {"width": width, "height": height, "data_window": window, "display_window": window}
        clock = {"first_frame": 1001, "last_frame": 1000 + len(pictures), "fps": 24.0, "frames_folder": "x"}
        space = {"pixel_aspect": aspect, "colorspace": colour.SRGB, "colorspace_said": "x"}
        return Plate(**about, **size, **clock, **space)

    return write
