"""The little of Markdown that matters here: what is code, comment or quotation, tables, and plain text of a heading."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})([^\n]*)", re.MULTILINE)
_TICKS = re.compile(r"`+")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_QUOTE = re.compile(r"\n[ \t]*>[^\n]*")
_FIRST_QUOTE = re.compile(r"\ufeff?[ \t]*>[^\n]*")
_NOT_BREAK = re.compile(r"[^\n]")
_LONGEST_CODE = 2000
_DELIMITER = re.compile(r"\n[ \t]*[|:-][ \t|:-]*(?=\n|\Z)")
_PIPE = re.compile(r"(?<!\\)\|")
_LINK = re.compile(r"\[([^\[\]\n]{1,200})\]\([^()\n]{0,500}\)")
_WIKILINK = re.compile(r"\[\[(?:[^\[\]|\n]{0,200}\|)?([^\[\]|\n]{1,200})\]\]")


def without_code(text: str, start: int = 0) -> str:
    """`text` with fenced code, inline code and HTML comments from `start` on turned into blanks; offsets stay."""
    text = _blank(text, fences(text, start))
    text = _blank(text, _comments(text, start))
    return _blank(text, _inline_code(text, start))


def without_quotes(text: str, start: int = 0) -> str:
    """`text` with quoted lines (`>`) from `start` on turned into blanks; offsets stay."""
    first = _FIRST_QUOTE.match(text, start)
    spans = [first.span()] if first else []
    return _blank(text, spans + [match.span() for match in _QUOTE.finditer(text, start)])


def plain(text: str) -> str:
    """The text of a heading without emphasis, code ticks and link targets."""
    text = _WIKILINK.sub(r"\1", text)
    text = _LINK.sub(r"\1", text)
    return " ".join(text.replace("*", "").replace("`", "").split()).strip("_ ")


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    if not spans:
        return text
    parts: list[str] = []
    done = 0
    for start, end in spans:
        parts += text[done:start], _NOT_BREAK.sub(" ", text[start:end])
        done = end
    return "".join((*parts, text[done:]))


def fences(text: str, start: int) -> list[tuple[int, int]]:
    """The spans of fenced code blocks from `start` on, the last one to the end of the text if nothing closes it."""
    if "```" not in text and "~~~" not in text:
        return []
    spans: list[tuple[int, int]] = []
    opened: tuple[int, str] | None = None
    for match in _FENCE.finditer(text, start):
        fence, rest = match.groups()
        if opened is None:
            if fence[0] == "~" or "`" not in rest:
                opened = match.start(), fence
        elif fence.startswith(opened[1]) and not rest.strip():
            spans.append((opened[0], match.end()))
            opened = None
    return spans if opened is None else [*spans, (opened[0], len(text))]


def _comments(text: str, start: int) -> list[tuple[int, int]]:
    """HTML comments; an unclosed one counts only at the start of a line, and then to the end of the text."""
    spans: list[tuple[int, int]] = []
    while (start := text.find("<!--", start)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            line = text.rfind("\n", 0, start) + 1
            if not text[line:start].strip():
                spans.append((start, len(text)))
            break
        spans.append((start, end + 3))
        start = end + 3
    return spans


def _inline_code(text: str, start: int) -> list[tuple[int, int]]:
    """Runs of backticks, each closed by the next run of the same length in its paragraph."""
    if text.find("`", start) < 0:
        return []
    runs = [match.span() for match in _TICKS.finditer(text, start)]
    closing: dict[int, int] = {}
    nearest: dict[int, int] = {}
    for index in range(len(runs) - 1, -1, -1):
        length = runs[index][1] - runs[index][0]
        closing[index] = nearest.get(length, -1)
        nearest[length] = index
    spans, index = [], 0
    while index < len(runs):
        partner = closing[index]
        if partner < 0 or not _is_inline(text, runs[index][1], runs[partner][0]):
            index += 1
            continue
        spans.append((runs[index][0], runs[partner][1]))
        index = partner + 1
    return spans


def _is_inline(text: str, start: int, end: int) -> bool:
    """Whether backticks around this span can belong together: in one paragraph, and not pages apart."""
    return end - start <= _LONGEST_CODE and _BLANK_LINE.search(text, start, end) is None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table, trimmed, with the offset of its first character."""

    text: str
    start: int

    @property
    def plain(self) -> str:
        """The text without emphasis and links."""
        return plain(self.text)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the body; `rows` are those that were asked for, `height` is the number of all."""

    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    height: int


def read_tables(text: str, start: int, wanted: Callable[[str], bool]) -> Iterator[Table]:
    """The tables of `text` from `start` on, with the rows whose line is `wanted`, and a sole row in any case.

    Give it a text without code; most rows of most tables are of no interest, and splitting them takes time.
    """
    done = start
    for delimiter in _DELIMITER.finditer(text, start):
        if delimiter.start() < done or "-" not in delimiter.group() or "|" not in delimiter.group():
            continue
        header = max(text.rfind("\n", 0, delimiter.start()) + 1, start)
        lines: list[tuple[int, int]] = []
        done = delimiter.end() + 1
        while "|" in text[done : (end := _line_end(text, done))]:
            lines.append((done, end))
            done = end + 1
        rows = tuple(_cells(text, *line) for line in lines if len(lines) == 1 or wanted(text[line[0] : line[1]]))
        if rows:
            yield Table(_cells(text, header, delimiter.start()), rows, len(lines))


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _cells(text: str, start: int, end: int) -> tuple[Cell, ...]:
    cuts = [match.start() for match in _PIPE.finditer(text, start, end)]
    spans = list(zip([start, *(cut + 1 for cut in cuts)], [*cuts, end], strict=True))
    if cuts and not text[start : cuts[0]].strip():
        spans = spans[1:]
    if cuts and spans and not text[cuts[-1] + 1 : end].strip():
        spans = spans[:-1]
    return tuple(_cell(text, *span) for span in spans)


def _cell(text: str, start: int, end: int) -> Cell:
    written = text[start:end]
    stripped = written.strip()
    return Cell(stripped, start + len(written) - len(written.lstrip()))
