"""The one place where pubchempy touches the network: its `urlopen`, given what it lacks.

pubchempy opens its URLs without deadline, retry or User-Agent and hides the headers of the reply. `Seam` stands in for
that function while canonid asks, and only then: other users of pubchempy in the same process keep the original.

What takes time is done before a request is given its moment to leave: pubchempy is imported, and one TLS context serves
all requests, where pubchempy makes one for each, which takes 25 ms, more or less. Evenly spaced moments are of no use
if the requests then leave unevenly: a sixth within a second is refused.
"""

from __future__ import annotations

import functools
import http.client
import importlib
import io
import re
import ssl
import threading
import urllib.request
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Protocol
from urllib.error import HTTPError

from canonid.authorities.body import read_body, read_json
from canonid.authorities.probe import Ear
from canonid.authorities.surroundings import refusal_of_surroundings
from canonid.authorities.transport import (
    Refusal,
    read_retry_after,
    refusal_of,
    refusal_of_address,
    user_agent,
)
from canonid.errors import AuthorityUnavailable

BLOCKED = (
    "PubChem has blocked this address for asking too much (X-Throttling-Control: Black); "
    "ask nothing for some hours, then try again"
)
_CHECK_ADDRESS = "check the address in CANONID_PUBCHEM_URL and any proxy between"
_RED_PAUSE = 10.0
"""Seconds without requests after a reply that says Red."""

_COLOUR = re.compile(r"(?:Request Count|Request Time|Service) status:\s*(Green|Yellow|Red|Black)", re.IGNORECASE)
_SHARE = re.compile(r"(Request Count|Request Time|Service) status:\s*(\w+(?:\s*\(\d+%\))?)", re.IGNORECASE)
_SEVERITY = ("green", "yellow", "red", "black")
_PLAIN_FAULT = re.compile(rb"Code:\s*(PUGREST\.\w+)(?:\s+Message:\s*([^\r\n]{1,200}))?")
_STATUS_OF_FAULT = {
    "PUGREST.BadRequest": 400,
    "PUGREST.NotFound": 404,
    "PUGREST.NotAllowed": 405,
    "PUGREST.Timeout": 504,
    "PUGREST.ServerBusy": 503,
    "PUGREST.Unimplemented": 501,
    "PUGREST.ServerError": 500,
    "PUGREST.Unknown": 500,
}


class Throttle(Protocol):
    """What can be told to ask more slowly."""

    def slow_down(self, factor: float = 1.0, seconds: float = 0.0) -> None:
        """Widen the spacing by `factor` and let nothing leave for `seconds`."""
        ...


class Seam:
    """Opens the URLs that pubchempy makes, at `base_url` and within `deadline` seconds, and reads the whole reply."""

    def __init__(self, base_url: str, contact: str, deadline: float, throttle: Throttle | None) -> None:
        self.base_url = base_url.rstrip("/")
        self.is_blocked = False
        self.ear = Ear()
        self.throttling = ""
        """What the X-Throttling-Control header of the last reply said."""
        self._deadline = deadline
        self._throttle = throttle
        self._slowed = False
        self._agent = user_agent(contact)

    def ask(self, identifier: str | list[int], namespace: str, domain: str, operation: str, **options: str) -> Any:
        """One request through pubchempy: the reply as a dict, None for PubChem's own "not found".

        Raises Refusal for everything else, AuthorityUnavailable when PubChem has blocked this address.
        """
        pubchempy = load_pubchempy()
        token = _asking.set(self)
        try:
            return pubchempy.get_json(identifier, namespace, domain, operation, **options)
        except (ValueError, RecursionError):
            raise Refusal("answered with JSON that cannot be read", retry=True) from None
        finally:
            _asking.reset(token)

    def open(self, url: str, data: bytes | None, context: ssl.SSLContext | None) -> io.BytesIO:
        """Stand in for `urllib.request.urlopen`: a JSON reply, or HTTPError for PubChem's own "not found"."""
        request = self._request(url, data)
        self.ear.listen()
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _AnyStatus)
        try:
            with opener.open(request, timeout=self._deadline) as response:
                headers: http.client.HTTPMessage = response.headers
                chunks = iter(lambda: response.read1(65536), b"")
                body = read_body(chunks, self._deadline, headers.get("Content-Encoding"))
                if response.length:
                    raise Refusal("broke off in the middle of its reply")
                status: int = response.status
        except http.client.InvalidURL as error:
            raise refusal_of_address() from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise refusal_of(error) from error
        self.ear.hear(headers.get("Date"))
        self._heed(headers, status)
        return io.BytesIO(_read_reply(url, status, headers, body))

    def shares(self) -> dict[str, str]:
        """What the last reply said of each of PubChem's limits: `{"Request Count": "Green (0%)", ...}`."""
        return dict(_SHARE.findall(self.throttling))

    def _request(self, url: str, data: bytes | None) -> urllib.request.Request:
        try:
            request = urllib.request.Request(url, data, headers={"User-Agent": self._agent})  # noqa: S310 - see below
        except ValueError as error:
            raise refusal_of_address() from error
        if request.type not in {"http", "https"} or not request.host:
            raise refusal_of_address()
        return request

    def _heed(self, headers: http.client.HTTPMessage, status: int) -> None:
        """Do what X-Throttling-Control asks for; the reply to a request that PubChem still answered is kept."""
        self.throttling = headers.get("X-Throttling-Control") or ""
        found = [colour.lower() for colour in _COLOUR.findall(self.throttling)]
        colour = max(found, key=_SEVERITY.index, default="green")
        if colour == "black":
            self.is_blocked = True
            if status != http.HTTPStatus.OK:
                raise AuthorityUnavailable(BLOCKED)
        if self._throttle is not None and (self._slowed or colour != "green"):
            self._slowed = colour != "green"
            self._throttle.slow_down(2.0 if self._slowed else 1.0, 0.0 if colour != "red" else _RED_PAUSE)


