"""The report as workflow commands of GitHub Actions, which show findings at their lines in a pull request.

GitHub shows at most ten errors, ten warnings and ten notices of a step and drops the rest without a word, so no more
are printed, and a last line counts the others. What the annotations leave out is in the step summary.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from canonid.model import Finding, Report, Severity, State, Verdict
from canonid.reports import View, markdown
from canonid.reports.figures import counted, printable
from canonid.reports.json import finding_order

MOST = 10
"""Annotations of one severity that GitHub shows for a step."""
LARGEST_SUMMARY = 1_000_000
"""Bytes; GitHub refuses a step summary above 1 MiB."""
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report, view: View) -> str:
    """The annotations, gravest first, and a line that counts; waived findings are not annotated."""
    lines = []
    left_out = 0
    for severity, command in _COMMANDS.items():
        findings = sorted((item for item in _open(report) if item.severity is severity), key=finding_order)
        lines += [_annotation(command, finding, view) for finding in findings[:MOST]]
        left_out += len(findings[MOST:])
    if not view.quiet:
        lines.append(_count(report, left_out))
    return "".join(f"{line}\n" for line in lines)


def step_summary(report: Report, view: View) -> str:
    """The report as Markdown for `$GITHUB_STEP_SUMMARY`, shortened if GitHub would refuse it."""
    for shown in (view, replace(view, verbose=False), replace(view, verbose=False, quiet=True)):
        text = markdown.render(report, shown)
        if len(text.encode()) <= LARGEST_SUMMARY:
            return text
    kept = text.encode()[:LARGEST_SUMMARY].decode(errors="ignore").rpartition("\n## ")[0]
    return kept.rstrip() + "\n\nThe rest is left out, because GitHub shows no more: run canonid with `--format html`.\n"


def _open(report: Report) -> Iterator[Finding]:
    return (finding for finding in report.findings if finding.state is not State.WAIVED)


def _annotation(command: str, finding: Finding, view: View) -> str:
    place = finding.place
    properties = {
        "file": posixpath.join(view.base, place.path),
        "line": str(place.line),
        "col": str(place.column),
        "title": f"{finding.code} {finding.rule}",
    }
    shown = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{command} {shown}::{_data(_message(finding))}"


def _message(finding: Finding) -> str:
    proposal = finding.proposal
    if proposal is None:
        return finding.message
    value = "null" if proposal.value is None else proposal.value
    return f"{finding.message}\nproposal: {value} ({proposal.confidence.value} confidence: {proposal.why})"


def _data(text: str) -> str:
    encoded = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return printable(encoded)  # the log of a step is a terminal too


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _count(report: Report, left_out: int) -> str:
    verdicts = Counter(judged.verdict for judged in report.claims)
    said = ", ".join(f"{verdicts[verdict]} {verdict.value}" for verdict in Verdict if verdicts[verdict])
    pages = f"{counted(len(report.claims), 'claim')} on {counted(report.subjects, 'page')}"
    waived = len(report.findings) - sum(1 for _ in _open(report))
    parts = [f"canonid: {pages}: {said}" if said else f"canonid: {pages}", counted(len(report.findings), "finding")]
    parts += [f"{waived} of them waived"] if waived else []
    parts += [f"{left_out} of them not annotated: see the step summary"] if left_out else []
    return printable("; ".join(parts))
