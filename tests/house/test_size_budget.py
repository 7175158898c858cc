"""How long functions and files may be: body median 10, p90 40, cap 80 lines; file p90 500, cap 800. No exemptions."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(p for top in ("src", "tests", "docs", "examples", "bench") for p in (ROOT / top).rglob("*.py"))
SOURCES = [p for p in FILES if p.is_relative_to(ROOT / "src")]
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def body_lines(function):
    """Lines of a function without decorators, signature and docstring."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    return function.body[-1].end_lineno - body[0].lineno + 1 if body else 0


def bodies(files):
    return {
        f"{p.relative_to(ROOT)}:{node.lineno} {node.name}": body_lines(node)
        for p in files
        for node in ast.walk(ast.parse(p.read_text()))
        if isinstance(node, FUNCTION)
    }


def quantile(values, q):
    """The smallest value that at least a share q of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * int(q * 100) // 100) - 1)]


def longest(sizes, count=5):
    return "\n".join(f"{size} {name}" for name, size in sorted(sizes.items(), key=lambda item: -item[1])[:count])


def test_no_function_is_longer_than_the_cap():
    over = {name: size for name, size in bodies(FILES).items() if size > 80}
    assert not over, f"more than 80 lines, split at the joints:\n{longest(over, 99)}"


@pytest.mark.parametrize(("q", "limit"), [(0.5, 10), (0.9, 40)])
def test_functions_are_short(q, limit):
    sizes = bodies(SOURCES)
    assert quantile(sizes.values(), q) <= limit, longest(sizes)


def test_files_are_short():
    sizes = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in FILES}
    assert max(sizes.values()) <= 800, longest(sizes)
    sources = [size for name, size in sizes.items() if name.startswith("src/")]
    assert quantile(sources, 0.9) <= 500, longest(sizes)


def test_contract_stays_short():
    assert len((ROOT / "src/secondunit/tools/base.py").read_text().splitlines()) < 100


def test_ruler_measures_bodies_only():
    source = '@decorated\ndef f(\n    a,\n):\n    """Doc.\n\n    More.\n    """\n    x = a\n\n    return x\n'
    source += 'def g(): "only words"\n'
    f, g = ast.parse(source).body
    assert (body_lines(f), body_lines(g)) == (3, 0)
    assert [quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], q) for q in (0.5, 0.9)] == [5, 9]
    assert quantile([7], 0.9) == 7
