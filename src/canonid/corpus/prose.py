"""Statuses of trials in sentences: only where the words can be those of one trial, and of the present, alone.

"The VA-ART4 trial (NCT05177822) is currently active, not recruiting" states a status; "was recruiting in 2020",
"phase 2 completed" and a sentence about two trials do not. A missed status costs nothing, a wrong one an alarm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from canonid.identifiers import CLINICALTRIALS, Reference

_TRIAL = re.compile(r"(?<![0-9A-Za-z])NCT[0-9]{8}(?![0-9A-Za-z])")
# Bullets and headings are lines of prose here; tables are read as such, and footnotes cite what was once published.
_OTHER = re.compile(r"[ \t]*(?:\||\[\^)")
_SENTENCE_END = re.compile(r"(?<![A-Z])(?<!\bvs)(?<!\bal)(?<!\be\.g)(?<!\bi\.e)[.!?][*_]*\s+(?=[A-Z*_\[(`])")
_CLAUSE_END = re.compile(r";\s+")
_BRACKETS = re.compile(r"\([^()]*\)")
_WORDS = re.compile(
    r"(?<![\w-])(?:active[\s,;_–—-]{0,4}(?:but\s+)?not[\s_-]recruiting|active\s+\(not[\s_-]recruiting\)"
    r"|not[\s_-]yet[\s_-]recruiting|enrolling[\s_-]by[\s_-]invitation"
    r"|recruiting|completed|terminated|withdrawn|suspended|(?-i:UNKNOWN))(?![\w-])",
    re.IGNORECASE,
)
_ANY_STATUS = re.compile(
    r"(?<![\w-])(?:not\s+|non-?)?(?:recruit\w*|enrol\w*|complet\w*|terminat\w*|withdr[ae]w\w*|suspend\w*"
    r"|ongoing|halted|stopped|closed|active)(?![\w-])",
    re.IGNORECASE,
)
_LEADS_IN = re.compile(
    r"(?:[,;:(—–-]|\b(?:is|are|remains|(?:is|are|still|now)\s+listed\s+as|status|(?:status\s+)?confirmed))"
    r"\s*(?:(?:currently|now|still)\s+)?(?:status:?\s*)?[*_]*\Z",
    re.IGNORECASE,
)
_FOLLOWS = re.compile(
    r"[*_]*[ \t]*(?:\n|\Z|[),.:;\]—–(]|(?:as\s+of|since|per)\b|[0-9]{4}\b)(?!\s*(?:→|->))", re.IGNORECASE
)
# Talk of the past or future, of a part of the trial, and of what is not so.
_OTHER_TENSE = re.compile(
    r"\b(?:was|were|had|been|being|will|would|could|may|might|should|if|when|once|until|before|after|expected|planned"
    r"|anticipated|previously|formerly|originally|earlier|initially|began|begin|started|became|not|no|never|without"
    r"|changed|from|enrol\w+|sites?|arms?|cohorts?|parts?|stages?|substudy|extension)\b|→|->",
    re.IGNORECASE,
)
_BULLET = re.compile(r"[ \t]*[-*+•][ \t]+[*_\[]*")
_LONGEST_WAY = 60
_LONGEST_ITEM = 200
"""Characters between number and status, in general and in a list item that begins with the number."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A status that a sentence gives a trial."""

    trial: Reference
    start: int
    text: str
    remark: str


def stated_statuses(text: str, start: int) -> Iterator[Stated]:
    """The statuses that sentences from offset `start` on give trials; give it a text without code and quotations."""
    for begin, end in _lines(text, start):
        if not _OTHER.match(text, begin) and text.find(" | ", begin, end) < 0:
            for unit in _units(text, begin, end):
                if stated := _read(text, *unit):
                    yield stated


def _lines(text: str, start: int) -> Iterator[tuple[int, int]]:
    """The lines that may name a trial."""
    while (found := text.find("NCT", start)) >= 0:
        end = text.find("\n", found)
        end = len(text) if end < 0 else end
        yield max(text.rfind("\n", 0, found) + 1, start), end
        start = end


def _units(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of a line that name one trial: sentences, else their clauses, else what stands in brackets."""
    for sentence in _split(_SENTENCE_END, text, start, end):
        if _trials(text, *sentence) == 1:
            yield sentence
            continue
        for clause in _split(_CLAUSE_END, text, *sentence):
            if _trials(text, *clause) == 1 and text.count("(", *clause) == text.count(")", *clause):
                yield clause
            else:
                brackets = (match.span() for match in _BRACKETS.finditer(text, *clause))
                yield from (span for span in brackets if _trials(text, *span) == 1)


def _split(ends: re.Pattern[str], text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in ends.finditer(text, start, end):
        yield start, match.end()
        start = match.end()
    yield start, end


def _trials(text: str, start: int, end: int) -> int:
    return len({match.group() for match in _TRIAL.finditer(text, start, end)})


def _read(text: str, start: int, end: int) -> Stated | None:
    """The status in a part that names one trial, if it is the only one and stands close behind the number."""
    trials, words = list(_TRIAL.finditer(text, start, end)), list(_WORDS.finditer(text, start, end))
    if not trials or len(words) != 1 or _has_other_status(text, start, end, words[0]):
        return None
    status = words[0]
    number = next((trial for trial in reversed(trials) if trial.end() <= status.start()), None)
    if number is None:
        return None
    longest = _LONGEST_ITEM if _BULLET.fullmatch(text, start, number.start()) else _LONGEST_WAY
    if status.start() - number.end() > longest:
        return None
    way = text[number.end() : status.start()]
    if _OTHER_TENSE.search(way) or not (_LEADS_IN.search(way) or _is_plain(way, status.group())):
        return None
    if not _FOLLOWS.match(text, status.end()):
        return None
    remark = text[status.end() : end].strip(" \n*_).")
    return Stated(Reference(CLINICALTRIALS, number.group()), status.start(), status.group(), remark)


def _is_plain(way: str, words: str) -> bool:
    """Whether nothing but blanks and brackets stands between the number and the registry's own word in capitals."""
    return words.isupper() and not way.strip(" )]*_")


def _has_other_status(text: str, start: int, end: int, words: re.Match[str]) -> bool:
    """Whether the part speaks of the course of a trial in other words as well, or of two."""
    return any(not words.start() <= match.start() < words.end() for match in _ANY_STATUS.finditer(text, start, end))
