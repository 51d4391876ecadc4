"""What to ask next: pure, so that the rounds of a run can be replayed and tested without an authority."""

from __future__ import annotations

from collections.abc import Iterator

from canonid.identifiers import DRUGBANK, INCHIKEY, PREFIXES, PUBCHEM
from canonid.model import (
    Asked,
    ById,
    ByName,
    ByStructure,
    Claim,
    ClaimKind,
    Found,
    Predicate,
    Status,
    Synonyms,
    Unavailable,
)
from canonid.rules.case import CHEAP_BY_NAME, PUBCHEM_AUTHORITY, SUBSTANCE_AUTHORITIES, Case
from canonid.rules.doubts import rests_on_a_synonym
from canonid.rules.identity import Fit, Identity, Relation
from canonid.rules.profile import NameMatch


def next_questions(case: Case) -> Iterator[Asked]:
    """The questions that the page's answers so far make worth asking; none once all is settled or exhausted.

    First the claimed references; then, where a claim is still open, structures, and names only when structures find
    nothing: requests are the cost.
    """
    for claim in case.claims:
        yield from _claimed(claim)
        yield from _deposited(claim, case)
        if claim.kind is ClaimKind.COUNT and case.trial_search is not None:
            yield "clinicaltrials", case.trial_search
    for authority in SUBSTANCE_AUTHORITIES:
        if any(_is_open(claim, case) for claim in case.substance_claims if _belongs(claim, authority)):
            yield from _searches(authority, case)
    yield from _synonyms(case)
    yield from _anchors(case)
    yield from _structures_of_the_page(case)
    yield from _aliases(case)
    yield from _whole_names(case)


def _claimed(claim: Claim) -> Iterator[Asked]:
    reference = claim.trial if claim.kind is ClaimKind.TRIAL_STATUS else claim.reference
    if reference is not None and (authority := PREFIXES[reference.prefix].authority) is not None:
        yield authority, ById(reference)


def _deposited(claim: Claim, case: Case) -> Iterator[Asked]:
    """Without an export of DrugBank, PubChem can tell for which compounds DrugBank deposited the accession."""
    if claim.prefix != DRUGBANK or claim.reference is None or not isinstance(case.answer(claim), Unavailable):
        return
    yield PUBCHEM_AUTHORITY, ById(claim.reference)
    for compound in case.deposited_compounds(claim):
        yield PUBCHEM_AUTHORITY, ById(compound)


def _belongs(claim: Claim, authority: str) -> bool:
    return claim.predicate is Predicate.EXACT and PREFIXES[claim.prefix].authority == authority


def _is_open(claim: Claim, case: Case) -> bool:
    """Whether the claimed reference alone does not settle the claim."""
    if claim.is_none or claim.reference is None:
        return True
    if case.answer(claim) is None:
        return False  # not answered yet: the claimed reference comes first
    identity, record = case.claim_identity(claim), case.record(claim)
    if identity is None or record is None or record.status is not Status.CURRENT:
        return True
    form_in_doubt = identity.fit is Fit.SKELETON
    return not _settles(identity) or form_in_doubt


def _settles(identity: Identity) -> bool:
    """Whether no record of the name itself need be looked for."""
    return identity.relation is Relation.SAME and not rests_on_a_synonym(identity)


def _searches(authority: str, case: Case) -> Iterator[Asked]:
    if case.is_waiting:
        return
    structures = case.profile.inchikeys()
    for inchikey in structures:
        yield authority, ByStructure(inchikey)
    answers = [case.dossier.answer(authority, ByStructure(inchikey)) for inchikey in structures]
    records = [record for answer in answers if isinstance(answer, Found) for record in answer.records]
    if None in answers or any(_settles(case.identity(record)) for record in records):
        return
    for reference in case.pointed(authority):
        yield authority, ById(reference)
    if authority == PUBCHEM_AUTHORITY and case.profile.biologic() is not None:
        return  # no name gives a biologic a CID
    for name in case.names_for(authority):
        yield authority, ByName.of(name)


def _synonyms(case: Case) -> Iterator[Asked]:
    """PubChem's synonyms, where neither title nor structure tells whether the compound is the subject."""
    for claim in case.substance_claims:
        record, identity = case.record(claim), case.claim_identity(claim)
        if claim.prefix != PUBCHEM or record is None or identity is None:
            continue
        if identity.match is NameMatch.NONE and identity.fit is not Fit.EQUAL:
            yield PUBCHEM_AUTHORITY, Synonyms(record.reference)


def _anchors(case: Case) -> Iterator[Asked]:
    """Where no record vouches for the subject, the authorities that are cheap to ask by name are asked for one."""
    if case.is_waiting:
        return
    lost = not case.profile.anchors and any(item[2].relation is Relation.UNPROVEN for item in case.exact_records)
    for authority in CHEAP_BY_NAME:
        if lost or (authority == "chembl" and _is_alone(case)):
            for name in case.names_for(authority):
                yield authority, ByName.of(name)


def _is_alone(case: Case) -> bool:
    """Whether PubChem alone speaks for the subject.

    It gives one name to several drawings of a substance, and lists whatever name a depositor thought of: ChEMBL, which
    takes names in batches, may know better. DrugBank is not missed: its export may not have been supplied.
    """
    curated = any(anchor.authority in CHEAP_BY_NAME for anchor in case.profile.anchors)
    named = any(
        record.reference.prefix == PUBCHEM and not identity.is_strong for _, record, identity in case.exact_records
    )
    return named and not curated and not case.claims_of("chembl")


def _aliases(case: Case) -> Iterator[Asked]:
    """What DrugBank, which costs no request, has under the page's aliases: they may be names of something else."""
    if case.is_waiting or not any(anchor.authority == "drugbank" for anchor in case.profile.anchors):
        return
    for claim in case.dossier.page.properties:
        if claim.field == "aliases" and claim.text:
            yield "drugbank", ByName.of(claim.text)


def _whole_names(case: Case) -> Iterator[Asked]:
    """What DrugBank, which costs no request, has under a title with its brackets: another entry than without?"""
    if case.claims_of("drugbank"):
        yield from (("drugbank", ByName.of(name)) for name in case.whole_names)


def _structures_of_the_page(case: Case) -> Iterator[Asked]:
    """An InChIKey that no record of the page's ids confirms is looked up by itself.

    Everywhere: PubChem draws some substances as another tautomer than ChEMBL and DrugBank do (doxycycline).
    """
    for claim in case.substance_claims:
        reference = claim.reference
        if claim.prefix != INCHIKEY or reference is None or case.is_waiting:
            continue
        if reference.identifier not in case.profile.structures():
            for authority in SUBSTANCE_AUTHORITIES:
                yield authority, ByStructure(reference.identifier)
