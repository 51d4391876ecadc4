"""From a query to the one record that a card starts from, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from canonid.gather import Gatherer
from canonid.identifiers import AUTHORITIES, DRUGBANK, INCHIKEY, PREFIXES, PUBCHEM, UNII, Reference, spoken
from canonid.lookup.cards import FIELDS, Card, Column, Rival
from canonid.model import (
    Answer,
    ById,
    ByName,
    ByStructure,
    Evidence,
    Found,
    NotFound,
    Question,
    Record,
    Status,
    Synonyms,
    Unavailable,
)
from canonid.names import name_key
from canonid.rules.profile import label

_TRUSTED = ("chembl", "drugbank", "pubchem")
"""In the order in which their records are taken as a start: curated names before deposited ones."""
_MOST_COMPOUNDS = 3


@dataclass(frozen=True, slots=True)
class Basis:
    """The record that a card starts from."""

    record: Record
    note: str = ""
    """How the query led to it, where that is not plain."""
    name: str = ""
    """The name that was looked up; empty if the record was asked for as such."""
    also: tuple[Reference, ...] = ()
    """Further references of the same substance."""


def find_basis(query: str, references: Reference | None, gatherer: Gatherer) -> Basis | Card:
    """The record for a reference, or for a name if there is none; a card that says why if nothing leads to one."""
    if references is None:
        return _by_name(query, gatherer)
    if references.prefix == INCHIKEY:
        return _by_structure(query, references, gatherer)
    if PREFIXES[references.prefix].authority is None:
        return _by_number(query, references, gatherer)
    return _by_id(query, references, gatherer)


def _ask(gatherer: Gatherer, questions: Mapping[str, Question]) -> dict[str, Answer]:
    """The answers of several authorities, by their names."""
    gatherer.ask(questions.items())
    return {authority: gatherer.answers[authority, question] for authority, question in questions.items()}


def _records(answer: Answer) -> tuple[Record, ...]:
    """What a search brought."""
    return answer.records if isinstance(answer, Found) else ()


# By an authority's own identifier


def _by_id(query: str, reference: Reference, gatherer: Gatherer) -> Basis | Card:
    authority = PREFIXES[reference.prefix].authority or ""
    answer = _ask(gatherer, {authority: ById(reference)})[authority]
    if isinstance(answer, Unavailable):
        deposit = _by_deposit(reference, gatherer) if reference.prefix == DRUGBANK else None
        return deposit or _nothing(query, reference, answer.reason, is_unchecked=True)
    if isinstance(answer, NotFound):
        return _nothing(query, reference, "no such record")
    return _standing(query, answer.record, gatherer)


def _standing(query: str, record: Record, gatherer: Gatherer) -> Basis | Card:
    """What follows from how the record stands: a replaced one leads to the current one."""
    asked = record.reference
    if record.trial is not None:
        return Card(query, record.name or asked.identifier, trial=record)
    if record.status is Status.OTHER_ENTITY:
        what = (record.entity or "other entity").casefold().replace("_", " ")
        article = "an" if what.startswith(tuple("aeiou")) else "a"
        return _nothing(query, asked, f"not a compound: the identifier of {article} {what}")
    if record.status is Status.RETIRED:
        return _nothing(query, asked, "retired, and no record replaces it")
    if record.replaced_by is None:
        return Basis(record)
    current = _ask(gatherer, {record.authority: ById(record.replaced_by)})[record.authority]
    what = f"{spoken(asked)} is not current: {AUTHORITIES[record.authority]} now has it as {spoken(record.replaced_by)}"
    if isinstance(current, Found):
        return Basis(current.record, what)
    reason = current.reason if isinstance(current, Unavailable) else "which it does not have"
    return _nothing(query, asked, f"{what}; {reason}", is_unchecked=isinstance(current, Unavailable))


def _by_deposit(reference: Reference, gatherer: Gatherer) -> Basis | None:
    """Without an export of DrugBank: the compound for which DrugBank deposited the accession at PubChem."""
    deposit = _ask(gatherer, {"pubchem": ById(reference)})["pubchem"]
    compounds = deposit.record.xref(PUBCHEM) if isinstance(deposit, Found) else ()
    if len(compounds) != 1:
        return None
    compound = _ask(gatherer, {"pubchem": ById(Reference(PUBCHEM, compounds[0]))})["pubchem"]
    if not isinstance(compound, Found):
        return None
    note = f"DrugBank deposited {reference.identifier} at PubChem for {label(compound.record)}"
    return Basis(compound.record, note, also=(reference,))


def _nothing(query: str, reference: Reference, note: str, *, is_unchecked: bool = False) -> Card:
    authority = PREFIXES[reference.prefix].authority or ""
    return Card(
        query, reference.identifier, (Column(authority, reference.prefix, note=note, is_unchecked=is_unchecked),)
    )


# By what all authorities can be searched by


def _by_structure(query: str, reference: Reference, gatherer: Gatherer) -> Basis | Card:
    answers = _ask(gatherer, dict.fromkeys(_TRUSTED, ByStructure(reference.identifier)))
    found = [record for authority in _TRUSTED for record in _records(answers[authority])]
    return Basis(found[0]) if found else _undecided(query, f"InChIKey {reference.identifier}", answers, ())


def _by_number(query: str, reference: Reference, gatherer: Gatherer) -> Basis | Card:
    """By a CAS number or a UNII: what DrugBank lists, and what PubChem's names of a compound contain."""
    text = f"UNII-{reference.identifier}" if reference.prefix == UNII else reference.identifier
    answers = _ask(gatherer, {"drugbank": ById(reference), "pubchem": ByName.of(text)})
    compounds = _records(answers["pubchem"])[:_MOST_COMPOUNDS]
    gatherer.ask(("pubchem", Synonyms(record.reference)) for record in compounds)
    listed = [record for record in compounds if reference in _deposited_xrefs(record, gatherer)]
    what = f"{PREFIXES[reference.prefix].label} {reference.identifier}"
    for records in (_records(answers["drugbank"]), listed):
        if len(records) == 1:
            return Basis(records[0], f"{what} is listed by {label(records[0])}")
    rivals = [
        Rival(record, "lists the number" if record in listed else "found by the number, but does not list it")
        for record in (*_records(answers["drugbank"]), *compounds)
    ]
    return _undecided(query, what, answers, rivals)


