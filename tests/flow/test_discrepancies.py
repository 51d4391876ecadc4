"""The life of a discrepancy over several runs: opened, seen again, resolved by a correction, reopened."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing

import pytest

from canonid.model import State
from canonid.store.discrepancies import Discrepancy, list_discrepancies
from canonid.waiver import Standing, Waiver
from canonid.waiver_file import FILE, put_waivers
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


# Waivers and renames


def waive(place: Place) -> None:
    """A waiver of the one discrepancy, in the file."""
    item = the_one(place)
    named = (item.fingerprint, item.code, item.subject, item.field, item.claimed)
    put_waivers(place.wiki / FILE, [Waiver(*named, "A. Curator", "the label has it so", None, "")])


def test_a_waived_finding_does_not_count_until_the_waiver_is_withdrawn(place: Place) -> None:
    """The claim stays discrepant; what changes is who has to act."""
    place.run()
    waive(place)
    waived = place.run()
    assert (the_one(place).state, code(waived, place.settings)) == (State.WAIVED, 0)
    assert verdicts(waived)["adapalene", *WRONG] == "discrepant"
    (place.wiki / FILE).unlink()
    assert (code(place.run(), place.settings), the_one(place).state) == (1, State.REOPENED)


def test_a_check_honours_waivers_and_changes_nothing(place: Place) -> None:
    """The discrepancy is as open as it was."""
    place.run()
    waive(place)
    checked = place.run(remember=False)
    assert (code(checked, place.settings), the_one(place).state) == (0, State.OPEN)
    assert [finding.state for finding in checked.findings] == [State.WAIVED]


def test_an_outage_changes_nothing_about_a_waiver(place: Place) -> None:
    """It is neither ended nor called unused while nobody can say."""
    place.run()
    waive(place)
    place.run()
    before = history(place)
    forget_evidence(place)
    place.services.always("chembl", faults.REFUSED)
    report = place.run()
    assert (the_one(place).state, history(place)) == (State.WAIVED, before)
    assert [waiver.standing for waiver in report.waivers] == [Standing.NOT_CHECKED]


def test_a_waived_error_that_is_corrected_is_resolved_and_the_waiver_unused(place: Place) -> None:
    """And if it comes back, it is waived again."""
    place.run()
    waive(place)
    place.run()
    place.write("adapalene", RIGHT)
    corrected = place.run()
    assert (the_one(place).state, [waiver.standing for waiver in corrected.waivers]) == (
        State.RESOLVED,
        [Standing.UNUSED],
    )
    place.write("adapalene", PAGES["adapalene"])
    place.run()
    assert [change[1] for change in history(place)] == ["open", "waived", "resolved", "reopened", "waived"]


def git(place: Place, *words: str) -> None:
    identity = ("-c", "user.name=A. Curator", "-c", "user.email=curator@example.org")
    subprocess.run(["git", "-C", str(place.wiki), *identity, *words], check=True, capture_output=True)  # noqa: S603, S607 - fixed words


def test_a_renamed_page_keeps_its_history(place: Place) -> None:
    """Git is not needed where the claims stay the same."""
    place.run()
    page = place.wiki / "adapalene.md"
    page.rename(place.wiki / "differin.md")
    place.run()
    item = the_one(place)
    assert (item.subject, item.place.path, item.state) == ("differin", "differin.md", State.OPEN)
    assert [change[2].partition(" to ")[0] for change in history(place)] == [
        "found for the first time",
        "page renamed from adapalene.md",
    ]


def test_git_follows_a_page_that_is_renamed_and_changed(place: Place) -> None:
    """Its claims are no longer those that it had."""
    place.write("adapalene", PAGES["adapalene"] + "A line of the page.\n" * 20)
    git(place, "init", "-q")
    git(place, "add", "-A")
    git(place, "commit", "-q", "-m", "before")
    place.run()
    git(place, "mv", "adapalene.md", "differin.md")
    text = (place.wiki / "differin.md").read_text(encoding="utf-8")
    place.write("differin", text.replace("pubchem-cid: 60164\n", ""))
    place.run()
    assert (the_one(place).subject, len(history(place))) == ("differin", 2)
