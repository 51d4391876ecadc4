"""The report as a table for spreadsheets: one row a claim, and one for each finding that is on no claim.

RFC 4180, with a header. A cell that a spreadsheet would take for a formula has an apostrophe in front, because pages
and registries decide what stands in it; whoever reads the file with a program had better take the JSON report.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from canonid.model import Evidence, Finding, Judged, Report
from canonid.reports import View
from canonid.reports.json import timestamp
from canonid.reports.pairing import claims_with_findings, findings_without_claim, page_of

COLUMNS = (
    "path", "line", "column", "subject", "field", "kind", "predicate", "value", "reference", "url", "trial",
    "verdict", "reason", "codes", "severity", "state", "messages", "proposal", "confidence", "authorities",
    "retrieved_at", "stale", "evidence",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet compute; the wide forms do so where Chinese or Japanese is set."""


def render(report: Report, _: View) -> str:
    """All rows, whatever the view: a table can be filtered where it is read."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(_safe(_claim_row(*pair)) for pair in claims_with_findings(report))
    writer.writerows(_safe(_finding_row(finding)) for finding in findings_without_claim(report))
    return out.getvalue()


def _safe(cells: Sequence[object]) -> list[str]:
    texts = ("".join(map(_kept, str(cell))) for cell in cells)
    return [f"'{text}" if text.startswith(_FORMULA) else text for text in texts]


def _kept(char: str) -> str:
    """The character, or a sign that there was one that no spreadsheet should get; line ends may stand in a cell."""
    return char if char.isprintable() or char in "\t\r\n" else " " if char.isspace() else "\ufffd"


def _claim_row(judged: Judged, findings: Sequence[Finding]) -> list[object]:
    claim = judged.claim
    return [
        claim.place.path,
        claim.place.line,
        claim.place.column,
        claim.subject,
        claim.field,
        claim.kind.value,
        claim.predicate.value,
        "null" if claim.text is None else claim.text,
        claim.reference.curie if claim.reference else "",
        page_of(claim.reference) or "",
        claim.trial.identifier if claim.trial else "",
        judged.verdict.value,
        judged.reason,
        *_finding_cells(findings, judged.codes),
        *_evidence_cells(judged.evidence),
    ]


def _finding_row(finding: Finding) -> list[object]:
    place = finding.place
    return [
        place.path,
        place.line,
        place.column,
        finding.subject,
        finding.field,
        *[""] * 2,
        finding.claimed or "",
        *[""] * 5,
        *_finding_cells([finding], [finding.code]),
        *_evidence_cells(finding.evidence),
    ]


def _finding_cells(findings: Sequence[Finding], codes: Iterable[str]) -> list[object]:
    """The gravest severity; the states, messages and proposals of all. `codes` holds those not shown as well."""
    gravest = max(findings, key=lambda finding: finding.severity.rank, default=None)
    proposals = [finding.proposal for finding in findings if finding.proposal]
    return [
        " ".join(sorted({*codes, *(finding.code for finding in findings)})),
        gravest.severity.value if gravest else "",
        _joined(finding.state.value for finding in findings),
        _joined(finding.message for finding in findings),
        _joined("null" if proposal.value is None else proposal.value for proposal in proposals),
        _joined(proposal.confidence.value for proposal in proposals),
    ]


def _evidence_cells(evidence: Iterable[Evidence]) -> list[object]:
    items = sorted(evidence, key=lambda item: (item.authority, item.question.key))
    return [
        _joined(item.authority for item in items),
        timestamp(min(item.retrieved_at for item in items)) if items else "",
        "yes" if any(item.stale for item in items) else "no" if items else "",
        _joined(item.url for item in items),
    ]


def _joined(texts: Iterable[str]) -> str:
    return " | ".join(dict.fromkeys(texts))
