"""ChEMBL's web services: molecule, chembl_id_lookup, molecule_form, status and spore.

JSON only; whoever forgets to ask for JSON gets XML, as live.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import unquote, urlencode

from tests.emulator.chembl_filters import BadFilter, matching_lookups, matching_molecules
from tests.emulator.wire import CHEMBL_ID, ROOTS, Json, Reply, Request, json_reply
from tests.emulator.world import World, molregno

_ROOT = ROOTS["chembl"]
_HEADERS = (("Server", "gunicorn/20.0.4"), ("Vary", "Accept, Origin"))
_CONTROLS = frozenset({"limit", "offset", "only", "order_by", "format", "q"})
COLLECTIONS = {
    "molecule": "molecules", "chembl_id_lookup": "chembl_id_lookups", "molecule_form": "molecule_forms"
}  # fmt: skip
MISSING = Reply(404, b"", "text/html; charset=utf-8", _HEADERS)
"""What ChEMBL answers for an unknown id: no body at all."""

_Pairs = Sequence[tuple[str, list[str]]]


def answer(world: World, request: Request) -> Reply:
    """The reply of ChEMBL to a request."""
    path = request.path
    suffixed = path.endswith(".json")
    path = path.removesuffix(".json")
    wants_json = suffixed or "json" in (request.parameter("format") or request.headers.get("accept", ""))
    try:
        pairs = _pairs(request)
        document = _document(world, request, path.strip("/").split("/"), pairs)
    except BadFilter as problem:
        return json_reply({"error_message": str(problem)}, 400, _HEADERS)
    except MethodNotAllowedError:
        return Reply(405, b"", "text/html; charset=utf-8", (*_HEADERS, ("Allow", "GET")))
    if document is None:
        return MISSING
    if not wants_json and path.strip("/") != "spore":
        return Reply(200, b"<?xml version='1.0' encoding='utf-8'?>\n<response/>", "application/xml", _HEADERS)
    return json_reply(document, headers=_HEADERS)


class MethodNotAllowedError(Exception):
    """A POST without the header that makes it a GET."""


def _pairs(request: Request) -> list[tuple[str, list[str]]]:
    """The arguments of a request, unquoted once more (the server does so to list items, too)."""
    if request.method == "POST":
        if request.headers.get("x-http-method-override") != "GET":
            raise MethodNotAllowedError
        sent = _posted(request.body)
    elif request.method in ("GET", "HEAD"):
        sent = list(request.query)
    else:
        raise MethodNotAllowedError
    if len(sent) > 1000:
        raise BadFilter('Too many fields send. If you use "__in" filter, send its values as one list.')
    merged: dict[str, list[str]] = {}
    for name, value in sent:
        values = value if isinstance(value, list) else [value]
        merged.setdefault(name, []).extend(unquote(str(item)) for item in values)
    return list(merged.items())


def _posted(body: bytes) -> list[tuple[str, object]]:
    try:
        document = json.loads(body)
        if isinstance(document, list):
            return [(str(name), value) for name, value in document]
    except (ValueError, TypeError):
        pass
    text = body.decode(errors="replace")[:200]
    raise BadFilter(f"{text} is not serialised using json format")


def _document(world: World, request: Request, steps: list[str], pairs: _Pairs) -> Json | None:
    """The answer as a document, None where ChEMBL answers 404."""
    match steps:
        case ["status"]:
            return _status(world)
        case ["spore"]:
            return _spore()
        case [resource] if resource in COLLECTIONS:
            return _list(world, request, resource, pairs)
        case [resource, *rest] if resource in COLLECTIONS:
            return _below(world, request, [resource, *(unquote(step) for step in rest)], pairs)
    return None


def _below(world: World, request: Request, steps: list[str], pairs: _Pairs) -> Json | None:
    """What stands below a resource: one row, a set of rows, a search, the forms of a family."""
    match steps:
        case ["molecule", "search"]:
            return _search(world, request, pairs)
        case ["molecule", "set", ids]:
            return _set(world, ids.split(";"), pairs)
        case ["molecule", identifier]:
            row = _molecule(world, identifier)
            return None if row is None else _only(row, _argument(pairs, "only"))
        case ["chembl_id_lookup", identifier]:
            return world.lookup_row(identifier.upper())
        case ["molecule_form", identifier]:
            forms = _family(world, identifier.upper())
            return _page(request, "molecule_form", forms, pairs) if forms else None
    return None


def _status(world: World) -> Json:
    count = len(world.molecules)
    return {
        "activities": 20 * count,
        "chembl_db_version": world.chembl_release,
        "chembl_release_date": world.chembl_release_date,
        "compound_records": count,
        "disinct_compounds": count,  # the live key is spelt so
        "publications": count,
        "status": "UP",
        "targets": 1,
    }


def _spore() -> Json:
    """The description that the client library builds its models from."""
    methods = {}
    for resource, collection in COLLECTIONS.items():
        methods[f"GET_{resource}_api_dispatch_detail"] = {
            "resource_name": resource,
            "collection_name": collection,
            "formats": ["json", "xml"],
            "default_format": "application/xml",
        }
    methods["GET_molecule_api_get_search"] = methods["GET_molecule_api_dispatch_detail"]
    return {"name": "ChEMBL", "version": "synthetic", "methods": methods}


def _argument(pairs: _Pairs, name: str) -> list[str]:
    return [part for key, values in pairs if key == name for value in values for part in value.split(",")]


def _molecule(world: World, identifier: str) -> Json | None:
    """The molecule of a path segment: a ChEMBL id in any case, or an InChIKey; anything else is read as SMILES."""
    if CHEMBL_ID.fullmatch(identifier.upper()):
        return world.molecule_row(identifier.upper())
    rows = matching_molecules(world, [("molecule_structures__standard_inchi_key", [identifier])])
    return rows[0] if rows else None


def _set(world: World, identifiers: Iterable[str], pairs: _Pairs) -> Json:
    found, missing = [], []
    for identifier in identifiers:
        row = _molecule(world, identifier)
        if row is None:
            missing.append(identifier)
        else:
            found.append(_only(row, _argument(pairs, "only")))
    return {"molecules": found, "not_found": missing} if missing else {"molecules": found}


def _list(world: World, request: Request, resource: str, pairs: _Pairs) -> Json:
    filters = [(name, values) for name, values in pairs if name not in _CONTROLS]
    rows = _SELECT[resource](world, filters)
    for key in reversed(_argument(pairs, "order_by")):
        field = key.removeprefix("-")
        rows = sorted(rows, key=lambda row: str(row.get(field, "")), reverse=key.startswith("-"))
    return _page(request, resource, rows, pairs)


def _search(world: World, request: Request, pairs: _Pairs) -> Json:
    """Free-text search: real hits first, then rows that have nothing to do with the query (as live)."""
    query = " ".join(_argument(pairs, "q")).casefold()
    if len(query) < 3:
        raise BadFilter("Search query too short")
    everything = matching_molecules(world, [])
    hits = [row for row in everything if query in _text(row)]
    padding = [row for row in everything[:5] if row not in hits]
    scored = [{**row, "score": 20.0} for row in hits] + [{**row, "score": 1.0} for row in padding]
    return _page(request, "molecule", scored, pairs)


def _text(row: Json) -> str:
    names = [row["pref_name"] or "", *(entry["molecule_synonym"] for entry in row["molecule_synonyms"])]
    return "\n".join(names).casefold()


def _page(request: Request, resource: str, rows: list[Json], pairs: _Pairs) -> Json:
    limit, offset = _number(pairs, "limit", 20), _number(pairs, "offset", 0)
    limit = min(limit or 1000, 1000)
    meta: Json = {"limit": limit, "offset": offset, "total_count": len(rows)}
    if request.method != "POST":
        later, earlier = offset + limit, max(offset - limit, 0)
        meta["next"] = _link(request, limit, later) if later < len(rows) else None
        meta["previous"] = _link(request, limit, earlier) if offset else None
    only = _argument(pairs, "only")
    page = [_only(row, only) for row in rows[offset : offset + limit]]
    return {COLLECTIONS[resource]: page, "page_meta": dict(sorted(meta.items()))}


def _number(pairs: _Pairs, name: str, default: int) -> int:
    """A whole number; what cannot be read becomes the default in silence."""
    values = dict(pairs).get(name, [])
    found = re.match(r"\d+", values[-1]) if values else None
    return int(found[0]) if found else default


def _link(request: Request, limit: int, offset: int) -> str:
    """A page's address: a path without host."""
    query = [(name, value) for name, value in request.query if name not in ("limit", "offset")]
    return f"{_ROOT}{request.path}?{urlencode([*query, ('limit', limit), ('offset', offset)])}"


