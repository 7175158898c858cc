"""Figures as a Markdown table: `python -m bench.table FILE` prints all of a file."""

import json
import sys
from pathlib import Path
from typing import Any


def of(found: dict[str, Any]) -> str:
    """The rows of a section: seconds as median (least to most), load, and what came out."""
    rows = found["rows"]
    gave = list(dict.fromkeys(key for row in rows for key in row["gave"]))
    head = ["program", "CPU s", "wall s", "runs", "load", *gave]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        clocks = [spread(row[clock]) if clock in row else "" for clock in ("cpu_s", "wall_s")]
        values = [short(row["gave"].get(key)) for key in gave]
        load = f"{row['load']['median']:.1f}"
        lines.append("| " + " | ".join([row["name"], *clocks, str(row["runs"]), load, *values]) + " |")
    return "\n".join(lines)


def spread(figure: dict[str, float]) -> str:
    """Median, and least to most where there are several."""
    if figure["min"] == figure["max"]:
        return f"{figure['median']:.2f}"
    return f"{figure['median']:.2f} ({figure['min']:.2f} to {figure['max']:.2f})"


def short(value: float | None) -> str:
    """Three digits."""
    return "" if value is None else f"{value:.3g}"


if __name__ == "__main__":
    for name, section in json.loads(Path(sys.argv[1]).read_text()).items():
        if name != "commands":
            print(f"\n## {name}\n\n{of(section)}")
