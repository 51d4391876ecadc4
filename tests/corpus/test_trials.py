from __future__ import annotations

import pytest

from canonid.identifiers import CLINICALTRIALS, Reference
from canonid.model import ClaimKind, Predicate
from tests.corpus.reading import claims, page


def statuses(text: str) -> list[tuple[str, str | None, str]]:
    return [
        (claim.trial.identifier, claim.text, claim.comment)
        for claim in page(text).claims
        if claim.kind is ClaimKind.TRIAL_STATUS and claim.trial
    ]


def row(status: str, heading: str = "Status") -> str:
    return f"| Trial | NCT | {heading} |\n|---|---|---|\n| A | NCT01234567 | {status} |\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [("(NCT05177822)", "NCT05177822"), ("_NCT05177822_", "NCT05177822"), ("NCT 05177822", "NCT 05177822"),
     ("https://clinicaltrials.gov/study/NCT05177822", "NCT05177822"), ("show/nct05177822", "nct05177822"),
     ("NCT0484443", "NCT0484443"), ("NCT123456789012", "NCT123456789012"), ("\ufeffNCT05177822", "NCT05177822")],
)  # fmt: skip
def test_numbers_in_prose(text: str, written: str) -> None:
    """Every way to cite a trial, malformed ones too, as written."""
    assert claims(text) == [("nct-id", written)]


@pytest.mark.parametrize(
    "text", ["NCT123", "NCT-501", "ANCT05177822", "NCT05177822a", "`NCT05177822`", "> NCT05177822", "nct0 or so"]
)
def test_what_is_no_trial(text: str) -> None:
    """Other words and examples cite nothing."""
    assert claims(text) == []


def test_one_claim_a_trial_at_its_first_place() -> None:
    """However often and however spelt a trial is cited, it is one claim."""
    text = "---\nscope: see NCT05177822\nnct-id: NCT00000001\n---\nNCT05177822 nct05177822 NCT00000002"
    read = page(text).claims
    assert [(str(claim.place), claim.text, claim.in_body) for claim in read] == [
        ("fisetin.md:2:12", "NCT05177822", False),
        ("fisetin.md:3:9", "NCT00000001", False),
        ("fisetin.md:5:25", "NCT00000002", True),
    ]


def test_trial_claims_are_related() -> None:
    """A cited trial does not identify the subject."""
    (claim,) = page("NCT05177822").claims
    assert (claim.kind, claim.predicate) == (ClaimKind.TRIAL, Predicate.RELATED)


def test_malformed_value_of_the_key() -> None:
    """What stands under the key is meant as a trial."""
    assert claims("---\nnct-id: NCT123\n---\n") == [("nct-id", "NCT123")]


def test_null_trial_is_no_claim() -> None:
    """That a study has no number is nothing that a registry could confirm."""
    assert claims("---\nnct-id: null\n---\n") == []


@pytest.mark.parametrize(
    ("cell", "words", "remark"),
    [
        ("Recruiting", "Recruiting", ""),
        ("Active, not recruiting", "Active, not recruiting", ""),
        ("ACTIVE_NOT_RECRUITING", "ACTIVE_NOT_RECRUITING", ""),
        ("Active (not recruiting)", "Active (not recruiting)", ""),
        ("**Suspended** (no reason posted)", "Suspended", "(no reason posted)"),
        ("**COMPLETED** [^a]", "COMPLETED", "[^a]"),
        ("Not yet recruiting", "Not yet recruiting", ""),
        ("Enrolling by invitation", "Enrolling by invitation", ""),
        ("Unknown status", "Unknown status", ""),
        ("UNKNOWN", "UNKNOWN", ""),
        ("[Withdrawn](https://x)", "Withdrawn", "(https://x)"),
        ("Terminated as of 2024", "Terminated", "as of 2024"),
        ("Completed 2023", "Completed", "2023"),
        ("Completed; published", "Completed", "; published"),
    ],
)
def test_status_wordings(cell: str, words: str, remark: str) -> None:
    """The registry's status in the words of a curator, apart from the remark."""
    assert statuses(row(cell)) == [("NCT01234567", words, remark)]


