"""Discrepancies out of the table in the shape of a report, for the forms that only reports have."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from canonid.model import Confidence, Finding, Place, Proposal, Report, Run, Severity, State

_NEVER = Run("none", datetime.fromtimestamp(0, UTC), datetime.fromtimestamp(0, UTC), True, {})


def report_of(rows: Iterable[str], runs: Sequence[Run]) -> Report:
    """The discrepancies, as the JSON list has them, as the findings of the newest of `runs`; there are no claims."""
    findings = tuple(_finding(json.loads(row)) for row in rows)
    subjects = len({finding.subject for finding in findings})
    return Report(runs[0] if runs else _NEVER, subjects, (), findings)


def _finding(row: dict[str, Any]) -> Finding:
    return Finding(
        code=row["code"],
        rule=row["rule"],
        severity=Severity(row["severity"]),
        subject=row["subject"],
        field=row["field"],
        claimed=row["claimed"],
        place=Place(row["path"], row["line"], row["column"]),
        message=row["message"],
        proposal=_proposal(row["proposal"]),
        authorities=tuple(row["authorities"]),
        state=State(row["state"]),
    )


def _proposal(row: dict[str, Any] | None) -> Proposal | None:
    return None if row is None else Proposal(row["value"], Confidence(row["confidence"]), row["why"])
