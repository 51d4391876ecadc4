"""PubChem as the adapter asks and reads it, against the loopback emulator."""

from __future__ import annotations

import importlib
import io
import ssl
import subprocess
import sys
import textwrap
import urllib.parse
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from canonid.authorities.pacing import SharedPacer
from canonid.authorities.pubchem import PubChemAuthority
from canonid.authorities.pubchem_seam import Seam
from canonid.authorities.transport import Courier, Pacer
from canonid.errors import AuthorityUnavailable
from canonid.identifiers import CHEMBL, DRUGBANK, PUBCHEM, PUBCHEM_SUBSTANCE, Reference
from canonid.model import (
    Answer,
    ById,
    ByName,
    ByStructure,
    Evidence,
    Found,
    NotFound,
    Question,
    Status,
    Synonyms,
    TrialSearch,
    Unanswered,
    Unavailable,
)
from tests.emulator import Emulator, World, compound, faults
from tests.emulator.faults import Fault
from tests.emulator.wire import json_reply, text_reply

DAY = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
FISETIN, BERBERINE, METFORMIN = 5281614, 2353, 4091
FISETIN_KEY = "XHEFDIBZLJXQHF-UHFFFAOYSA-N"


def small_world() -> World:
    """Three compounds, a retired CID with its successor, and two deposits of DrugBank."""
    world = World.of(
        compound(FISETIN, "Fisetin", FISETIN_KEY, "C15H10O6", "286.24", ["fisetin", "528-48-3"], charge=0),
        compound(BERBERINE, "Berberine", "YBHILYKTIRIUTE-UHFFFAOYSA-N", "C20H18NO4+", "336.4", charge=1),
        compound(METFORMIN, "Metformin", "XZWYZXLIPXDOLR-UHFFFAOYSA-N", "C4H11N5", "129.16", charge=0),
        compound(135398752, "(synthetic) successor of 4644"),
    )
    world.preferred = {4644: 135398752}
    world.names = {"anakinra": [], "tocilizumab": [10150081]}
    world.deposits = {"DB00331": {46507000: [METFORMIN]}, "DB00002": {46507042: []}}
    return world


@pytest.fixture
def world() -> World:
    """A small world of the test's own."""
    return small_world()


@pytest.fixture
def emulator(world: World) -> Iterator[Emulator]:
    """The services over `world`."""
    with Emulator(world) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def one_emulator() -> Iterator[Emulator]:
    """One emulator for all tests of faults, which change nothing in its world."""
    with Emulator(small_world()) as emulator:
        yield emulator


@pytest.fixture
def faulty(one_emulator: Emulator) -> Iterator[Emulator]:
    """The emulator for faults, calm again afterwards."""
    yield one_emulator
    one_emulator.calm()


def pubchem_of(
    emulator: Emulator,
    *,
    pacer: Pacer | None = None,
    throttle: SharedPacer | None = None,
    deadline: float = 5.0,
    attempts: int = 2,
) -> PubChemAuthority:
    """The authority at the emulator, with waits between attempts that take no time."""
    courier = Courier(
        "PubChem", deadline=deadline, attempts=attempts, patience=10, pacer=pacer, sleep=lambda _: None, backoff=0.01
    )
    return PubChemAuthority(emulator.pubchem_url, courier, "curator@example.org", throttle, now=lambda: DAY)


def by_cid(*cids: int) -> list[Question]:
    return [ById(Reference(PUBCHEM, str(cid))) for cid in cids]


def ask(authority: PubChemAuthority, questions: Sequence[Question]) -> dict[Question, Answer | str]:
    """What each question came to: an answer, or the reason why there is none."""
    results: dict[Question, Answer | str] = {}
    for item in authority.fetch(questions):
        assert item.question not in results
        results[item.question] = item.reason if isinstance(item, Unanswered) else authority.parse(item)
    return results


def ask_one(authority: PubChemAuthority, question: Question) -> Answer | str:
    return ask(authority, [question])[question]


def form_of(body: bytes) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl(body.decode()))


# --- what is asked, and how often -------------------------------------------------------------------------------------


def test_cid_brings_name_structure_and_properties(emulator: Emulator) -> None:
    """A CID answers with title, InChIKey, formula, mass as a number and charge."""
    answer = ask_one(pubchem_of(emulator), by_cid(FISETIN)[0])
    assert isinstance(answer, Found)
    record = answer.record
    assert (record.name, record.inchikey, record.formula) == ("Fisetin", FISETIN_KEY, "C15H10O6")
    assert (record.mass, record.charge, record.structured, record.status) == (286.24, 0, True, Status.CURRENT)


def test_evidence_says_when_and_where(emulator: Emulator) -> None:
    """PubChem has no release: the date stands for it; the URL opens the same answer in a browser."""
    authority = pubchem_of(emulator)
    (evidence,) = authority.fetch(by_cid(FISETIN))
    assert isinstance(evidence, Evidence)
    assert (evidence.release, evidence.retrieved_at) == ("2026-11-22", DAY)
    assert evidence.url == (
        f"{emulator.pubchem_url}/compound/cid/5281614"
        "/property/Title,MolecularFormula,MolecularWeight,InChIKey,Charge/JSON"
    )


