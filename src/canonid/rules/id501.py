"""Two pages about different things claim the same identifier.

One identifier names one substance, so at most one of the pages can be right. The finding stays silent on a page that
its record confirms, and on an identifier whose sharing is declared in the settings (`[corpus.shared]`).

Example: fisetin and berberine both carry CHEMBL31096, an id that leaked from a template.

Remedy: correct the page that is wrong; or declare the sharing with its reason.
"""

from collections.abc import Iterator

from canonid.model import Claim, Predicate, Severity
from canonid.rules.base import Hit, Rule, places, proposing, shown
from canonid.rules.case import Case
from canonid.rules.identity import Relation
from canonid.rules.profile import names_of


def check(case: Case) -> Iterator[Hit]:
    """Hit every unconfirmed exact-match claim that a page of another subject makes too."""
    for claim in case.substance_claims:
        if claim.predicate is not Predicate.EXACT or claim.reference is None:
            continue
        others = [other for other in case.dossier.claimants.get(claim.reference, ()) if _is_other(other, case)]
        identity = case.claim_identity(claim)
        if others and (identity is None or identity.relation is not Relation.SAME):
            yield proposing(claim, f"{shown(claim)} is also claimed on {places(others)}", case)


def _is_other(claim: Claim, case: Case) -> bool:
    """Whether a claim stands on a page about something else, as far as the name of the page tells."""
    return claim.subject != case.subject.slug and claim.subject.replace("-", "") not in names_of(case.subject)


RULE = Rule("ID501", "shared-identifier", Severity.WARNING, None, check, __doc__)
