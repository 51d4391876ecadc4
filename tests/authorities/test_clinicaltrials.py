"""ClinicalTrials.gov by httpx against an emulator on the loopback interface."""

from __future__ import annotations

import gzip
import http.client
import socket
import ssl
import time
import urllib.error
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonid import __version__
from canonid.authorities import clinicaltrials_client
from canonid.authorities.clinicaltrials import ClinicalTrialsAuthority
from canonid.authorities.transport import Refusal
from canonid.identifiers import CHEMBL, CLINICALTRIALS, Reference
from canonid.model import (
    Answer,
    ByName,
    Evidence,
    Found,
    NotFound,
    Question,
    Record,
    Status,
    Trial,
    TrialSearch,
    Unavailable,
)
from tests.authorities.asking import ask, by_id, quick_courier, stored, summary
from tests.emulator import Emulator, World, faults, study
from tests.emulator.faults import Fault
from tests.emulator.wire import Reply, json_reply, text_reply


def make_world() -> World:
    return World.of(
        study(
            "NCT05177822",
            "Anakinra in Something",
            "RECRUITING",
            [{"type": "BIOLOGICAL", "name": "Anakinra", "otherNames": ["Kineret"]}],
            conditions=["Ageing"],
            official_title="A Long Title",
        ),
        study(
            "NCT03475563", "A Stale One", "UNKNOWN", ["Metformin"], last_known_status="RECRUITING", verified="2019-11"
        ),
        study("NCT00010647", "The Study Itself", "COMPLETED", ["Metformin"], aliases=["NCT00009113"]),
        study("NCT00000101", "In the Description Only", "RECRUITING", ["Placebo"], summary="metformin is not allowed"),
        study("NCT00000102", "Metformin Plus", "RECRUITING", ["Metformin HCl 500 mg + Exercise"]),
        study("NCT00000103", "Against Placebo", "RECRUITING", ["Placebo for metformin", "Sitagliptin"]),
    )


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(make_world()) as emulator:
        yield emulator


@pytest.fixture
def authority(emulator: Emulator) -> Iterator[ClinicalTrialsAuthority]:
    authority = make_authority(emulator)
    yield authority
    authority.close()


def make_authority(emulator: Emulator, deadline: float = 5.0) -> ClinicalTrialsAuthority:
    courier = quick_courier("ClinicalTrials.gov", deadline)
    return ClinicalTrialsAuthority(emulator.clinicaltrials_url, courier, "curator@example.org")


def nct(identifier: str) -> Question:
    return by_id(CLINICALTRIALS, identifier)


def numbered(count: int) -> list[Question]:
    return [nct(f"NCT{number:08d}") for number in range(1000, 1000 + count)]


def add_numbered(emulator: Emulator, count: int) -> list[Question]:
    emulator.world.add(*(study(f"NCT{number:08d}", f"Trial {number}") for number in range(1000, 1000 + count)))
    return numbered(count)


def found(answer: Answer) -> Record:
    assert isinstance(answer, Found)
    return answer.record


def paths(emulator: Emulator) -> list[str]:
    return [entry.path for entry in emulator.requests("clinicaltrials")]


METFORMIN = TrialSearch(("metformin", "Glucophage"), ("RECRUITING",))


# --- numbers ---------------------------------------------------------------------------------------------------------


def test_a_study_is_read_in_full(authority: ClinicalTrialsAuthority) -> None:
    """Title, status, verification, interventions with their other names, conditions."""
    record = found(ask(authority, [nct("NCT05177822")])[nct("NCT05177822")])
    assert record == Record(
        authority="clinicaltrials",
        reference=Reference(CLINICALTRIALS, "NCT05177822"),
        name="Anakinra in Something",
        synonyms=("A Long Title",),
        trial=Trial(
            title="Anakinra in Something",
            status="RECRUITING",
            verified="2024-05",
            interventions=("Anakinra", "Kineret"),
            conditions=("Ageing",),
        ),
    )


def test_an_unknown_status_keeps_the_last_known_one(authority: ClinicalTrialsAuthority) -> None:
    """UNKNOWN is made by age: the page that says "recruiting" is stale, not wrong."""
    trial = found(ask(authority, [nct("NCT03475563")])[nct("NCT03475563")]).trial
    assert trial is not None
    assert (trial.status, trial.last_known_status, trial.verified) == ("UNKNOWN", "RECRUITING", "2019-11")


