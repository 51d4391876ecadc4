"""The courier: what is retried, how often, how long, and when it stops asking."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from canonid import __version__
from canonid.authorities.transport import (
    Courier,
    EvenPacer,
    Refusal,
    is_transient,
    read_retry_after,
    refusal_of,
    refusal_of_status,
    user_agent,
)
from canonid.errors import AuthorityUnavailable

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that only sleeping and `advance` move."""

    def __init__(self) -> None:
        self.now = 100.0
        self.naps: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


class Server:
    """An attempt that fails with the given refusals, one a call, and then answers."""

    def __init__(self, *refusals: Refusal, clock: Clock | None = None, takes: float = 0.0) -> None:
        self.refusals = list(refusals)
        self.clock = clock
        self.takes = takes
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.clock is not None:
            self.clock.now += self.takes
        if self.refusals:
            raise self.refusals.pop(0)
        return "answer"


def make_courier(clock: Clock, **limits: float) -> Courier:
    whole = {name: int(value) for name, value in limits.items() if name not in ("deadline", "patience", "backoff")}
    parts = {name: value for name, value in limits.items() if name in ("deadline", "patience", "backoff")}
    return Courier("ChEMBL", sleep=clock.sleep, monotonic=clock.monotonic, **whole, **parts)  # type: ignore[arg-type] # both are numbers


def busy(retry_after: float | None = None) -> Refusal:
    return Refusal("answered 503", status=503, retry_after=retry_after)


def outcome(action: Callable[[], object]) -> str:
    try:
        return str(action())
    except (Refusal, AuthorityUnavailable) as error:
        return type(error).__name__


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_fault_is_retried(status: int) -> None:
    """One bad moment of the server costs one more request, not the answer."""
    clock, server = Clock(), Server(Refusal("answered", status=status))
    courier = make_courier(clock)
    assert (courier.send(server), courier.requests) == ("answer", 2)


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 405, 410, 413, 501])
def test_a_refusal_that_will_stay_is_not_retried(status: int) -> None:
    """Asking again what was turned down is rude and useless."""
    server = Server(Refusal("answered", status=status))
    courier = make_courier(Clock())
    with pytest.raises(Refusal):
        courier.send(server)
    assert server.calls == 1


def test_no_reply_at_all_is_retried() -> None:
    """A reset connection is as passing as a 503."""
    server = Server(Refusal("broke off"))
    assert make_courier(Clock()).send(server) == "answer"


def test_the_adapter_may_overrule_the_status() -> None:
    """HTML with 200 may be retried, a wrong certificate not, whatever the status says."""
    verdicts = (is_transient(Refusal("", status=200, retry=True)), is_transient(Refusal("", retry=False)))
    assert verdicts == (True, False)


def test_an_error_of_the_program_is_not_hidden() -> None:
    """What is not a refusal leaves as it is, at once."""

    def broken() -> str:
        raise KeyError("programming error")

    courier = make_courier(Clock())
    with pytest.raises(KeyError):
        courier.send(broken)
    assert courier.requests == 1
    assert not is_transient(KeyError())


def test_waits_grow_with_every_attempt() -> None:
    """Each pause is longer than the one before, with some chance in it."""
    clock = Clock()
    with pytest.raises(Refusal):
        make_courier(clock, attempts=4).send(Server(*(busy() for _ in range(9))))
    assert 0.5 <= clock.naps[0] <= 1.0 <= clock.naps[1] <= 1.5 < clock.naps[2] <= 2.5


def test_attempts_are_bounded() -> None:
    """Four attempts and no more."""
    server = Server(*(busy() for _ in range(9)))
    with pytest.raises(Refusal, match="503"):
        make_courier(Clock()).send(server)
    assert server.calls == 4


def test_patience_bounds_one_request_with_its_waits() -> None:
    """A retry that could not finish in time is not begun."""
    clock = Clock()
    server = Server(*(busy() for _ in range(9)), clock=clock, takes=25.0)
    with pytest.raises(Refusal):
        make_courier(clock, patience=40.0, attempts=9).send(server)
    assert server.calls == 2


def test_retry_after_is_obeyed() -> None:
    """The server's own word on when to come back counts more than our curve."""
    clock = Clock()
    make_courier(clock).send(Server(busy(retry_after=17)))
    assert clock.naps == [17]


