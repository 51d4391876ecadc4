"""Runs of the job with everybody up: what is asked, what is kept, and what is not asked again."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from canonid import __version__
from canonid.errors import CorpusError, StoreError
from canonid.model import Report
from canonid.store.database import to_text
from canonid.store.runs import last_runs
from tests.emulator import compound, molecule, study
from tests.emulator.wire import AUTHORITIES
from tests.flow.conftest import PAGES, WRONG, Place, code, verdicts
from tests.store.samples import folder_of_another_user, stored, unprivileged

EXPECTED = {
    ("adapalene", "pubchem-cid", "60164"): "confirmed",
    ("adapalene", *WRONG): "discrepant",
    ("anakinra", "chembl-id", "CHEMBL1201570"): "confirmed",
    ("anakinra", "nct-id", "NCT05177822"): "confirmed",
    ("anakinra", "trial-status", "ACTIVE_NOT_RECRUITING"): "confirmed",
    ("metformin", "pubchem-cid", "4091"): "confirmed",
    ("metformin", "chembl-id", "CHEMBL1431"): "confirmed",
}


def shown(report: Report) -> list[tuple[object, ...]]:
    """All that a report says, times and the run's id aside."""
    said = [(item.claim, item.verdict, item.reason, item.codes, item.evidence) for item in report.claims]
    return [*said, *((finding,) for finding in report.findings)]


def test_the_first_run_asks_in_batches_and_the_second_asks_nothing(place: Place) -> None:
    """Three ids of ChEMBL are one request, beside the release and one search by structure; the verdicts stay."""
    first = place.run()
    assert verdicts(first) == EXPECTED
    assert [finding.code for finding in first.findings] == ["ID301"]
    assert code(first, place.settings) == 1
    asked = place.new_requests()
    assert asked == {"chembl": 3, "pubchem": 1, "clinicaltrials": 2}
    uses = first.run.authorities
    assert {name: uses[name].requests for name in asked} == asked
    assert {name: use.status for name, use in uses.items()} == dict.fromkeys(asked, "ok") | {"drugbank": "not asked"}
    second = place.run()
    assert place.new_requests() == dict.fromkeys(asked, 0)
    assert shown(second) == shown(first)
    assert {use.status for use in second.run.authorities.values()} == {"from store", "not asked"}
    assert second.run.authorities["chembl"].release == "ChEMBL_37"


@pytest.mark.usefixtures("only_substances")
def test_the_wrong_id_is_named_and_the_right_one_proposed(place: Place) -> None:
    """The sentence that a curator reads, and the value that a fix would write."""
    (finding,) = place.run().findings
    assert finding.message == (
        "chembl-id CHEMBL1232 is ERTAPENEM SODIUM, not Adapalene (no shared name; InChIKey differs); "
        "ADAPALENE is CHEMBL1265 (pref_name, InChIKey LZCDAPDGXCYOEH-UHFFFAOYSA-N)"
    )
    assert finding.proposal is not None
    assert finding.proposal.value == "CHEMBL1265"
    assert str(finding.place) == "adapalene.md:3:12"


def test_hundreds_of_ids_are_a_handful_of_requests(place: Place) -> None:
    """250 pages: ChEMBL takes 1,000 ids a request, the others 100; the rest asks for releases, one of them twice."""
    for name in PAGES:
        (place.wiki / f"{name}.md").unlink()
    for number in range(1, 251):
        key = "".join(chr(65 + int(digit)) for digit in f"{number:014d}") + "-UHFFFAOYSA-N"
        title = f"Synthetin{number}"
        place.services.world.add(
            molecule(f"CHEMBL{number}", title.upper(), inchikey=key),
            compound(number, title, key),
            study(f"NCT{number:08d}", title, "COMPLETED", [title]),
        )
        trial = f"nct-id: NCT{number:08d}\n" if number <= 150 else ""
        place.write(title.lower(), f"---\nchembl-id: CHEMBL{number}\npubchem-cid: {number}\n{trial}---\n# {title}\n")
    report = place.run()
    assert set(verdicts(report).values()) == {"confirmed"}
    assert len(report.claims) == 650
    assert place.new_requests() == {"chembl": 2, "pubchem": 3, "clinicaltrials": 4}
    assert len(place.stored()) == 650


