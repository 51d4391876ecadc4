"""What can go wrong on the way: each fault is a value that answers one request in its own manner.

Bodies of HTML pages are synthetic; statuses and JSON shapes are the documented ones.
"""

from __future__ import annotations

import email.utils
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

from tests.emulator.exchange import Exchange
from tests.emulator.wire import AuthorityName, Reply, Request, json_reply, text_reply


@dataclass(frozen=True, slots=True)
class Fault:
    """A manner of answering; `name` is for test ids."""

    name: str
    act: Callable[[Exchange], None]

    def __str__(self) -> str:
        return self.name


def canned(name: str, reply: Reply) -> Fault:
    """The same reply to whatever was asked."""
    return Fault(name, lambda exchange: exchange.send(reply))


def altered(name: str, change: Callable[[Reply], Reply]) -> Fault:
    """The true reply, changed."""
    return Fault(name, lambda exchange: exchange.send(change(exchange.true_reply())))


def when(fault: Fault, condition: Callable[[Request], bool]) -> Fault:
    """The fault for requests that meet the condition, the true reply for others."""

    def act(exchange: Exchange) -> None:
        if condition(exchange.request):
            fault.act(exchange)
        else:
            exchange.send(exchange.true_reply())

    return Fault(fault.name, act)


def page(title: str) -> bytes:
    """A page for people, as proxies and maintenance screens send."""
    text = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
    return text.encode()


def html(status: int, title: str) -> Reply:
    """An HTML page with a status."""
    return Reply(status, page(title), "text/html; charset=utf-8")


_ERRORS: Mapping[AuthorityName, Callable[[int], Reply]] = {
    "chembl": lambda status: json_reply(
        {"error_message": "An internal server error occurred. Please contact ChEMBL help."}, status
    ),
    "pubchem": lambda status: json_reply({"Fault": _PUGREST.get(status, _PUGREST[500])}, status),
    "clinicaltrials": lambda status: text_reply("Internal Server Error", status),
}
_PUGREST: Mapping[int, Mapping[str, str]] = {
    500: {"Code": "PUGREST.ServerError", "Message": "Some problem on the server side"},
    503: {"Code": "PUGREST.ServerBusy", "Message": "Too many requests or server too busy"},
    504: {"Code": "PUGREST.Timeout", "Message": "The request timed out"},
}


def failure(status: int) -> Fault:
    """An error in the manner of the service that is asked."""
    return Fault(f"http-{status}", lambda exchange: exchange.send(_ERRORS[exchange.request.authority](status)))


# --- connection ------------------------------------------------------------------------------------------------------


def _never(exchange: Exchange) -> NoReturn:
    raise AssertionError(f"a refused connection was served: {exchange.request.target}")


def _hang(exchange: Exchange) -> None:
    exchange.hang()


def _hang_after_head(exchange: Exchange) -> None:
    reply = exchange.true_reply()
    exchange.head(reply, len(reply.body) + 1)
    exchange.write(b"")
    exchange.hang()


def _reset(exchange: Exchange) -> None:
    exchange.reset()


