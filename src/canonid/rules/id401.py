"""The page says that there is no such identifier, but a record of the subject exists.

Nulls are written when a search was not made, was made under one name only, or was made before the record existed; and
modified peptides do have PubChem CIDs although they are biologics.

Example: `drugbank-id: null` on a page about fisetin, which is DB07795.

Remedy: take the proposed identifier after a look at its page.
"""

from collections.abc import Iterator

from canonid.model import Confidence, Severity
from canonid.rules.base import Hit, Rule, shown
from canonid.rules.case import Case
from canonid.rules.nulls import Absence, assess_null


def check(case: Case) -> Iterator[Hit]:
    """Hit every explicit none for which evidence proves a record."""
    for claim in case.exact_nulls():
        nullity = assess_null(claim, case)
        if nullity.absence is Absence.CONTRADICTED and nullity.candidate is not None:
            proposal = nullity.candidate.proposal
            severity = Severity.ERROR if proposal.confidence is Confidence.HIGH else Severity.WARNING
            yield Hit(claim, f"{shown(claim)}, but {nullity.reason}", proposal, severity)


RULE = Rule("ID401", "null-but-record-exists", Severity.ERROR, None, check, __doc__)
