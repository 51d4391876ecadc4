"""What canonid says: findings, verdicts, and the report of a run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from canonid.identifiers import Reference
from canonid.model.pages import Claim, Page, Place, Subject
from canonid.model.questions import Answer, Answers, Evidence, Question, TrialSearch
from canonid.waiver import Waiver


class Verdict(StrEnum):
    """What canonid says of a claim; the last three are never merged."""

    CONFIRMED = "confirmed"
    CONFIRMED_NULL = "confirmed_null"
    DISCREPANT = "discrepant"
    UNDETERMINED = "undetermined"
    UNAVAILABLE = "unavailable"


class Severity(StrEnum):
    """How much a finding matters: `--fail-on` compares with it."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """3 for an error, 1 for an info."""
        return {"error": 3, "warning": 2, "info": 1}[self.value]


class Confidence(StrEnum):
    """How sure a proposal is: HIGH only when two independent grounds agree and nothing contradicts."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The value that a claim should have instead; `value` None proposes an explicit none."""

    value: str | None
    confidence: Confidence
    why: str


class State(StrEnum):
    """The life of a discrepancy."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    WAIVED = "waived"
    RESOLVED = "resolved"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says about one claim (or about a file) in this run."""

    code: str
    rule: str
    """The rule's name in kebab case."""
    severity: Severity
    subject: str
    field: str
    claimed: str | None
    place: Place
    message: str
    proposal: Proposal | None = None
    also: tuple[Place, ...] = ()
    """Other places of the page that make the same claim."""
    evidence: tuple[Evidence, ...] = ()
    authorities: tuple[str, ...] = ()
    """The authorities whose answers it rests on; it can be resolved only by a run in which they answered."""
    state: State = State.OPEN
    waiver: Waiver | None = None
    """What waives it, if it is waived."""

    @property
    def fingerprint(self) -> str:
        """Stable name of the discrepancy: moves of lines and new wordings do not change it."""
        return fingerprint_of(self.code, self.subject, self.field, self.claimed)


def fingerprint_of(code: str, subject: str, field: str, claimed: str | None) -> str:
    """The name of the discrepancy that a finding of `code` on this claim is; 16 hexadecimal digits."""
    parts = (code, subject, field, "\0null" if claimed is None else claimed)
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class TrialCount:
    """The trials that were counted for one claim: what later counts are compared with, until the claim changes."""

    subject: str
    field: str
    claimed: str
    """The page's number at that time."""
    search: TrialSearch
    trials: tuple[str, ...]
    """The NCT numbers, sorted."""
    asked_at: datetime
    release: str | None
    """The date of the registry's data."""
    note: str
    """Why this count was kept."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is known about one page: its claims, the answers to their questions, who else claims the same."""

    page: Page
    answers: Answers
    claimants: Mapping[Reference, tuple[Claim, ...]] = field(default_factory=dict)
    """The exact-match claims of all pages of the run, by reference."""
    examples: Mapping[Reference, tuple[Claim, ...]] = field(default_factory=dict)
    """Identifiers that stand as examples in code blocks of the run's pages."""
    titles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The paths of the run's pages by the key of their subject's name."""
    baselines: Mapping[tuple[str, str], TrialCount] = field(default_factory=dict)
    """Earlier counts of trials, by subject and field."""
    held: Mapping[Reference, frozenset[str]] = field(default_factory=dict)
    """The subjects of pages outside of the run, by the identifiers that they rightly have."""

    @property
    def subject(self) -> Subject:
        """The subject of the page."""
        return self.page.subject

    def answer(self, authority: str, question: Question) -> Answer | None:
        """The answer to `question`, None if it was not asked."""
        return self.answers.get((authority, question))


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim with its verdict, the reason in one sentence, and what it rests on."""

    claim: Claim
    verdict: Verdict
    reason: str
    codes: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class AuthorityUse:
    """How one authority was used in a run."""

    release: str | None
    requests: int
    status: str
    """`ok`, `not asked`, `from store`, `degraded` (some questions failed) or `unavailable`, then a colon and why."""


@dataclass(frozen=True, slots=True)
class Run:
    """One reconciliation."""

    id: str
    started_at: datetime
    finished_at: datetime
    offline: bool
    authorities: Mapping[str, AuthorityUse]


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a run, sorted; every renderer starts from it."""

    run: Run
    subjects: int
    claims: tuple[Judged, ...]
    findings: tuple[Finding, ...]
    unanswered: frozenset[tuple[str, str]] = frozenset()
    """Subjects with the authorities that left a question about them open: there, silence of a rule says nothing."""
    waivers: tuple[Waiver, ...] = ()
    """All waivers that the run met, each with its standing."""
    counts: tuple[TrialCount, ...] = ()
    """Counts of trials that later runs are to be compared with."""
