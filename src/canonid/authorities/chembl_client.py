"""chembl-webresource-client made to behave: one POST a page, our deadline, no cache, no retries, every page checked.

The client's `new_client` and `utils` are never imported: they call the network at import, without a deadline. Its
cache and its retries are off, because stored evidence and `Courier` do both.
"""

from __future__ import annotations

import io
import re
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from canonid.authorities.body import read_body, read_json
from canonid.authorities.payloads import mapping_of, text_of
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
    import requests

Row = dict[str, Any]
T = TypeVar("T")

PAGE = 1000
"""Rows of a page at most, by the server's own limit."""
_COLLECTIONS: Mapping[str, str] = {
    "molecule": "molecules",
    "chembl_id_lookup": "chembl_id_lookups",
    "molecule_form": "molecule_forms",
}
_SURROUNDINGS = re.compile("CA certificate bundle|SOCKS support|[Pp]roxy URL")
"""How requests words that it cannot use `REQUESTS_CA_BUNDLE` or a proxy."""
_SETTINGS_LOCK = threading.Lock()
"""The client's settings are one object for the whole process."""


@dataclass(frozen=True, slots=True)
class Query:
    """One filter on one resource, and how to tell that the server applied it.

    A filter that the server does not know is skipped in silence and everything comes back, with status 200.
    """

    resource: str
    filter: str
    """The column and how it is compared, as in `pref_name__in`."""
    values: tuple[str, ...]
    key: str
    """The field that holds a row's identifier."""
    belongs: Callable[[Row], bool]
    """Whether a row is one that was asked for."""
    only: tuple[str, ...] = ()
    """The fields that are wanted; all if empty."""
    unique: bool = False
    """True if each value can bring one row at most."""

    @property
    def argument(self) -> str | list[str]:
        """The value as the client sends it; the server unquotes list items, but the client does not quote them."""
        if self.filter.endswith("__in"):
            return [value.replace("%", "%25") for value in self.values]
        return self.values[0]

    def halves(self) -> tuple[Query, Query]:
        """The same question in two parts."""
        middle = len(self.values) // 2
        return replace(self, values=self.values[:middle]), replace(self, values=self.values[middle:])

    def check(self, rows: Sequence[Row], total: object, limit: object) -> None:
        """Raise Refusal unless the rows are a whole and plausible page of the answer to this query."""
        if not isinstance(total, int) or limit != PAGE:
            raise _odd("did not keep to the page that was asked for")
        ids = [text_of(row.get(self.key)) for row in rows]
        if None in ids or not all(map(self.belongs, rows)) or (self.unique and total > len(self.values)):
            raise _odd("answered with records that were not asked for, as if it ignored the filter")
        if len(rows) != min(total, PAGE) or (self.unique and len(set(ids)) != len(ids)):
            raise _odd("answered with a list that has gaps or repeats")


def _odd(reason: str) -> Refusal:
    return Refusal(reason, status=200, retry=True, advice="nothing was concluded from it; try again later")