def test_request_names_canonid_and_its_user(emulator: Emulator) -> None:
    """PubChem's operators can see who asks and whom to write to."""
    ask(pubchem_of(emulator), by_cid(FISETIN))
    agent = emulator.requests("pubchem")[0].headers["user-agent"]
    assert agent.startswith("canonid/")
    assert "curator@example.org" in agent


def test_thousand_cids_take_ten_requests(emulator: Emulator, world: World) -> None:
    """CIDs go 100 to a POST; live ones need no second look."""
    world.add(*(compound(cid, f"(synthetic) {cid}") for cid in range(1, 1001)))
    answers = ask(pubchem_of(emulator), by_cid(*range(1, 1001)))
    assert all(isinstance(answer, Found) for answer in answers.values())
    assert [len(form_of(r.body)["cid"].split(",")) for r in emulator.requests("pubchem")] == [100] * 10


def test_ten_batches_at_the_default_pace_are_not_refused(world: World, tmp_path: Path) -> None:
    """PubChem's limits, strictly enforced, refuse nothing; and the whole takes no longer than the pace demands."""
    world.add(*(compound(cid, f"(synthetic) {cid}") for cid in range(1, 1001)))
    with Emulator(world, latency=0.02, pubchem_limits=True) as emulator:
        pacer = SharedPacer(tmp_path / "pace.sqlite")
        answers = ask(pubchem_of(emulator, pacer=pacer), by_cid(*range(1, 1001)))
        assert (len(answers), emulator.count("pubchem"), emulator.refusals) == (1000, 10, 0)


def test_questions_are_asked_once(emulator: Emulator) -> None:
    """The same question twice in one list costs one answer."""
    assert len(list(pubchem_of(emulator).fetch(by_cid(FISETIN, FISETIN)))) == 1


def test_requests_are_counted(emulator: Emulator) -> None:
    """`requests` counts what went out, retries included."""
    emulator.play("pubchem", faults.HTTP_503_JSON)
    authority = pubchem_of(emulator)
    ask(authority, by_cid(FISETIN))
    assert authority.requests == emulator.count("pubchem") == 2


def test_nothing_is_asked_for_no_questions(emulator: Emulator) -> None:
    """An empty list makes no request."""
    assert ask(pubchem_of(emulator), []) == {}
    assert emulator.count("pubchem") == 0


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (ById(Reference(PUBCHEM, "2244")), True),
        (ById(Reference(PUBCHEM, "0")), False),
        (ById(Reference(PUBCHEM, "CID 2244")), False),
        (ById(Reference(DRUGBANK, "DB00945")), True),
        (ById(Reference(CHEMBL, "CHEMBL25")), False),
        (Synonyms(Reference(PUBCHEM, "2244")), True),
        (Synonyms(Reference(DRUGBANK, "DB00945")), False),
        (ByStructure(FISETIN_KEY), True),
        (ByName.of("fisetin"), True),
        (ByName(""), False),
        (ByName("fise\ud800tin"), False),
        (TrialSearch(("fisetin",), ("RECRUITING",)), False),
    ],
)
def test_accepts_what_pubchem_can_be_asked(emulator: Emulator, question: Question, expected: bool) -> None:
    """Identifiers in canonical spelling, InChIKeys and printable names."""
    assert pubchem_of(emulator).accepts(question) is expected


def test_question_for_another_authority_is_turned_down(emulator: Emulator) -> None:
    """Asked for a ChEMBL id, the authority says that it cannot, and asks nobody."""
    answer = ask_one(pubchem_of(emulator), ById(Reference(CHEMBL, "CHEMBL25")))
    assert answer == "PubChem cannot be asked for id:chembl.compound:CHEMBL25"
    assert emulator.count("pubchem") == 0


# --- unknown and retired CIDs -----------------------------------------------------------------------------------------


def test_unknown_cid_in_a_batch_is_not_found(emulator: Emulator) -> None:
    """A CID that the batch leaves out, and to which nothing is preferred, does not exist; the others are answered."""
    known, unknown = by_cid(FISETIN, 999999999)
    answers = ask(pubchem_of(emulator), [known, unknown])
    assert isinstance(answers[known], Found)
    assert isinstance(answers[unknown], NotFound)


def test_unknown_cid_alone_is_not_found(emulator: Emulator) -> None:
    """PUGREST.NotFound is an answer."""
    assert isinstance(ask_one(pubchem_of(emulator), by_cid(999999999)[0]), NotFound)


@pytest.mark.parametrize("manner", ["thin", "dropped"])
def test_retired_cid_names_its_successor(emulator: Emulator, world: World, manner: str) -> None:
    """However the batch treats a non-live CID, `preferred` tells what replaced it."""
    world.nonlive_cids = "thin" if manner == "thin" else "dropped"
    retired, live = by_cid(4644, FISETIN)
    answer = ask(pubchem_of(emulator), [retired, live])[retired]
    assert isinstance(answer, Found)
    assert (answer.record.status, answer.record.replaced_by) == (
        Status.SECONDARY,
        Reference(PUBCHEM, "135398752"),
    )
    assert answer.record.reference == Reference(PUBCHEM, "4644")


def test_row_with_only_a_cid_is_a_thin_record(emulator: Emulator, world: World) -> None:
    """A row without any property, which nothing replaces, is a record that says nothing: not an absence."""
    world.unknown_cids = "thin"
    known, thin = by_cid(FISETIN, 999999999)
    answer = ask(pubchem_of(emulator), [known, thin])[thin]
    assert isinstance(answer, Found)
    assert (answer.record.is_thin, answer.record.status, answer.record.structured) == (True, Status.CURRENT, None)


