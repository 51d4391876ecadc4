"""Tables (CSV, TSV) as a corpus: one row a subject, claims in columns named like the keys of a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from canonid.corpus.counts import is_count
from canonid.corpus.fields import Fields, FieldSpec, Role, fold_key
from canonid.corpus.source import Source
from canonid.corpus.trials import find_trials, trial_claims
from canonid.corpus.values import Value, read_scalar, trimmed
from canonid.corpus.wiki import SubjectParts, field_claim, slug_words
from canonid.errors import CorpusError
from canonid.model import Claim, ClaimKind, Page, Problem

DELIMITERS = {".csv": ",", ".tsv": "\t"}
"""The endings of files that are read as tables, with what stands between their cells."""
_ENDS = {delimiter: re.compile(f"[{delimiter}\n]") for delimiter in DELIMITERS.values()}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text without quotes and outer blanks, and its span in the file."""

    text: str
    start: int
    end: int
    is_closed: bool = True
    """False for a quoted cell whose closing quote is missing."""


def read_table(source: Source, delimiter: str, fields: Fields) -> Iterator[Page]:
    """One page for each row; raises CorpusError without a `subject` column."""
    rows = read_cells(source.text, delimiter)
    header = next(rows, [])
    columns = [fold_key(cell.text) for cell in header]
    if "subject" not in columns:
        place = source.place(0)
        raise CorpusError(
            f"{place.path}:{place.line}: no column named subject in the header; "
            "name the column with one identifier (slug) a row 'subject'"
            + (", and put commas between the cells" if delimiter == "," and ";" in source.text[:2000] else "")
        )
    for row in rows:
        if any(cell.text for cell in row):
            yield _page(source, columns, row, fields)


def read_cells(text: str, delimiter: str) -> Iterator[list[Cell]]:
    """The rows of a CSV text as RFC 4180 has them, with the position of every cell."""
    position = 1 if text.startswith("\ufeff") else 0
    row: list[Cell] = []
    while position < len(text):
        cell, position = _cell(text, position, delimiter)
        row.append(cell)
        if position >= len(text) or text[position] == "\n":
            yield row
            row = []
        elif position == len(text) - 1:
            row.append(Cell("", len(text), len(text)))
            yield row
        position += 1


def _cell(text: str, position: int, delimiter: str) -> tuple[Cell, int]:
    """The cell at `position`, and where its delimiter, line end or the end of the text is."""
    start = position
    while text[start : start + 1] == " ":
        start += 1
    if text[start : start + 1] != '"':
        end = _unquoted_end(text, position, delimiter)
        return _trimmed(text, position, end), end
    close = start + 1
    while (close := text.find('"', close)) >= 0 and text[close + 1 : close + 2] == '"':
        close += 2
    if close < 0:
        return Cell(text[start + 1 :].strip(), start + 1, len(text), is_closed=False), len(text)
    end = _unquoted_end(text, close + 1, delimiter)
    inner = _trimmed(text, start + 1, close)
    rest = text[close + 1 : end].strip()
    return Cell(inner.text.replace('""', '"') + rest, inner.start, end if rest else inner.end), end


def _unquoted_end(text: str, position: int, delimiter: str) -> int:
    match = _ENDS[delimiter].search(text, position)
    return match.start() if match else len(text)


def _trimmed(text: str, start: int, end: int) -> Cell:
    written = text[start:end]
    stripped = written.strip()
    start += len(written) - len(written.lstrip())
    return Cell(stripped, start, start + len(stripped))


def _page(source: Source, columns: list[str], row: list[Cell], fields: Fields) -> Page:
    slug = next((cell.text for column, cell in zip(columns, row, strict=False) if column == "subject"), "")
    problems = list(_problems(source, columns, row, slug))
    parts = SubjectParts()
    claims: list[Claim] = []
    for column, cell in zip(columns, row, strict=False):
        role, spec = fields.role(column), fields.spec(column)
        if role is not None:
            for text in cell.text.split("|") if role is Role.ALIASES else [cell.text]:
                parts.add(role, text)
        elif spec is not None:
            claims += _claims(source, slug, column, spec, cell)
    return Page(source.path, parts.subject(slug, parts.title or slug_words(slug)), tuple(claims), tuple(problems))


def _problems(source: Source, columns: list[str], row: list[Cell], slug: str) -> Iterator[Problem]:
    if not slug:
        yield source.problem(row[0].start, "row without a subject; give it one", "subject")
    if len(row) > len(columns):
        message = f"row has {len(row)} cells, the header has {len(columns)}; quote a cell that holds the delimiter"
        yield source.problem(row[len(columns)].start, message)
    for cell in row:
        if not cell.is_closed:
            yield source.problem(cell.start - 1, "quoted cell is never closed; add the quote")


def _claims(source: Source, slug: str, column: str, spec: FieldSpec, cell: Cell) -> Iterator[Claim]:
    value = read_scalar(cell.text)
    if value is None or (spec.kind is ClaimKind.COUNT and not is_count(value)):
        return
    if spec.kind is ClaimKind.IDENTIFIER:
        value = trimmed(value)
    if spec.kind is ClaimKind.TRIAL:
        found = [(cell.start + start, written) for start, written in find_trials(cell.text)]
        yield from trial_claims(source, slug, found, len(source.text))
        if found or value.text is None:
            return
    span = (cell.start + value.start, cell.start + value.end)
    if cell.end - cell.start != len(cell.text):
        span = (cell.start, cell.end)
    yield field_claim(source, slug, column, spec, Value(value.text, 0, 0, value.comment), span)
