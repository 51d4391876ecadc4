"""Since when a finding has not been met any more: told from the runs that could have met it."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Collection, Set
from dataclasses import dataclass
from datetime import datetime

from canonid.model import State, Verdict
from canonid.store.database import from_text, reading

Database = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Watch:
    """What is looked for in former runs."""

    fingerprints: Collection[str]
    path: str
    """The page that they were found on."""
    root: str
    """The folder that the path is relative to: runs over another corpus say nothing."""
    subjects: int
    """How many the present run has: one over more than half of them also speaks for a page that claims nothing now."""
    unreadable: str
    """The code of the finding that the page could not be read in full."""


def authorities_behind(database: Database, fingerprints: Collection[str]) -> frozenset[str] | None:
    """The authorities that these findings rested on when they were last met; None if no run ever met one."""
    with reading(database) as connection:
        if connection is None:
            return None
        rows = connection.execute(
            f"SELECT fingerprint, finding.authorities FROM finding JOIN run ON run.id = run_id "  # noqa: S608 - marks only
            f"WHERE fingerprint IN ({_marks(fingerprints)}) ORDER BY started_at",
            tuple(fingerprints),
        ).fetchall()
    latest = {fingerprint: json.loads(authorities) for fingerprint, authorities in rows}
    return frozenset(name for names in latest.values() for name in names) if latest else None


def silent_runs(database: Database, watch: Watch, authorities: Set[str]) -> tuple[datetime, ...]:
    """When the runs began, the oldest first, that looked at the page after the last that met one of the findings.

    A run that could not read the page, or for which one of `authorities` did not answer about it, is none of them: it
    proves nothing.
    """
    with reading(database) as connection:
        if connection is None:
            return ()
        rows = connection.execute(
            "SELECT id, started_at, subjects, authorities FROM run WHERE root = ? AND started_at > ? "
            "ORDER BY started_at",
            (watch.root, _last_met(connection, watch)),
        ).fetchall()
        return tuple(
            from_text(started_at)
            for run_id, started_at, subjects, uses in rows
            if _could_tell(connection, watch, run_id, subjects, _worst(json.loads(uses), authorities))
        )


def without_others(
    database: Database, root: str, codes: Collection[str], fingerprints: Collection[str], covers: Callable[[str], bool]
) -> frozenset[str]:
    """Those of the findings with `codes`, which rest on several pages, that a run over what it `covers` cannot judge.

    It has to cover all pages that made claims in the last run that met the finding.
    """
    if not fingerprints:
        return frozenset()
    with reading(database) as connection:
        if connection is None:
            return frozenset()
        last = connection.execute(
            "SELECT fingerprint, run.id, max(started_at) FROM finding JOIN run ON run.id = run_id WHERE root = ? "
            "AND code IN (SELECT value FROM json_each(?)) AND fingerprint IN (SELECT value FROM json_each(?)) "
            "GROUP BY fingerprint",
            (root, json.dumps(sorted(codes)), json.dumps(sorted(fingerprints))),
        ).fetchall()
        partial = {run for run in {run for _, run, _ in last} if not all(map(covers, _pages(connection, run)))}
    return frozenset(fingerprint for fingerprint, run, _ in last if run in partial)


def _pages(connection: sqlite3.Connection, run_id: str) -> list[str]:
    rows = connection.execute("SELECT DISTINCT path FROM claim_verdict WHERE run_id = ?", (run_id,))
    return [path for (path,) in rows]


def _last_met(connection: sqlite3.Connection, watch: Watch) -> str:
    (moment,) = connection.execute(
        f"SELECT max(started_at) FROM finding JOIN run ON run.id = run_id "  # noqa: S608 - marks only
        f"WHERE root = ? AND state <> ? AND fingerprint IN ({_marks(watch.fingerprints)})",
        (watch.root, State.WAIVED, *watch.fingerprints),
    ).fetchone()
    return moment or ""


def _worst(uses: dict[str, dict[str, object]], authorities: Set[str]) -> str:
    """The first word of the worst status: `unavailable`, `degraded`, or nothing."""
    words = {str(uses[name]["status"]).partition(":")[0] if name in uses else "unavailable" for name in authorities}
    return next((word for word in ("unavailable", "degraded") if word in words), "")


def _could_tell(connection: sqlite3.Connection, watch: Watch, run_id: str, subjects: int, worst: str) -> bool:
    if worst == "unavailable":
        return False
    claims, unasked = connection.execute(
        "SELECT count(*), coalesce(sum(verdict = ?), 0) FROM claim_verdict WHERE run_id = ? AND path = ?",
        (Verdict.UNAVAILABLE, run_id, watch.path),
    ).fetchone()
    (unread,) = connection.execute(
        "SELECT count(*) FROM finding WHERE run_id = ? AND path = ? AND code = ?",
        (run_id, watch.path, watch.unreadable),
    ).fetchone()
    if unread:
        return False
    return bool(claims or subjects * 2 > watch.subjects) and not (worst and unasked)


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))
