"""Is there really no such identifier? What justifies a `null`, and what contradicts it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from canonid.identifiers import AUTHORITIES, PREFIXES, PUBCHEM, spoken
from canonid.model import Answer, ById, ByName, ByStructure, Claim, NotFound, Unavailable
from canonid.rules.candidates import Candidate, candidate_for
from canonid.rules.case import Case
from canonid.rules.doubts import unheard_besides
from canonid.rules.profile import BIOLOGIC, label


class Absence(StrEnum):
    """What the evidence says of an explicit none."""

    JUSTIFIED = "justified"
    CONTRADICTED = "contradicted"
    """A record of the subject exists: `Nullity.candidate`."""
    OPEN = "open"
    """Neither: hits that prove nothing, or nothing to search by."""
    UNCHECKED = "unchecked"
    """A search could not be made."""


@dataclass(frozen=True, slots=True)
class Nullity:
    """The standing of an explicit none, with its reason in one sentence."""

    absence: Absence
    reason: str
    candidate: Candidate | None = None


def assess_null(claim: Claim, case: Case) -> Nullity:
    """What the evidence says of `claim`, an explicit none of an exact-match field."""
    authority = PREFIXES[claim.prefix].authority
    if authority is None:
        return Nullity(Absence.OPEN, f"no authority lists {PREFIXES[claim.prefix].label}s; not checked")
    if candidate := candidate_for(claim, case):
        return Nullity(Absence.CONTRADICTED, candidate.sentence, candidate)
    if reason := _pointed_to(authority, case):
        return Nullity(Absence.OPEN, reason)
    searched = case.searched(authority)
    if claim.prefix == PUBCHEM and (record := case.profile.biologic()) is not None:
        return Nullity(Absence.JUSTIFIED, _by_kind(case, record.authority))
    down = [answer.reason for answer in searched.values() if isinstance(answer, Unavailable)]
    if down or not searched:
        return Nullity(Absence.UNCHECKED, down[0] if down else "no search was made")
    if unheard := unheard_besides(authority, case):
        reason = f"{AUTHORITIES[unheard]} could not be asked for the structure and other names to search by"
        return Nullity(Absence.UNCHECKED, reason)
    if reason := _left_open(authority, case):
        return Nullity(Absence.OPEN, reason)
    return Nullity(Absence.JUSTIFIED, _by_search(authority, searched, case))


def _pointed_to(authority: str, case: Case) -> str:
    """What DrugBank lists though nothing else proves it, as a sentence; an empty text if it lists nothing."""
    for reference, entry in case.pointed(authority).items():
        if not isinstance(case.dossier.answer(authority, ById(reference)), NotFound):
            return f"{label(entry)} lists {spoken(reference)}, which nothing else proves"
    return ""


def _left_open(authority: str, case: Case) -> str:
    """What a search found or left out, as a sentence; an empty text if it looked everywhere and found nothing."""
    if hits := case.hits(authority):
        shown = ", ".join(label(hit) for hit in hits[:3])
        return f"the search by name found {shown}; a name alone does not prove it"
    if (left := case.unsearched(authority)) and not case.profile.inchikeys():
        return f"{AUTHORITIES[authority]} was not searched for {', '.join(left[:3])}; an InChIKey would do"
    return ""


def _by_kind(case: Case, authority: str) -> str:
    """The sentence for a null that the kind of the substance explains."""
    record = next(anchor for anchor in case.profile.anchors if anchor.authority == authority)
    hits = case.hits("pubchem")
    decoy = f"; {label(hits[0])} carries the name, but a name alone does not give a biologic a CID" if hits else ""
    return f"{label(record)} is of type {record.kind.value}: PubChem gives such substances no CID{decoy}"


def _by_search(authority: str, searched: dict[ByName | ByStructure, Answer], case: Case) -> str:
    """The sentence for a null that a fresh search justifies, with the kind where that explains it."""
    names = [question.name for question in searched if isinstance(question, ByName)]
    keys = [question.inchikey for question in searched if isinstance(question, ByStructure)]
    parts = [f"the name{'s' if len(names) > 1 else ''} {', '.join(names)}"] if names else []
    parts += [f"InChIKey {', '.join(keys)}"] if keys else []
    oldest = min(answer.evidence.retrieved_at for answer in searched.values() if not isinstance(answer, Unavailable))
    biologics = (anchor for anchor in case.profile.anchors if anchor.kind in BIOLOGIC)
    kind = next((f"{label(anchor)} is of type {anchor.kind.value}, and " for anchor in biologics), "")
    kind = kind if case.profile.is_biologic else ""
    return f"{kind}{AUTHORITIES[authority]} has nothing under {' or '.join(parts)} (searched {oldest:%Y-%m-%d})"
