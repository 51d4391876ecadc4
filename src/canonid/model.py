"""The words of the project as values: frozen, without I/O, each with one meaning everywhere.

A *page* makes *claims* about a *subject*; *authorities* supply *evidence* in reply to *questions*; its meaning is an
*answer*; *rules* compare claims and answers in a *dossier* and emit *findings*; each claim gets one *verdict*.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from canonid.identifiers import Reading, Reference, read_identifier
from canonid.waiver import LineWaiver, Waiver


class Predicate(StrEnum):
    """How a claimed value relates to the subject, as SSSOM predicates."""

    EXACT = "skos:exactMatch"
    CLOSE = "skos:closeMatch"
    """Another form of the subject: a salt, a stereoisomer, an alternative record."""
    RELATED = "skos:relatedMatch"
    """Something that belongs to the subject: an active metabolite, a trial."""


class ClaimKind(StrEnum):
    """What sort of value a claim has."""

    IDENTIFIER = "identifier"
    TRIAL = "trial"
    """An NCT number that the page cites."""
    TRIAL_STATUS = "trial status"
    """The status that the page gives a trial; `Claim.trial` names it."""
    COUNT = "count"
    """How many active trials the page gives its subject: an integer."""
    PROPERTY = "property"
    """What the page says of its subject: formula, mass, INN, aliases. Compared, but given no verdict."""


_IDENTIFYING = frozenset({ClaimKind.IDENTIFIER, ClaimKind.TRIAL})


@lru_cache(maxsize=200_000)
def _reference_of(prefix: str, text: str) -> Reference | None:
    """What `text` means in the space of `prefix`; asked for each claim many times a run."""
    reference = read_identifier(prefix, text).reference
    return reference if reference is not None and reference.prefix == prefix else None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: `path` relative to the corpus root, line and column from 1, in characters."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Claim:
    """Subject + field + predicate + value, with its exact place.

    `text` is the value as written, None for an explicit none (`null`). An absent key makes no claim.
    `start` and `end` are character offsets of the value in the file, so that a fix can replace just that.
    """

    subject: str
    field: str
    kind: ClaimKind
    prefix: str
    text: str | None
    place: Place
    predicate: Predicate = Predicate.EXACT
    comment: str = ""
    """What stands behind the value on its line: a YAML comment, or the rest of a bullet or table cell. For a count
    also the lines of the body that name its field."""
    in_body: bool = False
    start: int = -1
    end: int = -1
    trial: Reference | None = None
    """For a trial status: the trial that it is about."""
    is_listed: bool = False
    """For a trial: whether a table or list of trials on the page has it, rather than prose only."""

    @property
    def is_none(self) -> bool:
        """True if the page says that there is no such identifier."""
        return self.text is None

    @property
    def reading(self) -> Reading | None:
        """The value read as an identifier; None for an explicit none and for values that are not identifiers."""
        if self.text is None or self.kind not in _IDENTIFYING:
            return None
        return read_identifier(self.prefix, self.text)

    @property
    def reference(self) -> Reference | None:
        """The reference that the value means, if it is one of the claimed prefix."""
        if self.text is None or self.kind not in _IDENTIFYING:
            return None
        return _reference_of(self.prefix, self.text)

    @property
    def key(self) -> tuple[str, str, str | None, Reference | None]:
        """What makes two claims of one page the same claim, wherever they stand."""
        return (self.subject, self.field, self.reference.identifier if self.reference else self.text, self.trial)


@dataclass(frozen=True, slots=True)
class Subject:
    """The compound (or other thing) that a page is about, as the page itself describes it."""

    slug: str
    title: str
    aliases: tuple[str, ...] = ()
    inn: str | None = None
    biologic: bool | None = None
    """The page's own flag, None if it has none; a statement of the page, not evidence."""
    formula: str | None = None
    mass: float | None = None
    """Molecular weight in daltons, as the page gives it."""
    justification: str = ""
    """What the page writes about a missing identifier, for messages."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A defect of the file itself, met while reading it (rule ID504)."""

    place: Place
    message: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A `#gap/needs-canonical-id` tag, with the text of its line."""

    place: Place
    line: str


@dataclass(frozen=True, slots=True)
class Page:
    """One file (or one row of a table) with what it claims and what is wrong with it."""

    path: str
    subject: Subject
    claims: tuple[Claim, ...] = ()
    problems: tuple[Problem, ...] = ()
    gaps: tuple[Gap, ...] = ()
    properties: tuple[Claim, ...] = ()
    """What the page says of its subject, with places: the claims of kind `PROPERTY`."""
    examples: tuple[Claim, ...] = ()
    """Identifiers in code blocks: examples of a template, which claim nothing."""
    ignores: tuple[LineWaiver, ...] = ()
    """The comments that waive what is found on their lines."""


class Kind(StrEnum):
    """What sort of substance a record describes; decides whether a missing identifier is to be expected."""

    SMALL_MOLECULE = "small molecule"
    PEPTIDE = "peptide"
    PROTEIN = "protein"
    ANTIBODY = "antibody"
    OLIGONUCLEOTIDE = "oligonucleotide"
    POLYMER = "polymer"
    CELL = "cell"
    GENE = "gene"
    VACCINE = "vaccine"
    MIXTURE = "mixture"
    OTHER = "other"
    UNKNOWN = "unknown"


class Status(StrEnum):
    """The standing of a record with its authority."""

    CURRENT = "current"
    SECONDARY = "secondary"
    """The asked identifier is a secondary, obsolete or alias one; `Record.replaced_by` names the current one."""
    RETIRED = "retired"
    """Withdrawn without a replacement."""
    OTHER_ENTITY = "other entity"
    """An identifier of the authority, but not of a substance (CHEMBL203 is a target)."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What the trial registry says about one study."""

    title: str
    status: str
    """The registry's word: RECRUITING, ACTIVE_NOT_RECRUITING, COMPLETED …"""
    last_known_status: str | None = None
    verified: str | None = None
    """When the sponsor last verified the status, as precise as the registry has it (`2020-04`)."""
    interventions: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """What an authority says about one reference, normalised."""

    authority: str
    reference: Reference
    name: str | None = None
    """The preferred name, in the authority's spelling."""
    synonyms: tuple[str, ...] = ()
    kind: Kind = Kind.UNKNOWN
    structured: bool | None = None
    """True if the authority holds one discrete structure for it, False if it says that there is none."""
    inchikey: str | None = None
    formula: str | None = None
    mass: float | None = None
    """Average molecular weight in daltons."""
    charge: int | None = None
    xrefs: tuple[Reference, ...] = ()
    """Pointers to other spaces; never proof of identity alone."""
    status: Status = Status.CURRENT
    entity: str | None = None
    """For `Status.OTHER_ENTITY`: what it is (TARGET, ASSAY …)."""
    replaced_by: Reference | None = None
    parent: Reference | None = None
    """The parent molecule of a salt or other form; itself for a parent."""
    secondary: tuple[str, ...] = ()
    """Other identifiers of the authority that lead to this record, such as accessions that were merged into it."""
    salts: tuple[str, ...] = ()
    """Names of the salts that the record lists as forms of itself."""
    active: Reference | None = None
    """The active form of a prodrug, where the authority names one."""
    approval: str | None = None
    """What the authority says of approval, for the identity card ("max phase 4, first approved 2001")."""
    trial: Trial | None = None

    @property
    def is_thin(self) -> bool:
        """True if there is neither a name nor a structure to compare with."""
        return not self.name and not self.synonyms and self.inchikey is None

    def xref(self, prefix: str) -> tuple[str, ...]:
        """The identifiers of `prefix` that this record points to."""
        return tuple(reference.identifier for reference in self.xrefs if reference.prefix == prefix)


