"""What a run leaves behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from canonid.errors import StoreError
from canonid.store.database import reading, writing
from canonid.store.runs import last_runs, record_run
from tests.store.samples import evidence, finding, report


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "canonid.sqlite"


def _rows(path: Path, table: str) -> list[dict[str, Any]]:
    with reading(path) as connection:
        assert connection is not None
        cursor = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - named by the test
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]


def test_a_run_comes_back_as_it_was(path: Path) -> None:
    """Times, authorities and all."""
    record_run(path, report())
    assert last_runs(path) == (report().run,)


def test_the_last_runs_are_the_newest_first(path: Path) -> None:
    """No more of them than asked for."""
    for day, name in enumerate(("a", "b", "c")):
        record_run(path, report(run_id=name, days=day))
    assert [run.id for run in last_runs(path, limit=2)] == ["c", "b"]


def test_there_are_no_runs_before_the_first(path: Path) -> None:
    """Asking does not create the database."""
    assert (last_runs(path), path.exists()) == ((), False)


def test_the_verdict_of_every_claim_is_kept(path: Path) -> None:
    """With its place, reason, codes, and the replies that it rests on by question and hash."""
    record_run(path, report())
    (row,) = _rows(path, "claim_verdict")
    replies = [
        {"authority": "chembl", "question": "id:chembl.compound:CHEMBL25", "sha256": evidence().sha256},
    ]
    assert (json.loads(row.pop("evidence")), row) == (
        replies,
        {
            "run_id": "run-1",
            "number": 0,
            "subject": "adapalene",
            "field": "chembl-id",
            "kind": "identifier",
            "prefix": "chembl.compound",
            "value": "CHEMBL1232",
            "path": "molecules/adapalene.md",
            "line": 4,
            "column": 12,
            "verdict": "discrepant",
            "reason": "names another substance",
            "codes": '["ID301"]',
        },
    )


def test_every_finding_is_kept(path: Path) -> None:
    """With its proposal, its other places and the state that it had in that run."""
    item = finding()
    record_run(path, report(item, finding("fisetin")))
    row, other = _rows(path, "finding")
    assert (
        row["fingerprint"],
        row["state"],
        json.loads(row["proposal"]),
        json.loads(row["also"]),
        other["number"],
    ) == (
        item.fingerprint,
        "open",
        {"value": "CHEMBL1265", "confidence": "high", "why": "pref_name and InChIKey agree"},
        [{"path": "molecules/adapalene.md", "line": 40, "column": 3}],
        1,
    )


def test_recording_a_run_again_changes_nothing(path: Path) -> None:
    """A repetition after an interruption makes no second copy."""
    record_run(path, report(finding()))
    record_run(path, report(finding()))
    assert [len(_rows(path, table)) for table in ("run", "claim_verdict", "finding")] == [1, 1, 1]


def _break_findings(path: Path) -> None:
    with writing(path) as connection:
        connection.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON finding BEGIN SELECT RAISE(ABORT, 'findings are refused'); END"
        )


def test_a_run_that_cannot_be_stored_in_full_is_not_stored(path: Path) -> None:
    """One transaction: a run without its findings would look like a clean one."""
    record_run(path, report(run_id="before"))
    _break_findings(path)
    with pytest.raises(StoreError, match="findings are refused"):
        record_run(path, report(finding(), run_id="after"))
    assert [run.id for run in last_runs(path)] == ["before"]
