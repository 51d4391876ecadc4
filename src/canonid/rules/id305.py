"""A registry number, formula, weight or INN is not that of the subject's records.

These details are copied from another source than the identifiers, and so betray a mix-up that the identifiers hide: a
page may carry the CID of one menaquinone and the formula of another. A CAS number is only doubted, since a substance
may have several.

Example: `molecular-formula: C31H40O2` on a page whose records say C46H64O2.

Remedy: compare with the records named; correct the detail, or the identifier if it is the one that is wrong.
"""

from collections.abc import Iterator

from canonid.chemistry import is_other_protonation, is_same_weight, read_formula, weigh
from canonid.identifiers import CAS, PREFIXES, UNII
from canonid.model import Claim, Record, Severity, Verdict
from canonid.names import name_key
from canonid.rules.base import Hit, Rule, shown
from canonid.rules.case import Case
from canonid.rules.profile import label, record_keys


def check(case: Case) -> Iterator[Hit]:
    """Hit every detail of the page that no record of the subject has and some contradict."""
    records = case.proven_records
    for claim in case.substance_claims:
        if claim.prefix in {CAS, UNII} and claim.reference is not None:
            yield from _check_number(claim, records)
    checks = {"molecular-formula": _check_formula, "molecular-weight-da": _check_weight, "who-inn": _check_inn}
    for claim in case.dossier.page.properties:
        if claim.field in checks:
            yield from checks[claim.field](claim, records, case)


def _check_number(claim: Claim, records: tuple[Record, ...]) -> Iterator[Hit]:
    """Only DrugBank's one number a substance is good enough to doubt another: depositors list many."""
    listed = [(record, number) for record in records for number in record.xref(claim.prefix)]
    curated = [(record, number) for record, number in listed if record.authority == "drugbank"]
    if curated and claim.reference is not None and claim.reference.identifier not in {number for _, number in listed}:
        record, number = curated[0]
        yield Hit(claim, f"{shown(claim)}: {label(record)} lists {PREFIXES[claim.prefix].label} {number}")


def _check_formula(claim: Claim, records: tuple[Record, ...], case: Case) -> Iterator[Hit]:
    ours = read_formula(claim.text or "")
    theirs = {record: atoms for record in records if record.formula and (atoms := read_formula(record.formula))}
    named = (read_formula(record.formula) for record in case.named_records if record.formula)
    if ours is None or not theirs or ours in theirs.values() or ours in named:
        return
    record, atoms = next(iter(theirs.items()))
    if is_other_protonation(ours, atoms):
        message = f"{shown(claim)} is {record.formula} at another protonation ({label(record)})"
        yield Hit(claim, message, severity=Severity.INFO)
    else:
        yield Hit(claim, f"{shown(claim)}: {label(record)} has {record.formula}")


def _check_weight(claim: Claim, records: tuple[Record, ...], case: Case) -> Iterator[Hit]:
    mass = case.subject.mass
    theirs = {record: weight for record in records if (weight := _weight(record)) is not None}
    named = (weight for record in case.named_records if (weight := _weight(record)) is not None)
    if mass is None or not theirs or any(is_same_weight(mass, weight) for weight in (*theirs.values(), *named)):
        return
    record, weight = next(iter(theirs.items()))
    yield Hit(claim, f"{shown(claim)}: {label(record)} weighs {weight:.2f} Da")


def _weight(record: Record) -> float | None:
    if record.mass is not None:
        return record.mass
    atoms = read_formula(record.formula) if record.formula else None
    return weigh(atoms) if atoms else None


def _check_inn(claim: Claim, records: tuple[Record, ...], _: Case) -> Iterator[Hit]:
    """Two curated records without the name are needed: one list of synonyms may just be short."""
    key = name_key(claim.text or "")
    curated = [record for record in records if record.authority in {"chembl", "drugbank"} and record.synonyms]
    if len(curated) < 2 or any(key == record_keys(record)[0] or key in record_keys(record)[1] for record in records):
        return
    named = " and ".join(label(record) for record in curated[:2])
    yield Hit(claim, f"{shown(claim)} is no name of {named}")


RULE = Rule("ID305", "details-disagree", Severity.WARNING, Verdict.UNDETERMINED, check, __doc__)
