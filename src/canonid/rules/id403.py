"""The page has no key for an identifier that exists.

A page that names its substance in one registry can be joined to others. Where the evidence of a run proves a record
that the page does not mention at all, not even with `null`, the identifier is worth adding. Nothing is asked for this
rule alone: it reports what other questions brought.

Example: a page with an InChIKey and without `drugbank-id`, whose structure DrugBank lists.

Remedy: add the key with the proposed identifier, after a look at its page.
"""

from collections.abc import Iterator

from canonid.identifiers import CHEMBL, DRUGBANK, PUBCHEM
from canonid.model import Claim, ClaimKind, Confidence, Predicate, Severity
from canonid.rules.base import Hit, Rule
from canonid.rules.candidates import candidate_for
from canonid.rules.case import Case

_FIELDS = {CHEMBL: "chembl-id", DRUGBANK: "drugbank-id", PUBCHEM: "pubchem-cid"}


def check(case: Case) -> Iterator[Hit]:
    """Hit every registry that the page is silent about although it surely has the substance."""
    exact = [claim for claim in case.substance_claims if claim.predicate is Predicate.EXACT]
    if not exact:
        return
    claimed = {claim.prefix for claim in exact}
    for prefix, field in _FIELDS.items():
        if prefix in claimed:
            continue
        missing = Claim(case.subject.slug, field, ClaimKind.IDENTIFIER, prefix, None, exact[0].place)
        candidate = candidate_for(missing, case)
        if candidate is not None and candidate.confidence is Confidence.HIGH:
            yield Hit(missing, f"{missing.field} is missing: {candidate.sentence}", candidate.proposal)


RULE = Rule("ID403", "identifier-missing", Severity.INFO, None, check, __doc__)
