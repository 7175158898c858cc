"""What may be allowed, said again in plain Python: without the packs, without the gate. Facts are plain mappings."""

from secondunit.schema import Question, Role, Tri

T, F, U = Tri.TRUE, Tri.FALSE, Tri.UNKNOWN
ARTIST, SUPERVISOR, DIRECTOR, LEGAL = Role.ARTIST, Role.SUPERVISOR, Role.DIRECTOR, Role.LEGAL
ALL = frozenset(Role)
LEADS, DECIDERS = {SUPERVISOR, DIRECTOR}, {SUPERVISOR, DIRECTOR, LEGAL}
REVIEWERS = DECIDERS | {Role.PERFORMER}
MAKERS, CREATIVES = {ARTIST, SUPERVISOR}, {ARTIST, SUPERVISOR, DIRECTOR}
MAY = {
    "init": ALL,
    "person": {SUPERVISOR, LEGAL},
    "ingest": MAKERS,
    "admit-plate": MAKERS,
    "brief": CREATIVES,
    "make": MAKERS,
    "admit": MAKERS,
    "note": ALL,
    "status": CREATIVES,
    "final": LEADS,
    "approve": REVIEWERS,
    "reject": REVIEWERS,
    "key": ALL,
    "answer": ALL,
    "identify": DECIDERS,
    "consent": {LEGAL},
    "withdraw": ALL,
    "lift": {LEGAL},
    "revocations": ALL,
    "release": {LEGAL, SUPERVISOR},
    "policy": {LEGAL, SUPERVISOR},
    "policy-review": {LEGAL},
    "switch": {LEGAL},
    "enrol": {LEGAL},
    "erase": ALL,
    "look": CREATIVES,
}
ROLELESS = {"init", "note", "key", "withdraw", "revocations", "erase"}
"""What turns on who one is or what one brings, not on a role."""
CONSENT = (
    "consent_genuine",
    "consent_for_production",
    "consent_covers_tool",
    "consent_covers_shot",
    "consent_covers_age",
    "consent_in_window",
    "consent_not_withdrawn",
    "consent_not_revoked",
)


def right(action, facts):
    """Whether an action may be allowed."""
    if U in facts.values() or not _who(action, facts):
        return False
    return RIGHT[action](facts)


def _who(action, facts):
    roles = set(facts["roles"])
    if action == "init":
        return not roles and facts["actor_on_record"] is F
    once = len(roles) == len(facts["roles"])
    return once and facts["actor_on_record"] is T and (action in ROLELESS or bool(roles & MAY[action]))


def all_true(*names):
    """A judge that asks for nothing but these facts."""
    return lambda facts: all(facts[name] is T for name in names)


# ---- people who are altered, what belongs to others


def _look(facts, approved):
    """A look holds and nobody rejects it; no approval is of one that does not hold."""
    given = facts["look_holds"] is T and facts["look_not_rejected"] is T
    return given and (facts["look_approved"] is T or not approved)


def _use(facts):
    nobody_else = facts["no_other_matched"] is T and _look(facts, approved=False)
    return nobody_else and _people_in_harmony(facts) and (facts["alters_people"] is F or _people(facts))


def _people_in_harmony(facts):
    consent = facts["consent_on_record"] is T or all(facts[name] is F for name in CONSENT)
    person = facts["performer_on_record"] is T or facts["performer_in_plate"] is F
    tool = facts["alters_people"] is T or facts["tool_alters_people"] is F
    scene = facts["no_intimacy"] is F or Question.NO_INTIMACY in facts["answers"]
    age = facts["no_minor"] is F or facts["guardian_signed"] is F
    return consent and person and tool and scene and age


def _people(facts):
    if facts["identity_agrees"] is F and Question.IDENTITY_SETTLED not in facts["answers"]:
        return False
    known = facts["performer_on_record"] is T and facts["performer_in_plate"] is T
    by_chance = facts["tool_alters_people"] is F  # a face that dust covers may be anybody's
    return (known or by_chance) and facts["strike"] is F and _young(facts) and _agreed(facts)


def _young(facts):
    minor = facts["no_minor"] is F
    if minor and not (facts["guardian_signed"] is T and LEGAL in facts["approvals"]):
        return False
    looks_young = facts["adult_age"] is F
    return facts["no_intimacy"] is T or not (minor or looks_young)


def _agreed(facts):
    """A consent that is there must hold in everything, even where none would be needed.

    Without one nobody has stated an age: a trial needs legal beside the switch.
    """
    if facts["consent_on_record"] is T:
        return all(facts[name] is T for name in CONSENT)
    customary = facts["tool_alters_people"] is F and Question.CUSTOMARY in facts["answers"]
    return customary or (facts["evaluation"] is T and LEGAL in facts["approvals"])


def _released(facts):
    return not facts["releases_missing"] or LEGAL in facts["approvals"]


