"""Reading what a curator wrote as a value: an identifier, "there is none", or nothing definite."""

from __future__ import annotations

import re
from dataclasses import dataclass

from canonid.identifiers import CHEMBL, DRUGBANK, INCHIKEY, PUBCHEM, UNII, Spelling, read_identifier


@dataclass(frozen=True, slots=True)
class Value:
    """A value inside a longer text: `text` None is an explicit none; `start` and `end` are offsets in that text."""

    text: str | None
    start: int
    end: int
    comment: str = ""


_NONE = re.compile(
    r"(?:null|nil|none|~(?!~)|n/?a"
    r"|not\s+(?:yet\s+)?(?:found|assigned|indexed|listed|applicable)"
    r"|no\s+(?:[\w-]+\s+){0,3}?(?:entry|entries|records?|id|cid|identifier|number|accession)"
    r"(?:\s+(?:found|assigned|exists?))?)"
    r"(?![\w/-])(?!\s+(?:confirm|verif|of\b|other\b))",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"(?:not\s+(?:[\w-]+\s+){0,2}?(?:confirmed|verified|known|checked|retrieved|determined|available)"
    r"|un(?:confirmed|known|verified|determined|resolved)|pending|nan|tb[acd]|to\s+be\s+\w+|todo|[?…–—-]+)(?!\w)",
    re.IGNORECASE,
)
_LEAD = " \t\n*_\"“”'‘="
_TOKEN = re.compile(r"[^\s\[\](){}<>;|\"“”*—]+")
_BRACKETED = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"[A-Za-z]{2,}")
# What may stand between a label and its value; any other word speaks of something else ("Hydrochloride CHEMBL1703").
_LABEL_WORDS = frozenset(
    """
    accession cas chembl cid cids code compound compounds database drugbank entry id identifier identifiers ids
    inchikey is key main no number parent primary pubchem registry rn sid substance unii
    """.split()
)
_DRESSED = re.compile(
    r"\[\[(?P<linked>[^\s\[\]|]+)(?:\|[^\[\]]*)?\]\]|(?P<bare>[^\s()\[\]]*[0-9][^\s()\[\]]*)\s+\((?P<remark>[^()]*)\)"
)
_STRUCK = re.compile(r"~~[^~\n]*~~")
_HEAD_ENDS = re.compile(r"[(\[;—–#]|, | - ")
# "PubChem: 12 assays" counts something; the number is not a CID.
_COUNTED = re.compile(
    r"\s+(?:assays?|cids|compounds|entries|hits|records|results|substances|synonyms)\b", re.IGNORECASE
)
_SHAPES = (Spelling.CANONICAL, Spelling.VARIANT, Spelling.CHECK_FAILED)
_TOKENS_READ = 8
_SHORTEST_CAPITALS = 6


def read_scalar(text: str) -> Value | None:
    """Read a value that stands alone (front matter, a cell of a CSV file); None if it claims nothing."""
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    if start >= end:
        return None
    if none := _NONE.match(text, start):
        return _none(text, none)
    if _UNSURE.match(text, start):
        return None
    return Value(text[start:end], start, end)


def trimmed(value: Value) -> Value:
    """The identifier alone of `[[CHEMBL25]]` and of `CHEMBL25 (the racemate)`, with the remark; other values as is."""
    match = _DRESSED.fullmatch(value.text or "")
    if match is None:
        return value
    part = "linked" if match["linked"] else "bare"
    span = (value.start + match.start(part), value.start + match.end(part))
    return Value(match[part], *span, match["remark"] or value.comment)


def read_prose(prefix: str, text: str) -> Value | None:
    """Read what follows a label in the body; None if it claims nothing.

    The value is the first token that has the shape of an identifier of `prefix`, unless other words than those of a
    label stand before it; what is struck out does not count. A single token of another shape is a malformed value.
    """
    text = _STRUCK.sub(lambda struck: " " * len(struck.group()), text)
    start = len(text) - len(text.lstrip(_LEAD))
    if none := _NONE.match(text, start):
        return _none(text, none)
    if _UNSURE.match(text, start) or text.startswith("[[", start):
        return None
    span = _first_shape(prefix, text, start) or _single_token(text, start)
    if span is None:
        return None
    return Value(text[span[0] : span[1]], *span, _comment(text[span[1] :]))


def read_name(text: str) -> str | None:
    """The name at the start of `text` (a WHO INN after its label), without remarks; None if there is none."""
    start = len(text) - len(text.lstrip(_LEAD))
    if _NONE.match(text, start) or _UNSURE.match(text, start):
        return None
    end = _HEAD_ENDS.search(text, start)
    return text[start : end.start() if end else len(text)].strip(_LEAD + ".,`") or None


def _none(text: str, match: re.Match[str]) -> Value:
    """An explicit none; words such as "not indexed" are part of the remark, a bare `null` is not."""
    said = match.start() if " " in match.group() else match.end()
    return Value(None, match.start(), match.end(), _comment(text[said:]) if text[match.end() :].strip() else "")


def _first_shape(prefix: str, text: str, start: int) -> tuple[int, int] | None:
    tokens = _tokens(text, start)
    for index, (first, last) in enumerate(tokens):
        if not _has_shape(prefix, text[first:last]):
            following = tokens[index + 1][1] if index + 1 < len(tokens) else last
            if not _is_spaced(prefix, text, first, last, following):
                continue
            last = following  # noqa: PLW2901 - the identifier is written with a blank in it
        before = _BRACKETED.sub("", text[start:first])
        counted = prefix == PUBCHEM and _COUNTED.match(text, last)
        is_prose = any(word.lower() not in _LABEL_WORDS for word in _WORD.findall(before))
        return None if counted or is_prose else (first, last)
    return None


def _tokens(text: str, start: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(text, start):
        token = match.group().rstrip(".,:'’_")
        lead = len(token) - len(token.lstrip("'‘,_"))
        if len(token) > lead:
            spans.append((match.start() + lead, match.start() + len(token)))
        if len(spans) == _TOKENS_READ:
            break
    return spans


def _has_shape(prefix: str, token: str) -> bool:
    if prefix in (INCHIKEY, UNII) and token.upper() != token:
        return False
    if prefix == UNII and not any(char.isdigit() for char in token):
        return False
    return read_identifier(prefix, token).spelling in _SHAPES


def _is_spaced(prefix: str, text: str, first: int, last: int, following: int) -> bool:
    """True for `CHEMBL 25` and `DB 00026`: letters, one blank, digits."""
    letters, digits = text[first:last], text[last:following].removeprefix(" ")
    return (
        prefix in (CHEMBL, DRUGBANK)
        and letters.upper() in ("CHEMBL", "DB")
        and digits.isascii()
        and digits.isdigit()
        and _has_shape(prefix, text[first:following])
    )


def _single_token(text: str, start: int) -> tuple[int, int] | None:
    """The span of the only token before a remark, if it can be meant as an identifier."""
    end = _HEAD_ENDS.search(text, start)
    head = text[start : end.start() if end else len(text)].rstrip(_LEAD + ".,:")
    if not head or any(char.isspace() for char in head) or "://" in head:
        return None
    capitals = head.isupper() and len(head) >= _SHORTEST_CAPITALS
    return (start, start + len(head)) if capitals or any(char.isdigit() for char in head) else None


def _comment(rest: str) -> str:
    comment = rest.strip(" \t\n*_]").lstrip("—–-:;,. ")
    if comment.startswith("(") and comment.endswith(")") and comment.count("(") == 1:
        comment = comment[1:-1]
    return comment.strip()
