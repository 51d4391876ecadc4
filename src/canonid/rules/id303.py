"""The identifier is of another form of the substance.

Salts, stereoisomers, isotopologues and charged forms have records of their own. A page about the parent that carries
the salt's id (or the other way round) joins to other activities, doses and trials.

Example: `chembl-id: CHEMBL1703` on a page about metformin is metformin hydrochloride.

Remedy: take the proposed form; or keep the other one in its own field (`chembl-id-alt`), which says that it is close.
"""

from collections.abc import Iterator

from canonid.model import Severity, Verdict
from canonid.rules.base import Hit, Rule, proposing, shown
from canonid.rules.case import Case
from canonid.rules.identity import Relation


def check(case: Case) -> Iterator[Hit]:
    """Hit every exact-match claim whose record is a salt, stereoisomer or other form of the subject."""
    for claim, record, identity in case.exact_records:
        if identity.relation is Relation.OTHER_FORM:
            name = f"{record.name}, " if record.name else ""
            message = f"{shown(claim)} is {name}another form of {case.subject.title} ({identity.grounds})"
            yield proposing(claim, message, case)


RULE = Rule("ID303", "other-form", Severity.WARNING, Verdict.DISCREPANT, check, __doc__)