def test_numbers_are_asked_in_chunks_of_a_hundred(emulator: Emulator, authority: ClinicalTrialsAuthority) -> None:
    """250 numbers are three requests, and the date of the data before and after."""
    answers = ask(authority, add_numbered(emulator, 250))
    assert {type(answer) for answer in answers.values()} == {Found}
    assert paths(emulator) == ["/version", "/studies", "/studies", "/studies", "/version"]


def test_new_data_in_between_are_asked_for_again(emulator: Emulator, authority: ClinicalTrialsAuthority) -> None:
    """Chunks of two days would not belong together: all replies then bear the newer date."""
    questions = add_numbered(emulator, 150)
    replies = authority.fetch(questions)
    first = next(replies)
    emulator.world.data_timestamp = "2026-03-26T09:00:05"
    releases = [reply.release for reply in (first, *replies) if isinstance(reply, Evidence)]
    assert releases == ["2026-03-25T09:00:05"] * 150 + ["2026-03-26T09:00:05"] * 150
    assert paths(emulator).count("/studies") == 4


def test_the_date_of_the_data_is_asked_once_and_kept(authority: ClinicalTrialsAuthority, emulator: Emulator) -> None:
    """It is what a verdict on a trial is dated by."""
    replies = [*authority.fetch([nct("NCT05177822")]), *authority.fetch([nct("NCT00010647")])]
    assert [reply.release for reply in replies if isinstance(reply, Evidence)] == ["2026-03-25T09:00:05"] * 2
    assert paths(emulator).count("/version") == 1


def test_without_a_date_the_studies_still_come(emulator: Emulator, authority: ClinicalTrialsAuthority) -> None:
    """A broken version document is no reason to know nothing."""
    emulator.play("clinicaltrials", faults.FULL_404_HTML)
    assert summary(ask(authority, [nct("NCT05177822")])[nct("NCT05177822")]) == "NCT05177822"


def test_nothing_to_ask_makes_no_request(authority: ClinicalTrialsAuthority) -> None:
    """An empty round is free."""
    assert (list(authority.fetch([])), authority.requests) == ([], 0)


def test_only_the_wanted_modules_are_asked_for(emulator: Emulator, authority: ClinicalTrialsAuthority) -> None:
    """Whole studies are ten times as large."""
    (reply,) = authority.fetch([nct("NCT00000101")])
    assert isinstance(reply, Evidence)
    assert "metformin is not allowed" not in (reply.payload or "")


def test_an_unknown_number_is_not_found(authority: ClinicalTrialsAuthority) -> None:
    """The registry says so itself, in plain text."""
    assert isinstance(ask(authority, [nct("NCT99999999")])[nct("NCT99999999")], NotFound)


def test_an_alias_names_the_study_that_it_belongs_to(authority: ClinicalTrialsAuthority) -> None:
    """A merged number is redirected; the redirect is the finding, not something to follow in silence."""
    record = found(ask(authority, [nct("NCT00009113")])[nct("NCT00009113")])
    assert (record.status, record.replaced_by) == (Status.SECONDARY, Reference(CLINICALTRIALS, "NCT00010647"))
    assert record.reference.identifier == "NCT00009113"


def test_an_alias_beside_its_study_costs_no_request(emulator: Emulator, authority: ClinicalTrialsAuthority) -> None:
    """The study lists its aliases."""
    answers = ask(authority, [nct("NCT00009113"), nct("NCT00010647")])
    statuses = [found(answer).status for answer in answers.values()]
    assert statuses == [Status.SECONDARY, Status.CURRENT]
    assert paths(emulator) == ["/version", "/studies"]


@pytest.mark.parametrize(
    "location",
    ["/somewhere/else", "", "/api/v2/studies/NCT77777777", "https://example.org/NCT00000005?x=NCT05177822"],
)
def test_a_redirect_that_leads_nowhere_is_unavailable(
    emulator: Emulator, authority: ClinicalTrialsAuthority, location: str
) -> None:
    """A redirect to anything but a study of the registry proves nothing, and loops end."""
    moved = faults.canned("moved", Reply(301, b"", "text/plain", (("Location", location),)))
    emulator.always("clinicaltrials", faults.when(moved, lambda request: "/studies/" in request.path))
    answer = ask(authority, [nct("NCT99999999")])[nct("NCT99999999")]
    assert isinstance(answer, Unavailable)
    assert authority.requests <= 6


