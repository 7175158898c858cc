"""The truth table of the house's pack: facts that allow, and for each fact that is not so, the rules that object."""

from secondunit.schema import Role
from tests.policy.right import CONSENT, F, T

CONTRADICTION = {"gate.contradiction"}
ALTERING, ALTERED = " of somebody who agreed", {"make", "admit", "final"}
WHO = {"actor": "Ann", "subject": "A010/v001", "actor_on_record": T, "roles": (Role.SUPERVISOR,)}
COUNSEL = WHO | {"roles": (Role.LEGAL,)}
SIGNED = {"has_key": T, "signature_given": T, "signature_good": T}
WORD = SIGNED | {"subject_on_record": T}
NOBODY = (
    dict.fromkeys(("tool_alters_people", "alters_people", "performer_on_record", "performer_in_plate"), F)
    | dict.fromkeys(("consent_on_record", *CONSENT), F)
    | {"adult_age": T, "no_intimacy": F, "no_minor": T, "guardian_signed": F, "strike": F, "evaluation": F}
    | {"no_other_matched": T, "identity_agrees": T}
    | dict.fromkeys(("look_holds", "look_approved", "look_not_rejected"), T)
    | {"releases_missing": (), "answers": (), "approvals": ()}
)
PERFORMER = dict.fromkeys(("tool_alters_people", "alters_people", "performer_on_record", "performer_in_plate"), T) | (
    dict.fromkeys(("consent_on_record", *CONSENT), T)
)
MAKE = {"plate_on_record": T, "plate_intact": T, "brief_on_record": T, "brief_intact": T, "rejections": ()} | {
    "tool_declared": T,
    "for_final": F,
}
ADMIT = {
    "clearance_open": T,
    "plate_intact": T,
    "brief_intact": T,
    "rejections": (),
    "tool_complete": T,
} | dict.fromkeys(
    ("tool_finite", "hull_untouched", "files_present", "nothing_else", "looked_right", "looked_finite"), T
)
FINAL = {"version_on_record": T, "version_intact": T, "packs_reviewed": T, "made_in_evaluation": F} | {
    "rejections": (),
    "approvals": (Role.SUPERVISOR,),
}
GOOD = {
    "init": WHO | {"actor_on_record": F, "roles": (), "folder_free": T},
    "person": WHO
    | SIGNED
    | {"key_is_public": T, "key_replaces": F, "key_unshared": T, "is_self": F}
    | {"legal_by_legal": T},
    "ingest": WHO,
    "admit-plate": WHO | {"clearance_open": T, "frames_present": T, "nothing_else": T},
    "brief": WHO,
    "make": WHO | NOBODY | MAKE,
    "make" + ALTERING: WHO | NOBODY | PERFORMER | MAKE,
    "admit": WHO | NOBODY | ADMIT,
    "admit" + ALTERING: WHO | NOBODY | PERFORMER | ADMIT,
    "note": WHO | {"version_on_record": T},
    "status": WHO | SIGNED | {"version_on_record": T, "version_final": F},
    "final": WHO | SIGNED | NOBODY | FINAL | {"faces_untouched": T, "looks_approved": F},
    "final" + ALTERING: WHO | SIGNED | NOBODY | PERFORMER | FINAL | {"faces_untouched": F, "looks_approved": T},
    "approve": WHO | WORD | {"acts_as": Role.SUPERVISOR, "subject_intact": T},
    "reject": WHO | WORD | {"acts_as": Role.SUPERVISOR},
    "key": WHO | SIGNED | {"person_on_record": T, "is_self": T, "key_is_public": T, "key_unshared": T},
    "answer": WHO | WORD | {"acts_as": Role.SUPERVISOR, "asked_of_role": T},
    "identify": WHO | WORD | {"acts_as": Role.SUPERVISOR, "performers_on_record": T},
    "consent": COUNSEL
    | WORD
    | {"acts_as": Role.LEGAL, "performers_on_record": T, "for_production": T, "text_shown": T}
    | {"terms_signed": T, "wet_ink": F, "category_by_legal": T},
    "withdraw": WHO | WORD | {"roles": (Role.PERFORMER,), "acts_as": Role.PERFORMER, "is_party": T},
    "lift": COUNSEL | WORD | {"acts_as": Role.LEGAL, "withdrawn": T},
    "revocations": WHO | {"roles": (), "list_genuine": T, "list_newer": T, "list_fresh": T},
    "release": COUNSEL | SIGNED,
    "policy": WHO | SIGNED | {"packs_usable": T, "packs_kept": T},
    "policy-review": COUNSEL | WORD | {"acts_as": Role.LEGAL},
    "switch": COUNSEL | SIGNED,
    "enrol": COUNSEL | WORD | {"acts_as": Role.LEGAL, "release_given": T, "destruction_set": T, "enrolled": F},
    "erase": WHO | WORD | {"roles": (Role.PERFORMER,), "acts_as": Role.PERFORMER, "is_self": T},
    "look": WHO | SIGNED | {"performer_on_record": T, "one_performer": T},
}
"""Situation -> facts in which it is allowed. A situation begins with its action."""