def test_several_retired_cids_are_never_mixed_up(emulator: Emulator, world: World) -> None:
    """The reply to several is a flat list in no promised order: each gets its own successor, unknown ones none."""
    world.preferred |= {101: BERBERINE, 102: METFORMIN, 103: FISETIN}
    world.nonlive_cids = "dropped"
    answers = ask(pubchem_of(emulator), by_cid(102, 999999998, 101, 999999999, 103, FISETIN))
    replaced = {
        question.key: answer.record.replaced_by and answer.record.replaced_by.identifier
        for question, answer in answers.items()
        if isinstance(answer, Found)
    }
    assert replaced == {
        "id:pubchem.compound:101": str(BERBERINE),
        "id:pubchem.compound:102": str(METFORMIN),
        "id:pubchem.compound:103": str(FISETIN),
        f"id:pubchem.compound:{FISETIN}": None,
    }


def test_empty_row_that_prefers_itself_is_current(emulator: Emulator, world: World) -> None:
    """A thin row that is its own preferred CID is a live record, even beside a retired one."""
    world.add(compound(77))
    thin, retired = by_cid(77, 4644)
    answers = ask(pubchem_of(emulator), [thin, retired])
    assert [a.record.status for a in answers.values() if isinstance(a, Found)] == [Status.CURRENT, Status.SECONDARY]


def test_doubtful_cids_of_all_batches_share_one_request(emulator: Emulator, world: World) -> None:
    """A missing CID in each of three batches costs one further request, not three."""
    world.add(*(compound(cid, f"(synthetic) {cid}") for cid in range(1, 301) if cid % 100))
    ask(pubchem_of(emulator), by_cid(*range(1, 301)))
    assert emulator.count("pubchem") == 4


def test_cid_stays_open_when_its_successor_cannot_be_asked(emulator: Emulator) -> None:
    """A missing row alone is no proof of absence: without the answer about a successor nothing is concluded."""
    question = by_cid(999999999)[0]
    emulator.always("pubchem", faults.when(faults.HTTP_503_JSON, lambda request: "cids_type" in request.target))
    assert ask_one(pubchem_of(emulator), question) == (
        "PubChem answered 503 (PUGREST.ServerBusy: Too many requests or server too busy); try again later"
    )


def test_several_preferred_cids_for_one_are_no_answer(emulator: Emulator) -> None:
    """One retired CID has one successor; a list of two is not guessed from."""
    odd = faults.canned("two", json_reply({"IdentifierList": {"CID": [1, 2, 241]}}))
    emulator.always("pubchem", faults.when(odd, lambda request: "cids_type" in request.target))
    answer = ask_one(pubchem_of(emulator), by_cid(4644)[0])
    assert isinstance(answer, str)
    assert "several CIDs" in answer


def spoilt_by(cid: int) -> Fault:
    """(synthetic) "Not found" for every list with this CID in it."""
    body = {"Fault": {"Code": "PUGREST.NotFound", "Message": "No CID found"}}
    not_found = faults.canned("spoilt", json_reply(body, 404))
    return faults.when(not_found, lambda request: str(cid) in form_of(request.body).get("cid", "").split(","))


def test_one_bad_cid_that_makes_its_batch_not_found_does_not_make_the_others_absent(
    emulator: Emulator, world: World
) -> None:
    """The others are found with all that PubChem says of them; only the bad one does not exist."""
    world.add(*(compound(cid, f"(synthetic) {cid}") for cid in range(1, 30)))
    emulator.always("pubchem", spoilt_by(999))
    bad, *good = by_cid(999, *range(1, 30))
    answers = ask(pubchem_of(emulator), [bad, *good])
    names = [answer.record.name for question in good if isinstance(answer := answers[question], Found)]
    assert names == [f"(synthetic) {cid}" for cid in range(1, 30)]
    assert isinstance(answers[bad], NotFound)


@pytest.mark.parametrize("cids", [[FISETIN], [FISETIN, BERBERINE]], ids=len)
def test_a_server_that_finds_nothing_at_all_proves_no_absence(emulator: Emulator, cids: list[int]) -> None:
    """Benzene is in PubChem: where even that is "not found", nothing is said of the others."""
    body = {"Fault": {"Code": "PUGREST.NotFound", "Message": "No CID found"}}
    emulator.always("pubchem", faults.canned("nothing", json_reply(body, 404)))
    answers = ask(pubchem_of(emulator), by_cid(*cids))
    assert {isinstance(answer, str) and "nothing was concluded" in answer for answer in answers.values()} == {True}


def test_one_bad_cid_does_not_take_the_synonyms_of_the_others(emulator: Emulator, world: World) -> None:
    """ "Not found" for a list is no word on each of it."""
    world.add(compound(77, "(synthetic)", synonyms=["seventy-seven"]))
    emulator.always("pubchem", spoilt_by(999))
    questions = [Synonyms(Reference(PUBCHEM, cid)) for cid in ("77", "999")]
    answers = ask(pubchem_of(emulator), questions)
    assert [type(answers[question]) for question in questions] == [Found, NotFound]


def test_benzene_itself_can_be_asked_for(emulator: Emulator) -> None:
    """Also where its row is missing."""
    answer = ask_one(pubchem_of(emulator), by_cid(241)[0])
    assert isinstance(answer, Found)


