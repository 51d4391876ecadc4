"""JSON over HTTP as trackers speak it: pages, limits, refusals, and a token that no message repeats."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from canonid import __version__
from canonid.errors import SettingsError, TrackerError
from canonid.issues.shelf import Page, Shelf

if TYPE_CHECKING:
    import httpx

_ATTEMPTS = 4
_LONGEST_WAIT = 120.0
"""Seconds; whoever is asked to wait longer had better run again later."""
_SECONDS = 30.0
_PER_PAGE = 100
_MOST_PAGES = 1000
_UNCHANGED = 304
_ADVICE = {
    401: "the token is not valid; make a new one",
    403: "the token has no right to do this",
    404: "there is no such repository, or the token may not see it; check issues.repository",
    410: "issues are switched off there, or this one was deleted",
    422: "it does not accept the text; if it is too long, try --per finding",
}


class Rest:
    """One connection to a tracker; made for `with`."""

    def __init__(
        self,
        name: str,
        url: str,
        headers: Mapping[str, str],
        *,
        shelf: Shelf | None = None,
        pause: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        import httpx  # noqa: PLC0415 - not needed for issues that are files

        if not all(value.isascii() and value.isprintable() and value == value.strip() for value in headers.values()):
            raise SettingsError(f"the token for {name} holds a blank, a line break or a letter that no token has")
        self._name = name
        self._shelf = shelf
        self._pause = pause
        self._sleep = sleep
        agent = {"User-Agent": f"canonid/{__version__}"}
        self._client = httpx.Client(base_url=url, headers={**headers, **agent}, timeout=_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def pages(self, path: str, **parameters: str) -> Iterator[dict[str, Any]]:
        """All items of a list, page by page; only numbers of pages are taken from replies, never addresses."""
        for number in range(1, _MOST_PAGES + 1):
            items, is_last = self._page(path, {**parameters, "per_page": str(_PER_PAGE), "page": str(number)})
            yield from items
            if is_last:
                return

    def _page(self, path: str, query: Mapping[str, str]) -> tuple[list[dict[str, Any]], bool]:
        """One page, and whether it is the last.

        The tracker need not send again what is on the shelf, and GitHub does not count such requests. That a page has
        not changed does not tell whether there is another one by now, unless it is empty.
        """
        url = str(self._client.build_request("GET", path, params=query).url)
        kept = self._shelf.get(url) if self._shelf else None
        condition = {"If-None-Match": kept.etag} if kept else {}
        response = self._request("GET", path, params=query, headers=condition)
        if kept and response.status_code == _UNCHANGED:
            return kept.items, not kept.items
        items = self._json(response)
        if not isinstance(items, list):
            raise TrackerError(f"{self._name} answered with something else than a list of issues; try again later")
        page = Page(url, response.headers.get("etag", ""), [item for item in items if isinstance(item, dict)])
        if self._shelf and page.etag:
            self._shelf.put(page)
        return page.items, "next" not in response.links

    def write(self, method: str, path: str, document: Mapping[str, object]) -> dict[str, Any]:
        """Send a change, not faster than trackers like it."""
        reply = self._json(self._request(method, path, json=document))
        self._sleep(self._pause)
        return reply if isinstance(reply, dict) else {}

    def _request(self, method: str, path: str, **content: Any) -> httpx.Response:
        import httpx  # noqa: PLC0415 - as above

        for attempt in range(1, _ATTEMPTS + 1):
            try:
                response = self._client.request(method, path, **content)
            except httpx.TransportError as error:
                # A change that got no answer may have been made: asking again could make an issue twice.
                if method == "GET" and attempt < _ATTEMPTS:
                    self._sleep(2.0**attempt)
                    continue
                raise TrackerError(
                    f"{self._name} cannot be reached ({type(error).__name__}); run again later"
                ) from None
            wait = _wait(response, method, attempt)
            if wait is None or attempt == _ATTEMPTS or wait > _LONGEST_WAIT:
                return self._accepted(response)
            self._sleep(wait)
        raise AssertionError("the last attempt returns")

    def _accepted(self, response: httpx.Response) -> httpx.Response:
        status = response.status_code
        if response.is_success or status == _UNCHANGED:
            return response
        if _is_limit(response):
            raise TrackerError(
                f"{self._name} asks for a pause (status {status}); run again later, it goes on from here"
            )
        if response.is_redirect:
            raise TrackerError(f"{self._name} says that the repository moved; give issues.repository its new name")
        advice = _ADVICE.get(status, "try again later")
        raise TrackerError(f"{self._name} refused {response.request.method} with status {status}: {advice}")

    def _json(self, response: httpx.Response) -> Any:
        try:
            return response.json()
        except ValueError:
            raise TrackerError(f"{self._name} answered with something else than JSON; is its URL right?") from None


def _is_limit(response: httpx.Response) -> bool:
    """Whether it is about too many requests; a 403 alone says that the token has no right.

    GitHub's secondary limits may come without any header: then only the text tells.
    """
    headers = response.headers
    told = "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0" or "rate limit" in response.text
    return response.status_code == 429 or (response.status_code == 403 and told)


def _wait(response: httpx.Response, method: str, attempt: int) -> float | None:
    """Seconds to wait before the same request may be made again; None if it should not be."""
    if _is_limit(response):
        after = response.headers.get("retry-after", "")
        reset = response.headers.get("x-ratelimit-reset", "")
        if after.isdigit():
            return float(after)
        return max(1.0, float(reset) - time.time()) if reset.isdigit() else 60.0
    return 2.0**attempt if method == "GET" and response.status_code >= 500 else None
