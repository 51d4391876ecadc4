"""The report as SARIF 2.1.0, for code scanning and for editors.

All rules are listed in every run, also in one that found nothing, so that alerts which are gone can be closed. Results
are recognised again by their fingerprint, which moves of lines do not change; waived ones carry a suppression. Places
start at the reader's directory, which for code scanning is the root of the repository.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from canonid import __version__
from canonid.model import Claim, ClaimKind, Finding, Judged, Place, Report, Run, Severity, State, Verdict
from canonid.reports import Guide, View
from canonid.reports.json import dumped, finding_order, timestamp
from canonid.reports.pairing import path_from

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_ROOT = "%SRCROOT%"
"""By convention the root of the checkout."""
_FINGERPRINT = "canonid/v1"
_LONGEST_NULL = 20
"""Characters; a longer one could run over two lines."""
_Claims = dict[tuple[Place, str], Claim]


def render(report: Report, view: View) -> str:
    """One run with its rules and results, sorted."""
    guides = _guides(report, view)
    numbers = {guide.code: number for number, guide in enumerate(guides)}
    claims = {(judged.claim.place, judged.claim.field): judged.claim for judged in report.claims}
    findings = sorted(report.findings, key=finding_order)
    run = {
        "tool": {
            "driver": {
                "name": "canonid",
                "semanticVersion": __version__,
                "rules": [_rule(guide, view) for guide in guides],
            }
        },
        "automationDetails": {"id": "canonid/"},
        "invocations": [_invocation(report.run, report.claims)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, numbers[finding.code], claims, view) for finding in findings],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return dumped(document, indent=2) + "\n"


def _guides(report: Report, view: View) -> list[Guide]:
    """The rules by code, with what the findings themselves say of a rule that the view does not explain."""
    guides = {item.code: Guide(item.code, item.rule, item.severity, item.rule, item.rule) for item in report.findings}
    guides |= {guide.code: guide for guide in view.guides}
    return [guides[code] for code in sorted(guides)]


def _rule(guide: Guide, view: View) -> dict[str, Any]:
    described: dict[str, Any] = {
        "id": guide.code,
        "name": "".join(word.capitalize() for word in guide.name.split("-")),
        "shortDescription": {"text": guide.summary},
        "fullDescription": {"text": " ".join(guide.text.split("\n\n")[0].split())},
        "help": {"text": guide.text, "markdown": guide.text},
        "defaultConfiguration": {"level": _LEVELS[guide.severity]},
        "properties": {"tags": ["identifiers"]},
    }
    if view.docs:
        described["helpUri"] = f"{view.docs}/{guide.code}.md"
    return described


def _invocation(run: Run, claims: Iterable[Judged]) -> dict[str, Any]:
    """The run, with a notice for each authority that could not answer everything: no result is not a clean bill."""
    notices = [
        {"level": "warning", "message": {"text": f"{name}: {use.status}"}}
        for name, use in sorted(run.authorities.items())
        if use.status.startswith(("unavailable", "degraded"))
    ]
    reasons = sorted({judged.reason for judged in claims if judged.verdict is Verdict.UNAVAILABLE})
    notices += [{"level": "warning", "message": {"text": f"not checked: {reason}"}} for reason in reasons]
    return {
        "executionSuccessful": True,
        "startTimeUtc": timestamp(run.started_at),
        "endTimeUtc": timestamp(run.finished_at),
        "toolExecutionNotifications": notices,
    }


def _result(finding: Finding, number: int, claims: _Claims, view: View) -> dict[str, Any]:
    claim = claims.get((finding.place, finding.field))
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": number,
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [_location(finding.place, claim, view)],
        "partialFingerprints": {_FINGERPRINT: finding.fingerprint},
        "properties": _properties(finding),
    }
    if finding.also:
        result["relatedLocations"] = [
            {
                "id": number,
                "message": {"text": "also here"},
                **_location(place, claims.get((place, finding.field)), view),
            }
            for number, place in enumerate(finding.also, 1)
        ]
    if fixes := list(_fixes(finding, claims, view)):
        result["fixes"] = fixes
    # An empty list says that suppressions were looked for, which lets a waiver that ended reopen the alert.
    result["suppressions"] = [_suppression(finding)] if finding.state is State.WAIVED else []
    return result


def _message(finding: Finding) -> str:
    if finding.proposal is None:
        return finding.message
    value = "null" if finding.proposal.value is None else finding.proposal.value
    return f"{finding.message}. Proposal: {value} ({finding.proposal.confidence.value} confidence)"


def _properties(finding: Finding) -> dict[str, Any]:
    return {
        "subject": finding.subject,
        "field": finding.field,
        "claimed": finding.claimed,
        "state": finding.state.value,
        "authorities": sorted(finding.authorities),
        "evidence": sorted({item.url for item in finding.evidence}),
    }


def _location(place: Place, claim: Claim | None, view: View) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": _artifact(place, view),
            "region": _region(place, claim),
        }
    }


def _artifact(place: Place, view: View) -> dict[str, str]:
    return {"uri": path_from(view.base, place.path), "uriBaseId": _ROOT}


def _region(place: Place, claim: Claim | None) -> dict[str, int]:
    """The value, if its span is known and stays on its line; else where it begins."""
    region = {"startLine": place.line, "startColumn": place.column}
    if claim is not None and _has_span(claim):
        region["endColumn"] = place.column + claim.end - claim.start
    return region


def _has_span(claim: Claim) -> bool:
    """Whether it is known where the value ends: as long as its text, perhaps in quotes, or a word that means none."""
    length = claim.end - claim.start
    if claim.start < 0 or length <= 0:
        return False
    return length <= _LONGEST_NULL if claim.text is None else length - len(claim.text) in {0, 2}


def _fixes(finding: Finding, claims: _Claims, view: View) -> Iterator[dict[str, Any]]:
    """The proposal put in place of the value, wherever the page repeats it; none where that takes a person."""
    proposal = finding.proposal
    if proposal is None or proposal.value is None:
        return
    changes: dict[str, dict[str, Any]] = {}
    for place in (finding.place, *finding.also):
        claim = claims.get((place, finding.field))
        if claim is not None and _is_replaceable(claim):
            change = changes.setdefault(place.path, {"artifactLocation": _artifact(place, view), "replacements": []})
            replacement = {"deletedRegion": _region(place, claim), "insertedContent": {"text": proposal.value}}
            change["replacements"].append(replacement)
    if changes:
        why = f"{proposal.confidence.value} confidence: {proposal.why}"
        yield {"description": {"text": why}, "artifactChanges": list(changes.values())}


def _is_replaceable(claim: Claim) -> bool:
    """A null in running text is part of a sentence, and a status is worded as the page likes."""
    return _has_span(claim) and not (claim.is_none and claim.in_body) and claim.kind is not ClaimKind.TRIAL_STATUS


def _suppression(finding: Finding) -> dict[str, Any]:
    suppression: dict[str, Any] = {"kind": "external", "status": "accepted"}
    if finding.waiver is not None:
        in_source = finding.waiver.origin.startswith(f"{finding.place.path}:")
        suppression["kind"] = "inSource" if in_source else "external"
        suppression["justification"] = finding.waiver.terms
    return suppression
