"""ChEMBL by the real client library against an emulator on the loopback interface."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from canonid import __version__
from canonid.authorities import chembl_client
from canonid.authorities.chembl import ChemblAuthority
from canonid.authorities.transport import Refusal
from canonid.identifiers import CHEMBL, DRUGBANK, PUBCHEM_SUBSTANCE, Reference
from canonid.model import (
    Answer,
    ByName,
    ByStructure,
    Evidence,
    Forms,
    Found,
    Kind,
    NotFound,
    Question,
    Record,
    Status,
    TrialSearch,
    Unanswered,
    Unavailable,
)
from tests.authorities.asking import ask, by_id, quick_courier, stored, summary
from tests.emulator import Emulator, World, faults, lookup, molecule
from tests.emulator.faults import Fault
from tests.emulator.wire import json_reply

ASPIRIN_KEY = "BSYNRYMUTXBXSQ-UHFFFAOYSA-N"
ADAPALENE_KEY = "LZCDAPDGXCYOEH-UHFFFAOYSA-N"
ABSENT_KEY = "AAAAAAAAAAAAAA-UHFFFAOYSA-N"


def make_world() -> World:
    return World.of(
        molecule("CHEMBL25", "ASPIRIN", inchikey=ASPIRIN_KEY, formula="C9H8O4", weight="180.16", synonyms=["Bayer"]),
        molecule("CHEMBL1265", "ADAPALENE", inchikey=ADAPALENE_KEY, synonyms=["Differin", "2,4-x (acid)", "50% gel"]),
        molecule("CHEMBL1201570", "ANAKINRA", molecule_type="Protein", synonyms=["Kineret"]),
        molecule("CHEMBL90", None, synonyms=["WIN 18,320"]),
        lookup("CHEMBL203", "TARGET"),
        lookup("CHEMBL3990002", status="OBS"),
        lookup("CHEMBL2364604", status="INACTIVE"),
        lookup("CHEMBL77"),
    )


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(make_world()) as emulator:
        yield emulator


def make_authority(emulator: Emulator, deadline: float = 5.0) -> ChemblAuthority:
    return ChemblAuthority(emulator.chembl_url, quick_courier("ChEMBL", deadline), "curator@example.org")


@pytest.fixture
def authority(emulator: Emulator) -> ChemblAuthority:
    return make_authority(emulator)


def chembl(identifier: str) -> Question:
    return by_id(CHEMBL, identifier)


def found(answer: Answer) -> Record:
    assert isinstance(answer, Found)
    return answer.record


def posted(emulator: Emulator) -> list[dict[str, Any]]:
    """The arguments of every POST."""
    return [dict(json.loads(entry.body)) for entry in emulator.requests("chembl") if entry.method == "POST"]


# --- identifiers -----------------------------------------------------------------------------------------------------


def test_a_record_is_read_in_full(authority: ChemblAuthority) -> None:
    """Name, synonyms, structure, formula and mass come out of one row."""
    record = found(ask(authority, [chembl("CHEMBL25")])[chembl("CHEMBL25")])
    assert record == Record(
        authority="chembl",
        reference=Reference(CHEMBL, "CHEMBL25"),
        name="ASPIRIN",
        synonyms=("Bayer",),
        kind=Kind.SMALL_MOLECULE,
        structured=True,
        inchikey=ASPIRIN_KEY,
        formula="C9H8O4",
        mass=180.16,
        parent=Reference(CHEMBL, "CHEMBL25"),
        active=Reference(CHEMBL, "CHEMBL25"),
    )


def test_a_thousand_ids_are_one_request(emulator: Emulator, authority: ChemblAuthority) -> None:
    """Beside the release; 50 unknown ones among them cost one more, whatever their number."""
    emulator.world.add(*(molecule(f"CHEMBL{number}") for number in range(1000, 1950)))
    questions = [chembl(f"CHEMBL{number}") for number in range(1000, 2000)]
    answers = ask(authority, questions)
    kinds = [type(answers[question]) for question in questions]
    assert (kinds.count(Found), kinds.count(NotFound)) == (950, 50)
    assert [entry.path for entry in emulator.requests("chembl")] == [
        "/status.json",
        "/molecule.json",
        "/chembl_id_lookup.json",
    ]


def test_more_than_a_thousand_ids_are_asked_in_batches(emulator: Emulator, authority: ChemblAuthority) -> None:
    """The server gives no more than 1,000 rows a page."""
    emulator.world.add(*(molecule(f"CHEMBL{number}") for number in range(1000, 2500)))
    ask(authority, [chembl(f"CHEMBL{number}") for number in range(1000, 2500)])
    assert [len(arguments["molecule_chembl_id__in"]) for arguments in posted(emulator)] == [1000, 500]


def test_what_all_batches_miss_is_looked_up_at_once(emulator: Emulator, authority: ChemblAuthority) -> None:
    """Two batches with unknown ids and a removed one cost one look-up."""
    emulator.world.add(*(molecule(f"CHEMBL{number}") for number in range(1000, 3000) if number % 20))
    emulator.world.add(lookup("CHEMBL1000", status="OBS"))
    questions = [chembl(f"CHEMBL{number}") for number in range(1000, 3000)]
    answers = ask(authority, questions)
    kinds = [type(answers[question]) for question in questions]
    assert (kinds.count(Found), kinds.count(NotFound)) == (1901, 99)
    assert [entry.path for entry in emulator.requests("chembl")].count("/chembl_id_lookup.json") == 1


def test_the_release_is_asked_once_and_kept_with_every_reply(authority: ChemblAuthority, emulator: Emulator) -> None:
    """The address of the service carries no version."""
    replies = [*authority.fetch([chembl("CHEMBL25")]), *authority.fetch([chembl("CHEMBL1265")])]
    releases = [reply.release for reply in replies if isinstance(reply, Evidence)]
    assert releases == ["ChEMBL_37", "ChEMBL_37"]
    assert [entry.path for entry in emulator.requests("chembl")].count("/status.json") == 1


def test_without_a_release_the_records_still_come(emulator: Emulator, authority: ChemblAuthority) -> None:
    """A broken status document is no reason to know nothing."""
    emulator.play("chembl", faults.EMPTY_404_HTML)
    replies = list(authority.fetch([chembl("CHEMBL25")]))
    assert [reply.release for reply in replies if isinstance(reply, Evidence)] == [None]


def test_nothing_to_ask_makes_no_request(emulator: Emulator, authority: ChemblAuthority) -> None:
    """An empty round is free."""
    assert list(authority.fetch([])) == []
    assert (authority.requests, emulator.count("chembl")) == (0, 0)


def test_an_unknown_id_is_not_found(authority: ChemblAuthority) -> None:
    """Only when the lookup does not know it either."""
    answers = ask(authority, [chembl("CHEMBL999999999")])
    assert isinstance(answers[chembl("CHEMBL999999999")], NotFound)


@pytest.mark.parametrize(
    ("identifier", "status", "entity"),
    [
        ("CHEMBL203", Status.OTHER_ENTITY, "TARGET"),
        ("CHEMBL3990002", Status.RETIRED, None),
        ("CHEMBL2364604", Status.RETIRED, None),
        ("CHEMBL77", Status.CURRENT, None),
    ],
)
def test_what_the_molecules_hide_the_lookup_tells(
    authority: ChemblAuthority, identifier: str, status: Status, entity: str | None
) -> None:
    """Removed, downgraded and other things are told apart; one that is active but hidden is a thin record."""
    record = found(ask(authority, [chembl(identifier)])[chembl(identifier)])
    assert (record.status, record.entity, record.is_thin) == (status, entity, True)


def test_a_failed_lookup_is_no_absence(emulator: Emulator, authority: ChemblAuthority) -> None:
    """What the molecules do not show stays open until the lookup has answered."""
    is_lookup = faults.when(faults.HTTP_502_HTML, lambda request: "lookup" in request.path)
    emulator.always("chembl", is_lookup)
    answers = ask(authority, [chembl("CHEMBL25"), chembl("CHEMBL999")])
    assert [summary(answers[chembl(i)]) for i in ("CHEMBL25", "CHEMBL999")] == ["CHEMBL25", "unavailable"]


def test_drawings_are_not_stored(authority: ChemblAuthority, emulator: Emulator) -> None:
    """A molfile is kilobytes that say what the InChIKey says."""
    emulator.world.molecules["CHEMBL25"]["molecule_structures"]["molfile"] = "drawing"
    (reply,) = authority.fetch([chembl("CHEMBL25")])
    assert isinstance(reply, Evidence)
    assert "drawing" not in (reply.payload or "")


def test_requests_say_who_asks(emulator: Emulator, authority: ChemblAuthority) -> None:
    """A User-Agent with a contact, on every request."""
    ask(authority, [chembl("CHEMBL25")])
    agents = {entry.headers["user-agent"] for entry in emulator.requests("chembl")}
    assert agents == {f"canonid/{__version__} (curator@example.org)"}


def test_the_client_leaves_nothing_at_home(
    authority: ChemblAuthority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its cache in HOME would mix answers of several servers."""
    monkeypatch.setenv("HOME", str(tmp_path))
    ask(authority, [chembl("CHEMBL25")])
    assert list(tmp_path.iterdir()) == []


