"""Statuses in sentences: read where they can only be meant so, left alone elsewhere."""

from __future__ import annotations

import pytest

from canonid.corpus.prose import stated_statuses
from canonid.model import ClaimKind
from tests.corpus.reading import page


def stated(text: str) -> list[tuple[str, str]]:
    return [(item.trial.identifier, item.text) for item in stated_statuses(text, 0)]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("The VA-ART4 trial (NCT05177822) is currently **active, not recruiting** — larger.", "active, not recruiting"),
        ("A head-to-head trial (NCT05177822, recruiting), and others.", "recruiting"),
        ("In tumours (NCT05177822; status: recruiting as of 2025). Unlike it, …", "recruiting"),
        ("Phase 3 (NCT05177822, n=293, active but not recruiting as of 2026-06-14).", "active but not recruiting"),
        ("### HERA Phase 2b (NCT05177822 — completed, full publication pending)", "completed"),
        ("- **Phase 3:** NCT05177822 — completed; the rare form", "completed"),
        ("The trial NCT05177822 RECRUITING.", "RECRUITING"),
        ("The NCT05177822 cardiovascular trial (RECRUITING 2026)", "RECRUITING"),
        ("NCT05177822 is now suspended", "suspended"),
        ("NCT05177822: not yet recruiting.", "not yet recruiting"),
        ("NCT05177822 status confirmed COMPLETED per the registry", "COMPLETED"),
        ("Trial NCT05177822 is active (not recruiting).", "active (not recruiting)"),
        ("In CLL (NCT05177822, active, not recruiting)", "active, not recruiting"),
    ],
)  # fmt: skip
def test_statuses_of_one_trial(text: str, status: str) -> None:
    """In the words of the sentence, whatever else stands behind them."""
    assert stated(text) == [("NCT05177822", status)]


@pytest.mark.parametrize(
    "text",
    [
        "The trial (NCT05177822) was recruiting in 2020.",
        "NCT05177822 will be completed in 2027.",
        "NCT05177822 (phase 2 completed).",
        "NCT05177822 is no longer recruiting.",
        "NCT05177822 is not recruiting.",
        "NCT05177822 is completed in 2027",
        "NCT05177822 completed enrolment.",
        "NCT05177822 completed 2024 (30 participants)",
        "Prospective NCT05177822 began recruiting April 2026.",
        "NCT05177822 (expected: completed)",
        "NCT05177822, changed from recruiting",
        "NCT05177822: recruiting → completed",
        "NCT05177822: recruiting, then completed",
        "NCT05177822 is recruiting; enrolment is closed",
        "A single recruiting trial, NCT05177822, was found.",
        "Trials recruiting: NCT05177822.",
        "NCT05177822 and NCT06033586 are recruiting.",
        "NCT05177822, NCT06033586 (both recruiting)",
        "NCT05177822 — ongoing",
        "NCT05177822 is a trial of a drug of another class in people with another disease altogether; recruiting",
        "NCT05177822 recruiting status unknown",
        "[^ji2026]: the trial NCT05177822, recruiting",
        "| NCT05177822 | is recruiting |",
        "a | NCT05177822, recruiting | b",
        "Nothing is recruiting.",
        "NCT051778, recruiting",
    ],
)
def test_what_states_no_status(text: str) -> None:
    """Past and future, parts of a trial, two trials, other words for its course: a guess would be an alarm."""
    assert stated(text) == []


def test_each_clause_of_a_sentence_may_have_its_own_trial() -> None:
    """Semicolons and brackets keep the trials of a sentence apart."""
    text = "NCT00000001 (laser) is COMPLETED; NCT00000002 (serum) is RECRUITING."
    brackets = "Early (NCT00000001, recruiting) and late (NCT00000002, completed) ones."

    assert stated(text) == [("NCT00000001", "COMPLETED"), ("NCT00000002", "RECRUITING")]
    assert stated(brackets) == [("NCT00000001", "recruiting"), ("NCT00000002", "completed")]


def test_a_list_item_that_begins_with_a_trial_is_about_it() -> None:
    """However long its title; elsewhere the words must stand close to the number."""
    title = "optimised use of a monoclonal antibody in postmenopausal osteoporosis; Phase 4; RECRUITING"

    assert stated(f"- **NCT00000001** — {title}\n") == [("NCT00000001", "RECRUITING")]
    assert stated(f"As to NCT00000001 — {title}\n") == []


def test_sentences_end_where_they_end() -> None:
    """The status of the next sentence is not that of the trial before it."""
    assert stated("See NCT00000001. Recruiting is slow.") == []
    assert stated("See Doe et al. NCT00000001, recruiting. Then NCT00000002, completed.") == [
        ("NCT00000001", "recruiting"),
        ("NCT00000002", "completed"),
    ]


def test_a_stated_status_is_a_claim_in_the_body() -> None:
    """With the trial, the place of the words and what follows them; code and quotations claim nothing."""
    text = "---\nnct-id: NCT00000001\n---\n> NCT00000001, recruiting\n\n`NCT00000001, recruiting`\n\n"
    text += "The trial (NCT00000001) is recruiting, slowly.\n"
    (claim,) = (claim for claim in page(text).claims if claim.kind is ClaimKind.TRIAL_STATUS)

    assert (str(claim.place), claim.in_body, claim.comment) == ("fisetin.md:8:28", True, ", slowly")
    assert text[claim.start : claim.end] == claim.text == "recruiting"
