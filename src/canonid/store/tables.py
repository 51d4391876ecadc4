"""The schema, said once, as SQLModel tables; the only file that knows SQLModel.

It is imported only when a database is created (the import costs half a second): every other reader and writer takes
the columns from the database itself. Whoever changes a table raises `database.SCHEMA_VERSION` and writes a migration.
Times are UTC in ISO 8601 with microseconds, so that text order is time order; lists and objects are JSON text.
"""

from __future__ import annotations

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement
from sqlmodel import Field, Index, SQLModel


class EvidenceRow(SQLModel, table=True):
    """The newest reply of an authority to a question; `payload` is null for "no such record"."""

    __tablename__ = "evidence"
    __table_args__ = (Index("evidence_by_age", "authority", "retrieved_at", "release"),)

    authority: str = Field(primary_key=True)
    question: str = Field(primary_key=True)
    """`Question.key`."""
    release: str | None
    retrieved_at: str
    url: str
    sha256: str
    sources: str | None
    """Where the facts of a record compiled by hand come from; null for a recorded reply."""
    payload: str | None
    """Last, so that the other columns can be read without its overflow pages."""


class RunRow(SQLModel, table=True):
    """One reconciliation; `authorities` holds release, requests and status of each."""

    __tablename__ = "run"
    __table_args__ = (Index("run_by_time", "started_at"),)

    id: str = Field(primary_key=True)
    started_at: str
    finished_at: str
    offline: bool
    subjects: int
    authorities: str
    root: str | None
    """The folder that the paths of its pages are relative to; null in runs of the first schema."""


class ClaimVerdictRow(SQLModel, table=True):
    """What a run said of one claim; `evidence` names the replies that it rests on by question and hash."""

    __tablename__ = "claim_verdict"

    run_id: str = Field(primary_key=True, foreign_key="run.id", ondelete="CASCADE")
    number: int = Field(primary_key=True)
    """Position in the report."""
    subject: str
    field: str
    kind: str
    prefix: str
    value: str | None
    """As written; null for an explicit none."""
    path: str
    line: int
    column: int
    verdict: str
    reason: str
    codes: str
    evidence: str


class FindingRow(SQLModel, table=True):
    """What a rule said in one run, as it was then."""

    __tablename__ = "finding"

    run_id: str = Field(primary_key=True, foreign_key="run.id", ondelete="CASCADE")
    number: int = Field(primary_key=True)
    """Position in the report."""
    fingerprint: str
    code: str
    rule: str
    severity: str
    subject: str
    field: str
    claimed: str | None
    path: str
    line: int
    column: int
    message: str
    proposal: str | None
    also: str
    authorities: str
    evidence: str
    state: str


class DiscrepancyRow(SQLModel, table=True):
    """A finding with memory; place, message and proposal are those of the last run that saw it."""

    __tablename__ = "discrepancy"
    __table_args__ = (
        Index("discrepancy_by_state", "state"),
        Index("discrepancy_by_place", "path", "line", "column", "code", "fingerprint"),
        Index("discrepancy_by_subject", "subject"),
    )

    fingerprint: str = Field(primary_key=True)
    code: str
    rule: str
    severity: str
    subject: str
    field: str
    claimed: str | None
    path: str
    line: int
    column: int
    message: str
    proposal: str | None
    authorities: str
    state: str
    first_seen: str
    last_seen: str
    run_id: str
    """The last run that saw it; no foreign key, because old runs may be pruned."""


class DiscrepancyEventRow(SQLModel, table=True):
    """One change of a discrepancy's state: who, when, why."""

    __tablename__ = "discrepancy_event"
    __table_args__ = (
        Index("discrepancy_event_by_fingerprint", "fingerprint"),
        Index("discrepancy_event_by_run", "run_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    fingerprint: str = Field(foreign_key="discrepancy.fingerprint")
    at: str
    actor: str
    run_id: str | None
    from_state: str | None
    """Null when the discrepancy was found for the first time."""
    to_state: str
    note: str


class FormerFingerprintRow(SQLModel, table=True):
    """What a discrepancy was called before its page was renamed: curators and waivers may still say it so."""

    __tablename__ = "former_fingerprint"
    __table_args__ = (Index("former_fingerprint_by_fingerprint", "fingerprint"),)

    former: str = Field(primary_key=True)
    fingerprint: str = Field(foreign_key="discrepancy.fingerprint")


class WaiverRow(SQLModel, table=True):
    """A waiver as the last run met it in the file or on a line of a page, which remain its home."""

    __tablename__ = "waiver"

    fingerprint: str = Field(primary_key=True)
    """As written; not a foreign key, because a waiver may be of nothing that was ever found."""
    code: str
    subject: str
    field: str
    claimed: str | None
    who: str
    reason: str
    until: str | None
    """The last day on which it holds, as ISO date; null for no end."""
    origin: str
    """`path:line` where it is written."""
    run_id: str | None
    """The run that met it; null until one does."""


class LeaseRow(SQLModel, table=True):
    """Who may do what only one process may do at a time, for as long as it keeps saying that it is alive."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str
    acquired: str
    heartbeat: str
    expires: str


class ScheduleRow(SQLModel, table=True):
    """Up to when a schedule was carried out, so that two schedulers do not do one thing twice."""

    __tablename__ = "schedule"

    name: str = Field(primary_key=True)
    """Cron expression, time zone and paths."""
    due: str
    """The last due time that was carried out to its end."""
    holder: str
    finished: str


class TrialQueryRow(SQLModel, table=True):
    """The trials that were counted for one claim, which later counts are compared with until the claim changes."""

    __tablename__ = "trial_query"

    subject: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    claimed: str
    """The page's number at that time; another one makes a new baseline."""
    terms: str
    statuses: str
    count: int
    trials: str
    """The NCT numbers."""
    asked_at: str
    release: str | None
    """The date of the registry's data."""
    note: str
    """Why this count was kept."""
    run_id: str
    """The run that kept it; no foreign key, because old runs may be pruned."""


def ddl() -> tuple[str, ...]:
    """The statements that create the schema in an empty database, tables before what refers to them."""
    tables = SQLModel.metadata.sorted_tables
    indexes = [index for table in tables for index in sorted(table.indexes, key=lambda index: str(index.name))]
    statements: list[ExecutableDDLElement] = [*map(CreateTable, tables), *map(CreateIndex, indexes)]
    return tuple(str(statement.compile(dialect=sqlite.dialect())) for statement in statements)
