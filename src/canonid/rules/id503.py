"""The page contradicts itself.

Front matter is read by programs, the body by people. When the two give different identifiers for one authority, one
of them was corrected and the other forgotten; when formula and weight do not fit, one was copied from elsewhere.

Example: `chembl-id: CHEMBL1265` above, `**ChEMBL:** CHEMBL1232` below.

Remedy: keep the value that the authority confirms.
"""

from collections.abc import Iterator

from canonid.chemistry import is_same_weight, read_formula, weigh
from canonid.model import Claim, Predicate, Severity
from canonid.rules.base import Hit, Rule, shown
from canonid.rules.case import Case


def check(case: Case) -> Iterator[Hit]:
    """Hit every value of the body that the front matter gives otherwise, and a weight that the formula denies."""
    exact = [claim for claim in case.substance_claims if claim.predicate is Predicate.EXACT]
    above = [claim for claim in exact if not claim.in_body]
    for claim in exact:
        first = next((other for other in above if other.field == claim.field), None)
        if claim.in_body and first is not None and not _agree(claim, first):
            given = "null" if first.text is None else first.text
            yield Hit(claim, f"{shown(claim)} in the body, but {given} in line {first.place.line}")
    yield from _check_weight(case)


def _agree(claim: Claim, other: Claim) -> bool:
    if claim.reference is not None and other.reference is not None:
        return claim.reference == other.reference
    return claim.text == other.text


def _check_weight(case: Case) -> Iterator[Hit]:
    atoms = read_formula(case.subject.formula or "")
    mass = case.subject.mass
    for claim in case.dossier.page.properties:
        if claim.field == "molecular-weight-da" and atoms and mass and not is_same_weight(mass, weigh(atoms)):
            formula = case.subject.formula
            yield Hit(claim, f"{shown(claim)}, but the page's formula {formula} weighs {weigh(atoms):.1f} Da")


RULE = Rule("ID503", "page-contradicts-itself", Severity.WARNING, None, check, __doc__)
