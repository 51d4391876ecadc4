"""What the evidence store holds, counted; and whether all of it still says what was once received."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from canonid.authorities.base import Authority
from canonid.errors import StoreError
from canonid.gather import Freshness
from canonid.identifiers import AUTHORITIES
from canonid.model import Unavailable
from canonid.store.database import database_path, reading, to_text
from canonid.store.evidence import evidence_line
from canonid.store.health import database_bytes, find_damage, is_damage
from canonid.store.reply import StoredReply
from canonid.store.rows import Summary, no_store, read_rows, read_summaries

Progress = Callable[[str, int, int], None]
"""Told what is gone through, how far, and of how many."""

_STEP = 500
_LOCAL = frozenset({"drugbank"})
"""Asked anew in every run, so that its replies do not age."""


@dataclass(slots=True)
class Count:
    """The replies to one kind of question."""

    found: int = 0
    not_found: int = 0
    past_age: int = 0
    """So old, or dated so far in the future, that the next run asks again."""


@dataclass(slots=True)
class Holdings:
    """The replies of one authority."""

    kinds: dict[str, Count] = field(default_factory=dict)
    """By the beginning of the question: `id`, `inchikey`, `name`, `synonyms`, `trials`."""
    releases: Counter[str] = field(default_factory=Counter)
    oldest: str = ""
    """When the oldest was received, as stored: UTC in ISO 8601."""
    newest: str = ""
    compiled: int = 0
    """Compiled by hand from named sources, not received."""

    @property
    def replies(self) -> int:
        """How many in all."""
        return sum(count.found + count.not_found for count in self.kinds.values())

    @property
    def past_age(self) -> int:
        """How many the next run asks for again."""
        return sum(count.past_age for count in self.kinds.values())


@dataclass(frozen=True, slots=True)
class Inventory:
    """What a store holds."""

    path: Path
    bytes: int | None
    """None if there is no file."""
    holdings: dict[str, Holdings]
    """By authority, sorted."""

    @property
    def replies(self) -> int:
        """How many in all."""
        return sum(each.replies for each in self.holdings.values())


def take_inventory(database: str | os.PathLike[str], freshness: Freshness, now: datetime) -> Inventory:
    """Count the replies in `database`; one that was never used holds none."""
    path = database_path(database)
    with reading(path) as connection:
        summaries = () if connection is None else read_summaries(connection)
        return Inventory(path, database_bytes(path), _count(summaries, freshness, now))


def _count(summaries: Iterable[Summary], freshness: Freshness, now: datetime) -> dict[str, Holdings]:
    holdings: dict[str, Holdings] = {}
    spans = {
        (name, found): tuple(map(to_text, freshness.span(name, now, found=found)))
        for name in AUTHORITIES.keys() - _LOCAL
        for found in (True, False)
    }
    for item in summaries:
        holding = holdings.setdefault(item.authority, Holdings())
        count = holding.kinds.setdefault(item.kind, Count())
        count.found += item.found
        count.not_found += not item.found
        first, last = spans.get((item.authority, item.found), ("", item.retrieved_at))
        count.past_age += not first <= item.retrieved_at <= last
        holding.compiled += item.compiled
        holding.releases[item.release or "none named"] += 1
        holding.oldest = min(holding.oldest or item.retrieved_at, item.retrieved_at)
        holding.newest = max(holding.newest, item.retrieved_at)
    return dict(sorted(holdings.items()))


@dataclass(frozen=True, slots=True)
class Damage:
    """One row that is not what it should be."""

    reply: str
    """Its authority and question."""
    reason: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of looking at everything."""

    path: Path
    replies: int
    """How many were looked at."""
    damage: tuple[Damage, ...]
    file: tuple[str, ...]
    """What SQLite finds wrong in the file itself."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.damage and not self.file


def verify(
    database: str | os.PathLike[str], authorities: Sequence[Authority], progress: Progress | None = None
) -> Verification:
    """Check the file, then hash and parse every reply anew; nothing is asked and nothing is written.

    Raises StoreError if there is no store or it cannot be opened: nothing looked at is not nothing wrong.
    """
    path = database_path(database)
    parsers = {authority.name: authority for authority in authorities}
    damage: list[Damage] = []
    seen = 0
    with reading(path) as connection:
        if connection is None:
            raise no_store(path)
        file = find_damage(connection)
        try:
            (total,) = connection.execute("SELECT count(*) FROM evidence").fetchone()
            for row in read_rows(connection):
                seen += 1
                if reason := _fault(row, parsers):
                    damage.append(Damage(row.name, reason))
                if progress is not None and seen % _STEP == 0:
                    progress("evidence", seen, total)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            file = (*file, f"the replies after the first {seen} cannot be read ({error})")
    return Verification(path, seen, tuple(damage), file)


def _fault(row: StoredReply, parsers: Mapping[str, Authority]) -> str | None:
    """What is wrong with a row; None if it is sound."""
    authority = parsers.get(row.authority)
    if authority is None:
        return "there is no authority of this name"
    try:
        evidence = row.read()
        evidence_line(evidence)
    except (ValueError, StoreError) as error:
        return str(error)
    answer = authority.parse(evidence)
    return answer.reason if isinstance(answer, Unavailable) else None
