"""The identifier belongs to a record of another kind.

ChEMBL numbers targets, assays, documents and cell lines in the same series as compounds: such an id exists, but is
not a substance.

Example: `chembl-id: CHEMBL203` is a target (the EGF receptor).

Remedy: take the proposed compound, or look it up by name.
"""

from collections.abc import Iterator

from canonid.identifiers import AUTHORITIES
from canonid.model import Record, Severity, Status, Verdict
from canonid.rules.base import Hit, Rule, proposing, shown
from canonid.rules.case import Case


def check(case: Case) -> Iterator[Hit]:
    """Hit every claimed reference that is not a substance."""
    for claim in case.substance_claims:
        record = case.record(claim)
        if record is None or record.status is not Status.OTHER_ENTITY:
            continue
        message = f"{shown(claim)} is not a substance: {AUTHORITIES[record.authority]} files it as {_entity(record)}"
        yield proposing(claim, message, case)


def _entity(record: Record) -> str:
    """What the authority calls it, with an article: a target, an assay."""
    entity = (record.entity or "other kind of record").lower().replace("_", " ")
    return f"an {entity}" if entity.startswith(("a", "o")) else f"a {entity}"


RULE = Rule("ID204", "other-kind-of-record", Severity.ERROR, Verdict.DISCREPANT, check, __doc__)
