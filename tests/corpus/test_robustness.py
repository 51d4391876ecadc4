from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonid.corpus import Fields, read_corpus
from canonid.errors import CorpusError
from tests.corpus.reading import page, rows

PIECES = st.sampled_from(
    ["---\n", "chembl-id: ", "CHEMBL25", "null", "# ", "- **CAS:** ", "528-48-3", " · ",
     "| NCT | Status |\n|---|---|\n",
     "| NCT05177822 | Recruiting |\n", "`", "```\n", "<!--", "-->", "> ", "\r\n", "\r", "\n", "\t", "[", "{",
     "*a", "&a ", "'", '"',
     ": ", "#gap/needs-canonical-id", "\ufeff", ",", "subject,cas-number\n", "~", "😀", "\x85", "\u2028", "\x01"]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=8), max_size=30).map("".join)


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=200) | TEXTS.map(str.encode), ending=st.sampled_from([".md", ".txt", ".csv", ".tsv"]))
def test_any_file_gives_pages_or_an_error_of_ours(data: bytes, ending: str) -> None:
    """No content of a file can raise anything else."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x{ending}"
        path.write_bytes(data)
        try:
            pages = list(read_corpus([path], Path(folder), Fields()))
        except CorpusError:
            assert ending in (".csv", ".tsv")
        else:
            assert pages or ending in (".csv", ".tsv")


@settings(max_examples=200, deadline=None)
@given(TEXTS.filter(lambda text: "\0" not in text))
def test_spans_hold_what_is_claimed(text: str) -> None:
    """The span of a claim is its text in the file, or the scalar that stands for it, and its place fits."""
    for claim in page(text).claims:
        span = text[claim.start : claim.end]
        assert 0 <= claim.start <= claim.end <= len(text)
        assert claim.text is None or claim.text == span or not claim.in_body
        assert claim.place.line == 1 + text[: claim.start].replace("\r\n", "\n").replace("\r", "\n").count("\n")


LONG = 100_000
UNITS = ["· CAS: 1 ", "\n- CAS: (", "`", "`a``b", "<!--", "NCT01234567 ", "|-|\n", "| CAS | 5 |\n", "[a](", "[[a|", "(",
         "> a\n", " ", "*_", "\n", "CAS: a", "  - x\n", "|", "no a b c ", "'", '"', "- ", "? ", "{", "&a ", "a: b: c\n",
         '"a""']  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(
    "start", ["", "---\nchembl-id: ", "# T\nCAS: ", "| NCT | Status |\n|---|---|\n| NCT01234567 | "]
)
def test_long_pages_take_no_longer_than_their_length(start: str, unit: str) -> None:
    """Nothing in a page is read in quadratic time: 100 kB of anything is a matter of a moment."""
    text = start + unit * (LONG // len(unit))
    begin = time.perf_counter()
    page(text)
    assert time.perf_counter() - begin < 5


@pytest.mark.parametrize("unit", [*UNITS, 'a,"x', "a,b\n", ",", '""', ' "'])
def test_long_tables_take_no_longer_than_their_length(unit: str) -> None:
    """The same for a table."""
    text = "subject,cas-number,nct-id\n" + unit * (LONG // len(unit))
    begin = time.perf_counter()
    rows(text)
    assert time.perf_counter() - begin < 5
