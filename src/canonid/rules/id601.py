"""ClinicalTrials.gov has no such trial.

An NCT number that the registry does not know cannot be followed by any reader, and is often an invented one.

Example: `NCT00000123` with one digit changed.

Remedy: look the trial up by its title and sponsor; remove the number if there is none.
"""

from collections.abc import Iterator

from canonid.model import ClaimKind, NotFound, Severity, Verdict
from canonid.rules.base import Hit, Rule, shown
from canonid.rules.case import Case


def check(case: Case) -> Iterator[Hit]:
    """Hit every cited trial that the registry does not know."""
    for claim in case.claims:
        if claim.kind is ClaimKind.TRIAL and isinstance(answer := case.answer(claim), NotFound):
            release = f" (data of {answer.evidence.release})" if answer.evidence.release else ""
            yield Hit(claim, f"{shown(claim)}: ClinicalTrials.gov has no such trial{release}")


RULE = Rule("ID601", "no-such-trial", Severity.ERROR, Verdict.DISCREPANT, check, __doc__)
