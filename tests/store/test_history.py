"""Past runs, counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from canonid.identifiers import CHEMBL, PUBCHEM, Reference
from canonid.model import Claim, ClaimKind, Finding, Judged, Place, State, Verdict
from canonid.store.discrepancies import update_discrepancies
from canonid.store.history import (
    changes_of,
    claims_about,
    claims_of_last_run,
    confirmed_elsewhere,
    find_run,
    past_runs,
)
from canonid.store.runs import record_run
from tests.store.samples import finding, report

PATH = "molecules/adapalene.md"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "canonid.sqlite"


def run(database: Path, number: int, *findings: Finding, subjects: int = 1) -> None:
    """A run on day `number` that found these."""
    found = replace(report(*findings, run_id=f"2026010{number}-{number}", days=number), subjects=subjects)
    update_discrepancies(database, found, checked_pages={PATH}, answered={"chembl"})
    record_run(database, found)


def test_runs_are_counted_newest_first(database: Path) -> None:
    """Verdicts, findings, what was new, resolved and back, requests and seconds."""
    run(database, 1, finding())
    run(database, 2)
    run(database, 3, finding())
    assert [(past.new, past.resolved, past.reopened) for past in past_runs(database)] == [
        (0, 0, 1),
        (0, 1, 0),
        (1, 0, 0),
    ]
    newest = past_runs(database, 1)[0]
    assert (newest.id, newest.verdicts, newest.findings) == ("20260103-3", {"discrepant": 1}, {"error": 1})
    assert (newest.claims, newest.requests, newest.seconds, newest.subjects) == (1, 2, 3.0, 1)


def test_a_run_is_found_by_the_beginning_of_its_id(database: Path) -> None:
    """All that begin so."""
    run(database, 1)
    run(database, 2)
    assert [past.id for past in find_run(database, "20260101")] == ["20260101-1"]
    assert len(find_run(database, "2026")) == 2
    assert find_run(database, "%") == ()


def test_what_a_run_changed_is_told_with_the_discrepancy(database: Path) -> None:
    """What is new; a run that found the same again changed nothing."""
    run(database, 1, finding())
    run(database, 2, finding())
    (change,) = changes_of(database, "20260101-1")
    assert (change.state, change.code, change.path, change.line) == (State.OPEN, "ID301", PATH, 4)
    assert changes_of(database, "20260102-2") == ()


def test_claims_are_those_of_the_newest_run_that_saw_enough(database: Path) -> None:
    """A look at one page says nothing of the others."""
    run(database, 1, subjects=10)
    run(database, 2, subjects=1)
    assert claims_of_last_run(database, 10) == {PATH: {("chembl-id", "CHEMBL1232"): 1}}
    assert claims_of_last_run(database, 100) == {}


def test_nothing_was_run_where_nothing_was_stored(database: Path) -> None:
    """And looking creates nothing."""
    assert (past_runs(database), find_run(database, "2"), changes_of(database, "2")) == ((), (), ())
    assert claims_of_last_run(database, 1) == {}
    assert not database.exists()


def judged(path: str, line: int, prefix: str, value: str, verdict: Verdict) -> Judged:
    claim = Claim(Path(path).stem, f"{prefix}-id", ClaimKind.IDENTIFIER, prefix, value, Place(path, line, 1))
    return Judged(claim, verdict, "as it is")


def test_what_pages_claim_is_told_as_the_newest_run_over_all_of_them_judged_it(database: Path) -> None:
    """A page with one right id is about the substance, and is told whole; another one only for its claim of the id."""
    claims = (
        judged("a.md", 3, PUBCHEM, "60164", Verdict.CONFIRMED),
        judged("a.md", 4, CHEMBL, "CHEMBL1232", Verdict.DISCREPANT),
        judged("a.md", 40, CHEMBL, "CHEMBL1232", Verdict.DISCREPANT),
        judged("b.md", 5, CHEMBL, "CHEMBL1232", Verdict.CONFIRMED),
    )
    record_run(database, replace(report(run_id="all"), claims=claims, subjects=2 + 2))
    for number in range(61):  # as a hook does at every commit
        record_run(database, replace(report(run_id=f"one-{number}", days=1), claims=(), subjects=1))
    places = [(claim.path, claim.line) for claim in claims_about(database, [Reference(CHEMBL, "CHEMBL1232")])]
    assert places == [("a.md", 4), ("b.md", 5)]
    (right, wrong) = claims_about(database, [Reference(PUBCHEM, "60164"), Reference(CHEMBL, "CHEMBL1265")])
    assert (right.verdict, wrong.verdict, wrong.value) == (Verdict.CONFIRMED, Verdict.DISCREPANT, "CHEMBL1232")


def test_nothing_is_told_of_pages_that_no_run_met(database: Path) -> None:
    """Nor of no reference at all."""
    assert claims_about(database, [Reference(CHEMBL, "CHEMBL25")]) == ()
    run(database, 1)
    assert claims_about(database, []) == ()


@pytest.mark.parametrize(
    ("root", "read", "elsewhere"),
    [
        ("/kb/wiki", ["a.md"], ["b"]),
        ("/kb/wiki", ["a.md", "b.md"], []),
        ("/kb", ["wiki/a.md"], ["b"]),  # the whole wiki was checked from its own folder
        ("/kb/wiki/sub", ["a.md"], ["a", "b"]),
        ("/another", ["a.md"], []),
    ],
)
def test_what_other_pages_rightly_have_is_told_by_the_newest_run_over_all_of_them(
    database: Path, root: str, read: list[str], elsewhere: list[str]
) -> None:
    """Wherever it was started; a wrong claim holds nothing, and a run over one page knows little."""
    claims = (
        judged("a.md", 3, PUBCHEM, "60164", Verdict.CONFIRMED),
        judged("b.md", 4, CHEMBL, "CHEMBL1265", Verdict.CONFIRMED),
        judged("c.md", 4, CHEMBL, "CHEMBL1232", Verdict.DISCREPANT),
    )
    record_run(database, replace(report(run_id="all"), claims=claims, subjects=3), "/kb/wiki")
    for number in range(61):  # as a hook does at every commit
        record_run(database, replace(report(run_id=f"one-{number}", days=1), claims=(), subjects=1), "/kb/wiki")

    assert [row[1] for row in confirmed_elsewhere(database, Path(root), read)] == elsewhere
