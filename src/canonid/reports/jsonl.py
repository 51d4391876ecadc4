"""The report as JSON Lines, for programs that read as they go: the run, then claims, findings, waivers.

Each line is one object of the JSON report with `type` in front (`run`, `claim`, `finding`, `waiver`); the first one
says which schema version the others follow.
"""

from __future__ import annotations

from typing import Any

from canonid.model import Report
from canonid.reports import View
from canonid.reports.json import claims, dumped, findings, head, waivers


def render(report: Report, view: View) -> str:
    """One line an object, sorted as the JSON report is."""
    lines = [_line("run", head(report, view))]
    lines += [_line("claim", claim) for claim in claims(report)]
    lines += [_line("finding", finding) for finding in findings(report)]
    lines += [_line("waiver", waiver) for waiver in waivers(report)]
    return "".join(lines)


def _line(sort: str, item: dict[str, Any]) -> str:
    return dumped({"type": sort, **item}) + "\n"