@dataclass(frozen=True, slots=True, order=True)
class ById:
    """The question: what is known under this reference?"""

    reference: Reference

    @property
    def key(self) -> str:
        """How the question is stored."""
        return f"id:{self.reference.curie}"


@dataclass(frozen=True, slots=True, order=True)
class ByStructure:
    """The question: which records have this full InChIKey?"""

    inchikey: str

    @property
    def key(self) -> str:
        """How the question is stored."""
        return f"inchikey:{self.inchikey}"


@dataclass(frozen=True, slots=True, order=True)
class ByName:
    """The question: which records carry this name or synonym? Build it with `ByName.of`."""

    name: str

    @classmethod
    def of(cls, name: str) -> ByName:
        """The question for `name`, folded so that spellings differing in case or spacing ask once."""
        return cls(" ".join(name.split()).casefold())

    @property
    def key(self) -> str:
        """How the question is stored."""
        return f"name:{self.name}"


@dataclass(frozen=True, slots=True, order=True)
class Synonyms:
    """The question: which names and numbers does the authority list for this reference?

    A question of its own because PubChem's list costs a second request and seldom decides: it is asked only when
    title and structure leave a claim open.
    """

    reference: Reference

    @property
    def key(self) -> str:
        """How the question is stored."""
        return f"synonyms:{self.reference.curie}"


