"""Findings with memory: when first and last seen, in which state, and how they came to it."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Set
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from canonid.model import Confidence, Finding, Place, Proposal, Report, Run, Severity, State
from canonid.store.database import from_text, reading, to_text, upsert, writing
from canonid.store.runs import proposal_text
from canonid.store.waivers import mirror_waivers
from canonid.waiver import Standing, Waiver


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A finding with memory; place, message and proposal are those of the last run that saw it."""

    fingerprint: str
    code: str
    rule: str
    severity: Severity
    subject: str
    field: str
    claimed: str | None
    place: Place
    message: str
    proposal: Proposal | None
    authorities: tuple[str, ...]
    state: State
    first_seen: datetime
    last_seen: datetime
    run_id: str
    """The last run that saw it."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A new state of a discrepancy, with the reason for its history."""

    fingerprint: str
    before: State | None
    after: State
    note: str
    actor: str = "canonid"


@dataclass(frozen=True, slots=True)
class _Scope:
    """What a run can speak for."""

    pages: Set[str]
    answered: Set[str]
    unanswered: Set[tuple[str, str]]
    codes: Set[str] | None
    untold: Set[str]
    is_gone: Callable[[str], bool]

    def why_resolved(self, known: Discrepancy, paths: Set[str]) -> str | None:
        """Why a discrepancy that the run did not find on any of `paths` is resolved; None if the run cannot tell."""
        unchecked = paths - self.pages
        if not all(map(self.is_gone, unchecked)):
            return None
        if unchecked == paths:
            return "page gone"
        if known.fingerprint in self.untold or (self.codes is not None and known.code not in self.codes):
            return None
        if any((known.subject, name) in self.unanswered or name not in self.answered for name in known.authorities):
            return None
        return "no longer found"


def _nothing_is_gone(_path: str) -> bool:
    return False


def update_discrepancies(
    database: str | os.PathLike[str],
    report: Report,
    *,
    checked_pages: Set[str],
    answered: Set[str],
    unanswered: Set[tuple[str, str]] = frozenset(),
    checked_codes: Set[str] | None = None,
    untold: Set[str] = frozenset(),
    is_gone: Callable[[str], bool] = _nothing_is_gone,
) -> dict[str, State]:
    """Bring the memory up to date with a run, in one transaction; the states of all that it found or resolved.

    A discrepancy that was not found again is resolved only where the run can tell: its page was checked
    (`checked_pages`, as `Page.path`), its rule ran (`checked_codes`, None for all), and every authority that it rests
    on answered (`answered`), also every question about its subject (`unanswered`: pairs of subject and authority
    that did not), and it is none of `untold`, which rest on pages that were not read either. For a page that was not
    checked, `is_gone` says whether the run covered the folder where it used to be and did not meet it there. What the
    report has as waived is waived, and what was waived and no longer is, is reopened; the waivers of the report are
    kept beside. Findings of severity info are no discrepancies.
    """
    found: dict[str, Finding] = {}
    for finding in report.findings:
        if finding.severity is not Severity.INFO:
            found.setdefault(finding.fingerprint, finding)
    scope = _Scope(checked_pages, answered, unanswered, checked_codes, untold, is_gone)
    with writing(database) as connection:
        known = {item.fingerprint: item for item in find_discrepancies(connection)}
        ended = {waiver.fingerprint: waiver for waiver in report.waivers if waiver.standing is Standing.EXPIRED}
        missed = {name: known[name] for name in known.keys() - found.keys() if known[name].state is not State.RESOLVED}
        changes = (*_met(found, known, ended), *_missed(missed, _paths(connection, missed), scope))
        states = {fingerprint: known[fingerprint].state for fingerprint in found if fingerprint in known}
        states |= {change.fingerprint: change.after for change in changes}
        _write(connection, report.run, [_row(item, states, known, report.run) for item in found.values()], changes)
        mirror_waivers(connection, report.waivers, report.run.id)
    return states


def list_discrepancies(
    database: str | os.PathLike[str], states: Collection[State] | None = None
) -> tuple[Discrepancy, ...]:
    """The discrepancies in `states` (None: in any), sorted by place; none if nothing was ever stored there."""
    with reading(database) as connection:
        if connection is None:
            return ()
        return tuple(item for item in find_discrepancies(connection) if states is None or item.state in states)


def find_discrepancies(
    connection: sqlite3.Connection, where: str = "", values: tuple[str, ...] = ()
) -> list[Discrepancy]:
    """Those that the condition `where` (constants, with a mark for each of `values`) holds for, sorted by place."""
    condition = f"WHERE {where}" if where else ""
    with closing(connection.cursor()) as cursor:
        cursor.row_factory = sqlite3.Row
        cursor.execute(
            f'SELECT * FROM discrepancy {condition} ORDER BY path, line, "column", code, fingerprint',  # noqa: S608 - constants
            values,
        )
        return [_discrepancy(row) for row in cursor]


