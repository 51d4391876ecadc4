"""The YAML block at the head of a page, read as text with exact positions.

Values are the scalars as written, never YAML's resolved ones (`ON` is not True, `0123` not 83). PyYAML's events are
used rather than its nodes: they need no recursion and expand no alias, so that no page can exhaust the reader.
This module loads PyYAML; `canonid.corpus` imports it only when there is a page to read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from canonid.corpus.fields import fold_key
from canonid.corpus.source import Source
from canonid.model import Problem


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value: its text without quotes, its span in the file, and the YAML comment behind it."""

    text: str
    start: int
    end: int
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One key with its values: none for an empty value or a nested mapping, several for a list."""

    key: str
    start: int
    values: tuple[Scalar, ...]
    below: tuple[tuple[str, int], ...] = ()
    """The keys of mappings inside the value, with their offsets; their values are not read."""
    is_alias: bool = False
    """Whether the value is a YAML alias, which is not followed."""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the block holds; the body of the page begins at `end`."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    end: int = 0


Wanted = Callable[[str], bool]
"""Tells by its key whether anybody will look at an entry's values; the others are read over."""

_OPENING = re.compile(r"\ufeff?(?P<blank>\s*\n)?---[ \t]*(?:\n|\Z)")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
_KEY_LINE = re.compile(r"""["']?[A-Za-z][\w .-]{0,60}["']?[ \t]*:(?:\s|\Z)""")
_TOP_KEY = re.compile(r"^" + _KEY_LINE.pattern, re.MULTILINE)
_UNCLOSED_END = re.compile(r"^[ \t]*\n|^#+ ", re.MULTILINE)
_COMMENT = re.compile(r"[ \t]+#[ \t]*([^\n]*)")
# A limit for what takes the parser a time that grows with the square of the depth; no real page comes near it.
_DEEPEST = 200
_MOST_PIECES = 1000
_HINTS = {
    "mapping values are not allowed in this context": "; put a value that contains ': ' in quotes",
    "found character that cannot start any token": "; put the value in quotes, and indent with blanks, not tabs",
}


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _BadYaml(Exception):
    """The block is not valid YAML: where and why."""

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


def read_front_matter(source: Source, wanted: Wanted = lambda _: True) -> FrontMatter:
    """The front matter of `source`; without one, an empty value whose body begins at the start.

    Whatever is wrong with the block becomes a problem, and the keys that can still be read are read.
    """
    text = source.text
    opening = _OPENING.match(text)
    if opening is None:
        return FrontMatter()
    start = opening.end()
    closing = _CLOSING.search(text, start)
    looks_like_keys = _KEY_LINE.match(text, start) is not None
    if not looks_like_keys and (closing is None or opening["blank"]):
        return FrontMatter()  # a thematic break, not front matter
    problems: list[Problem] = []
    if opening["blank"]:
        problems.append(source.problem(opening.end("blank"), "front matter must begin on the first line of the file"))
    if closing is None:
        end = stop = _unclosed_end(text, start)
        problems.append(source.problem(opening.end("blank"), "front matter is not closed: add a line ---"))
    else:
        stop, end = closing.span()
    entries, more = _read_block(source, start, stop, wanted)
    return FrontMatter(entries, (*problems, *more), end)


def _unclosed_end(text: str, start: int) -> int:
    match = _UNCLOSED_END.search(text, start)
    return match.start() if match else len(text)


def _read_block(source: Source, start: int, stop: int, wanted: Wanted) -> tuple[tuple[Entry, ...], list[Problem]]:
    block = source.text[start:stop]
    try:
        entries = tuple(_entries(block, start, wanted))
    except _BadYaml as error:
        hint = _HINTS.get(error.reason, "")
        problem = source.problem(start + error.offset, f"front matter is not valid YAML: {error.reason}{hint}")
        return tuple(_entries_by_piece(block, start, wanted)), [problem]
    return entries, _duplicates(source, entries)


def _duplicates(source: Source, entries: tuple[Entry, ...]) -> list[Problem]:
    seen: dict[str, str] = {}
    problems = []
    for entry in entries:
        if earlier := seen.get(fold_key(entry.key)):
            twice = "stands twice" if earlier == entry.key else f"says what {earlier} says"
            problems.append(source.problem(entry.start, f"key {entry.key} {twice}; keep one", entry.key))
        seen[fold_key(entry.key)] = entry.key
    return problems


def _entries_by_piece(block: str, base: int, wanted: Wanted) -> Iterator[Entry]:
    """The entries of an invalid block that are valid one by one, so that one bad line hides no claim."""
    starts = [match.start() for match in _TOP_KEY.finditer(block)][:_MOST_PIECES]
    for start, stop in pairwise([*starts, len(block)]):
        try:
            yield from list(_entries(block[start:stop], base + start, wanted))
        except _BadYaml:
            continue


