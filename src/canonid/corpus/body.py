"""Identifiers in the body of a page: identity lists, lines of labels, and identity tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from canonid.corpus.fields import LABEL_PATTERN, label_field
from canonid.corpus.markdown import Cell, Table, plain
from canonid.model import GAP
from canonid.names import name_key


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label of the body with what stands behind it, up to the end of the line, segment or cell."""

    field: str
    start: int
    """Offset of the value's text."""
    text: str


_BULLET = r"[ \t]*(?:[-*+•][ \t]+|[0-9]{1,3}[.)][ \t]+)?"
_EMPHASIS = r"[*_]{0,3}"
_LABEL = rf"{_EMPHASIS}(?P<label>{LABEL_PATTERN})[ \t]{{0,3}}{_EMPHASIS}[ \t]{{0,3}}:"
# Each begins with a fixed character, so that the search passes quickly over what cannot match.
_AT_LINE = re.compile(rf"\n(?P<bullet>{_BULLET}){_LABEL}", re.IGNORECASE)
_AT_START = re.compile(rf"\ufeff?(?P<bullet>{_BULLET}){_LABEL}", re.IGNORECASE)
_AFTER_DOT = re.compile(rf"·[ \t]{{1,3}}{_LABEL}", re.IGNORECASE)
_QUICK = re.compile(rf"\n[ \t|*_+•-]{{0,20}}(?:[0-9]{{1,3}}[.)][ \t]+{_EMPHASIS})?{LABEL_PATTERN}", re.IGNORECASE)
_ROW = re.compile(rf"[ \t]*\|?[ \t]*{_EMPHASIS}{LABEL_PATTERN}", re.IGNORECASE)
_TABLE_LABEL = re.compile(rf"{LABEL_PATTERN}:?", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t]*")
_NEXT_SEGMENT = re.compile(r"[ \t]·[ \t]")
_BULLET_LINE = re.compile(r"[ \t]*(?:[-*+•]|[0-9]{1,3}[.)])[ \t]+(.*)")
_IDENTITY_PARENT = re.compile(
    r"\b(?:identifiers?|identity|ids|databases?|registr|cross-?ref|external|canonical)", re.IGNORECASE
)
# Sections about something else than the subject, unless they are about its identifiers.
_OTHER_SUBSTANCE = re.compile(
    r"\b(?:alternatives?|analog(?:ue)?s?|combin\w+|compar\w+|competitors?|derivatives?|enantiomers?|impurit\w+"
    r"|isomers?|metabolites?|parent|partners?|precursors?|prodrugs?|related|salts?|similar|versus|vs)\b|^\[\[[^\]]*\]\]$",
    re.IGNORECASE,
)
_SECTION = re.compile(r"^(#{1,6})[ \t]+([^\n]*)", re.MULTILINE)
_GENERIC_HEADINGS = frozenset(
    "accession code content data detail details description entry id identifier identifiers ids info information number"
    " result value values".split()
)
_GAP = re.compile(GAP + r"(?![\w/-])")


def is_labelled_row(line: str) -> bool:
    """Whether a line of a table may begin with a label."""
    return _ROW.match(line) is not None


def has_labels(text: str, start: int) -> bool:
    """Whether the body may hold a label at all; a quick look before the careful one."""
    begin = max(start - 1, 0)
    found = _QUICK.search(text, begin) or _AFTER_DOT.search(text, begin) or _AT_START.match(text, start)
    return found is not None


def find_gaps(text: str, start: int = 0) -> list[int]:
    """Offsets of the tags that say that an identifier is missing."""
    return [
        match.start()
        for match in _GAP.finditer(text, start)
        if not (match.start() and (text[match.start() - 1].isalnum() or text[match.start() - 1] in "`/"))
    ]


def own_labels(text: str, start: int, tables: Sequence[Table], names: Iterable[str]) -> Iterator[Labelled]:
    """Labels of the body, those of lists and lines first, without those of sections about other substances.

    A table in such a section may still have a column for the subject.
    """
    names = tuple(names)
    foreign = tuple(_foreign_sections(text, start))
    yield from (label for label in find_labels(text, start, names) if not _is_in(foreign, label.start))
    keys = _keys(names)
    mine = [table for table in tables if not _is_in(foreign, table.header[0].start) or _names_subject(table, keys)]
    yield from table_labels(mine, names)


def _is_in(sections: Sequence[tuple[int, int]], offset: int) -> bool:
    return any(begin <= offset < end for begin, end in sections)


def _names_subject(table: Table, keys: frozenset[str]) -> bool:
    return any(name_key(cell.plain) in keys for cell in table.header[1:])


