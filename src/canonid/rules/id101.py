"""The value is not an identifier of its field.

Nothing can be looked up under a value of the wrong shape: a cut-off InChIKey, an accession with a letter too many,
free text. It is usually a slip of the pen or of the clipboard.

Example: `drugbank-id: DB0026` has four digits where DrugBank has five.

Remedy: copy the identifier again from the authority's page; if there is none, write `null`.
"""

from collections.abc import Iterator

from canonid.identifiers import Spelling
from canonid.model import Severity, Verdict
from canonid.rules.base import Hit, Rule, shown
from canonid.rules.case import Case


def check(case: Case) -> Iterator[Hit]:
    """Hit every value that is no identifier at all."""
    for claim in case.claims:
        reading = claim.reading
        if reading is not None and reading.spelling is Spelling.MALFORMED:
            yield Hit(claim, f"{shown(claim)} is malformed: {reading.note}")


RULE = Rule("ID101", "malformed-identifier", Severity.ERROR, Verdict.DISCREPANT, check, __doc__)
