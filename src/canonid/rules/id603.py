"""The status that the page gives a trial is not the registry's.

Trials move on while pages stand still. A trial that the registry now calls UNKNOWN was not updated by its sponsor for
two years: then the page's status is old rather than wrong.

Example: a table calls NCT03325322 recruiting; the registry says SUSPENDED.

Remedy: write the registry's status, with the date.
"""

from collections.abc import Iterator

from canonid.model import Claim, ClaimKind, Confidence, Found, Proposal, Severity, Trial, Verdict
from canonid.rules.base import Hit, Rule
from canonid.rules.case import Case
from canonid.rules.trials import read_status


def check(case: Case) -> Iterator[Hit]:
    """Hit every stated status that differs from the registry's."""
    for claim in case.claims:
        if claim.kind is not ClaimKind.TRIAL_STATUS or claim.trial is None:
            continue
        answer = case.trial_answer(claim)
        if isinstance(answer, Found) and answer.record.trial is not None:
            yield from _compare(claim, answer.record.trial)


def _compare(claim: Claim, trial: Trial) -> Iterator[Hit]:
    stated = read_status(claim.text or "")
    if claim.trial is None or stated is None or stated == trial.status or not trial.status:
        return  # the registry omits what it does not know
    proposal = Proposal(trial.status, Confidence.HIGH, "status in ClinicalTrials.gov")
    when = f"verified {trial.verified}" if trial.verified else "no date of verification"
    head = f"{claim.trial.identifier} is {trial.status} in the registry ({when}), not '{claim.text}'"
    if trial.status == "UNKNOWN" and trial.last_known_status == stated:
        message = f"{head}: the sponsor has not updated it; {stated} was its last known status"
        yield Hit(claim, message, proposal, Severity.INFO)
    else:
        yield Hit(claim, head, proposal)


RULE = Rule("ID603", "trial-status-differs", Severity.WARNING, Verdict.DISCREPANT, check, __doc__)
