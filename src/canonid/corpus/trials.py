"""Trials that a page cites, and the status that its tables give them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from canonid.corpus.fields import TRIAL_FIELD, TRIAL_STATUS_FIELD
from canonid.corpus.markdown import Cell, Table
from canonid.corpus.source import Source
from canonid.identifiers import CLINICALTRIALS, Reference, read_identifier
from canonid.model import Claim, ClaimKind, Predicate

# The letters come first so that the search is for a fixed text; what may stand before them is checked afterwards.
_NCT = re.compile(r"NCT(?:[0-9]{5,12}|[ :_-][0-9]{8})(?![0-9A-Za-z])")
_LOWER_NCT = re.compile(r"nct[0-9]{5,12}(?![0-9A-Za-z])")
_STATUS = re.compile(
    r"(?:active[\s,;_–—-]{0,4}\(?not[\s_-]recruiting\)?|not[\s_-]yet[\s_-]recruiting|enrolling[\s_-]by[\s_-]invitation"
    r"|recruiting|completed|terminated|withdrawn|suspended|unknown[\s_-]status|(?-i:UNKNOWN))(?![\w-])",
    re.IGNORECASE,
)
# What may follow the status words in a status column: a remark, never another noun ("Completed enrolment").
_REMARK = re.compile(r"\s*(?:[^\w\s]|[0-9]|(?:as|since|per|until|in|on|from|by)\b|\Z)")
_EMPHASIS = "*_[~ "


def may_cite(text: str) -> bool:
    """Whether `text` may hold an NCT number; a quick look."""
    return "NCT" in text or "nct0" in text


def find_trials(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, str]]:
    """Offset and wording of every NCT number in `text`, malformed ones of 5 to 12 digits too."""
    stop = len(text) if end is None else end
    patterns = (_NCT, _LOWER_NCT) if text.find("nct0", start, stop) >= 0 else (_NCT,)
    for pattern in patterns:
        for match in pattern.finditer(text, start, stop):
            before = text[match.start() - 1 : match.start()]
            if not before.isalnum():
                yield match.start(), match.group()


def trial_claims(source: Source, subject: str, found: Iterable[tuple[int, str]], body: int) -> Iterator[Claim]:
    """One claim for each distinct trial among `found`, at its first place; the body begins at offset `body`."""
    seen: set[str] = set()
    for start, written in sorted(found):
        reference = read_identifier(CLINICALTRIALS, written).reference
        key = reference.identifier if reference else written
        if key in seen:
            continue
        seen.add(key)
        yield Claim(
            subject=subject,
            field=TRIAL_FIELD,
            kind=ClaimKind.TRIAL,
            prefix=CLINICALTRIALS,
            text=written,
            place=source.place(start),
            predicate=Predicate.RELATED,
            in_body=start >= body,
            start=start,
            end=start + len(written),
        )


def status_claims(source: Source, subject: str, tables: Iterable[Table]) -> Iterator[Claim]:
    """The statuses that tables give trials: one for each row that names one trial and has a status cell."""
    for table in tables:
        headings = [cell.plain.casefold() for cell in table.header]
        for row in table.rows:
            trial = _trial(row, headings)
            status = _status(row, headings) if trial else None
            if trial and status:
                yield _status_claim(source, subject, trial, status)


def _trial(row: tuple[Cell, ...], headings: list[str]) -> Reference | None:
    """The one trial that a row is about: the only one it names, or the only one in a column for trials."""
    named = [_trials_in(cell) for cell in row]
    every = set().union(*named)
    if len(every) != 1:
        columns = [trials for trials, heading in zip(named, headings, strict=False) if "nct" in heading]
        every = set().union(*columns)
    return every.pop() if len(every) == 1 else None


def _trials_in(cell: Cell) -> set[Reference]:
    readings = (read_identifier(CLINICALTRIALS, written) for _, written in find_trials(cell.text))
    return {reading.reference for reading in readings if reading.reference}


def _status(row: tuple[Cell, ...], headings: list[str]) -> tuple[int, str, str] | None:
    """Offset, status words and remark; from the status column if there is one, else from a cell that is a status."""
    for cell, heading in zip(row, headings, strict=False):
        if "status" in heading:
            return _read_status(cell, _REMARK)
    for cell in row:
        if status := _read_status(cell, None):
            return status
    return None


def _read_status(cell: Cell, remark: re.Pattern[str] | None) -> tuple[int, str, str] | None:
    lead = len(cell.text) - len(cell.text.lstrip(_EMPHASIS))
    match = _STATUS.match(cell.text, lead)
    if match is None:
        return None
    rest = cell.text[match.end() :].lstrip("*_~]")
    if remark is None and rest.strip() and not rest.lstrip().startswith("("):
        return None
    if remark is not None and not remark.match(rest):
        return None
    return cell.start + match.start(), match.group(), rest.strip(" *_")


def _status_claim(source: Source, subject: str, trial: Reference, status: tuple[int, str, str]) -> Claim:
    start, words, remark = status
    return Claim(
        subject=subject,
        field=TRIAL_STATUS_FIELD,
        kind=ClaimKind.TRIAL_STATUS,
        prefix=CLINICALTRIALS,
        text=words,
        place=source.place(start),
        predicate=Predicate.RELATED,
        comment=remark,
        in_body=True,
        start=start,
        end=start + len(words),
        trial=trial,
    )
