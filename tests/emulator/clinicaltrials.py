"""ClinicalTrials.gov API v2: /version, /studies, /studies/{id}. Errors are text/plain."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from urllib.parse import unquote

from tests.emulator.essie import BadQuery, Query, read_query
from tests.emulator.fields import BadField, ServerStumbles, project, read_fields
from tests.emulator.wire import ROOTS, Json, Reply, Request, json_reply, text_reply
from tests.emulator.world import World

STATUSES = frozenset(
    """
    ACTIVE_NOT_RECRUITING COMPLETED ENROLLING_BY_INVITATION NOT_YET_RECRUITING RECRUITING SUSPENDED TERMINATED
    WITHDRAWN AVAILABLE NO_LONGER_AVAILABLE TEMPORARILY_NOT_AVAILABLE APPROVED_FOR_MARKETING WITHHELD UNKNOWN
    """.split()
)
_NCT = re.compile(r"[Nn][Cc][Tt]0*([1-9]\d{0,7})")
_SORT = re.compile(r"@relevance|\w+(:(asc|desc))?")
_HEADERS = (("Server", "istio-envoy"), ("Via", "1.1 google"))


class BadParameter(Exception):
    """A request that is answered with 400; the text is the body."""


def answer(world: World, request: Request) -> Reply:
    """The reply of ClinicalTrials.gov to a request."""
    if request.method not in ("GET", "HEAD"):
        return text_reply("Request method is not supported", 405)
    try:
        match request.path.strip("/").split("/"):
            case ["version"]:
                return json_reply({"apiVersion": world.api_version, "dataTimestamp": world.data_timestamp})
            case ["studies"]:
                return json_reply(_search(world, request), headers=_HEADERS)
            case ["studies", identifier]:
                return _single(world, request, unquote(identifier))
    except (BadParameter, BadField, BadQuery) as problem:
        return text_reply(str(problem), 400)
    except ServerStumbles:
        return text_reply("Internal Server Error", 500)
    return text_reply("Not Found", 404)


def canonical(identifier: str) -> str | None:
    """The registry's own spelling of an NCT number in any case and with any leading zeros, None if it is none."""
    found = _NCT.fullmatch(identifier)
    return f"NCT{int(found[1]):08d}" if found else None


def _single(world: World, request: Request, identifier: str) -> Reply:
    nct = canonical(identifier)
    if nct is None:
        return text_reply("Parameter `nctId` has incorrect format", 400)
    fields = read_fields(request.parameter("fields"))
    if nct in world.aliases and nct not in world.studies:
        query = request.target.partition("?")[2]
        location = f"{ROOTS['clinicaltrials']}/studies/{world.aliases[nct]}" + (f"?{query}" if query else "")
        return Reply(301, b"", "text/plain;charset=utf-8", (*_HEADERS, ("Location", location)))
    row = world.study_row(nct)
    if row is None:
        return text_reply(f"NCT number {nct} not found", 404)
    return json_reply(project(row, fields), headers=_HEADERS)


def _search(world: World, request: Request) -> Json:
    fields = read_fields(request.parameter("fields"))
    _check_sort(request.parameter("sort"))
    rows = _chosen(world, request)
    size = _page_size(request.parameter("pageSize"))
    token = request.parameter("pageToken")
    start = 0 if token is None else _offset(request, token)
    answer: Json = {}
    if request.parameter("countTotal") == "true" and token is None:
        answer["totalCount"] = len(rows)
    answer["studies"] = [project(row, fields) for row in rows[start : start + size]]
    if size and start + size < len(rows):
        answer["nextPageToken"] = _token(request, start + size)
    return answer


def _chosen(world: World, request: Request) -> list[Json]:
    """The studies that every filter and query of the request lets through, by NCT number."""
    ids = request.parameter("filter.ids")
    rows = [world.studies[nct] for nct in sorted(world.studies)] if ids is None else _by_ids(world, ids)
    statuses = _statuses(request.parameter("filter.overallStatus"))
    if statuses:
        rows = [row for row in rows if row["protocolSection"]["statusModule"]["overallStatus"] in statuses]
    for name, value in request.query:
        if name.startswith("query."):
            query = read_query(name.removeprefix("query."), value)
            rows = [row for row in rows if _matches(world, query, row)]
    return rows


def _matches(world: World, query: Query, row: Json) -> bool:
    return query.matches(row, world.derived(f"text for query.{query.area}", dict))


def _by_ids(world: World, text: str) -> list[Json]:
    """The studies of these numbers; one that is no NCT number spoils the whole batch, one of an alias is missing."""
    numbers = [canonical(part) for part in re.split(r"[|,]", text)]
    if None in numbers:
        raise BadParameter("Parameter `filter.ids` has incorrect format")
    rows = (world.study_row(nct) for nct in sorted({number for number in numbers if number}))
    return [row for row in rows if row is not None]


def _statuses(text: str | None) -> frozenset[str]:
    if not text:
        return frozenset()
    asked = re.split(r"[|,]", text)
    for status in asked:
        if status not in STATUSES:
            raise BadParameter(f"Invalid value in parameter `overallStatus`: `{status}`")
    return frozenset(asked)


def _check_sort(text: str | None) -> None:
    for number, item in enumerate(re.split(r"[|,]", text) if text else [], start=1):
        if not _SORT.fullmatch(item):
            raise BadParameter(f"Item {number} in parameter `sort` has incorrect format")


def _page_size(text: str | None) -> int:
    """The size of a page: 10 unless asked, never more than 1,000."""
    if text is None:
        return 10
    if not text.isdigit():
        raise BadParameter("Parameter `pageSize` has incorrect format")
    return min(int(text), 1000)


def _digest(request: Request) -> str:
    """What must stay the same from page to page: everything but the token and the count."""
    kept = sorted(pair for pair in request.query if pair[0] not in ("pageToken", "countTotal"))
    return hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:12]


def _token(request: Request, start: int) -> str:
    return base64.urlsafe_b64encode(f"{_digest(request)}{start}".encode()).decode().rstrip("=")


def _offset(request: Request, token: str) -> int:
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    except ValueError:
        text = ""
    if not text.startswith(_digest(request)) or not text[12:].isdigit():
        raise BadParameter("Parameter `pageToken` has incorrect format")
    return int(text[12:])
