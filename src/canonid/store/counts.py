"""Counts of trials that later runs compare with: the search, the NCT numbers and the date of each."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable

from canonid.model import TrialCount, TrialSearch
from canonid.store.database import from_text, reading, schema_version, to_text, upsert

_SINCE = 3
"""The schema that brought the table; a reader may meet an older one."""


def read_counts(database: str | os.PathLike[str]) -> dict[tuple[str, str], TrialCount]:
    """The kept counts by subject and field; none if nothing was ever stored there."""
    with reading(database) as connection:
        if connection is None or schema_version(connection) < _SINCE:
            return {}
        rows = connection.execute(
            "SELECT subject, field, claimed, terms, statuses, trials, asked_at, release, note FROM trial_query"
        ).fetchall()
    counts = (_count(*row) for row in rows)
    return {(count.subject, count.field): count for count in counts}


def write_counts(connection: sqlite3.Connection, counts: Iterable[TrialCount], run_id: str) -> None:
    """Keep counts in the transaction of the run that made them; each replaces the one of the same claim."""
    connection.executemany(
        upsert(connection, "trial_query"),
        [
            {
                "subject": count.subject,
                "field": count.field,
                "claimed": count.claimed,
                "terms": json.dumps(count.search.terms, ensure_ascii=False),
                "statuses": json.dumps(count.search.statuses),
                "count": len(count.trials),
                "trials": json.dumps(count.trials),
                "asked_at": to_text(count.asked_at),
                "release": count.release,
                "note": count.note,
                "run_id": run_id,
            }
            for count in counts
        ],
    )


def _count(  # noqa: PLR0917 - the columns of the row
    subject: str,
    field: str,
    claimed: str,
    terms: str,
    statuses: str,
    trials: str,
    asked_at: str,
    release: str | None,
    note: str,
) -> TrialCount:
    search = TrialSearch(tuple(json.loads(terms)), tuple(json.loads(statuses)))
    return TrialCount(subject, field, claimed, search, tuple(json.loads(trials)), from_text(asked_at), release, note)
