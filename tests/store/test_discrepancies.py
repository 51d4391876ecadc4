"""The life of a discrepancy: opened, kept, resolved only where a run can tell, reopened; every step on record."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from canonid.model import Confidence, Place, Proposal, Report, Severity, State
from canonid.store.database import reading, writing
from canonid.store.discrepancies import Discrepancy, list_discrepancies, update_discrepancies
from canonid.store.runs import record_run
from canonid.store.waivers import read_mirror
from canonid.waiver import Standing, Waiver
from tests.store.samples import NOON, ROOT, finding, report

PAGE = "molecules/adapalene.md"
PRINT = finding().fingerprint
ALL = frozenset({"chembl", "pubchem"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database in which one discrepancy of adapalene was opened by run-1."""
    path = tmp_path / "canonid.sqlite"
    update_discrepancies(path, report(finding()), checked_pages={PAGE}, answered=ALL)
    return path


def _history(path: Path) -> list[tuple[str | None, str, str]]:
    with reading(path) as connection:
        assert connection is not None
        return connection.execute("SELECT from_state, to_state, note FROM discrepancy_event ORDER BY id").fetchall()


def _decide(path: Path, state: State) -> None:
    """What a curator does."""
    with writing(path) as connection:
        connection.execute("UPDATE discrepancy SET state = ?", (state,))


def _state(path: Path) -> State:
    (item,) = list_discrepancies(path)
    return item.state


OPENED = (None, "open", "found for the first time")


def test_a_first_finding_opens_a_discrepancy(path: Path) -> None:
    """All of it is remembered, with the time of the run."""
    seen = report().run.finished_at
    assert list_discrepancies(path) == (
        Discrepancy(
            fingerprint=PRINT,
            code="ID301",
            rule="names-another-substance",
            severity=Severity.ERROR,
            subject="adapalene",
            field="chembl-id",
            claimed="CHEMBL1232",
            place=Place(PAGE, 4, 12),
            message="chembl-id CHEMBL1232 is ERTAPENEM SODIUM, not adapalene",
            proposal=Proposal("CHEMBL1265", Confidence.HIGH, "pref_name and InChIKey agree"),
            authorities=("chembl",),
            state=State.OPEN,
            first_seen=seen,
            last_seen=seen,
            run_id="run-1",
        ),
    )


def test_every_change_is_on_record(path: Path) -> None:
    """Who, when, in which run, from what to what, and why."""
    with reading(path) as connection:
        assert connection is not None
        events = connection.execute("SELECT * FROM discrepancy_event").fetchall()
    assert events == [(1, PRINT, "2026-01-05T12:00:03.123456Z", "canonid", "run-1", *OPENED)]


def test_the_states_of_what_was_found_are_returned(path: Path) -> None:
    """A caller shows them in its report."""
    again = report(finding(), finding("fisetin"), run_id="run-2", days=1)
    states = update_discrepancies(path, again, checked_pages={PAGE}, answered=ALL)
    assert states == {PRINT: State.OPEN, finding("fisetin").fingerprint: State.OPEN}


def test_what_is_found_again_keeps_its_first_day(path: Path) -> None:
    """Last day, run, place and words are those of the newest run; nothing has changed, so nothing is put on record."""
    moved = finding(line=9, message="new words")
    update_discrepancies(path, report(moved, run_id="run-2", days=3), checked_pages={PAGE}, answered=ALL)
    (item,) = list_discrepancies(path)
    days = ((item.first_seen - NOON).days, (item.last_seen - NOON).days)
    assert (days, item.run_id, item.place.line, item.message, _history(path)) == (
        (0, 3),
        "run-2",
        9,
        "new words",
        [OPENED],
    )


def test_a_run_that_ends_late_does_not_turn_back_the_last_day(path: Path) -> None:
    """Of two runs at once the slower one may write an earlier time after the later one."""
    update_discrepancies(path, report(finding(), days=-2), checked_pages={PAGE}, answered=ALL)
    (item,) = list_discrepancies(path)
    assert ((item.first_seen - NOON).days, (item.last_seen - NOON).days) == (-2, 0)


