"""The network, where an installed package carries it."""

from pathlib import Path

import pytest

from secondunit.faces import models


@pytest.fixture(scope="session")
def network():
    """The face network; tests that need it are skipped where it is not."""
    try:
        file = models.find(models.SHORT_RANGE).file
    except models.Missing as missing:
        pytest.skip(f"{missing}: `make` installs it where there is a wheel of it")
    from secondunit.faces.network import Network

    return Network(file)


@pytest.fixture(scope="session")
def example_plate():
    """uint8 (1080, 1920, 3): the example's plate; nobody is in it."""
    import numpy as np
    from PIL import Image

    return np.asarray(Image.open(Path(__file__).parents[2] / "examples/street_corner/plate.jpg").convert("RGB"))