class ChemblClient:
    """The requests that canonid makes to ChEMBL at `base_url`."""

    def __init__(self, base_url: str, courier: Courier, agent: str) -> None:
        self._base = base_url.rstrip("/")
        self._courier = courier
        self._agent = agent
        self.ear = Ear()

    def status(self) -> Mapping[str, Any]:
        """The `status` document, which holds the release.

        Raises Refusal and AuthorityUnavailable as `Courier.send` does.
        """
        _load()
        return mapping_of(self._send(self._get_status))

    def rows(self, query: Query) -> list[Row]:
        """The rows that answer `query`, each record once; molecule drawings are left out.

        Raises Refusal and AuthorityUnavailable as `Courier.send` does.
        """
        _load()
        rows, total = self._send(lambda session, replies: self._get_page(session, replies, query))
        if total <= PAGE:
            return list({row[query.key]: _without_drawing(row) for row in rows}.values())
        if len(query.values) == 1:
            raise Refusal(f"has {total} records for {query.values[0]}, too many to compare", status=200, retry=False)
        first, second = query.halves()
        return [*self.rows(first), *self.rows(second)]

    def _send(self, request: Callable[[requests.Session, list[Any]], T]) -> T:
        """Make a request; after a 500 the next attempt carries a parameter that means nothing.

        On 2026-06-23 ChEMBL answered 500 from a bad cached copy for hours, while the same address with any other
        parameter worked.
        """
        parameters: dict[str, str] = {}

        def attempt() -> T:
            replies: list[Any] = []
            try:
                with refusals(), self._session(parameters, replies) as session:
                    return request(session, replies)
            except Refusal as refusal:
                if refusal.status == 500:
                    parameters["fresh"] = "1"
                raise

        return self._courier.send(attempt)

    def _get_status(self, session: requests.Session, replies: list[Any]) -> Any:
        self.ear.listen()
        response = session.get(f"{self._base}/status.json", timeout=self._courier.deadline)
        self.ear.hear(response.headers.get("Date"))
        return replies[-1]

    def _get_page(self, session: requests.Session, replies: list[Any], query: Query) -> tuple[list[Row], int]:
        queryset = self._queryset(query)
        queryset.query.session = session
        queryset.query.timeout = self._courier.deadline
        try:
            rows = queryset.query.get_page()
            page = replies[-1]["page_meta"]
            total, limit = page["total_count"], page["limit"]
        except (LookupError, TypeError):
            raise _odd("answered in a form that canonid does not know") from None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise _odd("answered in a form that canonid does not know")
        query.check(rows, total, limit)
        return rows, total

    def _queryset(self, query: Query) -> Any:
        from chembl_webresource_client.query_set import Model, QuerySet  # noqa: PLC0415 - 0.5 s to import
        from chembl_webresource_client.settings import Settings  # noqa: PLC0415 - 0.5 s to import

        with _SETTINGS_LOCK:
            settings = Settings.Instance()
            settings.NEW_CLIENT_URL = self._base
            settings.CACHING = False
            settings.TOTAL_RETRIES = 0
            settings.MAX_LIMIT = PAGE
            settings.NEW_CLIENT_TIMEOUT = self._courier.deadline
            queryset = QuerySet(Model(query.resource, _COLLECTIONS[query.resource]))
            queryset = queryset.filter(**{query.filter: query.argument})
            return queryset.only(list(query.only)) if query.only else queryset

    def _session(self, parameters: Mapping[str, str], replies: list[Any]) -> requests.Session:
        """A session that reads replies under our limits and puts their JSON into `replies`."""
        import requests  # noqa: PLC0415 - imported by the client anyway, and only with it

        session = requests.Session()
        session.headers.update(
            {
                "User-Agent": self._agent,
                "Accept": "application/json",
                "Content-type": "application/json",
                "X-HTTP-Method-Override": "GET",
            }
        )
        session.auth = lambda request: request  # none, and so nobody's password out of ~/.netrc either
        session.params = dict(parameters)
        session.stream = True
        session.hooks["response"].append(lambda response, **_: replies.append(self._receive(response)))
        return session

    def _receive(self, response: requests.Response) -> Any:
        """The JSON of a reply, which is put back for the client to read; what is not a good reply is refused."""
        with closing(response.raw) as raw:
            body = read_body(raw.stream(65536, decode_content=True), self._courier.deadline)
        response.raw = io.BytesIO(body)
        content_type = response.headers.get("Content-Type", "")
        if response.status_code != 200:
            retry_after = response.headers.get("Retry-After")
            raise refusal_of_status(response.status_code, content_type, body, retry_after)
        return read_json(body, content_type)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn every error of requests, of urllib3 and of the client into a Refusal."""
    import requests  # noqa: PLC0415 - imported by the client anyway, and only with it
    import urllib3  # noqa: PLC0415 - the same
    from chembl_webresource_client.http_errors import BaseHttpException, status_to_exception  # noqa: PLC0415 - the same

    try:
        yield
    except BaseHttpException as error:
        statuses = {kind: status for status, kind in status_to_exception.items()}
        raise refusal_of_status(statuses.get(type(error), 599), "", b"") from error
    except requests.exceptions.TooManyRedirects as error:
        raise refusal_of_status(302, "", b"") from error
    except requests.exceptions.InvalidJSONError as error:
        raise _odd("answered with JSON that cannot be read") from error
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        if isinstance(error, OSError) and _SURROUNDINGS.search(
            str(error)
        ):  # a plain OSError, or the errors that a wrong address gives
            raise refusal_of_surroundings() from error
        if isinstance(error, ValueError) and not isinstance(error, UnicodeError):
            raise refusal_of_address() from error
        raise refusal_of(error) from error


def _load() -> None:
    """Import the client before a deadline runs; it asks setuptools for its version, which warns that this is dated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import chembl_webresource_client.query_set  # noqa: F401, PLC0415 - 0.5 s to import


def _without_drawing(row: Row) -> Row:
    """The row without its molfile: kilobytes that say what the InChIKey says."""
    structures = row.get("molecule_structures")
    if not isinstance(structures, dict):
        return row
    return {**row, "molecule_structures": {key: value for key, value in structures.items() if key != "molfile"}}
