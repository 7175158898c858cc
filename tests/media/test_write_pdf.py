"""The PDF holds the statement, the whole statement, and nothing that a font cannot draw."""

import hashlib
import io
import re

import pypdf
import pytest

from secondunit.media.documents import pdf, statement
from secondunit.schema import InputError

from .test_consent_statement import LANGUAGES, terms


def pages(path):
    return pypdf.PdfReader(io.BytesIO(path.read_bytes()))


def flat(text):
    return "".join(text.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_hold_the_text_its_hash_and_their_numbers(language, tmp_path):
    text = statement(terms(language=language, representative="Begoña Núñez"))
    pdf(text, tmp_path / "c.pdf", "Título c001", language)
    read = pages(tmp_path / "c.pdf")
    shown, total = [page.extract_text() for page in read.pages], len(read.pages)
    assert total in (3, 4)
    for number, page in enumerate(shown, start=1):
        assert hashlib.sha256(text.encode()).hexdigest() in flat(page)
        assert flat(f"{number} / {total}") in flat(page)
    feet = re.compile(r"SHA-256 (of this text|de este texto): [0-9a-f]{64}\s*\d+ / \d+")
    assert flat("".join(feet.sub("", page) for page in shown)) == flat(text)


def test_file_says_what_it_is(tmp_path):
    pdf(statement(terms(language="es")), tmp_path / "c.pdf", "Consentimiento de Íñigo", "es")
    read = pages(tmp_path / "c.pdf")
    assert read.metadata.title == "Consentimiento de Íñigo"
    assert read.trailer["/Root"]["/Lang"] == "es"
    assert [round(float(side)) for side in read.pages[0].mediabox[2:]] == [595, 842]
    fonts = read.pages[0]["/Resources"]["/Font"]
    ours = [f for f in fonts.values() if "Vera" in f["/BaseFont"]]
    assert len(ours) == 2
    assert all("/FontFile2" in f["/FontDescriptor"] for f in ours)


def test_same_text_same_bytes(tmp_path):
    for name in ("a.pdf", "b.pdf"):
        pdf(statement(terms()), tmp_path / name, "c001", "en")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_long_values_wrap_and_markup_is_text(tmp_path):
    """The right margin holds even for a word without blanks."""
    text = statement(terms(effect="W" * 2000, territory="<b>&amp;</b>", retention="very " * 300, scenes=("s",) * 90))
    pdf(text, tmp_path / "c.pdf", "c001", "en")
    read = pages(tmp_path / "c.pdf")
    shown = "".join(page.extract_text() for page in read.pages)
    assert flat(shown).count("W") >= 2000
    assert "<b>&amp;</b>" in shown
    longest = max(len(line) for line in shown.split("\n") if "WWW" in line)
    assert longest < 60


@pytest.mark.parametrize(
    ("title", "named"),
    [("王小明", r"Line \d+ of the text holds U\+738B \(CJK UNIFIED IDEOGRAPH-738B\)"), ("Dvořák", r"U\+0159 ")],
)
def test_letters_that_the_font_lacks_are_refused_before_anything_is_written(title, named, tmp_path):
    with pytest.raises(InputError, match=named):
        pdf(statement(terms(production_title=title)), tmp_path / "c.pdf", "c001", "en")
    with pytest.raises(InputError, match=r"The title holds U\+0641"):
        pdf(statement(terms()), tmp_path / "c.pdf", "فيروز", "en")
    assert not (tmp_path / "c.pdf").exists()


@pytest.mark.parametrize("filler", range(0, 40, 3))
def test_no_page_holds_signatures_alone(filler, tmp_path):
    """Wherever the pages break, the sentence that is signed stands above the first name."""
    many = terms(scenes=tuple(f"scene {n}" for n in range(filler + 1)), representative="B", guardian="A")
    pdf(statement(many), tmp_path / "c.pdf", "c001", "en")
    last = pages(tmp_path / "c.pdf").pages[-1].extract_text()
    assert "By signing I say" in last
    assert last.count("Date and signature") == 3
