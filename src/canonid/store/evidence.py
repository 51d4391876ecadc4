"""The replies of the authorities, kept as received, and the readable file in which they travel.

Only stdlib `sqlite3` is used, so that a look-up starts at once. An evidence file has one JSON object a line:

    {"authority", "question", "release", "retrieved_at", "url", "payload", "sha256"}

`question` is `Question.key`, `payload` an object, or null for "no such record", and `sha256` the hash of its compact
text. `sources` is added to a record that was compiled by hand and says where its facts come from; only such a record
may lack the hash.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from canonid.errors import StoreError
from canonid.identifiers import AUTHORITIES
from canonid.model import Evidence, Question, TrialSearch, parse_question, sha256
from canonid.store import database
from canonid.store.database import store_errors, to_text
from canonid.store.reply import COLUMNS, StoredReply, lenient_text

_CHUNK = 500
"""Keys in one SELECT: well under the 999 parameters that old SQLite builds allow."""
_REQUIRED = frozenset({"authority", "question", "release", "retrieved_at", "url", "payload"})
_OPTIONAL = frozenset({"sha256", "sources"})


class EvidenceStore:
    """Evidence by authority and question, the newest reply to each; a context manager over one connection.

    `read_only` opens without writing anything anywhere; a database that does not exist yet is then simply empty.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        read_only: bool = False,
        busy_seconds: float = database.BUSY_SECONDS,
    ) -> None:
        self.path = database.database_path(path)
        self._read_only = read_only
        self._connection: sqlite3.Connection | None = (
            database.open_reader(self.path, busy_seconds)
            if read_only
            else database.open_writer(self.path, busy_seconds)
        )
        if self._connection is not None:
            self._connection.text_factory = lenient_text
            self._connection.create_function("hash", 1, _hash, deterministic=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file free; closing twice is harmless."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def get(self, asked: Iterable[tuple[str, Question]]) -> dict[tuple[str, Question], Evidence]:
        """What is stored for the questions `asked`, by authority and question; what is not stored is left out.

        So is a reply that is no longer what was received: asking again is right, believing it is not.
        """
        by_authority: dict[str, dict[str, Question]] = {}
        for authority, question in asked:
            by_authority.setdefault(authority, {})[question.key] = question
        found: dict[tuple[str, Question], Evidence] = {}
        for authority, questions in by_authority.items():
            for row in self._rows_of(authority, questions):
                with suppress(ValueError):
                    found[authority, questions[row.question]] = row.read()
        return found

    def put(self, evidence: Iterable[Evidence]) -> int:
        """Store replies in one transaction and say how many were taken.

        An older reply never replaces a newer one, so that an import cannot undo a run. A reply dated in the future (a
        clock was wrong) replaces no genuine one; it and one that was changed after it was stored give way to any other.
        """
        if self._connection is None or self._read_only:
            raise StoreError(f"the database {self.path} was opened for reading only")
        now = to_text(datetime.now(UTC))
        newer = (
            "excluded.retrieved_at BETWEEN evidence.retrieved_at AND :now OR evidence.retrieved_at > :now "
            "OR evidence.sha256 IS NOT hash(CAST(evidence.payload AS BLOB))"
        )
        with store_errors(self.path):
            statement = database.upsert(self._connection, "evidence", when=newer)
            with database.transaction(self._connection), closing(self._connection.cursor()) as cursor:
                cursor.executemany(statement, ({**_row(item), "now": now} for item in evidence))
                return max(cursor.rowcount, 0)

    def searches_for(self, term: str) -> tuple[TrialSearch, ...]:
        """The searches of trials that have a reply here and `term` as the first of their names, newest reply first."""
        if self._connection is None:
            return ()
        start = TrialSearch((term,), ()).key.partition("]")[0]
        statement = "SELECT question FROM evidence WHERE authority = ? AND question BETWEEN ? AND ? "
        with store_errors(self.path):
            keys = (start, start + chr(0x10FFFF))
            rows = self._connection.execute(
                statement + "ORDER BY retrieved_at DESC", ("clinicaltrials", *keys)
            ).fetchall()
        questions: list[Question] = []
        for (key,) in rows:
            with suppress(ValueError, TypeError):  # damaged, and so as good as not there
                questions.append(parse_question(key))
        return tuple(item for item in questions if isinstance(item, TrialSearch) and item.terms[:1] == (term,))

    def _rows_of(self, authority: str, keys: Iterable[str]) -> Iterator[StoredReply]:
        if self._connection is None:
            return
        remaining = iter(keys)
        while chunk := list(islice(remaining, _CHUNK)):
            marks = ", ".join("?" * len(chunk))
            statement = f"SELECT {COLUMNS} FROM evidence WHERE authority = ? AND question IN ({marks})"  # noqa: S608 - constants
            with store_errors(self.path):
                rows = self._connection.execute(statement, (authority, *chunk)).fetchall()
            yield from (StoredReply(*row) for row in rows)


def _hash(payload: bytes | None) -> str:
    """What `sha256` says of a payload, for SQLite, which may hold one that is no text."""
    return hashlib.sha256(payload or b"").hexdigest()


def _row(evidence: Evidence) -> dict[str, str | None]:
    return {
        "authority": evidence.authority,
        "question": evidence.question.key,
        "release": evidence.release,
        "retrieved_at": to_text(evidence.retrieved_at),
        "url": evidence.url,
        "sha256": evidence.sha256,
        "sources": evidence.sources,
        "payload": evidence.payload,
    }


def evidence_line(evidence: Evidence) -> str:
    """`evidence` as a line of an evidence file, without the line end.

    Raises StoreError for a payload whose hash could not be checked again because it is not compact JSON.
    """
    payload = None if evidence.payload is None else _loaded(evidence.payload)
    if evidence.payload is not None and (not isinstance(payload, dict) or evidence.payload not in _spellings(payload)):
        raise StoreError(
            f"the payload of {evidence.authority} {evidence.question.key} is not a compact JSON object with sorted keys"
        )
    record: dict[str, object] = {**_row(evidence), "payload": payload}
    if evidence.sources is None:
        del record["sources"]
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def _loaded(text: str) -> object:
    """The value of a JSON text; None if it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def read_evidence_file(path: str | os.PathLike[str]) -> Iterator[Evidence]:
    """The records of an evidence file, one by one; empty lines are skipped.

    Raises StoreError, naming path and line, at the first line that is not what it should be.
    """
    try:
        if Path(path).is_fifo():  # whoever writes into it would be waited for while the store is locked
            raise StoreError(f"{os.fspath(path)} is a pipe; write its content to a file first")
        with Path(path).open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield _read_line(line, f"{os.fspath(path)}:{number}")
    except OSError as error:
        raise StoreError(f"{os.fspath(path)} cannot be read ({error.strerror})") from error


def _read_line(line: bytes, where: str) -> Evidence:
    try:
        record = json.loads(line.decode())
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{where}: not a line of JSON in UTF-8 ({error})") from error
    if not isinstance(record, dict):
        raise StoreError(f"{where}: not a JSON object")
    try:
        return _read_record(record)
    except (ValueError, TypeError) as error:
        raise StoreError(f"{where}: {error}") from error


def _read_record(record: dict[str, object]) -> Evidence:
    """Raises ValueError or TypeError with a sentence that says what is wrong."""
    if missing := _REQUIRED - record.keys():
        raise ValueError(f"lacks {', '.join(sorted(missing))}")
    if unknown := record.keys() - _REQUIRED - _OPTIONAL:
        raise ValueError(f"unknown key {', '.join(sorted(unknown))}")
    if (authority := _text(record, "authority")) not in AUTHORITIES:
        raise ValueError(f"there is no authority {authority!r}; there are {', '.join(AUTHORITIES)}")
    sources = None if record.get("sources") is None else _text(record, "sources")
    return Evidence(
        authority=authority,
        question=parse_question(_text(record, "question")),
        release=None if record["release"] is None else _text(record, "release"),
        retrieved_at=_time(_text(record, "retrieved_at")),
        url=_text(record, "url"),
        payload=_payload(record, sources is not None),
        sources=sources,
    )


def _text(record: dict[str, object], key: str) -> str:
    value = record[key]
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} is not a text")
    return value


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"retrieved_at has no time zone ({text}); write it in UTC, ending in Z")
    return moment.astimezone(UTC)


def _payload(record: dict[str, object], compiled: bool) -> str | None:
    value, expected = record["payload"], record.get("sha256")
    if value is not None and not isinstance(value, dict):
        raise ValueError("payload is neither an object nor null")
    spellings = (None,) if value is None else _spellings(value)
    if expected is None:
        if not compiled:
            raise ValueError("lacks sha256 (only a record with sources may)")
        return spellings[0]
    for text in spellings:
        if sha256(text) == expected:
            return text
    raise ValueError("payload and sha256 do not agree; the line was changed after it was written")


def _spellings(value: dict[str, object]) -> tuple[str, ...]:
    """The compact texts of a payload, keys sorted: with letters as they are, and with letters beyond ASCII escaped."""
    return tuple(
        json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=escaped) for escaped in (False, True)
    )