def action_of(situation):
    """The action that a situation is one of."""
    return situation.removesuffix(ALTERING)


PLAIN = {
    ("init", "folder_free", F): {"init.free-folder"},
    ("init", "actor_on_record", T): {"init.free-folder"} | CONTRADICTION,
    ("person", "key_is_public", F): {"person.public-key"},
    ("person", "key_replaces", T): {"person.key-stays"},
    ("person", "key_unshared", F): {"key.unshared"},
    ("person", "is_self", T): {"person.not-oneself"},
    ("person", "legal_by_legal", F): {"person.legal-by-legal"},
    ("admit-plate", "clearance_open", F): {"admit.clearance"},
    ("admit-plate", "frames_present", F): {"admit-plate.whole"},
    ("admit-plate", "nothing_else", F): {"admit-plate.whole"},
    ("note", "version_on_record", F): {"version.on-record"},
    ("status", "version_on_record", F): {"version.on-record"},
    ("status", "version_final", T): set(),
    ("approve", "subject_on_record", F): {"review.on-record"} | CONTRADICTION,
    ("approve", "subject_intact", F): {"review.intact"},
    ("reject", "subject_on_record", F): {"review.on-record"},
    ("key", "person_on_record", F): {"key.signed"},
    ("key", "is_self", F): {"gate.no-permit"},
    ("key", "key_is_public", F): {"key.public"},
    ("key", "key_unshared", F): {"key.unshared"},
    ("answer", "asked_of_role", F): {"answer.role"},
    ("identify", "performers_on_record", F): {"identify.on-record"},
    ("consent", "performers_on_record", F): {"consent.parties"},
    ("consent", "for_production", F): {"consent.of-this-production"},
    ("consent", "text_shown", F): {"consent.text"},
    ("consent", "terms_signed", F): {"consent.signed"},
    ("consent", "wet_ink", T): CONTRADICTION,
    ("consent", "category_by_legal", F): {"consent.category"},
    ("withdraw", "is_party", F): set(),
    ("lift", "withdrawn", F): {"lift.withdrawn"},
    ("revocations", "list_genuine", F): {"revocations.good"},
    ("revocations", "list_newer", F): {"revocations.good"},
    ("revocations", "list_fresh", F): {"revocations.good"},
    ("enrol", "release_given", F): {"enrol.release"} | CONTRADICTION,
    ("enrol", "destruction_set", F): {"enrol.destruction"},
    ("enrol", "enrolled", T): {"enrol.once"},
    ("erase", "is_self", F): {"gate.no-permit"},
    ("look", "performer_on_record", F): {"look.performer"},
    ("look", "one_performer", F): {"look.one-performer"},
    ("policy", "packs_usable", F): {"policy.usable"},
    ("policy", "packs_kept", F): {"policy.only-legal-loosens"},
}
NOT_ON_RECORD = {
    (action, "subject_on_record", F): {"word.on-record"}
    for action in ("answer", "identify", "consent", "withdraw", "lift", "policy-review", "enrol", "erase")
}
NOBODY_ON_RECORD = {
    (situation, "actor_on_record", F): {"actor.on-record"} | (CONTRADICTION if facts["roles"] else set())
    for situation, facts in GOOD.items()
    if situation != "init"
}
UNSIGNED_MAY = {"person", "status", "final", "approve", "reject", "withdraw", "look"}
"""What people without a key may say under their name alone; it counts for less."""


def _signatures():
    for action, facts in GOOD.items():
        if "has_key" in facts:
            mine = {"key.signed"} if action == "key" else {"signed.by-key"}
            rules = mine if action_of(action) in {"key", *UNSIGNED_MAY} else mine | {"signed.always"}
            yield (action, "signature_good", F), rules
            yield (action, "signature_given", F), CONTRADICTION
            yield (action, "has_key", F), CONTRADICTION


