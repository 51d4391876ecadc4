"""Second thoughts on an identity: what else the authorities hold, and what could not be asked.

A verdict needs more than the record itself. Half an agreement is called wrong only where the same authority holds a
better record, and it is called right only where the authority was asked for one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from canonid.identifiers import AUTHORITIES, CAS, PUBCHEM, UNII, skeleton
from canonid.model import ByName, Found, Record, Unavailable
from canonid.names import name_key
from canonid.rules.identity import WRONG, Fit, Identity, Relation, identify
from canonid.rules.profile import (
    BIOLOGIC,
    NameMatch,
    kin_of,
    label,
    name_match,
    record_keys,
    resembles,
    salt_of,
    shared_names,
)

if TYPE_CHECKING:
    from canonid.rules.case import Case

_SERVICES = ("chembl", "pubchem")
"""The authorities that are asked over the network."""


def rests_on_a_synonym(identity: Identity) -> bool:
    """Whether all that makes a record the subject is a name that forms, neighbours and members may carry, too."""
    named = identity.relation is Relation.SAME and NameMatch.NONE < identity.match < NameMatch.PREFERRED
    return named and identity.fit is not Fit.EQUAL


def tempered(record: Record, identity: Identity, case: Case) -> Identity:
    """`identity` of `record`, or a weaker one where something speaks against it."""
    if identity.relation is Relation.SAME:
        doubt = _doubt(record, identity, case)
        return identity if doubt is None else _unproven(identity, doubt)
    if identity.relation not in WRONG or not _agrees_in_part(record, identity, case):
        return identity
    rivals = [hit for hit in case.hits(record.authority) if hit.reference != record.reference]
    if any(_is_closer(rival, record, case) for rival in rivals):
        return identity
    # PubChem's record of a stereoisomer carries the name of the racemate among those that anyone may deposit.
    enough = NameMatch.PREFERRED if record.reference.prefix == PUBCHEM else NameMatch.NAMED_ALIAS
    named = identity.match >= enough and identity.fit is Fit.SKELETON
    if _is_unheard(record.authority, case):
        return _unproven(identity, f"whether {AUTHORITIES[record.authority]} has a closer record could not be asked")
    twin = next((rival for rival in rivals if name_match(rival, case.profile.names) is NameMatch.PREFERRED), None)
    if twin is not None:
        return _unproven(identity, f"{label(twin)} has the same name")
    if named:
        return replace(identity, relation=Relation.SAME, grounds=f"{identity.grounds}; no closer record there")
    return _unproven(identity, "no closer record there")


def _unproven(identity: Identity, why: str) -> Identity:
    return replace(identity, relation=Relation.UNPROVEN, grounds=f"{identity.grounds}; {why}")


def _doubt(record: Record, identity: Identity, case: Case) -> str | None:
    """What keeps a record with the subject's name from being it; None if nothing does."""
    biologic = case.profile.biologic(besides=record.reference)
    if biologic is not None and record.inchikey and identity.fit is not Fit.PAGE_EQUAL:
        return f"{label(biologic)} is of type {biologic.kind.value}, which has no single structure"
    if identity.fit is Fit.EQUAL and identity.match < NameMatch.PREFERRED:
        return _doubtful_structure(record, case)
    if identity.fit is not Fit.EQUAL and (fuller := _of_the_whole_name(record, case)):
        return f"{label(fuller)} has the whole name"
    return _doubtful_name(record, identity, case)


def _of_the_whole_name(record: Record, case: Case) -> Record | None:
    """Another record of the authority whose name is the title with its brackets: `Hyaluronidase (ovine)`."""
    for name in case.whole_names:
        answer, key = case.dossier.answer(record.authority, ByName.of(name)), name_key(name)
        if isinstance(answer, Found) and record_keys(record)[0] != key:
            for other in answer.records:
                if record_keys(other)[0] == key:
                    return other
    return None


def _doubtful_structure(record: Record, case: Case) -> str | None:
    """Why the structure that the record shares proves nothing: all who give it to the subject are in doubt themselves.

    A class such as vitamin D is a curated synonym of several members.
    """
    sources = case.profile.structures(besides=record.reference).get(record.inchikey or "", ())
    doubt = None
    for source in sources:
        identity = identify(source, case.profile)
        doubt = _doubtful_name(source, identity, case)
        if doubt is None:
            return None
    return f"but {doubt}" if doubt else None


