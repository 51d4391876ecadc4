"""The identifier is not in its canonical spelling.

It means one identifier beyond doubt, but other tools compare text: `chembl25`, `CID 2244` or a URL will not match.

Example: `chembl-id: chembl1431` should be `CHEMBL1431`.

Remedy: write the canonical spelling. The identifier itself is judged as if it were so written.
"""

from collections.abc import Iterator

from canonid.identifiers import Spelling
from canonid.model import Confidence, Proposal, Severity
from canonid.rules.base import Hit, Rule, shown
from canonid.rules.case import Case


def check(case: Case) -> Iterator[Hit]:
    """Hit every value that is spelt in another way than its authority does."""
    for claim in case.claims:
        reading = claim.reading
        if reading is None or reading.spelling is not Spelling.VARIANT or reading.reference is None:
            continue
        canonical = reading.reference.identifier
        proposal = Proposal(canonical, Confidence.HIGH, "canonical spelling of the same identifier")
        yield Hit(claim, f"{shown(claim)} should be spelt {canonical}", proposal)


RULE = Rule("ID103", "spelling", Severity.WARNING, None, check, __doc__)