def test_what_can_be_asked() -> None:
    """ChEMBL ids, InChIKeys and names that its columns can hold."""
    authority = ChemblAuthority("http://localhost", quick_courier("ChEMBL"), "")
    asked: list[Question] = [
        chembl("CHEMBL25"),
        ByStructure(ASPIRIN_KEY),
        ByName.of("aspirin"),
        by_id(DRUGBANK, "DB00945"),
        ByName.of("x"),
        ByName.of("x" * 201),
        ByName("a\x00b"),
        TrialSearch(("aspirin",), ()),
    ]
    assert [authority.accepts(question) for question in asked] == [True] * 3 + [False] * 5
    assert (authority.name, authority.is_local) == ("chembl", False)
    authority.close()


# --- searches --------------------------------------------------------------------------------------------------------


def test_structures_are_found_in_one_request(emulator: Emulator, authority: ChemblAuthority) -> None:
    """InChIKeys go in batches, and one without a molecule is not found."""
    questions = [ByStructure(key) for key in (ASPIRIN_KEY, ADAPALENE_KEY, ABSENT_KEY)]
    answers = ask(authority, questions)
    assert [summary(answers[question]) for question in questions] == ["CHEMBL25", "CHEMBL1265", "none"]
    assert len(posted(emulator)) == 1


