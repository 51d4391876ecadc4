"""The faults that the emulator can play, seen from the client's side of the socket."""

from __future__ import annotations

import datetime
import email.utils
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import httpx
import pytest

from tests.emulator import Emulator, World, compound, faults, molecule, plain, study
from tests.emulator.wire import AUTHORITIES, AuthorityName

PATHS: dict[AuthorityName, str] = {
    "chembl": "molecule/CHEMBL25.json",
    "pubchem": "compound/cid/2244/property/Title/JSON",
    "clinicaltrials": "studies/NCT00000010",
}
IMPATIENT = httpx.Timeout(10, read=0.1)
PATIENT = httpx.Timeout(20)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    world = World.of(
        molecule("CHEMBL25", "ASPIRIN"), compound(2244, "Aspirin"), study("NCT00000010", "A trial", "COMPLETED")
    )
    with Emulator(world) as running:
        yield running


def url(emulator: Emulator, authority: AuthorityName) -> str:
    bases = {
        "chembl": emulator.chembl_url,
        "pubchem": emulator.pubchem_url,
        "clinicaltrials": emulator.clinicaltrials_url,
    }
    return f"{bases[authority]}/{PATHS[authority]}"


def ask(
    emulator: Emulator, authority: AuthorityName = "chembl", timeout: httpx.Timeout = PATIENT, **parameters: str
) -> httpx.Response:
    return plain.get(url(emulator, authority), params=parameters, timeout=timeout)


def is_true(reply: httpx.Response) -> bool:
    """Whether the reply is what the service would answer on a good day."""
    try:
        document = reply.json()
    except ValueError:
        return False
    return (
        reply.status_code == 200
        and isinstance(document, dict)
        and bool(document.keys() & {"molecule_chembl_id", "PropertyTable", "protocolSection"})
    )


@pytest.mark.parametrize("authority", AUTHORITIES)
@pytest.mark.parametrize("fault", faults.MATRIX, ids=str)
def test_no_fault_of_the_matrix_passes_for_an_answer(
    emulator: Emulator, fault: faults.Fault, authority: AuthorityName
) -> None:
    """Each ends in an error of the client or in a reply that is none; only a wrong type may hold the truth."""
    emulator.always(authority, fault)
    timeout = IMPATIENT if fault in (faults.HANG, faults.HANG_AFTER_HEADERS) else PATIENT
    try:
        with plain.stream("GET", url(emulator, authority), timeout=timeout) as reply:
            if fault in (faults.HUGE_BODY, faults.SLOW_DRIP):
                assert int(reply.headers["Content-Length"]) > 0
                return
            reply.read()
    except httpx.TransportError:
        return
    assert not is_true(reply) or reply.headers["content-type"] == "text/plain"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.HANG, httpx.ReadTimeout),
        (faults.HANG_AFTER_HEADERS, httpx.ReadTimeout),
        (faults.RESET, httpx.ReadError),
        (faults.RESET_MID_BODY, httpx.ReadError),
        (faults.SHORT_BODY, httpx.RemoteProtocolError),
    ],
    ids=str,
)
def test_faults_of_the_connection(emulator: Emulator, fault: faults.Fault, error: type[Exception]) -> None:
    """Each shows as the error that the real thing would be."""
    emulator.play("chembl", fault)
    with pytest.raises(error):
        ask(emulator, timeout=IMPATIENT if error is httpx.ReadTimeout else PATIENT)


def test_a_refused_service_listens_again_when_calm(emulator: Emulator) -> None:
    """The port is kept meanwhile, so that the address stays the same."""
    before = url(emulator, "chembl")
    emulator.always("chembl", faults.REFUSED)
    with pytest.raises(httpx.ConnectError):
        ask(emulator)
    emulator.calm()
    assert (is_true(ask(emulator)), url(emulator, "chembl")) == (True, before)


def test_only_one_service_is_refused(emulator: Emulator) -> None:
    """The others go on."""
    emulator.always("chembl", faults.REFUSED)
    assert is_true(ask(emulator, "pubchem"))


def test_refusing_cannot_be_queued(emulator: Emulator) -> None:
    """No request would arrive that could use it up."""
    with pytest.raises(ValueError, match="use always"):
        emulator.play("chembl", faults.REFUSED)