def _make(facts):
    there = ("plate_on_record", "plate_intact", "brief_on_record", "brief_intact", "tool_declared")
    released = facts["for_final"] is F or (_released(facts) and _look(facts, approved=True))
    return all_true(*there)(facts) and not facts["rejections"] and released and _use(facts)


def _admit(facts):
    whole = ("clearance_open", "plate_intact", "brief_intact", "files_present", "nothing_else")
    said = ("tool_complete", "tool_finite", "hull_untouched", "looked_right", "looked_finite")
    return all_true(*whole, *said)(facts) and not facts["rejections"] and _use(facts)


def _final(facts):
    ready = all_true("version_on_record", "version_intact", "packs_reviewed")(facts) and not facts["rejections"]
    for_real = facts["evaluation"] is F and facts["made_in_evaluation"] is F
    said = _signed(facts) or _keyless(facts)
    ready = ready and _look(facts, approved=True)
    return said and ready and for_real and SUPERVISOR in facts["approvals"] and _released(facts) and _faces(facts)


def _faces(facts):
    found = facts["alters_people"] is T and facts["tool_alters_people"] is F
    if found and facts["faces_untouched"] is T:
        return False  # looking cannot have found both
    answers = {Question.NOBODY_RECOGNISABLE, Question.CUSTOMARY} & set(facts["answers"])
    agreed = facts["consent_on_record"] is T and facts["performer_in_plate"] is T
    settled = facts["tool_alters_people"] is T or facts["faces_untouched"] is T or bool(answers) or agreed
    look = facts["alters_people"] is F or facts["looks_approved"] is T
    return settled and look and _use(facts)


# ---- words


def _signed(facts):
    return all_true("signature_good", "signature_given", "has_key")(facts)


def _keyless(facts):
    return facts["has_key"] is F and facts["signature_given"] is F and facts["signature_good"] is F


def _word(*names, keyless=False, roles=ALL):
    """A judge of a signed word in a role that the actor holds; keyless: people without a key may say it unsigned."""

    def judge(facts):
        signed = _signed(facts) or (keyless and _keyless(facts))
        own = facts["acts_as"] in set(facts["roles"]) & set(roles)
        return signed and own and all_true("subject_on_record", *names)(facts)

    return judge


def _consent(facts):
    evidence = (facts["terms_signed"] is T) != (facts["wet_ink"] is T)
    terms = _word("performers_on_record", "for_production", "text_shown", "category_by_legal")
    return evidence and terms(facts)


def _withdraw(facts):
    cares = DECIDERS - {DIRECTOR} | {Role.PERFORMER, Role.REPRESENTATIVE, Role.GUARDIAN}
    return bool(facts["is_party"] is T or cares & set(facts["roles"])) and _word(keyless=True)(facts)


def _enrol(facts):
    asked = _word("release_given", "destruction_set", roles={LEGAL})
    return facts["enrolled"] is F and asked(facts)


def _erase(facts):
    return (facts["is_self"] is T or LEGAL in facts["roles"]) and _word()(facts)


def _key(facts):
    mine = facts["is_self"] is T or LEGAL in facts["roles"]
    return mine and _signed(facts) and all_true("person_on_record", "key_is_public", "key_unshared")(facts)


def _policy(facts):
    looser = facts["packs_kept"] is F
    return facts["packs_usable"] is T and _signed(facts) and not (looser and LEGAL not in facts["roles"])


def _status(facts):
    said = _signed(facts) or _keyless(facts)
    return said and facts["version_on_record"] is T and (facts["version_final"] is F or SUPERVISOR in facts["roles"])


def _person(facts):
    said = _signed(facts) or _keyless(facts)
    key = facts["key_is_public"] is T and facts["key_replaces"] is F and facts["key_unshared"] is T
    return said and key and facts["is_self"] is F and facts["legal_by_legal"] is T


RIGHT = {
    "init": all_true("folder_free"),
    "person": _person,
    "ingest": all_true(),
    "admit-plate": all_true("clearance_open", "frames_present", "nothing_else"),
    "brief": all_true(),
    "make": _make,
    "admit": _admit,
    "note": all_true("version_on_record"),
    "status": _status,
    "final": _final,
    "approve": _word("subject_intact", keyless=True, roles=REVIEWERS),
    "reject": _word(keyless=True, roles=REVIEWERS),
    "key": _key,
    "answer": _word("asked_of_role"),
    "identify": _word("performers_on_record"),
    "consent": _consent,
    "withdraw": _withdraw,
    "lift": _word("withdrawn"),
    "revocations": all_true("list_genuine", "list_newer", "list_fresh"),
    "release": _signed,
    "policy": _policy,
    "policy-review": _word(),
    "switch": _signed,
    "enrol": _enrol,
    "erase": _erase,
    "look": lambda facts: (
        (_signed(facts) or _keyless(facts)) and all_true("performer_on_record", "one_performer")(facts)
    ),
}
