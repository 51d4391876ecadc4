"""The HTTP of ClinicalTrials.gov: httpx, or urllib underneath it where the front end turns httpx away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from canonid.authorities.body import read_body, read_json
from canonid.authorities.probe import Ear
from canonid.authorities.surroundings import refusal_of_surroundings
from canonid.authorities.transport import (
    Courier,
    Refusal,
    refusal_of,
    refusal_of_address,
    refusal_of_status,
)

if TYPE_CHECKING:
    import httpx

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Moved:
    """A redirect, which here means that a study goes by another number; followed by nobody but the caller."""

    location: str


class ClinicalTrialsClient:
    """GET requests to ClinicalTrials.gov at `base_url`, with a switch of transport on 403."""

    def __init__(self, base_url: str, courier: Courier, agent: str) -> None:
        self._base = base_url.rstrip("/")
        self._courier = courier
        self._agent = agent
        self.ear = Ear()
        self._client: httpx.Client | None = None
        self._over_urllib = False

    def get(self, path: str, parameters: Mapping[str, str], check: Callable[[Any], None]) -> Any:
        """The JSON of a reply, or `Moved`, that `check` lets pass; it raises Refusal for an odd one.

        The front end has been reported to refuse httpx by its TLS fingerprint while it serves urllib: on 403 the same
        request goes out once more over urllib, and if that is served all later ones do.
        Raises Refusal and AuthorityUnavailable as `Courier.send` does.
        """
        try:
            return self._send(path, parameters, check)
        except Refusal as refusal:
            if refusal.status != 403 or self._over_urllib:
                raise
        self.close()
        self._over_urllib = True
        return self._send(path, parameters, check)

    def close(self) -> None:
        """Close the connections that are kept alive."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _send(self, path: str, parameters: Mapping[str, str], check: Callable[[Any], None]) -> Any:
        client = self._open()

        def attempt() -> Any:
            reply = self._attempt(client, path, parameters)
            check(reply)
            return reply

        return self._courier.send(attempt)

    def _open(self) -> httpx.Client:
        import httpx  # noqa: PLC0415 - 0.15 s to import

        if self._client is None:
            transport = _urllib_transport(self._courier.deadline) if self._over_urllib else None
            headers = {"User-Agent": self._agent, "Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
            try:
                self._client = httpx.Client(transport=transport, headers=headers, timeout=self._courier.deadline)
            except (ImportError, ValueError, OSError, httpx.InvalidURL) as error:
                raise refusal_of_surroundings() from error
        return self._client

    def _attempt(self, client: httpx.Client, path: str, parameters: Mapping[str, str]) -> Any:
        self.ear.listen()
        with refusals(), client.stream("GET", f"{self._base}/{path}", params=dict(parameters)) as response:
            coding = response.headers.get("Content-Encoding")
            body = read_body(response.iter_raw(), self._courier.deadline, coding)
            self.ear.hear(response.headers.get("Date"))
            content_type = response.headers.get("Content-Type", "")
            if response.status_code in _REDIRECTS:
                return Moved(response.headers.get("Location", ""))
            if response.status_code == 403:
                raise _blocked()
            if response.status_code != 200:
                retry_after = response.headers.get("Retry-After")
                raise refusal_of_status(response.status_code, content_type, body, retry_after)
            return read_json(body, content_type)


def _blocked() -> Refusal:
    return Refusal(
        "blocks requests from here (403)",
        status=403,
        retry=False,
        advice="this says nothing about the trials; try from another network, or later",
    )


@contextmanager
def refusals() -> Iterator[None]:
    """Turn every error of httpx and of the urllib transport into a Refusal."""
    from http.client import HTTPException  # noqa: PLC0415 - imported by httpx anyway, and only with it

    import httpx  # noqa: PLC0415 - 0.15 s to import

    try:
        yield
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise refusal_of_address() from error
    except httpx.TooManyRedirects as error:
        raise refusal_of_status(302, "", b"") from error
    except httpx.TimeoutException as error:
        raise Refusal("did not answer in time") from error
    except (httpx.HTTPError, httpx.StreamError, HTTPException, OSError, UnicodeError) as error:
        raise refusal_of(error) from error


def _urllib_transport(seconds: float) -> httpx.BaseTransport:
    """A transport for httpx that speaks through urllib, without redirects."""
    from urllib.error import HTTPError  # noqa: PLC0415 - wanted only when httpx is blocked
    from urllib.request import HTTPRedirectHandler, build_opener  # noqa: PLC0415 - the same
    from urllib.request import Request as UrllibRequest  # noqa: PLC0415 - the same

    import httpx  # noqa: PLC0415 - 0.15 s to import

    class NoRedirects(HTTPRedirectHandler):
        """Hands redirects back as they are: an alias is something to know, not something to follow in silence."""

        def redirect_request(self, *_: Any) -> None:
            """Follow nothing."""

    class Body(httpx.SyncByteStream):
        """The reply as it comes in, so that it is bounded and unpacked where every other one is."""

        def __init__(self, reply: Any) -> None:
            self._reply = reply

        def __iter__(self) -> Iterator[bytes]:
            return iter(lambda: self._reply.read(65536), b"")

        def close(self) -> None:
            """Close the connection."""
            self._reply.close()

    class UrllibTransport(httpx.BaseTransport):
        """One request over urllib; its errors leave as they are and are mapped by `refusals`."""

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            """Make the request."""
            headers = {name: value for name, value in request.headers.items() if name not in ("host", "connection")}
            call = UrllibRequest(str(request.url), headers=headers, method=request.method)  # noqa: S310 - as httpx was
            try:
                reply = opener.open(call, timeout=seconds)
            except HTTPError as error:
                reply = error
            return httpx.Response(reply.status, headers=list(reply.headers.items()), stream=Body(reply))

    opener = build_opener(NoRedirects)
    return UrllibTransport()