def _deposited_xrefs(record: Record, gatherer: Gatherer) -> tuple[Reference, ...]:
    answer = gatherer.answers["pubchem", Synonyms(record.reference)]
    return answer.record.xrefs if isinstance(answer, Found) else ()


def _by_name(query: str, gatherer: Gatherer) -> Basis | Card:
    answers = _ask(gatherer, dict.fromkeys(_TRUSTED, ByName.of(query)))
    key = name_key(query)
    curated = [record for authority in _TRUSTED[:2] for record in _records(answers[authority])]
    named = [record for record in curated if name_key(record.name or "") == key]
    listed = [record for record in curated if record not in named]
    titled = [record for record in _records(answers["pubchem"]) if name_key(record.name or "") == key]
    if named and (record := _single(named)):
        return Basis(record, name=query)
    if not named and listed and (record := _only(listed)):
        return Basis(record, f"{query} is a synonym of {label(record)}", name=query)
    if not curated and (record := _single(titled)):
        return Basis(record, name=query)
    rivals = [Rival(record, _how_named(record, key)) for answer in answers.values() for record in _records(answer)]
    return _undecided(query, f"the name {query}", answers, rivals)


def _single(records: Sequence[Record]) -> Record | None:
    """The record of the first authority that has just one, its salts apart."""
    for authority in dict.fromkeys(record.authority for record in records):
        own = [record for record in records if record.authority == authority]
        if parent := _parent_among(own):
            return parent
    return None


def _only(records: Sequence[Record]) -> Record | None:
    """The one substance that all `records` are: a synonym leads nowhere if it is that of several."""
    structures = {record.inchikey for record in records if record.inchikey}
    authorities = {record.authority for record in records}
    if len(structures) <= 1 and len(authorities) == len(records):
        return records[0]
    return _parent_among(records)


def _parent_among(records: Sequence[Record]) -> Record | None:
    """The record that all the others, if there are others, name as their parent: they are its salts."""
    for record in records:
        if all(other.parent == record.reference for other in records if other != record):
            return record
    return None


def _how_named(record: Record, key: str) -> str:
    if name_key(record.name or "") == key:
        return "has it as its preferred name"
    if record.authority == "pubchem":
        return "found by the name, which anyone may deposit; its title is another"
    return "has it as a synonym"


def _undecided(query: str, what: str, answers: Mapping[str, Answer], rivals: Iterable[Rival]) -> Card:
    """The card of a query that leads to no record, or to several: where was looked, and what came up."""
    rivals = tuple(rivals)
    columns = (
        _empty_column(prefix, what, answers[authority], [r for r in rivals if r.record.authority == authority])
        for prefix in FIELDS
        if (authority := PREFIXES[prefix].authority or "") in answers
    )
    return Card(query, query, tuple(columns))


def _empty_column(prefix: str, what: str, answer: Answer, rivals: Sequence[Rival]) -> Column:
    authority = PREFIXES[prefix].authority or ""
    if isinstance(answer, Unavailable):
        return Column(authority, prefix, note=answer.reason, is_unchecked=True)
    if not rivals:
        return Column(authority, prefix, note=f"nothing under {what} ({_looked_in(answer.evidence)})")
    count = "1 record" if len(rivals) == 1 else f"{len(rivals)} records"
    note = f"{count} under {what}, not proven to be meant ({_looked_in(answer.evidence)})"
    return Column(authority, prefix, note=note, rivals=tuple(rivals))


def _looked_in(evidence: Evidence) -> str:
    """The release that was searched, and the day, unless the release is named after it."""
    release, day = (evidence.release or "").partition(" (")[0], f"{evidence.retrieved_at:%Y-%m-%d}"
    return release if day in release else ", ".join(filter(None, (release, day)))
