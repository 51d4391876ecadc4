"""What the pages came to in a run, kept in a file for the next run that rests on the very same.

A cache and no record: it holds what would be worked out again from pages and evidence, and whoever deletes it loses
time only. It names the replies that it rests on by question and mark, and is worth nothing as soon as the store has
others. Their payloads stay in the store, and are put back in when it is read.

The file is a hash of the rest, the basis, and two pickles, which are read several times as fast as JSON. They may only
name canonid's own values, so that reading a file that was tampered with runs no foreign code.
"""

from __future__ import annotations

import hashlib
import io
import pickle
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from canonid import model
from canonid.atomic import write_whole
from canonid.identifiers import Reference
from canonid.model import Asked, Evidence, Page, Question, Report
from canonid.waiver import LineWaiver

Mark = tuple[str, str | None, str, str | None, datetime | None]
"""What a reply is known by: the hash of its payload, release, address, sources, and when it came if that counts."""
_HASH = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class Judgement:
    """The pages of a run, and its report before waivers and states are put on it."""

    until: datetime
    """From then on, a reply is too old to be used without asking again."""
    pages: tuple[Page, ...]
    report: Report


def mark_of(reply: Evidence, *, is_dated: bool) -> Mark:
    """What `reply` is known by: all that a report may say of it."""
    return reply.sha256, reply.release, reply.url, reply.sources, reply.retrieved_at if is_dated else None


def save_judgement(
    file: Path, basis: bytes, judgement: Judgement, replies: Iterable[tuple[Asked, Mark | None]]
) -> None:
    """Keep `judgement`, which follows from `basis` and `replies`: the mark of each, None where there was none.

    A disk that is full or read-only loses nothing but the time that it would have saved.
    """
    body = io.BytesIO()
    for part in (tuple(replies), judgement):
        writer = pickle.Pickler(body)
        writer.dispatch_table = _TAKERS
        writer.dump(part)
    rest = basis + body.getvalue()
    with suppress(OSError):
        write_whole(file, (hashlib.sha256(rest).digest(), rest))


def load_judgement(
    file: Path, basis: bytes, stored: Callable[[Iterable[Asked]], Mapping[Asked, Evidence]]
) -> Judgement | None:
    """The judgement that was kept, if it follows from `basis` and from what is `stored`; None if there is no such."""
    try:
        with file.open("rb") as content:
            digest, its_basis = content.read(_HASH), content.read(len(basis))
            body = content.read() if its_basis == basis else b""  # of another run, it may be large
    except OSError:
        return None
    if hashlib.sha256(its_basis + body).digest() != digest:
        return None
    try:
        return _read(io.BytesIO(body), stored)
    except Exception:  # noqa: BLE001 - a pickle that somebody made up may raise anything
        return None


def _read(body: io.BytesIO, stored: Callable[[Iterable[Asked]], Mapping[Asked, Evidence]]) -> Judgement | None:
    replies: tuple[tuple[Asked, Mark | None], ...] = _Reader(body).load()
    found = stored(asked for asked, _ in replies)
    if not all(_has(found.get(asked), mark) for asked, mark in replies):
        return None
    judgement = _Reader(body, found).load()
    return judgement if isinstance(judgement, Judgement) else None


def _has(reply: Evidence | None, mark: Mark | None) -> bool:
    """Whether `reply` is the one that `mark` was taken of."""
    if reply is None or mark is None:
        return reply is None and mark is None
    return mark_of(reply, is_dated=mark[-1] is not None) == mark


def _reply(authority: str, question: Question, retrieved_at: datetime, stale: bool) -> Evidence:
    """What stands in the file for a reply; `_Reader` takes it from the store."""
    raise NotImplementedError


_Parts = tuple[Callable[..., object], tuple[object, ...]]


def _mention(reply: Evidence) -> _Parts:
    return _reply, (reply.authority, reply.question, reply.retrieved_at, reply.stale)


def _taker(kind: type) -> Callable[[Any], _Parts]:
    """Takes a value apart into its class and its fields: the standard way takes thrice as long for one with slots."""
    names = [field.name for field in fields(kind)]
    return lambda value: (kind, tuple(getattr(value, name) for name in names))


_VALUES = (
    *(value for name in model.__all__ if isinstance(value := getattr(model, name), type)),
    *(Judgement, LineWaiver, Reference, date, datetime, timedelta, timezone),
)
_BY_NAME = {(value.__module__, value.__qualname__): value for value in _VALUES}
_TAKERS = {value: _taker(value) for value in _VALUES if is_dataclass(value)} | {Evidence: _mention}


class _Reader(pickle.Unpickler):
    """Makes values of the classes that a judgement consists of, and of no others."""

    def __init__(self, file: io.BytesIO, found: Mapping[Asked, Evidence] | None = None) -> None:
        super().__init__(file)
        self._found = found or {}

    def find_class(self, module: str, name: str) -> Any:
        """What a pickle may name; KeyError for anything else."""
        return self._reply if (module, name) == (__name__, _reply.__name__) else _BY_NAME[module, name]

    def _reply(self, authority: str, question: Question, retrieved_at: datetime, stale: bool) -> Evidence:
        reply = self._found[authority, question]
        if reply.retrieved_at == retrieved_at and not stale:
            return reply
        return replace(reply, retrieved_at=retrieved_at, stale=stale)
