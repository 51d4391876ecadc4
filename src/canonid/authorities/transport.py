"""How every authority is asked over HTTP: one retry policy, one pace, one deadline, one circuit breaker.

An adapter hands `Courier.send` a function that makes one HTTP request and returns what came back, or raises `Refusal`
in place of the errors of its HTTP library. No client retries by itself: retries on top of retries multiply.
"""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from canonid import __version__
from canonid.authorities.payloads import mended
from canonid.errors import AuthorityUnavailable

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")

TRANSIENT_STATUSES = frozenset({429, 500, 502, 503, 504})
"""Replies that may be different a moment later."""

RETRY_AFTER_CAP = 60.0
"""Seconds; a longer `Retry-After` is treated as this, so that no server can park a run for a day."""

_REQUEST_AT_FAULT = frozenset({400, 404, 405, 406, 409, 410, 411, 413, 414, 415, 422, 431})


class Refusal(Exception):
    """One request that did not bring what was asked for, in the words that all adapters share.

    `reason` continues a sentence that begins with the authority's name ("answered 503"); `status` is None when there
    was no HTTP reply at all; `retry` overrides what the status says about trying again; `dead` means that nothing
    listens at the address, so that asking again is no use, nor are later requests.
    """

    def __init__(
        self,
        reason: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        retry: bool | None = None,
        dead: bool = False,
        advice: str = "try again later",
        body: str = "",
    ) -> None:
        self.reason = mended(reason)
        super().__init__(self.reason)
        self.status = status
        self.retry_after = retry_after
        self.retry = retry
        self.dead = dead
        self.advice = advice
        self.body = mended(body)

    @property
    def is_outage(self) -> bool:
        """True if the authority failed, False if it understood the request and turned it down."""
        return self.status not in _REQUEST_AT_FAULT


def is_transient(error: BaseException) -> bool:
    """Whether the same request may succeed a moment later: the only question that decides about a retry."""
    if not isinstance(error, Refusal):
        return False
    if error.retry is not None:
        return error.retry
    return error.status is None or error.status in TRANSIENT_STATUSES


def user_agent(contact: str) -> str:
    """What canonid calls itself before a server; `contact` lets its operators reach whoever runs it."""
    return f"canonid/{__version__} ({contact})" if contact else f"canonid/{__version__}"


def refusal_of(error: BaseException) -> Refusal:
    """The refusal that an error of the network means, whichever HTTP library wrapped it.

    Libraries hide the operating system's error in causes, contexts, `reason` and arguments; it alone tells a name
    that does not resolve from a port where nobody listens, a certificate that is wrong and a reply that broke off.
    """
    check = "check the network and the address in the settings"
    chain = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in chain):
        return Refusal("has an address whose name cannot be resolved", dead=True, advice=check)
    if any(isinstance(cause, UnicodeError) and not isinstance(cause, UnicodeDecodeError) for cause in chain):
        return refusal_of_address()  # a part of the host's name is empty or too long
    if any(isinstance(cause, ConnectionRefusedError) for cause in chain):
        return Refusal("refused the connection", dead=True, advice=check)
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in chain):
        return Refusal("showed a certificate that is not to be trusted", retry=False, advice=check)
    if any(isinstance(cause, ssl.SSLError) for cause in chain):
        return Refusal("could not agree on encryption", retry=False, advice=check)
    if any(isinstance(cause, TimeoutError) for cause in chain):
        return Refusal("did not answer in time")
    return Refusal(f"broke off the exchange ({type(error).__name__})")


def refusal_of_address() -> Refusal:
    """The refusal of an address that no request can be sent to."""
    return Refusal("cannot be asked at this address", retry=False, advice="check the address in the settings")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all errors inside it, each once."""
    seen: set[int] = set()
    todo: list[BaseException] = [error]
    while todo:
        cause = todo.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        inner = (cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args)
        todo.extend(each for each in inner if isinstance(each, BaseException))


def refusal_of_status(status: int, content_type: str, body: bytes, retry_after: str | None = None) -> Refusal:
    """The refusal that a reply with an unwelcome status means, with what the server says about it if that is short."""
    if 300 <= status < 400:
        moved = "check the address in the settings"
        return Refusal(f"redirects elsewhere ({status})", status=status, retry=False, advice=moved)
    text = " ".join(body[:2000].decode(errors="replace").split())
    is_page = "html" in content_type.lower() or "<html" in text.lower()
    said = " with a web page" if is_page and text else f": {text[:200]}" if text else ""
    advice = "try again later" if status in TRANSIENT_STATUSES else "look at its status page and at your settings"
    wait = read_retry_after(retry_after)
    return Refusal(f"answered {status}{said}", status=status, retry_after=wait, advice=advice, body=text)


def read_retry_after(header: str | None, now: datetime | None = None) -> float | None:
    """The seconds that a `Retry-After` header asks for (seconds or an HTTP date); None if it says nothing usable."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


class Pacer(Protocol):
    """Decides when the next request may leave."""

    def wait(self) -> None:
        """Return when the next request may be made."""
        ...


class NoPacer:
    """Lets every request leave at once."""

    def wait(self) -> None:
        """Return at once."""


