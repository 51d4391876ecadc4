"""The record was retired, and the authority names no replacement.

The authority knows the identifier but has withdrawn the record (ChEMBL calls this obsolete or downgraded), so nothing
can be read under it any more.

Example: `chembl-id: CHEMBL3990002`.

Remedy: take the proposed identifier after a look at its page, or write `null` with a comment.
"""

from collections.abc import Iterator

from canonid.identifiers import AUTHORITIES
from canonid.model import Severity, Status, Verdict
from canonid.rules.base import Hit, Rule, proposing, shown
from canonid.rules.case import Case


def check(case: Case) -> Iterator[Hit]:
    """Hit every claimed reference whose record was withdrawn."""
    for claim in case.substance_claims:
        record = case.record(claim)
        if record is None or record.status is not Status.RETIRED:
            continue
        message = f"{shown(claim)} was retired by {AUTHORITIES[record.authority]} without a replacement"
        yield proposing(claim, message, case)


RULE = Rule("ID203", "retired-identifier", Severity.ERROR, Verdict.DISCREPANT, check, __doc__)