def test_two_molecules_of_one_structure_are_both_found(emulator: Emulator, authority: ChemblAuthority) -> None:
    """A search may bring several records; none is taken for the first."""
    emulator.world.add(molecule("CHEMBL26", "ASPIRIN TWIN", inchikey=ASPIRIN_KEY))
    answers = ask(authority, [ByStructure(ASPIRIN_KEY)])
    assert summary(answers[ByStructure(ASPIRIN_KEY)]) == "CHEMBL25 CHEMBL26"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Aspirin", "CHEMBL25"),
        ("bayer", "CHEMBL25"),
        ("KINERET", "CHEMBL1201570"),
        ("2,4-x (acid)", "CHEMBL1265"),
        ("WIN 18,320", "CHEMBL90"),
        ("50% gel", "CHEMBL1265"),
        ('"quoted" & odd; name', "none"),
        ("nobody", "none"),
    ],
)
def test_names_are_found_by_preferred_name_or_synonym(authority: ChemblAuthority, name: str, expected: str) -> None:
    """Case does not matter; commas, percent signs and quotes do not break the filter."""
    question = ByName.of(name)
    assert summary(ask(authority, [question])[question]) == expected


def test_names_cost_two_requests_a_batch(emulator: Emulator, authority: ChemblAuthority) -> None:
    """Preferred names first; only what they leave open is asked among the synonyms."""
    ask(authority, [ByName.of(name) for name in ("aspirin", "adapalene", "kineret", "bayer")])
    assert [next(iter(arguments)) for arguments in posted(emulator)] == [
        "pref_name__in",
        "molecule_synonyms__synonyms__in",
    ]


