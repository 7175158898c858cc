"""The second demo: a performer who is nobody is made younger, once they have agreed. Run by `make demo`.

Everybody's keys lie in the demo's own folder, so that nothing of yours is touched; in a production they are on each
person's own machine.
"""

import argparse
import os
import shutil
import sys
import time
from pathlib import Path
from subprocess import run as command

HERE = Path(os.path.relpath(Path(__file__).parent))
PLATE = HERE / "head" / "plate.mp4"
TERMS = HERE / "guardrails" / "head_terms.toml"
PEOPLE = {"vfx-sup": "supervisor", "counsel": "legal", "Lead Actor": "performer"}
WORDS = ("age", "HD010", "--performer", "Lead Actor", "--by", "-12", "--from", "68")
REFUSED, NEEDS_APPROVAL = 3, 4


def main() -> None:
    """Refusal, missing consent, consent, version: with the command line that everybody else uses."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--folder", type=Path, default=Path("demo-age"), help="where the production goes")
    words.add_argument("--quality", default="review", choices=["draft", "review", "final"])
    given = words.parse_args()
    if (given.folder / "production.toml").exists():
        shutil.rmtree(given.folder)
    show = Demo(given.folder)
    show.begin()
    show.consent()
    show.run(*WORDS, "--quality", given.quality, "--as", "vfx-sup")


class Demo:
    """One production, and the commands shown as they are run."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.keys = folder, folder / "keys-of-the-demo"

    def begin(self) -> None:
        """Whose face is it? Nobody has said, so nothing is made."""
        self.run("init", str(self.folder), "--title", "Second Unit demo: age", "--code", "AGE", inside=False)
        for name, role in PEOPLE.items():
            public = self.folder / f"{name}.pub"
            self.run("key", "make", "--as", name, "--no-passphrase", "--out", str(public))
            self.run("person", "add", name, "--role", role, "--key", str(public))
        self.run("plate", "add", "HD010", str(PLATE))
        self.run(*WORDS, "--as", "vfx-sup", exits=REFUSED)
        self.run("identify", "HD010", "--performer", "Lead Actor", "--as", "vfx-sup")
        self.run(*WORDS, "--as", "vfx-sup", exits=NEEDS_APPROVAL)

    def consent(self) -> None:
        """A plain statement, signed with the performer's key and put on record by counsel."""
        paper = self.folder / "consent"
        self.run("consent", "draft", str(TERMS), "--out", str(paper))
        terms, text, signed = (str(paper / name) for name in ("c001.json", "c001.txt", "signed.json"))
        self.run("key", "sign-terms", terms, "--text", text, "--out", signed, "--as", "Lead Actor")
        rider = str(paper / "c001.pdf")
        given = ("--text", text, "--rider", rider, "--signed", signed)
        self.run("consent", "record", terms, *given, "--as", "counsel")

    def run(self, *words: str, exits: int = 0, inside: bool = True) -> None:
        """Show the command, run it, say how long it took; stop the demo where it ends otherwise than it should."""
        whole = (*(("-C", str(self.folder)) if inside else ()), *words)
        shown = " ".join(f'"{word}"' if " " in word else word for word in whole)
        print(f"\n$ secondunit {shown}", flush=True)
        start = time.monotonic()
        settings = os.environ | {"SECONDUNIT_CONFIG": str(self.keys.resolve())}
        code = command([sys.executable, "-m", "secondunit.cli", *whole], env=settings, check=False).returncode
        print(f"  ({time.monotonic() - start:.1f} s, exit status {code})", flush=True)
        if code != exits:
            sys.exit(code or 1)


if __name__ == "__main__":
    main()
