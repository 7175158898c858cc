"""The rules as a page for people: `python -m secondunit.policy.table docs/policy.md` writes it."""

import sys
from collections.abc import Iterator
from pathlib import Path

from secondunit.policy import speaking
from secondunit.policy.pack import SHIPPED, Rule, load
from secondunit.schema.facts import FACTS

HEAD = """# What the gate allows

Made from the packs and the fact records by `python -m secondunit.policy.table docs/policy.md`; do not edit.

An action is allowed when a rule permits it for one of the actor's roles and no rule objects. A refusal outweighs a
missing approval. A fact that is unknown, missing or contradicts another refuses, whatever the rules say. Actions are
the moves of a production; `admit-plate` and `admit` judge what came out of the work, `final` the status of that name.
"""


def page() -> str:
    """The whole page, Markdown."""
    policy = load()
    if policy.fault:
        raise ValueError(policy.fault)
    rules = list(policy.rules.values())
    return "\n".join([HEAD, *_rules(rules), *_packs(), *_facts()]) + "\n"


def _rules(rules: list[Rule]) -> Iterator[str]:
    yield "## Who may"
    yield "\n| action | rule | because | source |\n|---|---|---|---|"
    for rule in rules:
        if rule.kind == "permit":
            yield f"| {_actions(rule)} | `{rule.id}` | {rule.reason} | {_source(rule)} |"
    yield "\n## What stands in the way"
    yield "\n| action | rule | effect | because | source |\n|---|---|---|---|---|"
    for rule in rules:
        if rule.kind == "forbid":
            yield f"| {_actions(rule)} | `{rule.id}` | {_effect(rule)} | {rule.reason} | {_source(rule)} |"


def _packs() -> Iterator[str]:
    yield "\n## What the packs add that a production may put in force"
    yield "\nEvery row was asked of the gate, with no question answered and nothing approved by legal; each is a test."
    yield "A pack that counsel has not signed for the production is named in every verdict, and holds `final` back."
    for name in SHIPPED:
        yield f"\n### {name}"
        yield "\n| action | rule | speaks when | effect | because | any one of these silences it | source |"
        yield "|---|---|---|---|---|---|---|"
        yield from map(_speaking, speaking.rows(name))


def _speaking(row: speaking.Row) -> str:
    when = "always" if len(row.when) == len(speaking.SITUATIONS) else "; ".join(row.when)
    ends = ", ".join(f"`{end}`" for end in row.silence)
    cells = (", ".join(row.actions), f"`{row.rule.id}`", when, _effect(row.rule), row.rule.reason, ends)
    return f"| {' | '.join(cells)} | {_source(row.rule)} |"


def _effect(rule: Rule) -> str:
    return f"needs approval: {rule.role}" if rule.role else "refuse"


def _facts() -> Iterator[str]:
    yield "\n## What each action turns on"
    for action, kind in FACTS.items():
        yield f"\n**{action}**. {(kind.__doc__ or '').strip()}\n"
        for name, field in kind.model_fields.items():
            if field.description:
                yield f"- `{name}`: {field.description}"


def _actions(rule: Rule) -> str:
    return ", ".join(rule.actions) or "all"


def _source(rule: Rule) -> str:
    if rule.source.startswith("http"):
        return f"[{rule.source.split('/')[2]}]({rule.source})"
    return f"[{rule.source.removeprefix('docs/')}]({rule.source.removeprefix('docs/')})"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), "utf-8") if len(sys.argv) > 1 else sys.stdout.write(page())