@dataclass(frozen=True, slots=True, order=True)
class Forms:
    """The question: which salts and other forms of this parent does the authority hold?"""

    parent: Reference

    @property
    def key(self) -> str:
        """How the question is stored."""
        return f"forms:{self.parent.curie}"


@dataclass(frozen=True, slots=True, order=True)
class TrialSearch:
    """The question: which trials study an intervention of one of these names and have one of these statuses?"""

    terms: tuple[str, ...]
    statuses: tuple[str, ...]

    @property
    def key(self) -> str:
        """How the question is stored."""
        return "trials:" + json.dumps([self.terms, self.statuses], ensure_ascii=False, separators=(",", ":"))


Question = ById | ByStructure | ByName | Synonyms | Forms | TrialSearch


def parse_question(key: str) -> Question:
    """The question that a stored key stands for.

    Raises ValueError for a key that canonid did not write.
    """
    sort, separator, rest = key.partition(":")
    if separator and sort == "id":
        return ById(Reference.from_curie(rest))
    if separator and sort == "inchikey":
        return ByStructure(rest)
    if separator and sort == "name":
        return ByName(rest)
    if separator and sort == "synonyms":
        return Synonyms(Reference.from_curie(rest))
    if separator and sort == "forms":
        return Forms(Reference.from_curie(rest))
    if separator and sort == "trials":
        terms, statuses = json.loads(rest)
        return TrialSearch(tuple(terms), tuple(statuses))
    raise ValueError(f"not a question key: {key!r}")


def sha256(payload: str | None) -> str:
    """The hash that evidence is filed under; of the empty text for "no such record"."""
    return hashlib.sha256((payload or "").encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A reply as received: what was asked, who answered, when, and the raw payload (None: no such record)."""

    authority: str
    question: Question
    release: str | None
    """The authority's release or data date when it answered."""
    retrieved_at: datetime
    url: str
    payload: str | None
    stale: bool = False
    """True if it is older than the settings allow and was used because nothing newer could be had."""
    sources: str | None = None
    """For a record compiled by hand: where its facts come from. None for a reply recorded from the authority."""

    @property
    def sha256(self) -> str:
        """The hash of the payload."""
        return sha256(self.payload)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """One question that an authority could not answer while others were; `reason` is a sentence for the report."""

    question: Question
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """The authority has it: one record for a `ById` question, one or more for a search."""

    records: tuple[Record, ...]
    evidence: Evidence
    hits: int | None = None
    """For a search of trials: how many the registry listed, those included whose interventions have other names."""

    @property
    def record(self) -> Record:
        """The one record of a `ById` answer; the first of a search."""
        return self.records[0]


@dataclass(frozen=True, slots=True)
class NotFound:
    """The authority answered that there is no such record."""

    evidence: Evidence
    hits: int | None = None
    """As for `Found`: trials that were listed although none studies what was asked for."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The authority could not be asked; says nothing about the record."""

    reason: str


Answer = Found | NotFound | Unavailable
Answers = Mapping[tuple[str, Question], Answer]
"""What is known so far, by authority and question; a missing key is a question that nobody asked."""


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
