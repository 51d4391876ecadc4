"""The authority has no such record.

The identifier is well formed, but the authority that issues it answered that it does not exist. Such ids come from
memory, from a lost digit, or from a record that was deleted without a trace. An authority that could not be asked
never leads to this finding.

Example: `chembl-id: CHEMBL12345678`.

Remedy: take the proposed identifier after a look at its page, or write `null`.
"""

from collections.abc import Iterator

from canonid.identifiers import AUTHORITIES
from canonid.model import ClaimKind, NotFound, Severity, Verdict
from canonid.rules.base import Hit, Rule, proposing, shown
from canonid.rules.case import Case


def check(case: Case) -> Iterator[Hit]:
    """Hit every claimed reference that its authority does not know."""
    for claim in case.substance_claims:
        answer = case.answer(claim)
        if claim.kind is not ClaimKind.IDENTIFIER or not isinstance(answer, NotFound):
            continue
        release = f" ({answer.evidence.release})" if answer.evidence.release else ""
        message = f"{shown(claim)}: {AUTHORITIES[answer.evidence.authority]} has no such record{release}"
        yield proposing(claim, message, case)


RULE = Rule("ID201", "no-such-record", Severity.ERROR, Verdict.DISCREPANT, check, __doc__)
