"""The report as one JSON document, for programs: `schema_version` 1, to which keys may be added but never changed."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from canonid import __version__
from canonid.model import Evidence, Finding, Judged, Place, Proposal, Report, Run, Severity, State, Verdict
from canonid.reports import View
from canonid.waiver import Waiver

SCHEMA_VERSION = 1
_UNSOUND = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Line ends of Unicode, controls, and halves of characters, which names of files can have."""


def render(report: Report, view: View) -> str:
    """The document, sorted: the same run gives the same bytes, times and the run's id aside."""
    document = {
        **head(report, view),
        "claims": claims(report),
        "findings": findings(report),
        "waivers": waivers(report),
    }
    return dumped(document, indent=2) + "\n"


def dumped(document: object, indent: int | None = None) -> str:
    """`document` as JSON in which no character ends a line but a line end, and that any file can be written with."""
    text = json.dumps(document, ensure_ascii=False, indent=indent, separators=None if indent else (",", ":"))
    return _UNSOUND.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def head(report: Report, view: View) -> dict[str, Any]:
    """All of the document but the lists."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "canonid", "version": __version__},
        "run": _run(report.run),
        "summary": _summary(report, view.hidden),
    }


def claims(report: Report) -> list[dict[str, Any]]:
    """Every claim with its verdict, by place."""
    return [_claim(judged) for judged in in_order(report.claims)]


def findings(report: Report) -> list[dict[str, Any]]:
    """Every finding, by place."""
    return [_finding(finding) for finding in sorted(report.findings, key=finding_order)]


def waivers(report: Report) -> list[dict[str, Any]]:
    """Every waiver that the run met, with what it made of it."""
    return [_filed(waiver) for waiver in report.waivers]


def in_order(judged: Iterable[Judged]) -> list[Judged]:
    """Claims in the order in which a reader of the pages meets them."""
    return sorted(judged, key=_claim_order)


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC to the second, such as `2026-03-01T12:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _claim_order(judged: Judged) -> tuple[str, int, int, str, str]:
    claim = judged.claim
    return (claim.place.path, claim.place.line, claim.place.column, claim.field, claim.text or "")


def finding_order(finding: Finding) -> tuple[str, int, int, str, str, str]:
    """By place, then by code."""
    place = finding.place
    return (place.path, place.line, place.column, finding.code, finding.field, finding.message)


def _run(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "started_at": timestamp(run.started_at),
        "finished_at": timestamp(run.finished_at),
        "offline": run.offline,
        "authorities": {
            name: {"release": use.release, "requests": use.requests, "status": use.status}
            for name, use in sorted(run.authorities.items())
        },
    }


def _summary(report: Report, hidden: int) -> dict[str, Any]:
    verdicts = Counter(judged.verdict for judged in report.claims)
    severities = Counter(finding.severity for finding in report.findings)
    return {
        "subjects": report.subjects,
        "claims": len(report.claims),
        "verdicts": {verdict.value: verdicts[verdict] for verdict in Verdict},
        "findings": {severity.value: severities[severity] for severity in Severity},
        "findings_not_shown": hidden,
        "findings_waived": sum(finding.state is State.WAIVED for finding in report.findings),
    }


def _place(place: Place) -> dict[str, Any]:
    return {"path": place.path, "line": place.line, "column": place.column}


def _claim(judged: Judged) -> dict[str, Any]:
    claim = judged.claim
    reference = claim.reference
    return {
        "subject": claim.subject,
        **_place(claim.place),
        "field": claim.field,
        "kind": claim.kind.value,
        "predicate": claim.predicate.value,
        "prefix": claim.prefix,
        "value": claim.text,
        "reference": reference.curie if reference else None,
        "trial": claim.trial.identifier if claim.trial else None,
        "verdict": judged.verdict.value,
        "reason": judged.reason,
        "findings": sorted(set(judged.codes)),
        "evidence": _evidence(judged.evidence),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "subject": finding.subject,
        **_place(finding.place),
        "field": finding.field,
        "claimed": finding.claimed,
        "message": finding.message,
        "proposal": _proposal(finding.proposal),
        "also": [_place(place) for place in finding.also],
        "authorities": sorted(finding.authorities),
        "evidence": _evidence(finding.evidence),
        "fingerprint": finding.fingerprint,
        "state": finding.state.value,
        "waiver": _waiver(finding.waiver),
    }


def _filed(waiver: Waiver) -> dict[str, Any]:
    """A waiver with what the run made of it."""
    return {
        "fingerprint": waiver.fingerprint or None,
        "code": waiver.code,
        "subject": waiver.subject,
        "field": waiver.field or None,
        "claimed": waiver.claimed,
        **(_waiver(waiver) or {}),
        "standing": waiver.standing.value,
    }


def _waiver(waiver: Waiver | None) -> dict[str, Any] | None:
    if waiver is None:
        return None
    return {
        "who": waiver.who,
        "reason": waiver.reason,
        "until": waiver.until.isoformat() if waiver.until else None,
        "origin": waiver.origin,
    }


def _proposal(proposal: Proposal | None) -> dict[str, Any] | None:
    if proposal is None:
        return None
    return {"value": proposal.value, "confidence": proposal.confidence.value, "why": proposal.why}


def _evidence(evidence: tuple[Evidence, ...]) -> list[dict[str, Any]]:
    return [
        {
            "authority": item.authority,
            "question": item.question.key,
            "release": item.release,
            "retrieved_at": timestamp(item.retrieved_at),
            "url": item.url,
            "sha256": item.sha256,
            "stale": item.stale,
            "sources": item.sources,
        }
        for item in sorted(evidence, key=lambda item: (item.authority, item.question.key))
    ]
