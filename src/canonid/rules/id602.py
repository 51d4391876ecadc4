"""The NCT number is an alias of another trial.

Duplicate registrations are merged; the registry redirects the old number to the current one.

Example: NCT00009113 is now NCT00010647.

Remedy: write the current number.
"""

from collections.abc import Iterator

from canonid.model import ClaimKind, Confidence, Found, Proposal, Severity, Verdict
from canonid.rules.base import Hit, Rule, shown
from canonid.rules.case import Case


def check(case: Case) -> Iterator[Hit]:
    """Hit every cited trial that the registry files under another number."""
    for claim in case.claims:
        answer = case.answer(claim) if claim.kind is ClaimKind.TRIAL else None
        if isinstance(answer, Found) and (current := answer.record.replaced_by) is not None:
            proposal = Proposal(current.identifier, Confidence.HIGH, "ClinicalTrials.gov redirects to it")
            title = f" ({answer.record.name})" if answer.record.name else ""
            yield Hit(claim, f"{shown(claim)} is an alias of {current.identifier}{title}", proposal)


RULE = Rule("ID602", "trial-alias", Severity.WARNING, Verdict.DISCREPANT, check, __doc__)
