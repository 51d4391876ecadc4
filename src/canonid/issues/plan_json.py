"""A plan as one JSON document, for programs that act on it: keys may be added, and none is taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from canonid.issues.block import read_state
from canonid.issues.plan import KINDS, Step
from canonid.model import Finding, Report
from canonid.reports import View
from canonid.reports import json as report_json


def render_plan(
    steps: Iterable[Step], report: Report, tracker: str, per: str, diff: Callable[[Sequence[Finding]], str]
) -> str:
    """The steps with all that there is to know of the findings behind each; sorted as the steps are."""
    head = report_json.head(report, View())
    document = {
        **{name: head[name] for name in ("schema_version", "tool", "run")},
        "tracker": tracker,
        "per": per,
        "steps": [_step(step, report, diff) for step in steps],
    }
    return report_json.dumped(document, indent=2) + "\n"


def _step(step: Step, report: Report, diff: Callable[[Sequence[Finding]], str]) -> dict[str, Any]:
    state = step.existing.state if step.existing else None
    state = read_state(step.body) or state
    names = state.findings if state else ()
    found = [finding for finding in report.findings if finding.fingerprint in names and finding.code in KINDS]
    return {
        "action": step.action.value,
        "number": step.existing.number if step.existing else None,
        "key": state.key if state else None,
        "subject": state.subject if state else None,
        "path": state.path if state else None,
        "title": step.title,
        "body": step.body or (step.existing.body if step.existing else ""),
        "comment": step.comment,
        "diff": diff(found) if found else "",
        "findings": [
            {**document, "kind": KINDS[document["code"]]}
            for document in report_json.findings(replace(report, findings=tuple(found)))
        ],
    }