class _AnyStatus(urllib.request.HTTPErrorProcessor):
    """Hands every reply over as it is: no error is raised before it was read, no redirect is followed."""

    def http_response(self, request: urllib.request.Request, response: Any) -> Any:  # noqa: ARG002 - urllib's signature
        return response

    https_response = http_response


_asking: ContextVar[Seam | None] = ContextVar("canonid_pubchem_seam", default=None)
_installing = threading.Lock()


class _Router:
    """What `pubchempy.urlopen` is from the first question on: canonid's requests go to their seam, others as ever."""

    def __init__(self, original: Callable[..., Any], default_base: str) -> None:
        self._original = original
        self._default_base = default_base

    def __call__(self, url: str, data: bytes | None = None, **options: Any) -> Any:
        seam = _asking.get()
        if seam is None:
            return self._original(url, data, **options)
        return seam.open(seam.base_url + url.removeprefix(self._default_base), data, options.get("context"))


class _OneContext:
    """What `pubchempy.ssl` is from the first question on: canonid's requests share a context, others get their own."""

    def __init__(self, original: Any) -> None:
        self._original = original
        self._shared = functools.cache(original.create_default_context)

    def create_default_context(self, *args: Any, **options: Any) -> ssl.SSLContext:
        """The shared context if canonid asks, else a new one."""
        make = self._original.create_default_context if _asking.get() is None else self._shared
        context: ssl.SSLContext = make(*args, **options)
        return context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)

    def warm_up(self, ca_file: str | None) -> None:
        """Make the shared context as pubchempy asks for it."""
        self._shared(cafile=ca_file)


def load_pubchempy() -> Any:
    """Import pubchempy with its way to the network replaced, once in a process; at once if that has been done.

    Raises Refusal if the certificates that the environment names cannot be read.
    """
    pubchempy: Any = importlib.import_module("pubchempy")  # late: it costs 0.1 s, and it has no types
    with _installing:
        if not isinstance(pubchempy.urlopen, _Router):
            context = _OneContext(pubchempy.ssl)
            try:
                context.warm_up(pubchempy._CA_FILE)
            except OSError as error:  # no such file, or nothing in it
                raise refusal_of_surroundings() from error
            pubchempy.ssl = context
            pubchempy.urlopen = _Router(pubchempy.urlopen, pubchempy.API_BASE)
    return pubchempy


def _read_reply(url: str, status: int, headers: http.client.HTTPMessage, body: bytes) -> bytes:
    """The body of a reply that has data; raises HTTPError for "not found" and Refusal for all the rest."""
    content_type = headers.get("Content-Type") or ""
    value = None
    if "json" in content_type.lower() or status == http.HTTPStatus.OK:
        try:
            value = read_json(body, content_type, status)
        except Refusal:
            if status == http.HTTPStatus.OK and not _PLAIN_FAULT.search(body):
                raise
    code, message = _read_fault(value, body)
    if code == "PUGREST.NotFound" and status in {http.HTTPStatus.OK, http.HTTPStatus.NOT_FOUND}:
        raise HTTPError(url, http.HTTPStatus.NOT_FOUND, code, headers, io.BytesIO(body))
    if status == http.HTTPStatus.ACCEPTED or (isinstance(value, dict) and "Waiting" in value):
        raise Refusal("put the question in a queue in place of answering it", status=202, retry=False)
    if status == http.HTTPStatus.OK and code is None:
        if not isinstance(value, dict):
            raise Refusal("answered with JSON of an unknown shape", retry=True)
        return body
    raise _refusal_of_status(status, code, message, headers.get("Retry-After"))


def _read_fault(value: Any, body: bytes) -> tuple[str | None, str]:
    """Code and message of a fault, from JSON or from the plain text that some of PubChem's servers send."""
    fault = value.get("Fault") if isinstance(value, dict) else None
    if isinstance(fault, dict):
        return str(fault.get("Code")), str(fault.get("Message") or "")[:200]
    if value is None and (match := _PLAIN_FAULT.search(body[:2000])):
        return match[1].decode(), (match[2] or b"").decode(errors="replace")
    return None, ""


def _refusal_of_status(status: int, code: str | None, message: str, retry_after: str | None) -> Refusal:
    said = ": ".join(filter(None, (code, message)))
    reason = f"answered {status} ({said})" if said else f"answered {status}"
    if status == http.HTTPStatus.NOT_FOUND:
        return Refusal(f"{reason} without saying that the record is unknown", retry=False, advice=_CHECK_ADDRESS)
    meaning = _STATUS_OF_FAULT.get(code or "", status) if status == http.HTTPStatus.OK else status
    if meaning == http.HTTPStatus.BAD_REQUEST:
        return Refusal(reason, status=meaning, advice="check how the identifier or name is written")
    if meaning < http.HTTPStatus.BAD_REQUEST or meaning in {401, 403, 407}:
        return Refusal(reason, status=meaning, retry=False, advice=_CHECK_ADDRESS)
    return Refusal(reason, status=meaning, retry_after=read_retry_after(retry_after))
