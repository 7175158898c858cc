"""The real collapse, killed at random moments: in the end the same pictures as if nothing had happened."""

import json
import random
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

CORNER = Path(__file__).parents[2] / "examples" / "street_corner"
SCALE = 6
KILLS = 3


def secondunit(*words):
    return [sys.executable, "-m", "secondunit", *map(str, words)]


def production(folder):
    """A production with the example plate at a sixth of its size, and the words that bring its building down."""
    from PIL import Image

    example = tomllib.loads((CORNER / "example.toml").read_text())
    with Image.open(CORNER / example["plate"]) as plate:
        plate.resize((plate.width // SCALE, plate.height // SCALE)).save(folder / "plate.png")
    home = folder / "agm"
    subprocess.run(secondunit("init", home, "--title", "Again", "--code", "AGM"), check=True, capture_output=True)
    add = secondunit("plate", "add", "SC010", folder / "plate.png", "-C", home)
    subprocess.run(add, check=True, capture_output=True)
    pairs = [[float(number) / SCALE for number in pair.split(",")] for pair in example["facade"].split()]
    facade = " ".join(f"{x:.2f},{y:.2f}" for x, y in pairs)
    length = ("--frames", 4, "--event", 1001)
    return home, secondunit(
        "collapse", "SC010", "--facade", facade, "--height-m", example["height_m"], *length, "-C", home, "--json"
    )


def pictures(home):
    """Hash over the frames of each version."""
    done = subprocess.run(secondunit("versions", "--json", "-C", home), check=True, capture_output=True, text=True)
    return [version["frames_sha256"] for version in json.loads(done.stdout)["versions"]]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_killed_collapse_goes_on_to_the_same_pictures(tmp_path):
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    home, words = production(tmp_path / "whole")
    begun = time.monotonic()
    subprocess.run(words, check=True, capture_output=True)
    whole_s = time.monotonic() - begun
    expected = pictures(home)

    home, words = production(tmp_path / "killed")
    seed = random.randrange(10**6)
    moments = random.Random(seed)
    for _ in range(KILLS):
        run = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0.2, 0.8) * whole_s)
        run.kill()
        if run.wait() == 0:
            continue
        assert pictures(home) == [] or pictures(home) == expected
    last = subprocess.run(words, check=True, capture_output=True, text=True)
    assert "from the cache" in last.stderr, f"seed {seed}"
    assert set(pictures(home)) == set(expected), f"seed {seed}"
    verify = subprocess.run(secondunit("ledger", "verify", "--files", "-C", home), capture_output=True, text=True)
    assert verify.returncode == 0, verify.stderr
