"""What PubChem's stored replies mean. Pure: no I/O, and no payload makes it raise."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from canonid.authorities.payloads import mended
from canonid.identifiers import (
    CAS,
    CHEMBL,
    DRUGBANK,
    INCHIKEY,
    PREFIXES,
    PUBCHEM,
    PUBCHEM_SUBSTANCE,
    UNII,
    Reference,
    Spelling,
    read_identifier,
)
from canonid.model import Answer, ById, Evidence, Found, NotFound, Record, Status, Synonyms, Unavailable

_AUTHORITY = "pubchem"
# How depositors write numbers of other registries among the names. A bare UNII has no shape of its own.
_CROSS = (CHEMBL, DRUGBANK, CAS, INCHIKEY)


def parse_payload(evidence: Evidence) -> Answer:
    """The answer that a reply amounts to; `Unavailable` if it cannot be read."""
    if evidence.payload is None:
        return NotFound(evidence)
    try:
        records = tuple(_records(evidence, json.loads(evidence.payload)))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        return Unavailable(f"the stored reply of PubChem to {evidence.question.key} cannot be read; ask PubChem again")
    return Found(records, evidence) if records else NotFound(evidence)


def _records(evidence: Evidence, payload: dict[str, Any]) -> Iterable[Record]:
    question = evidence.question
    if isinstance(question, Synonyms):
        synonyms = _texts(payload["synonyms"])
        return [Record(_AUTHORITY, question.reference, synonyms=synonyms, xrefs=read_xrefs(synonyms))]
    if isinstance(question, ById) and question.reference.prefix == DRUGBANK:
        return [_deposit(question.reference, payload)]
    if isinstance(question, ById):
        return [_compound(question.reference, payload)]
    return [_record(row) for row in payload["compounds"] if row["CID"]]


def _compound(reference: Reference, payload: dict[str, Any]) -> Record:
    """The record of a CID. PubChem says nothing of the kind of a substance, only whether there is a structure."""
    row = payload["properties"]
    if str(row["CID"]) != reference.identifier:
        raise ValueError("the row is about another compound")
    preferred = Reference(PUBCHEM, str(int(payload.get("preferred") or row["CID"])))
    return _record(
        row,
        synonyms=_texts(payload.get("synonyms") or []),
        replaced_by=None if preferred == reference else preferred,
    )


def _record(row: dict[str, Any], synonyms: tuple[str, ...] = (), replaced_by: Reference | None = None) -> Record:
    inchikey = _text(row.get("InChIKey"))
    return Record(
        _AUTHORITY,
        Reference(PUBCHEM, str(int(row["CID"]))),
        name=_text(row.get("Title")),
        synonyms=synonyms,
        structured=True if inchikey else None,
        inchikey=inchikey,
        formula=_text(row.get("MolecularFormula")),
        mass=_mass(row.get("MolecularWeight")),
        charge=None if row.get("Charge") is None else int(row["Charge"]),
        xrefs=read_xrefs(synonyms),
        status=Status.SECONDARY if replaced_by else Status.CURRENT,
        replaced_by=replaced_by,
    )


def _deposit(reference: Reference, payload: dict[str, Any]) -> Record:
    """What DrugBank deposited: substances, and the compounds they were standardised to (none for an antibody)."""
    compounds = tuple(Reference(PUBCHEM, str(int(cid))) for cid in payload["cids"])
    substances = tuple(Reference(PUBCHEM_SUBSTANCE, str(int(sid))) for sid in payload["sids"])
    return Record(_AUTHORITY, reference, structured=True if compounds else None, xrefs=compounds + substances)


def read_xrefs(synonyms: Iterable[str]) -> tuple[Reference, ...]:
    """The identifiers of other registries among depositor-supplied names, in their order, each once.

    Only canonical spellings count, CAS numbers only with a right check digit: the rest are catalogue numbers.
    """
    found: dict[Reference, None] = {}
    for synonym in synonyms:
        if synonym.startswith("UNII-") and PREFIXES[UNII].pattern.fullmatch(synonym.removeprefix("UNII-")):
            found[Reference(UNII, synonym.removeprefix("UNII-"))] = None
            continue
        text = synonym.removeprefix("CAS-")
        for prefix in _CROSS:
            reading = read_identifier(prefix, text)
            if reading.spelling is Spelling.CANONICAL and reading.reference is not None:
                found[reading.reference] = None
    return tuple(found)


def _texts(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError("not a list of names")
    return tuple(text for value in values if (text := _text(value)))


def _text(value: Any) -> str | None:
    """A text that can be printed and stored, None for an absent or empty one."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"not a text: {value!r}")
    return mended(value).strip() or None


def _mass(value: Any) -> float | None:
    """Daltons; PubChem writes them as text today, and wrote numbers once."""
    if value is None or value == "":
        return None
    mass = float(value)
    return mass if math.isfinite(mass) and mass > 0 else None
