"""What the exit code says of claims that stay open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from canonid.cli.exits import ExitCode, exit_code
from canonid.identifiers import PUBCHEM
from canonid.model import Judged, Report, Severity, State, Verdict
from canonid.settings import FailOn
from tests.reports.samples import WRONG, claim, report

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


def finding(severity: Severity, state: State = State.OPEN) -> Report:
    """A report of one finding, and of a claim that could not be checked."""
    return replace(undecided(verdict=Verdict.UNAVAILABLE), findings=(replace(WRONG, severity=severity, state=state),))


@pytest.mark.parametrize(
    ("outcome", "fail_on", "code"),
    [
        (finding(Severity.ERROR), FailOn.ERROR, ExitCode.DISCREPANT),
        (finding(Severity.WARNING), FailOn.ERROR, ExitCode.UNCHECKED),
        (finding(Severity.WARNING), FailOn.WARNING, ExitCode.DISCREPANT),
        (finding(Severity.INFO), FailOn.WARNING, ExitCode.UNCHECKED),
        (finding(Severity.ERROR), FailOn.NEVER, ExitCode.UNCHECKED),
        (finding(Severity.ERROR, State.WAIVED), FailOn.ERROR, ExitCode.UNCHECKED),
        (finding(Severity.ERROR, State.ACKNOWLEDGED), FailOn.ERROR, ExitCode.DISCREPANT),
    ],
)
def test_a_finding_counts_from_its_threshold_on_unless_it_is_waived(
    outcome: Report, fail_on: FailOn, code: ExitCode
) -> None:
    """A discrepancy comes before what could not be checked; the latter is said all the same."""
    assert exit_code(outcome, fail_on) is code