# --- batches that are too large, too slow or malformed ----------------------------------------------------------------


@pytest.mark.parametrize("fault", [faults.HTTP_504, faults.HTTP_413], ids=str)
def test_batches_shrink_when_too_broad_and_grow_again(emulator: Emulator, world: World, fault: Fault) -> None:
    """A batch that takes too long is halved at once, and the size recovers after success."""
    world.add(*(compound(cid, f"(synthetic) {cid}") for cid in range(1, 301)))
    emulator.play("pubchem", fault)
    answers = ask(pubchem_of(emulator), by_cid(*range(1, 301)))
    sizes = [len(form_of(r.body)["cid"].split(",")) for r in emulator.requests("pubchem")]
    assert all(isinstance(answer, Found) for answer in answers.values())
    assert sizes == [100, 50, 50, 100, 100]


def test_one_malformed_cid_does_not_spoil_its_batch(emulator: Emulator, world: World) -> None:
    """If one CID makes PubChem refuse the whole list, the others are answered and that one is not guessed at."""
    world.add(*(compound(cid, f"(synthetic) {cid}") for cid in range(1, 101)))
    bad = faults.canned("bad", json_reply({"Fault": {"Code": "PUGREST.BadRequest", "Message": "Invalid CID"}}, 400))
    emulator.always("pubchem", faults.when(bad, lambda r: "9999999999" in form_of(r.body).get("cid", "")))
    answers = ask(pubchem_of(emulator), by_cid(*range(1, 100), 9999999999))
    assert sum(isinstance(answer, Found) for answer in answers.values()) == 99
    assert answers[by_cid(9999999999)[0]] == (
        "PubChem answered 400 (PUGREST.BadRequest: Invalid CID); check how the identifier or name is written"
    )


def test_splitting_ends(emulator: Emulator) -> None:
    """A server that refuses every list is not asked for each CID."""
    bad = faults.canned("bad", json_reply({"Fault": {"Code": "PUGREST.BadRequest", "Message": "?"}}, 400))
    emulator.always("pubchem", bad)
    answers = ask(pubchem_of(emulator), by_cid(*range(1, 101)))
    assert len(answers) == 100
    assert emulator.count("pubchem") <= 40


def test_rows_about_others_are_not_believed(emulator: Emulator) -> None:
    """A reply about CIDs that were not asked for says nothing about those that were."""
    reply = json_reply({"PropertyTable": {"Properties": [{"CID": 1, "Title": "(synthetic)"}]}})
    emulator.always("pubchem", faults.canned("others", reply))
    answer = ask_one(pubchem_of(emulator), by_cid(FISETIN)[0])
    assert isinstance(answer, str)
    assert "other records" in answer


# --- synonyms ---------------------------------------------------------------------------------------------------------


def test_synonyms_bring_names_and_cross_references(emulator: Emulator, world: World) -> None:
    """Depositors list identifiers among the names; only canonical spellings of known registries become pointers."""
    listed = ["aspirin", "50-78-2", "CHEMBL25", "DB00945", "UNII-R16CO5Y76E", "CAS-50-78-2", "50-78-3", "AI3-02956"]
    world.add(compound(2244, "Aspirin", "BSYNRYMUTXBXSQ-UHFFFAOYSA-N", synonyms=listed))
    question = Synonyms(Reference(PUBCHEM, "2244"))
    answer = ask_one(pubchem_of(emulator), question)
    assert isinstance(answer, Found)
    assert answer.record.synonyms == tuple(listed)
    assert [reference.curie for reference in answer.record.xrefs] == [
        "cas:50-78-2",
        "chembl.compound:CHEMBL25",
        "drugbank:DB00945",
        "unii:R16CO5Y76E",
    ]


def test_synonyms_go_a_hundred_to_a_request(emulator: Emulator, world: World) -> None:
    """250 CIDs are three POSTs."""
    world.add(*(compound(cid, synonyms=[f"(synthetic) {cid}"]) for cid in range(1, 251)))
    ask(pubchem_of(emulator), [Synonyms(Reference(PUBCHEM, str(cid))) for cid in range(1, 251)])
    assert emulator.count("pubchem") == 3


def test_compound_without_synonyms_has_none(emulator: Emulator) -> None:
    """An entry without the key `Synonym` is an empty list, not an error."""
    answer = ask_one(pubchem_of(emulator), Synonyms(Reference(PUBCHEM, str(METFORMIN))))
    assert isinstance(answer, Found)
    assert answer.record.synonyms == ()


def test_synonyms_of_an_unknown_cid_are_not_found(emulator: Emulator) -> None:
    """A CID that the batch leaves out has no entry."""
    known, unknown = (Synonyms(Reference(PUBCHEM, cid)) for cid in (str(FISETIN), "999999999"))
    answers = ask(pubchem_of(emulator), [known, unknown])
    assert isinstance(answers[known], Found)
    assert isinstance(answers[unknown], NotFound)


def test_synonyms_stay_open_when_refused(emulator: Emulator) -> None:
    """A failed batch leaves each of its questions unanswered, with the reason."""
    emulator.always("pubchem", faults.HTTP_503_HTML)
    answer = ask_one(pubchem_of(emulator), Synonyms(Reference(PUBCHEM, str(FISETIN))))
    assert answer == "PubChem answered 503; try again later"


