"""What is kept of former runs, counted: verdicts, findings, and what became of discrepancies."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from canonid.identifiers import Reference
from canonid.model import AuthorityUse, State, Verdict
from canonid.store.database import from_text, reading, schema_version

Database = str | os.PathLike[str]
_SINCE = 2
"""The schema that brought the folder of a run."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a run did to one discrepancy."""

    state: State
    """The new one: open, resolved or reopened."""
    fingerprint: str
    code: str
    severity: str
    subject: str
    field: str
    claimed: str | None
    path: str
    line: int
    message: str
    note: str


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run, counted."""

    id: str
    started_at: datetime
    finished_at: datetime
    offline: bool
    subjects: int
    verdicts: Mapping[str, int]
    """How many claims got each verdict; one that none got is left out."""
    findings: Mapping[str, int]
    """By severity."""
    new: int
    resolved: int
    reopened: int
    authorities: Mapping[str, AuthorityUse]

    @property
    def claims(self) -> int:
        """How many were judged."""
        return sum(self.verdicts.values())

    @property
    def requests(self) -> int:
        """How many were sent, to all authorities together."""
        return sum(use.requests for use in self.authorities.values())

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.finished_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class PastClaim:
    """What a page claimed of its subject when a run looked at it, and what the run said of that."""

    path: str
    line: int
    field: str
    value: str | None
    verdict: Verdict
    reason: str
    judged_at: datetime


def past_runs(database: Database, limit: int = 20) -> tuple[PastRun, ...]:
    """The newest runs, newest first; none if nothing was ever stored there."""
    with reading(database) as connection:
        if connection is None:
            return ()
        rows = connection.execute(f"{_RUNS} ORDER BY started_at DESC, id DESC LIMIT ?", (limit,)).fetchall()
        return tuple(_past_run(connection, row) for row in rows)


def find_run(database: Database, start: str) -> tuple[PastRun, ...]:
    """The runs whose id begins with `start`, newest first."""
    with reading(database) as connection:
        if connection is None:
            return ()
        rows = connection.execute(
            f"{_RUNS} WHERE substr(id, 1, length(?)) = ? ORDER BY started_at DESC, id DESC", (start, start)
        ).fetchall()
        return tuple(_past_run(connection, row) for row in rows)


def changes_of(database: Database, run_id: str) -> tuple[Change, ...]:
    """What a run did to discrepancies, by state and place."""
    with reading(database) as connection:
        if connection is None:
            return ()
        rows = connection.execute(_CHANGES, (run_id,)).fetchall()
    return tuple(Change(State(row[0]), *row[1:]) for row in rows)


def claims_of_last_run(database: Database, subjects: int) -> Mapping[str, Counter[tuple[str, str | None]]]:
    """What each page claimed when the newest run looked at it, as field and value; by path.

    A run over less than half of `subjects` pages is passed over: it says nothing of the others.
    """
    claims: dict[str, Counter[tuple[str, str | None]]] = {}
    with reading(database) as connection:
        if connection is None:
            return claims
        for path, field, value in connection.execute(_CLAIMS, (subjects,)):
            claims.setdefault(path, Counter())[field, value] += 1
    return claims


def claims_about(database: Database, references: Collection[Reference]) -> tuple[PastClaim, ...]:
    """What the pages that claim one of `references` said in the newest run that looked at the whole wiki.

    All claims of a page for which the run confirmed one of them; of other pages only those very claims. What a page
    repeats is there once. A run over less than half as many pages as another one is passed over.
    """
    marks = ", ".join("(?, ?)" for _ in references)
    with reading(database) as connection:
        if connection is None or not references:
            return ()
        names = [part for reference in references for part in reference]
        rows = connection.execute(_ABOUT.format(marks), names).fetchall()
    once: dict[tuple[str, str, str | None], PastClaim] = {}
    for path, line, field, value, verdict, reason, at in rows:
        claim = PastClaim(path, line, field, value, Verdict(verdict), reason, from_text(at))
        once.setdefault((path, field, value), claim)
    return tuple(once.values())


def confirmed_elsewhere(
    database: Database, root: Path, read: Collection[str]
) -> Iterator[tuple[str, str, str, str, str]]:
    """File, subject, field, prefix and value of what the last run over a whole wiki confirmed on other pages.

    On others than those `read`, paths relative to `root`. A run over less than half as many pages as another one of the
    same folder, of one above or of one below it, is passed over.
    """
    with reading(database) as connection:
        if connection is None or schema_version(connection) < _SINCE:
            return
        newest = [
            (run_id, Path(folder), subjects)
            for run_id, folder, subjects, _ in connection.execute(_NEWEST)
            if root.is_relative_to(folder) or Path(folder).is_relative_to(root)
        ]
        most = max((subjects for *_, subjects in newest), default=0)
        whole = next(((run_id, folder) for run_id, folder, subjects in newest if subjects * 2 >= most), None)
        if whole is not None:
            run_id, folder = whole
            known = read if folder == root else [os.path.relpath(root / path, folder) for path in read]
            rows = connection.execute(_CONFIRMED, (run_id, json.dumps(list(known)))).fetchall()
            yield from ((os.path.join(folder, path), *rest) for path, *rest in rows)  # noqa: PTH118 - Path takes twice as long


_RUNS = "SELECT id, started_at, finished_at, offline, subjects, authorities FROM run"
_CHANGES = """
    SELECT event.to_state, discrepancy.fingerprint, code, severity, subject, field, claimed, path, line, message, note
    FROM discrepancy_event AS event JOIN discrepancy USING (fingerprint)
    WHERE event.run_id = ? ORDER BY event.to_state, path, line, "column", code, event.id