def test_a_long_retry_after_is_capped_and_ends_the_request() -> None:
    """Nobody parks a run for a day: one minute is the most, and more than our patience ends the request."""
    clock, server = Clock(), Server(busy(retry_after=1e9))
    courier = make_courier(clock)
    with pytest.raises(Refusal):
        courier.send(server)
    assert server.calls == 1


def test_the_next_request_keeps_the_pause_that_was_asked_for() -> None:
    """Retry-After holds for the host, not only for the request that it answered."""
    clock = Clock()
    courier = make_courier(clock)
    outcome(lambda: courier.send(Server(busy(retry_after=1e9))))
    courier.send(Server())
    assert clock.naps == [60.0]


def test_the_request_after_a_long_rest_has_all_its_time() -> None:
    """A healthy reply that takes a moment is not thrown away because the wait before it was long."""
    clock = Clock()
    courier = make_courier(clock)
    outcome(lambda: courier.send(Server(busy(retry_after=60))))
    came = threading.Event()

    def healthy() -> str:
        came.wait(0.05)
        return "answer"

    assert (outcome(lambda: courier.send(healthy)), clock.naps[-1]) == ("answer", 60)


def test_retries_are_a_tenth_of_all_requests() -> None:
    """A server in trouble does not get a multiple of its load from us."""
    courier = make_courier(Clock(), spare_retries=2)
    for _ in range(100):
        courier.send(Server())
    for _ in range(40):
        outcome(lambda: courier.send(Server(busy())))
        courier.send(Server())
    first_tries = 100 + 80
    assert 16 <= courier.requests - first_tries <= 18


def test_the_circuit_opens_after_three_failures_in_a_row() -> None:
    """Then every question is answered `unavailable` without a request."""
    courier = make_courier(Clock())
    results = [outcome(lambda: courier.send(Server(*(busy() for _ in range(9))))) for _ in range(5)]
    assert results == ["Refusal", "Refusal", "AuthorityUnavailable", "AuthorityUnavailable", "AuthorityUnavailable"]
    assert courier.is_open
    assert courier.requests <= 8


def test_a_success_closes_the_row() -> None:
    """Failures count only when nothing succeeded in between."""
    courier = make_courier(Clock(), attempts=1)
    for refusal in (busy(), busy()):
        outcome(lambda refusal=refusal: courier.send(Server(refusal)))  # type: ignore[misc] # mypy cannot infer it
    courier.send(Server())
    outcome(lambda: courier.send(Server(busy())))
    assert not courier.is_open


def test_a_request_turned_down_is_no_outage() -> None:
    """Hundreds of 404 are answers of a healthy server."""
    courier = make_courier(Clock())
    for _ in range(10):
        outcome(lambda: courier.send(Server(Refusal("answered 404", status=404))))
    assert not courier.is_open


def test_where_nothing_listens_the_circuit_opens_at_once() -> None:
    """A refused connection will be refused for the next 1,000 questions, too."""
    clock = Clock()
    courier = make_courier(clock)
    nobody = [Refusal("refused the connection", dead=True, advice="check the network") for _ in range(9)]
    with pytest.raises(AuthorityUnavailable, match=r"ChEMBL refused the connection .* check the network"):
        courier.send(Server(*nobody))
    assert (courier.requests, clock.naps) == (1, [])


def test_a_server_that_starts_anew_is_waited_for() -> None:
    """Where somebody answered a moment ago, a refused connection is a failure like others."""
    courier = make_courier(Clock())
    gone = [Refusal("refused the connection", dead=True) for _ in range(2)]
    outcomes = [courier.send(Server()), courier.send(Server(*gone))]
    assert (outcomes, courier.requests) == (["answer", "answer"], 4)


def test_a_server_that_stays_away_is_given_up_with_the_request_that_met_it() -> None:
    """Even where it answered before: what nobody hears need not be asked three times over."""
    courier = make_courier(Clock())
    courier.send(Server())
    gone = [Refusal("refused the connection", dead=True) for _ in range(9)]
    with pytest.raises(AuthorityUnavailable):
        courier.send(Server(*gone))
    assert courier.requests == 1 + 4


def test_the_deadline_holds_against_an_attempt_that_never_returns() -> None:
    """The wall clock decides, not the socket: a name server that hangs is given up on."""
    forever = threading.Event()
    courier = Courier("ChEMBL", deadline=0.05, attempts=1)
    started = time.monotonic()
    with pytest.raises(Refusal, match=r"did not answer within 0\.05 s"):
        courier.send(forever.wait)
    forever.set()
    assert time.monotonic() - started < 2