# --- searches ---------------------------------------------------------------------------------------------------------


def test_inchikey_may_belong_to_several_cids(emulator: Emulator, world: World) -> None:
    """All records of a structure are returned; choosing is not for the adapter."""
    world.add(compound(6, "(synthetic) twin", FISETIN_KEY))
    answer = ask_one(pubchem_of(emulator), ByStructure(FISETIN_KEY))
    assert isinstance(answer, Found)
    assert [record.reference.identifier for record in answer.records] == [str(FISETIN), "6"]


def test_unknown_inchikey_is_not_found(emulator: Emulator) -> None:
    """404 with PUGREST.NotFound is PubChem's no."""
    assert isinstance(ask_one(pubchem_of(emulator), ByStructure("AAAAAAAAAAAAAA-UHFFFAOYSA-N")), NotFound)


def test_cid_zero_means_none(emulator: Emulator) -> None:
    """A structure that PubChem can read but does not hold comes back as CID 0."""
    emulator.play("pubchem", faults.canned("zero", json_reply({"PropertyTable": {"Properties": [{"CID": 0}]}})))
    assert isinstance(ask_one(pubchem_of(emulator), ByStructure(FISETIN_KEY)), NotFound)


@pytest.mark.parametrize("name", ["fisetin", "FISETIN", "528-48-3"])
def test_name_finds_its_compound(emulator: Emulator, name: str) -> None:
    """Titles and synonyms are found, whatever their case."""
    answer = ask_one(pubchem_of(emulator), ByName.of(name))
    assert isinstance(answer, Found)
    assert answer.record.reference.identifier == str(FISETIN)


def test_name_with_comma_is_one_name(emulator: Emulator, world: World) -> None:
    """A comma does not make two names of one."""
    world.add(compound(1486, "2,4-D / acid?", "OVSKIKFHRZPJSS-UHFFFAOYSA-N"))
    (evidence,) = pubchem_of(emulator).fetch([ByName.of("2,4-D / acid?")])
    assert form_of(emulator.requests("pubchem")[0].body) == {"name": "2,4-d / acid?"}
    assert isinstance(evidence, Evidence)
    assert "/compound/name/2%2C4-d%20%2F%20acid%3F/property/" in evidence.url


def test_biologic_without_cid_is_not_found_by_name(emulator: Emulator) -> None:
    """Anakinra has no compound record: 404."""
    assert isinstance(ask_one(pubchem_of(emulator), ByName.of("Anakinra")), NotFound)


def test_search_stays_open_when_refused(emulator: Emulator) -> None:
    """An outage is no absence."""
    emulator.always("pubchem", faults.HTTP_503_JSON)
    assert isinstance(ask_one(pubchem_of(emulator), ByName.of("fisetin")), str)


# --- DrugBank's deposits ----------------------------------------------------------------------------------------------


def test_drugbank_accession_leads_to_its_cids(emulator: Emulator) -> None:
    """What DrugBank deposited under an accession: substances, and the compounds they became."""
    question = ById(Reference(DRUGBANK, "DB00331"))
    answer = ask_one(pubchem_of(emulator), question)
    assert isinstance(answer, Found)
    assert answer.record.xrefs == (Reference(PUBCHEM, str(METFORMIN)), Reference(PUBCHEM_SUBSTANCE, "46507000"))
    assert emulator.requests("pubchem")[0].path == "/substance/sourceid/DrugBank/DB00331/sids/JSON"


def test_biologic_has_a_deposit_without_cid(emulator: Emulator) -> None:
    """An antibody has a substance record and no compound."""
    answer = ask_one(pubchem_of(emulator), ById(Reference(DRUGBANK, "DB00002")))
    assert isinstance(answer, Found)
    assert answer.record.xrefs == (Reference(PUBCHEM_SUBSTANCE, "46507042"),)
    assert answer.record.structured is None


def test_accession_that_drugbank_never_deposited_is_not_found(emulator: Emulator) -> None:
    """No substance under that accession."""
    assert isinstance(ask_one(pubchem_of(emulator), ById(Reference(DRUGBANK, "DB99999"))), NotFound)


def test_cids_of_all_deposits_are_asked_together(emulator: Emulator) -> None:
    """One request an accession, and one for all their substances."""
    questions = [ById(Reference(DRUGBANK, accession)) for accession in ("DB00331", "DB00002")]
    ask(pubchem_of(emulator), questions)
    assert emulator.count("pubchem") == 3


def test_without_a_deposit_other_depositors_are_asked(emulator: Emulator) -> None:
    """Anybody may list an accession: the reply names compounds, and no substance of DrugBank's."""
    emulator.world.registry["DB00999"] = [METFORMIN]
    answer = ask_one(pubchem_of(emulator), ById(Reference(DRUGBANK, "DB00999")))
    assert isinstance(answer, Found)
    assert answer.record.xrefs == (Reference(PUBCHEM, str(METFORMIN)),)


def test_other_depositors_that_cannot_be_asked_leave_it_open(emulator: Emulator) -> None:
    """The deposit was not found, but that is not all there is to know."""
    emulator.always("pubchem", faults.when(faults.HTTP_503_JSON, lambda request: "RegistryID" in request.path))
    assert isinstance(ask_one(pubchem_of(emulator), ById(Reference(DRUGBANK, "DB99999"))), str)


