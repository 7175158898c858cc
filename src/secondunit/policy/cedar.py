"""Cedar behind a wrapper that fails closed.

Cedar's own answer cannot be taken as it is: a `forbid` whose evaluation errs is skipped, so that a missing attribute
turns Deny into Allow, with nothing but a line in the diagnostics. `ask` therefore passes a schema with every question
(which turns malformed ones into NoDecision) and answers allow only for: decision Allow, no error at all, and at least
one reason, every reason being a known `permit`. Whatever else happens is a fault, and a fault never allows.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

import cedarpy

from secondunit.schema import Question, ReleaseKind, Role, Tri
from secondunit.schema.facts import FACTS, Facts

Kind = Literal["permit", "forbid"]
ENUMS = (Role, Tri, Question, ReleaseKind)
"""Closed lists that rules may speak of."""
COMMON = ("actor", "subject", "roles")
"""Facts that reach Cedar as principal, resource and the principal's parents, not in the context."""


@dataclass(frozen=True)
class Answer:
    """What Cedar said. rules: keys (Cedar's own ids) of the rules that decided; faults: why it may not be believed."""

    allowed: bool
    rules: tuple[str, ...]
    faults: tuple[str, ...]


def schema_text() -> str:
    """The Cedar schema, made from the fact records: a rule can only speak of facts that somebody gathers."""
    enums = "".join(
        f"entity {kind.__name__} enum [{', '.join(json.dumps(one.value) for one in kind)}];\n" for kind in ENUMS
    )
    head = f"{enums}entity Person in [Role];\nentity Subject;\n"
    return head + "".join(_action(name, kind) for name, kind in FACTS.items())


def _action(name: str, kind: type[Facts]) -> str:
    context = ", ".join(f"{field}: {_cedar_type(field, kind)}" for field in kind.model_fields if field not in COMMON)
    return f'action "{name}" appliesTo {{ principal: Person, resource: Subject, context: {{ {context} }} }};\n'


def _cedar_type(name: str, kind: type[Facts]) -> str:
    annotation = kind.model_fields[name].annotation
    if annotation is Tri or annotation is Role:
        return annotation.__name__
    of = get_args(annotation)[0] if get_origin(annotation) is tuple else None
    if of in ENUMS:
        return f"Set<{of.__name__}>"
    raise TypeError(
        f"{kind.__name__}.{name} is a {annotation}, which has no Cedar type: use Tri, Role or tuple[Role, ...]"
    )


class Engine:
    """Parsed rules and schema. Raises ValueError with Cedar's words if they do not parse or do not fit together."""

    def __init__(self, rules: str) -> None:
        schema = schema_text()
        checked = cedarpy.validate_policies(rules, schema)
        if not checked.validation_passed:
            raise ValueError("; ".join(str(error) for error in checked.errors) or "the rules do not validate")
        self._rules, self._schema = cedarpy.PolicySet.from_str(rules), cedarpy.Schema.from_str(schema)
        statics = json.loads(cedarpy.policies_to_json_str(rules))["staticPolicies"]
        self.rules: Mapping[str, Any] = statics
        self._kinds: dict[str, Kind] = {key: rule["effect"] for key, rule in statics.items()}

    def ask(self, facts: Facts) -> Answer:
        """One question, answered closed."""
        try:
            result = cedarpy.is_authorized(_request(facts), self._rules, _entities(facts), self._schema)
        except Exception as error:  # noqa: BLE001 - whatever breaks inside the engine must end as a refusal on record
            return Answer(False, (), (f"Cedar failed: {error}",))
        reasons = tuple(sorted(result.diagnostics.reasons))
        faults = [f"Cedar reported: {error}" for error in result.diagnostics.errors]
        faults += self._disbelief(result.decision.value, reasons)
        return Answer(result.decision.value == "Allow" and not faults, reasons, tuple(faults))

    def _disbelief(self, decision: str, reasons: Iterable[str]) -> list[str]:
        """Why an answer that Cedar calls good must not be acted on."""
        kinds = {self._kinds.get(reason) for reason in reasons}
        if decision == "Allow" and kinds != {"permit"}:
            return ["Cedar allowed without a rule that permits"]
        if decision == "Deny" and kinds - {"forbid"}:
            return ["Cedar denied for a rule that does not forbid"]
        if decision not in ("Allow", "Deny"):
            return [f"Cedar came to no decision ({decision})"]
        return []


def _entity(kind: str, key: str) -> dict[str, Any]:
    return {"type": kind, "id": key}


def _request(facts: Facts) -> dict[str, Any]:
    context = {name: _cedar_value(getattr(facts, name)) for name in type(facts).model_fields if name not in COMMON}
    return {
        "principal": _entity("Person", facts.actor),
        "action": _entity("Action", facts.action),
        "resource": _entity("Subject", facts.subject),
        "context": context,
    }


def _cedar_value(value: object) -> Any:
    if isinstance(value, tuple):
        return [_cedar_value(one) for one in value]
    if isinstance(value, ENUMS):
        return {"__entity": _entity(type(value).__name__, value.value)}
    raise TypeError(f"{value!r} has no Cedar value")


def _entities(facts: Facts) -> list[dict[str, Any]]:
    return [
        {
            "uid": _entity("Person", facts.actor),
            "attrs": {},
            "parents": [_entity("Role", role.value) for role in facts.roles],
        }
    ]