def test_refusing_ends_answers_that_hang(emulator: Emulator) -> None:
    """A service can be closed while a request waits in it."""
    emulator.play("chembl", faults.HANG)
    with pytest.raises(httpx.ReadTimeout):
        ask(emulator, timeout=IMPATIENT)
    emulator.always("chembl", faults.REFUSED)
    with pytest.raises(httpx.ConnectError):
        ask(emulator)


def test_queued_faults_are_used_up_in_order(emulator: Emulator) -> None:
    """Then the truth comes again."""
    emulator.play("chembl", faults.HTTP_500, faults.HTTP_503_HTML)
    assert [ask(emulator).status_code for _ in range(3)] == [500, 503, 200]


def test_the_queue_goes_before_the_standing_fault(emulator: Emulator) -> None:
    """Until calm."""
    emulator.always("chembl", faults.HTTP_504)
    emulator.play("chembl", faults.HTTP_429)
    seen = [ask(emulator).status_code for _ in range(3)]
    emulator.calm()
    assert [*seen, ask(emulator).status_code] == [429, 504, 504, 200]


def test_the_log_tells_what_was_asked_and_answered(emulator: Emulator) -> None:
    """Authority, method, path below the root, query, body, status."""
    emulator.play("pubchem", faults.HTTP_504)
    plain.post(f"{emulator.pubchem_url}/compound/cid/cids/JSON?x=1", data={"cid": "2244"})
    entry = emulator.requests("pubchem")[0]
    facts = (entry.authority, entry.method, entry.path, entry.query, entry.body, entry.status)
    assert facts == ("pubchem", "POST", "/compound/cid/cids/JSON", (("x", "1"),), b"cid=2244", 504)


def test_a_request_that_got_no_answer_has_status_zero(emulator: Emulator) -> None:
    """It arrived and counts."""
    emulator.play("chembl", faults.RESET)
    with pytest.raises(httpx.ReadError):
        ask(emulator)
    assert (emulator.count("chembl"), emulator.log[0].status) == (1, 0)


@pytest.mark.parametrize(
    ("authority", "body"),
    [
        ("chembl", b'{"error_message": "An internal server error occurred. Please contact ChEMBL help."}'),
        ("pubchem", b'{"Fault": {"Code": "PUGREST.ServerError", "Message": "Some problem on the server side"}}'),
        ("clinicaltrials", b"Internal Server Error"),
    ],
)
def test_failures_speak_as_the_service_does(emulator: Emulator, authority: AuthorityName, body: bytes) -> None:
    """JSON of its own shape, or text."""
    emulator.play(authority, faults.HTTP_500)
    assert ask(emulator, authority).content == body


def test_pubchem_busy_is_the_documented_fault(emulator: Emulator) -> None:
    """503 without details."""
    emulator.play("pubchem", faults.HTTP_503_JSON)
    fault = {"Code": "PUGREST.ServerBusy", "Message": "Too many requests or server too busy"}
    assert ask(emulator, "pubchem").json() == {"Fault": fault}


def test_retry_after_in_seconds(emulator: Emulator) -> None:
    """As a number."""
    emulator.play("chembl", faults.retry_after(7, status=503))
    reply = ask(emulator)
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "7")


def test_retry_after_as_a_date(emulator: Emulator) -> None:
    """As a moment in the future."""
    emulator.play("chembl", faults.retry_after_date(60))
    moment = email.utils.parsedate_to_datetime(ask(emulator).headers["Retry-After"])
    assert 50 < (moment - datetime.datetime.now(datetime.UTC)).total_seconds() <= 60


def test_a_redirect_loop_has_no_end(emulator: Emulator) -> None:
    """The client gives up, not the server."""
    emulator.always("chembl", faults.REDIRECT_LOOP)
    with pytest.raises(httpx.TooManyRedirects):
        plain.get(url(emulator, "chembl"), follow_redirects=True)


def test_500_until_a_parameter(emulator: Emulator) -> None:
    """The same address works once anything is added to it."""
    emulator.always("chembl", faults.CHEMBL_500_WITHOUT_PARAMETER)
    assert [ask(emulator).status_code, ask(emulator, dummy="1").status_code] == [500, 200]


def test_httpx_is_blocked_and_urllib_is_not(emulator: Emulator) -> None:
    """Whatever httpx calls itself."""
    emulator.always("clinicaltrials", faults.HTTPX_403)
    target = url(emulator, "clinicaltrials")
    blocked = plain.get(target, headers={"User-Agent": "canonid"}).status_code
    with urllib.request.urlopen(target) as reply:  # noqa: S310 (loopback)
        assert (blocked, reply.status) == (403, 200)


