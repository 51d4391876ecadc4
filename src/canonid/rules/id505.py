"""An alias is the name of another substance.

Aliases steer searches, and canonid's own: an alias that names something else lets a wrong identifier look right. An
alias that only names a salt or another form is not reported; on a page about a class, its members are.

Example: `aliases: [rapamycin]` on a page about everolimus.

Remedy: remove the alias, or say in the text how the two are related.
"""

from collections.abc import Iterator

from canonid.identifiers import skeleton
from canonid.model import ByName, Claim, Found, Record, Severity
from canonid.names import name_key
from canonid.rules.base import Hit, Rule
from canonid.rules.case import Case
from canonid.rules.profile import NameMatch, label, name_match, record_keys, salt_of


def check(case: Case) -> Iterator[Hit]:
    """Hit every alias that is another page's subject, or the preferred name of another DrugBank entry."""
    for claim in case.dossier.page.properties:
        if claim.field != "aliases" or claim.text is None:
            continue
        key = name_key(claim.text)
        pages = [path for path in case.dossier.titles.get(key, ()) if path != claim.place.path]
        if pages and key not in case.profile.names.own:
            yield Hit(claim, f"alias {claim.text} is the subject of {', '.join(pages[:3])}", severity=Severity.WARNING)
        elif (record := _other_entry(claim, key, case)) is not None:
            yield Hit(claim, f"alias {claim.text} is {label(record)}, another substance than {case.subject.title}")


def _other_entry(claim: Claim, key: str, case: Case) -> Record | None:
    """The DrugBank entry whose preferred name the alias is, if DrugBank has another one for the subject itself."""
    answer = case.dossier.answer("drugbank", ByName.of(claim.text or ""))
    own = [anchor for anchor in case.profile.anchors if anchor.authority == "drugbank" and anchor.inchikey]
    if not isinstance(answer, Found) or not own or any(record_keys(anchor)[0] == key for anchor in own):
        return None
    known = {skeleton(anchor.inchikey) for anchor in own if anchor.inchikey}
    for record in answer.records:
        differs = record.inchikey is not None and skeleton(record.inchikey) not in known
        named = name_key(record.name or "") == key and name_match(record, case.profile.names) < NameMatch.SYNONYM
        if named and differs and not salt_of(record, case.profile.names):
            return record
    return None


RULE = Rule("ID505", "alias-of-another-substance", Severity.INFO, None, check, __doc__)