def test_a_chain_of_redirects_ends(emulator: Emulator, authority: ClinicalTrialsAuthority) -> None:
    """Alias of alias of alias: three steps, then nothing is concluded."""

    def act(exchange: Any) -> None:
        number = int(exchange.request.path[-8:])
        exchange.send(Reply(301, b"", "text/plain", (("Location", f"/api/v2/studies/NCT{number - 1:08d}"),)))

    emulator.always("clinicaltrials", faults.when(Fault("chain", act), lambda request: "/studies/" in request.path))
    assert summary(ask(authority, [nct("NCT99999999")])[nct("NCT99999999")]) == "unavailable"
    assert authority.requests == 6


@pytest.mark.parametrize(
    "fault", [faults.FULL_404_HTML, faults.EMPTY_404_HTML, faults.canned("p", text_reply("<p>NCT99999999</p>", 404))]
)
def test_a_404_of_another_machine_is_no_absence(
    emulator: Emulator, authority: ClinicalTrialsAuthority, fault: Fault
) -> None:
    """Only the registry's own words, with the number in them, say that there is no such trial."""
    emulator.always("clinicaltrials", faults.when(fault, lambda request: "/studies/" in request.path))
    assert summary(ask(authority, [nct("NCT99999999")])[nct("NCT99999999")]) == "unavailable"


def test_one_bad_number_does_not_spoil_the_chunk(emulator: Emulator, authority: ClinicalTrialsAuthority) -> None:
    """The registry turns a whole chunk down for one number; halving finds it."""
    questions = [*add_numbered(emulator, 60), nct("NCT00000000"), *numbered(99)[60:]]
    answers = ask(authority, questions)
    told = [type(answers[question]) for question in questions]
    assert told == [Found] * 60 + [Unavailable] + [NotFound] * 39


def test_halving_is_bounded(emulator: Emulator, authority: ClinicalTrialsAuthority) -> None:
    """A registry that turns everything down is not asked for each number in turn."""
    refused = faults.canned("no", text_reply("Parameter `filter.ids` has incorrect format", 400))
    emulator.always("clinicaltrials", refused)
    answers = ask(authority, numbered(100))
    assert {summary(answer) for answer in answers.values()} == {"unavailable"}
    assert authority.requests <= 60


def test_a_proxy_that_turns_requests_down_is_asked_once(emulator: Emulator, authority: ClinicalTrialsAuthority) -> None:
    """A web page with 400 is not about our numbers."""
    emulator.always("clinicaltrials", faults.HTTP_400_HTML)
    ask(authority, numbered(100))
    assert authority.requests == 2


@pytest.mark.parametrize(
    "fault",
    [faults.failure(500), faults.canned("no", text_reply("Parameter 'fields' contains invalid field name: 'X'", 400))],
    ids=str,
)
def test_a_registry_that_stumbles_over_fields_is_asked_without(
    emulator: Emulator, authority: ClinicalTrialsAuthority, fault: Fault
) -> None:
    """Names of fields have been answered with 400 and with 500."""
    emulator.always("clinicaltrials", faults.when(fault, lambda request: request.parameter("fields") is not None))
    for _ in range(3):
        assert summary(ask(authority, [nct("NCT05177822")])[nct("NCT05177822")]) == "NCT05177822"
    with_fields = [dict(entry.query).get("fields") for entry in emulator.requests("clinicaltrials")]
    assert with_fields[-1] is None
    assert authority.requests <= 14


# --- trials of a substance -------------------------------------------------------------------------------------------


def test_only_trials_that_study_the_substance_count(authority: ClinicalTrialsAuthority) -> None:
    """A hit in a description, or a placebo that imitates the substance, is not counted."""
    assert summary(ask(authority, [METFORMIN])[METFORMIN]) == "NCT00000102"


def test_a_search_keeps_what_it_was_answered(authority: ClinicalTrialsAuthority) -> None:
    """All hits are stored, so that a better reading can count them again later."""
    (reply,) = authority.fetch([METFORMIN])
    assert isinstance(reply, Evidence)
    assert '"totalCount":3' in (reply.payload or "")


def test_all_names_and_statuses_are_asked_in_one_query(emulator: Emulator, authority: ClinicalTrialsAuthority) -> None:
    """Names are phrases joined by OR, without the signs of the query language."""
    ask(
        authority,
        [TrialSearch(("NAD+ (oxidised)", 'say "x": [y]', "NAD+ (oxidised)", "()"), ("RECRUITING", "COMPLETED"))],
    )
    query = dict(emulator.requests("clinicaltrials")[-1].query)
    assert query["query.intr"] == '"NAD+ oxidised" OR "say x y"'
    assert query["filter.overallStatus"] == "RECRUITING|COMPLETED"


