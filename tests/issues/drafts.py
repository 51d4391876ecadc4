"""Findings and what the text of an issue is made of, by hand; what they say of substances is true."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from canonid.identifiers import CHEMBL, PUBCHEM, Reference
from canonid.issues.block import State
from canonid.issues.body import Draft
from canonid.issues.plan import Existing, Ground, Issue
from canonid.model import (
    Answer,
    ById,
    ByName,
    Confidence,
    Evidence,
    Finding,
    Found,
    NotFound,
    Place,
    Proposal,
    Record,
    Severity,
    Status,
    Unavailable,
)

ASKED = datetime(2026, 3, 1, 12, tzinfo=UTC)
ERTAPENEM = Evidence(
    "chembl", ById(Reference(CHEMBL, "CHEMBL1232")), "ChEMBL_36", ASKED, "https://chembl.example/", "record"
)
SEARCH = Evidence("pubchem", ByName("adapalene"), None, ASKED, "https://pubchem.example/", "search")
WRONG = Finding(
    "ID301", "other-substance", Severity.ERROR, "adapalene", "chembl-id", "CHEMBL1232",
    Place("wiki/adapalene.md", 6, 12), "is ERTAPENEM SODIUM, not Adapalene",
    Proposal("CHEMBL1265", Confidence.HIGH, "pref_name"), (Place("wiki/adapalene.md", 11, 3),), (ERTAPENEM, SEARCH),
)  # fmt: skip
MISSING = Finding(
    "ID401", "null-but-record-exists", Severity.WARNING, "fisetin", "drugbank-id", None, Place("fisetin.md", 4, 1), "x"
)


def parse(evidence: Evidence) -> Answer:
    """As an authority would."""
    if evidence.payload == "record":
        record = Record("chembl", Reference(CHEMBL, "CHEMBL1232"), "ERTAPENEM SODIUM", status=Status.SECONDARY)
        return Found((replace(record, replaced_by=Reference(CHEMBL, "CHEMBL1359")),), evidence)
    if evidence.payload == "search":
        return Found(tuple(Record("pubchem", Reference(PUBCHEM, str(cid))) for cid in range(1, 8)), evidence)
    return NotFound(evidence) if evidence.payload is None else Unavailable("damaged | reply")


DRAFT = Draft(
    lambda place: f"https://wiki.example/{place.path}#L{place.line}",
    parse,
    lambda findings: "".join(f"-{finding.claimed}\n" for finding in findings if finding.proposal),
)
NOTHING = Ground(frozenset(), lambda _: True, "run R")


def as_existing(issue: Issue, number: str = "1", **changes: object) -> Existing:
    """The issue as a tracker would have it."""
    existing = Existing(number, issue.title, issue.body, is_open=True, is_declined=False, state=issue.state)
    return replace(existing, **changes)  # type: ignore[arg-type] # by name


def state(title: str = "t") -> State:
    """Some state."""
    return State("0123456789abcdef", "adapalene", "wiki/adapalene.md", ("ab",), title, "cd")
