"""What a reply of ChEMBL means. Field types vary by release (`max_phase` was 4, is "4.0"); none is relied on."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from canonid.authorities.payloads import distinct, load_payload, mapping_of, mappings_of, number_of, text_of
from canonid.identifiers import CHEMBL, INCHIKEY, PREFIXES, PUBCHEM_SUBSTANCE, Reference
from canonid.model import (
    Answer,
    ById,
    ByName,
    ByStructure,
    Evidence,
    Forms,
    Found,
    Kind,
    NotFound,
    Question,
    Record,
    Status,
    Unavailable,
)

_KINDS: Mapping[str, Kind] = {
    "small molecule": Kind.SMALL_MOLECULE,
    "inorganic small molecule": Kind.SMALL_MOLECULE,
    "polymeric small molecule": Kind.POLYMER,
    "antibody": Kind.ANTIBODY,
    "antibody drug conjugate": Kind.ANTIBODY,
    "protein": Kind.PROTEIN,
    "enzyme": Kind.PROTEIN,
    "oligonucleotide": Kind.OLIGONUCLEOTIDE,
    "oligosaccharide": Kind.OTHER,
    "gene": Kind.GENE,
    "cell": Kind.CELL,
    "cell-based": Kind.CELL,
    "vaccine component": Kind.VACCINE,
}
_HAS_STRUCTURE: Mapping[str, bool] = {"MOL": True, "BOTH": True, "SEQ": False, "NONE": False}


def parse_chembl(evidence: Evidence) -> Answer:
    """The meaning of a stored reply; an unreadable one is unavailable, never absent."""
    if evidence.payload is None:
        return NotFound(evidence)
    payload = load_payload(evidence)
    if payload is None:
        return _unreadable(evidence)
    match evidence.question:
        case ById(reference):
            record = _asked_record(payload, reference)
            return _unreadable(evidence) if record is None else Found((record,), evidence)
        case ByStructure() | ByName():
            rows = mappings_of(payload.get("molecules"))
            read = [(row, record) for row in rows if (record := _record(row)) is not None]
            if not read:
                return _unreadable(evidence)
            records = tuple(record for row, record in read if _answers(row, evidence.question))
            return Found(records, evidence) if records else NotFound(evidence)
        case Forms(parent):
            family = [form for row in mappings_of(payload.get("forms")) if (form := _form(row, parent)) is not None]
            return Found(tuple(family), evidence) if family else _unreadable(evidence)
    return _unreadable(evidence)


def _form(row: Mapping[str, Any], parent: Reference) -> Record | None:
    """A member of a family: ChEMBL lists it by number only."""
    reference = _reference(row.get("molecule_chembl_id"))
    return None if reference is None else Record("chembl", reference, parent=parent)


def _unreadable(evidence: Evidence) -> Unavailable:
    key = evidence.question.key
    return Unavailable(f"the stored reply of ChEMBL to {key} cannot be read; delete it and run again")


def _asked_record(payload: Mapping[str, Any], reference: Reference) -> Record | None:
    """The record of the asked id, from the molecule or, if that is hidden, from the lookup."""
    record = _record(mapping_of(payload.get("molecule"))) or _lookup_record(mapping_of(payload.get("lookup")))
    return record if record is not None and record.reference == reference else None


def _answers(row: Mapping[str, Any], question: Question) -> bool:
    """Whether a row really has what was searched for: a hit alone proves nothing."""
    if isinstance(question, ByStructure):
        return inchikey_of(row) == question.inchikey
    return isinstance(question, ByName) and question.name in carried_names(row)


def _record(row: Mapping[str, Any]) -> Record | None:
    reference = _reference(row.get("molecule_chembl_id"))
    if reference is None:
        return None
    properties = mapping_of(row.get("molecule_properties"))
    structured = _is_structured(row)
    mass = number_of(properties.get("full_mwt"))
    return Record(
        authority="chembl",
        reference=reference,
        name=text_of(row.get("pref_name")),
        synonyms=_synonyms(row),
        kind=_kind(row, structured),
        structured=structured,
        inchikey=inchikey_of(row),
        formula=text_of(properties.get("full_molformula")),
        mass=mass if mass is not None and mass > 0 else None,
        xrefs=_xrefs(row),
        parent=_reference(mapping_of(row.get("molecule_hierarchy")).get("parent_chembl_id")),
        active=_reference(mapping_of(row.get("molecule_hierarchy")).get("active_chembl_id")),
        approval=_approval(row),
    )


def _lookup_record(row: Mapping[str, Any]) -> Record | None:
    """What the lookup says of an id without a molecule: another sort of thing, or a molecule that is gone."""
    reference = _reference(row.get("chembl_id"))
    entity = text_of(row.get("entity_type"))
    if reference is None or entity is None:
        return None
    if entity.upper() != "COMPOUND":
        return Record("chembl", reference, status=Status.OTHER_ENTITY, entity=entity.upper())
    is_active = (text_of(row.get("status")) or "").upper() == "ACTIVE"
    return Record("chembl", reference, status=Status.CURRENT if is_active else Status.RETIRED)


def _reference(value: object) -> Reference | None:
    text = text_of(value)
    return Reference(CHEMBL, text) if text and PREFIXES[CHEMBL].pattern.fullmatch(text) else None


def inchikey_of(row: Mapping[str, Any]) -> str | None:
    """The InChIKey of a molecule row, if it has a well-formed one."""
    key = text_of(mapping_of(row.get("molecule_structures")).get("standard_inchi_key"))
    return key if key and PREFIXES[INCHIKEY].pattern.fullmatch(key) else None


def _synonyms(row: Mapping[str, Any]) -> tuple[str, ...]:
    entries = mappings_of(row.get("molecule_synonyms"))
    return distinct(text_of(entry.get(key)) for entry in entries for key in ("molecule_synonym", "synonyms"))


def carried_names(row: Mapping[str, Any]) -> frozenset[str]:
    """Every name of a molecule row, folded as in `ByName`."""
    names = (text_of(row.get("pref_name")), *_synonyms(row))
    return frozenset(ByName.of(name).name for name in names if name)


def _is_structured(row: Mapping[str, Any]) -> bool | None:
    if inchikey_of(row):
        return True
    return _HAS_STRUCTURE.get((text_of(row.get("structure_type")) or "").upper())


def _kind(row: Mapping[str, Any], structured: bool | None) -> Kind:
    """What the row says that it is; a "Protein" with one discrete structure is a peptide (semaglutide)."""
    kind = _KINDS.get((text_of(row.get("molecule_type")) or "").casefold(), Kind.UNKNOWN)
    return Kind.PEPTIDE if kind is Kind.PROTEIN and structured else kind


def _xrefs(row: Mapping[str, Any]) -> tuple[Reference, ...]:
    """The PubChem substances that the row points to; a number there is never a compound's."""
    sids = (
        text_of(entry.get("xref_id"))
        for entry in mappings_of(row.get("cross_references"))
        if (text_of(entry.get("xref_src")) or "").casefold() == "pubchem"
    )
    pattern = PREFIXES[PUBCHEM_SUBSTANCE].pattern
    return tuple(Reference(PUBCHEM_SUBSTANCE, sid) for sid in distinct(sids) if pattern.fullmatch(sid))


def _approval(row: Mapping[str, Any]) -> str | None:
    year = number_of(row.get("first_approval"))
    parts = (
        _phase(row.get("max_phase")),
        f"first approved {year:.0f}" if year else None,
        "withdrawn" if row.get("withdrawn_flag") in (True, 1, "1", "true") else None,
    )
    return ", ".join(part for part in parts if part) or None


def _phase(value: object) -> str | None:
    """The phase in words, the same for 4, 4.0 and "4.0"."""
    try:
        phase = Decimal(str(value))
    except InvalidOperation:
        return None
    if not phase.is_finite():
        return None
    if phase < 0:
        return "clinical phase unknown"
    if 0 < phase < 1:
        return "early phase 1"
    return f"max phase {phase.normalize():f}" if phase <= 4 else None