def test_a_search_without_hits_finds_nothing(authority: ClinicalTrialsAuthority) -> None:
    """No trial is an answer, too."""
    question = TrialSearch(("unheard-of",), ())
    assert isinstance(ask(authority, [question])[question], NotFound)


def test_many_names_are_several_queries(emulator: Emulator, authority: ClinicalTrialsAuthority) -> None:
    """Addresses have a limit; no trial is counted twice."""
    names = ("metformin", *(f"a rather long synonym of it, number {number}" for number in range(80)), "metformin hcl")
    question = TrialSearch(names, ("RECRUITING",))
    assert summary(ask(authority, [question])[question]) == "NCT00000102"
    assert 2 < authority.requests < 8


def test_all_pages_are_read(emulator: Emulator, authority: ClinicalTrialsAuthority) -> None:
    """1,000 studies a page, and the total only on the first."""
    emulator.world.add(*(study(f"NCT{n:08d}", f"Trial {n}", "RECRUITING", ["Insulin"]) for n in range(5000, 6500)))
    question = TrialSearch(("insulin",), ("RECRUITING",))
    answer = ask(authority, [question])[question]
    assert isinstance(answer, Found)
    assert (len(answer.records), authority.requests) == (1500, 4)


def test_pages_without_end_are_left(emulator: Emulator, authority: ClinicalTrialsAuthority) -> None:
    """A server that always has another page does not hold the run."""
    endless = faults.canned("endless", json_reply({"totalCount": 9, "studies": [], "nextPageToken": "again"}))
    emulator.always("clinicaltrials", endless)
    assert summary(ask(authority, [METFORMIN])[METFORMIN]) == "unavailable"
    assert authority.requests <= 21


@pytest.mark.parametrize(
    ("intervention", "terms", "counts"),
    [
        ("Gemcitabine + nab-Paclitaxel", ("paclitaxel",), True),
        ("β-Nicotinamide Mononucleotide", ("beta-nicotinamide mononucleotide",), True),
        ("Rapamycin (Sirolimus)", ("SIROLIMUS",), True),
        ("Metformin", ("metformin hydrochloride",), False),
        ("Metforminoid", ("metformin",), False),
        ("Interferon gamma", ("interferon beta", "interferon γ"), True),
        ("Placebo", ("placebo effect", "+"), False),
    ],
)
def test_interventions_are_compared_by_words(intervention: str, terms: tuple[str, ...], counts: bool) -> None:
    """Whole words in one piece, whatever case, Greek letters and punctuation."""
    question = TrialSearch(terms, ())
    answer = parsed(question, {"totalCount": 1, "studies": [study("NCT00000101", "T", interventions=[intervention])]})
    assert isinstance(answer, Found if counts else NotFound)


# --- traps -----------------------------------------------------------------------------------------------------------


def test_an_ignored_filter_is_noticed(emulator: Emulator, authority: ClinicalTrialsAuthority) -> None:
    """Studies that were not asked for prove nothing about those that were."""
    other = json_reply({"totalCount": 1, "studies": [study("NCT00000101", "Other", "COMPLETED")]})
    emulator.always("clinicaltrials", faults.canned("other", other))
    answers = ask(authority, [nct("NCT05177822"), METFORMIN])
    reasons = [answer.reason for answer in answers.values() if isinstance(answer, Unavailable)]
    assert len(reasons) == 2
    assert all("ignored the filter" in reason for reason in reasons)


@pytest.mark.parametrize(
    "document",
    [
        {"totalCount": 2, "studies": [study("NCT05177822", "A")]},
        {"studies": [study("NCT05177822", "A")]},
        {"totalCount": 1, "studies": [{"protocolSection": {}}]},
        {"totalCount": 1, "studies": [7]},
        {"totalCount": 0, "studies": {}},
        {"FullStudiesResponse": {"NStudiesFound": 1}},
    ],
)
def test_an_odd_page_proves_nothing(emulator: Emulator, authority: ClinicalTrialsAuthority, document: Any) -> None:
    """Gaps, missing totals, unreadable studies and the retired form: neither found nor absent."""
    emulator.always("clinicaltrials", faults.canned("odd", json_reply(document)))
    answers = ask(authority, [nct("NCT05177822"), nct("NCT00010647")])
    assert {summary(answer) for answer in answers.values()} == {"unavailable"}
    assert authority.requests <= 20