def test_a_synonym_is_found_in_either_column(emulator: Emulator, authority: ChemblAuthority) -> None:
    """Filters on lists are sensitive to case: one column is upper case for most, the other as its source wrote it."""
    emulator.world.molecules["CHEMBL90"]["molecule_synonyms"] = [{"molecule_synonym": "Mcpp", "synonyms": "mCPP"}]
    emulator.world.changed()
    question = ByName.of("mcpp")
    assert summary(ask(authority, [question])[question]) == "CHEMBL90"


def test_unknown_names_cost_three_requests(authority: ChemblAuthority) -> None:
    """250 names that ChEMBL does not know are asked in one batch a column."""
    questions = [ByName.of(f"unknown {number}") for number in range(250)]
    assert {summary(answer) for answer in ask(authority, questions).values()} == {"none"}
    assert authority.requests == 1 + 3


def test_names_that_no_batch_can_hold_cost_two_requests(authority: ChemblAuthority) -> None:
    """A name with a comma is asked for as preferred name and as synonym."""
    questions = [ByName.of(f"{number},4-unknown") for number in range(110)]
    answers = [summary(answer) for answer in ask(authority, questions).values()]
    assert (answers.count("none"), answers.count("unavailable")) == (100, 10)


def test_without_batches_of_synonyms_names_are_asked_singly(emulator: Emulator, authority: ChemblAuthority) -> None:
    """A server that does not take lists of synonyms is asked once so, then name by name."""
    refused = Fault("no-lists", lambda exchange: exchange.send(json_reply({"error_message": "no lists"}, 400)))
    emulator.always("chembl", faults.when(refused, lambda request: b"synonyms__in" in request.body))
    questions = [ByName.of("bayer"), *(ByName.of(f"unknown {number}") for number in range(50))]
    answers = ask(authority, questions)
    assert summary(answers[questions[0]]) == "CHEMBL25"
    assert authority.requests == 1 + 2 + 51


def test_too_many_hits_are_asked_in_halves(emulator: Emulator, authority: ChemblAuthority) -> None:
    """A batch with more rows than a page holds loses none of them."""
    rows = [molecule(f"CHEMBL{n}", None, synonyms=["crowd" if n % 2 else "throng"]) for n in range(1000, 2400)]
    emulator.world.add(*rows)
    answers = ask(authority, [ByName.of("crowd"), ByName.of("throng")])
    counts = [len(answer.records) for answer in answers.values() if isinstance(answer, Found)]
    assert counts == [700, 700]


def test_a_name_of_thousands_is_unavailable(emulator: Emulator, authority: ChemblAuthority) -> None:
    """Nothing is concluded from a name that says nothing."""
    emulator.world.add(*(molecule(f"CHEMBL{n}", "CROWD") for n in range(1000, 2100)))
    question = ByName.of("crowd")
    answer = ask(authority, [question])[question]
    assert isinstance(answer, Unavailable)
    assert "too many to compare" in answer.reason


@pytest.mark.parametrize("path", ["pref_name__iexact", "synonyms__in"])
def test_a_search_that_fails_is_no_absence(emulator: Emulator, authority: ChemblAuthority, path: str) -> None:
    """Each step of a name search can fail; then the name is open."""
    emulator.always("chembl", faults.when(faults.HTTP_413, lambda request: path.encode() in request.body))
    question = ByName.of("1,2-nothing" if "iexact" in path else "nothing")
    assert summary(ask(authority, [question])[question]) == "unavailable"


# --- traps -----------------------------------------------------------------------------------------------------------


def everything(limit: int = 1000) -> Fault:
    """All molecules, as when a filter is unknown: the emulator's own answer to a filter that it skips."""

    def act(exchange: Any) -> None:
        rows = [molecule(f"CHEMBL{number}", f"NAME {number}") for number in range(1, 1001)]
        meta = {"limit": limit, "offset": 0, "total_count": 2_500_000}
        exchange.send(json_reply({"molecules": rows, "chembl_id_lookups": [], "page_meta": meta}))

    return Fault("everything", act)