def test_information_is_no_discrepancy(path: Path) -> None:
    """Nobody has to act on it."""
    note = finding("fisetin", severity=Severity.INFO)
    update_discrepancies(path, report(finding(), note), checked_pages={PAGE}, answered=ALL)
    assert [item.subject for item in list_discrepancies(path)] == ["adapalene"]


def test_one_fingerprint_is_one_discrepancy(path: Path) -> None:
    """The same claim twice on a page is remembered once, at its first place."""
    twice = report(finding("fisetin"), finding("fisetin", line=70))
    update_discrepancies(path, twice, checked_pages=set(), answered=ALL)
    assert [(item.subject, item.place.line) for item in list_discrepancies(path)] == [("adapalene", 4), ("fisetin", 4)]


def test_gone_with_its_authorities_answering_is_resolved(path: Path) -> None:
    """The run looked, could have found it, and did not; first and last day stay what they were."""
    states = update_discrepancies(path, report(run_id="run-2", days=1), checked_pages={PAGE}, answered=ALL)
    (item,) = list_discrepancies(path)
    assert (states, item.run_id, _history(path)) == (
        {PRINT: State.RESOLVED},
        "run-1",
        [OPENED, ("open", "resolved", "no longer found")],
    )


def test_resolved_stays_resolved_in_silence(path: Path) -> None:
    """Later clean runs have nothing to add."""
    for day in (1, 2):
        update_discrepancies(path, report(days=day), checked_pages={PAGE}, answered=ALL)
    assert len(_history(path)) == 2


def test_found_again_after_it_was_resolved_is_reopened(path: Path) -> None:
    """And stays so while it is found."""
    update_discrepancies(path, report(days=1), checked_pages={PAGE}, answered=ALL)
    for day in (2, 3):
        update_discrepancies(path, report(finding(), days=day), checked_pages={PAGE}, answered=ALL)
    assert (_state(path), _history(path)[2:]) == (State.REOPENED, [("resolved", "reopened", "found again")])


def test_a_decision_of_a_curator_stands_while_it_is_found(path: Path) -> None:
    """A run does not overrule it."""
    _decide(path, State.ACKNOWLEDGED)
    states = update_discrepancies(path, report(finding(), days=1), checked_pages={PAGE}, answered=ALL)
    decided = State.ACKNOWLEDGED
    assert (states, _state(path), len(_history(path))) == ({PRINT: decided}, decided, 1)


def _waiver(standing: Standing = Standing.USED, until: date | None = None) -> Waiver:
    item = finding()
    named = (PRINT, item.code, item.subject, item.field, item.claimed)
    return Waiver(*named, "A. Curator", "known", until, ".canonid/waivers.toml:3", standing)


def _waived(days: int = 0) -> Report:
    """A report in which the one finding is waived."""
    item = replace(finding(), state=State.WAIVED, waiver=_waiver())
    return replace(report(item, run_id=f"run-{days}", days=days), waivers=(_waiver(),))


def _update(path: Path, run: Report) -> None:
    update_discrepancies(path, run, checked_pages={PAGE}, answered=ALL)


def test_a_waiver_waives_once(path: Path) -> None:
    """The curator is on record with the reason; later runs have nothing to add."""
    for day in (1, 2):
        _update(path, _waived(day))
    with reading(path) as connection:
        assert connection is not None
        actors = connection.execute("SELECT actor, run_id FROM discrepancy_event ORDER BY id").fetchall()
    assert (_state(path), _history(path)[1:]) == (State.WAIVED, [("open", "waived", "waived (A. Curator): known")])
    assert actors == [("canonid", "run-1"), ("A. Curator", "run-1")]


def test_what_is_waived_from_the_start_is_opened_first(tmp_path: Path) -> None:
    """The history of a discrepancy always begins in the same way."""
    _update(tmp_path / "x.sqlite", _waived())
    assert [change[:2] for change in _history(tmp_path / "x.sqlite")] == [(None, "open"), ("open", "waived")]


