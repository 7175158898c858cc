"""The statement says everything that the terms hold, and nothing filled in can pass for the contract's words."""

import hashlib
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondunit.media.documents.letters import one_line
from secondunit.media.documents.statement import TERMS, default_template, statement
from secondunit.media.documents.words import WORDS
from secondunit.schema import FieldFault, InputError
from secondunit.schema.consent import Category, ConsentTerms, RevocationPlace

LANGUAGES = ("en", "es")
PLAIN = {
    "id": "c001",
    "production": "0123456789abcdef" * 4,
    "production_title": "The Long Winter",
    "performer": "Íñigo Peña",
    "category": Category.ALTERATION,
    "category_by": "Lüders & Co.",
    "tools": ("age",),
    "effect": "ten years younger in the flashback",
    "shots": ("AGM_010", "AGM_020", "AGM_030"),
    "script_revision": "blue pages",
    "media": ("cinema",),
    "territory": "worldwide",
    "create_from": "2026-03-01",
    "create_until": "2026-09-30",
    "compensation": "R-017",
    "notice_on": "2026-02-20",
    "retention": "encrypted, on site",
    "destroy_by": "2027-03-31",
}
FREE = [name for name, term in TERMS.items() if term.free and name != "revocation_issuer"]
LISTS = ("tools", "scenes", "media", "sequels")
NAMES = ("performer", "category_by", "representative", "guardian")


def terms(**changes):
    return ConsentTerms(**{**PLAIN, **changes})


def lines(given_terms, template=None):
    return statement(given_terms, template).split("\n")


def filled(given_terms):
    """label -> what stands after it, of every filled-in line."""
    return [line[2:].split(": ", 1) for line in lines(given_terms) if line.startswith("•")]


def is_fit(text):
    seen = unicodedata.normalize("NFC", text)
    bad_kinds = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Mn", "Mc", "Me"}
    if not one_line(text) or set("•\u115f\u1160\u2800\u3164\uffa0\ufffc\ufffd/\\") & set(seen):
        return False
    if any(unicodedata.bidirectional(c) in {"R", "AL", "AN"} for c in seen):
        return False
    return not any(unicodedata.category(c) in bad_kinds for c in seen)


letters = st.characters(exclude_categories=["C", "M", "Zl", "Zp"]).filter(lambda c: is_fit(f"a{c}"))
words = st.text(letters, min_size=1, max_size=16).filter(is_fit)
many = st.lists(words, min_size=1, max_size=3).map(tuple)
some = st.lists(words, max_size=3).map(tuple)
days = st.dates().map(str)
shots = st.lists(st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9_-]{0,20}\Z"), min_size=1, max_size=4).map(tuple)


@st.composite
def all_terms(draw):
    create = sorted([draw(days), draw(days)])
    minor = draw(st.booleans())
    texts = {n: draw(words) for n in FREE if n not in (*LISTS, "training", "body_double", "representative", "guardian")}
    others = words.filter(lambda name: name.strip() != texts["performer"].strip())
    return ConsentTerms(
        **texts,
        id=draw(st.from_regex(r"\Ac[0-9]{3,9}\Z")),
        production=draw(st.from_regex(r"\A[0-9a-f]{64}\Z")),
        category=draw(st.sampled_from(Category)),
        tools=draw(many),
        media=draw(many),
        scenes=draw(some),
        sequels=draw(some),
        shots=draw(shots),
        ages=draw(st.none() | st.tuples(st.integers(0, 60), st.integers(60, 120))),
        create_from=create[0],
        create_until=create[1],
        exploit_until=draw(st.none() | st.just(create[1])),
        notice_on=draw(days),
        destroy_by=draw(days),
        training=draw(st.just("") | words),
        body_double=draw(st.just("") | words),
        look_approval=draw(st.booleans()),
        intimacy=not minor and draw(st.booleans()),
        minor=minor,
        representative=draw(st.none() | others),
        guardian=draw(others if minor else st.none() | others),
        revocation=draw(st.none() | st.builds(RevocationPlace, issuer=words, index=st.integers(0, 999_999))),
        language=draw(st.sampled_from(LANGUAGES)),
    )


@given(all_terms())
@settings(max_examples=40, deadline=None)
def test_every_value_is_said(given_terms):
    said = filled(given_terms)
    ends = [value for _, value in said]
    language = WORDS[given_terms.language]
    for name in FREE:
        value = getattr(given_terms, name)
        for text in (value,) if isinstance(value, str) else value or ():
            shown = language.tool(one_line(text)) if name == "tools" else one_line(text)
            assert not text or shown in ends, name
    for day in ("create_from", "create_until", "exploit_until", "notice_on", "destroy_by"):
        value = getattr(given_terms, day)
        assert value is None or any(language.date(value) in end for end in ends), day
    for shot in given_terms.shots:
        assert any(shot in end for end in ends)
    for value in (given_terms.id, given_terms.production[:12], language.kinds[given_terms.category][0]):
        assert value in ends
    assert language.kinds[given_terms.category][1] in lines(given_terms)
    assert given_terms.ages is None or language.aged(*given_terms.ages) in ends
    place = given_terms.revocation
    assert place is None or {str(place.index), one_line(place.issuer)} <= set(ends)