@pytest.mark.parametrize(
    "question", [chembl("CHEMBL25"), ByStructure(ASPIRIN_KEY), ByName.of("aspirin"), ByName.of("1,2-x")], ids=str
)
def test_an_ignored_filter_is_noticed(emulator: Emulator, authority: ChemblAuthority, question: Question) -> None:
    """The server skips unknown filters in silence and answers with everything."""
    emulator.always("chembl", everything())
    answer = ask(authority, [question])[question]
    assert isinstance(answer, Unavailable)
    assert "ignored the filter" in answer.reason


def page(rows: list[dict[str, Any]], total: object, limit: object = 1000) -> Fault:
    document = {"molecules": rows, "page_meta": {"limit": limit, "offset": 0, "total_count": total}}
    return faults.canned("page", json_reply(document))


ROW = molecule("CHEMBL25", "ASPIRIN")


@pytest.mark.parametrize(
    "fault",
    [
        page([ROW], 1, limit=20),
        page([ROW], "1"),
        page([ROW], 2),
        page([ROW, ROW], 2),
        page([], 1),
        page([molecule("CHEMBL26")], 1),
        page([{"pref_name": "ASPIRIN"}], 1),
        faults.canned("rows", json_reply({"molecules": [1], "page_meta": {"limit": 1000, "total_count": 1}})),
        faults.canned("dict", json_reply({"molecules": {"a": 1}, "page_meta": {"limit": 1000, "total_count": 1}})),
        faults.canned("no-meta", json_reply({"molecules": [ROW]})),
        faults.canned("no-rows", json_reply({"page_meta": {"limit": 1000, "total_count": 0}})),
    ],
)
def test_an_odd_page_proves_nothing(emulator: Emulator, authority: ChemblAuthority, fault: Fault) -> None:
    """Wrong page size, gaps, repeats, strangers and unknown forms: neither found nor absent."""
    emulator.always("chembl", fault)
    answers = ask(authority, [chembl("CHEMBL25"), chembl("CHEMBL1265")])
    assert {summary(answer) for answer in answers.values()} == {"unavailable"}
    assert emulator.count("chembl") <= 20


def test_a_bad_cached_copy_is_passed_by_a_parameter(emulator: Emulator, authority: ChemblAuthority) -> None:
    """On 2026-06-23 an address answered 500 for hours, and with any parameter it worked."""
    emulator.always("chembl", faults.CHEMBL_500_WITHOUT_PARAMETER)
    (reply,) = authority.fetch([chembl("CHEMBL25")])
    assert isinstance(reply, Evidence)
    assert reply.release == "ChEMBL_37"


def test_a_post_that_meets_500_is_repeated_with_a_parameter(emulator: Emulator, authority: ChemblAuthority) -> None:
    """The same trick for lists, whose address carries no parameter either."""
    emulator.play("chembl", faults.slow(0), faults.HTTP_500_HTML)
    assert summary(ask(authority, [chembl("CHEMBL25")])[chembl("CHEMBL25")]) == "CHEMBL25"
    assert [dict(entry.query) for entry in emulator.requests("chembl")] == [{}, {}, {"fresh": "1"}]


# --- faults ----------------------------------------------------------------------------------------------------------

QUESTIONS: tuple[Question, ...] = (
    chembl("CHEMBL25"),
    chembl("CHEMBL999"),
    chembl("CHEMBL203"),
    ByStructure(ASPIRIN_KEY),
    ByStructure(ABSENT_KEY),
    ByName.of("bayer"),
    ByName.of("nobody"),
)
TRUTH = ["CHEMBL25", "none", "CHEMBL203", "CHEMBL25", "none", "CHEMBL25", "none"]
LASTING = {"http-403", "redirect-loop", "huge-body", "refused"}
"""Faults that are not asked again about, so that even one of them costs an answer."""


