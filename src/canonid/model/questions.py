"""What is put to an authority, what it replied, and what the reply means."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from canonid.identifiers import Reference
from canonid.model.records import Record


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
Asked = tuple[str, Question]
"""A question with the authority that it is for."""


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
Answers = Mapping[Asked, Answer]
"""What is known so far, by authority and question; a missing key is a question that nobody asked."""
