"""The report as Markdown for a wiki, an issue or the summary of a build: grouped by page, with links to the records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from canonid.model import Claim, Evidence, Finding, Judged, Place, Report, Severity, State, Verdict
from canonid.reports import View
from canonid.reports.figures import by_severity, counted, printable, quoted
from canonid.reports.json import finding_order, in_order, timestamp
from canonid.reports.pairing import line_url, page_of, proposed_page, shown_value
from canonid.reports.text import SMALL

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&]|:(?=//)|(?<=\bwww)\.)", re.IGNORECASE)
_IN_URLS = ":/?#@!$&'*+,;=%~"
"""What an address keeps; brackets, blanks and bars would end the link or the cell."""
_OPEN = (Verdict.UNDETERMINED, Verdict.UNAVAILABLE)
_LABELS = {
    Verdict.CONFIRMED: "✅ confirmed",
    Verdict.CONFIRMED_NULL: "✅ confirmed\\_null",
    Verdict.DISCREPANT: "❌ discrepant",
    Verdict.UNDETERMINED: "❔ undetermined",
    Verdict.UNAVAILABLE: "⏸️ unavailable",
}
_SEVERITIES = {Severity.ERROR: "❌ error", Severity.WARNING: "⚠️ warning", Severity.INFO: "ℹ️ info"}


@dataclass(slots=True)
class _Page:
    """What there is to tell of one page."""

    findings: list[Finding] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    shown: list[Judged] = field(default_factory=list)
    """The claims that get a row."""


def render(report: Report, view: View) -> str:
    """A summary, then each page that has something to tell; of a large corpus only what needs attention."""
    blocks = ["# Identifiers"]
    if not view.quiet:
        blocks += [_summary(report, view), _authorities(report)]
    blocks += _pages(report, view) or ["Nothing was found."]
    return "\n\n".join(filter(None, blocks)) + "\n"


def escaped(text: str) -> str:
    """`text` as nothing but text: what a page or a registry says makes no link, no markup and no table."""
    return _SPECIAL.sub(r"\\\1", printable(text))


def _code(text: str) -> str:
    """A code span in a table cell, whatever is in it."""
    line = "".join(char if char.isprintable() else "\ufffd" for char in text)
    if not line.strip() or "\\" in line:  # an empty span is none, and a backslash before a bar is read in two ways
        return escaped(line)
    fence = "`" * (max((len(run) for run in re.findall(r"`+", line)), default=0) + 1)
    padded = f" {line} " if line.startswith("`") or line.endswith("`") else line
    return f"{fence}{padded}{fence}".replace("|", "\\|")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _summary(report: Report, view: View) -> str:
    verdicts = Counter(judged.verdict for judged in report.claims)
    waived = sum(finding.state is State.WAIVED for finding in report.findings)
    found = by_severity(report.findings)
    found += f" ({waived} waived)" if waived else ""
    found += f" ({view.hidden} more not shown because of `--select` or `--ignore`)" if view.hidden else ""
    counts = _table(["verdict", "claims"], ([_LABELS[verdict], f"{verdicts[verdict]:,}"] for verdict in Verdict))
    checked = f"{counted(len(report.claims), 'claim')} on {counted(report.subjects, 'page')}"
    when = timestamp(report.run.finished_at)
    return f"{checked}, checked {when}{' offline' if report.run.offline else ''}. Findings: {found}.\n\n{counts}"


def _authorities(report: Report) -> str:
    rows = [
        [escaped(name), escaped(use.release or ""), f"{use.requests:,}", escaped(use.status)]
        for name, use in sorted(report.run.authorities.items())
    ]
    return _table(["authority", "release", "requests", "status"], rows) if rows else ""


def _pages(report: Report, view: View) -> list[str]:
    everything = view.verbose or len(report.claims) <= SMALL
    pages: dict[str, _Page] = {}
    for finding in sorted(report.findings, key=finding_order):
        pages.setdefault(finding.place.path, _Page()).findings.append(finding)
    for judged in in_order(report.claims):
        is_shown = not view.quiet and (everything or judged.verdict in _OPEN)
        if is_shown or judged.claim.place.path in pages:
            page = pages.setdefault(judged.claim.place.path, _Page())
            page.claims.append(judged.claim)
            page.shown += [judged] if is_shown else []
    return [_page(path, page, view) for path, page in sorted(pages.items())]


def _page(path: str, page: _Page, view: View) -> str:
    parts = [f"## {escaped(path)}"]
    if page.findings:
        rows = [_finding_row(finding, page.claims, view) for finding in page.findings]
        parts.append(_table(["line", "finding", "what is wrong", "proposal"], rows))
    if page.shown:
        rows = [_claim_row(judged, view) for judged in page.shown]
        parts.append(_table(["line", "field", "value", "verdict", "reason", "evidence"], rows))
    return "\n\n".join(parts)


def _finding_row(finding: Finding, claims: Iterable[Claim], view: View) -> list[str]:
    lines = ", ".join(_line(place, finding.place, view) for place in (finding.place, *finding.also))
    word = f"{_SEVERITIES[finding.severity]} **{escaped(finding.code)}**"
    word += f" ({finding.state.value})" if finding.state is not State.OPEN else ""
    message = escaped(finding.message)
    message += f" — {escaped(finding.waiver.terms)}" if finding.waiver else ""
    proposed = ""
    if finding.proposal:
        value = "null" if finding.proposal.value is None else finding.proposal.value
        same = (claim for claim in claims if claim.field == finding.field)
        shown = _linked(_code(value), proposed_page(finding, same))
        proposed = f"{shown} ({finding.proposal.confidence.value} confidence: {escaped(finding.proposal.why)})"
    return [lines, word, message, proposed]


def _claim_row(judged: Judged, view: View) -> list[str]:
    claim = judged.claim
    return [
        _line(claim.place, claim.place, view),
        escaped(claim.field),
        _linked(_code(shown_value(claim)), page_of(claim.reference)),
        _LABELS[judged.verdict],
        escaped(judged.reason),
        "<br>".join(map(_evidence, sorted(judged.evidence, key=lambda item: (item.authority, item.question.key)))),
    ]


def _line(place: Place, near: Place, view: View) -> str:
    """The line, with its file if that is another one, as a link if the forge is known."""
    shown = str(place.line) if place.path == near.path else escaped(f"{place.path}:{place.line}")
    return _linked(shown, line_url(view, place))


def _evidence(item: Evidence) -> str:
    old = ", old" if item.stale else ""
    return f"{_linked(escaped(item.authority), item.url)} {item.retrieved_at:%Y-%m-%d}{old}"


def _linked(shown: str, url: str | None) -> str:
    """A link, if the address is one of the web: evidence may come from a file that names any."""
    if url is None or not url.startswith(("https://", "http://")):
        return shown
    return f"[{shown}]({quoted(url, safe=_IN_URLS)})"