@pytest.mark.parametrize("part", ["sids", "cids"])
def test_deposit_stays_open_when_a_part_is_refused(emulator: Emulator, part: str) -> None:
    """Half an answer is none."""
    emulator.always("pubchem", faults.when(faults.HTTP_503_JSON, lambda request: f"/{part}/" in request.path))
    assert isinstance(ask_one(pubchem_of(emulator), ById(Reference(DRUGBANK, "DB00331"))), str)


# --- throttling -------------------------------------------------------------------------------------------------------


class Told:
    """Remembers how it was told to slow down."""

    def __init__(self) -> None:
        self.orders: list[tuple[float, float]] = []

    def slow_down(self, factor: float = 1.0, seconds: float = 0.0) -> None:
        self.orders.append((factor, seconds))


def watched(emulator: Emulator, told: Told) -> PubChemAuthority:
    courier = Courier("PubChem", deadline=5, attempts=2, sleep=lambda _: None)
    return PubChemAuthority(emulator.pubchem_url, courier, "", told)


def test_yellow_doubles_the_spacing_until_green(emulator: Emulator) -> None:
    """The header on a good answer is heeded, and its end, too."""
    emulator.play("pubchem", faults.YELLOW)
    told = Told()
    ask(watched(emulator, told), [ByName.of("fisetin"), ByName.of("berberine"), ByName.of("metformin")])
    assert told.orders == [(2.0, 0.0), (1.0, 0.0)]


def test_red_pauses(emulator: Emulator) -> None:
    """Nothing leaves for ten seconds after a reply that says Red; the reply itself counts."""
    emulator.play("pubchem", faults.RED)
    told = Told()
    answer = ask_one(watched(emulator, told), ByName.of("fisetin"))
    assert isinstance(answer, Found)
    assert told.orders == [(2.0, 10.0)]


def test_absent_throttle_header_changes_nothing(emulator: Emulator) -> None:
    """Some answers come without the header."""
    emulator.play("pubchem", faults.NO_THROTTLE_HEADER)
    told = Told()
    assert isinstance(ask_one(watched(emulator, told), ByName.of("fisetin")), Found)
    assert told.orders == []


def test_black_stops_at_once(emulator: Emulator) -> None:
    """A blocked address makes not one more request."""
    emulator.always("pubchem", faults.BLACK)
    with pytest.raises(AuthorityUnavailable, match="blocked this address"):
        ask(pubchem_of(emulator, attempts=4), by_cid(FISETIN))
    assert emulator.count("pubchem") == 1


def test_black_on_an_answer_keeps_the_answer_and_stops(emulator: Emulator) -> None:
    """What PubChem still answered is kept; nothing is asked after it."""
    emulator.play("pubchem", faults.throttle("Black", 100))
    replies = pubchem_of(emulator).fetch([ByName.of("fisetin"), ByName.of("berberine")])
    assert isinstance(next(replies), Evidence)
    with pytest.raises(AuthorityUnavailable, match="Black"):
        next(replies)
    assert emulator.count("pubchem") == 1


# --- faults -----------------------------------------------------------------------------------------------------------

QUESTIONS = (
    ById(Reference(PUBCHEM, str(FISETIN))),
    Synonyms(Reference(PUBCHEM, str(FISETIN))),
    ById(Reference(DRUGBANK, "DB00331")),
    ByStructure(FISETIN_KEY),
    ByName.of("fisetin"),
)


@pytest.mark.parametrize("fault", faults.MATRIX, ids=str)
def test_no_fault_becomes_an_answer(faulty: Emulator, fault: Fault) -> None:
    """Whatever goes wrong, every question stays open with a sentence that says what to do, in few requests."""
    faulty.always("pubchem", fault)
    authority = pubchem_of(faulty, deadline=0.2)
    reasons: list[str] = []
    try:
        for item in authority.fetch(QUESTIONS):
            assert isinstance(item, Unanswered)
            reasons.append(item.reason)
    except AuthorityUnavailable as unavailable:
        reasons.append(unavailable.reason)
    assert all(reason.startswith("PubChem ") and "; " in reason for reason in reasons)
    assert reasons
    assert authority.requests <= 20


@pytest.mark.parametrize("fault", [f for f in faults.MATRIX if f is not faults.REFUSED], ids=str)
def test_one_fault_is_survived_or_told(faulty: Emulator, fault: Fault) -> None:
    """A fault that happens once costs at most the question that it met; no answer is wrong."""
    faulty.play("pubchem", fault)
    answers = ask(pubchem_of(faulty, deadline=1.0), QUESTIONS)
    assert sum(isinstance(answer, str) for answer in answers.values()) <= 1
    assert not any(isinstance(answer, NotFound | Unavailable) for answer in answers.values())


