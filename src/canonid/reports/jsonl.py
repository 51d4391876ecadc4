"""The report as JSON Lines, for programs that read as they go: the run, then the claims, then the findings.

Each line is one object of the JSON report with `type` in front (`run`, `claim`, `finding`); the first one says which
schema version the others follow.
"""

from __future__ import annotations

import json
from typing import Any

from canonid.model import Report
from canonid.reports import View
from canonid.reports.json import claims, findings, head


def render(report: Report, view: View) -> str:
    """One line an object, sorted as the JSON report is."""
    lines = [_line("run", head(report, view))]
    lines += [_line("claim", claim) for claim in claims(report)]
    lines += [_line("finding", finding) for finding in findings(report)]
    return "".join(lines)


def _line(sort: str, item: dict[str, Any]) -> str:
    text = json.dumps({"type": sort, **item}, ensure_ascii=False, separators=(",", ":"))
    # Unicode has line ends of its own, which some readers take for the end of the object.
    return text.replace("\x85", "\\u0085").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n"
