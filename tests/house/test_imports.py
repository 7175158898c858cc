"""The import rules hold, and each of them catches a planted violation."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLANTED = {
    "one way down": ("schema/planted.py", "import secondunit.media"),
    "one door": ("cli/planted.py", "def act():\n    import secondunit.store"),
    "fronts are thin": ("cli/planted.py", "from secondunit.vision import camera"),
    "face models stay in their room": ("vision/planted.py", "def f():\n    import mediapipe"),
    "networks for text are files, never imported": ("signs/planted.py", "def f():\n    import onnxruntime"),
    "heavy parts stay in their rooms": ("policy/planted.py", "def f():\n    import warp"),
    "tools do not know each other": ("tools/base.py", "import secondunit.tools.collapse"),
    "what measures a tool cannot alter it": ("tools/age/planted.py", "import secondunit.tools.age_trial"),
}


def lint(source):
    """Output of import-linter for the tree below `source`."""
    program = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); from importlinter.cli import lint_imports_command as f; f()"
    )
    command = [sys.executable, "-c", program, str(source), "--config", str(ROOT / "importlinter.ini"), "--no-cache"]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_house_keeps_the_rules():
    done = lint(ROOT / "src")
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(f"{name} KEPT" in done.stdout for name in PLANTED)


@pytest.mark.parametrize("name", PLANTED)
def test_planted_violation_is_caught(name, tmp_path):
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    file, line = PLANTED[name]
    with (tmp_path / "src" / "secondunit" / file).open("a") as planted:
        planted.write(f"\n{line}\n")
    done = lint(tmp_path / "src")
    assert done.returncode == 1
    assert f"{name} BROKEN" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "line", "rule"),
    [
        ("schema/planted.py", 'import importlib\n\nimportlib.import_module("secondunit.store")', "TID251"),
        ("runner/planted.py", "import warp", "TID253"),
        ("cli/planted.py", "import OpenImageIO", "TID253"),
    ],
)
def test_ruff_catches_what_the_linter_cannot_see(file, line, rule):
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--select",
        "TID",
        "--stdin-filename",
        f"src/secondunit/{file}",
        "-",
    ]
    done = subprocess.run(command, input=line + "\n", capture_output=True, text=True, check=False, cwd=ROOT)
    assert rule in done.stdout
