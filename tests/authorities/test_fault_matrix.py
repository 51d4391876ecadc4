"""The cells of the matrix of authorities and faults that the tests of each authority do not hold.

What a service can do once it is reached stands there (`test_a_lasting_fault_makes_no_verdict` and the like, over
`faults.MATRIX`); here is what happens before it is reached, and PubChem's share of what happens in the middle of a run.
"""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from canonid.authorities.chembl import ChemblAuthority
from canonid.authorities.clinicaltrials import ClinicalTrialsAuthority
from canonid.authorities.pubchem import PubChemAuthority
from canonid.authorities.transport import Courier
from canonid.identifiers import AUTHORITIES as LABELS
from canonid.identifiers import CHEMBL, CLINICALTRIALS, DRUGBANK, PUBCHEM, Reference
from canonid.model import (
    Answer,
    ById,
    ByName,
    ByStructure,
    Evidence,
    Found,
    Question,
    Synonyms,
    TrialSearch,
    Unavailable,
)
from canonid.store.evidence import EvidenceStore
from tests.authorities.asking import QUICK, ask, quick_courier, summary
from tests.emulator import Emulator, World, compound, faults, molecule, study
from tests.emulator.faults import Fault
from tests.emulator.wire import AUTHORITIES, AuthorityName, Reply

Authority = ChemblAuthority | PubChemAuthority | ClinicalTrialsAuthority
MAKERS: Mapping[AuthorityName, Callable[[str, Courier, str], Authority]] = {
    "chembl": ChemblAuthority,
    "pubchem": PubChemAuthority,
    "clinicaltrials": ClinicalTrialsAuthority,
}
FISETIN_KEY = "XHEFDIBZLJXQHF-UHFFFAOYSA-N"
ASKED: Mapping[AuthorityName, Sequence[Question]] = {
    "chembl": (ById(Reference(CHEMBL, "CHEMBL25")), ByStructure(FISETIN_KEY), ByName.of("fisetin")),
    "pubchem": (
        ById(Reference(PUBCHEM, "5281614")),
        ById(Reference(PUBCHEM, "999999999")),
        ById(Reference(PUBCHEM, "4644")),
        Synonyms(Reference(PUBCHEM, "5281614")),
        ById(Reference(DRUGBANK, "DB00331")),
        ById(Reference(DRUGBANK, "DB99999")),
        ByStructure(FISETIN_KEY),
        ByName.of("fisetin"),
        ByName.of("nobody"),
    ),
    "clinicaltrials": (ById(Reference(CLINICALTRIALS, "NCT05177822")), TrialSearch(("metformin",), ())),
}


def ask_at(name: AuthorityName, address: str, deadline: float = 5.0) -> tuple[list[Answer], int, float]:
    """The answers of the authority at this address, how many requests it took, and how many seconds."""
    started = time.monotonic()
    with closing(MAKERS[name](address, quick_courier(LABELS[name], deadline), "")) as authority:
        answers = ask(authority, ASKED[name])
        return list(answers.values()), authority.requests, time.monotonic() - started


def reasons(answers: Sequence[Answer]) -> set[str]:
    """Why there is no answer; every question must be without one."""
    assert all(isinstance(answer, Unavailable) for answer in answers), answers
    return {answer.reason for answer in answers if isinstance(answer, Unavailable)}


def test_the_matrix_holds_every_kind_of_fault() -> None:
    """What all three authorities are played, here and in their own tests; DNS and TLS fail before a server is met."""
    kinds = """
        refused hang-before-headers hang-after-headers slow-drip reset-before-headers reset-mid-body short-body
        http-429 http-429-retry-after-seconds http-429-retry-after-date http-403 http-500 http-500-html http-502-html
        http-503-json http-503-html http-504 html-200 html-as-json truncated-json empty-200 not-utf-8 json-null
        wrong-json-list wrong-json-keys wrong-content-type huge-body redirect-loop
    """
    assert {fault.name for fault in faults.MATRIX} == set(kinds.split())


# --- before the service is reached -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", AUTHORITIES)
def test_a_name_that_does_not_resolve_costs_one_request(name: AuthorityName) -> None:
    """Nothing changes from one attempt to the next: the circuit opens at once, and the report says where to look."""
    answers, requests, seconds = ask_at(name, "http://canonid.invalid/api")
    (reason,) = reasons(answers)
    assert reason.startswith(f"{LABELS[name]} ")
    assert reason.endswith("is not asked again in this run; check the network and the address in the settings")
    assert (requests, seconds < 5) == (1, True)


