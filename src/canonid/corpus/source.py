"""The text of one file, with places for its offsets."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from canonid.model import Place, Problem

_BREAK = re.compile("\n")


class Source:
    """A decoded file.

    `text` has the file's own length and offsets, with CRLF read as blank and LF and a lone CR read as LF, so that
    nothing else need know about line ends and a fix can still replace a span of the file.
    """

    __slots__ = ("_breaks", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text.replace("\r\n", " \n").replace("\r", "\n") if "\r" in text else text
        self._breaks: list[int] | None = None

    def place(self, offset: int) -> Place:
        """The line and column of `offset`; a byte order mark takes no column."""
        if self._breaks is None:
            self._breaks = [match.start() for match in _BREAK.finditer(self.text)]
        line = bisect_right(self._breaks, offset - 1)
        before = self._breaks[line - 1] if line else -1
        if line == 0 and self.text.startswith("\ufeff"):
            before = 0
        return Place(self.path, line + 1, max(offset - before, 1))

    def line(self, offset: int) -> str:
        """The line on which `offset` lies, without its break."""
        end = self.text.find("\n", offset)
        return self.text[self.text.rfind("\n", 0, offset) + 1 : len(self.text) if end < 0 else end].rstrip()

    def problem(self, offset: int, message: str, field: str = "") -> Problem:
        """A defect at `offset`."""
        return Problem(self.place(offset), message, field)


class Text(NamedTuple):
    """A file as it was read; `problem` says why it could not be, and then `source` is empty."""

    source: Source
    problem: Problem | None = None