def test_httpx_that_is_blocked_is_replaced_by_urllib(emulator: Emulator, authority: ClinicalTrialsAuthority) -> None:
    """The same request over another transport, once; after that all go that way, aliases and absences included."""
    emulator.always("clinicaltrials", faults.HTTPX_403)
    questions = [nct("NCT05177822"), nct("NCT00009113"), nct("NCT99999999")]
    answers = ask(authority, questions)
    assert [summary(answers[question]) for question in questions] == ["NCT05177822", "NCT00009113", "none"]
    assert [entry.status for entry in emulator.requests("clinicaltrials")].count(403) == 1


def test_blocked_is_never_not_found(emulator: Emulator, authority: ClinicalTrialsAuthority) -> None:
    """Where urllib is turned away as well, the report says blocked."""
    emulator.always("clinicaltrials", faults.HTTP_403)
    answers = ask(authority, [nct("NCT99999999"), METFORMIN])
    reasons = [answer.reason for answer in answers.values() if isinstance(answer, Unavailable)]
    assert len(reasons) == 2
    assert all("blocks requests from here (403)" in reason for reason in reasons)


@pytest.mark.parametrize("fault", [faults.RESET, faults.SHORT_BODY, faults.HANG, faults.HTTP_503_HTML], ids=str)
def test_faults_over_urllib_are_told_as_over_httpx(emulator: Emulator, fault: Fault) -> None:
    """The second transport has errors of its own; they end in the same words."""
    authority = make_authority(emulator, deadline=0.2)
    emulator.always("clinicaltrials", faults.HTTPX_403)
    ask(authority, [nct("NCT05177822")])
    emulator.always("clinicaltrials", fault)
    answer = ask(authority, [nct("NCT00010647")])[nct("NCT00010647")]
    authority.close()
    assert isinstance(answer, Unavailable)


def packed(coding: str, pack: Callable[[bytes], bytes]) -> Fault:
    """The true reply, packed."""
    return faults.altered(
        coding,
        lambda reply: Reply(
            reply.status, pack(reply.body), reply.content_type, (*reply.headers, ("Content-Encoding", coding))
        ),
    )


@pytest.mark.parametrize("over_urllib", [False, True], ids=["httpx", "urllib"])
@pytest.mark.parametrize(
    ("coding", "pack", "expected"),
    [
        ("gzip", gzip.compress, "NCT05177822"),
        ("deflate", zlib.compress, "NCT05177822"),
        ("gzip", lambda _: gzip.compress(bytes(70_000_000), 1), "unavailable"),
        ("gzip, gzip", lambda body: gzip.compress(gzip.compress(body)), "unavailable"),
        ("br", lambda body: body, "unavailable"),
    ],
    ids=["gzip", "deflate", "bomb", "twice", "br"],
)
def test_a_packed_reply_is_unpacked_within_bounds(
    emulator: Emulator, over_urllib: bool, coding: str, pack: Callable[[bytes], bytes], expected: str
) -> None:
    """Over both transports; what nobody asked for, or what swells without end, is no answer."""
    authority = make_authority(emulator)
    if over_urllib:
        emulator.play("clinicaltrials", faults.HTTP_403)
        ask(authority, [nct("NCT00010647")])
    emulator.always("clinicaltrials", packed(coding, pack))
    answers = ask(authority, [nct("NCT05177822")])
    authority.close()
    assert [summary(answer) for answer in answers.values()] == [expected]


def test_names_are_read_without_their_markdown(emulator: Emulator, authority: ClinicalTrialsAuthority) -> None:
    """The registry escapes signs with a backslash; a backslash before a letter is its own."""
    emulator.world.add(
        study(
            "NCT00000104", r"Dose \> 5 mg\^2 of A\B", "RECRUITING", [r"17\-OH\_Progesterone"], conditions=[r"\<1 year"]
        )
    )
    record = found(ask(authority, [nct("NCT00000104")])[nct("NCT00000104")])
    assert record.trial is not None
    assert (record.name, record.trial.title) == (r"Dose > 5 mg^2 of A\B", r"Dose > 5 mg^2 of A\B")
    assert (record.trial.interventions, record.trial.conditions) == (("17-OH_Progesterone",), ("<1 year",))


