"""Generated pages are as fresh as the program, every command explains itself, and CI runs what the README says."""

import re
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from secondunit.cli.main import app

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs"))
import generate  # noqa: E402 - a script of docs/, which is no package

COMMANDS = dict(generate.commands(get_command(app), ()))


@pytest.mark.parametrize("page", generate.PAGES)
def test_generated_page_is_fresh(page):
    assert (ROOT / "docs" / page).read_text() == generate.PAGES[page](), f"docs/{page} is stale: run `make docs`"


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_command_and_every_option_has_help(words):
    command = COMMANDS[words]
    assert command.help
    bare = [p.name for p in command.params if p.name != "help" and not p.help]
    assert bare == []
    assert "--json" in [option for p in command.params for option in p.opts]


def test_commands_of_later_work_do_not_exist():
    """No stubs: a command appears when it does its work."""
    assert {" ".join(words) for words in COMMANDS} == {
        *("init", "person add", "plate add", "age", "collapse", "versions", "note", "status", "approve", "reject"),
        *("look add", "look list", "look show", "look approve", "look reject"),
        *("key make", "key show", "key passphrase", "key sign-terms", "key replace"),
        *("identify", "questions", "answer", "release add", "release list", "switch"),
        *("consent draft", "consent record", "consent withdraw", "consent lift", "consent revocations"),
        *("consent list", "consent show", "enrol add", "enrol list", "enrol erase"),
        *("policy use", "policy review", "policy list", "policy explain", "policy test"),
        *("ledger verify", "bench guard", "bench age", "models"),
    }


def test_ci_runs_the_test_command_of_the_readme():
    runs = re.findall(r"^exec (.+)$", (ROOT / ".ci/run").read_text(), re.M)
    assert runs == ["make test"]
    assert runs[0] in (ROOT / "README.md").read_text()


def test_links_between_pages_lead_somewhere():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    lost = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text())
        if not (page.parent / target).exists()
    ]
    assert lost == []
