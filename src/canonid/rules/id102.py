"""The check digit or a fixed letter of the identifier is wrong.

CAS numbers end in a check digit, and every InChIKey has fixed letters at fixed places: where they do not fit, the
value was mistyped or made up, whatever else it looks like.

Example: `cas-number: 528-48-4` should end in 3.

Remedy: copy the number again from its source; do not just mend the digit, another one may be the wrong one.
"""

from collections.abc import Iterator

from canonid.identifiers import Spelling
from canonid.model import Severity, Verdict
from canonid.rules.base import Hit, Rule, shown
from canonid.rules.case import Case


def check(case: Case) -> Iterator[Hit]:
    """Hit every value whose own redundancy betrays an error."""
    for claim in case.claims:
        reading = claim.reading
        if reading is not None and reading.spelling is Spelling.CHECK_FAILED:
            yield Hit(claim, f"{shown(claim)} cannot be right: {reading.note}")


RULE = Rule("ID102", "check-digit-wrong", Severity.ERROR, Verdict.DISCREPANT, check, __doc__)
