"""Former runs, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from canonid.identifiers import AUTHORITIES
from canonid.model import State, Verdict
from canonid.reports import View
from canonid.reports.figures import counted, hanging, printable, table
from canonid.store.history import Change, PastRun

_HEAD = ("run", "pages", "right", "wrong", "undecided", "new", "gone", "requests", "seconds")
_NUMBERS = frozenset(range(1, 9))
_RIGHT = (Verdict.CONFIRMED, Verdict.CONFIRMED_NULL)
_UNDECIDED = (Verdict.UNDETERMINED, Verdict.UNAVAILABLE)
_WORDS = {State.OPEN: "new", State.REOPENED: "found again", State.RESOLVED: "resolved"}


def render_runs(runs: Sequence[PastRun], view: View) -> str:
    """A line a run, newest first, and what changed between the oldest of them and the newest.

    A look at a few pages says nothing of the others: only runs over about as many pages as the widest are compared.
    """
    if not runs:
        return "Nothing was run yet.\n"
    lines = table([_HEAD, *map(_row, runs)], _NUMBERS)
    widest = max(run.subjects for run in runs)
    wide = [run for run in runs if 2 * run.subjects >= widest]
    if len(wide) > 1:
        lines += ["", *hanging("Trend: ", _trend(wide[-1], wide[0]), view.width)]
    return "\n".join(lines) + "\n"


def runs_as_json(runs: Sequence[PastRun]) -> str:
    """The same as `{"schema_version": 1, "runs": […]}`."""
    return _dump({"runs": [_run(run) for run in runs]})


def render_run(run: PastRun, changes: Sequence[Change], view: View) -> str:
    """The counts of one run, its authorities, and what it changed."""
    verdicts = ", ".join(f"{count:,} {name}" for name, count in _verdicts(run).items()) or "none"
    findings = ", ".join(f"{count:,} {name}" for name, count in sorted(run.findings.items())) or "none"
    began = run.started_at.astimezone(UTC)
    lines = [
        f"Run {run.id}",
        *hanging("Time:     ", f"{began:%Y-%m-%d %H:%M:%S} UTC, {run.seconds:.1f} s{_offline(run)}", view.width),
        *hanging("Claims:   ", f"{run.claims:,} on {counted(run.subjects, 'page')}: {verdicts}", view.width),
        *hanging("Findings: ", findings, view.width),
        *hanging("Changes:  ", f"{run.new:,} new, {run.reopened:,} found again, {run.resolved:,} resolved", view.width),
    ]
    for name, use in run.authorities.items():
        release = f" {printable(use.release)}" if use.release else ""
        told = f"{counted(use.requests, 'request')}, {printable(use.status)}"
        lines += hanging(f"{AUTHORITIES.get(name, printable(name))}{release}: ", told, view.width)
    for change in changes:
        word = _WORDS.get(change.state, change.state.value)
        text = f"{word}: {change.code} {change.message} ({change.note})"
        lines += ["", f"{printable(change.path)}:{change.line}", *hanging("    ", printable(text), view.width)]
    return "\n".join(lines) + "\n"


def run_as_json(run: PastRun, changes: Sequence[Change]) -> str:
    """The same as `{"schema_version": 1, "run": {…}, "changes": […]}`."""
    return _dump({"run": _run(run), "changes": [_change(change) for change in changes]})


def _row(run: PastRun) -> tuple[str, ...]:
    right, wrong, unsure = (_sum(run, these) for these in (_RIGHT, (Verdict.DISCREPANT,), _UNDECIDED))
    new = f"{run.new + run.reopened:,}"
    numbers = (f"{right:,}", f"{wrong:,}", f"{unsure:,}", new, f"{run.resolved:,}", f"{run.requests:,}")
    return (run.id, f"{run.subjects:,}", *numbers, f"{run.seconds:.1f}")


def _sum(run: PastRun, verdicts: Sequence[Verdict]) -> int:
    return sum(run.verdicts.get(verdict, 0) for verdict in verdicts)


def _trend(first: PastRun, last: PastRun) -> str:
    """What the newest run says beside the oldest one shown."""
    pairs = (("right", _RIGHT), ("wrong", (Verdict.DISCREPANT,)), ("undecided", _UNDECIDED))
    told = (f"{name} {_sum(first, these):,} → {_sum(last, these):,}" for name, these in pairs)
    return ", ".join(told) + f" since {first.started_at.astimezone(UTC):%Y-%m-%d}"


def _verdicts(run: PastRun) -> dict[str, int]:
    """Counts in the order in which verdicts are always named."""
    return {verdict.value: run.verdicts[verdict] for verdict in Verdict if verdict in run.verdicts}


def _offline(run: PastRun) -> str:
    return ", offline" if run.offline else ""


def _run(run: PastRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "started_at": _time(run.started_at),
        "finished_at": _time(run.finished_at),
        "seconds": round(run.seconds, 3),
        "offline": run.offline,
        "subjects": run.subjects,
        "claims": run.claims,
        "verdicts": {verdict.value: run.verdicts.get(verdict, 0) for verdict in Verdict},
        "findings": dict(sorted(run.findings.items())),
        "new": run.new,
        "reopened": run.reopened,
        "resolved": run.resolved,
        "requests": run.requests,
        "authorities": {
            name: {"release": use.release, "requests": use.requests, "status": use.status}
            for name, use in run.authorities.items()
        },
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "state": change.state.value,
        "fingerprint": change.fingerprint,
        "code": change.code,
        "severity": change.severity,
        "subject": change.subject,
        "path": change.path,
        "line": change.line,
        "field": change.field,
        "claimed": change.claimed,
        "message": change.message,
        "note": change.note,
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _dump(document: dict[str, Any]) -> str:
    return json.dumps({"schema_version": 1, **document}, ensure_ascii=False, indent=2) + "\n"
