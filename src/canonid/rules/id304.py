"""The authorities point at other identifiers than the page claims.

DrugBank lists the ChEMBL and PubChem ids of its entries. Where the entry is the subject's and its list does not hold
the page's id, one of the two is out of date. A cross-reference is a pointer, not a proof: this finding never makes a
claim discrepant by itself.

Example: DrugBank's entry for empagliflozin lists CHEMBL2107830, the page has CHEMBL2110563.

Remedy: open both records; the finding on the claim itself, if there is one, says more.
"""

from collections.abc import Iterator

from canonid.identifiers import PREFIXES, Reference, spoken
from canonid.model import ById, Claim, Confidence, Found, NotFound, Predicate, Proposal, Record, Severity
from canonid.rules.base import Hit, Rule, shown
from canonid.rules.candidates import candidate_for
from canonid.rules.case import Case
from canonid.rules.identity import Relation
from canonid.rules.profile import label

_SAID = {Relation.OTHER_SUBSTANCE, Relation.OTHER_STRUCTURE, Relation.OTHER_FORM}


def check(case: Case) -> Iterator[Hit]:
    """Hit every exact-match claim that no pointer of a DrugBank entry of the subject confirms."""
    entries = [anchor for anchor in case.profile.anchors if anchor.authority == "drugbank"]
    for claim in case.substance_claims:
        if claim.predicate is Predicate.EXACT and claim.reference is not None:
            for entry in entries:
                yield from _check_entry(claim, entry, case)


def _check_entry(claim: Claim, entry: Record, case: Case) -> Iterator[Hit]:
    listed = [xref for xref in entry.xrefs if xref.prefix == claim.prefix]
    reference, identity = claim.reference, case.claim_identity(claim)
    if not listed or PREFIXES[claim.prefix].authority is None or reference in listed:
        return
    if identity is not None and (identity.is_strong or identity.relation in _SAID):
        return  # name and structure outweigh a pointer, and what is wrong is said by another rule
    pointed = ", ".join(spoken(xref) for xref in listed[:3])
    message = f"{shown(claim)} is not what DrugBank points to: {label(entry)} lists {pointed}"
    if identity is not None and identity.relation is Relation.SAME:
        yield Hit(claim, message, severity=Severity.INFO)  # a molecule may have two records (semaglutide)
    else:
        yield Hit(claim, message, _proposal(claim, entry, listed, case))


def _proposal(claim: Claim, entry: Record, listed: list[Reference], case: Case) -> Proposal | None:
    """The record that is proven, else what the entry lists, if that is one identifier and nothing speaks against it."""
    if candidate := candidate_for(claim, case):
        return candidate.proposal
    answer = case.dossier.answer(PREFIXES[claim.prefix].authority or "", ById(listed[0]))
    is_refuted = isinstance(answer, NotFound) or (
        isinstance(answer, Found) and case.identity(answer.record).relation is not Relation.THIN
    )
    if len(listed) > 1 or is_refuted or case.dossier.claimants.get(listed[0]):
        return None
    return Proposal(listed[0].identifier, Confidence.LOW, f"listed by {label(entry)}")


RULE = Rule("ID304", "cross-references-disagree", Severity.WARNING, None, check, __doc__)
