"""The number of active trials that a page gives, and what the page says of how it was counted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from canonid.corpus.markdown import fences
from canonid.corpus.values import Value
from canonid.model import Claim, ClaimKind

_COUNT = re.compile(r"[0-9]{1,7}")
_MARKS = " \t*_>-•"


def is_count(value: Value) -> bool:
    """Whether a value is a number that can be compared; "about 30" and an explicit none claim nothing."""
    return value.text is not None and _COUNT.fullmatch(value.text) is not None


def with_remarks(claims: Iterable[Claim], text: str, body: int) -> Iterator[Claim]:
    """The claims, those of a count with the lines that name their field from offset `body` on; HTML comments too.

    There curators write when and for what they counted: "`clinical-trials-active: 0` for aging endpoints".
    """
    for claim in claims:
        if claim.kind is not ClaimKind.COUNT:
            yield claim
            continue
        remarks = dict.fromkeys(filter(None, (claim.comment, *_lines_about(claim.field, text, body))))
        yield replace(claim, comment=" | ".join(remarks))


def _lines_about(field: str, text: str, body: int) -> Iterator[str]:
    code = fences(text, body)
    for match in re.finditer(rf"^[^\n]*(?<![\w-]){re.escape(field)}(?![\w-])[^\n]*$", text[body:], re.MULTILINE):
        if not any(start <= body + match.start() < end for start, end in code):
            yield match.group().replace("<!--", "").replace("-->", "").strip(_MARKS)