@pytest.mark.usefixtures("only_substances")
def test_only_what_is_new_is_asked(place: Place) -> None:
    """A page that was added costs its own questions; where PubChem alone knows it, ChEMBL is asked by name."""
    place.run()
    place.new_requests()
    place.services.world.add(compound(2206, "Antipyrine", "VEQOALNAAJBPNY-UHFFFAOYSA-N"))
    place.write("antipyrine", "---\npubchem-cid: 2206\n---\n# Antipyrine\n")
    assert verdicts(place.run())["antipyrine", "pubchem-cid", "2206"] == "confirmed"
    assert place.new_requests() == {"chembl": 4, "pubchem": 1, "clinicaltrials": 0}
    assert b"2206" in place.services.requests("pubchem")[-1].body
    assert b"4091" not in place.services.requests("pubchem")[-1].body


def test_offline_runs_ask_nobody(place: Place) -> None:
    """Without a store nothing can be said, and that is what is said."""
    report = place.run(offline=True)
    assert set(verdicts(report).values()) == {"unavailable"}
    assert code(report, place.settings) == 3
    assert place.new_requests() == {"chembl": 0, "pubchem": 0, "clinicaltrials": 0}


def age(place: Place, days: int) -> None:
    """Make all evidence older."""
    then = to_text(datetime.now(UTC) - timedelta(days=days))
    with closing(sqlite3.connect(place.settings.database)) as connection, connection:
        connection.execute("UPDATE evidence SET retrieved_at = ?", (then,))


def test_evidence_is_asked_for_again_when_it_is_too_old(place: Place) -> None:
    """After eight days the trials, after 31 the substances."""
    place.run()
    place.new_requests()
    age(place, 8)
    place.run()
    assert place.new_requests() == {"chembl": 0, "pubchem": 0, "clinicaltrials": 2}
    age(place, 31)
    place.run()
    assert place.new_requests() == {"chembl": 3, "pubchem": 1, "clinicaltrials": 2}
    place.run()
    assert sum(place.new_requests().values()) == 0


@pytest.mark.usefixtures("only_substances")
def test_a_corrected_record_changes_the_verdict_when_it_is_asked_again(place: Place) -> None:
    """The store holds what was said, not what was concluded."""
    place.run()
    place.services.world.add(molecule("CHEMBL1431", "PHENFORMIN", inchikey="ICFJFFQQTFMIBG-UHFFFAOYSA-N"))
    assert verdicts(place.run())["metformin", "chembl-id", "CHEMBL1431"] == "confirmed"
    age(place, 31)
    assert verdicts(place.run())["metformin", "chembl-id", "CHEMBL1431"] == "discrepant"


@pytest.mark.parametrize("limit", [0, 1, 2, 3])
def test_a_budget_of_requests_is_kept_and_the_rest_stays_open(place: Place, limit: int) -> None:
    """Over all authorities and rounds; nothing is concluded from what was not asked."""
    report = place.run(max_requests=limit)
    assert sum(place.new_requests().values()) == sum(use.requests for use in report.run.authorities.values()) == limit
    found = verdicts(report)
    decided = {claim: verdict for claim, verdict in found.items() if verdict not in {"unavailable", "undetermined"}}
    assert decided.items() <= EXPECTED.items()
    assert len(decided) < len(EXPECTED)
    assert None not in place.stored().values()
    reasons = {item.reason for item in report.claims if item.verdict == "unavailable"}
    assert reasons <= {f"the request budget of {limit} was used up; the next run goes on from here"}


def test_runs_with_a_budget_get_there_in_the_end(place: Place) -> None:
    """Each goes on where the one before stopped."""
    for _ in range(6):
        report = place.run(max_requests=3)
        assert sum(place.new_requests().values()) <= 3
        if verdicts(report) == EXPECTED:
            return
    pytest.fail(f"not there after six runs: {verdicts(report)}")


