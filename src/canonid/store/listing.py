"""The list of discrepancies, filtered and sorted by the database: made for many thousands."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from canonid.model import Severity, State
from canonid.store.database import reading


class Sort(StrEnum):
    """In which order."""

    PLACE = "place"
    CODE = "code"
    SEVERITY = "severity"
    STATE = "state"
    SUBJECT = "subject"
    FIRST_SEEN = "first-seen"
    """The oldest first."""
    LAST_SEEN = "last-seen"
    """The latest first."""


class Part(StrEnum):
    """What can be counted by."""

    STATE = "state"
    SEVERITY = "severity"
    CODE = "code"
    SUBJECT = "subject"
    FIELD = "field"
    PATH = "path"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which discrepancies; what is empty excludes nothing."""

    states: Sequence[State] = ()
    codes: Sequence[str] = ()
    """Codes or their beginnings (`ID3`)."""
    severities: Sequence[Severity] = ()
    subjects: Sequence[str] = ()
    fields: Sequence[str] = ()
    """Both in any case of letters: `Fisetin` must not look like a page without faults."""
    authorities: Sequence[str] = ()
    """Any of those that it rests on."""
    paths: Sequence[str] = ()
    """Pages, folders, or patterns with `*` and `?`; relative to the corpus root."""


class Listed(NamedTuple):
    """What a list has to say of one discrepancy, in the words of the database."""

    fingerprint: str
    state: str
    severity: str
    code: str
    path: str
    line: int
    column: int
    field: str
    claimed: str | None


COLUMNS = tuple(
    "fingerprint code rule severity state subject field claimed path line column message proposal authorities"
    " first_seen last_seen run_id".split()
)
"""What there is to tell of each, in the order in which programs get it."""
_CACHE_KB = 65_536
"""An index leads all over the file; with room for it, no page is read twice."""
_PLACE = 'path, line, "column", code, fingerprint'
_LISTED = ", ".join(f'"{name}"' for name in Listed._fields)
_JSON = frozenset({"proposal", "authorities"})
"""Columns that hold JSON."""
_AS_JSON = ", ".join(f"""'{name}', {f"json({name})" if name in _JSON else f'"{name}"'}""" for name in COLUMNS)
_SAID = {
    "claimed": "coalesce(claimed, 'null')",
    "proposal": "CASE WHEN proposal IS NULL THEN '' ELSE coalesce(json_extract(proposal, '$.value'), 'null') END",
    "authorities": """replace(trim(authorities, '[]"'), '", "', ' ')""",
}
_PLAIN = frozenset("fingerprint code rule severity state line column first_seen last_seen run_id".split())
"""Columns in which nothing needs quotes."""
_CELLS = ",".join("%s" if name in _PLAIN else '"%w"' for name in COLUMNS)
"""Of `printf`: `%w` doubles quotes."""
_AS_CSV = f"printf('{_CELLS}', " + ", ".join(_SAID.get(name, f'"{name}"') for name in COLUMNS) + ")"
_BY_SEVERITY = "CASE severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END"
_ORDERS = {
    Sort.PLACE: _PLACE,
    Sort.CODE: f"code, {_PLACE}",
    Sort.SEVERITY: f"{_BY_SEVERITY}, {_PLACE}",
    Sort.STATE: f"state, {_PLACE}",
    Sort.SUBJECT: f"subject, {_PLACE}",
    Sort.FIRST_SEEN: f"first_seen, {_PLACE}",
    Sort.LAST_SEEN: f"last_seen DESC, {_PLACE}",
}


@contextmanager
def listing(
    database: str | os.PathLike[str], wanted: Wanted, sort: Sort = Sort.PLACE, limit: int | None = None
) -> Iterator[Iterator[Listed]]:
    """The discrepancies as they are read; none if nothing was ever stored."""
    with _selected(database, _LISTED, wanted, sort, limit) as rows:
        yield rows


@contextmanager
def as_json(
    database: str | os.PathLike[str], wanted: Wanted, sort: Sort = Sort.PLACE, limit: int | None = None
) -> Iterator[Iterator[str]]:
    """The same as JSON objects with all `COLUMNS`, which the database makes in half the time."""
    with _selected(database, f"json_object({_AS_JSON})", wanted, sort, limit) as rows:
        yield (text for (text,) in rows)


@contextmanager
def as_csv(
    database: str | os.PathLike[str], wanted: Wanted, sort: Sort = Sort.PLACE, limit: int | None = None
) -> Iterator[Iterator[str]]:
    """The same as rows of CSV, without their ends; an explicit none is `null`, of a proposal there is the value."""
    with _selected(database, _AS_CSV, wanted, sort, limit) as rows:
        yield (text for (text,) in rows)


@contextmanager
def _selected(
    database: str | os.PathLike[str], columns: str, wanted: Wanted, sort: Sort, limit: int | None
) -> Iterator[Iterator[Any]]:
    where, values = _where(wanted)
    with reading(database) as connection:
        if connection is None:
            yield iter(())
            return
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        query = f"SELECT {columns} FROM discrepancy{where} ORDER BY {_ORDERS[sort]} LIMIT ?"  # noqa: S608 - constants and marks
        yield connection.execute(query, (*values, -1 if limit is None else limit))


def count_by(database: str | os.PathLike[str], wanted: Wanted, *parts: Part) -> dict[Part, dict[str, int]]:
    """How many there are by each of these, the most frequent first; all counted in one go."""
    where, values = _where(wanted)
    columns = ", ".join(part.value for part in parts)
    counts: dict[Part, Counter[str]] = {part: Counter() for part in parts}
    with reading(database) as connection:
        if connection is not None:
            query = f"SELECT count(*), {columns} FROM discrepancy{where} GROUP BY {columns}"  # noqa: S608 - constants and marks
            for number, *names in connection.execute(query, values):
                for part, name in zip(parts, names, strict=True):
                    counts[part][name] += number
    return {
        part: dict(sorted(count.items(), key=lambda item: (-item[1], item[0]))) for part, count in counts.items()
    }  # fmt: skip


def _where(wanted: Wanted) -> tuple[str, list[str]]:
    """The condition, with a mark for each value."""
    groups = [
        _any("state = ?", wanted.states),
        _any("code GLOB ?", [_literal(code.upper()) + "*" for code in wanted.codes]),
        _any("severity = ?", wanted.severities),
        _any("subject = ? COLLATE NOCASE", wanted.subjects),
        _any("field = ? COLLATE NOCASE", wanted.fields),
        _any("instr(authorities, ?)", [f'"{name}"' for name in wanted.authorities]),
        _any("path GLOB ?", [pattern for path in wanted.paths for pattern in _patterns(path)]),
    ]
    conditions = [condition for condition, _ in groups if condition]
    values = [value for _, group in groups for value in group]
    return (" WHERE " + " AND ".join(conditions) if conditions else ""), values


def _any(condition: str, values: Sequence[str]) -> tuple[str, list[str]]:
    return (f"({' OR '.join([condition] * len(values))})" if values else ""), [str(value) for value in values]


def _patterns(path: str) -> tuple[str, ...]:
    """A page or all of a folder; a pattern as it is."""
    path = path.removeprefix("./").rstrip("/")
    if "*" in path or "?" in path:
        return (path,)
    return (_literal(path), f"{_literal(path)}/*") if path not in {"", "."} else ("*",)


def _literal(text: str) -> str:
    """`text` for GLOB, with nothing special in it."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in text)