def test_every_attempt_is_paced_and_counted() -> None:
    """Retries are requests as well."""
    waits: list[int] = []

    class Counting:
        def wait(self) -> None:
            waits.append(1)

    courier = Courier("ChEMBL", pacer=Counting(), sleep=lambda _: None)
    courier.send(Server(busy(), busy()))
    assert (len(waits), courier.requests) == (3, 3)


def test_even_pacer_keeps_requests_apart() -> None:
    """The first leaves at once, each later one an interval after the one before."""
    clock = Clock()
    pacer = EvenPacer(0.25, sleep=clock.sleep, monotonic=clock.monotonic)
    moments = []
    for _ in range(4):
        pacer.wait()
        moments.append(clock.now)
    assert moments == [100.0, 100.25, 100.5, 100.75]


def test_even_pacer_gives_no_credit_for_idle_time() -> None:
    """After a pause no burst follows."""
    clock = Clock()
    pacer = EvenPacer(1.0, sleep=clock.sleep, monotonic=clock.monotonic)
    pacer.wait()
    clock.now += 60
    pacer.wait()
    pacer.wait()
    assert clock.naps == [1.0]


def test_even_pacer_is_shared_by_threads() -> None:
    """Threads that ask at the same moment get moments of their own."""
    naps: list[float] = []
    pacer = EvenPacer(1.0, sleep=naps.append, monotonic=lambda: 0.0)
    threads = [threading.Thread(target=pacer.wait) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(naps) == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0.0),
        ("Sun, 22 Nov 2026 12:00:30 -0000", 30.0),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("Sun, 22 Nov 99999 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    """Both forms of the header are read, and nonsense is no pause."""
    assert read_retry_after(header, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "content_type", "body", "reason"),
    [
        (503, "text/html", b"<html><h1>503</h1></html>", "answered 503 with a web page"),
        (400, "application/json", b'{"error_message": "no"}', 'answered 400: {"error_message": "no"}'),
        (404, "text/html", b"", "answered 404"),
        (302, "", b"", "redirects elsewhere (302)"),
    ],
)
def test_a_status_is_told_in_words(status: int, content_type: str, body: bytes, reason: str) -> None:
    """The sentence for the report says what the server said, without its markup."""
    assert refusal_of_status(status, content_type, body).reason == reason


def test_a_status_keeps_the_pause_that_came_with_it() -> None:
    """Retry-After travels with the refusal."""
    assert refusal_of_status(429, "", b"", "7").retry_after == 7


def wrapped(error: BaseException) -> Exception:
    """An error as libraries hide it: in an argument of a cause."""
    outer = RuntimeError("while asking", error)
    try:
        raise OSError("wrapper") from outer
    except OSError as caught:
        return caught


@pytest.mark.parametrize(
    ("error", "words", "transient", "dead"),
    [
        (socket.gaierror(-2, "Name or service not known"), "cannot be resolved", True, True),
        (ConnectionRefusedError(111, "refused"), "refused the connection", True, True),
        (ssl.SSLCertVerificationError("expired"), "certificate", False, False),
        (ssl.SSLError("WRONG_VERSION_NUMBER"), "encryption", False, False),
        (TimeoutError("timed out"), "in time", True, False),
        (ConnectionResetError(104, "reset"), "broke off", True, False),
    ],
)
def test_errors_of_the_network_are_told_apart_inside_any_wrapping(
    error: BaseException, words: str, transient: bool, dead: bool
) -> None:
    """The operating system's error decides, however many libraries wrapped it."""
    refusal = refusal_of(wrapped(error))
    assert words in refusal.reason
    assert (is_transient(refusal), refusal.dead) == (transient, dead)


def test_errors_that_contain_each_other_are_read_once() -> None:
    """A cycle of causes does not hang the report."""
    first, second = RuntimeError("a"), RuntimeError("b")
    first.__cause__, second.__cause__ = second, first
    assert "RuntimeError" in refusal_of(first).reason


def test_a_refusal_becomes_a_sentence_with_what_to_do() -> None:
    """The report needs no knowledge of HTTP."""
    courier = Courier("PubChem")
    assert courier.explain(Refusal("answered 503", status=503)) == "PubChem answered 503; try again later"


def test_the_user_agent_says_who_asks() -> None:
    """Operators of a server can reach whoever runs canonid."""
    assert user_agent("curator@example.org") == f"canonid/{__version__} (curator@example.org)"
    assert user_agent("") == f"canonid/{__version__}"
