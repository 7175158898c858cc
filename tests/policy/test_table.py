"""docs/policy.md says what the packs say."""

from pathlib import Path

from secondunit.policy import table

PAGE = Path(__file__).parents[2] / "docs" / "policy.md"


def test_page_is_fresh():
    fresh = PAGE.read_text("utf-8") == table.page()
    assert fresh, "docs/policy.md is stale: run `python -m secondunit.policy.table docs/policy.md`"


def test_page_links_lead_somewhere():
    for line in table.page().splitlines():
        for target in (part.split(")")[0] for part in line.split("](")[1:]):
            assert target.startswith("https://") or (PAGE.parent / target).is_file(), target