@pytest.mark.parametrize("name", AUTHORITIES)
def test_a_closed_port_costs_one_request(name: AuthorityName) -> None:
    """A host that refuses the connection will refuse it for all questions of the run."""
    with Emulator(World()) as emulator:
        address = str(getattr(emulator, f"{name}_url"))
        emulator.always(name, faults.REFUSED)
        answers, requests, seconds = ask_at(name, address)
    (reason,) = reasons(answers)
    assert reason.startswith(f"{LABELS[name]} refused the connection and is not asked again in this run; check ")
    assert (requests, seconds < 2) == (1, True)


@pytest.mark.parametrize("name", AUTHORITIES)
@pytest.mark.parametrize(
    "address",
    [
        f"http://{'a' * 64}.invalid/api",
        "http://canonid..invalid/api",
        "http://127.0.0.1:99999/api",
        "http://127.0.0.1:port/api",
        "http://exa mple.invalid/api",
        "http://[::1/api",
        "htp://127.0.0.1/api",
        "http:///api",
        "127.0.0.1/api",
        "",
    ],
)
def test_an_address_that_cannot_be_is_told_and_not_retried(name: AuthorityName, address: str) -> None:
    """A typing error in the settings fails in as many ways as there are libraries, and ends in one."""
    answers, requests, seconds = ask_at(name, address)
    assert all("; " in reason and "address" in reason for reason in reasons(answers)), reasons(answers)
    assert requests <= 3
    assert seconds < 2


class _Silent(BaseHTTPRequestHandler):
    """Answers whoever trusted the certificate with an empty object."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b"{}")

    do_POST = do_GET  # noqa: N815 (name of http.server)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (name of http.server)
        pass


class _TlsServer(HTTPServer):
    """A server with a certificate that nobody signed."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Silent)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(Path(__file__).with_name("self_signed.pem"))
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.greeted = 0

    def get_request(self) -> Any:
        """Count the connection; its handshake fails here."""
        self.greeted += 1
        return super().get_request()


@contextmanager
def tls_server() -> Iterator[_TlsServer]:
    """The server, running."""
    with _TlsServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("name", AUTHORITIES)
def test_a_certificate_that_nobody_signed_is_not_trusted(name: AuthorityName) -> None:
    """Somebody sits in between, or a proxy's certificate is missing: no answer, no retries, a sentence."""
    with tls_server() as server:
        answers, requests, seconds = ask_at(name, f"https://127.0.0.1:{server.server_port}/api")
        greeted = server.greeted
    assert all(
        reason.startswith(f"{LABELS[name]} showed a certificate that is not to be trusted")
        and reason.endswith("; check the network and the address in the settings")
        for reason in reasons(answers)
    )
    assert requests == greeted <= 3
    assert seconds < 3


def test_pubchem_over_tls_at_a_port_without_it_is_unavailable() -> None:
    """As for the other authorities: a sentence, no hang."""
    with Emulator(World()) as emulator:
        answers, requests, _ = ask_at("pubchem", emulator.pubchem_url.replace("http:", "https:"))
    assert all(reason.startswith("PubChem could not agree on encryption") for reason in reasons(answers))
    assert requests <= 3


# --- PubChem in the middle of a run ----------------------------------------------------------------------------------

TRUTH = ("5281614", "none", "4644", "5281614", "DB00331", "none", "5281614", "5281614", "none")
LASTING = {"http-403", "huge-body", "redirect-loop"}
"""Faults that are not asked again about, so that even one of them costs an answer."""
GARBLING = {"truncated-json", "empty-200", "wrong-content-type"}
"""Faults that spoil the words of a true 404: the status forbids to ask again, the missing words to believe it."""
_REQUESTS = 12


@pytest.fixture(scope="module")
def one_emulator() -> Iterator[Emulator]:
    """A compound, a retired CID, a deposit; and what is unknown."""
    world = World.of(compound(5281614, "Fisetin", FISETIN_KEY, synonyms=["fisetin"]), compound(4091, "Metformin"))
    world.preferred = {4644: 5281614}
    world.deposits = {"DB00331": {46507000: [4091]}}
    with Emulator(world) as emulator:
        yield emulator


@pytest.fixture
def emulator(one_emulator: Emulator) -> Iterator[Emulator]:
    """The emulator, calm again afterwards."""
    yield one_emulator
    one_emulator.calm()