@pytest.mark.parametrize("fault", faults.MATRIX, ids=str)
def test_a_lasting_fault_makes_no_verdict(emulator: Emulator, fault: Fault) -> None:
    """Whatever is wrong, every question ends as unavailable with a sentence, soon and after few requests."""
    authority = make_authority(emulator, deadline=0.2)
    emulator.always("chembl", fault)
    started = time.monotonic()
    answers = ask(authority, QUESTIONS)
    reasons = [answer.reason for answer in answers.values() if isinstance(answer, Unavailable)]
    assert len(reasons) == len(QUESTIONS)
    assert all(reason.startswith("ChEMBL ") and "; " in reason for reason in reasons)
    assert emulator.count("chembl") <= 20
    assert time.monotonic() - started < 6


@pytest.mark.parametrize("fault", [fault for fault in faults.MATRIX if fault.name != "refused"], ids=str)
@pytest.mark.parametrize("position", range(4))
def test_a_passing_fault_makes_no_wrong_verdict(emulator: Emulator, fault: Fault, position: int) -> None:
    """One fault at any request: every answer is the truth, or unavailable where asking again is no use."""
    authority = make_authority(emulator, deadline=0.3)
    emulator.play("chembl", *([faults.slow(0)] * position), fault)
    answers = ask(authority, QUESTIONS)
    told = [summary(answers[question]) for question in QUESTIONS]
    allowed = {"unavailable"} if fault.name in LASTING else set()
    assert all(said in {truth, *allowed} for said, truth in zip(told, TRUTH, strict=True)), told


def test_a_name_that_does_not_resolve_is_unavailable() -> None:
    """No network is told as such, and the rest of the run does not wait for it again and again."""
    authority = ChemblAuthority("http://canonid.invalid/api", quick_courier("ChEMBL", 2.0), "")
    answers = ask(authority, QUESTIONS)
    assert {summary(answer) for answer in answers.values()} == {"unavailable"}
    assert authority.requests <= 20


def test_encryption_that_fails_is_unavailable(emulator: Emulator) -> None:
    """TLS to a server that does not speak it: a sentence, no hang."""
    authority = ChemblAuthority(emulator.chembl_url.replace("http:", "https:"), quick_courier("ChEMBL", 2.0), "")
    answer = ask(authority, [chembl("CHEMBL25")])[chembl("CHEMBL25")]
    assert isinstance(answer, Unavailable)
    assert "encryption" in answer.reason


def test_an_address_that_is_none_is_unavailable() -> None:
    """A typing error in the settings is told as such."""
    authority = ChemblAuthority("htp:/nowhere", quick_courier("ChEMBL", 2.0), "")
    answer = ask(authority, [chembl("CHEMBL25")])[chembl("CHEMBL25")]
    assert isinstance(answer, Unavailable)
    assert "check the address in the settings" in answer.reason


def test_random_faults_lose_nothing(emulator: Emulator) -> None:
    """Many runs in bad weather: each answer is the truth or unavailable, and later runs complete it."""
    weather = (faults.HTTP_503_HTML, faults.RESET_MID_BODY, faults.TRUNCATED_JSON, faults.HTML_200, faults.WRONG_LIST)
    emulator.always("chembl", faults.sometimes(0.3, *weather, seed=7))
    known: dict[Question, str] = {}
    for _ in range(20):
        answers = ask(make_authority(emulator), [question for question in QUESTIONS if question not in known])
        known |= {q: told for q, answer in answers.items() if (told := summary(answer)) != "unavailable"}
    assert [known[question] for question in QUESTIONS] == TRUTH


def kinds_of_errors(*modules: Any) -> list[type[Exception]]:
    members = (member for module in modules for member in vars(module).values())
    return sorted(
        {m for m in members if isinstance(m, type) and issubclass(m, Exception)},
        key=lambda m: (m.__module__, m.__name__),
    )


def error_of(kind: type[Exception]) -> Exception:
    """An instance of an error whatever its constructor asks for."""
    error = kind.__new__(kind)
    Exception.__init__(error, "told")
    return error


FOREIGN = [
    *(kind for kind in kinds_of_errors(requests.exceptions) if issubclass(kind, requests.RequestException)),
    *(kind for kind in kinds_of_errors(urllib3.exceptions) if issubclass(kind, urllib3.exceptions.HTTPError)),
    OSError,
    ConnectionResetError,
    TimeoutError,
    socket.gaierror,
]


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_error_of_the_libraries_becomes_a_refusal(kind: type[Exception]) -> None:
    """No foreign error leaves the adapter."""
    with pytest.raises(Refusal), chembl_client.refusals():
        raise error_of(kind)