def _entries(block: str, base: int, wanted: Wanted) -> Iterator[Entry]:
    """The entries of the top-level mapping of `block`, which begins at offset `base` of the file.

    Raises _BadYaml, with an offset in `block`.
    """
    events = _events(block)
    first = next(events, None)
    if first is None:
        return
    if not isinstance(first, MappingStartEvent):
        raise _BadYaml(_start(first), "it is not a list of keys with values")
    while not isinstance(key := next(events), MappingEndEvent):
        if not isinstance(key, ScalarEvent):
            _skip(events, key)
            _skip(events, next(events))
            continue
        value = next(events)
        values: list[Scalar] = []
        below: list[tuple[str, int]] = []
        if wanted(key.value) and not isinstance(value, MappingStartEvent):
            values = [_scalar(event, block, base, stop) for event, stop in _value_events(events, value)]
        else:
            below = [(event.value, base + _start(event)) for event in _keys_inside(events, value)]
        filled = tuple(scalar for scalar in values if scalar.text)
        yield Entry(key.value, base + _start(key), filled, tuple(below), isinstance(value, AliasEvent))
    next(events, None)  # an error behind the mapping is an error of the block


def _value_events(events: Iterator[Event], first: Event) -> Iterator[tuple[ScalarEvent, int]]:
    """The scalars of a value (itself, or the items of a list), each with the offset at which the value ends."""
    if isinstance(first, ScalarEvent):
        yield first, _end(first)
    elif isinstance(first, SequenceStartEvent):
        items = []
        while not isinstance(item := next(events), SequenceEndEvent):
            if isinstance(item, ScalarEvent):
                items.append(item)
            else:
                _skip(events, item)
        for event in items:
            yield event, _end(item)
    else:
        _skip(events, first)


def _keys_inside(events: Iterator[Event], first: Event) -> Iterator[ScalarEvent]:
    """Pass over the rest of the node that `first` begins; the keys of the mappings in it."""
    open_nodes: list[bool | None] = []  # for each collection that is open: is a key next? None for a list
    event = first
    while True:
        if isinstance(event, CollectionEndEvent):
            open_nodes.pop()
        else:
            is_key = bool(open_nodes) and open_nodes[-1] is True
            if is_key and isinstance(event, ScalarEvent):
                yield event
            if open_nodes and open_nodes[-1] is not None:
                open_nodes[-1] = not open_nodes[-1]
            if isinstance(event, CollectionStartEvent):
                open_nodes.append(True if isinstance(event, MappingStartEvent) else None)
        if not open_nodes:
            return
        event = next(events)


def _start(event: Event) -> int:
    return event.start_mark.index if event.start_mark else 0


def _end(event: Event) -> int:
    return event.end_mark.index if event.end_mark else 0


def _skip(events: Iterator[Event], first: Event) -> None:
    """Pass over the rest of the node that `first` begins."""
    depth = int(isinstance(first, CollectionStartEvent))
    while depth:
        event = next(events)
        depth += isinstance(event, CollectionStartEvent)
        depth -= isinstance(event, CollectionEndEvent)


def _scalar(event: ScalarEvent, block: str, base: int, stop: int) -> Scalar:
    start, end = _start(event), _end(event)
    comment = _COMMENT.match(block, end) or _COMMENT.match(block, stop)
    text: str = event.value
    if event.style in ("|", ">"):  # it ends behind the line break, or behind blank lines and comments
        end = start + len(block[start:end].rstrip())
    if block[start + 1 : end - 1] == text and block[start : start + 1] in ("'", '"'):
        start, end = start + 1, end - 1
    return Scalar(text, base + start, base + end, comment[1].strip() if comment else "")


def _events(block: str) -> Iterator[Event]:
    """The events of `block` from the root node on; raises _BadYaml where strict readers would fail."""
    if (deep := _too_deep(block)) is not None:
        raise _BadYaml(deep, "brackets are nested too deeply")
    try:
        yield from _parsed(block)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _BadYaml(mark.index if mark else 0, error.problem or error.context or "it cannot be read") from error
    except yaml.YAMLError as error:
        raise _BadYaml(_unreadable(block), "a control character is not allowed") from error


def _parsed(block: str) -> Iterator[Event]:
    loader = _Loader(block)
    try:
        yield from _checked(loader.get_event)
    finally:
        loader.dispose()


def _checked(next_event: Callable[[], Event]) -> Iterator[Event]:
    """The events of the one document, with complaints about what the parser alone lets pass."""
    anchors: set[str] = set()
    documents = 0
    while not isinstance(event := next_event(), StreamEndEvent):
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _BadYaml(_start(event), "there is a second document in it")
        elif isinstance(event, AliasEvent) and event.anchor not in anchors:
            raise _BadYaml(_start(event), f"*{event.anchor} refers to nothing; put the value in quotes")
        elif not isinstance(event, StreamStartEvent | DocumentEndEvent):
            if isinstance(event, NodeEvent) and event.anchor:
                anchors.add(event.anchor)
            yield event


def _unreadable(block: str) -> int:
    match = re.search(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", block)
    return match.start() if match else 0


def _too_deep(block: str) -> int | None:
    """Where brackets are open more than `_DEEPEST` deep (quotes not looked at), None if nowhere."""
    if block.count("[") + block.count("{") <= _DEEPEST:
        return None
    depth = 0
    for match in re.finditer(r"[\[{\]}]", block):
        depth = depth + 1 if match.group() in "[{" else max(depth - 1, 0)
        if depth > _DEEPEST:
            return match.start()
    return None