def told_by_pubchem(emulator: Emulator, deadline: float) -> tuple[tuple[str, ...], int]:
    """What PubChem's authority makes of its questions, in their order, and of how many requests."""
    authority = PubChemAuthority(emulator.pubchem_url, quick_courier("PubChem", deadline), "")
    answers = ask(authority, ASKED["pubchem"])
    return tuple(summary(answers[question]) for question in ASKED["pubchem"]), authority.requests


def test_without_a_fault_pubchem_answers_everything(emulator: Emulator) -> None:
    """Otherwise the rest would prove nothing; it takes the requests among which the positions below are."""
    assert told_by_pubchem(emulator, 5.0) == (TRUTH, _REQUESTS)


@pytest.mark.parametrize("fault", [fault for fault in faults.MATRIX if fault is not faults.REFUSED], ids=str)
@pytest.mark.parametrize("position", [1, 4, 8, _REQUESTS - 1])
def test_a_passing_fault_at_pubchem_makes_no_wrong_verdict(emulator: Emulator, fault: Fault, position: int) -> None:
    """One fault at any request: every answer is the truth, or unavailable where asking again is no use."""
    emulator.play("pubchem", *([faults.slow(0)] * position), fault)
    told, requests = told_by_pubchem(emulator, 0.3)
    wrong = [
        (said, truth)
        for said, truth in zip(told, TRUTH, strict=True)
        if said != truth
        and not (said == "unavailable" and (fault.name in LASTING or (fault.name in GARBLING and truth == "none")))
    ]
    assert wrong == []
    assert requests <= _REQUESTS + 3


@pytest.mark.parametrize("fault", faults.MATRIX, ids=str)
def test_a_lasting_fault_at_pubchem_ends_in_time(emulator: Emulator, fault: Fault) -> None:
    """The deadline of each request bounds the whole: no fault holds a run."""
    emulator.always("pubchem", fault)
    started = time.monotonic()
    told, requests = told_by_pubchem(emulator, QUICK)
    assert set(told) == {"unavailable"}
    assert requests <= 20
    assert time.monotonic() - started < 6


def _halved(reply: Reply) -> Reply:
    """The reply with one half of a pair of surrogates in every name and release."""
    text = json.dumps(json.loads(reply.body))
    for word in ("MARKED", "ChEMBL_", "2026-"):
        text = text.replace(word, word + "\\ud800")
    return replace(reply, body=text.encode())


@pytest.mark.parametrize("name", AUTHORITIES)
def test_half_a_letter_in_a_reply_does_not_end_the_run(name: AuthorityName, tmp_path: Path) -> None:
    """JSON can say what no text can hold; the reply is mended, hashed and stored like any other."""
    world = World.of(
        molecule("CHEMBL25", "MARKED"), compound(5281614, "MARKED"), study("NCT05177822", "MARKED", "COMPLETED")
    )
    with Emulator(world) as emulator, EvidenceStore(tmp_path / "x.sqlite") as store:
        emulator.always(name, faults.altered("half a letter", _halved))
        address = str(getattr(emulator, f"{name}_url"))
        with closing(MAKERS[name](address, quick_courier(LABELS[name], 5.0), "")) as authority:
            asked = ASKED[name][0]
            store.put([reply for reply in authority.fetch([asked]) if isinstance(reply, Evidence)])
            answer = authority.parse(store.get([(name, asked)])[name, asked])
    assert isinstance(answer, Found)
    assert "MARKED?" in {answer.record.name, getattr(answer.record.trial, "title", None)}


def test_half_a_letter_in_what_pubchem_complains_of_can_be_told() -> None:
    """The reason is printed and stored."""
    said = b'{"Fault": {"Code": "PUGREST.BadRequest", "Message": "bad \\ud800"}}'
    with Emulator(World()) as emulator:
        emulator.always("pubchem", faults.canned("half a letter", Reply(400, said)))
        answers, _, _ = ask_at("pubchem", emulator.pubchem_url)
    assert all("bad ?" in reason.encode().decode() for reason in reasons(answers))


@pytest.mark.parametrize("name", AUTHORITIES)
def test_nobodys_password_is_sent(name: AuthorityName, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ~/.netrc for all hosts is meant for others; the registries ask for no password."""
    (tmp_path / ".netrc").write_text("default login me password s3cret\n", encoding="ascii")
    monkeypatch.setenv("HOME", str(tmp_path))
    with Emulator(World()) as emulator:
        ask_at(name, str(getattr(emulator, f"{name}_url")))
        assert emulator.count(name) > 0
        assert [entry.headers for entry in emulator.requests(name) if "authorization" in entry.headers] == []
