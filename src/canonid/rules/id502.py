"""The identifier stands as an example in a template.

Instructions for authors show an id in a code block; a page that was filled in from there keeps it. The finding stays
silent where the record confirms the id: then the example was taken from the page.

Example: CHEMBL31096 in the instructions of a wiki, and on its page about berberine.

Remedy: look the identifier up anew; and let templates show identifiers that cannot be mistaken (CHEMBL0000).
"""

from collections.abc import Iterator

from canonid.identifiers import Reference
from canonid.model import Severity
from canonid.rules.base import Hit, Rule, places, shown
from canonid.rules.case import Case
from canonid.rules.identity import Relation


def check(case: Case) -> Iterator[Hit]:
    """Hit every unconfirmed exact-match claim whose identifier is an example elsewhere."""
    for claim, _, identity in case.exact_records:
        reference = claim.reference or Reference(claim.prefix, "")
        examples = [item for item in case.dossier.examples.get(reference, ()) if item.place.path != claim.place.path]
        if not examples or identity.relation is Relation.SAME:
            continue
        wrong = identity.relation in {Relation.OTHER_SUBSTANCE, Relation.OTHER_STRUCTURE}
        spread = any(other.subject != claim.subject for other in case.dossier.claimants.get(reference, ()))
        if not wrong and not spread:
            continue  # the example may have been taken from this very page
        message = f"{shown(claim)} stands as an example at {places(examples)}"
        yield Hit(claim, message, severity=None if wrong else Severity.WARNING)


RULE = Rule("ID502", "template-leak", Severity.ERROR, None, check, __doc__, compares_pages=True)
