"""Runs while an authority is down: its claims are open, the others are decided, and an outage is never an absence."""

from __future__ import annotations

from pathlib import Path

import pytest

from canonid.model import Verdict
from tests.emulator import faults
from tests.emulator.faults import Fault
from tests.emulator.wire import AUTHORITIES, AuthorityName
from tests.flow.conftest import WRONG, Place, code, verdicts
from tests.flow.test_runs import EXPECTED, age

OWN = {"chembl": {"chembl-id"}, "pubchem": {"pubchem-cid"}, "clinicaltrials": {"nct-id", "trial-status"}}
"""The fields of the pages that each authority decides."""


@pytest.mark.parametrize(
    ("authority", "fault", "exit_code"),
    [
        ("chembl", faults.REFUSED, 3),
        ("chembl", faults.HTTP_403, 3),
        ("pubchem", faults.REFUSED, 1),
        ("pubchem", faults.HTTP_403, 1),
        ("clinicaltrials", faults.REFUSED, 1),
        ("clinicaltrials", faults.HTTP_403, 1),
    ],
    ids=str,
)
def test_an_authority_that_is_down_leaves_its_own_claims_open_and_no_others(
    place: Place, authority: AuthorityName, fault: Fault, exit_code: int
) -> None:
    """Nothing of an outage gets into the store; without ChEMBL the wrong id cannot be seen, hence exit code 3."""
    place.services.always(authority, fault)
    report = place.run()
    expected = {claim: "unavailable" if claim[1] in OWN[authority] else verdict for claim, verdict in EXPECTED.items()}
    assert verdicts(report) == expected
    assert code(report, place.settings) == exit_code
    assert authority not in {name for name, _ in place.stored()}
    assert report.run.authorities[authority].status.startswith("unavailable: ")
    assert {report.run.authorities[name].status for name in AUTHORITIES if name != authority} == {"ok"}


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_when_it_is_back_only_what_is_open_is_asked(place: Place, authority: AuthorityName) -> None:
    """And all is decided as if nothing had been."""
    place.services.always(authority, faults.REFUSED)
    place.run()
    place.services.calm()
    place.new_requests()
    report = place.run()
    assert verdicts(report) == EXPECTED
    assert code(report, place.settings) == 1
    asked = place.new_requests()
    assert asked[authority] > 0
    assert sum(asked.values()) <= asked[authority] + 1  # the search by structure that PubChem's reply makes worth it


def test_with_everybody_down_nothing_is_decided_and_nothing_stored(place: Place) -> None:
    """No network at all."""
    for authority in AUTHORITIES:
        place.services.always(authority, faults.REFUSED)
    report = place.run()
    assert set(verdicts(report).values()) == {"unavailable"}
    assert (report.findings, place.stored(), code(report, place.settings)) == ((), {}, 3)
    assert all("refused the connection" in item.reason for item in report.claims)
    assert sum(use.requests for use in report.run.authorities.values()) <= 6


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_a_page_of_html_is_not_taken_for_an_answer(place: Place, authority: AuthorityName) -> None:
    """A proxy's "not found" and a maintenance page with status 200 say nothing about a record."""
    place.services.play(authority, faults.HTML_200)
    place.services.always(authority, faults.FULL_404_HTML)
    report = place.run()
    assert {item.verdict for item in report.claims if item.claim.field in OWN[authority]} == {Verdict.UNAVAILABLE}
    assert authority not in {name for name, _ in place.stored()}


@pytest.mark.parametrize("authority", AUTHORITIES)
def test_old_evidence_answers_during_an_outage_and_says_so(place: Place, authority: AuthorityName) -> None:
    """The verdicts stay, their evidence is marked, the run is marked, and the store keeps the old date."""
    place.run()
    age(place, 100)
    before = place.stored()
    place.services.always(authority, faults.REFUSED)
    report = place.run()
    assert verdicts(report) == EXPECTED
    used = {
        (item.authority, item.stale)
        for claim in report.claims
        for item in claim.evidence
        if item.authority == authority
    }
    assert used == {(authority, True)}
    assert report.run.authorities[authority].status.startswith("degraded: ")
    assert place.stored() == before
    place.services.calm()
    place.new_requests()
    place.run()
    assert place.new_requests()[authority] > 0


def test_a_stumble_is_no_outage(place: Place) -> None:
    """One failed request is made again, and nobody notices but the count."""
    place.services.play("pubchem", faults.HTTP_503_JSON)
    report = place.run()
    assert verdicts(report) == EXPECTED
    assert report.run.authorities["pubchem"].requests == 2
    assert report.run.authorities["pubchem"].status == "ok"


@pytest.mark.usefixtures("only_substances")
def test_an_unknown_id_is_an_absence_and_is_stored_as_one(place: Place) -> None:
    """The counterpart: only the authority's own word makes a record absent."""
    place.write("metformin", "---\nchembl-id: CHEMBL99999999\n---\n# Metformin\n")
    report = place.run()
    assert verdicts(report)["metformin", "chembl-id", "CHEMBL99999999"] == "discrepant"
    absent = {question.key for (_, question), payload in place.stored().items() if payload is None}
    assert "id:chembl.compound:CHEMBL99999999" in absent
    place.new_requests()
    place.run()
    assert sum(place.new_requests().values()) == 0


@pytest.mark.usefixtures("only_substances")
def test_without_an_export_drugbank_is_unavailable_and_an_export_decides(place: Place, tmp_path: Path) -> None:
    """Files are the only way to ask DrugBank; an export that is supplied later counts at once."""
    place.write("metformin", "---\npubchem-cid: 4091\ndrugbank-id: DB00331\n---\n# Metformin\n")
    without = place.run()
    claim = ("metformin", "drugbank-id", "DB00331")
    assert verdicts(without)[claim] == "unavailable"
    assert {item.reason for item in without.claims if item.claim.prefix == "drugbank"} != {""}
    export = tmp_path / "drugbank_vocabulary.csv"
    export.write_text(
        "DrugBank ID,Accession Numbers,Common name,CAS,UNII,Synonyms,Standard InChI Key\n"
        "DB00331,APRD01099,Metformin,657-24-9,9100L32L2N,Dimethylbiguanide,XZWYZXLIPXDOLR-UHFFFAOYSA-N\n",
        encoding="utf-8",
    )
    assert verdicts(place.run(drugbank=(export,)))[claim] == "confirmed"
    assert verdicts(place.run())[claim] == "confirmed"  # it was imported


def test_an_interrupted_run_keeps_what_it_received(place: Place) -> None:
    """Ctrl-C within a round, while ChEMBL takes its time: what the others said is not asked again."""
    place.services.always("chembl", faults.HANG)
    answered = set()

    def interrupt(authority: str, done: int, asked: int) -> None:
        if done == asked:
            answered.add(authority)
        if answered == {"pubchem", "clinicaltrials"}:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        place.run(interrupt)
    assert {name for name, _ in place.stored()} == answered
    place.services.calm()
    place.new_requests()
    assert verdicts(place.run()) == EXPECTED
    assert place.new_requests() == {"chembl": 3, "pubchem": 0, "clinicaltrials": 0}


def test_verdicts_can_be_derived_again_offline(place: Place) -> None:
    """From the stored replies alone, with everybody down."""
    place.run()
    for authority in AUTHORITIES:
        place.services.always(authority, faults.REFUSED)
    report = place.run(offline=True)
    assert verdicts(report) == EXPECTED
    assert report.run.offline
    assert verdicts(report)["adapalene", *WRONG] == "discrepant"
