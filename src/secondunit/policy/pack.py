"""Packs of rules: read, checked, bound into one policy with a hash.

The house's pack ships with the software and alone may permit. A production may add packs of its own, which may only
forbid: a stricter production is a choice, a laxer one is not.
"""

import hashlib
import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import resources
from typing import Any

from secondunit.policy.cedar import Engine, Kind, schema_text
from secondunit.schema import Objection, Role, canonical_json

HOUSE = "house"
SHIPPED = ("netflix-genai", "sag-aftra", "eu-ai-act-50")
"""Packs that a production may put in force by name."""


@dataclass(frozen=True)
class Rule:
    """One rule as people know it. effect and role are those of a forbid; actions: those it speaks of, () for all.

    step: a command that would change it; {subject} and {shot} stand for what is asked about.
    """

    id: str
    pack: str
    kind: Kind
    reason: str
    source: str
    effect: str | None
    role: Role | None
    step: str
    actions: tuple[str, ...]

    def objection(self, subject: str) -> Objection:
        """This rule standing in the way of something about `subject`."""
        effect: Any = self.effect
        step = self.step.replace("{subject}", subject).replace("{shot}", subject.partition("/")[0])
        about = {"role": self.role, "reason": self.reason, "source": self.source, "pack": self.pack}
        return Objection.model_validate({"rule": self.id, "effect": effect, "step": step, **about})


@dataclass(frozen=True)
class Policy:
    """Everything the gate judges by. fault: why these packs cannot be used; then the gate refuses everything.

    unreviewed: packs in force that counsel has not signed for this production.
    """

    sha256: str
    rules: Mapping[str, Rule] = field(default_factory=dict)
    engine: Engine | None = None
    fault: str | None = None
    unreviewed: tuple[str, ...] = ()


def house_pack() -> str:
    """Text of the pack that is always in force."""
    return shipped(HOUSE)


def shipped(name: str) -> str:
    """Text of a pack that ships with the software; KeyError for a name that is none."""
    if name != HOUSE and name not in SHIPPED:
        raise KeyError(name)
    return resources.files("secondunit.policy").joinpath("packs", f"{name}.cedar").read_text("utf-8")


def load(extra: Mapping[str, str] | None = None, unreviewed: tuple[str, ...] = ()) -> Policy:
    """The house's pack and a production's (name -> text). Never raises for bad packs: see `Policy.fault`."""
    return replace(_load(((HOUSE, house_pack()), *sorted((extra or {}).items()))), unreviewed=unreviewed)


@lru_cache(maxsize=16)
def _load(packs: tuple[tuple[str, str], ...]) -> Policy:
    judged_by = [list(packs), schema_text(), importlib.metadata.version("cedarpy")]
    sha256 = hashlib.sha256(canonical_json(judged_by).encode()).hexdigest()
    try:
        # Each pack alone first, so that a pack cannot end inside another's rule.
        owners = [(name, key) for name, text in packs for key in _keys(Engine(text))]
        engine = Engine("\n".join(text for _, text in packs))
        rules = {key: _rule(name, engine.rules[key]) for (name, _), key in zip(owners, _keys(engine), strict=True)}
        _check(rules)
    except ValueError as error:
        return Policy(sha256, fault=f"the policy packs cannot be used: {error}")
    return Policy(sha256, rules, engine)


def _keys(engine: Engine) -> list[str]:
    """Cedar's own ids (policy0, policy1 …) in the order of the text."""
    return sorted(engine.rules, key=lambda key: int(key.removeprefix("policy")))


def _rule(pack: str, rule: Mapping[str, Any]) -> Rule:
    notes: dict[str, str | None] = rule.get("annotations", {})
    identity, effect, role = notes.get("id") or "", notes.get("effect"), notes.get("role")
    for name in ("id", "reason", "source"):
        if not notes.get(name):
            raise ValueError(f"a rule of the pack {pack!r} ({identity or 'without @id'}) has no @{name}")
    if rule["effect"] == "permit" and (pack != HOUSE or effect or role):
        raise ValueError(f"{identity} of the pack {pack!r} permits: only the house's pack may, and without @effect")
    if rule["effect"] == "forbid" and effect not in ("refuse", "needs-approval"):
        raise ValueError(f'{identity} has the @effect {effect!r}: use "refuse" or "needs-approval"')
    if (effect == "needs-approval") is not (role in set(Role)):
        raise ValueError(f"{identity} has the @role {role!r}: needs-approval names a role, refuse names none")
    words = (str(notes["reason"]), str(notes["source"]), effect, Role(role) if role else None, notes.get("step") or "")
    return Rule(identity, pack, rule["effect"], *words, actions=_actions(rule["action"]))


def _actions(scope: Mapping[str, Any]) -> tuple[str, ...]:
    if scope["op"] == "All":
        return ()
    entities = scope["entities"] if "entities" in scope else [scope["entity"]]
    return tuple(entity["id"] for entity in entities)


def _check(rules: Mapping[str, Rule]) -> None:
    names = [rule.id for rule in rules.values()]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"rules share the id {', '.join(twice)}")
