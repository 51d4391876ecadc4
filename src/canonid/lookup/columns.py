"""From a record or a page to the columns of a card: what each authority has for the same substance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from canonid.gather import Gatherer
from canonid.identifiers import AUTHORITIES, INCHIKEY, PREFIXES, PUBCHEM, Reference
from canonid.lookup.basis import Basis
from canonid.lookup.cards import FIELDS, Column, Rival
from canonid.model import (
    ByStructure,
    Claim,
    ClaimKind,
    Confidence,
    Forms,
    Found,
    Page,
    Place,
    Record,
    Subject,
    Unavailable,
)
from canonid.reconcile import gather_cases
from canonid.rules.candidates import candidate_for
from canonid.rules.case import Case
from canonid.rules.identity import Relation
from canonid.rules.nulls import Absence, assess_null
from canonid.rules.profile import BIOLOGIC, NameMatch, label

_MOST_ALIASES = 8
_NOWHERE = Place("", 1, 1)
_CLAIMED = "as the page says"


def case_of(basis: Basis, gatherer: Gatherer) -> Case:
    """What is known of the substance that a record describes."""
    return _case(_page_of(basis, gatherer), gatherer)


def columns_of(case: Case, basis: Basis) -> tuple[Column, ...]:
    """The columns of that substance."""
    return tuple(_column(case, prefix, basis) for prefix in FIELDS)


def columns_for(subject: Subject, claims: Sequence[Claim], gatherer: Gatherer) -> tuple[Column, ...]:
    """The columns of a page's subject, starting from those of its claims that are right."""
    case = _case(_page(subject, claims), gatherer)
    return tuple(_column(case, prefix, None) for prefix in FIELDS)


def with_salts(columns: Sequence[Column], gatherer: Gatherer) -> tuple[Column, ...]:
    """The columns, that of a parent in ChEMBL with the numbers of its salts: its own record does not list them."""
    return tuple(_with_salts(column, gatherer) for column in columns)


def _with_salts(column: Column, gatherer: Gatherer) -> Column:
    record = column.record
    if record is None or record.authority != "chembl" or record.parent not in {None, record.reference}:
        return column
    question = Forms(record.reference)
    gatherer.ask([(record.authority, question)])
    answer = gatherer.answers[record.authority, question]
    forms = answer.records if isinstance(answer, Found) else ()
    salts = tuple(form.reference.identifier for form in forms if form.reference != record.reference)
    return replace(column, record=replace(record, salts=salts))


def _case(page: Page, gatherer: Gatherer) -> Case:
    (case,) = gather_cases([page], gatherer)
    return case


def _page_of(basis: Basis, gatherer: Gatherer) -> Page:
    """A page as its curator would write it who knows nothing but this record."""
    record = basis.record
    title = record.name or _name_by_structure(record, gatherer) or basis.name or record.reference.identifier
    names = (basis.name, *record.synonyms) if basis.name else record.synonyms
    subject = Subject(title, title, names[:_MOST_ALIASES], mass=record.mass, formula=record.formula)
    references = [record.reference, *basis.also]
    if record.inchikey and not record.name:  # else the record itself vouches for its structure
        references.append(Reference(INCHIKEY, record.inchikey))
    claims = tuple(_claim(title, item) for item in references)
    is_nothing = record.is_thin and not basis.name
    return Page("", subject, claims) if is_nothing else _page(subject, claims)


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


def _page(subject: Subject, claims: Sequence[Claim]) -> Page:
    """A page that claims an explicit none wherever nothing is known, so that the usual questions fill it in."""
    known = {claim.prefix for claim in claims}
    blanks = tuple(
        Claim(subject.slug, field, ClaimKind.IDENTIFIER, prefix, None, _NOWHERE)
        for prefix, field in FIELDS.items()
        if prefix not in known
    )
    return Page("", subject, (*claims, *blanks))