def test_requests_say_who_asks(emulator: Emulator, authority: ClinicalTrialsAuthority) -> None:
    """A User-Agent with a contact, over both transports."""
    emulator.play("clinicaltrials", faults.HTTP_403)
    ask(authority, [nct("NCT05177822")])
    agents = {entry.headers["user-agent"] for entry in emulator.requests("clinicaltrials")}
    assert agents == {f"canonid/{__version__} (curator@example.org)"}


def test_what_can_be_asked(authority: ClinicalTrialsAuthority) -> None:
    """NCT numbers and searches with a name that the query language can hold."""
    asked: list[Question] = [
        nct("NCT05177822"),
        METFORMIN,
        TrialSearch(("()",), ()),
        by_id(CHEMBL, "CHEMBL25"),
        ByName.of("aspirin"),
    ]
    assert [authority.accepts(question) for question in asked] == [True, True, False, False, False]
    assert (authority.name, authority.is_local) == ("clinicaltrials", False)


# --- faults ----------------------------------------------------------------------------------------------------------

QUESTIONS: tuple[Question, ...] = (
    nct("NCT05177822"),
    nct("NCT99999999"),
    nct("NCT00009113"),
    METFORMIN,
    TrialSearch(("nothing",), ()),
)
TRUTH = ["NCT05177822", "none", "NCT00009113", "NCT00000102", "none"]
LASTING = {"redirect-loop", "huge-body"}
"""Faults that are not asked again about, so that even one of them costs an answer."""
GARBLING = {"truncated-json", "empty-200"}
"""Faults that cut the sentence of a true 404: the status forbids to ask again, the missing words to believe it."""


@pytest.mark.parametrize("fault", faults.MATRIX, ids=str)
def test_a_lasting_fault_makes_no_verdict(emulator: Emulator, fault: Fault) -> None:
    """Whatever is wrong, every question ends as unavailable with a sentence, soon and after few requests."""
    authority = make_authority(emulator, deadline=0.2)
    emulator.always("clinicaltrials", fault)
    started = time.monotonic()
    answers = ask(authority, QUESTIONS)
    authority.close()
    reasons = [answer.reason for answer in answers.values() if isinstance(answer, Unavailable)]
    assert len(reasons) == len(QUESTIONS)
    assert all(reason.startswith("ClinicalTrials.gov ") and "; " in reason for reason in reasons)
    assert emulator.count("clinicaltrials") <= 20
    assert time.monotonic() - started < 6


@pytest.mark.parametrize("fault", [fault for fault in faults.MATRIX if fault.name != "refused"], ids=str)
@pytest.mark.parametrize("position", range(4))
def test_a_passing_fault_makes_no_wrong_verdict(emulator: Emulator, fault: Fault, position: int) -> None:
    """One fault at any request: every answer is the truth, or unavailable where asking again is no use."""
    authority = make_authority(emulator, deadline=0.3)
    emulator.play("clinicaltrials", *([faults.slow(0)] * position), fault)
    answers = ask(authority, QUESTIONS)
    authority.close()
    told = [summary(answers[question]) for question in QUESTIONS]
    open_ = set(QUESTIONS) if fault.name in LASTING else {nct("NCT99999999")} if fault.name in GARBLING else set()
    wrong = [
        (question, said)
        for question, said, truth in zip(QUESTIONS, told, TRUTH, strict=True)
        if said != truth and not (said == "unavailable" and question in open_)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://canonid.invalid/api/v2", ""),
        ("htp://nowhere", "check the address in the settings"),
        ("http://[::1", "check the address in the settings"),
    ],
)
def test_an_address_that_leads_nowhere_is_unavailable(address: str, words: str) -> None:
    """No network and a typing error in the settings are told as such."""
    authority = ClinicalTrialsAuthority(address, quick_courier("ClinicalTrials.gov", 2.0), "")
    answers = ask(authority, QUESTIONS)
    authority.close()
    assert all(isinstance(answer, Unavailable) and words in answer.reason for answer in answers.values())
    assert authority.requests <= 20


def test_encryption_that_fails_is_unavailable(emulator: Emulator) -> None:
    """TLS to a server that does not speak it: a sentence, no hang."""
    address = emulator.clinicaltrials_url.replace("http:", "https:")
    authority = ClinicalTrialsAuthority(address, quick_courier("ClinicalTrials.gov", 2.0), "")
    answer = ask(authority, [nct("NCT05177822")])[nct("NCT05177822")]
    authority.close()
    assert isinstance(answer, Unavailable)
    assert "encryption" in answer.reason


