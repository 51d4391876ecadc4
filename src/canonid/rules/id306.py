"""The record is too thin to decide.

The authority knows the identifier, but gives neither a name nor a structure that could be compared with the page. The
claim is neither confirmed nor wrong.

Example: a ChEMBL record from one assay, without preferred name and synonyms.

Remedy: look at the record by hand, or add names to the page (`aliases:`, `who-inn:`, `inchikey:`) to compare with.
"""

from collections.abc import Iterator

from canonid.model import Severity, Status, Verdict
from canonid.rules.base import Hit, Rule, shown
from canonid.rules.candidates import candidate_for
from canonid.rules.case import Case
from canonid.rules.identity import Relation


def check(case: Case) -> Iterator[Hit]:
    """Hit every exact-match claim whose record has nothing to compare; of one withdrawn or replaced, others tell."""
    for claim, record, identity in case.exact_records:
        if identity.relation is not Relation.THIN or record.status is not Status.CURRENT:
            continue
        message = f"{shown(claim)} cannot be decided: {identity.grounds}"
        candidate = candidate_for(claim, case)
        # No proposal: the thin record may be another one of the same substance.
        yield Hit(claim, f"{message}; {candidate.sentence}" if candidate else message)


RULE = Rule("ID306", "thin-record", Severity.INFO, Verdict.UNDETERMINED, check, __doc__)
