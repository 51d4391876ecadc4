"""The evidence behind a claim, one column a reply, so that a person sees what agrees and what does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from canonid.identifiers import CAS, PREFIXES, UNII, Reference
from canonid.model import (
    ById,
    ByName,
    ByStructure,
    ClaimKind,
    Evidence,
    Forms,
    Found,
    Kind,
    NotFound,
    Predicate,
    Question,
    Record,
    Report,
    Status,
    Synonyms,
)
from canonid.reports import View
from canonid.reports.html.markup import authority_name, link, shown
from canonid.reports.html.overview import own_record
from canonid.reports.pairing import page_of

_MOST_COLUMNS = 5
_MOST_NAMES = 4


@dataclass(frozen=True, slots=True)
class Column:
    """A reply and one record in it; None for a reply without a record, or one that could not be read."""

    evidence: Evidence
    record: Record | None
    note: str = ""
    is_own: bool = True
    """False for the records of the page's other identifiers, which stand beside for comparison."""


Others = Mapping[tuple[str, str], Sequence[Column]]
"""For each page and subject, the records that its identifiers lead to."""
_Cell = Callable[[Record], str]


def _named(reference: Reference) -> str:
    space = PREFIXES.get(reference.prefix)
    return f"{space.label if space else reference.prefix} {reference.identifier}"


def _standing(record: Record) -> str:
    if record.status is Status.CURRENT:
        return ""
    now = f", now {record.replaced_by.identifier}" if record.replaced_by else ""
    return f"{record.status.value}{f' ({record.entity})' if record.entity else ''}{now}"


_ROWS: tuple[tuple[str, _Cell], ...] = (
    ("record", lambda record: record.reference.identifier),
    ("name", lambda record: record.name or ""),
    ("also called", lambda record: ", ".join(record.synonyms[:_MOST_NAMES])),
    ("kind", lambda record: "" if record.kind is Kind.UNKNOWN else record.kind.value),
    ("InChIKey", lambda record: record.inchikey or ""),
    ("formula", lambda record: record.formula or ""),
    ("mass", lambda record: f"{record.mass:.6g} Da" if record.mass else ""),
    ("CAS", lambda record: ", ".join(record.xref(CAS))),
    ("UNII", lambda record: ", ".join(record.xref(UNII))),
    ("standing", _standing),
    ("trial", lambda record: record.trial.title if record.trial else ""),
    ("trial status", lambda record: record.trial.status if record.trial else ""),
)
_COMPARED = frozenset({"InChIKey", "formula"})
"""What is equal in all records of one substance; names and numbers may rightly differ."""


def others_of(report: Report, view: View) -> Others:
    """The records that the identifiers of each page lead to, each record once."""
    found: dict[tuple[str, str], dict[object, Column]] = {}
    for judged in report.claims:
        claim = judged.claim
        if claim.kind is not ClaimKind.IDENTIFIER or claim.predicate is not Predicate.EXACT:
            continue
        record = own_record(judged, view)
        reply = next(
            (item for item in judged.evidence if claim.reference and item.question == ById(claim.reference)), None
        )
        if record is not None and reply is not None:
            columns = found.setdefault((claim.place.path, claim.subject), {})
            columns.setdefault(record.reference, Column(reply, record, is_own=False))
    return {page: tuple(columns.values()) for page, columns in found.items()}


def side_by_side(evidence: Iterable[Evidence], others: Sequence[Column], view: View) -> Iterator[str]:
    """A table with the replies about the claim first, then the other records of its page."""
    own = [column for item in sorted(set(evidence), key=_order) for column in _columns(item, view)]
    known = {column.record.reference for column in own if column.record}
    beside = [column for column in others if column.record and column.record.reference not in known]
    columns = [*own[:_MOST_COLUMNS], *beside[: max(_MOST_COLUMNS - len(own), 0)]]
    if not columns:
        return
    yield '<div class="scroll" tabindex="0" role="region" aria-label="Evidence">'
    yield '<table class="evidence"><thead><tr><td></td>'
    yield "".join(_head(column) for column in columns)
    yield "</tr></thead><tbody>"
    for label, cell in _ROWS:
        yield from _row(label, [shown(cell(column.record)) if column.record else "" for column in columns])
    yield from _row("reply", [_reply(column) for column in columns])
    yield "</tbody></table></div>"
    for sources in sorted({column.evidence.sources for column in columns if column.evidence.sources}):
        yield f'<p class="note">{shown(sources)}</p>'
    if len(own) > _MOST_COLUMNS:
        yield f'<p class="note">{len(own) - _MOST_COLUMNS} more replies are in the JSON report.</p>'


def _order(item: Evidence) -> tuple[str, bool, str]:
    """A look at the identifier itself before searches."""
    return (item.authority, not isinstance(item.question, ById), item.question.key)


def _columns(item: Evidence, view: View) -> list[Column]:
    answer = view.answers.get((item.authority, item.question))
    if isinstance(answer, Found):
        return [Column(item, record) for record in answer.records[:2]]
    return [Column(item, None, "no such record" if isinstance(answer, NotFound) or item.payload is None else "")]


def _head(column: Column) -> str:
    name = shown(authority_name(column.evidence.authority))
    page = page_of(column.record.reference) if column.record else None
    label = "" if column.is_own else '<span class="note">other identifier of the page</span>'
    return f'<th scope="col">{link(name, page)}{label}</th>'


def _row(label: str, cells: Sequence[str]) -> Iterator[str]:
    given = {cell for cell in cells if cell}
    if not given:
        return
    several = label in _COMPARED and sum(bool(cell) for cell in cells) > 1
    sign = "" if not several else ' <b class="same">=</b>' if len(given) == 1 else ' <b class="differs">≠</b>'
    yield f'<tr><th scope="row">{label}{sign}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _reply(column: Column) -> str:
    item = column.evidence
    parts = [
        f"<strong>{shown(column.note)}</strong>" if column.note else "",
        shown(_asked(item.question)),
        link(f"{item.retrieved_at:%Y-%m-%d}", item.url),
        shown(item.release or ""),
        '<span class="old">old, used for want of a newer one</span>' if item.stale else "",
        "<em>compiled by hand</em>" if item.sources else "",
    ]
    return "<br>".join(filter(None, parts))


def _asked(question: Question) -> str:
    if isinstance(question, ById):
        return f"asked for {_named(question.reference)}"
    if isinstance(question, ByStructure):
        return f"searched by InChIKey {question.inchikey}"
    if isinstance(question, ByName):
        return f"searched by name “{question.name}”"
    if isinstance(question, Synonyms):
        return f"asked for the names of {_named(question.reference)}"
    if isinstance(question, Forms):
        return f"asked for the forms of {_named(question.parent)}"
    return f"searched for trials of {', '.join(question.terms)}"
