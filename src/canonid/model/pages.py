"""What pages say: claims and the subjects that they are about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from canonid.identifiers import Reading, Reference, read_identifier
from canonid.waiver import LineWaiver


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
    is_defect: bool = True
    """False for what is in order, but written in a way that is not read."""


GAP = "#gap/needs-canonical-id"
"""The tag that says that an identifier of the subject is missing."""


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
