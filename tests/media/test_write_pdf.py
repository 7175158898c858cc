"""The PDF holds the statement, the whole statement, and nothing that a font cannot draw."""

import hashlib
import io
import os
import re
import subprocess
import sys

import pypdf
import pytest

from secondunit.media.documents import pdf, statement
from secondunit.schema import InputError

from .test_consent_statement import LANGUAGES, terms

FOOT = 60
"""Points above a page's lower edge below which only the footer stands."""


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


def test_same_text_same_bytes_in_any_process(tmp_path):
    pdf(statement(terms()), tmp_path / "a.pdf", "c001", "en")
    (tmp_path / "text").write_bytes(statement(terms()).encode())
    program = (
        "import sys; from pathlib import Path; from secondunit.media.documents import pdf; "
        "pdf(Path(sys.argv[1]).read_bytes().decode(), Path(sys.argv[2]), 'c001', 'en')"
    )
    for seed in ("1", "2"):
        command = [sys.executable, "-c", program, tmp_path / "text", tmp_path / "b.pdf"]
        subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": seed, "TZ": f"UTC+{seed}"})
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


def lowest(page):
    """Points from the page's lower edge to the last line above the footer, and that line."""
    found = []

    def visit(text, outer, inner, *_):
        if text.strip():
            found.append((inner[5] * outer[3] + outer[5], text.strip().split("\n")[-1]))

    page.extract_text(visitor_text=visit)
    return min(at for at in found if at[0] > FOOT)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("words", [*range(0, 400, 40)])
def test_no_heading_stands_alone_at_the_foot_of_a_page_and_no_page_is_left_half_blank(language, words, tmp_path):
    """A blank is where somebody can add a line after it was signed."""
    shots, scenes = tuple(f"AGM_{n:03}_0010_of_the_ferry_at_night" for n in range(30)), ("12, on the ferry",) * 8
    long = {"effect": "word " * words + "end", "shots": shots, "scenes": scenes, "retention": "kept " * words + "end"}
    pdf(statement(terms(language=language, guardian="A", **long)), tmp_path / "c.pdf", "c001", language)
    feet = [lowest(page) for page in pages(tmp_path / "c.pdf").pages]
    assert not any(re.match(r"\d+\. ", line) for _, line in feet)
    assert all(height < 220 for height, _ in feet[:-2])


def test_underscores_in_a_value_make_no_line_to_sign_on(tmp_path):
    """Only the template's own lines are set, and kept together, as signatures."""
    made = [statement(terms(scenes=("one", f"Date and signature{sign} ______"))) for sign in (":", ".")]
    for name, text in zip("ab", made, strict=True):
        pdf(text, tmp_path / f"{name}.pdf", "c001", "en")
    a, b = ([len(page.extract_text()) for page in pages(tmp_path / f"{name}.pdf").pages] for name in "ab")
    assert a == b
    assert len(a) == 3
