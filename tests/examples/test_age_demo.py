"""The second demo as `make demo` runs it: refusal, missing consent, consent, version."""

import subprocess
import sys
from pathlib import Path

import pytest

from secondunit.faces import follow, models

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_age_demo_walks_to_its_version(tmp_path):
    try:
        follow.networks()
    except models.Missing as missing:
        pytest.skip(f"{missing}: `make` installs it where there is a wheel of it")
    words = [sys.executable, "examples/age_demo.py", "--folder", str(tmp_path / "demo"), "--quality", "draft"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout
    refused, missing, made = (said.index(word) for word in ("exit status 3", "exit status 4", "HD010/v001 is in"))
    assert refused < missing < made
    assert "A FACE WAS ALTERED" in said
    folder = tmp_path / "demo" / "versions" / "HD010" / "v001"
    assert len(list((folder / "comp").glob("*.exr"))) == 24
    assert (folder / "preview.mp4").stat().st_size > 10_000
    assert not list((tmp_path / "demo" / "keys").glob("*.key")), "private keys are in nobody's production"