def _only(row: Json, names: Sequence[str]) -> Json:
    """The row cut to these keys; a nested name keeps the whole parent object, an unknown one nothing."""
    if not names:
        return row
    kept = {name.split("__", 1)[0] for name in names}
    return {key: value for key, value in row.items() if key in kept}


def _family(world: World, chembl_id: str) -> list[Json]:
    row = world.molecule_row(chembl_id)
    if row is None:
        return []
    parent = _parent(row) or chembl_id
    members = matching_molecules(world, [("molecule_hierarchy__parent_chembl_id", [parent])]) or [row]
    return [_form(member, parent) for member in members]


def _parent(row: Json) -> str | None:
    return row["molecule_hierarchy"]["parent_chembl_id"] if row["molecule_hierarchy"] else None


def _form(row: Json, parent: str) -> Json:
    chembl_id = row["molecule_chembl_id"]
    return {"is_parent": chembl_id == parent, "molecule_chembl_id": chembl_id, "parent_chembl_id": parent}


def _matching_forms(world: World, filters: _Pairs) -> list[Json]:
    """Forms by `molecule_chembl_id[__in|__exact]` or `parent_chembl_id[…]`; other filters are skipped."""
    rows: list[Json] = []
    for name, values in filters:
        field = name.removesuffix("__in").removesuffix("__exact")
        wanted = {part for value in values for part in value.split(",")}
        if field == "molecule_chembl_id":
            rows += [_form(row, _parent(row) or key) for key in wanted if (row := world.molecule_row(key))]
        elif field == "parent_chembl_id":
            rows += [form for key in wanted for form in _family(world, key) if form["parent_chembl_id"] == key]
    return sorted(rows, key=lambda form: molregno(form["molecule_chembl_id"]))


_SELECT: Mapping[str, Callable[[World, _Pairs], list[Json]]] = {
    "molecule": matching_molecules,
    "chembl_id_lookup": matching_lookups,
    "molecule_form": _matching_forms,
}
