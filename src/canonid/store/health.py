"""Whether the database is there, sound and writable, and how much is in it; nothing is changed by asking."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from canonid.errors import StoreError
from canonid.model import Run
from canonid.store.database import BUSY_SECONDS, check_writable, database_path, reading
from canonid.store.runs import last_runs

_MOST_PLACES = 20
"""Of what SQLite finds wrong in a file; a damaged one may have thousands of lines."""


@dataclass(frozen=True, slots=True)
class DatabaseHealth:
    """The state of a database file."""

    path: Path
    bytes: int | None = None
    """With what is not yet merged into the file; None if there is no file, which the first run mends."""
    schema: int | None = None
    """None if nothing was ever stored."""
    replies: int = 0
    discrepancies: Mapping[str, int] = field(default_factory=dict)
    """By state."""
    last_run: Run | None = None
    problems: tuple[str, ...] = ()
    """Why it cannot be used, each a sentence with what to do; none if all is well."""


def examine_database(database: str | os.PathLike[str], busy_seconds: float = BUSY_SECONDS) -> DatabaseHealth:
    """Look at a database without changing it.

    Raises StoreError only if `database` names no file at all.
    """
    path = database_path(database)
    try:
        health = _read(path, busy_seconds)
    except StoreError as error:
        return DatabaseHealth(path, database_bytes(path), problems=(str(error),))
    try:
        check_writable(path, busy_seconds)
    except StoreError as error:
        return replace(health, problems=(*health.problems, str(error)))
    return health


def database_bytes(path: Path) -> int | None:
    """The size of the database, its write-ahead log included; None if it is not there or cannot be looked at."""
    try:
        size = path.stat().st_size
    except OSError:
        return None
    with suppress(OSError):  # no log, nothing to add
        size += path.with_name(path.name + "-wal").stat().st_size
    return size


def _read(path: Path, busy_seconds: float) -> DatabaseHealth:
    with reading(path, busy_seconds) as connection:
        if connection is None:
            return DatabaseHealth(path, database_bytes(path))
        if damage := find_damage(connection, thorough=False):
            return DatabaseHealth(path, database_bytes(path), problems=(_sentence(path, damage[0]),))
        with closing(connection.cursor()) as cursor:
            (schema,) = cursor.execute("PRAGMA user_version").fetchone()
            (replies,) = cursor.execute("SELECT count(*) FROM evidence").fetchone()
            states = dict(cursor.execute("SELECT state, count(*) FROM discrepancy GROUP BY state ORDER BY state"))
    last = last_runs(path, 1)
    return DatabaseHealth(path, database_bytes(path), schema, replies, states, last[0] if last else None)


def find_damage(connection: sqlite3.Connection, *, thorough: bool = True) -> tuple[str, ...]:
    """What SQLite finds wrong in the file: its pages and, if `thorough`, its indexes and references; else nothing."""
    with closing(connection.cursor()) as cursor:
        try:
            check = "integrity_check" if thorough else "quick_check"
            rows = cursor.execute(f"PRAGMA {check}({_MOST_PLACES})").fetchall()
            orphans = cursor.execute("PRAGMA foreign_key_check").fetchall() if thorough else []
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            return (str(error),)  # too broken to be checked to the end
    lines = [line for (text,) in rows for line in text.splitlines()]
    found = [line for line in lines if line != "ok" and not line.startswith("***")]
    found += [f"row {rowid} of {table} refers to a row of {parent} that is gone" for table, rowid, parent, _ in orphans]
    return tuple(found[:_MOST_PLACES])


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error is about what stands in the file, not about locks, rights or a disk."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _sentence(path: Path, found: str) -> str:
    return (
        f"the database {path} is damaged ({found}); move it away and run again (evidence is fetched anew), "
        "or restore a backup"
    )
