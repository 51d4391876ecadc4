"""The page's `biologic:` flag contradicts the authorities.

The flag steers readers and programs that expect a null CID, or none. Peptides may be called either way; an antibody
is no small molecule, and a small molecule is no biologic.

Example: `biologic: false` on a page about canakinumab, an antibody.

Remedy: set the flag to what the records say.
"""

from collections.abc import Iterator

from canonid.model import Confidence, Kind, Proposal, Severity
from canonid.rules.base import Hit, Rule, shown
from canonid.rules.case import Case
from canonid.rules.profile import STRUCTURELESS, label

_BIOLOGIC = STRUCTURELESS | {Kind.PROTEIN}


def check(case: Case) -> Iterator[Hit]:
    """Hit a flag that the kind of every record of the subject denies."""
    flag = case.subject.biologic
    known = [record for record in case.proven_records if record.kind not in {Kind.UNKNOWN, Kind.OTHER}]
    for claim in case.dossier.page.properties:
        if claim.field != "biologic" or flag is None or not known:
            continue
        wrong = all((record.kind is Kind.SMALL_MOLECULE) if flag else (record.kind in _BIOLOGIC) for record in known)
        if wrong:
            record, right = known[0], "false" if flag else "true"
            proposal = Proposal(right, Confidence.MEDIUM, f"{label(record)} is of type {record.kind.value}")
            yield Hit(claim, f"{shown(claim)}, but {label(record)} is of type {record.kind.value}", proposal)


RULE = Rule("ID404", "biologic-flag-contradicted", Severity.WARNING, None, check, __doc__)
