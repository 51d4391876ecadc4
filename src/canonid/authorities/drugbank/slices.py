"""The full database on several processes: cut at top-level drugs, each piece parsed alone.

The cuts are guesses (`<drug type=` in the bytes), and the parser proves them: a piece between the root's tags is
well-formed only if it starts and ends directly below the root, so if all pieces are, their drugs are the drugs of the
whole. If any is not, ExportError is raised and the caller reads the file as one stream, which knows the line.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from itertools import islice, pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from canonid.authorities.drugbank.entry import Entry, Located, refusal
from canonid.authorities.drugbank.xml import LARGEST_DRUG, DrugReader, read_at_once, read_drugs, read_root
from canonid.errors import ExportError

if TYPE_CHECKING:
    from canonid.authorities.drugbank.exports import Export  # a worker needs neither zipfile nor csv

SLICE = 1024 * 1024
"""Bytes that a process parses at once: a dozen drugs, about 5 MB as a tree."""

_AT_ONCE = SLICE + SLICE // 2
"""Bytes of a piece that is parsed as a whole, half again as fast as a stream; nothing but tags take 65 MB as a tree."""

_HEAD = 64 * 1024
_WINDOW = 64 * 1024
_START = b"<drug type="
_END = b"</drugbank>"
_ENCODING = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']*)""")
_ROOT = re.compile(rb"""<drugbank(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*>""")


class Slice(NamedTuple):
    """A piece of a file and what is needed to parse it alone."""

    path: Path
    root: bytes
    namespace: str
    start: int
    end: int


def read_slices(export: Export, workers: int) -> Generator[Located]:
    """The entries of an unpacked full database in its order, read by `workers` processes.

    Raises ExportError, possibly after part of the entries, if the file cannot be read in this way.
    """
    pending: deque[tuple[int, Future[list[Entry]]]] = deque()
    slices = iter(plan_slices(export.path))
    # Spawned, not forked: a fork would copy the locks of the threads that ask the other authorities.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        try:
            for piece in islice(slices, 2 * workers):
                pending.append((piece.end, pool.submit(read_slice, piece)))
            while pending:
                done, future = pending.popleft()
                entries = future.result()
                for piece in islice(slices, 1):
                    pending.append((piece.end, pool.submit(read_slice, piece)))
                yield from (Located(entry, 0, done) for entry in entries)
        except BrokenExecutor as error:
            raise refusal(export.path, "a process that read a part of it ended early") from error
        finally:
            pool.shutdown(cancel_futures=True)  # if the reader stops early


def plan_slices(path: Path) -> list[Slice]:
    """Where to cut the file.

    Raises ExportError if it is packed, not UTF-8, or not in the shape that DrugBank writes.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
        root = read_root(path, head)
        tag = _ROOT.search(head)
        size = file.seek(0, 2)
        end = _find_last(file, size)
        if tag is None or end < 0 or not _is_utf8(head):
            raise refusal(path, "cannot be cut at its drugs")
        cuts = [tag.end(), *_cuts(file, tag.end(), end), end]
    if max(stop - start for start, stop in pairwise(cuts)) > SLICE + LARGEST_DRUG:
        raise refusal(path, "cannot be cut at its drugs")
    return [Slice(path, tag.group(), root.namespace, start, stop) for start, stop in pairwise(cuts)]


def _is_utf8(head: bytes) -> bool:
    declared = _ENCODING.match(head)
    return declared is None or declared[1].upper() == b"UTF-8"


def _find_last(file: IO[bytes], size: int) -> int:
    """Where the root's end tag stands, with nothing but white space behind it; -1 if it does not."""
    start = file.seek(max(0, size - _WINDOW))
    tail = file.read().rstrip()
    return start + len(tail) - len(_END) if tail.endswith(_END) else -1


def _cuts(file: IO[bytes], start: int, end: int) -> Iterator[int]:
    """The first start of a top-level drug (it has a type, nested ones have not) in every `SLICE` bytes."""
    position = start + SLICE
    while position < end:
        file.seek(position)
        window = file.read(min(_WINDOW, end - position))
        found = window.find(_START)
        if found >= 0:
            yield position + found
            position += found + SLICE
        else:
            # The next window overlaps, so that a start tag across the border is not missed.
            position += max(1, len(window) - len(_START))


def read_slice(piece: Slice) -> list[Entry]:
    """The entries of one piece; runs in a process of its own.

    Raises ExportError if the piece is not well-formed between the root's tags.
    """
    read = DrugReader(piece.path, piece.namespace)
    try:
        if piece.end - piece.start <= _AT_ONCE:
            return read_at_once(read, b"".join(_chunks(piece)))
        return [entry for entry, _, _ in read_drugs(read, _chunks(piece))]
    except ExportError as error:
        raise refusal(piece.path, f"cannot be cut at its drugs ({error})") from error


def _chunks(piece: Slice) -> Iterator[bytes]:
    """The piece between the tags of the root."""
    yield piece.root
    with piece.path.open("rb") as file:
        file.seek(piece.start)
        for start in range(piece.start, piece.end, _WINDOW):
            yield file.read(min(_WINDOW, piece.end - start))
    yield _END
