"""The identifier, or the InChIKey, is of another structure.

A name may be shared by chance or by a depositor's mistake; a structure is not. The InChIKey of the record differs
from the one that independent records give the subject, or the InChIKey on the page is none of theirs.

Example: `inchikey: ZXNAQFZBWUNWJM-HRXMHBOMSA-M` on a page about adapalene (LZCDAPDGXCYOEH-UHFFFAOYSA-N).

Remedy: compare the structures on the authorities' pages, then take the proposed value.
"""

from collections.abc import Iterator

from canonid.identifiers import INCHIKEY, is_standard
from canonid.model import Claim, Confidence, Predicate, Proposal, Severity, Verdict
from canonid.rules.base import Hit, Rule, proposing, shown
from canonid.rules.case import Case
from canonid.rules.identity import Relation
from canonid.rules.profile import label, same_skeleton


def check(case: Case) -> Iterator[Hit]:
    """Hit every exact-match claim whose structure is not the subject's."""
    for claim in case.substance_claims:
        if claim.prefix == INCHIKEY and claim.predicate is Predicate.EXACT:
            yield from _check_inchikey(claim, case)
    for claim, record, identity in case.exact_records:
        if identity.relation is Relation.OTHER_STRUCTURE:
            what = f"{record.name}, of another structure than" if record.name else "of another structure than"
            yield proposing(claim, f"{shown(claim)} is {what} {case.subject.title} ({identity.grounds})", case)


def _check_inchikey(claim: Claim, case: Case) -> Iterator[Hit]:
    known = case.profile.structures()
    reference = claim.reference
    if reference is None or not known or not is_standard(reference.identifier):
        return
    if same_skeleton(reference.identifier, known):
        return
    inchikey, anchors = max(known.items(), key=lambda item: (len(item[1]), item[0]))
    sources = " and ".join(label(anchor) for anchor in anchors[:2])
    verb = "has" if len(anchors) == 1 else "have"
    sure = len({anchor.authority for anchor in anchors}) > 1 and len(known) == 1
    proposal = Proposal(inchikey, Confidence.HIGH if sure else Confidence.MEDIUM, f"InChIKey of {sources}")
    yield Hit(
        claim, f"{shown(claim)} is not the structure of {case.subject.title}: {sources} {verb} {inchikey}", proposal
    )


RULE = Rule("ID302", "other-structure", Severity.ERROR, Verdict.DISCREPANT, check, __doc__)
