"""Comments that waive what is found on their line, and what is said about those that cannot be read."""

from __future__ import annotations

from datetime import date

import pytest

from canonid.corpus import fields_from
from canonid.corpus.source import Source
from canonid.corpus.wiki import read_page
from canonid.model import Page
from canonid.waiver import LineWaiver

HEAD = "---\nchembl-id: CHEMBL25  # "
FOOT = "\n---\n# Aspirin\n"
WHOLE = LineWaiver(("ID303",), date(2027, 1, 1), "the label has it so", 2)


def read(text: str) -> Page:
    return read_page(Source("aspirin.md", text), "aspirin", fields_from({}))


def in_front_matter(comment: str) -> Page:
    return read(HEAD + comment + FOOT)


@pytest.mark.parametrize(
    ("comment", "waiver"),
    [
        ("canonid: ignore ID303 until 2027-01-01 — the label has it so", WHOLE),
        ("canonid: ignore ID303 until 2027-01-01 - the label has it so", WHOLE),
        ("canonid: ignore ID303 until 2027-01-01: the label has it so", WHOLE),
        ("canonid:ignore id303 until 2027-01-01 -- the label has it so", WHOLE),
        ("verified 2024  # canonid: ignore ID303 until 2027-01-01 – the label has it so", WHOLE),
        ("canonid: ignore ID303 — why", LineWaiver(("ID303",), None, "why", 2)),
        ("canonid: ignore ID303, ID305 — why", LineWaiver(("ID303", "ID305"), None, "why", 2)),
        ("canonid: ignore ID303 ID305—why", LineWaiver(("ID303", "ID305"), None, "why", 2)),
    ],
)
def test_a_comment_in_front_matter_waives(comment: str, waiver: LineWaiver) -> None:
    """Codes, a last day if there is one, and the reason behind a dash."""
    page = in_front_matter(comment)
    assert (page.ignores, page.problems) == ((waiver,), ())
    assert [claim.text for claim in page.claims] == ["CHEMBL25"]


@pytest.mark.parametrize(
    "line",
    [
        "- **ChEMBL ID:** CHEMBL25 <!-- canonid: ignore ID301 — why -->",
        "- **ChEMBL ID:** CHEMBL25 — canonid: ignore ID301 — why",
        "**ChEMBL ID:** CHEMBL25 <!--canonid: ignore ID301 — why--> and so on",
        "| ChEMBL ID | CHEMBL25 | canonid: ignore ID301 — why |",
        "1. CHEMBL25, canonid: ignore ID301 — why",
    ],
)
def test_a_comment_in_the_body_waives(line: str) -> None:
    """An HTML comment, or the end of an item of a list or a row of a table."""
    page = read(f"# Aspirin\n\n{line}\n")
    assert (page.ignores, page.problems) == ((LineWaiver(("ID301",), None, "why", 3),), ())


@pytest.mark.parametrize(
    "text",
    [
        "Write canonid: ignore ID301 — why, on the line.",
        "- Write `canonid: ignore ID301 — why` on the line.",
        "```yaml\nchembl-id: CHEMBL25  # canonid: ignore ID301 — why\n```",
        "canonid: shared",
    ],
)
def test_words_about_such_a_comment_waive_nothing(text: str) -> None:
    """Prose and code, in which somebody explains it."""
    page = read(f"# How to\n\n{text}\n")
    assert (page.ignores, page.problems) == ((), ())


def test_a_value_of_front_matter_is_no_comment() -> None:
    """Without the mark of one it is a text like any other."""
    page = read("---\nchembl-id: CHEMBL25\nnote: canonid: ignore ID301 — why\n---\n")
    assert page.ignores == ()


@pytest.mark.parametrize(
    ("comment", "complaint"),
    [
        ("canonid: ignore", "does not begin with the codes"),
        ("canonid: ignore everything — why", "does not begin with the codes"),
        ("canonid: ignore ID3033 — why", "does not begin with the codes"),
        ("canonid: ignore ID303", "gives no reason"),
        ("canonid: ignore ID303 — ", "gives no reason"),
        ("canonid: ignore ID303 — …", "gives no reason"),
        ("canonid: ignore ID303 why", "gives no reason"),
        ("canonid: ignore ID303 until 2027-02-30 — why", "ends on '2027-02-30', which is not a date"),
        ("canonid: ignore ID303 until spring — why", "ends on 'spring', which is not a date"),
        ("canonid: ignore ID303 until — why", "has no date behind until"),
        ("canonid: ignore ID303 until 2027-01-01", "gives no reason"),
    ],
)
def test_a_comment_that_cannot_be_read_is_a_problem(comment: str, complaint: str) -> None:
    """At its place, with what to write; it waives nothing."""
    page = in_front_matter(comment)
    (problem,) = page.problems
    assert page.ignores == ()
    assert complaint in problem.message
    assert "write `canonid: ignore ID303 until 2027-01-31 — reason`" in problem.message
    assert (str(problem.place), problem.field) == ("aspirin.md:2:24", "canonid: ignore")