def test_every_field_of_the_terms_is_a_term_of_the_template():
    """A field that is added to the record must be said, or left out on purpose here."""
    said_otherwise = {"revocation": {"revocation_index", "revocation_issuer"}, "text_sha256": set()}
    named = set().union(*(said_otherwise.get(name, {name}) for name in ConsentTerms.model_fields))
    assert named | {"category_meaning"} == set(TERMS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("training", "these takes"),
        ("sequels", ("Part two",)),
        ("scenes", ("12A",)),
        ("ages", (25, 32)),
        ("exploit_until", "2030-01-01"),
        ("body_double", "Juan"),
        ("representative", "Begoña"),
        ("guardian", "Ana"),
        ("look_approval", True),
        ("intimacy", True),
        ("revocation", RevocationPlace(issuer="key", index=3)),
    ],
)
def test_absence_is_said_too(language, field, value):
    """Both ways the text has words of its own."""
    without, with_it = set(lines(terms(language=language))), set(lines(terms(language=language, **{field: value})))
    assert without - with_it
    assert with_it - without


def test_training_is_excluded_unless_named():
    assert "Training is not allowed." in statement(terms())
    assert "No se permite el entrenamiento." in statement(terms(language="es"))
    assert "Training is not allowed." not in statement(terms(training="these takes"))


def test_dates_and_lists_are_written_as_in_the_language():
    english, spanish = statement(terms()), statement(terms(language="es"))
    assert "from 1 March 2026 to 30 September 2026" in english
    assert "desde el 1 de marzo de 2026 hasta el 30 de septiembre de 2026" in spanish
    assert "AGM_010, AGM_020 and AGM_030" in english
    assert "AGM_010, AGM_020 y AGM_030" in spanish


def test_same_terms_same_bytes_whatever_hash_they_hold():
    text = statement(terms())
    hashed = terms(text_sha256=hashlib.sha256(text.encode()).hexdigest())
    assert statement(hashed) == text == statement(terms())
    assert text.endswith("\n")
    assert "\n\n\n" not in text


@given(
    st.sampled_from(FREE), st.sampled_from(["{performer}", "$performer ${id}", "{{x}}", "[if training]", "<b>&amp;"])
)
@settings(deadline=None)
def test_syntax_in_a_value_is_printed_as_it_is(field, trick):
    value = (trick,) if field in LISTS else trick
    assert trick in [value for _, value in filled(terms(**{field: value}))]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("field", [name for name in FREE if name not in NAMES])
@pytest.mark.parametrize(
    "trick", ["a\n\n6. Training\nAll training is allowed.", "a\n• Territory: Mars", "\tb\n[end]\n# c"]
)
def test_line_breaks_forge_nothing(language, field, trick):
    """Every line of the text is the template's own, or ends in the whole value."""
    value = (trick,) if field in LISTS else trick
    if "•" in trick:
        with pytest.raises(FieldFault, match=rf"{field}.*marks the filled-in lines"):
            statement(terms(language=language, **{field: value}))
        return
    plain = (one_line(trick),) if field in LISTS else one_line(trick)
    text = statement(terms(language=language, **{field: value}))
    assert text == statement(terms(language=language, **{field: plain}))
    assert [line for line in text.split("\n") if " / " in line] == [
        line for line in text.split("\n") if line.startswith("•") and line.endswith(f": {one_line(trick)}")
    ]


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ("a\u202eb", "U+202E (RIGHT-TO-LEFT OVERRIDE)"),
        ("a\u200fb", "U+200F (RIGHT-TO-LEFT MARK)"),
        ("a\u2066b", "U+2066"),
        ("a\u200bb", "U+200B (ZERO WIDTH SPACE)"),
        ("no\u00adtice", "U+00AD (SOFT HYPHEN)"),
        ("a\u2028b", "U+2028 (LINE SEPARATOR)"),
        ("a\x85b", "U+0085"),
        ("a\u3164b", "U+3164 (HANGUL FILLER)"),
        ("n\u0336o\u0336t\u0336", "U+0336 (COMBINING LONG STROKE OVERLAY)"),
        ("\u0301a", "U+0301 (COMBINING ACUTE ACCENT), a mark on no letter"),
        ("a \u0301", "a mark on no letter"),
        ("q" + "\u0301" * 4, "or one too many"),
        ("a\ufe0fb", "U+FE0F (VARIATION SELECTOR-16), which cannot be seen"),
        ("a\U000e0141b", "U+E0141 (VARIATION SELECTOR-82), which cannot be seen"),
        ("a\u034fb", "U+034F (COMBINING GRAPHEME JOINER), which cannot be seen"),
        ("a\u20ddb", "U+20DD (COMBINING ENCLOSING CIRCLE), a mark that would draw over"),
        ("فيروز", "U+0641 (ARABIC LETTER FEH), which is written from right to left"),
        ("\u3000 \u00a0", "nothing but blanks"),
    ],
)
@pytest.mark.parametrize("field", FREE)
def test_what_cannot_be_shown_faithfully_is_refused(field, bad, named):
    value = (bad,) if field in LISTS else bad
    if field in NAMES and not bad.strip():
        bad = value = "\u3164"
        named = "nothing" if not one_line(bad) else "U+3164"
    given = terms().model_copy(update={field: value})  # past the record's own check, which refuses most of these too
    with pytest.raises(FieldFault) as fault:
        statement(given)
    assert fault.value.field == field
    assert named in str(fault.value)
    assert str(fault.value).isprintable()


