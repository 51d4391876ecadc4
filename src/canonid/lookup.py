"""One substance or trial, side by side in all authorities: what a curator asks before writing an identifier down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from canonid.errors import UsageError
from canonid.gather import Gatherer
from canonid.identifiers import CHEMBL, DRUGBANK, INCHIKEY, PREFIXES, PUBCHEM, Reference, guess_references
from canonid.model import (
    ById,
    ByStructure,
    Claim,
    ClaimKind,
    Confidence,
    Found,
    Judged,
    Page,
    Place,
    Record,
    Subject,
    Unavailable,
    Verdict,
)
from canonid.reconcile import gather_cases, judge_case
from canonid.rules.candidates import Candidate, candidate_for
from canonid.rules.case import Case
from canonid.rules.identity import Identity

FIELDS = {CHEMBL: "chembl-id", PUBCHEM: "pubchem-cid", DRUGBANK: "drugbank-id"}
"""The spaces that a card shows, with the front-matter key that a ready-made block uses."""
_MOST_ALIASES = 8


@dataclass(frozen=True, slots=True)
class Column:
    """What one authority has for the substance."""

    authority: str
    prefix: str
    record: Record | None
    identity: Identity | None
    confidence: Confidence | None
    """How sure it is that the record is the substance; None for a reference that was asked for as such."""
    note: str
    """Why there is no record, or what is to be said of it."""
    others: tuple[Record, ...] = ()
    """Further hits that are not proven to be the substance."""
    is_unchecked: bool = False
    """Whether the authority could not be asked."""


@dataclass(frozen=True, slots=True)
class Card:
    """The outcome of a look-up."""

    query: str
    title: str
    columns: tuple[Column, ...] = ()
    trial: Record | None = None
    judged: tuple[Judged, ...] = ()
    """For a page: its claims with their verdicts."""

    @property
    def is_found(self) -> bool:
        """Whether any authority has a record."""
        return self.trial is not None or any(column.record is not None for column in self.columns)

    @property
    def is_unchecked(self) -> bool:
        """Whether an authority that might have a record could not be asked."""
        return any(column.is_unchecked for column in self.columns)


def lookup(query: str, gatherer: Gatherer) -> tuple[Card, ...]:
    """Look up a name, an identifier of any space, a CURIE or a URL: one card, or one a reading of an ambiguous query.

    Raises UsageError for an empty query.
    """
    query = query.strip()
    if not query:
        raise UsageError("nothing to look up: give a name, an identifier or a page")
    references = guess_references(query)
    if not references:
        return (_card(query, _page(Subject(query, query), ()), gatherer),)
    return tuple(_by_reference(query, reference, gatherer) for reference in references)


def lookup_page(page: Page, gatherer: Gatherer) -> Card:
    """The card of a page's subject, with the verdicts on its claims."""
    (case,) = gather_cases([page], gatherer)
    judged = {item.claim.key: item for item in reversed(judge_case(case)[0])}
    confirmed = {key: item.claim for key, item in judged.items() if item.verdict is Verdict.CONFIRMED}
    own = tuple(claim for claim in confirmed.values() if claim in case.substance_claims)
    card = _card(page.path, _page(page.subject, own), gatherer)
    return Card(page.path, page.subject.title, card.columns, judged=tuple(reversed(judged.values())))


def _by_reference(query: str, reference: Reference, gatherer: Gatherer) -> Card:
    authority = PREFIXES[reference.prefix].authority
    if authority is None:
        subject = Subject(reference.identifier, reference.identifier)
        return _card(query, _page(subject, (_claim(subject.slug, reference),)), gatherer)
    gatherer.ask([(authority, ById(reference))])
    answer = gatherer.answers[authority, ById(reference)]
    if not isinstance(answer, Found):
        down = isinstance(answer, Unavailable)
        note = answer.reason if isinstance(answer, Unavailable) else "no such record"
        column = Column(authority, reference.prefix, None, None, None, note, is_unchecked=down)
        return Card(query, reference.identifier, (column,))
    record = answer.record
    if record.trial is not None:
        return Card(query, record.name or reference.identifier, trial=record)
    return _card(query, _page_of(record, reference, gatherer), gatherer)


def _page_of(record: Record, reference: Reference, gatherer: Gatherer) -> Page:
    """A page as its curator would write it who knows nothing but this record."""
    title = record.name or _name_by_structure(record, gatherer) or reference.identifier
    subject = Subject(title, title, record.synonyms[:_MOST_ALIASES], mass=record.mass, formula=record.formula)
    references = [reference]
    if record.inchikey:
        references.append(Reference(INCHIKEY, record.inchikey))
    return _page(subject, tuple(_claim(title, item) for item in references))


def _name_by_structure(record: Record, gatherer: Gatherer) -> str | None:
    """The name that a curated authority gives the record's structure: PubChem has compounds without a title."""
    if record.inchikey is None:
        return None
    questions = [(authority, ByStructure(record.inchikey)) for authority in ("chembl", "drugbank")]
    gatherer.ask(questions)
    answers = [gatherer.answers[question] for question in questions]
    return next((answer.record.name for answer in answers if isinstance(answer, Found) and answer.record.name), None)


def _claim(subject: str, reference: Reference) -> Claim:
    field = FIELDS.get(reference.prefix, reference.prefix)
    return Claim(subject, field, ClaimKind.IDENTIFIER, reference.prefix, reference.identifier, _NOWHERE)


_NOWHERE = Place("", 1, 1)


def _page(subject: Subject, claims: Sequence[Claim]) -> Page:
    """A page that claims an explicit none wherever nothing is known, so that the usual questions fill it in."""
    known = {claim.prefix for claim in claims}
    blanks = tuple(
        Claim(subject.slug, field, ClaimKind.IDENTIFIER, prefix, None, _NOWHERE)
        for prefix, field in FIELDS.items()
        if prefix not in known
    )
    return Page("", subject, (*claims, *blanks))


def _card(query: str, page: Page, gatherer: Gatherer) -> Card:
    (case,) = gather_cases([page], gatherer)
    columns = tuple(_columns(case))
    named = [column.record.name for column in columns if column.record is not None and column.record.name]
    return Card(query, named[0] if named else page.subject.title, columns)


def _columns(case: Case) -> Iterator[Column]:
    for claim in case.substance_claims:
        authority = PREFIXES[claim.prefix].authority
        if claim.prefix not in FIELDS or authority is None:
            continue
        record = case.record(claim)
        if record is not None:
            yield Column(authority, claim.prefix, record, case.identity(record), None, "as asked")
        else:
            yield _searched(case, claim, authority, candidate_for(claim, case))


def _searched(case: Case, claim: Claim, authority: str, candidate: Candidate | None) -> Column:
    hits = case.hits(authority)
    if candidate is None:
        down = any(isinstance(answer, Unavailable) for answer in case.searched(authority).values())
        return Column(authority, claim.prefix, None, None, None, _why_nothing(case, authority), hits, down)
    others = tuple(hit for hit in hits if hit.reference != candidate.record.reference)
    identity = candidate.identity
    return Column(authority, claim.prefix, candidate.record, identity, candidate.confidence, identity.grounds, others)


def _why_nothing(case: Case, authority: str) -> str:
    answers = case.searched(authority).values()
    reasons = [answer.reason for answer in answers if isinstance(answer, Unavailable)]
    return (
        reasons[0] if reasons else "nothing found that is proven to be it" if case.hits(authority) else "nothing found"
    )
