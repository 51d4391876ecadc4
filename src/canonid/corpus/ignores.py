"""Comments that waive what is found on their line: `# canonid: ignore ID303 until 2027-01-01 — reason`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from canonid.corpus.markdown import fences
from canonid.corpus.source import Source
from canonid.model import Problem
from canonid.waiver import LineWaiver

FIELD = "canonid: ignore"
"""What findings about such a comment name in place of a field."""
_IGNORE = re.compile(r"canonid:[ \t]*ignore\b([^\n]*)")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|[0-9]{1,3}[.)]|\|)(?=[ \t])|[ \t]*\|")
_CODES = re.compile(r"[ \t]*:?[ \t]*(ID[0-9]{3}(?:(?:[ \t]*,[ \t]*|[ \t]+)ID[0-9]{3})*)(?![\w])", re.IGNORECASE)
_UNTIL = re.compile(r"[ \t]+until\b[ \t]*([^\s—–:]*)", re.IGNORECASE)
_REASON = re.compile(r"[ \t]*(?:—|–|--?|:)[ \t]*(.*)")
_FORM = "write `canonid: ignore ID303 until 2027-01-31 — reason`, where until and its date may be left out"


def find_ignores(source: Source, body: int) -> tuple[tuple[LineWaiver, ...], tuple[Problem, ...]]:
    """The waivers in the comments of a page whose body begins at `body`, and what is wrong with the others.

    In front matter they are YAML comments, in the body HTML comments or the end of an item of a list or of a row of a
    table; elsewhere, and in code, the words waive nothing.
    """
    waivers: list[LineWaiver] = []
    problems: list[Problem] = []
    for match in _comments(source.text, body):
        place = source.place(match.start())
        found = _read(match[1], place.line)
        if isinstance(found, str):
            problems.append(Problem(place, f"waiver {found}; {_FORM}", FIELD))
        else:
            waivers.append(found)
    return tuple(waivers), tuple(problems)


def _comments(text: str, body: int) -> Iterator[re.Match[str]]:
    if "canonid:" not in text:  # nearly all pages
        return
    blocks = fences(text, body)
    for match in _IGNORE.finditer(text):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        is_code = line.endswith("`") or any(start <= match.start() < end for start, end in blocks)
        if not is_code and _is_comment(line, in_body=match.start() >= body):
            yield match


def _is_comment(before: str, *, in_body: bool) -> bool:
    """Whether what stands `before` it on its line makes it one."""
    if in_body:
        return before.rstrip().endswith("<!--") or _ITEM.match(before) is not None
    return "#" in before


def _read(text: str, line: int) -> LineWaiver | str:
    """The waiver, or what is wrong with it."""
    text = text.partition("-->")[0].rstrip().removesuffix("|").rstrip()
    codes = _CODES.match(text)
    if codes is None:
        return "does not begin with the codes that it is for"
    end, until = codes.end(), None
    if limit := _UNTIL.match(text, end):
        end = limit.end()
        try:
            until = date.fromisoformat(limit[1])
        except ValueError:
            return f"ends on {limit[1]!r}, which is not a date" if limit[1] else "has no date behind until"
    reason = _REASON.fullmatch(text, end)
    if reason is None or not any(char.isalnum() for char in reason[1]):
        return "gives no reason behind a dash"
    return LineWaiver(tuple(re.findall(r"ID[0-9]{3}", codes[1].upper())), until, reason[1].strip(), line)