class EvenPacer:
    """Keeps requests at least `interval` seconds apart, for all threads of this process.

    Even spacing rather than a token bucket: a burst is what a server's sliding window refuses.
    """

    def __init__(
        self,
        interval: float,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._interval = interval
        self._sleep = sleep
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._next = float("-inf")

    def wait(self) -> None:
        """Take the next free moment and sleep until it comes."""
        with self._lock:
            now = self._monotonic()
            moment = max(now, self._next)
            self._next = moment + self._interval
        if moment > now:
            self._sleep(moment - now)


class Courier:
    """Carries the requests to one authority during one run.

    Every attempt is paced, counted and bounded by `deadline` seconds of wall clock; one `send` by `attempts` and
    `patience` seconds with its waits; retries by a tenth of all requests (but at least `spare_retries`). After
    `failures_in_a_row` sends that failed for good the authority is not asked again; at once when nothing listens,
    unless it answered earlier in the run: then it may be starting anew, and gets the retries of any other failure.
    """

    def __init__(
        self,
        authority_label: str,
        *,
        deadline: float = 30.0,
        attempts: int = 4,
        patience: float = 60.0,
        pacer: Pacer | None = None,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        backoff: float = 0.5,
        spare_retries: int = 5,
        failures_in_a_row: int = 3,
    ) -> None:
        self.label = authority_label
        self.deadline = deadline
        self._attempts = attempts
        self._patience = patience
        self._pacer = pacer or NoPacer()
        self._sleep = sleep
        self._monotonic = monotonic
        self._backoff = backoff
        self._spare_retries = spare_retries
        self._failures_in_a_row = failures_in_a_row
        self._lock = threading.Lock()
        self._requests = 0
        self._retries = 0
        self._failures = 0
        self._rest_until = float("-inf")
        self._closed_for: str | None = None
        self._has_answered = False

    @property
    def requests(self) -> int:
        """How many requests have been made, retries included."""
        return self._requests

    @property
    def is_open(self) -> bool:
        """True if the circuit is open: the authority failed too often and is left alone for the rest of the run."""
        return self._closed_for is not None

    def explain(self, refusal: Refusal) -> str:
        """The refusal as a sentence for the report."""
        return f"{self.label} {refusal.reason}; {refusal.advice}"

    def send(self, attempt: Callable[[], T]) -> T:
        """Make one request by calling `attempt`, again if that may help, and return what it returns.

        Raises Refusal when it failed for good, AuthorityUnavailable when the authority is not to be asked any more.
        """
        from tenacity import Retrying, retry_if_exception, wait_exponential, wait_random  # noqa: PLC0415 - 50 ms

        if self._closed_for is not None:
            raise AuthorityUnavailable(self._closed_for)
        backoff = wait_exponential(multiplier=self._backoff, max=16) + wait_random(0, self._backoff)
        self._wait_for_rest()  # before patience begins: else nothing of it would be left for the reply
        end = self._monotonic() + self._patience
        policy = Retrying(
            retry=retry_if_exception(self._is_worth_again),
            wait=lambda state: max(backoff(state), self._rest()),
            stop=lambda state: self._is_enough(state, end),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            answer = policy(lambda: self._once(attempt, end))
        except Refusal as refusal:
            self._note_failure(refusal)
            raise
        with self._lock:
            self._failures = 0
        return answer

    def _once(self, attempt: Callable[[], T], end: float) -> T:
        self._pacer.wait()
        with self._lock:
            self._requests += 1
        try:
            answer = _within(min(self.deadline, max(0.001, end - self._monotonic())), attempt)
        except Refusal as refusal:
            self._has_answered |= refusal.status is not None
            if refusal.retry_after is not None:
                self._rest_until = self._monotonic() + min(refusal.retry_after, RETRY_AFTER_CAP)
            raise
        self._has_answered = True
        return answer

    def _is_worth_again(self, error: BaseException) -> bool:
        is_dead = isinstance(error, Refusal) and error.dead and not self._has_answered
        return is_transient(error) and not is_dead

    def _rest(self) -> float:
        """The seconds for which the authority asked to be left alone."""
        return max(0.0, self._rest_until - self._monotonic())

    def _wait_for_rest(self) -> None:
        if (rest := self._rest()) > 0:
            self._sleep(rest)

    def _is_enough(self, state: RetryCallState, end: float) -> bool:
        """Whether a failed attempt was the last; a retry that is granted is booked at once."""
        with self._lock:
            budget = max(self._spare_retries, (self._requests - self._retries) // 10)
            if (
                state.attempt_number >= self._attempts
                or self._monotonic() + state.upcoming_sleep >= end
                or self._retries >= budget
            ):
                return True
            self._retries += 1
            return False

    def _note_failure(self, refusal: Refusal) -> None:
        with self._lock:
            if not refusal.is_outage:
                self._failures = 0
                return
            self._failures += 1
            if not refusal.dead and self._failures < self._failures_in_a_row:
                return
            self._closed_for = f"{self.label} {refusal.reason} and is not asked again in this run; {refusal.advice}"
        raise AuthorityUnavailable(self._closed_for) from refusal


def _within(seconds: float, attempt: Callable[[], T]) -> T:
    """Call `attempt` in a thread of its own and give up on it after `seconds`.

    Socket timeouts bound each read, not the whole: only a second thread holds against name resolution that hangs or
    headers that drip. The thread that is given up on lives on with its socket for as long as the server keeps dripping:
    the libraries offer no way to end it. Nobody reads what it brings, and the process does not wait for it.
    """
    outcome: queue.SimpleQueue[Callable[[], T]] = queue.SimpleQueue()

    def work() -> None:
        try:
            value = attempt()
        except BaseException as error:  # noqa: BLE001 - handed over to the caller whole, never swallowed
            failure = error
            outcome.put(lambda: _throw(failure))
        else:
            outcome.put(lambda: value)

    threading.Thread(target=work, name="canonid-request", daemon=True).start()
    try:
        result = outcome.get(timeout=seconds)
    except queue.Empty:
        raise Refusal(f"did not answer within {seconds:.3g} s") from None
    return result()


def _throw(error: BaseException) -> Any:
    raise error
