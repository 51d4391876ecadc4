"""The lines that a curator can paste into a page."""

from __future__ import annotations

from canonid.lookup.cards import FIELDS, Card, Column
from canonid.model import Confidence

_SURE = (None, Confidence.HIGH)


def front_matter(card: Card) -> tuple[str, ...]:
    """What is proven stands there to paste, with a remark if one ground alone proves it; what is not, in a comment.

    Nothing at all if no record was found: a block of nulls would say more than is known.
    """
    if not card.is_found:
        return ()
    if card.trial is not None:
        return (f"nct-id: {(card.trial.replaced_by or card.trial.reference).identifier}",)
    lines = [line for column in card.columns if (line := _line(column))]
    return (*lines, *_inchikey(card))


def _line(column: Column) -> str:
    field, record = FIELDS.get(column.prefix, column.prefix), column.record
    if record is None:
        return f"{field}: null   # {_on_one_line(column.absence)}" if column.absence else ""
    line = f"{field}: {record.reference.identifier}"
    if record.is_thin and column.confidence is None:
        return f"# {line}   # the record has neither a name nor a structure"
    if column.confidence in _SURE:
        return line
    if column.confidence is Confidence.LOW:
        return f"# {line}   # not proven: {_on_one_line(column.note)}"
    return f"{line}   # {column.confidence} confidence"


def _on_one_line(text: str) -> str:
    """A comment must not run into the next line, whatever an authority calls a substance."""
    return "".join(char if char.isprintable() else " " for char in text)


def _inchikey(card: Card) -> tuple[str, ...]:
    """The InChIKey, if those of the proven records are one and the same."""
    keys = {
        column.record.inchikey
        for column in card.columns
        if column.record is not None and column.record.inchikey and column.confidence is not Confidence.LOW
    }
    return (f"inchikey: {keys.pop()}",) if len(keys) == 1 else ()
