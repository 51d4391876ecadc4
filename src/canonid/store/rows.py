"""The stored replies row by row, as they stand in the file: for whoever has to trust nothing, or to touch many."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from canonid.errors import StoreError
from canonid.store.database import database_path, open_writer, reading, store_errors, to_text, transaction
from canonid.store.evidence import evidence_line
from canonid.store.health import database_bytes
from canonid.store.reply import COLUMNS, StoredReply, lenient_text

_SUMMARY = (
    "CAST(authority AS TEXT), substr(CAST(question AS TEXT), 1, instr(question, ':') - 1), payload IS NOT NULL, "
    "sources IS NOT NULL, CAST(release AS TEXT), CAST(retrieved_at AS TEXT)"
)


class Summary(NamedTuple):
    """What can be told of a reply without reading its payload."""

    authority: str
    kind: str
    """The beginning of its question: `id`, `inchikey`, `name`, `synonyms` or `trials`."""
    found: bool
    """False for "no such record"."""
    compiled: bool
    """True if it was compiled by hand from the sources that it names."""
    release: str | None
    retrieved_at: str
    """As stored: text order is time order."""


def read_rows(connection: sqlite3.Connection, authorities: Collection[str] = ()) -> Iterator[StoredReply]:
    """The rows of `authorities` (none named: of all), by authority and question.

    Bytes that are no text are replaced, so that the hash of a damaged payload fails and not the reading of it.
    """
    connection.text_factory = lenient_text
    where, names = _where(authorities)
    query = f"SELECT {COLUMNS} FROM evidence{where} ORDER BY authority, question"  # noqa: S608 - constants
    with closing(connection.cursor()) as cursor:
        yield from (StoredReply(*row) for row in cursor.execute(query, names))


def read_summaries(connection: sqlite3.Connection) -> Iterator[Summary]:
    """Every reply in a few words; payloads are not read, so that this is quick however large they are."""
    connection.text_factory = lenient_text
    query = f"SELECT {_SUMMARY} FROM evidence"  # noqa: S608 - constants
    with closing(connection.cursor()) as cursor:
        for authority, kind, found, compiled, release, retrieved_at in cursor.execute(query):
            yield Summary(authority, kind, bool(found), bool(compiled), release, retrieved_at)


def export_lines(database: str | os.PathLike[str], authorities: Collection[str] = ()) -> Iterator[str]:
    """The lines of an evidence file with all replies, or those of `authorities`; the same store gives the same lines.

    Raises StoreError if there is no store, and at the first reply that is damaged: a new hash would hide it.
    """
    with reading(database) as connection:
        if connection is None:
            raise no_store(database)
        for row in read_rows(connection, authorities):
            try:
                yield evidence_line(row.read()) + "\n"
            except ValueError as error:
                raise StoreError(f"{row.name} cannot be exported: {error}; see `canonid evidence verify`") from error


def no_store(database: str | os.PathLike[str]) -> StoreError:
    """The error that there is nothing to work on, which must not look like a store without a fault."""
    path = database_path(database)
    return StoreError(f"there is no store at {path}; `canonid reconcile` makes one, or name another with --database")


@dataclass(frozen=True, slots=True)
class Pruned:
    """What went, or would go."""

    replies: dict[str, int]
    """By authority."""
    bytes_before: int
    bytes_after: int
    """The same as before if nothing was deleted, or if somebody else kept the file from shrinking."""

    @property
    def total(self) -> int:
        """How many replies in all."""
        return sum(self.replies.values())


def prune(
    database: str | os.PathLike[str],
    authorities: Collection[str] = (),
    before: datetime | None = None,
    *,
    dry_run: bool = False,
) -> Pruned:
    """Delete the replies of `authorities` (none named: of all) that were received `before` a moment (None: of any age).

    What is gone is asked anew when a run needs it, except what was compiled by hand; runs and discrepancies stay. The
    file then shrinks.
    """
    path = database_path(database)
    where, values = _where(authorities, before)
    with reading(path) as connection:
        if connection is None:
            raise no_store(path)
        size = database_bytes(path) or 0
        if dry_run:
            return Pruned(_count(connection, where, values), size, size)
    with closing(open_writer(path)) as connection, store_errors(path):
        with transaction(connection):
            counts = _count(connection, where, values)
            connection.execute(f"DELETE FROM evidence{where}", values)  # noqa: S608 - constants and marks
        if counts:
            _shrink(connection)
    return Pruned(counts, size, database_bytes(path) or 0)


def _count(connection: sqlite3.Connection, where: str, values: tuple[str, ...]) -> dict[str, int]:
    query = f"SELECT authority, count(*) FROM evidence{where} GROUP BY authority ORDER BY authority"  # noqa: S608 - constants
    return dict(connection.execute(query, values).fetchall())


def _shrink(connection: sqlite3.Connection) -> None:
    """Give the space back; what cannot be given back while another process reads is used for new replies."""
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA busy_timeout = 200")  # not worth a longer wait
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _where(authorities: Collection[str], before: datetime | None = None) -> tuple[str, tuple[str, ...]]:
    """The condition and its values."""
    conditions, values = [], list(authorities)
    if authorities:
        conditions.append(f"authority IN ({', '.join('?' * len(authorities))})")
    if before is not None:
        conditions.append("retrieved_at < ?")
        values.append(to_text(before))
    return (" WHERE " + " AND ".join(conditions) if conditions else ""), tuple(values)
