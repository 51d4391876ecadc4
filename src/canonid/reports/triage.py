"""Discrepancies for the curator: the list, the sheet of one, its history; for people and for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from canonid.identifiers import AUTHORITIES
from canonid.model import Severity, State
from canonid.reports import Format, View
from canonid.reports.figures import counted, hanging, paint, printable, table
from canonid.reports.json import timestamp
from canonid.store.listing import COLUMNS, Listed
from canonid.waiver import Waiver

if TYPE_CHECKING:  # a list has no need of them
    from canonid.store.triage import Event
    from canonid.triage import Basis, Sheet

SHORT = 10
"""Digits of a fingerprint that are shown in text; hardly ever do two discrepancies have as many in common."""
_BOLD, _DIM, _RED, _YELLOW, _GREEN, _CYAN = "1", "2", "31", "33", "32", "36"
_SEVERITY = {Severity.ERROR.value: _RED, Severity.WARNING.value: _YELLOW}
_QUIET = {State.WAIVED.value, State.RESOLVED.value}
_LABEL = 10
_COLUMNS = 3
"""Records side by side; more would leave none of them room."""


# The list


def listing_as_text(rows: Iterable[Listed], states: Mapping[str, int], view: View) -> Iterator[str]:
    """A line each: fingerprint, state, code, place, claim; then how many there are in which state.

    The rows need only be tuples of the form of `Listed`: naming the parts of a hundred thousand takes its time.
    """
    codes: dict[tuple[str, str], str] = {}
    for fingerprint, state, severity, code, path, line, column, field, claimed in rows:
        if (painted := codes.get((code, severity))) is None:
            painted = codes[code, severity] = paint(code, _SEVERITY.get(severity, ""), view)
        value = "null" if claimed is None else claimed
        claim = value if value.startswith(field) else f"{field} {value}"  # what is said of a file names it already
        place = f"{path}:{line}:{column}  {claim}"
        if not place.isprintable():
            place = printable(place)
        text = f"{fingerprint[:SHORT]}  {state:<12}  "
        yield paint(f"{text}{code}  {place}", _DIM, view) + "\n" if state in _QUIET else f"{text}{painted}  {place}\n"
    if not view.quiet:
        yield f"\n{_total(states)}\n" if states else "No discrepancies.\n"


def _total(states: Mapping[str, int]) -> str:
    said = ", ".join(f"{states[state]:,} {state.value}" for state in State if states.get(state))
    return f"{counted(sum(states.values()), 'discrepancy', 'discrepancies')}: {said}"


def listing_as_json(rows: Iterable[str], counts: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """`{"schema_version": 1, "counts": …, "discrepancies": [ … ]}`, one discrepancy a line; `rows` are JSON already."""
    yield f'{{"schema_version": 1,\n"counts": {json.dumps(counts)},\n"discrepancies": ['
    separator = "\n"
    for batch in _batches(rows):
        yield separator + ",\n".join(batch)
        separator = ",\n"
    yield "\n]}\n"


def listing_as_csv(rows: Iterable[str]) -> Iterator[str]:
    """A header and the rows, which are CSV already."""
    yield ",".join(COLUMNS) + "\r\n"
    for batch in _batches(rows):
        yield "\r\n".join([*batch, ""])


def _batches(rows: Iterable[str]) -> Iterator[list[str]]:
    """So many at a time that writing them takes no longer than reading them."""
    rows = iter(rows)
    while batch := list(islice(rows, 500)):
        yield batch


def counts_as(form: Format, part: str, counts: Mapping[str, int]) -> str:
    """How many by one part, the most frequent first."""
    if form is Format.JSON:
        return json.dumps({"schema_version": 1, "by": part, "counts": counts}, ensure_ascii=False, indent=2) + "\n"
    if form is Format.CSV:
        buffer = io.StringIO()
        csv.writer(buffer).writerows([(part, "count"), *counts.items()])
        return buffer.getvalue()
    rows = [(f"{number:,}", printable(name)) for name, number in counts.items()]
    return "\n".join(table(rows, frozenset({0}))) + "\n" if rows else "No discrepancies.\n"


# One of them


def render_sheets(sheets: Sequence[Sheet], view: View) -> str:
    """Each with the claim in its lines, the evidence side by side, the proposal and the history."""
    return "\n\n".join("\n".join(_sheet(sheet, view)) for sheet in sheets) + "\n"


def _sheet(sheet: Sheet, view: View) -> Iterator[str]:
    item = sheet.item
    head = f"{item.code} {item.rule} ({item.severity.value})"
    yield f"{paint(head, _BOLD, view)}  {item.fingerprint}  {_state(item.state.value, view)}"
    yield from hanging("", printable(item.message), view.width)
    if sheet.waiver is not None:
        yield from hanging("", f"{printable(sheet.waiver.terms)} [{printable(sheet.waiver.origin)}]", view.width)
    yield ""
    yield printable(f"{item.place.path}:{sheet.excerpt.line or item.place.line}:{item.place.column}")
    for number, text in sheet.excerpt.lines:
        is_it = number == sheet.excerpt.line
        line = f"{'>' if is_it else ' '} {number:>5} | {printable(text)}".rstrip()
        yield paint(line, _BOLD, view) if is_it else line
    if sheet.excerpt.note:
        yield from hanging("  ", printable(sheet.excerpt.note), view.width)
    if item.proposal is not None:
        value = "null" if item.proposal.value is None else item.proposal.value
        yield ""
        why = f"{value} ({item.proposal.confidence.value} confidence: {item.proposal.why})"
        yield from hanging("Proposal: ", printable(why), view.width)
    for start in range(0, len(sheet.basis), _COLUMNS):
        yield ""
        yield from _side_by_side(sheet.basis[start : start + _COLUMNS], view)
    yield ""
    yield paint("History:", _BOLD, view)
    yield from _history(sheet.events, view, "  ")


def _side_by_side(columns: Sequence[Basis], view: View) -> Iterator[str]:
    """One column a reply; what they all leave out has no row."""
    each = max(18, ((view.width or 100) - _LABEL) // max(len(columns), 1) - 2)
    rows = [_facts(basis) for basis in columns]
    for label in rows[0]:
        cells = [_wrap(row[label], each) for row in rows]
        if any(cells):
            yield from _row(label if label != "authority" else "", cells, each)


def _facts(basis: Basis) -> dict[str, str]:
    evidence, record = basis.evidence, basis.record
    said = "no such record" if evidence.payload is None else "" if record else "several records"
    return {
        "authority": AUTHORITIES.get(evidence.authority, evidence.authority),
        "asked": evidence.question.key,
        "answer": record.reference.identifier if record else said,
        "name": (record.name or "") if record else "",
        "kind": record.kind.value if record and record.kind.value != "unknown" else "",
        "InChIKey": (record.inchikey or "") if record else "",
        "formula": (record.formula or "") if record else "",
        "mass": f"{record.mass:.6g} Da" if record and record.mass else "",
        "status": record.trial.status if record and record.trial else "",
        "now": record.replaced_by.identifier if record and record.replaced_by else "",
        "release": evidence.release or "",
        "received": timestamp(evidence.retrieved_at)[:10] + (" (anew since)" if basis.is_newer else ""),
    }


def _wrap(text: str, width: int) -> list[str]:
    """`text` cut at the width: identifiers and keys have no blanks to break at."""
    text = printable(text)
    return [text[start : start + width] for start in range(0, len(text), width)]


def _row(label: str, cells: Sequence[Sequence[str]], each: int) -> Iterator[str]:
    for number in range(max(map(len, cells))):
        parts = "  ".join((cell[number] if number < len(cell) else "").ljust(each) for cell in cells)
        yield f"{label if number == 0 else '':<{_LABEL}}{parts}".rstrip()


def _state(state: str, view: View) -> str:
    colors = {State.WAIVED.value: _DIM, State.RESOLVED.value: _GREEN, State.ACKNOWLEDGED.value: _CYAN}
    return paint(state, colors.get(state, _YELLOW), view)


def render_history(histories: Sequence[tuple[str, Sequence[Event]]], view: View) -> str:
    """Under each title the events, oldest first."""
    blocks = ([paint(printable(title), _BOLD, view), *_history(events, view, "  ")] for title, events in histories)
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _history(events: Iterable[Event], view: View, margin: str) -> Iterator[str]:
    for event in events:
        when = timestamp(event.at).replace("T", " ").removesuffix("Z")
        by = event.actor + (f", run {event.run_id}" if event.run_id else "")
        yield from hanging(f"{margin}{when}  {event.after.value:<12}  ", printable(f"{event.note} ({by})"), view.width)


# For programs


def sheets_as_json(sheets: Sequence[Sheet]) -> str:
    """`{"schema_version": 1, "discrepancies": [ … ]}` with lines, evidence and history."""
    return _dump({"discrepancies": [_sheet_as_json(sheet) for sheet in sheets]})


def history_as_json(histories: Sequence[tuple[str, Sequence[Event]]]) -> str:
    """`{"schema_version": 1, "events": [ … ]}`."""
    return _dump({"events": [_event(event) for _, events in histories for event in events]})


def _sheet_as_json(sheet: Sheet) -> dict[str, Any]:
    item, proposal = sheet.item, sheet.item.proposal
    return {
        "fingerprint": item.fingerprint,
        "code": item.code,
        "rule": item.rule,
        "severity": item.severity.value,
        "state": item.state.value,
        "subject": item.subject,
        "field": item.field,
        "claimed": item.claimed,
        "path": item.place.path,
        "line": item.place.line,
        "column": item.place.column,
        "message": item.message,
        "proposal": proposal and {"value": proposal.value, "confidence": proposal.confidence, "why": proposal.why},
        "authorities": list(item.authorities),
        "first_seen": timestamp(item.first_seen),
        "last_seen": timestamp(item.last_seen),
        "run_id": item.run_id,
        "waiver": waiver_as_json(sheet.waiver) if sheet.waiver else None,
        "excerpt": {
            "line": sheet.excerpt.line,
            "note": sheet.excerpt.note or None,
            "lines": [{"line": number, "text": text} for number, text in sheet.excerpt.lines],
        },
        "evidence": [_basis(basis) for basis in sheet.basis],
        "history": [_event(event) for event in sheet.events],
    }


def waiver_as_json(waiver: Waiver) -> dict[str, Any]:
    """Who, why, until when, and where it is written."""
    return {
        "who": waiver.who,
        "reason": waiver.reason,
        "until": waiver.until.isoformat() if waiver.until else None,
        "origin": waiver.origin,
    }


def _basis(basis: Basis) -> dict[str, Any]:
    evidence, record = basis.evidence, basis.record
    return {
        "authority": evidence.authority,
        "question": evidence.question.key,
        "release": evidence.release,
        "retrieved_at": timestamp(evidence.retrieved_at),
        "url": evidence.url,
        "sha256": evidence.sha256,
        "sources": evidence.sources,
        "found": evidence.payload is not None,
        "received_anew": basis.is_newer,
        "record": record
        and {
            "reference": record.reference.curie,
            "name": record.name,
            "kind": record.kind.value,
            "inchikey": record.inchikey,
            "formula": record.formula,
            "mass": record.mass,
        },
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "fingerprint": event.fingerprint,
        "at": timestamp(event.at),
        "actor": event.actor,
        "run_id": event.run_id,
        "from": event.before.value if event.before else None,
        "to": event.after.value,
        "note": event.note,
    }


def _dump(document: dict[str, Any]) -> str:
    return json.dumps({"schema_version": 1, **document}, ensure_ascii=False, indent=2) + "\n"