def _met(
    found: Mapping[str, Finding], known: Mapping[str, Discrepancy], ended: Mapping[str, Waiver]
) -> Iterator[_Change]:
    """What changes because it was found: new ones open, resolved ones reopen, and waivers begin and end."""
    for fingerprint, finding in found.items():
        state = known[fingerprint].state if fingerprint in known else None
        if state is None:
            yield _Change(fingerprint, None, state := State.OPEN, "found for the first time")
        elif state is State.RESOLVED:
            yield _Change(fingerprint, state, state := State.REOPENED, "found again")
        if finding.waiver is not None and state is not State.WAIVED:
            yield _Change(fingerprint, state, State.WAIVED, finding.waiver.terms, finding.waiver.who)
        elif finding.waiver is None and state is State.WAIVED:
            waiver = ended.get(fingerprint)
            note = f"the waiver ended on {waiver.until}" if waiver else "there is no waiver any more"
            yield _Change(fingerprint, state, State.REOPENED, note)


def _missed(missed: Mapping[str, Discrepancy], paths: Mapping[str, Set[str]], scope: _Scope) -> Iterator[_Change]:
    """What changes because it was not found any more."""
    for fingerprint, item in missed.items():
        if note := scope.why_resolved(item, paths[fingerprint]):
            yield _Change(fingerprint, item.state, State.RESOLVED, note)


def _paths(connection: sqlite3.Connection, missed: Mapping[str, Discrepancy]) -> dict[str, set[str]]:
    """The pages that each of these was ever found on: two pages of one name with one mistake are one discrepancy."""
    paths = {fingerprint: {item.place.path} for fingerprint, item in missed.items()}
    if missed:
        for fingerprint, path in connection.execute("SELECT fingerprint, path FROM finding"):
            if fingerprint in paths:
                paths[fingerprint].add(path)
    return paths


def _write(
    connection: sqlite3.Connection, run: Run, rows: list[dict[str, str | int | None]], changes: tuple[_Change, ...]
) -> None:
    connection.executemany(upsert(connection, "discrepancy"), rows)
    connection.executemany(
        "UPDATE discrepancy SET state = ? WHERE fingerprint = ?",
        [(change.after, change.fingerprint) for change in changes],
    )
    connection.executemany(
        upsert(connection, "discrepancy_event"),
        [
            {
                "id": None,
                "fingerprint": change.fingerprint,
                "at": to_text(run.finished_at),
                "actor": change.actor,
                "run_id": run.id,
                "from_state": change.before,
                "to_state": change.after,
                "note": change.note,
            }
            for change in changes
        ],
    )


def _row(
    finding: Finding, states: Mapping[str, State], known: Mapping[str, Discrepancy], run: Run
) -> dict[str, str | int | None]:
    earlier = known.get(finding.fingerprint)
    first_seen = run.finished_at if earlier is None else min(earlier.first_seen, run.finished_at)
    last_seen = run.finished_at if earlier is None else max(earlier.last_seen, run.finished_at)
    return {
        "fingerprint": finding.fingerprint,
        "code": finding.code,
        "rule": finding.rule,
        "severity": finding.severity,
        "subject": finding.subject,
        "field": finding.field,
        "claimed": finding.claimed,
        "path": finding.place.path,
        "line": finding.place.line,
        "column": finding.place.column,
        "message": finding.message,
        "proposal": proposal_text(finding.proposal),
        "authorities": json.dumps(sorted(set(finding.authorities))),
        "state": states[finding.fingerprint],
        "first_seen": to_text(first_seen),
        "last_seen": to_text(last_seen),
        "run_id": run.id,
    }


def _discrepancy(row: sqlite3.Row) -> Discrepancy:
    return Discrepancy(
        fingerprint=row["fingerprint"],
        code=row["code"],
        rule=row["rule"],
        severity=Severity(row["severity"]),
        subject=row["subject"],
        field=row["field"],
        claimed=row["claimed"],
        place=Place(row["path"], row["line"], row["column"]),
        message=row["message"],
        proposal=_proposal(row["proposal"]),
        authorities=tuple(json.loads(row["authorities"])),
        state=State(row["state"]),
        first_seen=from_text(row["first_seen"]),
        last_seen=from_text(row["last_seen"]),
        run_id=row["run_id"],
    )


def _proposal(text: str | None) -> Proposal | None:
    if text is None:
        return None
    stored = json.loads(text)
    return Proposal(stored["value"], Confidence(stored["confidence"]), stored["why"])