def test_every_error_of_the_client_becomes_a_refusal() -> None:
    """The client's own errors keep their status."""
    from chembl_webresource_client import http_errors  # noqa: PLC0415 - it warns at import unless loaded by the adapter

    for kind in kinds_of_errors(http_errors):
        with pytest.raises(Refusal) as caught, chembl_client.refusals():
            raise kind("http://localhost", "told")
        assert http_errors.status_to_exception.get(caught.value.status, http_errors.BaseHttpException) is kind


# --- parsing ---------------------------------------------------------------------------------------------------------


def parsed(question: Question, payload: object) -> Answer:
    return ChemblAuthority("http://localhost", quick_courier("ChEMBL"), "").parse(stored("chembl", question, payload))


def record_of(**more: Any) -> Record:
    return found(parsed(chembl("CHEMBL25"), {"molecule": molecule("CHEMBL25", "X", **more)}))


@pytest.mark.parametrize(
    ("molecule_type", "structure_type", "kind", "structured"),
    [
        ("Small molecule", "MOL", Kind.SMALL_MOLECULE, True),
        ("small molecule", "NONE", Kind.SMALL_MOLECULE, False),
        ("Protein", "SEQ", Kind.PROTEIN, False),
        ("Protein", "BOTH", Kind.PEPTIDE, True),
        ("Protein", "MOL", Kind.PEPTIDE, True),
        ("Protein", None, Kind.PROTEIN, None),
        ("Antibody", "SEQ", Kind.ANTIBODY, False),
        ("Antibody drug conjugate", "NONE", Kind.ANTIBODY, False),
        ("Enzyme", "NONE", Kind.PROTEIN, False),
        ("Oligonucleotide", "SEQ", Kind.OLIGONUCLEOTIDE, False),
        ("Oligosaccharide", "NONE", Kind.OTHER, False),
        ("Polymeric small molecule", "NONE", Kind.POLYMER, False),
        ("Cell", "NONE", Kind.CELL, False),
        ("Gene", "NONE", Kind.GENE, False),
        ("Vaccine component", "NONE", Kind.VACCINE, False),
        ("Something of 2030", "ODD", Kind.UNKNOWN, None),
        (None, None, Kind.UNKNOWN, None),
        (7, 7, Kind.UNKNOWN, None),
    ],
)
def test_kinds_are_read(molecule_type: Any, structure_type: Any, kind: Kind, structured: bool | None) -> None:
    """Literals in any case; unknown members are unknown; a protein with one discrete structure is a peptide."""
    record = record_of(molecule_type=molecule_type, structure_type=structure_type)
    assert (record.kind, record.structured) == (kind, structured)


@pytest.mark.parametrize(
    ("phase", "year", "withdrawn", "approval"),
    [
        ("4.0", 1950, False, "max phase 4, first approved 1950"),
        (4, None, False, "max phase 4"),
        (4.0, None, False, "max phase 4"),
        ("4", "2001", True, "max phase 4, first approved 2001, withdrawn"),
        ("0.5", None, False, "early phase 1"),
        (0, None, False, "max phase 0"),
        ("-1.0", None, False, "clinical phase unknown"),
        (None, None, False, None),
        ("NaN", "soon", None, None),
        ("99", [], "no", None),
        ({}, True, 1, "withdrawn"),
    ],
)
def test_approval_is_the_same_in_all_releases(phase: Any, year: Any, withdrawn: Any, approval: str | None) -> None:
    """`max_phase` has been 4, 4.0 and "4.0"."""
    assert record_of(max_phase=phase, first_approval=year, withdrawn_flag=withdrawn).approval == approval


def test_pubchem_numbers_are_substances() -> None:
    """A PubChem number in ChEMBL is an SID, never a CID."""
    references = [
        {"xref_id": "144203627", "xref_name": "SID: 144203627", "xref_src": "PubChem"},
        {"xref_id": "aspirin", "xref_name": None, "xref_src": "PubChem"},
        {"xref_id": "Aspirin", "xref_name": None, "xref_src": "Wikipedia"},
        "odd",
    ]
    assert record_of(cross_references=references).xrefs == (Reference(PUBCHEM_SUBSTANCE, "144203627"),)