def test_random_faults_lose_nothing(emulator: Emulator) -> None:
    """Many runs in bad weather: each answer is the truth or unavailable, and later runs complete it."""
    weather = (faults.HTTP_503_HTML, faults.RESET_MID_BODY, faults.TRUNCATED_JSON, faults.HTML_200, faults.WRONG_LIST)
    emulator.always("clinicaltrials", faults.sometimes(0.3, *weather, seed=7))
    known: dict[Question, str] = {}
    for _ in range(20):
        authority = make_authority(emulator)
        answers = ask(authority, [question for question in QUESTIONS if question not in known])
        authority.close()
        known |= {q: told for q, answer in answers.items() if (told := summary(answer)) != "unavailable"}
    assert [known[question] for question in QUESTIONS] == TRUTH


def error_of(kind: type[Exception]) -> Exception:
    """An instance of an error whatever its constructor asks for."""
    error = kind.__new__(kind)
    Exception.__init__(error, "told")
    return error


FOREIGN = sorted(
    {
        kind
        for module in (httpx, http.client)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, httpx.CookieConflict)
    }
    | {urllib.error.URLError, OSError, ConnectionResetError, TimeoutError, socket.gaierror, ssl.SSLError},
    key=lambda kind: (kind.__module__, kind.__name__),
)


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_error_of_the_libraries_becomes_a_refusal(kind: type[Exception]) -> None:
    """No foreign error leaves the adapter; conflicts of cookies cannot occur, as none are kept by name."""
    with pytest.raises(Refusal), clinicaltrials_client.refusals():
        raise error_of(kind)


# --- parsing ---------------------------------------------------------------------------------------------------------


def parsed(question: Question, payload: object) -> Answer:
    authority = ClinicalTrialsAuthority("http://localhost", quick_courier("ClinicalTrials.gov"), "")
    return authority.parse(stored("clinicaltrials", question, payload))


@pytest.mark.parametrize(
    ("question", "payload"),
    [
        (nct("NCT05177822"), "not json"),
        (nct("NCT05177822"), "[1]"),
        (nct("NCT05177822"), {}),
        (nct("NCT05177822"), {"study": {"protocolSection": {"identificationModule": {"nctId": "7"}}}}),
        (METFORMIN, {"totalCount": 1}),
        (METFORMIN, {"totalCount": 1, "studies": [{}]}),
        (METFORMIN, "null"),
        (ByName.of("x"), {"studies": []}),
    ],
)
def test_an_unreadable_reply_is_unavailable(question: Question, payload: object) -> None:
    """A stored reply that makes no sense is neither a record nor an absence."""
    answer = parsed(question, payload)
    assert isinstance(answer, Unavailable)
    assert "cannot be read" in answer.reason


def test_nothing_stored_is_not_found() -> None:
    """None is how "no such record" is stored."""
    assert isinstance(parsed(nct("NCT99999999"), None), NotFound)


def test_a_study_with_a_number_only_is_read() -> None:
    """Absent keys are absent values."""
    bare = {"study": {"protocolSection": {"identificationModule": {"nctId": "NCT05177822"}}}}
    record = found(parsed(nct("NCT05177822"), bare))
    assert (record.name, record.trial) == (None, Trial("NCT05177822", ""))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(module=st.sampled_from(["statusModule", "conditionsModule", "armsInterventionsModule"]), value=JSON)
def test_no_module_can_break_the_reading(module: str, value: object) -> None:
    """Whatever a module holds, the study is read."""
    row = study("NCT05177822", "A")
    row["protocolSection"][module] = value
    assert isinstance(parsed(nct("NCT05177822"), {"study": row}), Found)


@given(key=st.sampled_from(["overallStatus", "lastKnownStatus", "interventions", "conditions"]), value=JSON)
def test_no_field_can_break_the_reading(key: str, value: object) -> None:
    """Whatever a field holds, the study is read."""
    row = study("NCT05177822", "A", interventions=["B"], conditions=["C"])
    for module in ("statusModule", "armsInterventionsModule", "conditionsModule"):
        row["protocolSection"][module][key] = value
    assert isinstance(parsed(nct("NCT05177822"), {"study": row}), Found)
