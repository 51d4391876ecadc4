"""The part of the Essie query language that `query.*` parameters of ClinicalTrials.gov are met with.

Words and quoted phrases, AND (also by juxtaposition), OR, NOT and balanced parentheses. Unquoted brackets, colons and
stray quotes or parentheses are syntax errors, as live.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.emulator.wire import Json
from tests.emulator.world import nct_of

_TOKEN = re.compile(r'\s*("[^"]*"|[()\[\]:"]|[^\s()\[\]:"]+)')
_WORD = re.compile(r"[^\W_]+")


class BadQuery(Exception):
    """A query text that the server cannot parse."""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query in one area (`intr`, `term`, `titles`, `cond`, `id`)."""

    area: str
    tree: tuple[Any, ...]

    def matches(self, row: Json, texts: dict[str, str]) -> bool:
        """Whether the study is a hit; `texts` keeps the searched text of studies seen before."""
        nct = nct_of(row)
        if nct not in texts:
            texts[nct] = "|".join(_folded(text) for text in _searched(self.area, row))
        return _holds(self.tree, texts[nct])


def read_query(area: str, text: str) -> Query:
    """The query that a `query.<area>` parameter holds.

    Raises BadQuery for what the server refuses, and for areas that are not emulated.
    """
    if area not in _AREAS:
        raise BadQuery(f"query.{area} is not emulated")
    tokens = _TOKEN.findall(text)
    tree, rest = _alternatives(area, tokens)
    if rest:
        raise BadQuery(f"Error parsing query in {area}: extraneous input '{rest[0]}'")
    return Query(area, tree)


def _alternatives(area: str, tokens: list[str]) -> tuple[tuple[Any, ...], list[str]]:
    branches = []
    while True:
        branch, tokens = _conjunction(area, tokens)
        branches.append(branch)
        if not tokens or tokens[0] != "OR":
            return ("or", *branches), tokens
        tokens = tokens[1:]


def _conjunction(area: str, tokens: list[str]) -> tuple[tuple[Any, ...], list[str]]:
    parts = []
    while tokens and tokens[0] not in ("OR", ")"):
        if tokens[0] == "AND":
            tokens = tokens[1:]
            continue
        part, tokens = _term(area, tokens)
        parts.append(part)
    if not parts:
        raise BadQuery(f"Error parsing query in {area}: no viable alternative at input '{tokens[0] if tokens else ''}'")
    return ("and", *parts), tokens


def _term(area: str, tokens: list[str]) -> tuple[tuple[Any, ...], list[str]]:
    head, rest = tokens[0], tokens[1:]
    if head == "NOT":
        part, rest = _term(area, rest or [""])
        return ("not", part), rest
    if head == "(":
        part, rest = _alternatives(area, rest)
        if not rest:
            raise BadQuery(f"Error parsing query in {area}: mismatched input '<EOF>' expecting ')'")
        return part, rest[1:]
    if head in ("[", "]", ":", '"', ""):
        raise BadQuery(f"Error parsing query in {area}: mismatched input '{head}'")
    return ("phrase", _folded(head)), rest


def _holds(tree: tuple[Any, ...], text: str) -> bool:
    match tree:
        case ("phrase", phrase):
            return phrase in text
        case ("not", part):
            return not _holds(part, text)
        case ("and", *parts):
            return all(_holds(part, text) for part in parts)
        case ("or", *parts):
            return any(_holds(part, text) for part in parts)
    raise AssertionError(tree)


def _folded(text: str) -> str:
    """Words in lower case with one space around each, so that phrases match whole words only."""
    return f" {' '.join(_WORD.findall(text.casefold()))} "


def _searched(area: str, row: Json) -> Iterator[str]:
    """The texts of a study that an area looks into; `intr` also finds titles and descriptions."""
    protocol = row["protocolSection"]
    identification = protocol["identificationModule"]
    if area == "id":
        yield identification["nctId"]
        yield from identification.get("nctIdAliases", ())
        yield identification.get("acronym", "")
        yield identification.get("orgStudyIdInfo", {}).get("id", "")
        yield from (entry["id"] for entry in identification.get("secondaryIdInfos", ()))
    if area in ("titles", "intr", "term"):
        yield identification.get("briefTitle", "")
        yield identification.get("officialTitle", "")
    if area in ("cond", "term"):
        yield from protocol.get("conditionsModule", {}).get("conditions", ())
    if area in ("cond", "intr", "term"):
        yield from protocol.get("conditionsModule", {}).get("keywords", ())
    if area in ("intr", "term"):
        yield from _intervention_texts(protocol)
        yield from (mesh["term"] for mesh in _meshes(row))


def _intervention_texts(protocol: Json) -> Iterator[str]:
    arms = protocol.get("armsInterventionsModule", {})
    for intervention in arms.get("interventions", ()):
        yield intervention["name"]
        yield from intervention.get("otherNames", ())
        yield intervention.get("description", "")
    for arm in arms.get("armGroups", ()):
        yield arm.get("label", "")
        yield arm.get("description", "")
    yield protocol.get("descriptionModule", {}).get("briefSummary", "")
    yield protocol.get("descriptionModule", {}).get("detailedDescription", "")


def _meshes(row: Json) -> list[Json]:
    meshes: list[Json] = row.get("derivedSection", {}).get("interventionBrowseModule", {}).get("meshes", [])
    return meshes


_AREAS = frozenset({"intr", "term", "titles", "cond", "id"})
