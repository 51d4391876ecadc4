"""Which findings belong to which claim: the report lists them apart, a table shows them in one row."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from canonid.identifiers import PREFIXES, Reference
from canonid.model import Claim, Finding, Judged, Place, Report
from canonid.reports import View
from canonid.reports.figures import quoted
from canonid.reports.json import finding_order, in_order


def claims_with_findings(report: Report) -> list[tuple[Judged, tuple[Finding, ...]]]:
    """Every claim, by place, with the findings on it; on repetitions of a claim as well."""
    found = _by_place(report.findings)
    return [
        (judged, tuple(found.get((judged.claim.place, judged.claim.field), ()))) for judged in in_order(report.claims)
    ]


def findings_without_claim(report: Report) -> list[Finding]:
    """The findings that no judged claim carries, such as defects of a file, by place."""
    claimed = {(judged.claim.place, judged.claim.field) for judged in report.claims}
    return [
        finding
        for finding in sorted(report.findings, key=finding_order)
        if not any((place, finding.field) in claimed for place in (finding.place, *finding.also))
    ]


def _by_place(findings: Iterable[Finding]) -> dict[tuple[Place, str], list[Finding]]:
    found: dict[tuple[Place, str], list[Finding]] = {}
    for finding in sorted(findings, key=finding_order):
        for place in dict.fromkeys((finding.place, *finding.also)):
            found.setdefault((place, finding.field), []).append(finding)
    return found


def shown_value(claim: Claim) -> str:
    """The value as a page has it; a status with its trial."""
    value = "null" if claim.text is None else claim.text
    return f"{claim.trial.identifier} {value}" if claim.trial is not None else value


def page_of(reference: Reference | None) -> str | None:
    """Where a person looks a reference up, if there is such a page."""
    if reference is None:
        return None
    url = PREFIXES[reference.prefix].url
    return url.format(quoted(reference.identifier, safe="")) if url else None


def proposed_page(finding: Finding, claims: Iterable[Claim]) -> str | None:
    """The page of the record that a finding proposes, read in the space of the claim that it is on."""
    if finding.proposal is None or finding.proposal.value is None:
        return None
    for claim in claims:
        space = PREFIXES.get(claim.prefix)
        if space and claim.trial is None and space.pattern.fullmatch(finding.proposal.value):
            return page_of(Reference(claim.prefix, finding.proposal.value))
    return None


def path_from(base: str, path: str) -> str:
    """`path` as the reader's directory has it, percent-encoded."""
    return quoted(posixpath.join(base, path))


def line_url(view: View, place: Place) -> str | None:
    """The address of a line on the forge, if the view knows the forge."""
    return f"{view.source}/{quoted(place.path)}#L{place.line}" if view.source else None