def test_a_salt_names_its_parent() -> None:
    """The hierarchy tells a salt from its parent; without one there is none."""
    salt = record_of(parent="CHEMBL1431")
    assert (salt.parent, record_of(parent=None).parent) == (Reference(CHEMBL, "CHEMBL1431"), None)


@pytest.mark.parametrize(
    ("question", "payload"),
    [
        (chembl("CHEMBL25"), "not json"),
        (chembl("CHEMBL25"), "[]"),
        (chembl("CHEMBL25"), "[" * 100_000),
        (chembl("CHEMBL25"), {}),
        (chembl("CHEMBL25"), {"molecule": None}),
        (chembl("CHEMBL25"), {"molecule": {"molecule_chembl_id": "CHEMBL26"}}),
        (chembl("CHEMBL25"), {"molecule": {"molecule_chembl_id": 25}}),
        (chembl("CHEMBL25"), {"lookup": {"chembl_id": "CHEMBL25"}}),
        (ByName.of("x"), {"molecules": {}}),
        (ByName.of("x"), {"molecules": [1, {"pref_name": "X"}]}),
        (ByStructure(ASPIRIN_KEY), {"molecule": {}}),
        (TrialSearch(("x",), ()), {"molecules": []}),
    ],
)
def test_an_unreadable_reply_is_unavailable(question: Question, payload: object) -> None:
    """A stored reply that makes no sense is neither a record nor an absence."""
    answer = parsed(question, payload)
    assert isinstance(answer, Unavailable)
    assert "cannot be read" in answer.reason


def test_a_hit_that_does_not_carry_the_name_does_not_count() -> None:
    """A search result alone is no identity."""
    assert summary(parsed(ByName.of("aspirin"), {"molecules": [molecule("CHEMBL26", "OTHER")]})) == "none"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(key=st.sampled_from(sorted(ROW)), value=JSON)
def test_no_field_can_break_the_reading(key: str, value: object) -> None:
    """Whatever one field holds, the reply is read or unavailable."""
    answer = parsed(chembl("CHEMBL25"), {"molecule": {**ROW, key: value}})
    assert isinstance(answer, Found) or key == "molecule_chembl_id"


def test_a_question_that_is_not_answered_says_why(emulator: Emulator, authority: ChemblAuthority) -> None:
    """The sentence names the authority, what happened and what to do."""
    emulator.play("chembl", faults.slow(0), faults.HTTP_403)
    replies = list(authority.fetch([chembl("CHEMBL25")]))
    sentence = "ChEMBL answered 403 with a web page; look at its status page and at your settings"
    assert replies == [Unanswered(chembl("CHEMBL25"), sentence)]


def test_the_forms_of_a_parent_come_by_one_request(emulator: Emulator, authority: ChemblAuthority) -> None:
    """Salts and the parent itself, each with its parent; an unknown parent has none."""
    emulator.world.add(molecule("CHEMBL1703", "METFORMIN HYDROCHLORIDE", parent="CHEMBL1431"), molecule("CHEMBL1431"))
    known, unknown = Forms(Reference(CHEMBL, "CHEMBL1431")), Forms(Reference(CHEMBL, "CHEMBL999"))
    answers = ask(authority, [known, unknown])
    family = answers[known]
    assert isinstance(family, Found)
    assert [record.reference.identifier for record in family.records] == ["CHEMBL1431", "CHEMBL1703"]
    assert isinstance(answers[unknown], NotFound)
    assert authority.requests == 2


def test_forms_that_cannot_be_had_are_no_absence(emulator: Emulator, authority: ChemblAuthority) -> None:
    """A family that was not read is open."""
    emulator.always("chembl", faults.HTTP_413)
    question = Forms(Reference(CHEMBL, "CHEMBL1431"))
    assert isinstance(ask(authority, [question])[question], Unavailable)
