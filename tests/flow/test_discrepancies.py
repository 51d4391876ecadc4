"""The life of a discrepancy over several runs: opened, seen again, resolved by a correction, reopened."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from canonid.model import State
from canonid.store.discrepancies import Discrepancy, list_discrepancies
from tests.emulator import faults
from tests.emulator.wire import AuthorityName
from tests.flow.conftest import PAGES, WRONG, Place, code, verdicts

RIGHT = PAGES["adapalene"].replace("CHEMBL1232", "CHEMBL1265")


pytestmark = pytest.mark.usefixtures("only_substances")


def the_one(place: Place) -> Discrepancy:
    (discrepancy,) = list_discrepancies(place.settings.database)
    return discrepancy


def history(place: Place) -> list[tuple[str | None, str, str]]:
    """From which state to which, and why."""
    with closing(sqlite3.connect(place.settings.database)) as connection:
        return connection.execute("SELECT from_state, to_state, note FROM discrepancy_event ORDER BY id").fetchall()


def forget_evidence(place: Place) -> None:
    """As if the store had been pruned."""
    with closing(sqlite3.connect(place.settings.database)) as connection, connection:
        connection.execute("DELETE FROM evidence")


def test_a_discrepancy_is_opened_once_and_seen_again(place: Place) -> None:
    """The second run moves its last day only."""
    first = place.run()
    opened = the_one(place)
    second = place.run()
    again = the_one(place)
    assert (opened.code, opened.claimed, opened.state) == ("ID301", "CHEMBL1232", State.OPEN)
    assert (opened.first_seen, opened.last_seen) == (first.run.finished_at, first.run.finished_at)
    assert (again.first_seen, again.last_seen) == (first.run.finished_at, second.run.finished_at)
    assert (again.state, again.run_id) == (State.OPEN, second.run.id)
    assert history(place) == [(None, "open", "found for the first time")]


def test_a_move_of_the_claim_is_no_new_discrepancy(place: Place) -> None:
    """Lines shift with every edit; the place follows."""
    place.run()
    place.write("adapalene", PAGES["adapalene"].replace("---\npub", "---\ntype: compound\npub"))
    place.run()
    assert (the_one(place).state, str(the_one(place).place)) == (State.OPEN, "adapalene.md:4:12")


def test_a_correction_resolves_it_and_an_error_that_returns_reopens_it(place: Place) -> None:
    """The report says so, and the exit code follows."""
    place.run()
    place.write("adapalene", RIGHT)
    corrected = place.run()
    assert (the_one(place).state, corrected.findings, code(corrected, place.settings)) == (State.RESOLVED, (), 0)
    place.write("adapalene", PAGES["adapalene"])
    returned = place.run()
    assert (the_one(place).state, code(returned, place.settings)) == (State.REOPENED, 1)
    assert [finding.state for finding in returned.findings] == [State.REOPENED]
    assert history(place) == [
        (None, "open", "found for the first time"),
        ("open", "resolved", "no longer found"),
        ("resolved", "reopened", "found again"),
    ]


def test_a_correction_that_cannot_be_checked_resolves_nothing_until_it_can(place: Place) -> None:
    """ChEMBL is down when the page is corrected: who knows whether the new id is any better."""
    place.run()
    place.write("adapalene", RIGHT)
    place.services.always("chembl", faults.REFUSED)
    report = place.run()
    assert verdicts(report)["adapalene", "chembl-id", "CHEMBL1265"] == "unavailable"
    assert (the_one(place).state, code(report, place.settings)) == (State.OPEN, 3)
    place.services.calm()
    place.run()
    assert the_one(place).state is State.RESOLVED


@pytest.mark.parametrize("authority", ["chembl", "pubchem"])
def test_an_outage_resolves_nothing(place: Place, authority: AuthorityName) -> None:
    """The page is as wrong as before, but with nothing stored and one authority down it may look better."""
    place.run()
    forget_evidence(place)
    place.services.always(authority, faults.REFUSED)
    place.run()
    assert the_one(place).state is State.OPEN
    place.services.calm()
    assert verdicts(place.run())["adapalene", *WRONG] == "discrepant"
    assert len(history(place)) == 1


def test_offline_resolves_nothing_that_it_cannot_see(place: Place) -> None:
    """The same for a run that asks nobody."""
    place.run()
    forget_evidence(place)
    place.run(offline=True)
    assert the_one(place).state is State.OPEN


def test_a_budget_resolves_nothing_that_it_did_not_reach(place: Place) -> None:
    """The same for a run that stops early."""
    place.run()
    forget_evidence(place)
    place.run(max_requests=1)
    assert the_one(place).state is State.OPEN


def test_check_opens_and_resolves_nothing(place: Place) -> None:
    """It may run in continuous integration, over a branch that nobody has merged."""
    place.run(remember=False)
    assert list_discrepancies(place.settings.database) == ()
    place.run()
    place.write("adapalene", RIGHT)
    place.run(remember=False)
    assert the_one(place).state is State.OPEN


def test_a_page_that_is_gone_takes_its_discrepancy_with_it(place: Place) -> None:
    """The run covered its folder and did not meet it."""
    place.run()
    (place.wiki / "adapalene.md").unlink()
    place.run()
    assert the_one(place).state is State.RESOLVED
    assert history(place)[-1] == ("open", "resolved", "page gone")
