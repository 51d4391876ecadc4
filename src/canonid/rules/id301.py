"""The identifier belongs to another substance.

It is well formed and it exists, and nothing but a look at its record shows that it is wrong: no name of the record is
a name of the page's subject, and where both have a structure, the InChIKeys differ. Ids leaked from a template, ids
remembered wrongly and ids of the line above are of this kind.

Example: `chembl-id: CHEMBL1232` on a page about adapalene is ertapenem sodium.

Remedy: take the proposed identifier after a look at its page. If the record is right and the page's names are not,
add the missing alias.
"""

from collections.abc import Iterator

from canonid.model import Severity, Verdict
from canonid.rules.base import Hit, Rule, proposing, shown
from canonid.rules.case import Case
from canonid.rules.identity import Relation


def check(case: Case) -> Iterator[Hit]:
    """Hit every exact-match claim whose record is of another substance."""
    for claim, record, identity in case.exact_records:
        if identity.relation is Relation.OTHER_SUBSTANCE:
            message = f"{shown(claim)} is {record.name}, not {case.subject.title} ({identity.grounds})"
            yield proposing(claim, message, case)


RULE = Rule("ID301", "names-another-substance", Severity.ERROR, Verdict.DISCREPANT, check, __doc__)
