"""A page under a new name: what was known of its discrepancies goes with it, and only with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from canonid.identifiers import CHEMBL
from canonid.model import Claim, ClaimKind, Finding, Judged, Page, Place, Report, State, Subject, Verdict
from canonid.store.database import reading, writing
from canonid.store.discrepancies import list_discrepancies, update_discrepancies
from canonid.store.renames import carry_over, former_fingerprints
from canonid.store.runs import record_run
from tests.store.samples import finding, report

OLD, NEW = "molecules/adapalene.md", "molecules/differin.md"
Values = Sequence[str | None]


def page(path: str, *values: str | None) -> Page:
    """A page with these values in a field each."""
    slug = Path(path).stem
    claims = [
        Claim(slug, f"field-{number}", ClaimKind.IDENTIFIER, CHEMBL, value, Place(path, number + 2, 1))
        for number, value in enumerate(values)
    ]
    return Page(path, Subject(slug, slug), tuple(claims))


def run(path: Path, days: int, *pages: Page, found: Sequence[Finding] = ()) -> Report:
    """A run over these pages, recorded, with its findings remembered."""
    judged = tuple(Judged(claim, Verdict.CONFIRMED, "") for each in pages for claim in each.claims)
    outcome = replace(report(*found, run_id=f"run-{days}", days=days), claims=judged)
    checked = {each.path for each in pages}
    update_discrepancies(path, outcome, checked_pages=checked, answered={"chembl"})
    record_run(path, outcome)
    return outcome


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database in which run-0 met two pages and found one discrepancy, which was acknowledged later."""
    path = tmp_path / "canonid.sqlite"
    run(path, 0, page(OLD, "CHEMBL1232", None), page("b.md", "CHEMBL1"), found=[finding()])
    with writing(path) as connection:
        connection.execute("UPDATE discrepancy SET state = 'acknowledged'")
    return path


def none() -> Mapping[str, str]:
    return {}


def carry(
    path: Path, *pages: Page, gone: Sequence[str] = (OLD,), renamed: Callable[[], Mapping[str, str]] = none
) -> list[tuple[str, str]]:
    """The moves that a run over these pages sees."""
    moves = carry_over(path, report(run_id="run-1", days=1).run, pages, gone.__contains__, renamed)
    return [(move.old_path, move.new_path) for move in moves]


def events(path: Path) -> list[tuple[str, str | None, str, str]]:
    with reading(path) as connection:
        assert connection is not None
        return connection.execute(
            "SELECT fingerprint, from_state, to_state, note FROM discrepancy_event ORDER BY id"
        ).fetchall()


def test_a_page_with_the_same_claims_is_the_same_page(path: Path) -> None:
    """State, first day and history go on under the fingerprint of the new name; the move is on record."""
    assert carry(path, page(NEW, "CHEMBL1232", None), page("b.md", "CHEMBL1")) == [(OLD, NEW)]
    (item,) = list_discrepancies(path)
    named = finding("differin").fingerprint
    assert (item.fingerprint, item.subject, item.place.path, item.state) == (named, "differin", NEW, State.ACKNOWLEDGED)
    was = finding().fingerprint
    note = f"page renamed from {OLD} to {NEW}; was {was}"
    assert events(path) == [
        (named, None, "open", "found for the first time"),
        (named, "acknowledged", "acknowledged", note),
    ]
    assert former_fingerprints(path) == {was: named}


def test_counts_of_trials_go_along(path: Path) -> None:
    """Later counts are still compared with the first one."""
    with writing(path) as connection:
        connection.execute(
            "INSERT INTO trial_query VALUES ('adapalene', 'f', '1', '[]', '[]', 1, '[]', '', NULL, '', 'run-0')"
        )
    carry(path, page(NEW, "CHEMBL1232", None))
    with reading(path) as connection:
        assert connection is not None
        assert connection.execute("SELECT subject FROM trial_query").fetchall() == [("differin",)]


def test_what_was_carried_over_is_found_and_not_opened_again(path: Path) -> None:
    """The run that follows sees it as an old one."""
    renamed = page(NEW, "CHEMBL1232", None)
    carry(path, renamed)
    run(path, 1, renamed, found=[finding("differin")])
    assert [(item.state, item.run_id) for item in list_discrepancies(path)] == [(State.ACKNOWLEDGED, "run-1")]