def _reset_mid_body(exchange: Exchange) -> None:
    reply = exchange.true_reply()
    exchange.head(reply, len(reply.body) + 2)
    exchange.write(reply.body[: len(reply.body) // 2])
    exchange.reset()


def _short_body(exchange: Exchange) -> None:
    reply = exchange.true_reply()
    exchange.head(reply, len(reply.body) + 2)
    exchange.write(reply.body[: len(reply.body) // 2])
    exchange.drop()


REFUSED = Fault("refused", _never)
"""Nobody listens on the port; only with `always`."""
HANG = Fault("hang-before-headers", _hang)
HANG_AFTER_HEADERS = Fault("hang-after-headers", _hang_after_head)
RESET = Fault("reset-before-headers", _reset)
RESET_MID_BODY = Fault("reset-mid-body", _reset_mid_body)
SHORT_BODY = Fault("short-body", _short_body)
"""Closed in good order before the promised length."""


def drip(interval: float = 0.05) -> Fault:
    """The true reply, one byte every `interval` seconds: each read is quick, the whole never ends in time."""

    def act(exchange: Exchange) -> None:
        reply = exchange.true_reply()
        exchange.head(reply)
        for position in range(len(reply.body)):
            exchange.write(reply.body[position : position + 1])
            exchange.hang(interval)

    return Fault("slow-drip", act)


SLOW_DRIP = drip()


def slow(seconds: float) -> Fault:
    """The true reply after a while."""

    def act(exchange: Exchange) -> None:
        exchange.hang(seconds)
        exchange.send(exchange.true_reply())

    return Fault("slow", act)


# --- status ----------------------------------------------------------------------------------------------------------

_EMPTY_429 = Reply(429, b"", "text/plain")
HTTP_429 = canned("http-429", _EMPTY_429)
HTTP_500 = failure(500)
HTTP_500_HTML = canned("http-500-html", html(500, "Error: 500 | EMBL-EBI"))
HTTP_502_HTML = canned("http-502-html", html(502, "502 Proxy Error"))
HTTP_503_JSON = replace(failure(503), name="http-503-json")
HTTP_503_HTML = canned("http-503-html", html(503, "503 Service Temporarily Unavailable"))
HTTP_504 = failure(504)
HTTP_413 = canned("http-413", html(413, "413 Request Entity Too Large"))
HTTP_400_HTML = canned("http-400-html", html(400, "400 Bad Request"))
EMPTY_404_HTML = canned("empty-404-html", Reply(404, b"", "text/html; charset=utf-8"))
FULL_404_HTML = canned("full-404-html", html(404, "404 Not Found"))
"""A proxy that does not know the path: not the service saying that there is no such record."""
HTTP_403 = canned("http-403", html(403, "403 Forbidden"))


def retry_after(seconds: int, status: int = 429) -> Fault:
    """Refused, with the seconds to wait."""
    return canned(
        f"http-{status}-retry-after-seconds",
        replace(_EMPTY_429, status=status, headers=(("Retry-After", str(seconds)),)),
    )


def retry_after_date(seconds: int, status: int = 429) -> Fault:
    """Refused, with the moment (that many seconds from when it is sent) to come back."""

    def act(exchange: Exchange) -> None:
        moment = email.utils.formatdate(time.time() + seconds, usegmt=True)
        exchange.send(replace(_EMPTY_429, status=status, headers=(("Retry-After", moment),)))

    return Fault(f"http-{status}-retry-after-date", act)


# --- body ------------------------------------------------------------------------------------------------------------

HTML_200 = canned("html-200", html(200, "Scheduled maintenance"))
HTML_AS_JSON = canned("html-as-json", Reply(200, page("Scheduled maintenance"), "application/json"))
TRUNCATED_JSON = altered("truncated-json", lambda reply: replace(reply, body=reply.body[: len(reply.body) // 2]))
EMPTY_200 = altered("empty-200", lambda reply: replace(reply, body=b""))
NOT_UTF8 = canned("not-utf-8", Reply(200, b'{"name": "\xff\xfe"}'))
WRONG_LIST = canned("wrong-json-list", json_reply([1, 2, 3]))
WRONG_KEYS = canned("wrong-json-keys", json_reply({"unexpected": {"keys": True}}))
JSON_NULL = canned("json-null", json_reply(None))
WRONG_TYPE = altered("wrong-content-type", lambda reply: replace(reply, content_type="text/plain"))
"""The true body, under a type that does not say so."""


def huge(megabytes: int = 64) -> Fault:
    """A body that does not end soon: valid JSON, mostly blanks."""

    def act(exchange: Exchange) -> None:
        blanks = b" " * 65536
        exchange.head(Reply(200, b""), 65536 * 16 * megabytes + 2)
        exchange.write(b"{")
        for _ in range(16 * megabytes):
            exchange.write(blanks)
            exchange.hang(0)
        exchange.write(b"}")

    return Fault("huge-body", act)


HUGE_BODY = huge()


def _redirect(exchange: Exchange) -> None:
    exchange.send(Reply(302, b"", "text/html", (("Location", exchange.request.target),)))


REDIRECT_LOOP = Fault("redirect-loop", _redirect)

# --- one service only ------------------------------------------------------------------------------------------------


def _has_no_parameter(request: Request) -> bool:
    return request.method == "GET" and not request.query


CHEMBL_500_WITHOUT_PARAMETER = when(replace(HTTP_500, name="http-500-until-a-parameter"), _has_no_parameter)
"""A bad cached copy: the same address with any query parameter works (2026-06-23)."""


def is_httpx(request: Request) -> bool:
    """Whether the client looks like httpx, by name or by keeping its connection alive.

    Stands in for the TLS fingerprint that the live front end is said to look at: urllib always sends
    `Connection: close`, httpx never does.
    """
    sends_close = request.headers.get("connection", "").lower() == "close"
    return "httpx" in request.headers.get("user-agent", "").lower() or not sends_close


HTTPX_403 = when(replace(HTTP_403, name="http-403-for-httpx"), is_httpx)
"""Blocks httpx and lets urllib through."""


def throttle(colour: str, percent: int = 80, *, status: int = 200) -> Fault:
    """PubChem's throttle header in a colour, on the true reply (or on ServerBusy with `status` 503)."""
    value = f"Request Count status: {colour} ({percent}%), Request Time status: Green (5%), Service status: Green (20%)"

    def change(reply: Reply) -> Reply:
        kept = tuple(header for header in reply.headers if header[0] != "X-Throttling-Control")
        reply = reply if status == 200 else _ERRORS["pubchem"](status)
        return replace(reply, headers=(*kept, ("X-Throttling-Control", value)))

    return altered(f"throttle-{colour.lower()}", change)


YELLOW = throttle("Yellow", 60)
RED = throttle("Red", 80)
BLACK = throttle("Black", 100, status=503)
NO_THROTTLE_HEADER = altered(
    "no-throttle-header",
    lambda reply: replace(reply, headers=tuple(h for h in reply.headers if h[0] != "X-Throttling-Control")),
)

MATRIX: tuple[Fault, ...] = (
    REFUSED, HANG, HANG_AFTER_HEADERS, SLOW_DRIP, RESET, RESET_MID_BODY, SHORT_BODY, HTTP_429, retry_after(1),
    retry_after_date(1), HTTP_500, HTTP_500_HTML, HTTP_502_HTML, HTTP_503_JSON, HTTP_503_HTML, HTTP_504, HTTP_403,
    HTML_200, HTML_AS_JSON, TRUNCATED_JSON, EMPTY_200, NOT_UTF8, WRONG_LIST, WRONG_KEYS, JSON_NULL,
    WRONG_TYPE, HUGE_BODY, REDIRECT_LOOP,
)  # fmt: skip
"""For a test of every authority against every fault. Only WRONG_TYPE and SLOW_DRIP hold a true answer."""


def sometimes(share: float, *choice: Fault, seed: int = 0) -> Fault:
    """One of these faults for a share of the requests, the true reply for the others; the same ones every time."""
    numbers = random.Random(seed)  # noqa: S311 (chance, not secrecy)
    lock = threading.Lock()

    def act(exchange: Exchange) -> None:
        with lock:
            fault = numbers.choice(choice) if numbers.random() < share else None
        if fault is None:
            exchange.send(exchange.true_reply())
        else:
            fault.act(exchange)

    return Fault("sometimes", act)
