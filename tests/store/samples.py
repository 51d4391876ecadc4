"""Synthetic values that the tests of the store file and read back."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from canonid.identifiers import CHEMBL, Reference
from canonid.model import (
    AuthorityUse,
    ById,
    Claim,
    ClaimKind,
    Confidence,
    Evidence,
    Finding,
    Judged,
    Place,
    Proposal,
    Question,
    Report,
    Run,
    Severity,
    Verdict,
)
from canonid.store.database import from_text, reading
from canonid.store.lease import RUN, Holding
from canonid.store.rows import read_rows

NOON = datetime(2026, 1, 5, 12, 0, 0, 123456, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
"""Where a process must start to be able to import this module."""
PAYLOAD = '{"molecule":{"name":"β-carotene"}}'


def compound(number: int) -> ById:
    return ById(Reference(CHEMBL, f"CHEMBL{number}"))


def evidence(
    question: Question | None = None,
    *,
    authority: str = "chembl",
    release: str | None = "ChEMBL_36",
    at: datetime = NOON,
    payload: str | None = PAYLOAD,
    sources: str | None = None,
) -> Evidence:
    url = "https://example.org/molecule"
    return Evidence(authority, question or compound(25), release, at, url, payload, sources=sources)


def stored(path: Path) -> list[Evidence]:
    """All replies of a store, by authority and question; none if there is no store."""
    with reading(path) as connection:
        return [] if connection is None else [row.read() for row in read_rows(connection)]


def holding_of(database: Path) -> Holding | None:
    """Who has the lease of runs, be it over or not; None if nobody has."""
    with reading(database) as connection:
        assert connection is not None
        row = connection.execute("SELECT * FROM lease WHERE name = ?", (RUN,)).fetchone()
    return None if row is None else Holding(row[0], row[1], *map(from_text, row[2:]))


def finding(
    subject: str = "adapalene",
    *,
    severity: Severity = Severity.ERROR,
    path: str | None = None,
    line: int = 4,
    code: str = "ID301",
    authorities: tuple[str, ...] = ("chembl",),
    message: str = "chembl-id CHEMBL1232 is ERTAPENEM SODIUM, not adapalene",
) -> Finding:
    return Finding(
        code=code,
        rule="names-another-substance",
        severity=severity,
        subject=subject,
        field="chembl-id",
        claimed="CHEMBL1232",
        place=Place(path or f"molecules/{subject}.md", line, 12),
        message=message,
        proposal=Proposal("CHEMBL1265", Confidence.HIGH, "pref_name and InChIKey agree"),
        also=(Place(path or f"molecules/{subject}.md", 40, 3),),
        evidence=(evidence(),),
        authorities=authorities,
    )


def judged(subject: str = "adapalene") -> Judged:
    place = Place(f"molecules/{subject}.md", 4, 12)
    claim = Claim(subject, "chembl-id", ClaimKind.IDENTIFIER, CHEMBL, "CHEMBL1232", place)
    return Judged(claim, Verdict.DISCREPANT, "names another substance", ("ID301",), (evidence(),))


def report(*findings: Finding, run_id: str = "run-1", days: int = 0) -> Report:
    start = NOON + timedelta(days=days)
    use = {"chembl": AuthorityUse("ChEMBL_36", 2, "ok"), "drugbank": AuthorityUse(None, 0, "unavailable: no export")}
    run = Run(run_id, start, start + timedelta(seconds=3), False, use)
    return Report(run, subjects=1, claims=(judged(),), findings=findings)


@contextmanager
def folder_of_another_user() -> Iterator[Path]:
    """A folder outside pytest's private one, which an unprivileged user can reach."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


@contextmanager
def unprivileged() -> Iterator[None]:
    """Act as a user to whom permissions apply: root is none."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