def test_a_table_is_a_corpus_too(place: Place) -> None:
    """One row a subject, the same verdicts."""
    place.wiki = place.wiki / "subjects.csv"
    place.wiki.write_text(
        "subject,name,aliases,chembl-id,pubchem-cid\n"
        "adapalene,Adapalene,Differin|CD271,CHEMBL1232,60164\n"
        "metformin,Metformin,,CHEMBL1431,4091\n"
        "anakinra,Anakinra,,CHEMBL1201570,\n",
        encoding="utf-8",
    )
    report = place.run()
    assert verdicts(report) == {
        claim: said for claim, said in EXPECTED.items() if claim[1] in {"chembl-id", "pubchem-cid"}
    }
    assert [str(finding.place) for finding in report.findings] == ["subjects.csv:2:36"]


def test_a_path_that_is_not_there_is_refused_before_anybody_is_asked(place: Place) -> None:
    """And nothing is stored for it."""
    place.wiki = place.wiki / "nowhere"
    with pytest.raises(CorpusError, match="nowhere"):
        place.run()
    assert not place.settings.database.exists()


def test_pages_without_a_claim_are_refused_before_anybody_is_asked(place: Place) -> None:
    """An empty check must not look like a clean one."""
    for name in PAGES:
        place.write(name, "# Nothing is claimed here\n")
    with pytest.raises(CorpusError, match="no claim found in 3 files"):
        place.run()
    assert sum(place.new_requests().values()) == 0


@pytest.fixture
def read_only(place: Place) -> Iterator[None]:
    """A wiki and a store that was filled by somebody else, who lets us read them."""
    place.run()
    place.new_requests()
    with folder_of_another_user() as folder:
        place.wiki = Path(shutil.copytree(place.wiki, folder / "wiki"))
        database = folder / "canonid.sqlite"
        database.write_bytes(place.settings.database.read_bytes())
        database.chmod(0o444)
        folder.chmod(0o555)
        place.settings = replace(place.settings, database=database)
        with unprivileged():
            yield


@pytest.mark.usefixtures("only_substances", "read_only")
def test_a_database_that_cannot_be_written_is_refused_before_anybody_is_asked(place: Place) -> None:
    """The answers could not be kept; the message says what to do."""
    with pytest.raises(StoreError, match=r"cannot be written; make the file and its folder writable, or give another"):
        place.run()
    assert sum(place.new_requests().values()) == 0


@pytest.mark.usefixtures("only_substances")
def test_every_run_is_recorded(place: Place) -> None:
    """With what it asked, newest first."""
    reports = [place.run(remember=False), place.run(remember=False)]
    runs = last_runs(place.settings.database)
    assert {run.id for run in runs} == {report.run.id for report in reports}
    assert [run.authorities["chembl"].requests for run in runs] == [0, 3]
    assert place.states() == {}


@pytest.mark.usefixtures("only_substances")
def test_the_store_holds_the_replies_as_they_came(place: Place) -> None:
    """Raw, with release, address and date, so that a better parser can read them again."""
    place.run()
    (reply,) = [
        item for item in stored(place.settings.database) if item.question.key == "id:chembl.compound:CHEMBL1232"
    ]
    assert json.loads(reply.payload or "")["molecule"]["pref_name"] == "ERTAPENEM SODIUM"
    assert reply.url == f"{place.settings.chembl_url}/molecule/CHEMBL1232.json"
    assert (reply.release, reply.stale) == ("ChEMBL_37", False)
    assert abs(datetime.now(UTC) - reply.retrieved_at) < timedelta(minutes=5)


def test_every_request_says_who_asks(place: Place) -> None:
    """Operators of the services can write before they block."""
    place.run(contact="curator@example.org")
    agents = {(entry.authority, entry.headers["user-agent"]) for entry in place.services.log}
    assert {name for name, _ in agents} == set(AUTHORITIES)
    assert {agent for _, agent in agents} == {f"canonid/{__version__} (curator@example.org)"}
