"""The table of claims: the filters, the rows, and what is behind each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from canonid.model import Finding, Judged, Place, Report, Severity, State
from canonid.reports import View
from canonid.reports.html.evidence import Others, others_of, side_by_side
from canonid.reports.html.markup import VERDICTS, link, shown
from canonid.reports.pairing import (
    claims_with_findings,
    findings_without_claim,
    line_url,
    page_of,
    proposed_page,
    shown_value,
)

_HEADS = (
    ("place", "page"),
    ("field", "field"),
    ("value", "value"),
    ("verdict", "verdict"),
    ("reason", "what is known"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: a claim with its repetitions on the page and its findings, or a finding that is on no claim."""

    same: tuple[Judged, ...]
    findings: tuple[Finding, ...]

    @property
    def place(self) -> Place:
        """Where it stands first."""
        return self.same[0].claim.place if self.same else self.findings[0].place

    @property
    def field(self) -> str:
        """The key that it is about."""
        return self.same[0].claim.field if self.same else self.findings[0].field

    @property
    def gravity(self) -> int:
        """0 for what is wrong; larger for what matters less."""
        if self.same:
            return list(VERDICTS).index(self.same[0].verdict)
        return Severity.ERROR.rank - self.findings[0].severity.rank


def entries(report: Report) -> list[Entry]:
    """All rows, what needs a curator first; a claim that a page repeats with the same outcome is one row."""
    groups: dict[object, list[tuple[Judged, tuple[Finding, ...]]]] = {}
    for judged, findings in claims_with_findings(report):
        key = (judged.claim.place.path, judged.claim.key, judged.verdict, judged.reason)
        groups.setdefault(key, []).append((judged, findings))
    rows = [Entry((), (finding,)) for finding in findings_without_claim(report)]
    for group in groups.values():
        found = {(item.code, item.place): item for _, findings in group for item in findings}
        rows.append(Entry(tuple(judged for judged, _ in group), tuple(found.values())))
    return sorted(rows, key=_order)


def _order(entry: Entry) -> tuple[int, int, str, int, int]:
    """By verdict, and the gravest finding first within it; what is waived is no longer grave."""
    ranks = (item.severity.rank for item in entry.findings if item.state is not State.WAIVED)
    return (entry.gravity, -max(ranks, default=0), entry.place.path, entry.place.line, entry.place.column)


def table(report: Report, view: View) -> Iterator[str]:
    """The filters, which scripts bring to life, and the table."""
    rows = entries(report)
    what = "Claims" if report.claims else "Findings"
    yield f'<section aria-labelledby="claims"><h2 id="claims" tabindex="-1">{what}</h2>'
    yield from _filters(rows)
    heads = "".join(f'<th scope="col" data-key="{key}">{head}</th>' for key, head in _HEADS)
    yield f'<table id="table"><thead><tr>{heads}</tr></thead><tbody>'
    others = others_of(report, view)
    for number, entry in enumerate(rows):
        yield from _row(number, entry, others, view)
    yield "</tbody></table>"
    yield '<p id="empty" hidden>Nothing matches the filters.</p></section>'


def _filters(rows: Sequence[Entry]) -> Iterator[str]:
    fields = sorted({entry.field for entry in rows})
    codes = sorted({item.code for entry in rows for item in entry.findings})
    yield '<noscript><p class="note">Where scripts are allowed, the table can be filtered and sorted.</p></noscript>'
    yield '<form id="filters" hidden role="search" aria-label="Filter the claims">'
    yield '<label>Search <input type="search" name="q" placeholder="page, value, reason …" autocomplete="off"></label>'
    yield _select("verdict", [(verdict.value, look.label) for verdict, look in VERDICTS.items()])
    yield _select("field", [(field, field) for field in fields])
    yield _select("code", [(code, code) for code in codes])
    yield '<button type="reset">Show all</button><output aria-live="polite"></output></form>'