@pytest.mark.parametrize(
    "cell",
    ["Phase 2 completed", "Completed enrolment", "Active", "Unknown", "Published 2025", "", "yes", "recruiting-like"],
)
def test_what_is_no_status(cell: str) -> None:
    """Other news of a trial is not the registry's status."""
    assert statuses(row(cell)) == []


@pytest.mark.parametrize("cell", ["RECRUITING", "Suspended (since May)"])
def test_status_without_a_status_column(cell: str) -> None:
    """Elsewhere a cell must be a status and nothing else."""
    assert len(statuses(row(cell, "Notes"))) == 1


def test_remarks_elsewhere_are_no_status() -> None:
    """ "Completed 2023" outside a status column may speak of anything."""
    assert statuses(row("Completed 2023", "Notes")) == []


def test_status_column_wins() -> None:
    """With a status column no other cell is looked at."""
    text = "| NCT | Enrolment | Trial status |\n|--|--|--|\n| NCT01234567 | Completed | Recruiting |\n"
    assert statuses(text) == [("NCT01234567", "Recruiting", "")]


@pytest.mark.parametrize("heading", ["Regulatory status", "FDA status", "Evidence status (2026)"])
def test_status_of_something_else(heading: str) -> None:
    """A drug is withdrawn in other ways than a trial."""
    assert statuses(row("Withdrawn", heading)) == []


@pytest.mark.parametrize("heading", ["Status", "Clinical status", "Current trial status", "Status (May)"])
def test_status_of_the_trial(heading: str) -> None:
    """The headings of real wikis."""
    assert statuses(row("Withdrawn", heading)) == [("NCT01234567", "Withdrawn", "")]


def test_row_with_several_trials() -> None:
    """Only the column for trials says whose status it is."""
    head = "| NCT ID | Follows | Status |\n|--|--|--|\n"
    assert statuses(head + "| NCT01234567 | NCT00000001 | Completed |\n") == [("NCT01234567", "Completed", "")]


def test_row_with_an_undecidable_trial() -> None:
    """A status that may be of either trial is of none."""
    head = "| NCT ID | Status |\n|--|--|\n"
    assert statuses(head + "| NCT01234567, NCT00000001 | Completed |\n") == []


def test_status_claim() -> None:
    """A status claim names its trial and has the place of the words."""
    text = row("**Recruiting**")
    claim = page(text).claims[-1]
    assert claim.trial == Reference(CLINICALTRIALS, "NCT01234567")
    assert (str(claim.place), text[claim.start : claim.end]) == ("fisetin.md:3:23", "Recruiting")


def listed(text: str) -> list[str | None]:
    return [claim.text for claim in page(text).claims if claim.is_listed]


ITEM = "- **NCT00000001** (RUBI) — osteoporosis\n"
ROW = "| NCT ID | What |\n|---|---|\n| NCT00000001 | osteoporosis |\n"


@pytest.mark.parametrize("entry", [ITEM, "1. [NCT00000001](https://x): bones\n", ROW])
@pytest.mark.parametrize("heading", ["Clinical trials", "Active trials (2026)", "Trial status"])
def test_trials_that_the_page_lists(heading: str, entry: str) -> None:
    """Items that begin with a number, and rows of a table of numbers, under a heading for trials."""
    assert listed(f"# A\n\nFirst NCT00000001.\n\n## {heading}\n\n{entry}") == ["NCT00000001"]


@pytest.mark.parametrize(
    "text",
    [
        "## Clinical trials\n\nThe trial NCT00000001 and the\n- trial NCT00000001\n",
        f"## Other trials\n\n{ITEM}{ROW}",
        f"## Evidence\n\n{ITEM}{ROW}",
        f"{ITEM}\n## Clinical trials\n",
        "## Clinical trials\n\n| Drug | Study |\n|---|---|\n| other | NCT00000001 |\n",
        "## Clinical trials\n\n| NCT | Study |\n|---|---|\n| NCT00000001, NCT00000002 | two |\n",
        "---\nnct-id: NCT00000001\n---\n## Clinical trials\n",
    ],
)
def test_trials_that_the_page_only_cites(text: str) -> None:
    """Prose, lists of other trials, and tables of something else."""
    assert listed(text) == []
