"""Finding discrepancies by what a curator types, and deciding about them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from canonid.errors import UsageError
from canonid.model import State
from canonid.store.database import writing
from canonid.store.discrepancies import update_discrepancies
from canonid.store.evidence import EvidenceStore
from canonid.store.runs import record_run
from canonid.store.triage import Decision, decide, find_all, find_one, history, replies_of, root_of
from tests.store.samples import evidence, finding, report
from tests.store.test_migrations import make_first

PRINT = finding().fingerprint
OTHER = finding("fisetin").fingerprint
AT = datetime(2026, 2, 1, tzinfo=UTC)
CLOSED = (State.OPEN, State.REOPENED)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two discrepancies of adapalene and one of fisetin, found by run-1, with their evidence."""
    path = tmp_path / "canonid.sqlite"
    run = report(finding(), finding(code="ID103"), finding("fisetin"))
    update_discrepancies(path, run, checked_pages=set(), answered=set())
    record_run(path, run, str(tmp_path / "wiki"))
    with EvidenceStore(path) as store:
        store.put([evidence()])
    return path


def test_a_prefix_is_enough_where_it_is_the_only_one(path: Path) -> None:
    """In any case, with blanks around."""
    assert find_one(path, f" {PRINT[:6].upper()} ").fingerprint == PRINT
    assert find_one(path, PRINT).fingerprint == PRINT


def test_a_prefix_of_several_is_refused(path: Path) -> None:
    """They are named."""
    twin = PRINT[:6] + "0" * 10
    with writing(path) as connection:
        connection.execute("INSERT INTO former_fingerprint VALUES (?, ?)", (twin, OTHER))
    with pytest.raises(UsageError, match=r"is short for 2 discrepancies: .*; give more digits"):
        find_one(path, PRINT[:6])


def test_a_former_name_leads_to_the_present_one(path: Path) -> None:
    """A page that was renamed is still found by what is written down somewhere."""
    with writing(path) as connection:
        connection.execute("INSERT INTO former_fingerprint VALUES ('0123456789abcdef', ?)", (PRINT,))
    assert find_one(path, "0123456789").fingerprint == PRINT


@pytest.mark.parametrize("text", ["abc", "adapalene", "", PRINT + "0", "%%%%"])
def test_what_is_no_fingerprint_is_refused(path: Path, text: str) -> None:
    """With what to give."""
    with pytest.raises(UsageError, match="is not a fingerprint: give at least 4 of its 16 hexadecimal digits"):
        find_one(path, text)


def test_what_is_not_there_is_refused(path: Path, tmp_path: Path) -> None:
    """Also where nothing was ever stored."""
    for database in (path, tmp_path / "absent.sqlite"):
        with pytest.raises(UsageError, match="there is no discrepancy 00000000; `canonid discrepancies list` names"):
            find_one(database, "00000000")


def test_a_subject_means_all_of_its_discrepancies(path: Path) -> None:
    """A fingerprint means one."""
    assert [item.code for item in find_all(path, "adapalene")] == ["ID103", "ID301"]
    assert [item.fingerprint for item in find_all(path, OTHER[:8])] == [OTHER]
    with pytest.raises(UsageError, match="no discrepancy of a subject 'metformin'"):
        find_all(path, "metformin")


def test_an_older_database_can_be_asked(tmp_path: Path) -> None:
    """It knows no former names and no corpus roots."""
    first = make_first(tmp_path / "first.sqlite")
    assert find_one(first, "0123456789abcdef").subject == "adapalene"
    assert root_of(first, "run-1") is None


def decision(after: State) -> Decision:
    return Decision(after, "A. Curator", "because", AT)


def test_a_decision_is_on_record(path: Path) -> None:
    """Who, when and why; no run did it."""
    assert decide(path, [PRINT, OTHER], decision(State.ACKNOWLEDGED), CLOSED) == (PRINT, OTHER)
    event = history(path, PRINT)[-1]
    assert (event.actor, event.at, event.run_id, event.note) == ("A. Curator", AT, None, "because")
    assert (event.before, event.after) == (State.OPEN, State.ACKNOWLEDGED)
    assert find_one(path, PRINT).state is State.ACKNOWLEDGED


def test_what_was_decided_already_is_left_alone(path: Path) -> None:
    """Twice the same is no second event."""
    decide(path, [PRINT], decision(State.ACKNOWLEDGED), CLOSED)
    assert decide(path, [PRINT, OTHER], decision(State.ACKNOWLEDGED), CLOSED) == (OTHER,)
    assert len(history(path, PRINT)) == 2


@pytest.mark.parametrize(
    ("state", "after", "advice"),
    [
        (State.RESOLVED, State.ACKNOWLEDGED, "there is nothing left to decide; a run reopens it"),
        (State.WAIVED, State.ACKNOWLEDGED, "`canonid discrepancies reopen` ends the waiver first"),
        (State.OPEN, State.REOPENED, "it cannot become reopened, because nobody has decided anything"),
    ],
)
def test_what_does_not_fit_is_refused_as_a_whole(path: Path, state: State, after: State, advice: str) -> None:
    """The others are not changed either."""
    with writing(path) as connection:
        connection.execute("UPDATE discrepancy SET state = ? WHERE fingerprint = ?", (state.value, PRINT))
    allowed = CLOSED if after is State.ACKNOWLEDGED else {State.ACKNOWLEDGED}
    with writing(path) as connection:
        connection.execute("UPDATE discrepancy SET state = ? WHERE fingerprint = ?", (min(allowed).value, OTHER))
    with pytest.raises(UsageError, match=advice):
        decide(path, [OTHER, PRINT], decision(after), allowed)
    assert len(history(path, OTHER)) == 1


def test_a_history_begins_with_the_first_finding(path: Path, tmp_path: Path) -> None:
    """And is empty where nothing was ever stored."""
    (event,) = history(path, PRINT)
    assert (event.before, event.after, event.run_id, event.actor) == (None, State.OPEN, "run-1", "canonid")
    assert history(tmp_path / "absent.sqlite", PRINT) == ()


def test_the_replies_of_the_last_finding_are_found(path: Path) -> None:
    """As they are in the store; one that was received anew and differs says so."""
    (reply,) = replies_of(path, find_one(path, PRINT))
    assert (reply.evidence, reply.is_newer) == (evidence(), False)
    with EvidenceStore(path) as store:
        store.put([evidence(at=AT, payload='{"molecule":{}}')])
    (reply,) = replies_of(path, find_one(path, PRINT))
    assert (reply.evidence.payload, reply.is_newer) == ('{"molecule":{}}', True)


def test_replies_that_are_gone_are_left_out(path: Path, tmp_path: Path) -> None:
    """Pruned, with the run or with everything."""
    item = find_one(path, PRINT)
    with writing(path) as connection:
        connection.execute("DELETE FROM evidence")
    assert replies_of(path, item) == ()
    with writing(path) as connection:
        connection.execute("DELETE FROM run")
    assert (replies_of(path, item), replies_of(tmp_path / "absent.sqlite", item)) == ((), ())


def test_the_corpus_root_of_a_run_is_known(path: Path, tmp_path: Path) -> None:
    """None for a run that is not there."""
    assert root_of(path, "run-1") == str(tmp_path / "wiki")
    assert (root_of(path, "absent"), root_of(tmp_path / "absent.sqlite", "run-1")) == (None, None)
