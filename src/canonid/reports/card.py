"""The identity card of a look-up: what each authority says, side by side, and a block to paste."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from canonid.identifiers import AUTHORITIES, CAS, CLINICALTRIALS, PREFIXES, UNII, Reference, spoken
from canonid.lookup import ActiveTrials, Card, Column, PastClaim, Rival, agreement, front_matter
from canonid.model import Confidence, Judged, Record, Trial, Unavailable, Verdict
from canonid.reports import View
from canonid.reports.figures import hanging, paint, printable

_LABEL = 12
_GAP = 2
_NARROWEST = 14
_MOST_NAMES, _MOST_RIVALS, _MOST_LINES = 6, 5, 4
"""How much of a long list is shown without `-v`."""
_BOLD, _RED, _GREEN, _YELLOW = "1", "31", "32", "33"
_CONFIDENCE = {Confidence.HIGH: _GREEN, Confidence.MEDIUM: _YELLOW, Confidence.LOW: _RED}
_VERDICT = {
    Verdict.CONFIRMED: _GREEN,
    Verdict.CONFIRMED_NULL: _GREEN,
    Verdict.DISCREPANT: _RED,
    Verdict.UNDETERMINED: _YELLOW,
    Verdict.UNAVAILABLE: _YELLOW,
}
_Cell = Callable[[Record], str]


def _other(reference: Reference | None, record: Record) -> str:
    return reference.identifier if reference is not None and reference != record.reference else ""


_ROWS: tuple[tuple[str, _Cell], ...] = (
    ("name", lambda record: record.name or ""),
    ("kind", lambda record: "" if record.kind.value == "unknown" else record.kind.value),
    ("formula", lambda record: record.formula or ""),
    ("mass", lambda record: f"{record.mass:.6g} Da" if record.mass else ""),
    ("approval", lambda record: record.approval or ""),
    ("parent", lambda record: _other(record.parent, record)),
    ("active", lambda record: "" if record.active == record.parent else _other(record.active, record)),
    ("salts", lambda record: ", ".join(record.salts)),
    ("secondary", lambda record: ", ".join(record.secondary)),
    ("CAS", lambda record: ", ".join(record.xref(CAS))),
    ("UNII", lambda record: ", ".join(record.xref(UNII))),
)


def render_cards(cards: Sequence[Card], view: View) -> str:
    """All cards as text, several if the query can be read in several ways; with `quiet` the front matter alone."""
    if view.quiet:
        return "".join(f"{line}\n" for card in cards for line in front_matter(card))
    return "\n\n".join("\n".join(_card(card, view)) for card in cards) + "\n" if cards else ""


def page_of(record: Record) -> str:
    """Where a person can look at the record."""
    return (PREFIXES[record.reference.prefix].url or "").format((record.replaced_by or record.reference).identifier)


def _card(card: Card, view: View) -> Iterator[str]:
    first, *rest = hanging("", printable(card.title), view.width)
    yield paint(first, _BOLD, view)
    yield from rest
    parts = [_trial(card.trial, view)] if card.trial is not None else [_intro(card, view), _table(card, view)]
    parts += [_grounds(card, view), _counts(card.trials, view)]
    parts += [_pages(card), _block(card), _claims(card.judged, view), _wiki(card.wiki, view)]
    for part in parts:
        yield from part


def _intro(card: Card, view: View) -> Iterator[str]:
    """How the query was understood, and under which other names the substance goes."""
    if card.note:
        yield from hanging("", printable(card.note), view.width)
    if card.is_ambiguous:
        yield from hanging("", "No record is proven to be meant. Look up the right one by its id:", view.width)
    if names := _names(card):
        yield from hanging("also ", printable(", ".join(_some(names, _MOST_NAMES, view))), view.width, "  ")


def _names(card: Card) -> list[str]:
    """The synonyms, each once; numbers of other registries, which PubChem has among its synonyms, are not names."""
    records = [column.record for column in card.columns if column.record is not None]
    numbers = {reference.identifier.casefold() for record in records for reference in record.xrefs}
    known = {card.title.casefold(), *numbers, *(f"unii-{number}" for number in numbers)}
    names = {name.casefold(): name for record in records for name in record.synonyms}
    return [name for key, name in names.items() if key not in known]


def _some(items: Sequence[str], most: int, view: View) -> Sequence[str]:
    if view.verbose or len(items) <= most:
        return items
    return (*items[:most], f"{len(items) - most} more (-v)")


def _table(card: Card, view: View) -> Iterator[str]:
    """One column an authority, as many as fit; what they say of one property is marked as agreeing or not."""
    if not any(column.record for column in card.columns):
        return
    agreed = agreement(card.columns)
    room = (view.width or 100) - _LABEL
    fitting = max(1, room // (_NARROWEST + _GAP))
    for start in range(0, len(card.columns), fitting):
        columns = card.columns[start : start + fitting]
        yield ""
        yield from _columns(columns, max(_NARROWEST, room // len(columns) - _GAP), agreed, view)
    yield from _structures(card.columns, agreed.get("inchikey"), view)
    if not all(agreed.values()):
        yield f"{'':<{_LABEL}}({_mark(False, view).strip()} marks what the authorities do not agree on)"


def _columns(columns: Sequence[Column], each: int, agreed: Mapping[str, bool], view: View) -> Iterator[str]:
    """The rows of these authorities, in columns of `each` characters."""
    yield paint(_row("", [[AUTHORITIES[column.authority]] for column in columns], each), _BOLD, view)
    yield _row("id", [[_identifier(column)] for column in columns], each)
    yield _row("confidence", [_cell(_confidence(column), each, view) for column in columns], each)
    for label, cell in _ROWS:
        cells = [_cell(cell(column.record), each, view) if column.record else [] for column in columns]
        if any(cells):
            yield _row(label, cells, each, _mark(agreed.get(label), view))


def _identifier(column: Column) -> str:
    if column.record is not None:
        return column.record.reference.identifier
    if column.is_unchecked:
        return "not checked"
    return "none" if column.absence else "not proven" if column.rivals else "not found"


def _confidence(column: Column) -> str:
    if column.record is None:
        return ""
    return column.confidence.value if column.confidence else column.note


def _mark(agreed: bool | None, view: View) -> str:
    if agreed is None:
        return "  "
    return paint("=", _GREEN, view) + " " if agreed else paint("≠", _RED, view) + " "


def _cell(text: str, width: int, view: View) -> list[str]:
    lines = textwrap.wrap(printable(text), width, break_on_hyphens=False)
    return lines if view.verbose or len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES - 1], "… (-v shows all)"]


def _row(label: str, cells: Sequence[list[str]], each: int, mark: str = "  ") -> str:
    lines = []
    for number in range(max(map(len, cells))):
        parts = "".join((cell[number] if number < len(cell) else "").ljust(each + _GAP) for cell in cells)
        head = f"{label:<{_LABEL - 2}}{mark}" if number == 0 else " " * _LABEL
        lines.append((head + parts).rstrip())
    return "\n".join(lines)


def _structures(columns: Sequence[Column], agreed: bool | None, view: View) -> Iterator[str]:
    """Each InChIKey with the authorities that give it: too long for a column, and one line if they agree."""
    given: dict[str, list[str]] = {}
    for column in columns:
        if column.record is not None and column.record.inchikey:
            given.setdefault(column.record.inchikey, []).append(AUTHORITIES[column.authority])
    label = f"{'InChIKey':<{_LABEL - 2}}"
    plain, painted = (f"{label}{_mark(agreed, each)}" for each in (replace(view, color=False), view))
    lines: list[str] = []
    for inchikey, authorities in given.items():
        margin = " " * _LABEL if lines else plain
        lines += hanging(margin, f"{inchikey}  {', '.join(authorities)}", view.width)
    yield from (line.replace(plain, painted) for line in lines)


def _grounds(card: Card, view: View) -> Iterator[str]:
    """Per authority: why the record is the one, or why there is none, and what else came up."""
    told = [column for column in card.columns if column.record is None or column.confidence or column.rivals]
    if told:
        yield ""
    for column in told:
        name = AUTHORITIES[column.authority]
        margin = f"{name:<{max(_LABEL - 2, len(name) + 2)}}"
        note = f"{column.confidence.value} confidence: {column.note}" if column.confidence else column.note
        first, *rest = hanging(margin, printable(note), view.width)
        if column.confidence:
            word = column.confidence.value
            first = first.replace(word, paint(word, _CONFIDENCE[column.confidence], view), 1)
        yield from (first, *rest)
        rivals = [_rival(rival) for rival in column.rivals]
        for text in _some(rivals, _MOST_RIVALS, view):
            yield from hanging(f"{'':<{_LABEL}}", f"also: {text}" if column.record else text, view.width)


def _rival(rival: Rival) -> str:
    record = rival.record
    formula = f", {record.formula}" if record.formula else ""
    what = f"{spoken(record.reference)} {record.name or ''}".rstrip() + formula
    return printable(f"{what}: {rival.why}")


def _counts(trials: ActiveTrials | None, view: View) -> Iterator[str]:
    """How many active trials there are, by status, and how that was found out."""
    if trials is None:
        return
    counts = () if isinstance(trials.answer, Unavailable) else trials.by_status.items()
    lines = [*(f"{count} {status}" for status, count in counts), f"in all {trials.found}" if counts else trials.found]
    yield ""
    for number, line in enumerate(lines):
        yield from hanging(f"{'' if number else 'Trials':<{_LABEL - 2}}", printable(line), view.width)


def _pages(card: Card) -> Iterator[str]:
    records = [card.trial] if card.trial else [column.record for column in card.columns if column.record]
    if records:
        yield ""
        yield "Pages:"
        yield from (f"  {page_of(record)}" for record in records)


def _block(card: Card) -> Iterator[str]:
    if lines := front_matter(card):
        yield ""
        yield "Front matter to paste:"
        yield from (f"  {line}" for line in lines)


def _claims(judged: Sequence[Judged], view: View) -> Iterator[str]:
    if judged:
        yield ""
        yield "The page claims:"
    for item in judged:
        word = item.verdict.value
        text = f"{word}, line {item.claim.place.line}: {_said(item)}"
        first, *rest = hanging("  ", printable(text), view.width, "      ")
        yield first.replace(word, paint(word, _VERDICT[item.verdict], view), 1)
        yield from rest


def _wiki(claims: Sequence[PastClaim], view: View) -> Iterator[str]:
    """What pages claim, with the day of the run that judged it: a verdict is of its day."""
    if claims:
        yield ""
        yield f"The wiki claims (run of {claims[0].judged_at:%Y-%m-%d}):"
    for item in claims:
        word, value = item.verdict.value, "null" if item.value is None else item.value
        text = f"{word}, {item.path}:{item.line}: {item.field} {value}: {item.reason}"
        first, *rest = hanging("  ", printable(text), view.width, "      ")
        yield first.replace(word, paint(word, _VERDICT[item.verdict], view), 1)
        yield from rest


def _said(judged: Judged) -> str:
    """The claim and what is said of it; most findings begin with the claim themselves."""
    claim = judged.claim
    value = "null" if claim.text is None else claim.text
    shown = f"{claim.field} {claim.trial.identifier if claim.trial else ''} {value}".replace("  ", " ")
    return judged.reason if judged.reason.startswith(f"{claim.field} ") else f"{shown}: {judged.reason}"


def _trial(record: Record, view: View) -> Iterator[str]:
    trial, space = record.trial or Trial("", ""), PREFIXES[CLINICALTRIALS]
    number = record.reference.identifier
    if record.replaced_by is not None:
        number += f", an old {space.label}: the registry now has it as {record.replaced_by.identifier}"
    remarks = [f"last known {trial.last_known_status}"] if trial.last_known_status else []
    remarks += [f"verified {trial.verified}"] if trial.verified else []
    rows = [
        ("id", number),
        ("status", (trial.status or "not given") + (f" ({', '.join(remarks)})" if remarks else "")),
        ("officially", "; ".join(record.synonyms)),
        ("studies", ", ".join(trial.interventions)),
        ("in", ", ".join(trial.conditions)),
    ]
    yield ""
    for label, text in rows:
        if text:
            yield from hanging(f"{label:<{_LABEL}}", printable(text), view.width)
