"""What the exit code says of claims that stay open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from canonid.cli.exits import ExitCode, exit_code
from canonid.identifiers import PUBCHEM
from canonid.model import Judged, Report, Verdict
from canonid.settings import FailOn
from tests.reports.samples import claim, report

SLUG = "berberine"


def undecided(*unanswered: tuple[str, str], verdict: Verdict = Verdict.UNDETERMINED) -> Report:
    """A report without findings whose one claim has `verdict`, and these silences."""
    one = Judged(claim(f"{SLUG}.md", 2, "pubchem-cid", PUBCHEM, "2353"), verdict, "reason")
    return replace(report(one), unanswered=frozenset(unanswered))


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (undecided(), ExitCode.CLEAN),
        (undecided((SLUG, "pubchem")), ExitCode.UNCHECKED),
        (undecided(("other", "pubchem")), ExitCode.CLEAN),
        (undecided((SLUG, "drugbank")), ExitCode.CLEAN),
        (undecided((SLUG, "pubchem"), verdict=Verdict.CONFIRMED), ExitCode.CLEAN),
        (undecided(verdict=Verdict.UNAVAILABLE), ExitCode.UNCHECKED),
    ],
    ids=["all answered", "authority silent", "silent about another page", "no export", "decided anyway", "unavailable"],
)
def test_an_open_claim_that_a_silent_authority_might_have_decided_is_unchecked(outcome: Report, code: ExitCode) -> None:
    """A registry that could not be reached must not look like a clean run."""
    assert exit_code(outcome, FailOn.ERROR) is code
