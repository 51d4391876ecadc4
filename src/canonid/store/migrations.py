"""From an older schema to the present one, step by step, with a copy of the file made first.

A step is written once and never changed afterwards: it says what the schema was to become then, not what it is now.
A test makes a database with every former schema and compares what it becomes with a new one.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from canonid.errors import StoreError
from canonid.store.database import schema_version, transaction

STEPS: dict[int, tuple[str, ...]] = {
    2: (
        "ALTER TABLE run ADD COLUMN root VARCHAR",
        (
            "CREATE TABLE former_fingerprint (former VARCHAR NOT NULL, fingerprint VARCHAR NOT NULL, "
            "PRIMARY KEY (former), FOREIGN KEY(fingerprint) REFERENCES discrepancy (fingerprint))"
        ),
        (
            "CREATE TABLE waiver (fingerprint VARCHAR NOT NULL, code VARCHAR NOT NULL, subject VARCHAR NOT NULL, "
            "field VARCHAR NOT NULL, claimed VARCHAR, who VARCHAR NOT NULL, reason VARCHAR NOT NULL, until VARCHAR, "
            "origin VARCHAR NOT NULL, run_id VARCHAR, PRIMARY KEY (fingerprint))"
        ),
        (
            "CREATE TABLE lease (name VARCHAR NOT NULL, holder VARCHAR NOT NULL, acquired VARCHAR NOT NULL, "
            "heartbeat VARCHAR NOT NULL, expires VARCHAR NOT NULL, PRIMARY KEY (name))"
        ),
        (
            "CREATE TABLE schedule (name VARCHAR NOT NULL, due VARCHAR NOT NULL, holder VARCHAR NOT NULL, "
            "finished VARCHAR NOT NULL, PRIMARY KEY (name))"
        ),
        'CREATE INDEX discrepancy_by_place ON discrepancy (path, line, "column", code, fingerprint)',
        "CREATE INDEX discrepancy_by_subject ON discrepancy (subject)",
        "CREATE INDEX discrepancy_event_by_run ON discrepancy_event (run_id)",
        "CREATE INDEX former_fingerprint_by_fingerprint ON former_fingerprint (fingerprint)",
    ),
    3: (
        (
            "CREATE TABLE trial_query (subject VARCHAR NOT NULL, field VARCHAR NOT NULL, claimed VARCHAR NOT NULL, "
            "terms VARCHAR NOT NULL, statuses VARCHAR NOT NULL, count INTEGER NOT NULL, trials VARCHAR NOT NULL, "
            "asked_at VARCHAR NOT NULL, release VARCHAR, note VARCHAR NOT NULL, run_id VARCHAR NOT NULL, "
            "PRIMARY KEY (subject, field))"
        ),
    ),
}
"""The statements that lead to each version from the one before."""


def migrate(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Bring the database at `path`, on which `connection` is open, to `version`, unless another process has done so.

    The copy is made while nobody else can write, so that it lacks nothing; if it cannot be made, nothing is changed.
    """
    with transaction(connection):
        found = schema_version(connection)
        if found >= version:
            return
        _back_up(path, found)
        for step in range(found + 1, version + 1):
            for statement in STEPS[step]:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version}")


def _back_up(path: Path, version: int) -> None:
    """Copy the database to `<name>.v<version>.bak` beside it; a former copy is left alone."""
    target = _free_name(path, version)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        unfinished.unlink(missing_ok=True)
        # A second connection: a copy cannot be made within a transaction, and the first one holds the lock.
        with closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)) as reader:
            reader.execute("VACUUM INTO ?", (str(unfinished),))
        with unfinished.open("rb") as copy:
            os.fsync(copy.fileno())
        unfinished.replace(target)
    except OSError as error:
        raise StoreError(
            f"the database {path} is of an older canonid, and the copy {target.name} that is made before it is "
            f"changed cannot be written ({error.strerror}); nothing was changed: free some space or make the folder "
            "writable, and run again"
        ) from error
    finally:
        with suppress(OSError):  # the first error is the one to report
            unfinished.unlink(missing_ok=True)


def _free_name(path: Path, version: int) -> Path:
    names = (f"{path.name}.v{version}{number}.bak" for number in ("", *(f"-{count}" for count in range(2, 1000))))
    return next(target for name in names if not (target := path.with_name(name)).exists())
