"""Two pages about different things claim the same identifier.

One identifier names one substance, so at most one of the pages can be right. Where the record itself does not decide
which, both stay undetermined; where it decides, the page that is wrong is told who else has the identifier. The finding
stays silent on a page that its record confirms, and on an identifier whose sharing is declared: in the settings
(`[corpus.shared]`), or by a comment `canonid: shared` on the line of one of the claims.

Example: fisetin and berberine both carry CHEMBL31096, an id that leaked from a template.

Remedy: correct the page that is wrong; or declare the sharing with its reason.
"""

from collections.abc import Iterator

from canonid.identifiers import Reference
from canonid.model import Claim, Severity
from canonid.names import name_key
from canonid.rules.base import Hit, Rule, places, proposing, shown
from canonid.rules.case import Case
from canonid.rules.identity import Relation
from canonid.rules.profile import names_of

_UNDECIDED = {Relation.THIN, Relation.UNPROVEN}


def check(case: Case) -> Iterator[Hit]:
    """Hit every claim that its record does not confirm and that a page of another subject makes too."""
    for claim, _, identity in case.exact_records:
        others = [other for other in case.dossier.claimants.get(_reference(claim), ()) if _is_other(other, case)]
        if not others or identity.relation is Relation.SAME:
            continue
        if identity.relation in _UNDECIDED:
            message = f"{shown(claim)} is also claimed on {places(others)}: one of the pages is wrong"
            yield proposing(claim, message, case)
        else:
            yield Hit(claim, f"{shown(claim)} is also claimed on {places(others)}", severity=Severity.WARNING)


def _reference(claim: Claim) -> Reference:
    return claim.reference or Reference(claim.prefix, "")


def _is_other(claim: Claim, case: Case) -> bool:
    """Whether a claim stands on a page about something else, as far as the names of the pages tell."""
    theirs, ours = name_key(claim.subject.replace("-", " ")), name_key(case.subject.slug.replace("-", " "))
    return claim.subject != case.subject.slug and theirs not in names_of(case.subject) and not _contains(theirs, ours)


def _contains(key: str, other: str) -> bool:
    """Whether one name is part of the other: `mots-c` and `mots-c-peptide` are about one thing."""
    return key in other or other in key


RULE = Rule("ID501", "shared-identifier", Severity.ERROR, None, check, __doc__, compares_pages=True)
