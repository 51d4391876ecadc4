"""What goes over the wire, as values: a request as it came in, a reply as it will go out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

Json = dict[str, Any]
AuthorityName = Literal["chembl", "pubchem", "clinicaltrials"]
AUTHORITIES: tuple[AuthorityName, ...] = ("chembl", "pubchem", "clinicaltrials")

ROOTS: Mapping[AuthorityName, str] = {"chembl": "/chembl/api/data", "pubchem": "/rest/pug", "clinicaltrials": "/api/v2"}
"""Where each service lives on its host; the same as on the live hosts, because answers contain these paths."""

CHEMBL_ID = re.compile(r"CHEMBL[1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class Request:
    """A request as received. `path` is below the root of the service and still percent-encoded."""

    authority: AuthorityName
    method: str
    target: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = b""

    def parameter(self, name: str) -> str | None:
        """The value of a query parameter, None if it was not sent."""
        return next((value for key, value in self.query if key == name), None)


def read_request(
    authority: AuthorityName, method: str, target: str, headers: Mapping[str, str], body: bytes
) -> Request | None:
    """The request that a request line, headers and body make; None if it is outside the root of the service."""
    parts = urlsplit(target)
    root = ROOTS[authority]
    if not parts.path.startswith(root + "/"):
        return None
    query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    lowered = {name.lower(): value for name, value in headers.items()}
    return Request(authority, method, target, parts.path.removeprefix(root), query, lowered, body)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply to be sent; `Content-Length` and `Date` are added on the way out."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = field(default=())


def json_reply(document: object, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """A reply with a JSON body."""
    return Reply(status, json.dumps(document, ensure_ascii=False).encode(), "application/json", headers)


def text_reply(text: str, status: int = 200, content_type: str = "text/plain;charset=utf-8") -> Reply:
    """A reply with a text body."""
    return Reply(status, text.encode(), content_type)