def test_the_key_of_the_list_is_checked_too():
    place = RevocationPlace(issuer="a", index=1).model_copy(update={"issuer": "a\u202eb"})
    with pytest.raises(FieldFault, match=r"^revocation\.issuer = "):
        statement(terms(revocation=place))


def test_other_scripts_from_left_to_right_stand():
    for name in ("王小明", "Антон Чехов", "Dvořák", "Iñigo".replace("ñ", "n\u0303")):
        assert ["You, the performer", unicodedata.normalize("NFC", name)] in filled(terms(performer=name))


def test_a_minor_needs_a_guardian_and_days_must_exist():
    with pytest.raises(FieldFault, match="guardian: Íñigo Peña is under 18; name the parent or guardian"):
        statement(terms(minor=True))
    assert "Parent or guardian: Ana" in statement(terms(minor=True, guardian="Ana"))
    with pytest.raises(FieldFault, match="intimacy = True: Íñigo Peña is under 18; there is no statement for that"):
        statement(terms(minor=True, guardian="Ana", intimacy=True))
    with pytest.raises(FieldFault, match="destroy_by = '2027-02-30': the calendar has no such day"):
        statement(terms(destroy_by="2027-02-30"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(TERMS))
def test_template_without_a_term_is_refused(language, name):
    cut = without(default_template(language), name)
    with pytest.raises(InputError, match=re.escape(name)):
        statement(terms(language=language), cut)


def without(template, name):
    """The template as if somebody had forgotten the term, and nothing else."""
    if TERMS[name].flag:
        return template.replace(f"[if {name}]", "[if scenes]\n• Scene: {scenes}")
    kept = [line for line in template.split("\n") if not (TERMS[name].free and f"{{{name}}}" in line)]
    return "\n".join(kept).replace(f"{{{name}}}", "{id}" if name != "id" else "{language}")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("{territory}", "{teritory}", r"names \{teritory\}, which is no term of a consent; known are .*territory"),
        ("{territory}", "{minor}", r"names \{minor\}, which is no term"),
        ("[if minor]", "[if miner]", r"\[if miner\] is unknown; known are "),
        ("Training is not allowed. No computer model", "{", "holds a brace that belongs to no term"),
        ("You are 18 or older.", "", "leaves out what holds without minor"),
        ("[else]\nYou are 18", "You are 18", "leaves out what holds without minor"),
        ("[end]\nNothing else", "Nothing else", r"\[if scenes\]', is out of place"),
        ("[if minor]", "[when minor]", r"write \[if a_term\], \[else\] or \[end\]"),
        ("[if minor]", "[end]", "is out of place"),
        ("• Territory: {territory}", "You may be shown in {territory}", "holds free words"),
        ("• Territory: {territory}", "• Territory: {territory} for now", "holds free words"),
        ("• Territory: {territory}", "• {territory}", r"line of its own, • Label: \{territory\}"),
        ("A shot that", "• A shot: that", r"write • Label: \{term\}"),
        ("You can say no.", "Training: {training}", r"\{training\} (holds free words|is not always there)"),
        ("You can say no.", "Ages: {ages}", r"\{ages\} is not always there: put it below \[if ages\]"),
        ("You can say no.", "a\u202eb", r"holds U\+202E"),
    ],
)
def test_template_faults_are_named(old, new, sentence):
    template = default_template("en")
    assert old in template
    with pytest.raises(InputError, match=sentence):
        statement(terms(), template.replace(old, new, 1))


def test_template_left_open_is_refused():
    with pytest.raises(InputError, match=r"\[if minor\], has no \[end\]"):
        statement(terms(), default_template("en") + "[if minor]\nYou are young.\n")


def test_own_template_is_used_with_any_line_ends():
    own = default_template("en").replace("You can say no.", "Take your time.")
    text = statement(terms(), "\ufeff" + own.replace("\n", "\r\n"))
    assert "Take your time." in text
    assert text == statement(terms(), own)
    assert "\r" not in text


def test_both_templates_have_the_same_bones():
    """The languages differ in words only: sections, terms and choices come in the same order."""
    bones = [re.findall(r"\{[a-z_]+\}|\[[a-z_ ]+\]|^\d+\.", default_template(x), re.M) for x in LANGUAGES]
    assert bones[0] == bones[1]


def test_unknown_language_is_refused():
    with pytest.raises(FieldFault, match="language = 'fr': give one of en, es"):
        default_template("fr")
