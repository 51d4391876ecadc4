"""What each run found: the run itself, the verdict of every claim, and every finding."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict

from canonid.model import AuthorityUse, Evidence, Finding, Judged, Proposal, Report, Run, TrialCount
from canonid.store.counts import write_counts
from canonid.store.database import from_text, reading, to_text, upsert, writing

_Row = dict[str, str | int | None]
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
"""Made once: a run of a large wiki writes a hundred thousand lists."""


def record_run(
    database: str | os.PathLike[str], report: Report, root: str | None = None, counts: Iterable[TrialCount] = ()
) -> None:
    """Store the run with its verdicts and findings in one transaction; recording it again changes nothing.

    `root` is the folder that the paths of its pages are relative to; `counts` are what later runs are to compare the
    trials of their pages with.
    """
    run_id = report.run.id
    with writing(database) as connection:
        connection.execute(upsert(connection, "run"), {**_run_row(report), "root": root})
        connection.executemany(
            upsert(connection, "claim_verdict"),
            ({"run_id": run_id, "number": number, **_claim_row(item)} for number, item in enumerate(report.claims)),
        )
        connection.executemany(
            upsert(connection, "finding"),
            ({"run_id": run_id, "number": number, **_finding_row(item)} for number, item in enumerate(report.findings)),
        )
        write_counts(connection, counts, run_id)


def last_runs(database: str | os.PathLike[str], limit: int = 10) -> tuple[Run, ...]:
    """The newest runs, newest first; none if nothing was ever stored there."""
    with reading(database) as connection:
        if connection is None:
            return ()
        rows = connection.execute(
            "SELECT id, started_at, finished_at, offline, authorities FROM run ORDER BY started_at DESC, id LIMIT ?",
            (limit,),
        ).fetchall()
    return tuple(_run(*row) for row in rows)


def proposal_text(proposal: Proposal | None) -> str | None:
    """A proposal as it is stored."""
    return None if proposal is None else _json(asdict(proposal))


def _run(run_id: str, started_at: str, finished_at: str, offline: int, authorities: str) -> Run:
    uses = {name: AuthorityUse(**use) for name, use in json.loads(authorities).items()}
    return Run(run_id, from_text(started_at), from_text(finished_at), bool(offline), uses)


def _run_row(report: Report) -> _Row:
    run = report.run
    return {
        "id": run.id,
        "started_at": to_text(run.started_at),
        "finished_at": to_text(run.finished_at),
        "offline": run.offline,
        "subjects": report.subjects,
        "authorities": _json({name: asdict(use) for name, use in run.authorities.items()}),
    }


def _claim_row(judged: Judged) -> _Row:
    claim = judged.claim
    return {
        "subject": claim.subject,
        "field": claim.field,
        "kind": claim.kind,
        "prefix": claim.prefix,
        "value": claim.text,
        "path": claim.place.path,
        "line": claim.place.line,
        "column": claim.place.column,
        "verdict": judged.verdict,
        "reason": judged.reason,
        "codes": _json(judged.codes),
        "evidence": _names(judged.evidence),
    }


def _finding_row(finding: Finding) -> _Row:
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
        "also": _json([asdict(place) for place in finding.also]),
        "authorities": _json(finding.authorities),
        "evidence": _names(finding.evidence),
        "state": finding.state,
    }


def _names(evidence: Iterable[Evidence]) -> str:
    """Which replies: enough to find them in the store and to see whether they have changed since."""
    return _json(
        [{"authority": item.authority, "question": item.question.key, "sha256": item.sha256} for item in evidence]
    )


def _json(value: object) -> str:
    return _ENCODER.encode(value)