def pugrest(status: int, code: str) -> Fault:
    return faults.canned(code, json_reply({"Fault": {"Code": f"PUGREST.{code}", "Message": "(synthetic)"}}, status))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (pugrest(200, "ServerBusy"), "answered 200 (PUGREST.ServerBusy: (synthetic)); try again later"),
        (pugrest(503, "NotFound"), "answered 503 (PUGREST.NotFound: (synthetic)); try again later"),
        (pugrest(404, "Unknown"), "answered 404 (PUGREST.Unknown: (synthetic)) without saying"),
        (pugrest(405, "NotAllowed"), "answered 405 (PUGREST.NotAllowed: (synthetic))"),
        (
            faults.canned("plain", text_reply("Status: 503\nCode: PUGREST.ServerBusy\nMessage: busy", 503)),
            "answered 503 (PUGREST.ServerBusy: busy); try again later",
        ),
        (
            faults.canned("plain-200", text_reply("Status: 503\nCode: PUGREST.ServerBusy\nMessage: busy")),
            "answered 200 (PUGREST.ServerBusy: busy); try again later",
        ),
        (faults.canned("waiting", json_reply({"Waiting": {"ListKey": "1"}}, 202)), "put the question in a queue"),
        (faults.canned("waiting-200", json_reply({"Waiting": {"ListKey": "1"}})), "put the question in a queue"),
        (faults.canned("empty", json_reply({"PropertyTable": {"Properties": []}})), "unknown shape"),
        (faults.canned("text-cid", json_reply({"PropertyTable": {"Properties": [{"CID": "1"}]}})), "unknown shape"),
        (faults.canned("row", json_reply({"PropertyTable": {"Properties": ["?"]}})), "unknown shape"),
        (faults.HTTP_403, "check the address in CANONID_PUBCHEM_URL"),
        (faults.FULL_404_HTML, "without saying that the record is unknown; check the address"),
        (faults.REDIRECT_LOOP, "answered 302; check the address"),
    ],
    ids=lambda value: str(value) if isinstance(value, Fault) else "",
)
def test_fault_is_named(faulty: Emulator, fault: Fault, reason: str) -> None:
    """PubChem's faults are read as JSON, as plain text and by status, and only one of them means absence."""
    faulty.always("pubchem", fault)
    answer = ask_one(pubchem_of(faulty), ByName.of("fisetin"))
    assert isinstance(answer, str)
    assert reason in answer


def test_plain_text_not_found_is_an_answer(faulty: Emulator) -> None:
    """PUGREST.NotFound means absence in plain text, too."""
    text = "Status: 404\nCode: PUGREST.NotFound\nMessage: No CID found\n"
    faulty.play("pubchem", faults.canned("plain", text_reply(text, 404)))
    assert isinstance(ask_one(pubchem_of(faulty), ByName.of("fisetin")), NotFound)


def test_list_of_another_shape_is_refused(faulty: Emulator) -> None:
    """A list of identifiers that are no numbers is not read."""
    faulty.always("pubchem", faults.canned("list", json_reply({"IdentifierList": {"SID": ["1"]}})))
    answer = ask_one(pubchem_of(faulty), ById(Reference(DRUGBANK, "DB00331")))
    assert isinstance(answer, str)
    assert "unknown shape" in answer


def test_left_out_list_is_an_empty_one(faulty: Emulator) -> None:
    """An identifier list without its key names nobody."""
    faulty.play("pubchem", faults.canned("list", json_reply({"IdentifierList": {}})))
    assert isinstance(ask_one(pubchem_of(faulty), ById(Reference(DRUGBANK, "DB00331"))), NotFound)


def test_utf_16_reply_is_refused(faulty: Emulator) -> None:
    """JSON in an encoding that pubchempy does not read is a fault, not a crash."""
    body = json_reply({"PropertyTable": {"Properties": [{"CID": 1}]}}).body.decode().encode("utf-16")
    faulty.always("pubchem", faults.altered("utf-16", lambda reply: type(reply)(200, body)))
    answer = ask_one(pubchem_of(faulty), ByName.of("fisetin"))
    assert isinstance(answer, str)
    assert "cannot be read" in answer


# --- the seam ---------------------------------------------------------------------------------------------------------