def _select(name: str, options: Sequence[tuple[str, str]]) -> str:
    choices = "".join(f'<option value="{shown(value)}">{shown(label)}</option>' for value, label in options)
    return f'<label>{name.capitalize()} <select name="{name}"><option value="">all</option>{choices}</select></label>'


def _row(number: int, entry: Entry, others: Others, view: View) -> Iterator[str]:
    judged = entry.same[0] if entry.same else None
    verdict = judged.verdict.value if judged else "finding"
    codes = sorted({item.code for item in entry.findings} | set(judged.codes if judged else ()))
    yield (
        f'<tr data-number="{number}" data-verdict="{verdict}" data-gravity="{entry.gravity}"'
        f' data-field="{shown(entry.field)}" data-code="{" ".join(map(shown, codes))}">'
    )
    yield f'<th scope="row">{_places(entry, view)}</th>'
    yield f'<td class="field">{shown(entry.field)}</td>'
    yield f'<td class="value">{_value(entry)}</td>'
    yield f"<td>{_badge(entry)}</td>"
    yield '<td class="known">'
    yield from _known(entry, others, view)
    yield "</td></tr>"


def _places(entry: Entry, view: View) -> str:
    """The page with the lines, each a link if the forge is known."""
    places = [judged.claim.place for judged in entry.same] or [entry.place]
    lines = ", ".join(link(str(place.line), line_url(view, place)) for place in places)
    path = shown(entry.place.path).replace("/", "/<wbr>")  # a long one is broken between folders, not within a word
    return f'{path}<span class="lines">:{lines}</span>'


def _value(entry: Entry) -> str:
    if not entry.same:
        finding = entry.findings[0]  # what is wrong with a file stands in its message
        return "" if finding.claimed == finding.message else f"<code>{shown(finding.claimed or 'null')}</code>"
    claim = entry.same[0].claim
    return f"<code>{link(shown(shown_value(claim)), page_of(claim.reference))}</code>"


def _badge(entry: Entry) -> str:
    if not entry.same:
        severity = entry.findings[0].severity.value
        return f'<span class="badge {severity}">{severity}</span>'
    verdict = entry.same[0].verdict
    look = VERDICTS[verdict]
    return f'<span class="badge {verdict.value}"><span aria-hidden="true">{look.mark}</span> {look.label}</span>'


def _known(entry: Entry, others: Others, view: View) -> Iterator[str]:
    """The findings, or else the reason of the verdict, and the evidence folded in."""
    claims = [judged.claim for judged in entry.same]
    for finding in entry.findings:
        yield from _finding(finding, proposed_page(finding, claims))
    if entry.same and not (entry.findings and entry.same[0].codes):
        yield f"<p>{shown(entry.same[0].reason)}</p>"
    evidence = {item for judged in entry.same for item in judged.evidence}
    evidence |= {item for finding in entry.findings for item in finding.evidence}
    key = (entry.place.path, claims[0].subject) if claims else ("", "")
    if cells := list(side_by_side(evidence, others.get(key, ()), view)):
        yield "<details><summary>Evidence</summary>"
        yield from cells
        yield "</details>"


def _finding(finding: Finding, page: str | None) -> Iterator[str]:
    state = "" if finding.state is State.OPEN else f' <span class="state">{finding.state.value}</span>'
    severity = finding.severity.value
    yield f'<p><span class="code {severity}" title="{severity}: {shown(finding.rule)}">{shown(finding.code)}</span>'
    yield f"{state} {shown(finding.message)}"
    if finding.waiver:
        yield f'<span class="note">{shown(finding.waiver.terms)}</span>'
    yield "</p>"
    if finding.proposal:
        value = "null" if finding.proposal.value is None else finding.proposal.value
        sure = f"{finding.proposal.confidence.value} confidence: {finding.proposal.why}"
        yield f'<p class="proposal">→ <code>{link(shown(value), page)}</code> <span>{shown(sure)}</span></p>'