THINGS = {
    ("make", "plate_on_record", F): {"plate.intact"} | CONTRADICTION,
    ("make", "plate_intact", F): {"plate.intact"},
    ("make", "brief_on_record", F): {"brief.intact"} | CONTRADICTION,
    ("make", "brief_intact", F): {"brief.intact"},
    ("make", "tool_declared", F): {"tool.declared"} | CONTRADICTION,
    ("make", "for_final", T): set(),
    ("admit", "clearance_open", F): {"admit.clearance"},
    ("admit", "plate_intact", F): {"admit.inputs-intact"},
    ("admit", "brief_intact", F): {"admit.inputs-intact"},
    ("admit", "tool_complete", F): {"admit.whole"},
    ("admit", "tool_finite", F): {"admit.finite"},
    ("admit", "hull_untouched", F): {"admit.hull-untouched"},
    ("admit", "files_present", F): {"admit.whole"} | CONTRADICTION,
    ("admit", "nothing_else", F): {"admit.whole"},
    ("admit", "looked_right", F): {"admit.readable"},
    ("admit", "looked_finite", F): {"admit.finite"} | CONTRADICTION,
    ("final", "version_on_record", F): {"version.on-record"} | CONTRADICTION,
    ("final", "version_intact", F): {"final.intact"} | CONTRADICTION,
    ("final", "packs_reviewed", F): {"final.packs-reviewed"},
    ("final", "made_in_evaluation", T): {"final.evaluation"},
    ("make", "look_approved", F): set(),
    ("admit", "look_approved", F): set(),
    ("final", "look_approved", F): {"look.approved"},
} | {
    (action, fact, F): rules
    for action in sorted(ALTERED)
    for fact, rules in (
        ("look_holds", {"look.followed"} | CONTRADICTION),
        ("look_not_rejected", {"look.rejected"}),
    )
}
"""What is no different whether anybody is altered or not."""
OF_NOBODY = {
    ("tool_alters_people", T): {"stop.stranger"} | CONTRADICTION,
    ("alters_people", T): {"consent.missing", "consent.nobody-states-age"},
    ("performer_on_record", T): set(),
    ("performer_in_plate", T): CONTRADICTION,
    ("no_other_matched", F): {"stop.other-face"},
    ("identity_agrees", F): set(),
    ("consent_on_record", T): set(),
    ("adult_age", F): set(),
    ("no_intimacy", T): CONTRADICTION,
    ("no_minor", F): set(),
    ("guardian_signed", T): CONTRADICTION,
    ("strike", T): set(),
    ("evaluation", T): set(),
} | {(name, T): CONTRADICTION for name in CONSENT}
OF_A_PERFORMER = {
    ("tool_alters_people", F): set(),
    ("alters_people", F): CONTRADICTION,
    ("performer_on_record", F): {"stop.stranger"} | CONTRADICTION,
    ("performer_in_plate", F): {"stop.stranger"},
    ("no_other_matched", F): {"stop.other-face"},
    ("identity_agrees", F): {"identity.settled"},
    ("consent_on_record", F): {"consent.missing", "consent.nobody-states-age"} | CONTRADICTION,
    ("adult_age", F): {"stop.age-and-intimacy"},
    ("no_intimacy", T): CONTRADICTION,
    ("no_minor", F): {"stop.minor", "stop.age-and-intimacy", "minor.legal"},
    ("guardian_signed", T): CONTRADICTION,
    ("strike", T): {"stop.strike"},
    ("evaluation", T): set(),
    ("consent_genuine", F): {"consent.genuine"},
    ("consent_for_production", F): {"consent.production"},
    ("consent_covers_tool", F): {"consent.tool"},
    ("consent_covers_shot", F): {"consent.shot"},
    ("consent_covers_age", F): {"consent.age"},
    ("consent_in_window", F): {"consent.window"},
    ("consent_not_withdrawn", F): {"consent.withdrawn"},
    ("consent_not_revoked", F): {"consent.revoked"},
}
FINALLY = {
    ("final", "evaluation", T): {"final.evaluation"},
    ("final", "alters_people", T): {"final.look", "consent.missing", "consent.nobody-states-age"} | CONTRADICTION,
    ("final", "looks_approved", T): set(),
    ("final" + ALTERING, "looks_approved", F): {"final.look"},
    ("final", "faces_untouched", F): {"final.faces"},
    ("final" + ALTERING, "evaluation", T): {"final.evaluation"},
    ("final" + ALTERING, "alters_people", F): CONTRADICTION,
    ("final" + ALTERING, "faces_untouched", T): set(),
    ("final" + ALTERING, "tool_alters_people", F): set(),
}
WRONG = (
    PLAIN
    | NOT_ON_RECORD
    | NOBODY_ON_RECORD
    | dict(_signatures())
    | THINGS
    | {(action + ALTERING, fact, value): rules for (action, fact, value), rules in THINGS.items()}
    | {(action, *wrong): rules for action in sorted(ALTERED) for wrong, rules in OF_NOBODY.items()}
    | {(action + ALTERING, *wrong): rules for action in sorted(ALTERED) for wrong, rules in OF_A_PERFORMER.items()}
    | FINALLY
)
"""(situation, fact, its other known value) -> the rules that object."""
