"""What a look-up brings: a card with one column an authority."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from canonid.identifiers import CHEMBL, DRUGBANK, PUBCHEM
from canonid.model import Answer, Confidence, Found, Judged, Record, TrialSearch, Unavailable
from canonid.rules.counts import found_text, query_text
from canonid.rules.identity import Identity
from canonid.store.history import PastClaim

FIELDS = {CHEMBL: "chembl-id", PUBCHEM: "pubchem-cid", DRUGBANK: "drugbank-id"}
"""The spaces that a card shows, in their order, with the front-matter key that a ready-made block uses."""


@dataclass(frozen=True, slots=True)
class Rival:
    """A record that came up as well and is not proven to be the substance."""

    record: Record
    why: str
    """What speaks for it or against it."""


@dataclass(frozen=True, slots=True)
class Column:
    """What one authority has for the substance."""

    authority: str
    prefix: str
    record: Record | None = None
    identity: Identity | None = None
    confidence: Confidence | None = None
    """How sure it is that the record is the substance; None for a record that was asked for as such."""
    note: str = ""
    """On what grounds the record is the substance, or why there is none."""
    absence: str = ""
    """Why there is rightly none, short enough for a comment; empty if that is not proven."""
    rivals: tuple[Rival, ...] = ()
    is_unchecked: bool = False
    """Whether the authority could not be asked."""


@dataclass(frozen=True, slots=True)
class ActiveTrials:
    """What the trial registry says to the search for the active trials of the substance."""

    search: TrialSearch
    answer: Answer

    @property
    def records(self) -> tuple[Record, ...]:
        """The trials that study the substance."""
        return self.answer.records if isinstance(self.answer, Found) else ()

    @property
    def by_status(self) -> dict[str, int]:
        """How many of them there are, by each status that was searched for."""
        found = Counter(record.trial.status for record in self.records if record.trial)
        return {status: found[status] for status in self.search.statuses}

    @property
    def query(self) -> str:
        """The search as a person would type it."""
        return query_text(self.search)

    @property
    def found(self) -> str:
        """How many there are in all, when and for which search, or why that is not known."""
        if isinstance(self.answer, Unavailable):
            return f"not counted: {self.answer.reason}"
        stale = "; newer counts could not be had" if self.answer.evidence.stale else ""
        return found_text(len(self.records), self.answer.hits or 0, self.search, self.answer.evidence) + stale


@dataclass(frozen=True, slots=True)
class Card:
    """The outcome of a look-up."""

    query: str
    title: str
    columns: tuple[Column, ...] = ()
    note: str = ""
    """How the query led to the substance, where that is not plain."""
    trial: Record | None = None
    judged: tuple[Judged, ...] = ()
    """For a page: its claims with their verdicts."""
    trials: ActiveTrials | None = None
    """None where there is no substance, or no name to search trials by."""
    wiki: tuple[PastClaim, ...] = ()
    """What pages claimed of it in the last run over them."""

    @property
    def is_found(self) -> bool:
        """Whether any authority has a record."""
        return self.trial is not None or any(column.record is not None for column in self.columns)

    @property
    def is_unchecked(self) -> bool:
        """Whether an authority that might have a record could not be asked."""
        return any(column.is_unchecked for column in self.columns)

    @property
    def is_ambiguous(self) -> bool:
        """Whether there are records, but none that is proven to be meant."""
        return not self.is_found and any(column.rivals for column in self.columns)
