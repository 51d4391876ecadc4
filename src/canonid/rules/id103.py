"""The identifier is not in its canonical spelling.

It means one identifier beyond doubt, but other tools compare text: `chembl25`, `CID 2244` or a URL will not match.

Example: `chembl-id: chembl1431` should be `CHEMBL1431`.

Remedy: write the canonical spelling. The identifier itself is judged as if it were so written.
"""

from collections.abc import Iterator

from canonid.identifiers import Spelling
from canonid.model import Claim, Confidence, NotFound, Predicate, Proposal, Severity, Status
from canonid.rules.base import Hit, Rule, shown
from canonid.rules.case import Case
from canonid.rules.identity import WRONG


def check(case: Case) -> Iterator[Hit]:
    """Hit every value that is spelt in another way than its authority does."""
    for claim in case.claims:
        reading = claim.reading
        if reading is None or reading.spelling is not Spelling.VARIANT or reading.reference is None:
            continue
        canonical = reading.reference.identifier
        proposal = Proposal(canonical, Confidence.HIGH, "canonical spelling of the same identifier")
        yield Hit(claim, f"{shown(claim)} should be spelt {canonical}", None if _is_wrong(claim, case) else proposal)


def _is_wrong(claim: Claim, case: Case) -> bool:
    """Whether another rule says that the identifier is not the one to write, however it is spelt."""
    if claim.predicate is not Predicate.EXACT:
        return False
    record, identity = case.record(claim), case.claim_identity(claim)
    if record is None or identity is None:
        return isinstance(case.answer(claim), NotFound)
    return record.status is not Status.CURRENT or identity.relation in WRONG


RULE = Rule("ID103", "spelling", Severity.WARNING, None, check, __doc__)
