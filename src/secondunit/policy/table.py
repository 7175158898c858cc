"""The rules as a page for people: `python -m secondunit.policy.table docs/policy.md` writes it."""

import sys
from collections.abc import Iterator
from pathlib import Path

from secondunit.policy.pack import Rule, load
from secondunit.schema.facts import FACTS

HEAD = """# What the gate allows

Made from the house's pack and the fact records by `python -m secondunit.policy.table docs/policy.md`; do not edit.

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
    return "\n".join([HEAD, *_rules(rules), *_facts()]) + "\n"


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
            effect = f"needs approval: {rule.role}" if rule.role else "refuse"
            yield f"| {_actions(rule)} | `{rule.id}` | {effect} | {rule.reason} | {_source(rule)} |"


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
