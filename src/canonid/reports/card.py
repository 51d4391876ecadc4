"""The identity card of a look-up: what each authority says, side by side, and a block to paste."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from canonid.identifiers import AUTHORITIES, PREFIXES
from canonid.lookup import FIELDS, Card, Column
from canonid.model import Confidence, Record
from canonid.reports import View

_LABEL = 10
_GAP = 2
_MOST_NAMES = 6
_Cell = Callable[[Record], str]


def _parent(record: Record) -> str:
    return record.parent.identifier if record.parent and record.parent != record.reference else ""


_ROWS: tuple[tuple[str, _Cell], ...] = (
    ("id", lambda record: record.reference.identifier),
    ("name", lambda record: record.name or ""),
    ("kind", lambda record: "" if record.kind.value == "unknown" else record.kind.value),
    ("formula", lambda record: record.formula or ""),
    ("mass", lambda record: f"{record.mass:g} Da" if record.mass else ""),
    ("status", lambda record: "" if record.status.value == "current" else record.status.value),
    ("parent", _parent),
    ("approval", lambda record: record.approval or ""),
)


def render_cards(cards: Sequence[Card], view: View) -> str:
    """All cards as text; more than one if the query can be read in several ways."""
    return "\n\n".join("\n".join(_card(card, view)) for card in cards) + "\n"


def cards_as_json(cards: Sequence[Card]) -> str:
    """All cards as JSON: `{"schema_version": 1, "cards": [...]}`."""
    return (
        json.dumps({"schema_version": 1, "cards": [_as_json(card) for card in cards]}, ensure_ascii=False, indent=2)
        + "\n"
    )


def _card(card: Card, view: View) -> Iterator[str]:
    yield f"\x1b[1m{card.title}\x1b[0m" if view.color else card.title
    if card.trial is not None:
        yield from _trial(card.trial)
        return
    found = [column for column in card.columns if column.record is not None]
    yield from _names(card, view.width)
    if found:
        yield ""
        yield from _table(found, view.width)
    yield from _remarks(card, view.width)
    if block := front_matter(card):
        yield ""
        yield "Front matter to paste:"
        yield from (f"  {line}" for line in block)
    yield from _claims(card, view.width)


def _names(card: Card, width: int) -> Iterator[str]:
    names = [name for column in card.columns if column.record for name in column.record.synonyms[:_MOST_NAMES]]
    distinct = list({name.casefold(): name for name in names if name.casefold() != card.title.casefold()}.values())
    if distinct:
        yield textwrap.fill("also " + ", ".join(distinct[:_MOST_NAMES]), width or 1000, subsequent_indent="  ")


def _table(columns: Sequence[Column], width: int) -> Iterator[str]:
    """One column an authority; long values are wrapped in their column."""
    each = max(14, ((width or 100) - _LABEL) // len(columns) - _GAP)
    yield _line("", [[AUTHORITIES[column.authority]] for column in columns], each)
    for label, cell in _ROWS:
        cells = [textwrap.wrap(cell(column.record), each) if column.record else [] for column in columns]
        if any(cells):
            yield _line(label, cells, each)
    yield from _structures(columns)


def _line(label: str, cells: Sequence[list[str]], each: int) -> str:
    height = max(len(cell) for cell in cells)
    lines = []
    for row in range(height):
        parts = [(cell[row] if row < len(cell) else "").ljust(each + _GAP) for cell in cells]
        lines.append(f"{label if row == 0 else '':<{_LABEL}}{''.join(parts)}".rstrip())
    return "\n".join(lines)


def _structures(columns: Sequence[Column]) -> Iterator[str]:
    """Each InChIKey with the authorities that give it: one line if they agree."""
    given: dict[str, list[str]] = {}
    for column in columns:
        if column.record is not None and column.record.inchikey:
            given.setdefault(column.record.inchikey, []).append(AUTHORITIES[column.authority])
    for inchikey, authorities in given.items():
        mark = "" if len(given) == 1 else "  (they differ)"
        yield f"{'InChIKey':<{_LABEL}}{inchikey}  {', '.join(authorities)}{mark}"


def _remarks(card: Card, width: int) -> Iterator[str]:
    """Per authority: how sure the record is, why there is none, and what else came up."""
    yield ""
    for column in card.columns:
        sure = f"{column.confidence.value} confidence: " if column.confidence else ""
        others = ", ".join(_other(record) for record in column.others[:3])
        text = f"{sure}{column.note}" + (f"; also found {others}" if others else "")
        yield textwrap.fill(
            f"{AUTHORITIES[column.authority]}: {text}", width or 1000, subsequent_indent="  ", break_on_hyphens=False
        )


def _other(record: Record) -> str:
    return f"{record.reference.identifier} {record.name or ''}".strip()


def front_matter(card: Card) -> list[str]:
    """Lines for a page's front matter: what is sure is filled in, what is not stands in a comment."""
    lines = []
    for column in card.columns:
        if column.record is None:
            continue
        line = f"{FIELDS[column.prefix]}: {column.record.reference.identifier}"
        doubtful = column.confidence is not None and column.confidence is not Confidence.HIGH
        lines.append(f"{line}   # {column.confidence.value} confidence" if doubtful and column.confidence else line)
    keys = {column.record.inchikey for column in card.columns if column.record and column.record.inchikey}
    return [*lines, f"inchikey: {keys.pop()}"] if len(keys) == 1 else lines


def _claims(card: Card, width: int) -> Iterator[str]:
    if card.judged:
        yield ""
        yield "The page claims:"
    for judged in card.judged:
        text = f"{judged.claim.field} {judged.claim.text or 'null'}: {judged.verdict.value} ({judged.reason})"
        yield textwrap.fill(text, width or 1000, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def _trial(record: Record) -> Iterator[str]:
    trial = record.trial
    if trial is None:
        return
    yield f"{'id':<{_LABEL}}{record.reference.identifier}"
    if record.replaced_by:
        yield f"{'now':<{_LABEL}}{record.replaced_by.identifier}"
    yield f"{'status':<{_LABEL}}{trial.status}" + (f" (verified {trial.verified})" if trial.verified else "")
    for label, values in (("studies", trial.interventions), ("in", trial.conditions)):
        if values:
            yield f"{label:<{_LABEL}}{', '.join(values)}"


def _as_json(card: Card) -> dict[str, Any]:
    return {
        "query": card.query,
        "title": card.title,
        "found": card.is_found,
        "authorities": [_column_as_json(column) for column in card.columns],
        "trial": None if card.trial is None else _trial_as_json(card.trial),
        "front_matter": front_matter(card),
        "claims": [
            {
                "field": judged.claim.field,
                "value": judged.claim.text,
                "verdict": judged.verdict.value,
                "reason": judged.reason,
            }
            for judged in card.judged
        ],
    }


def _column_as_json(column: Column) -> dict[str, Any]:
    record = column.record
    return {
        "authority": column.authority,
        "prefix": column.prefix,
        "identifier": record.reference.identifier if record else None,
        "name": record.name if record else None,
        "inchikey": record.inchikey if record else None,
        "formula": record.formula if record else None,
        "kind": record.kind.value if record else None,
        "url": (PREFIXES[column.prefix].url or "").format(record.reference.identifier) if record else None,
        "confidence": column.confidence.value if column.confidence else None,
        "note": column.note,
        "others": [_other(other) for other in column.others],
    }


def _trial_as_json(record: Record) -> dict[str, Any]:
    return {
        "identifier": record.reference.identifier,
        "title": record.name,
        "status": record.trial.status if record.trial else None,
        "replaced_by": record.replaced_by.identifier if record.replaced_by else None,
    }