def _doubtful_name(record: Record, identity: Identity, case: Case) -> str | None:
    """Why the names that a record shares prove nothing; None if they do, or if more than a synonym proves it."""
    if not rests_on_a_synonym(identity):
        return None
    if doubt := _alias_alone(record, identity, case):
        return doubt
    if identity.fit is not Fit.PAGE_EQUAL and (kin := kin_of(record, case.profile.names)):
        return f"its own name is {record.name}, which may be a form or the parent of {kin}"
    if record.reference.prefix == PUBCHEM and is_lone_biologic_hit(record, case):
        return "a name alone does not give a biologic a CID"
    if unheard := unheard_besides(record.authority, case):
        return f"{AUTHORITIES[unheard]}, which may know another structure, could not be asked"
    if record.authority in _SERVICES and _is_unheard(record.authority, case):
        return f"{AUTHORITIES[record.authority]} could not be asked for a record of the name itself"
    rival = _rival(record, identity, case)
    return f"{label(rival)} is named so, too" if rival else None


def _alias_alone(record: Record, identity: Identity, case: Case) -> str | None:
    """Why a record that carries an alias of the page, but no name of its own, proves nothing; None if it is no such.

    The aliases of a page may be the members of a class, the parts of a combination or what an extract contains.
    """
    names = case.profile.names
    if not NameMatch.NONE < name_match(record, names) < NameMatch.SYNONYM:
        return None
    for alias in shared_names(record, names):
        if pages := [path for path in case.dossier.titles.get(name_key(alias), ()) if path != case.dossier.page.path]:
            return f"{alias} is the subject of {pages[0]}"
    return None if identity.fit is Fit.PAGE_EQUAL else "an alias of the page alone does not prove it"


def _rival(record: Record, identity: Identity, case: Case) -> Record | None:
    """A record of the same authority and of another structure that has a better claim to the names, or as good a one.

    Aliases of a page may be the members of a class or the parts of a combination: then none of them is the subject.
    """
    names = case.profile.names
    enough = max(NameMatch.NAMED_ALIAS, identity.match if identity.match < NameMatch.SYNONYM else NameMatch.PREFERRED)
    for rival in case.hits(record.authority):
        is_other = rival.reference != record.reference and not _is_one_structure(rival, record)
        if is_other and name_match(rival, names) >= enough and not salt_of(rival, names):
            return rival
    return None


def _is_one_structure(record: Record, other: Record) -> bool:
    if record.inchikey and other.inchikey:
        return skeleton(record.inchikey) == skeleton(other.inchikey)
    return record.reference == other.parent or other.reference == record.parent


def _is_unheard(authority: str, case: Case) -> bool:
    """Whether a search for the subject in `authority` got no reply."""
    return any(isinstance(answer, Unavailable) for answer in case.searched(authority).values())


def unheard_besides(authority: str, case: Case) -> str | None:
    """A service that was asked about the subject and could not answer: without it a contradiction may be missed.

    A DrugBank export that nobody supplied is not waited for: it will be missing in the next run as well.
    """
    for other in _SERVICES:
        if other == authority or any(anchor.authority == other for anchor in case.profile.anchors):
            continue
        claimed = (case.answer(claim) for claim in case.claims_of(other))
        if _is_unheard(other, case) or any(isinstance(answer, Unavailable) for answer in claimed):
            return other
    return None


def _agrees_in_part(record: Record, identity: Identity, case: Case) -> bool:
    """Whether a name, of the subject or of a record that vouches for it, or a word of one speaks for the record."""
    # A salt says itself that it is one.
    if salt_of(record, case.profile.names) or (record.parent is not None and record.parent != record.reference):
        return False
    if identity.match is not NameMatch.NONE or resembles(record, case.profile):
        return True
    preferred, synonyms = record_keys(record)
    return not (synonyms | {preferred}).isdisjoint(case.profile.pooled_keys(besides=record.reference, curated=True))


def _is_closer(rival: Record, record: Record, case: Case) -> bool:
    """Whether another record of the authority fits the subject better: in structure, or in the name itself."""
    names = case.profile.names
    match, own = name_match(rival, names), name_match(record, names)
    if rival.inchikey in case.profile.structures(besides=record.reference):
        return own < NameMatch.PREFERRED or match >= NameMatch.SYNONYM or not rival.name
    return match > own and match >= NameMatch.SYNONYM and not salt_of(rival, names)


def is_lone_biologic_hit(record: Record, case: Case) -> bool:
    """Whether nothing but one name speaks for a record of a subject that is, or is said to be, a biologic."""
    kinds = {record.kind, *(anchor.kind for anchor in case.profile.anchors)}
    if not case.subject.biologic and kinds.isdisjoint(BIOLOGIC):
        return False
    preferred, synonyms = record_keys(record)
    shared = (synonyms | {preferred}) & case.profile.pooled_keys(besides=record.reference, curated=True)
    return len(shared) < 2 and not _numbers_agree(record, case)


def _numbers_agree(record: Record, case: Case) -> bool:
    """Whether a CAS number or UNII that the page claims is listed by the record."""
    claimed = {claim.reference for claim in case.substance_claims if claim.prefix in {CAS, UNII}}
    return not claimed.isdisjoint(record.xrefs)
