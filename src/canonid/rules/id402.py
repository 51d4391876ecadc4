"""Nothing justifies the null yet.

A null is right when a record proves a kind of substance that gets no such identifier (an antibody has no PubChem
CID), or when a search by every name and structure found nothing. Here the search found something that is not proven
to be the subject, so that the null is neither right nor wrong.

Example: `pubchem-cid: null` where PubChem lists a compound under one of the page's aliases.

Remedy: look at the records named; then write the identifier, or keep the null and remove the misleading alias.
"""

from collections.abc import Iterator

from canonid.model import Severity, Verdict
from canonid.rules.base import Hit, Rule, shown
from canonid.rules.case import Case
from canonid.rules.nulls import Absence, assess_null


def check(case: Case) -> Iterator[Hit]:
    """Hit every explicit none that the searches neither justify nor contradict."""
    for claim in case.exact_nulls():
        nullity = assess_null(claim, case)
        if nullity.absence is Absence.OPEN and case.hits_for(claim):
            yield Hit(claim, f"{shown(claim)} is not justified: {nullity.reason}")


RULE = Rule("ID402", "null-not-justified", Severity.WARNING, Verdict.UNDETERMINED, check, __doc__)
