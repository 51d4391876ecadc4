"""The CSV exports: the vocabulary (CC0), drug links and structure links, read by the names of their columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from canonid.authorities.drugbank.entry import ACCESSION, SPACES, Entry, Located, one_line, refusal, secondaries, tidy

_LONGEST_LINE = 1024 * 1024
_HEADER_WITHIN = 5  # spreadsheet programs put a line of their own ("Column1;Column2") before the header

_TEXTS = {
    "Common name": "name",
    "Name": "name",
    "CAS": "cas",
    "CAS Number": "cas",
    "UNII": "unii",
    "Standard InChI Key": "inchikey",
    "InChIKey": "inchikey",
    "Formula": "formula",
}
_TYPES = {"SmallMoleculeDrug": "small molecule", "BiotechDrug": "biotech"}


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands, what separates its cells, and which export has such columns."""

    format: str
    line: int
    delimiter: str
    columns: tuple[str, ...]


def find_header(head: bytes) -> Header | None:
    """The header among the first lines of a file, found by its first cell, `DrugBank ID`."""
    lines = head.removeprefix(b"\xef\xbb\xbf").splitlines()[:_HEADER_WITHIN]
    for number, raw in enumerate(lines, start=1):
        line = raw.decode("utf-8", errors="replace")
        if match := re.match(r'"?DrugBank ID"?([,;\t])', line):
            columns = tuple(one_line(cell) for cell in next(csv.reader([line], delimiter=match[1])))
            return Header(_format_of(columns), number, match[1], columns)
    return None


def _format_of(columns: tuple[str, ...]) -> str:
    if "Accession Numbers" in columns:
        return "vocabulary"
    return "structure links" if {"InChIKey", "SMILES"} & set(columns) else "drug links"


def read_table(path: Path, stream: IO[bytes]) -> Iterator[Located]:
    """The entries of a CSV export, in its order.

    Raises ExportError with the line for a row of another width, bad quoting, an accession that is none, text that is
    not UTF-8, or a line longer than any that DrugBank writes.
    """
    lines = _Lines(path, stream)
    first = list(islice(lines, _HEADER_WITHIN))
    header = find_header("".join(first).encode())
    if header is None:
        raise refusal(path, "no header line starting with `DrugBank ID`; supply the export as DrugBank wrote it", 1)
    rows = csv.reader(_rest(first[header.line :], lines), delimiter=header.delimiter, strict=True)
    try:
        for row in rows:
            line = header.line + rows.line_num
            if any(row):
                yield Located(_read_row(path, header, row, line), line, lines.done)
    except csv.Error as error:
        raise refusal(path, f"not valid CSV ({error}); is the file truncated?", header.line + rows.line_num) from error


def _rest(first: list[str], lines: Iterable[str]) -> Iterator[str]:
    yield from first
    yield from lines


class _Lines:
    """The lines of a UTF-8 file, each decoded alone, so that an error names its line and no line exhausts memory."""

    def __init__(self, path: Path, stream: IO[bytes]) -> None:
        self.done = 0
        self._path = path
        self._stream = stream
        self._number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self._stream.readline(_LONGEST_LINE)
        if not raw:
            raise StopIteration
        self._number += 1
        self.done += len(raw)
        if len(raw) == _LONGEST_LINE:
            raise refusal(self._path, f"a line longer than {_LONGEST_LINE:,} bytes: not a DrugBank CSV", self._number)
        if not raw.endswith(b"\n"):
            reason = (
                "the file ends in the middle of a line, as when a download breaks off; download it again (if you wrote "
                "it yourself, end its last line with a line break)"
            )
            raise refusal(self._path, reason, self._number)
        try:
            return raw.decode()  # `find_header` leaves out the byte order mark
        except UnicodeDecodeError as error:
            raise refusal(
                self._path, f"not UTF-8 (byte {raw[error.start]:#04x}); save it as CSV UTF-8", self._number
            ) from error


def _read_row(path: Path, header: Header, row: list[str], line: int) -> Entry:
    if len(row) != len(header.columns):
        raise refusal(
            path, f"{len(row)} cells where the header has {len(header.columns)}; is the file truncated?", line
        )
    cells = {column: text for column, cell in zip(header.columns, row, strict=True) if (text := one_line(cell))}
    accession = cells.get("DrugBank ID", "")
    if not ACCESSION.fullmatch(accession):
        raise refusal(path, f"{accession!r} is not a DrugBank accession such as DB00026", line)
    fields: dict[str, object] = {"id": accession}
    fields.update((_TEXTS[column], text) for column, text in cells.items() if column in _TEXTS)
    fields.update(_lists(cells, accession))
    return tidy(fields)


def _lists(cells: Mapping[str, str], accession: str) -> dict[str, object]:
    """The fields that are not one text: lists, the type, and the pointers to other spaces."""
    kind = cells.get("Drug Type", "")
    return {
        "secondary": secondaries(cells.get("Accession Numbers", "").split("|"), accession),
        "synonyms": _split(cells.get("Synonyms", ""), " | "),
        "groups": _split(cells.get("Drug Groups", ""), ";"),
        "type": _TYPES.get(kind, kind),
        "xrefs": {SPACES[column]: _split(text, ";") for column, text in cells.items() if column in SPACES},
    }


def _split(text: str, separator: str) -> list[str]:
    return [part for piece in text.split(separator) if (part := piece.strip())]