def test_what_comes_back_and_is_waived_goes_through_all_states(path: Path) -> None:
    """Resolved, reopened, waived."""
    _update(path, report(days=1))
    _update(path, _waived(2))
    assert [change[1] for change in _history(path)] == ["open", "resolved", "reopened", "waived"]


@pytest.mark.parametrize(
    ("waivers", "note"),
    [
        ((), "there is no waiver any more"),
        ((_waiver(Standing.EXPIRED, date(2026, 1, 6)),), "the waiver ended on 2026-01-06"),
    ],
)
def test_without_its_waiver_it_is_reopened(path: Path, waivers: tuple[Waiver, ...], note: str) -> None:
    """Withdrawn by hand, or past its last day."""
    _update(path, _waived(1))
    _update(path, replace(report(finding(), days=2), waivers=waivers))
    assert (_state(path), _history(path)[2:]) == (State.REOPENED, [("waived", "reopened", note)])


def test_a_run_that_cannot_tell_ends_no_waiver(path: Path) -> None:
    """Not found because nobody answered: it stays waived."""
    _update(path, _waived(1))
    update_discrepancies(path, report(days=2), checked_pages={PAGE}, answered=set())
    assert (_state(path), len(_history(path))) == (State.WAIVED, 2)


def test_waivers_are_kept_beside_as_the_last_run_met_them(path: Path) -> None:
    """Used or not; a comment on a line where nothing was found has no name to be kept under."""
    other = replace(_waiver(), fingerprint="f" * 16, until=date(2027, 1, 1), claimed=None)
    nameless = replace(_waiver(), fingerprint="")
    _update(path, replace(_waived(1), waivers=(_waiver(), other, nameless)))
    kept = {PRINT: _waiver(Standing.NOT_CHECKED), "f" * 16: replace(other, standing=Standing.NOT_CHECKED)}
    assert read_mirror(path) == kept
    _update(path, report(finding(), days=2))
    assert (read_mirror(path), read_mirror(path.with_name("absent"))) == ({}, {})


@pytest.mark.parametrize("decided", [State.ACKNOWLEDGED, State.WAIVED, State.REOPENED])
def test_whatever_was_decided_is_resolved_when_it_is_gone(path: Path, decided: State) -> None:
    """The history tells from which state."""
    _decide(path, decided)
    update_discrepancies(path, report(days=1), checked_pages={PAGE}, answered=ALL)
    assert _history(path)[1:] == [(decided, "resolved", "no longer found")]


@pytest.mark.parametrize(
    ("pages", "answered", "unanswered", "codes"),
    [
        ({"molecules/fisetin.md"}, ALL, frozenset(), None),
        ({PAGE}, {"pubchem"}, frozenset(), None),
        ({PAGE}, ALL, {("adapalene", "chembl")}, None),
        ({PAGE}, ALL, frozenset(), {"ID101"}),
    ],
    ids=["page not checked", "authority silent", "claim not answered", "rule not run"],
)
def test_what_the_run_cannot_tell_is_not_touched(
    path: Path, pages: set[str], answered: set[str], unanswered: set[tuple[str, str]], codes: set[str] | None
) -> None:
    """Not having looked is not having found nothing."""
    states = update_discrepancies(
        path,
        report(days=1),
        checked_pages=pages,
        answered=answered,
        unanswered=unanswered,
        checked_codes=codes,
    )
    assert (states, _state(path), _history(path)) == ({}, State.OPEN, [OPENED])


def test_other_silences_do_not_keep_it_open(path: Path) -> None:
    """Another question without an answer, an authority it does not rest on, a rule among others."""
    update_discrepancies(
        path,
        report(days=1),
        checked_pages={PAGE},
        answered={"chembl"},
        unanswered={("adapalene", "pubchem"), ("fisetin", "chembl")},
        checked_codes={"ID301", "ID101"},
    )
    assert _state(path) is State.RESOLVED


def test_all_authorities_must_have_answered(path: Path) -> None:
    """The ones of the last run that saw it count."""
    both = report(finding(authorities=("pubchem", "chembl")), days=1)
    update_discrepancies(path, both, checked_pages={PAGE}, answered=ALL)
    update_discrepancies(path, report(days=2), checked_pages={PAGE}, answered={"chembl"})
    assert _state(path) is State.OPEN


