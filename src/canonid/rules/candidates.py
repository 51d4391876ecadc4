"""Which identifier a claim should have instead, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

from canonid.identifiers import PREFIXES, spoken
from canonid.model import Claim, Confidence, Predicate, Proposal, Record
from canonid.names import name_key
from canonid.rules.case import Case
from canonid.rules.doubts import is_lone_biologic_hit
from canonid.rules.identity import Fit, Identity, Relation
from canonid.rules.profile import NameMatch, name_match, record_keys

_SHORTEST_NAME = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that the claim's authority holds for the subject."""

    record: Record
    identity: Identity
    confidence: Confidence

    @property
    def why(self) -> str:
        """The grounds in brackets of a message: what makes it the subject's record."""
        parts = []
        if self.identity.match:
            parts.append("pref_name" if self.identity.match is NameMatch.PREFERRED else "synonym")
        if self.record.inchikey:
            parts.append(f"InChIKey {self.record.inchikey}")
        return ", ".join(parts)

    @property
    def sentence(self) -> str:
        """Such as `ADAPALENE is CHEMBL1265 (pref_name, InChIKey …)`."""
        name = self.record.name or "the subject's structure"
        return f"{name} is {spoken(self.record.reference)} ({self.why})"

    @property
    def proposal(self) -> Proposal:
        """The candidate as a proposal."""
        return Proposal(self.record.reference.identifier, self.confidence, self.identity.grounds)


def candidate_for(claim: Claim, case: Case) -> Candidate | None:
    """The best record of the claim's authority for the subject, other than the claimed one; None if none is proven.

    Never an identifier that another page rightly may hold, and never a lone name hit for a biologic.
    """
    authority = PREFIXES[claim.prefix].authority
    if authority is None or claim.predicate is not Predicate.EXACT:
        return None
    found = [
        candidate
        for record in case.hits(authority)
        if record.reference != claim.reference
        and record.reference.prefix == claim.prefix
        and not _held_elsewhere(record, case)
        and (candidate := _grade(record, case)) is not None
    ]
    return min(found, key=_preference, default=None)


def _held_elsewhere(record: Record, case: Case) -> bool:
    """Whether another page claims the record under one of its names: a page that claims it wrongly does not hold it."""
    preferred, synonyms = record_keys(record)
    claimants = {claim.subject for claim in case.dossier.claimants.get(record.reference, ())}
    others = (claimants | case.dossier.held.get(record.reference, frozenset())) - {case.subject.slug}
    keys = {key for key in synonyms | {preferred} if len(key) >= _SHORTEST_NAME}
    slugs = {name_key(slug.replace("-", " ")) for slug in others}
    return any(key in slug or slug in key for key in keys for slug in slugs if slug)


def _grade(record: Record, case: Case) -> Candidate | None:
    identity = case.identity(record)
    if identity.relation is not Relation.SAME:
        return None
    # A class or an extract may have a member among its aliases, and the member's InChIKey as its own.
    named_and_drawn = identity.fit is Fit.PAGE_EQUAL and identity.match >= NameMatch.SYNONYM
    if identity.is_strong or named_and_drawn:
        return Candidate(record, identity, Confidence.HIGH)
    if identity.fit is Fit.PAGE_EQUAL and identity.match is not NameMatch.NONE:
        return Candidate(record, identity, Confidence.MEDIUM)
    if identity.fit is Fit.EQUAL:
        return Candidate(record, identity, Confidence.MEDIUM) if _is_well_founded(record, case) else None
    if identity.match is not NameMatch.PREFERRED or is_lone_biologic_hit(record, case):
        return None
    return Candidate(record, identity, Confidence.MEDIUM)


def _is_well_founded(record: Record, case: Case) -> bool:
    """Whether the structure is given to the subject by a record of its very name, or by two authorities.

    A class may be a synonym of one of its members: vitamin D is one of ergocalciferol in ChEMBL.
    """
    sources = case.profile.structures(besides=record.reference).get(record.inchikey or "", ())
    named = any(name_match(source, case.profile.names) is NameMatch.PREFERRED for source in sources)
    return named or len({source.authority for source in sources}) > 1


def _preference(candidate: Candidate) -> tuple[int, int, int, str, str]:
    """Surest first, then the best name, then the parent of a family, then the oldest number."""
    record = candidate.record
    order = {Confidence.HIGH: 0, Confidence.MEDIUM: 1, Confidence.LOW: 2}[candidate.confidence]
    is_child = record.parent is not None and record.parent != record.reference
    return (order, -candidate.identity.match, is_child, record.reference.identifier.zfill(16), record.reference.prefix)
