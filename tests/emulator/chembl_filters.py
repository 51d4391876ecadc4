"""ChEMBL's filters `field__type=value`, with the traps of the live server.

An unknown first path element is skipped in silence (so the answer is everything); ids and names are compared as they
are spelt unless an `i…` type is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tests.emulator.wire import CHEMBL_ID, Json
from tests.emulator.world import Index, World, molregno

_Filters = Sequence[tuple[str, list[str]]]

_KNOWN_FIRST = frozenset(
    {
        "molecule_chembl_id", "pref_name", "molecule_type", "structure_type", "max_phase", "first_approval",
        "chebi_par_id", "molecule_structures", "molecule_synonyms", "molecule_hierarchy", "molecule_properties",
        "biotherapeutic", "chembl_id", "entity_type", "status",
    }
)  # fmt: skip

_SIMPLE = ("molecule_chembl_id", "pref_name", "molecule_type", "structure_type", "max_phase", "first_approval")
_NESTED = (
    "molecule_structures__standard_inchi_key", "molecule_structures__canonical_smiles",
    "molecule_synonyms__molecule_synonym", "molecule_synonyms__synonyms", "molecule_synonyms__syn_type",
    "molecule_hierarchy__parent_chembl_id", "molecule_hierarchy__molecule_chembl_id",
    "molecule_properties__full_molformula",
)  # fmt: skip
_PATHS = frozenset({*_SIMPLE, *_NESTED, "chebi_par_id", "biotherapeutic"})
_LOOKUP_PATHS = frozenset({"chembl_id", "entity_type", "status"})
_ID_PATHS = ("molecule_chembl_id", "chembl_id")

_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "contains": lambda value, asked: asked in value,
    "icontains": lambda value, asked: asked.lower() in value.lower(),
    "startswith": lambda value, asked: value.startswith(asked),
    "istartswith": lambda value, asked: value.lower().startswith(asked.lower()),
    "endswith": lambda value, asked: value.endswith(asked),
    "iendswith": lambda value, asked: value.lower().endswith(asked.lower()),
    "regex": lambda value, asked: re.search(asked, value) is not None,
    "iregex": lambda value, asked: re.search(asked, value, re.IGNORECASE) is not None,
    "gte": lambda value, asked: float(value) >= float(asked),
    "gt": lambda value, asked: float(value) > float(asked),
    "lte": lambda value, asked: float(value) <= float(asked),
    "lt": lambda value, asked: float(value) < float(asked),
}
_TYPES = frozenset({"exact", "iexact", "in", "isnull", *_TESTS})


class BadFilter(Exception):
    """A filter that ChEMBL answers with 400; the text is its error_message."""


def matching_molecules(world: World, filters: _Filters) -> list[Json]:
    """The molecules that pass every filter that is not skipped, ordered by primary key."""
    chosen: set[str] | None = None
    for path, kind, values in _read(filters, _PATHS):
        keys = _keys(world, path, kind, values)
        chosen = keys if chosen is None else chosen & keys
    if chosen is None:
        return list(_everything(world))
    rows = (world.molecule_row(key) for key in sorted(chosen, key=molregno))
    return [row for row in rows if row is not None]


def matching_lookups(world: World, filters: _Filters) -> list[Json]:
    """The rows of chembl_id_lookup that pass; without a usable filter, all of them."""
    rows: list[Json] | None = None
    for path, kind, values in _read(filters, _LOOKUP_PATHS):
        if path == "chembl_id" and rows is None:
            asked = set(_split(kind, values))
            rows = [row for key in sorted(asked, key=molregno) if (row := world.lookup_row(key))]
        else:
            before = _all_lookups(world) if rows is None else rows
            rows = [row for row in before if row[path] in _split(kind, values)]
    return _all_lookups(world) if rows is None else rows


def _all_lookups(world: World) -> list[Json]:
    keys = sorted({*world.molecules, *world.lookups}, key=molregno)
    return [row for key in keys if (row := world.lookup_row(key))]


def _everything(world: World) -> list[Json]:
    def build() -> list[Json]:
        keys = sorted(world.molecules, key=molregno)
        return [row for key in keys if (row := world.molecule_row(key))]

    rows: list[Json] = world.derived("molecules in order", build)
    return rows


def _read(filters: _Filters, paths: frozenset[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Path, type and values of the filters that count."""
    for expression, values in filters:
        if expression == "chembl_id" and "chembl_id" not in paths:
            yield "molecule_chembl_id", "exact", values  # the one silent alias, and only for equality
            continue
        steps = expression.split("__")
        known = {path.split("__", 1)[0] for path in paths}
        if steps[0] not in known:
            continue
        path, kind = _split_expression(expression, paths)
        if path not in paths:
            raise BadFilter(f"The path '{path}' is not valid in the filter expression '{expression}'.")
        yield path, kind, values


def _split_expression(expression: str, paths: frozenset[str]) -> tuple[str, str]:
    if expression in paths:
        return expression, "exact"
    path, _, kind = expression.rpartition("__")
    if kind in _TYPES:
        return path, kind
    if path in paths:
        raise BadFilter(f"The '{path.rpartition('__')[2]}' field does not support relations.")
    return expression, "exact"


def _split(kind: str, values: Iterable[str]) -> list[str]:
    """The values asked for; `in` takes a list or commas."""
    return [part for value in values for part in value.split(",")] if kind == "in" else list(values)


def _keys(world: World, path: str, kind: str, values: list[str]) -> set[str]:
    """The ids of the molecules that pass one filter."""
    index = _index(world, path)
    if kind in ("exact", "in"):
        asked = _split(kind, values) + (values if kind == "in" else [])  # a name may hold a comma
        found = {key for value in asked for key in index.exact.get(value, ())}
        if path in _ID_PATHS:  # an incomplete world knows ids that it holds no row of
            found |= {value for value in asked if CHEMBL_ID.fullmatch(value)}
        return found
    if kind == "iexact":
        return {key for value in values for key in index.folded.get(value.lower(), ())}
    if kind == "isnull":
        present = {key for keys in index.exact.values() for key in keys}
        return set(world.molecules) - present if values[-1].lower() in ("true", "1") else present
    test = _TESTS[kind]
    try:
        return {key for value, keys in index.exact.items() if test(value, values[-1]) for key in keys}
    except (ValueError, re.error) as problem:
        raise BadFilter(f"Invalid value in the filter expression '{path}__{kind}': {problem}") from None


def _index(world: World, path: str) -> Index:
    index: Index = world.derived(f"molecules by {path}", lambda: Index(_values(world, path)))
    return index


def _values(world: World, path: str) -> Iterator[tuple[str, str]]:
    """Every value under `path`, with the id of its molecule."""
    first, _, second = path.partition("__")
    for key, row in world.molecules.items():
        held = row.get(first)
        for part in held if isinstance(held, list) else [held]:
            value = part.get(second) if second and part else part
            if value is not None:
                yield str(value), key
