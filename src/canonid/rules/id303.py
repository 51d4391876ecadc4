"""The identifier is of another form of the substance.

Salts, stereoisomers, isotopologues, charged forms and prodrugs have records of their own. A page about the parent that
carries the salt's id (or the other way round) joins to other activities, doses and trials. Only information, and the
claim undetermined: the halide of a quaternary cation, whose INN is that of the salt (vecuronium bromide).

Example: `chembl-id: CHEMBL1703` on a page about metformin is metformin hydrochloride.

Remedy: take the proposed form; or keep the other one in its own field (`chembl-id-alt`), which says that it is close.
"""

from collections.abc import Iterator
from dataclasses import replace

from canonid.chemistry import read_formula
from canonid.model import Record, Severity, Verdict
from canonid.rules.base import Hit, Rule, proposing, shown
from canonid.rules.case import Case
from canonid.rules.identity import Fit, Identity, Relation
from canonid.rules.profile import salt_of, vouches

_HALIDES = frozenset({"bromide", "chloride", "iodide"})


def check(case: Case) -> Iterator[Hit]:
    """Hit every exact-match claim whose record is a salt, stereoisomer or other form of the subject."""
    for claim, record, identity in case.exact_records:
        if identity.relation is Relation.OTHER_FORM:
            name = f"{record.name}, " if record.name else ""
            message = f"{shown(claim)} is {name}another form of {case.subject.title} ({identity.grounds})"
            is_either = _is_called_so(record, identity, case) or _is_halide_of_a_cation(record, case)
            yield replace(proposing(claim, message, case), severity=Severity.INFO if is_either else None)


def _is_called_so(record: Record, identity: Identity, case: Case) -> bool:
    """Whether a curated authority gives an ion the name of its salt, as for quaternary drugs (carbachol): not wrong."""
    return identity.fit is Fit.DIFFERENT and vouches(record, case.profile.names)


def _is_halide_of_a_cation(record: Record, case: Case) -> bool:
    """Whether a record is the salt of an organic cation that there is no free base of (vecuronium bromide).

    An InChIKey ends in M or L for a salt that lacks one or two protons (pancuronium bromide): the salt of a base has
    taken them up, and ends in N.
    """
    is_charged = record.inchikey is not None and record.inchikey.endswith(("-M", "-L"))
    is_organic = "C" in (read_formula(record.formula or "") or ())
    return is_charged and is_organic and salt_of(record, case.profile.names) in _HALIDES


RULE = Rule("ID303", "other-form", Severity.WARNING, Verdict.DISCREPANT, check, __doc__)
