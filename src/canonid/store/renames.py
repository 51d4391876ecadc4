"""Pages that go on under another name: their discrepancies keep state and history."""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from canonid.model import Page, Run, State, fingerprint_of
from canonid.store.database import reading, schema_version, to_text, upsert, writing

_Claims = frozenset[tuple[str, str | None]]
"""What a page claims: fields and values."""


@dataclass(frozen=True, slots=True)
class Move:
    """A page that was renamed, and with it its subject."""

    old_path: str
    new_path: str
    old_subject: str
    new_subject: str


def carry_over(
    database: str | os.PathLike[str],
    run: Run,
    pages: Sequence[Page],
    is_gone: Callable[[str], bool],
    renamed: Callable[[], Mapping[str, str]],
) -> tuple[Move, ...]:
    """Give the discrepancies of pages that were renamed the fingerprints of their new names.

    A page was renamed if it is gone and either version control says so (`renamed`: old path -> new path, asked only
    if a page is gone) or exactly one page that no run met beside it makes the very same claims. A page that keeps
    its stem keeps its fingerprints, and needs none of this.
    """
    with writing(database) as connection:
        gone = {path: subjects for path, subjects in _paths(connection).items() if _is_lost(path, pages, is_gone)}
        moves = tuple(_moves(connection, gone, pages, renamed())) if gone else ()
        for move in moves:
            _rekey(connection, move, run)
    return moves


def former_fingerprints(database: str | os.PathLike[str]) -> dict[str, str]:
    """What discrepancies were called before their pages were renamed -> what they are called today."""
    with reading(database) as connection:
        if connection is None or schema_version(connection) < 2:
            return {}
        return dict(connection.execute("SELECT former, fingerprint FROM former_fingerprint").fetchall())


def _paths(connection: sqlite3.Connection) -> dict[str, set[str]]:
    """The pages with open discrepancies, each with the subjects that these have."""
    found: dict[str, set[str]] = {}
    query = "SELECT DISTINCT path, subject FROM discrepancy WHERE state <> ?"
    for path, subject in connection.execute(query, (State.RESOLVED,)):
        found.setdefault(path, set()).add(subject)
    return found


def _is_lost(path: str, pages: Sequence[Page], is_gone: Callable[[str], bool]) -> bool:
    return is_gone(path) and all(page.path != path for page in pages)


def _moves(
    connection: sqlite3.Connection, gone: Mapping[str, set[str]], pages: Sequence[Page], renamed: Mapping[str, str]
) -> Iterator[Move]:
    """Each page that is gone with the one page that it is now; tables, whose rows are subjects, are left out."""
    counts = Counter(page.path for page in pages)
    single = {page.path: page for page in pages if counts[page.path] == 1}
    taken: set[str] = set()
    old = {path: next(iter(subjects)) for path, subjects in gone.items() if len(subjects) == 1}
    claims = {path: _last_claims(connection, path, subject) for path, subject in old.items()}
    same_before, same_now = Counter(claims.values()), _by_claims(single.values())
    for path, subject in old.items():
        candidates = [renamed[path]] if path in renamed else []
        if not candidates and same_before[claims[path]] == 1 and any(value for _, value in claims[path]):
            candidates = same_now.get(claims[path], [])
        candidates = [new for new in candidates if new in single and not _is_known(connection, new, path)]
        if len(candidates) == 1 and not taken & set(candidates):
            taken |= set(candidates)
            page = single[candidates[0]]
            if page.subject.slug != subject:
                yield Move(path, page.path, subject, page.subject.slug)


def _last_claims(connection: sqlite3.Connection, path: str, subject: str) -> _Claims:
    """What the page claimed when a run last saw one of its discrepancies."""
    query = (
        "SELECT field, value FROM claim_verdict WHERE path = ? AND run_id = "
        "(SELECT run_id FROM discrepancy WHERE subject = ? AND path = ? ORDER BY last_seen DESC LIMIT 1)"
    )
    return frozenset(connection.execute(query, (path, subject, path)).fetchall())


def _by_claims(pages: Iterable[Page]) -> dict[_Claims, list[str]]:
    found: dict[_Claims, list[str]] = {}
    for page in pages:
        found.setdefault(frozenset((claim.field, claim.text) for claim in page.claims), []).append(page.path)
    return found


def _is_known(connection: sqlite3.Connection, path: str, before: str) -> bool:
    """Whether a run met the page while there still was the other one, so that it is not what became of it."""
    query = (
        "SELECT EXISTS (SELECT 1 FROM claim_verdict JOIN run ON run.id = run_id WHERE path = ? AND started_at <= "
        "(SELECT max(started_at) FROM run JOIN claim_verdict ON run_id = run.id WHERE path = ?))"
    )
    return bool(connection.execute(query, (path, before)).fetchone()[0])


def _rekey(connection: sqlite3.Connection, move: Move, run: Run) -> None:
    """New rows for old ones; the history, the former names and the counts of trials go along."""
    names = (move.new_subject, move.old_subject)
    connection.execute("UPDATE OR IGNORE trial_query SET subject = ? WHERE subject = ?", names)
    with closing(connection.cursor()) as cursor:
        cursor.row_factory = sqlite3.Row
        cursor.execute("SELECT * FROM discrepancy WHERE subject = ? AND path = ?", (move.old_subject, move.old_path))
        rows = [dict(row) for row in cursor]
    for row in rows:
        former = row["fingerprint"]
        new = fingerprint_of(row["code"], move.new_subject, row["field"], row["claimed"])
        if connection.execute("SELECT 1 FROM discrepancy WHERE fingerprint = ?", (new,)).fetchone():
            continue  # it has a life of its own already
        row |= {"fingerprint": new, "subject": move.new_subject, "path": move.new_path}
        connection.execute(upsert(connection, "discrepancy"), row)
        for table in ("discrepancy_event", "former_fingerprint"):
            connection.execute(f"UPDATE {table} SET fingerprint = ? WHERE fingerprint = ?", (new, former))  # noqa: S608 - constants
        connection.execute("DELETE FROM discrepancy WHERE fingerprint = ?", (former,))
        connection.execute("DELETE FROM former_fingerprint WHERE former = ?", (new,))
        connection.execute(upsert(connection, "former_fingerprint"), {"former": former, "fingerprint": new})
        connection.execute(upsert(connection, "discrepancy_event"), _event(new, former, row["state"], move, run))


def _event(new: str, former: str, state: str, move: Move, run: Run) -> dict[str, str | None]:
    return {
        "id": None,
        "fingerprint": new,
        "at": to_text(run.finished_at),
        "actor": "canonid",
        "run_id": run.id,
        "from_state": state,
        "to_state": state,
        "note": f"page renamed from {move.old_path} to {move.new_path}; was {former}",
    }
