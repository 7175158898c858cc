"""Write the pages of docs/ that are made from the program itself: `make docs`. A test fails when one is stale."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
NOTE = "<!-- Generated from the program: `make docs` writes it anew. -->\n"


def commands(group: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command below a group, with its words, in the order of --help."""
    for name, command in group.commands.items():
        here = (*path, name)
        if hasattr(command, "commands"):
            yield from commands(command, here)
        else:
            yield here, command


def command_line() -> str:
    """docs/cli.md: what --help says, for every command."""
    from typer.main import get_command
    from typer.testing import CliRunner

    from secondunit.cli.main import app

    os.environ["COLUMNS"] = "100"
    parts = [NOTE, "# The command line\n"]
    for words, _ in [((), None), *commands(get_command(app), ())]:
        shown = CliRunner().invoke(app, [*words, "--help"], prog_name="secondunit")
        if shown.exit_code != 0:
            raise SystemExit(f"secondunit {' '.join(words)} --help failed: {shown.output}")
        parts.append(f"## {' '.join(('secondunit', *words))}\n\n```\n{shown.output.strip()}\n```\n")
    return "\n".join(parts)


def records() -> str:
    """docs/records.md: every record with its name, version and fields."""
    from secondunit import schema

    kinds = {x for x in vars(schema).values() if isinstance(x, type) and issubclass(x, schema.Record)} - {schema.Record}
    parts = [NOTE, "# The records\n\nEvery saved file is one of these, as JSON, or holds some.\n"]
    for kind in sorted(kinds, key=lambda k: k.schema_name):
        about = " ".join((kind.__doc__ or "").split())
        rows = [f"| `{name}` | {word(field)} |" for name, field in kind.model_fields.items()]
        table = ["| field | kind |", "|---|---|", *rows] if rows else ["No fields of its own."]
        parts.append("\n".join([f"## {kind.schema_name}/{kind.schema_version}\n", f"{about}\n", *table, ""]))
    return "\n".join(parts)


def word(field: Any) -> str:
    """The type of a field, as one reads it."""
    kind = field.annotation
    name = kind.__name__ if isinstance(kind, type) and not getattr(kind, "__args__", None) else str(kind)
    for prefix in ("typing.", "secondunit.schema.", "pydantic.types."):
        name = name.replace(prefix, "")
    default = "" if field.is_required() else f", default `{field.get_default(call_default_factory=True)!r}`"
    return f"`{name}`{default}".replace("|", "\\|")


def policy() -> str:
    """docs/policy.md: every rule, with its reason and source."""
    from secondunit.policy import table

    return table.page()


PAGES: dict[str, Callable[[], str]] = {"cli.md": command_line, "records.md": records, "policy.md": policy}


def stale() -> list[str]:
    """Names of the pages that are not what they would be if written now."""
    return [name for name, page in PAGES.items() if _text(DOCS / name) != page()]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    for name in stale():
        (DOCS / name).write_text(PAGES[name](), encoding="utf-8")
        print(f"docs/{name} written", file=sys.stderr)