def test_a_discrepancy_of_the_page_alone_needs_no_authority(tmp_path: Path) -> None:
    """A malformed identifier that was mended is resolved with every authority down."""
    path = tmp_path / "x.sqlite"
    update_discrepancies(path, report(finding(code="ID101", authorities=())), checked_pages={PAGE}, answered=set())
    update_discrepancies(path, report(days=1), checked_pages={PAGE}, answered=set())
    assert _state(path) is State.RESOLVED


def test_a_page_that_is_gone_takes_its_discrepancies_along(path: Path) -> None:
    """Even with every authority down: there is no claim left to be wrong."""
    update_discrepancies(
        path, report(days=1), checked_pages=set(), answered=set(), is_gone=lambda page: page.startswith("molecules/")
    )
    assert _history(path)[1:] == [("open", "resolved", "page gone")]


def test_one_mistake_on_two_pages_of_one_name_is_resolved_when_both_are_mended(path: Path) -> None:
    """A run over one of them does not speak for the other."""
    twin = "archive/adapalene.md"
    record_run(path, report(finding(), finding(path=twin)))
    update_discrepancies(path, report(), checked_pages={PAGE}, answered=ALL)
    assert _state(path) is State.OPEN
    update_discrepancies(path, report(), checked_pages={PAGE, twin}, answered=ALL)
    assert _state(path) is State.RESOLVED


def test_a_moved_page_keeps_its_discrepancy(path: Path) -> None:
    """Found under its new path, it is the same one, though the old path is gone."""
    moved = report(finding(path="compounds/adapalene.md"), days=1)
    update_discrepancies(path, moved, checked_pages={"compounds/adapalene.md"}, answered=ALL, is_gone=PAGE.__eq__)
    assert [(item.place.path, item.state) for item in list_discrepancies(path)] == [
        ("compounds/adapalene.md", State.OPEN)
    ]


def test_a_discrepancy_may_lack_value_and_proposal(tmp_path: Path) -> None:
    """An explicit none that is wrong, with no idea what would be right."""
    path = tmp_path / "x.sqlite"
    item = replace(finding(), claimed=None, proposal=None)
    update_discrepancies(path, report(item), checked_pages={PAGE}, answered=ALL)
    assert [(item.claimed, item.proposal) for item in list_discrepancies(path)] == [(None, None)]


def test_the_list_can_be_limited_to_states(path: Path) -> None:
    """Sorted by place, whatever the order in which they came."""
    update_discrepancies(path, report(finding("a"), days=1), checked_pages={PAGE}, answered=ALL)
    listed = [
        [item.subject for item in list_discrepancies(path, states)]
        for states in (None, {State.OPEN}, {State.RESOLVED, State.OPEN}, set())
    ]
    assert listed == [["a", "adapalene"], ["a"], ["a", "adapalene"], []]


def test_there_are_no_discrepancies_before_the_first_run(tmp_path: Path) -> None:
    """Asking does not create the database."""
    assert (list_discrepancies(tmp_path / "x.sqlite"), list(tmp_path.iterdir())) == ((), [])


UPDATER = """
import sys
from canonid.store.discrepancies import update_discrepancies
from tests.store.samples import finding, report
for day in range(15):
    run = report(finding("shared"), finding(sys.argv[2]), run_id=f"{sys.argv[2]}-{day}", days=day)
    update_discrepancies(sys.argv[1], run, checked_pages=set(), answered=set())
"""


def test_two_jobs_at_once_make_one_history(path: Path) -> None:
    """What both find is opened once, and neither loses what only it has found."""
    command = [sys.executable, "-c", UPDATER, str(path)]
    jobs = [subprocess.Popen([*command, name], cwd=ROOT) for name in ("left", "right")]  # noqa: S603 - ourselves
    codes = [job.wait() for job in jobs]
    subjects = [item.subject for item in list_discrepancies(path)]
    assert (codes, subjects, _history(path)) == (
        [0, 0],
        ["adapalene", "left", "right", "shared"],
        [OPENED] * 4,
    )