def _foreign_sections(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Where sections begin and end that are about a metabolite, a comparator or another page's subject."""
    headings = [(match.start(), len(match[1]), match[2].strip()) for match in _SECTION.finditer(text, start)]
    for index, (begin, level, heading) in enumerate(headings):
        if level > 1 and _OTHER_SUBSTANCE.search(heading) and not _IDENTITY_PARENT.search(heading):
            later = (offset for offset, other, _ in headings[index + 1 :] if other <= level)
            yield begin, next(later, len(text))


def find_labels(text: str, start: int, names: Iterable[str]) -> Iterator[Labelled]:
    """Labels in lists and lines of the body, in order; `names` are those of the subject."""
    keys = _keys(names)
    lines = (match for match in _line_labels(text, start) if not _is_code(text, match))
    matches = [match for match in lines if not _belongs_to_another(text, match, keys)]
    matches += _AFTER_DOT.finditer(text, start)
    end, is_list = -1, True
    for match in sorted(matches, key=lambda match: match.start()):
        if match.end() > end:
            is_list = not text.startswith(("|", "[^"), _line_start(text, match.start("label")))
            end = text.find("\n", match.end())
            end = len(text) if end < 0 else end
        if is_list:  # not a table or a footnote, which have dots too
            segment = _NEXT_SEGMENT.search(text, match.end(), end)
            stop = segment.start() if segment else end
            yield Labelled(label_field(match["label"]), match.end(), text[match.end() : stop])


def _line_labels(text: str, start: int) -> Iterator[re.Match[str]]:
    if start == 0 and (first := _AT_START.match(text)):
        yield first
    yield from _AT_LINE.finditer(text, max(start - 1, 0))


def _line_start(text: str, offset: int) -> int:
    """The offset of the first character of a line that is not a blank."""
    line = text.rfind("\n", 0, offset) + 1
    blanks = _BLANKS.match(text, line)
    return blanks.end() if blanks else line


def _belongs_to_another(text: str, match: re.Match[str], keys: frozenset[str]) -> bool:
    """True for an item of a nested list whose parent names something else than the subject or its identifiers."""
    indent = len(match["bullet"]) - len(match["bullet"].lstrip())
    if not indent or not match["bullet"].strip():
        return False
    parent = _parent(text, match.start(), indent)
    if parent is None or _IDENTITY_PARENT.search(parent):
        return False
    return name_key(plain(re.split(r"[:(—]", parent, maxsplit=1)[0])) not in keys


def _is_code(text: str, match: re.Match[str]) -> bool:
    """True for a line that is indented by four, is no item itself and belongs to none."""
    blanks = match["bullet"].expandtabs(4)
    return not blanks.strip() and len(blanks) >= 4 and _parent(text, match.start(), len(blanks)) is None


def _parent(text: str, end: int, indent: int) -> str | None:
    """The nearest list item above that is indented less; looked for in the lines next above only."""
    for _ in range(40):
        start = text.rfind("\n", 0, end) + 1
        line = text[start:end]
        item = _BULLET_LINE.match(line)
        if item is None and line.strip() and not line[0].isspace():
            return None
        if item is not None and len(line) - len(line.lstrip()) < indent:
            return item[1]
        if not start:
            return None
        end = start - 1
    return None


def table_labels(tables: Sequence[Table], names: Iterable[str]) -> Iterator[Labelled]:
    """Labels in tables that describe the subject, whether they stand in the first column or in the header."""
    keys = _keys(names)
    for table in tables:
        yield from _by_row(table, keys)
        yield from _by_column(table)


def _by_row(table: Table, keys: frozenset[str]) -> Iterator[Labelled]:
    column = _value_column(table.header, keys)
    rows = table.rows
    if _label(table.header[:1]) and len(table.header) > 1 and not _label(table.header[1:2]):
        rows, column = (table.header, *rows), 1  # a table without a header of its own
    if not column:
        return
    for row in rows:
        field = _label(row[:1])
        if field and len(row) > column:
            yield Labelled(field, row[column].start, row[column].text)


def _value_column(header: tuple[Cell, ...], keys: frozenset[str]) -> int:
    """The column with the subject's values: one that names it, or the second if its heading says nothing; else 0."""
    for index, cell in enumerate(header[1:], 1):
        if name_key(cell.plain) in keys:
            return index
    if len(header) > 1 and (not header[1].plain or header[1].plain.casefold().split()[0] in _GENERIC_HEADINGS):
        return 1
    return 0


def _by_column(table: Table) -> Iterator[Labelled]:
    """The labels of a header over one single row, which is the subject's; several rows are several subjects."""
    if table.height != 1 or _label(table.header[:1]) is None or _label(table.header[1:2]) is None:
        return
    for heading, cell in zip(table.header, table.rows[0], strict=False):
        field = _label((heading,))
        if field:
            yield Labelled(field, cell.start, cell.text)


def _label(cells: tuple[Cell, ...]) -> str | None:
    if not cells:
        return None
    text = cells[0].plain
    return label_field(text) if _TABLE_LABEL.fullmatch(text) else None


def _keys(names: Iterable[str]) -> frozenset[str]:
    return frozenset(key for key in map(name_key, names) if key)
