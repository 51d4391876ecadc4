"""The value has the shape of another authority's identifier.

An accession in the wrong field looks plausible to a reader and is never found by a program.

Example: `chembl-id: DB00331` is a DrugBank accession.

Remedy: move the value to its own field, and look up the one that belongs here.
"""

from collections.abc import Iterator

from canonid.identifiers import PREFIXES, Spelling
from canonid.model import Severity, Verdict
from canonid.rules.base import Hit, Rule, shown
from canonid.rules.case import Case


def check(case: Case) -> Iterator[Hit]:
    """Hit every value that belongs to another identifier space."""
    for claim in case.claims:
        reading = claim.reading
        if reading is not None and reading.spelling is Spelling.OTHER_PREFIX:
            expected = PREFIXES[claim.prefix].one
            yield Hit(claim, f"{shown(claim)} {reading.note}, not of {expected}")


RULE = Rule("ID104", "other-authority", Severity.ERROR, Verdict.DISCREPANT, check, __doc__)