@pytest.mark.parametrize(
    ("fault", "status", "colour"),
    [(faults.YELLOW, 200, "Yellow (60%)"), (faults.RED, 200, "Red (80%)"), (faults.BLACK, 503, "Black (100%)")],
)
def test_throttle_colours(emulator: Emulator, fault: faults.Fault, status: int, colour: str) -> None:
    """The header in a colour, once."""
    emulator.play("pubchem", fault)
    reply = ask(emulator, "pubchem")
    values = reply.headers.get_list("X-Throttling-Control")
    assert (reply.status_code, [colour in value for value in values]) == (status, [True])


def test_the_throttle_header_can_be_missing(emulator: Emulator) -> None:
    """It has been seen to."""
    emulator.play("pubchem", faults.NO_THROTTLE_HEADER)
    assert "X-Throttling-Control" not in ask(emulator, "pubchem").headers


def test_slow_drip_is_the_truth_in_the_end(emulator: Emulator) -> None:
    """Each byte is quick, the whole is not."""
    emulator.play("pubchem", faults.drip(0.0001))
    assert is_true(plain.get(url(emulator, "pubchem")))


def test_a_huge_body_is_valid_json(emulator: Emulator) -> None:
    """So that only its size speaks against it."""
    emulator.play("chembl", faults.huge(1))
    assert json.loads(plain.get(url(emulator, "chembl")).content) == {}


def test_faults_by_chance_are_the_same_every_time(emulator: Emulator) -> None:
    """The same seed, the same faults."""
    runs = []
    for _ in range(2):
        emulator.always("chembl", faults.sometimes(0.5, faults.HTTP_500, faults.HTTP_504, seed=1))
        runs.append([ask(emulator).status_code for _ in range(12)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 500, 504}


def test_slow_answers_take_their_time(emulator: Emulator) -> None:
    """The truth, late."""
    emulator.play("chembl", faults.slow(0.05))
    began = time.monotonic()
    assert is_true(ask(emulator))
    assert time.monotonic() - began >= 0.05


def test_latency_is_added_to_every_answer() -> None:
    """For benchmarks."""
    with Emulator(World.of(compound(2244, "Aspirin")), latency=0.05) as emulator:
        began = time.monotonic()
        ask(emulator, "pubchem")
        assert time.monotonic() - began >= 0.05


def test_connections_are_kept_alive(emulator: Emulator) -> None:
    """Two requests over one connection."""
    with socket.create_connection(("127.0.0.1", int(url(emulator, "chembl").split(":")[2].split("/")[0]))) as line:
        answers = []
        for _ in range(2):
            line.sendall(b"GET /chembl/api/data/molecule/CHEMBL77.json HTTP/1.1\r\nHost: x\r\n\r\n")
            answers.append(line.recv(4096).split(b"\r\n")[0])
    assert answers == [b"HTTP/1.1 404 Not Found"] * 2


def test_head_has_no_body(emulator: Emulator) -> None:
    """Length announced, nothing sent."""
    reply = plain.head(url(emulator, "chembl"))
    assert (reply.status_code, reply.content, int(reply.headers["Content-Length"]) > 0) == (200, b"", True)


def test_closing_leaves_no_thread_behind() -> None:
    """Even while an answer hangs and connections are open."""
    before = threading.active_count()
    with Emulator(World()) as emulator, plain.Client() as client:
        client.get(f"{emulator.pubchem_url}/compound/cid/1/cids/JSON")
        emulator.play("chembl", faults.HANG)
        with pytest.raises(httpx.ReadTimeout):
            ask(emulator, timeout=IMPATIENT)
    assert threading.active_count() == before


def test_a_defect_of_the_emulator_fails_the_test() -> None:
    """A row that the emulator cannot read is reported at the end, not swallowed."""

    def ask_for_a_broken_row() -> None:
        with Emulator(World(studies={"NCT00000010": {}})) as emulator:
            plain.get(f"{emulator.clinicaltrials_url}/studies?filter.overallStatus=RECRUITING")

    with pytest.raises(httpx.RemoteProtocolError) as caught:
        ask_for_a_broken_row()
    assert "the emulator itself failed" in "".join(caught.value.__notes__)
