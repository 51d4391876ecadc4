"""The identifier is obsolete, secondary or an alias; the authority names the current one.

Records are merged and renumbered. The old identifier may still resolve, but other tools join on the current one.

Example: `drugbank-id: DB02439` is a secondary accession of DB00877 (sirolimus).

Remedy: write the current identifier.
"""

from collections.abc import Iterator

from canonid.identifiers import AUTHORITIES, spoken
from canonid.model import Confidence, Predicate, Proposal, Record, Severity, Status, Verdict
from canonid.rules.base import Hit, Rule, shown
from canonid.rules.case import Case
from canonid.rules.identity import Relation


def check(case: Case) -> Iterator[Hit]:
    """Hit every claimed reference that its authority has replaced by another one."""
    for claim in case.substance_claims:
        record = case.record(claim)
        if claim.predicate is not Predicate.EXACT:
            continue  # an old accession may be kept on purpose beside the current one
        if record is None or record.replaced_by is None or record.status is not Status.SECONDARY:
            continue
        name = f" ({record.name})" if record.name else ""
        message = f"{shown(claim)} is no longer current: it is now {spoken(record.replaced_by)}{name}"
        yield Hit(claim, message, _proposal(record, case))


def _proposal(record: Record, case: Case) -> Proposal | None:
    """The current identifier, unless the record is of something else than the subject."""
    relation = case.identity(record).relation
    if record.replaced_by is None or relation in {Relation.OTHER_SUBSTANCE, Relation.OTHER_STRUCTURE}:
        return None
    confidence = Confidence.HIGH if relation is Relation.SAME else Confidence.MEDIUM
    return Proposal(
        record.replaced_by.identifier, confidence, f"{AUTHORITIES[record.authority]} names it as the current one"
    )


RULE = Rule("ID202", "obsolete-identifier", Severity.WARNING, Verdict.DISCREPANT, check, __doc__)
