"""Trials that a page cites, those that it lists as its own, and the status that its tables and sentences give them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Set

from canonid.corpus.fields import TRIAL_FIELD, TRIAL_STATUS_FIELD
from canonid.corpus.markdown import Cell, Table
from canonid.corpus.prose import stated_statuses
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
# A list item that begins with a trial: "- **NCT06059222** (OPTIMIST) — optimised use of romosozumab".
_ITEM = re.compile(r"^[ \t]*(?:[-*+•]|[0-9]{1,3}[.)])[ \t]+[*_\[]*(NCT[0-9]{8})(?![0-9A-Za-z])", re.MULTILINE)
# Not "regulatory status" or "evidence status", whose words ("withdrawn") are also those of trials.
_STATUS_HEADING = re.compile(r"(?:(?:clinical|current|overall|recruit\w+|study|trial|[0-9]{4})\s+)*status\b")
_HEADING = re.compile(r"^#{1,6}[ \t]+([^\n]*)", re.MULTILINE)
_OWN_TRIALS = re.compile(r"\btrials?\b", re.IGNORECASE)
_OTHER_TRIALS = re.compile(
    r"\b(?:other|related|compet\w+|comparat\w+|landscape|class|classes|excluded|not|adjacent|versus|vs|combination\w*"
    r"|alternative\w*|similar|analog\w*)\b",
    re.IGNORECASE,
)


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


def trial_claims(
    source: Source, subject: str, found: Iterable[tuple[int, str]], body: int, listed: Set[str] = frozenset()
) -> Iterator[Claim]:
    """One claim for each distinct trial among `found`, at its first place; the body begins at offset `body`.

    `listed` are the numbers that `listed_trials` found.
    """
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
            is_listed=key in listed,
        )


def listed_trials(text: str, start: int, tables: Iterable[Table]) -> frozenset[str]:
    """The trials that the page lists as its subject's: rows and items about one trial, under a heading for trials."""
    headings = [(match.start(), match[1]) for match in _HEADING.finditer(text, start)]
    listed = {match[1] for match in _ITEM.finditer(text, start) if _is_for_trials(headings, match.start())}
    for table in tables:
        columns = [cell.plain.casefold() for cell in table.header]
        if any("nct" in column for column in columns) and _is_for_trials(headings, table.header[0].start):
            listed |= {trial.identifier for row in table.rows if (trial := _trial(row, columns))}
    return frozenset(listed)


def _is_for_trials(headings: list[tuple[int, str]], offset: int) -> bool:
    """Whether the nearest heading above speaks of trials, and not of those of others."""
    above = bisect_left(headings, (offset,)) - 1
    if above < 0:
        return False
    heading = headings[above][1]
    return _OWN_TRIALS.search(heading) is not None and _OTHER_TRIALS.search(heading) is None


def status_claims(source: Source, subject: str, tables: Iterable[Table]) -> Iterator[Claim]:
    """The statuses that tables give trials: one for each row that names one trial and has a status cell."""
    for table in tables:
        headings = [cell.plain.casefold() for cell in table.header]
        for row in table.rows:
            trial = _trial(row, headings)
            status = _status(row, headings) if trial else None
            if trial and status:
                yield _status_claim(source, subject, trial, status)


def prose_claims(source: Source, subject: str, text: str, start: int) -> Iterator[Claim]:
    """The statuses that sentences from offset `start` on give trials; `text` is without code and quotations."""
    for stated in stated_statuses(text, start):
        yield _status_claim(source, subject, stated.trial, (stated.start, stated.text, stated.remark))


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
        if _STATUS_HEADING.match(heading):
            return _read_status(cell, _REMARK)
    for cell, heading in zip(row, headings, strict=False):
        if "status" not in heading and (status := _read_status(cell, None)):
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