"""
# Of the runs of a day over equally many pages only the last one: a hook checks few pages many times.
_NEWEST = """
    SELECT id, root, subjects, max(started_at) AS started_at FROM run WHERE root IS NOT NULL
    GROUP BY root, subjects, substr(started_at, 1, 10) ORDER BY 4 DESC, id DESC LIMIT 60
"""
_CONFIRMED = """
    SELECT path, subject, field, prefix, value FROM claim_verdict
    WHERE run_id = ? AND kind = 'identifier' AND verdict = 'confirmed' AND path NOT IN (SELECT value FROM json_each(?))
"""
_CLAIMS = """
    SELECT path, field, value FROM claim_verdict
    WHERE run_id = (SELECT id FROM run WHERE subjects * 2 >= ? ORDER BY started_at DESC, id DESC LIMIT 1)
"""
_ABOUT = """
    WITH newest AS (
        SELECT id, subjects, max(started_at) AS started_at FROM run GROUP BY subjects, substr(started_at, 1, 10)
        ORDER BY 3 DESC, id DESC LIMIT 60
    ),
    whole AS (
        SELECT id, started_at FROM newest WHERE subjects * 2 >= (SELECT max(subjects) FROM newest)
        ORDER BY started_at DESC, id DESC LIMIT 1
    ),
    claim AS (SELECT * FROM claim_verdict WHERE run_id = (SELECT id FROM whole) AND kind = 'identifier'),
    named AS (SELECT * FROM claim WHERE (prefix, value) IN (VALUES {}))
    SELECT path, line, field, value, verdict, reason, started_at FROM claim, whole
    WHERE number IN (SELECT number FROM named)
    OR (path, subject) IN (SELECT path, subject FROM named WHERE verdict = 'confirmed') ORDER BY number
"""


def _past_run(connection: sqlite3.Connection, row: tuple[str, str, str, int, int, str]) -> PastRun:
    run_id, started_at, finished_at, offline, subjects, authorities = row
    events = dict(
        _counts(
            connection,
            "SELECT CASE WHEN from_state IS NULL THEN 'new' ELSE to_state END, count(*) "
            "FROM discrepancy_event WHERE run_id = ? GROUP BY 1",
            run_id,
        )
    )
    return PastRun(
        run_id,
        from_text(started_at),
        from_text(finished_at),
        bool(offline),
        subjects,
        dict(_counts(connection, "SELECT verdict, count(*) FROM claim_verdict WHERE run_id = ? GROUP BY 1", run_id)),
        dict(_counts(connection, "SELECT severity, count(*) FROM finding WHERE run_id = ? GROUP BY 1", run_id)),
        events.get("new", 0),
        events.get(State.RESOLVED, 0),
        events.get(State.REOPENED, 0),
        {name: AuthorityUse(**use) for name, use in json.loads(authorities).items()},
    )


def _counts(connection: sqlite3.Connection, statement: str, run_id: str) -> Iterator[tuple[str, int]]:
    yield from connection.execute(statement, (run_id,))
