"""The waivers as the last run met them; their home is the file in the corpus, and the lines of its pages."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from datetime import date

from canonid.store.database import reading, schema_version, upsert, writing
from canonid.waiver import Waiver


def mirror_waivers(connection: sqlite3.Connection, waivers: Iterable[Waiver], run_id: str | None) -> None:
    """Put what a run met in place of what was known; comments on lines where nothing was found are left out."""
    connection.execute("DELETE FROM waiver")
    rows = {waiver.fingerprint: _row(waiver, run_id) for waiver in waivers if waiver.fingerprint}
    connection.executemany(upsert(connection, "waiver"), rows.values())


def keep_waivers(database: str | os.PathLike[str], waivers: Iterable[Waiver]) -> None:
    """Note waivers that were just made, until a run meets them."""
    with writing(database) as connection:
        connection.executemany(upsert(connection, "waiver"), [_row(waiver, None) for waiver in waivers])


def read_mirror(database: str | os.PathLike[str]) -> dict[str, Waiver]:
    """The waivers by fingerprint, as the last run met them."""
    with reading(database) as connection:
        if connection is None or schema_version(connection) < 2:
            return {}
        rows = connection.execute("SELECT * FROM waiver").fetchall()
    return {row[0]: _waiver(*row) for row in rows}


def _waiver(  # noqa: PLR0917 - the columns of the table
    fingerprint: str,
    code: str,
    subject: str,
    field: str,
    claimed: str | None,
    who: str,
    reason: str,
    until: str | None,
    origin: str,
    _run_id: str | None,
) -> Waiver:
    limit = date.fromisoformat(until) if until else None
    return Waiver(fingerprint, code, subject, field, claimed, who, reason, limit, origin)


def _row(waiver: Waiver, run_id: str | None) -> dict[str, str | None]:
    return {
        "fingerprint": waiver.fingerprint,
        "code": waiver.code,
        "subject": waiver.subject,
        "field": waiver.field,
        "claimed": waiver.claimed,
        "who": waiver.who,
        "reason": waiver.reason,
        "until": waiver.until.isoformat() if waiver.until else None,
        "origin": waiver.origin,
        "run_id": run_id,
    }
