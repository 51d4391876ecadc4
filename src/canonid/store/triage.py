"""What a curator asks and decides of single discrepancies."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from canonid.errors import UsageError
from canonid.model import Evidence, State, parse_question
from canonid.store.database import from_text, reading, schema_version, to_text, upsert, writing
from canonid.store.discrepancies import Discrepancy, find_discrepancies

_SHORTEST = 4
"""Digits of a fingerprint that may stand for all of it."""
_LENGTH = 16
_ADVICE = "`canonid discrepancies list` names them"


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a history."""

    fingerprint: str
    at: datetime
    actor: str
    run_id: str | None
    """None for what a curator did by hand."""
    before: State | None
    after: State
    note: str


def find_one(database: str | os.PathLike[str], text: str) -> Discrepancy:
    """The discrepancy with this fingerprint, or the only one whose fingerprint begins so.

    The fingerprint from before its page was renamed will do as well. Raises UsageError if there is none, or several.
    """
    wanted = text.strip().casefold()
    if not _is_digits(wanted):
        raise UsageError(
            f"{text!r} is not a fingerprint: give at least {_SHORTEST} of its {_LENGTH} hexadecimal digits; {_ADVICE}"
        )
    with reading(database) as connection:
        names = [] if connection is None else _names(connection, wanted)
        if connection is None or not names:
            raise UsageError(f"there is no discrepancy {text}; {_ADVICE}")
        if len(names) > 1:
            raise UsageError(
                f"{text} is short for {len(names)} discrepancies: {', '.join(names[:5])}; give more digits"
            )
        (found,) = find_discrepancies(connection, "fingerprint = ?", (names[0],))
    return found


def find_all(database: str | os.PathLike[str], text: str) -> tuple[Discrepancy, ...]:
    """All discrepancies of the subject of this name, or the one that `find_one` finds."""
    with reading(database) as connection:
        if connection is not None and (found := find_discrepancies(connection, "subject = ?", (text,))):
            return tuple(found)
    if _is_digits(text.strip().casefold()):
        return (find_one(database, text),)
    raise UsageError(f"there is no discrepancy of a subject {text!r}; give its page's stem or a fingerprint; {_ADVICE}")


def _is_digits(text: str) -> bool:
    return _SHORTEST <= len(text) <= _LENGTH and all(char in "0123456789abcdef" for char in text)


def _names(connection: sqlite3.Connection, prefix: str) -> list[str]:
    """The fingerprints that a prefix may stand for; as a range, which the index answers."""
    limits = (prefix, prefix + "g")
    query = "SELECT fingerprint FROM discrepancy WHERE fingerprint >= ? AND fingerprint < ?"
    names = {name for (name,) in connection.execute(query, limits)}
    if schema_version(connection) >= 2:
        query = "SELECT fingerprint FROM former_fingerprint WHERE former >= ? AND former < ?"
        names |= {name for (name,) in connection.execute(query, limits)}
    return sorted(names)


def history(database: str | os.PathLike[str], fingerprint: str) -> tuple[Event, ...]:
    """What became of a discrepancy, from its beginning."""
    query = (
        "SELECT fingerprint, at, actor, run_id, from_state, to_state, note FROM discrepancy_event "
        "WHERE fingerprint = ? ORDER BY id"
    )
    with reading(database) as connection:
        rows = [] if connection is None else connection.execute(query, (fingerprint,)).fetchall()
    return tuple(
        Event(name, from_text(at), actor, run_id, State(before) if before else None, State(after), note)
        for name, at, actor, run_id, before, after, note in rows
    )


@dataclass(frozen=True, slots=True)
class Decision:
    """What a curator does to a discrepancy."""

    after: State
    actor: str
    note: str
    at: datetime


def decide(
    database: str | os.PathLike[str], fingerprints: Sequence[str], decision: Decision, allowed: Collection[State]
) -> tuple[str, ...]:
    """Put discrepancies that are in one of the `allowed` states into another, all or none of them; which were changed.

    One that is in it already is left alone, unless `allowed` has that state too. Raises UsageError for another state.
    """
    changed = []
    with writing(database) as connection:
        for fingerprint in fingerprints:
            ((before,),) = connection.execute("SELECT state FROM discrepancy WHERE fingerprint = ?", (fingerprint,))
            if before in allowed:
                _change(connection, fingerprint, State(before), decision)
                changed.append(fingerprint)
            elif before != decision.after:
                raise UsageError(f"{fingerprint} is {before}: {_instead(State(before), decision.after)}")
    return tuple(changed)


def _instead(before: State, after: State) -> str:
    """What to do where a decision does not fit."""
    if before is State.RESOLVED:
        return "there is nothing left to decide; a run reopens it if it finds it again"
    if before is State.WAIVED:
        return "`canonid discrepancies reopen` ends the waiver first"
    return f"it cannot become {after.value}, because nobody has decided anything about it"


def _change(connection: sqlite3.Connection, fingerprint: str, before: State, decision: Decision) -> None:
    connection.execute("UPDATE discrepancy SET state = ? WHERE fingerprint = ?", (decision.after, fingerprint))
    connection.execute(
        upsert(connection, "discrepancy_event"),
        {
            "id": None,
            "fingerprint": fingerprint,
            "at": to_text(decision.at),
            "actor": decision.actor,
            "run_id": None,
            "from_state": before,
            "to_state": decision.after,
            "note": decision.note,
        },
    )


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that a finding rests on."""

    evidence: Evidence
    is_newer: bool
    """True if it was received anew since, and says something else than it did."""


def replies_of(database: str | os.PathLike[str], item: Discrepancy) -> tuple[Reply, ...]:
    """The replies that the last finding rests on, as far as the store still has them."""
    with reading(database) as connection:
        if connection is None:
            return ()
        query = "SELECT evidence FROM finding WHERE run_id = ? AND fingerprint = ?"
        named = connection.execute(query, (item.run_id, item.fingerprint)).fetchone()
        found = [_reply(connection, **name) for name in json.loads(named[0])] if named else []
    return tuple(reply for reply in found if reply is not None)


def _reply(connection: sqlite3.Connection, authority: str, question: str, sha256: str) -> Reply | None:
    row = connection.execute(
        "SELECT release, retrieved_at, url, payload, sources, sha256 <> ? FROM evidence "
        "WHERE authority = ? AND question = ?",
        (sha256, authority, question),
    ).fetchone()
    if row is None:
        return None
    release, retrieved_at, url, payload, sources, is_newer = row
    moment = from_text(retrieved_at)
    asked = parse_question(question)
    return Reply(Evidence(authority, asked, release, moment, url, payload, sources=sources), bool(is_newer))


def root_of(database: str | os.PathLike[str], run_id: str) -> str | None:
    """The corpus root of a run; None if it is not known."""
    with reading(database) as connection:
        if connection is None or schema_version(connection) < 2:
            return None
        found = connection.execute("SELECT root FROM run WHERE id = ?", (run_id,)).fetchone()
    return found[0] if found else None