def _column(case: Case, prefix: str, basis: Basis | None) -> Column:
    claim = next((item for item in case.substance_claims if item.prefix == prefix), None)
    authority = PREFIXES[prefix].authority or ""
    if claim is None:
        return Column(
            authority, prefix, note="not searched: the record has neither a name nor a structure", is_unchecked=True
        )
    if claim.is_none:
        return _searched(case, claim, authority)
    record = case.record(claim)
    if record is None:
        return _unconfirmed(case, claim, authority)
    identity, rivals = case.identity(record), _rivals(case, authority, record)
    if basis is None or not basis.name:
        note = _CLAIMED if basis is None else "as asked"
        return Column(authority, prefix, record, identity, None, note, rivals=rivals)
    confidence = Confidence.HIGH if identity.is_strong else Confidence.MEDIUM
    if identity.relation is not Relation.SAME:
        confidence = Confidence.LOW
    return Column(authority, prefix, record, identity, confidence, identity.grounds, rivals=rivals)


def _unconfirmed(case: Case, claim: Claim, authority: str) -> Column:
    """A DrugBank accession without an export: known only from what DrugBank deposited at PubChem."""
    reference, answer = claim.reference, case.answer(claim)
    reason = answer.reason if isinstance(answer, Unavailable) else ""
    same = [r for r in case.deposited_records(claim) if case.identity(r).relation is Relation.SAME]
    if reference is None or not same:
        return Column(authority, claim.prefix, note=reason, is_unchecked=True)
    note = f"DrugBank deposited it at PubChem for {label(same[0])}"
    return Column(authority, claim.prefix, Record(authority, reference), None, Confidence.MEDIUM, note)


def _searched(case: Case, claim: Claim, authority: str) -> Column:
    prefix = claim.prefix
    if candidate := candidate_for(claim, case):
        record, identity = candidate.record, candidate.identity
        rivals = _rivals(case, authority, record)
        return Column(authority, prefix, record, identity, candidate.confidence, identity.grounds, rivals=rivals)
    if namesake := _namesake(case, authority):
        return _namesake_column(case, authority, namesake)
    nullity, rivals = assess_null(claim, case), _rivals(case, authority)
    if nullity.absence is Absence.JUSTIFIED:
        untold = tuple(rival for rival in rivals if label(rival.record) not in nullity.reason)
        return Column(authority, prefix, note=nullity.reason, absence=_absence(case, authority), rivals=untold)
    note = "nothing that is proven to be it" if rivals else nullity.reason
    return Column(authority, prefix, note=note, rivals=rivals, is_unchecked=nullity.absence is Absence.UNCHECKED)


def _namesake(case: Case, authority: str) -> Record | None:
    """The only record of that very name: worth a column, though something is missing or speaks against it.

    Not a compound for a biologic, after which small molecules are named.
    """
    biologic = any(anchor.kind in BIOLOGIC for anchor in case.profile.anchors)
    if biologic and authority == PREFIXES[PUBCHEM].authority:
        return None
    named = [hit for hit in case.hits(authority) if case.identity(hit).match is NameMatch.PREFERRED]
    return named[0] if len(named) == 1 else None


def _namesake_column(case: Case, authority: str, record: Record) -> Column:
    """The very name is a fair ground where nothing speaks against it: two biologics are seldom called the same."""
    identity, rivals = case.identity(record), _rivals(case, authority, record)
    confidence = Confidence.MEDIUM if identity.relation is Relation.SAME else Confidence.LOW
    return Column(authority, record.reference.prefix, record, identity, confidence, identity.grounds, rivals=rivals)


def _rivals(case: Case, authority: str, chosen: Record | None = None) -> tuple[Rival, ...]:
    return tuple(
        Rival(hit, case.identity(hit).grounds)
        for hit in case.hits(authority)
        if chosen is None or hit.reference != chosen.reference
    )


def _absence(case: Case, authority: str) -> str:
    """Why there is rightly no identifier, for the comment behind a null."""
    biologic = case.profile.biologic()
    if authority == PREFIXES[PUBCHEM].authority and biologic is not None:
        return f"{biologic.kind.value}: PubChem gives such substances no CID"
    answers = case.searched(authority)
    by = "name or InChIKey" if any(isinstance(question, ByStructure) for question in answers) else "name"
    dates = (answer.evidence.retrieved_at for answer in answers.values() if not isinstance(answer, Unavailable))
    return f"not in {AUTHORITIES[authority]} by {by}, {min(dates):%Y-%m-%d}"