def test_other_users_of_pubchempy_keep_their_own_calls(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The replaced `urlopen` only serves canonid's questions; a plain call goes out as it always did."""
    pubchempy: Any = importlib.import_module("pubchempy")  # it has no types

    ask(pubchem_of(emulator), by_cid(FISETIN))
    monkeypatch.setattr(pubchempy, "API_BASE", emulator.pubchem_url)
    assert pubchempy.get_cids("berberine", "name") == [BERBERINE]
    assert "canonid" not in emulator.requests("pubchem")[-1].headers["user-agent"]


def test_requests_share_one_tls_context(emulator: Emulator) -> None:
    """Making one takes 25 ms, more or less: enough to spoil an even pace. Others still get one of their own."""
    pubchempy: Any = importlib.import_module("pubchempy")  # it has no types

    seen: list[object] = []
    original = Seam.open

    class Watched(Seam):
        def open(self, url: str, data: bytes | None, context: ssl.SSLContext | None) -> io.BytesIO:
            seen.append(context)
            return original(self, url, data, context)

    seam = Watched(emulator.pubchem_url, "", 5.0, None)
    for cid in (FISETIN, BERBERINE):
        seam.ask([cid], "cid", "compound", "synonyms")
    assert isinstance(seen[0], ssl.SSLContext)
    assert seen[0] is seen[1]
    assert pubchempy.ssl.create_default_context() is not pubchempy.ssl.create_default_context()
    assert pubchempy.ssl.SSLError is ssl.SSLError


def test_first_request_leaves_at_its_moment() -> None:
    """pubchempy is imported before the pace is asked: a late first request would leave the second too close to it."""
    script = """
        import sys
        from canonid.authorities.pubchem import PubChemAuthority
        from canonid.authorities.transport import Courier
        from canonid.errors import AuthorityUnavailable
        from canonid.model import ByName

        class Watch:
            def wait(self):
                print("pubchempy" in sys.modules)
                raise AuthorityUnavailable("enough")

        print("pubchempy" in sys.modules)
        try:
            list(PubChemAuthority("http://localhost", Courier("PubChem", pacer=Watch()), "").fetch([ByName("x")]))
        except AuthorityUnavailable:
            pass
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own command
    assert ran.stdout.split() == ["False", "True"]


def test_two_authorities_in_one_process_keep_apart(emulator: Emulator) -> None:
    """Each authority asks at its own address."""
    with Emulator(World.of(compound(FISETIN, "(synthetic) other"))) as other:
        names = []
        for each in (emulator, other, emulator):
            answer = ask_one(pubchem_of(each), by_cid(FISETIN)[0])
            names.append(answer.record.name if isinstance(answer, Found) else answer)
    assert names == ["Fisetin", "(synthetic) other", "Fisetin"]


def test_close_leaves_nothing_open(emulator: Emulator) -> None:
    """There is no connection to close; asking goes on."""
    authority = pubchem_of(emulator)
    authority.close()
    assert isinstance(ask_one(authority, by_cid(FISETIN)[0]), Found)


# --- stored replies ---------------------------------------------------------------------------------------------------

CID = ById(Reference(PUBCHEM, "5564"))


def parse(question: Question, payload: str | None) -> Answer:
    authority = PubChemAuthority("http://unused.invalid/rest/pug", Courier("PubChem"), "")
    return authority.parse(Evidence("pubchem", question, "2026-11-22", DAY, "", payload))


def test_row_recorded_in_2023_is_read() -> None:
    """Old property keys (CanonicalSMILES) and numbers as text are no obstacle."""
    payload = (
        '{"properties":{"CID":5564,"CanonicalSMILES":"C1=CC(=C(C=C1Cl)O)OC2=C(C=C(C=C2)Cl)Cl","Charge":0,'
        '"InChIKey":"XEFQLINVKFYRCS-UHFFFAOYSA-N","MolecularFormula":"C12H7Cl3O2","MolecularWeight":"289.5","XLogP":5}}'
    )
    answer = parse(CID, payload)
    assert isinstance(answer, Found)
    assert (answer.record.mass, answer.record.charge, answer.record.name) == (289.5, 0, None)


def test_row_quoted_in_2026_is_read() -> None:
    """A row with few keys: what is absent is unknown."""
    payload = '{"properties":{"CID":5564,"MolecularFormula":"C12H7Cl3O2","MolecularWeight":"289.5"}}'
    answer = parse(CID, payload)
    assert isinstance(answer, Found)
    assert (answer.record.inchikey, answer.record.structured, answer.record.charge) == (None, None, None)


def test_synonyms_stored_with_the_row_are_accepted() -> None:
    """Compiled evidence may carry synonyms and the preferred CID beside the row."""
    payload = '{"preferred":null,"properties":{"CID":5564,"Title":"Triclosan"},"synonyms":["triclosan","3380-34-5"]}'
    answer = parse(CID, payload)
    assert isinstance(answer, Found)
    assert answer.record.synonyms == ("triclosan", "3380-34-5")
    assert answer.record.xref("cas") == ("3380-34-5",)


@pytest.mark.parametrize(
    ("weight", "mass"),
    [('"289.5"', 289.5), ("289.5", 289.5), ('""', None), ("NaN", None), ("-1", None), ("null", None)],
)
def test_mass_is_a_positive_number_or_unknown(weight: str, mass: float | None) -> None:
    """PubChem writes masses as text today and wrote numbers once."""
    answer = parse(CID, f'{{"properties":{{"CID":5564,"MolecularWeight":{weight}}}}}')
    assert isinstance(answer, Found)
    assert answer.record.mass == mass


def test_no_payload_is_no_record() -> None:
    """Evidence without payload is PubChem's no."""
    assert isinstance(parse(CID, None), NotFound)


@pytest.mark.parametrize("question", [ByName.of("x"), ByStructure(FISETIN_KEY)])
def test_stored_cid_zero_is_no_record(question: Question) -> None:
    """CID 0 stands for none wherever it was stored."""
    assert isinstance(parse(question, '{"compounds":[{"CID":0}]}'), NotFound)


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "<html>",
        "null",
        "[]",
        "{}",
        '{"properties":null}',
        '{"properties":{}}',
        '{"properties":{"CID":1}}',
        '{"properties":{"CID":"x"}}',
        '{"properties":{"CID":5564,"Title":5}}',
        '{"properties":{"CID":5564,"Charge":"many"}}',
        '{"properties":{"CID":5564,"Charge":Infinity}}',
        '{"properties":{"CID":5564,"MolecularWeight":[]}}',
        '{"properties":{"CID":5564},"preferred":"x"}',
        '{"properties":{"CID":5564},"synonyms":"x"}',
        "[" * 100_000,
    ],
)
@pytest.mark.parametrize(
    "question",
    [CID, Synonyms(CID.reference), ById(Reference(DRUGBANK, "DB00331")), ByName.of("x")],
    ids=lambda q: q.key,
)
def test_unreadable_reply_is_unavailable(question: Question, payload: str) -> None:
    """A stored reply that cannot be read is neither an answer nor an absence, and never an exception."""
    answer = parse(question, payload)
    assert isinstance(answer, Unavailable)
    assert "ask PubChem again" in answer.reason