def test_names_add_up_over_several_renames(path: Path) -> None:
    """The first name still leads to the last, and a page may get its old name back."""
    carry(path, page(NEW, "CHEMBL1232", None))
    run(path, 1, page(NEW, "CHEMBL1232", None), found=[finding("differin")])
    carry(path, page("third.md", "CHEMBL1232", None), gone=[NEW])
    third = finding("third").fingerprint
    assert former_fingerprints(path) == {finding().fingerprint: third, finding("differin").fingerprint: third}
    run(path, 2, page("third.md", "CHEMBL1232", None), found=[finding("third", path="third.md")])
    carry(path, page("x/adapalene.md", "CHEMBL1232", None), gone=["third.md"])
    first = finding().fingerprint
    assert former_fingerprints(path) == {finding("differin").fingerprint: first, third: first}


@pytest.mark.parametrize(
    "pages",
    [
        [page(OLD, "CHEMBL1232", None), page(NEW, "CHEMBL1232", None)],
        [page(NEW, "CHEMBL1232")],
        [page(NEW, "CHEMBL1232", "CHEMBL5")],
        [page(NEW, "CHEMBL1232", None), page("copy.md", "CHEMBL1232", None)],
        [page("b.md", "CHEMBL1232", None)],
        [page("other/adapalene.md", "CHEMBL1232", None)],
        [],
    ],
    ids=["still there", "fewer claims", "other claims", "two of them", "known before", "same stem", "none"],
)
def test_nothing_else_is_a_rename(path: Path, pages: Sequence[Page]) -> None:
    """A history on the wrong page would be worse than one that ends."""
    assert carry(path, *pages) == []
    assert [item.fingerprint for item in list_discrepancies(path)] == [finding().fingerprint]


def test_pages_that_claim_nothing_but_null_are_not_the_same(tmp_path: Path) -> None:
    """Many do."""
    path = tmp_path / "x.sqlite"
    run(path, 0, page(OLD, None, None), found=[replace(finding(), claimed=None)])
    assert carry(path, page(NEW, None, None)) == []


def test_two_pages_that_vanish_with_the_same_claims_cannot_be_told_apart(path: Path) -> None:
    """So neither is followed."""
    twin = page("twin.md", "CHEMBL1232", None)
    run(path, 0, page(OLD, "CHEMBL1232", None), twin, found=[finding(), finding("twin", path="twin.md")])
    assert carry(path, page(NEW, "CHEMBL1232", None), gone=[OLD, "twin.md"]) == []


def test_version_control_knows_better(path: Path) -> None:
    """It follows a page whose claims were changed with the name, and decides between copies."""
    copies = (page(NEW, "CHEMBL1265"), page("copy.md", "CHEMBL1232", None))
    assert carry(path, *copies, renamed=lambda: {OLD: NEW}) == [(OLD, NEW)]


def test_version_control_is_asked_only_when_a_page_is_gone(path: Path) -> None:
    """It takes a while."""

    def refuse() -> Mapping[str, str]:
        raise AssertionError("asked")

    assert carry(path, page(OLD, "CHEMBL1232", None), gone=[], renamed=refuse) == []


def test_a_rename_out_of_what_was_checked_is_left_alone(path: Path) -> None:
    """The new page was not read, so that nothing is known of it."""
    assert carry(path, page("b.md", "CHEMBL1"), renamed=lambda: {OLD: "elsewhere.md"}) == []


def test_a_check_in_between_does_not_hide_the_rename(path: Path) -> None:
    """It records what it met, but remembers nothing."""
    later = replace(
        report(run_id="check", days=1),
        claims=tuple(Judged(claim, Verdict.CONFIRMED, "") for claim in page(NEW, "CHEMBL1232", None).claims),
    )
    record_run(path, later)
    assert carry(path, page(NEW, "CHEMBL1232", None)) == [(OLD, NEW)]


def test_a_discrepancy_that_the_new_page_has_already_keeps_its_own_life(path: Path) -> None:
    """The former one ends with its page."""
    both = [finding(), finding("differin", path="kept.md")]
    run(path, 0, page(OLD, "CHEMBL1232", None), found=both)
    assert carry(path, page(NEW, "CHEMBL1232", None)) == [(OLD, NEW)]
    assert former_fingerprints(path) == {}
    assert {item.fingerprint for item in list_discrepancies(path)} == {item.fingerprint for item in both}


def test_rows_of_a_table_are_no_pages(path: Path) -> None:
    """They share a path."""
    rows = [replace(page("t.csv", "CHEMBL1232", None), subject=Subject(name, name)) for name in ("a", "b")]
    assert carry(path, *rows, renamed=lambda: {OLD: "t.csv"}) == []


def test_there_are_no_former_names_before_the_first_run(tmp_path: Path) -> None:
    """Asking does not create the database."""
    assert (former_fingerprints(tmp_path / "x.sqlite"), list(tmp_path.iterdir())) == ({}, [])
