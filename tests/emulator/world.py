"""What the emulated services know: rows in the shapes of the live services, built from a few facts.

Values that no argument gives are synthetic defaults: they have the right type, not a claim about the substance.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from tests.emulator.wire import CHEMBL_ID, Json

_FLAGS: Mapping[str, object] = {
    "availability_type": -1, "black_box_warning": 0, "chemical_probe": 0, "chirality": -1, "first_in_class": -1,
    "inorganic_flag": -1, "natural_product": -1, "polymer_flag": -1, "prodrug": -1,
    "dosed_ingredient": False, "oral": False, "parenteral": False, "therapeutic_flag": False, "topical": False,
    "withdrawn_flag": False,
    "chebi_par_id": None, "helm_notation": None, "indication_class": None, "usan_stem": None,
    "usan_stem_definition": None, "usan_substem": None, "usan_year": None,
}  # fmt: skip
"""The molecule keys that say nothing about identity. Numbers and booleans are told apart as on the wire."""

_SEQUENCES = frozenset({"Protein", "Antibody", "Antibody drug conjugate", "Enzyme", "Oligonucleotide", "Gene"})


def molecule(
    chembl_id: str,
    pref_name: str | None = None,
    *,
    inchikey: str | None = None,
    formula: str | None = None,
    weight: str | None = None,
    synonyms: Iterable[str] = (),
    molecule_type: str = "Small molecule",
    structure_type: str | None = "",
    parent: str | None = "",
    max_phase: object = None,
    first_approval: int | None = None,
    **more: object,
) -> Json:
    """A molecule row of ChEMBL with all keys, in the alphabetical order of the wire.

    `structure_type` and `parent` are derived unless given (None is a value: unknown, or no hierarchy row); `more`
    replaces or adds keys.
    """
    if structure_type == "":
        structure_type = "MOL" if inchikey else "SEQ" if molecule_type in _SEQUENCES else "NONE"
    parent = chembl_id if parent == "" else parent
    row: Json = {
        **_FLAGS,
        "atc_classifications": [],
        "biotherapeutic": None,
        "cross_references": [],
        "first_approval": first_approval,
        "max_phase": max_phase,
        "molecule_chembl_id": chembl_id,
        "molecule_hierarchy": None
        if parent is None
        else {"active_chembl_id": parent, "molecule_chembl_id": chembl_id, "parent_chembl_id": parent},
        "molecule_properties": molecule_properties(formula, weight),
        "molecule_structures": molecule_structures(inchikey),
        "molecule_synonyms": [molecule_synonym(name) for name in synonyms],
        "molecule_type": molecule_type,
        "pref_name": pref_name,
        "structure_type": structure_type,
        **more,
    }
    return {key: row[key] for key in sorted(row)}


def molecule_properties(formula: str | None, weight: str | None) -> Json | None:
    """The properties of a molecule row, decimals as text; None (as for proteins) if nothing is known."""
    if formula is None and weight is None:
        return None
    return {"full_molformula": formula, "full_mwt": weight, "heavy_atoms": None, "mw_freebase": weight}


def molecule_structures(inchikey: str | None) -> Json | None:
    """The structures of a molecule row; SMILES, InChI and molfile stay empty because nothing here reads them."""
    if inchikey is None:
        return None
    return {"canonical_smiles": None, "molfile": None, "standard_inchi": None, "standard_inchi_key": inchikey}


def molecule_synonym(name: str, syn_type: str = "OTHER") -> Json:
    """One entry of `molecule_synonyms`: the name in mixed case and again in upper case."""
    return {"molecule_synonym": name, "syn_type": syn_type, "synonyms": name.upper()}


def lookup(chembl_id: str, entity_type: str = "COMPOUND", status: str = "ACTIVE", last_active: int = 37) -> Json:
    """A row of `chembl_id_lookup`; `status` is ACTIVE, INACTIVE (downgraded) or OBS (removed)."""
    kind = "molecule" if entity_type == "COMPOUND" else entity_type.lower()
    return {
        "chembl_id": chembl_id,
        "entity_type": entity_type,
        "last_active": last_active,
        "resource_url": f"/chembl/api/data/{kind}/{chembl_id}",
        "status": status,
    }


@dataclass(frozen=True, slots=True)
class Compound:
    """A compound of PubChem: its property row (present keys only), its synonyms and its parent compound."""

    cid: int
    properties: Mapping[str, object]
    synonyms: tuple[str, ...] = ()
    parent: int | None = None


def compound(  # noqa: PLR0917 (the columns of a table, in their order)
    cid: int,
    title: str | None = None,
    inchikey: str | None = None,
    formula: str | None = None,
    weight: str | None = None,
    synonyms: Sequence[str] = (),
    *,
    charge: int | None = None,
    parent: int | None = None,
    **more: object,
) -> Compound:
    """A compound of PubChem; what is None is a key that the row lacks. `weight` is text, as on the wire."""
    named = {
        "Title": title,
        "InChIKey": inchikey,
        "MolecularFormula": formula,
        "MolecularWeight": weight,
        "Charge": charge,
        **more,
    }
    present = {key: value for key, value in named.items() if value is not None}
    return Compound(cid, present, tuple(synonyms), parent)


def study(
    nct: str,
    title: str,
    status: str = "COMPLETED",
    interventions: Iterable[str | Json] = (),
    *,
    conditions: Iterable[str] = (),
    summary: str | None = None,
    official_title: str | None = None,
    last_known_status: str | None = None,
    verified: str = "2024-05",
    aliases: Sequence[str] = (),
    secondary_ids: Sequence[str] = (),
    phases: Sequence[str] = (),
) -> Json:
    """A study of ClinicalTrials.gov; keys without value are left out, as on the wire.

    An intervention is a name (type DRUG) or the object itself, such as
    `{"type": "BIOLOGICAL", "name": "Anakinra", "otherNames": ["Kineret"]}`.
    """
    protocol: Json = {
        "identificationModule": {
            "nctId": nct,
            "nctIdAliases": list(aliases),
            "orgStudyIdInfo": {"id": f"SYNTHETIC-{nct[3:]}"},
            "secondaryIdInfos": [{"id": identifier, "type": "OTHER"} for identifier in secondary_ids],
            "organization": {"fullName": "Synthetic Sponsor", "class": "OTHER"},
            "briefTitle": title,
            "officialTitle": official_title,
        },
        "statusModule": {
            "statusVerifiedDate": verified,
            "overallStatus": status,
            "lastKnownStatus": last_known_status,
            "lastUpdatePostDateStruct": {"date": f"{verified}-15"[:10], "type": "ACTUAL"},
        },
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Synthetic Sponsor", "class": "OTHER"}},
        "descriptionModule": {"briefSummary": summary},
        "conditionsModule": {"conditions": list(conditions)},
        "designModule": {"studyType": "INTERVENTIONAL", "phases": list(phases)},
        "armsInterventionsModule": {
            "interventions": [{"type": "DRUG", "name": i} if isinstance(i, str) else i for i in interventions]
        },
    }
    derived = {"miscInfoModule": {"versionHolder": "2026-03-25"}}
    return {"protocolSection": _without_empty(protocol), "derivedSection": derived, "hasResults": False}


def _without_empty(document: Json) -> Json:
    """The document without keys that have no value: the registry omits them, it never sends null."""
    cleaned = {key: _without_empty(value) if isinstance(value, dict) else value for key, value in document.items()}
    return {key: value for key, value in cleaned.items() if value not in (None, [], {})}


def nct_of(row: Json) -> str:
    """The NCT number of a study."""
    return str(row["protocolSection"]["identificationModule"]["nctId"])


def molregno(chembl_id: str) -> int:
    """A synthetic primary key: rows are ordered by it, so that the order asked never comes back by luck."""
    return zlib.crc32(chembl_id.encode())


class Index:
    """Where values stand: by the value itself and, built when first needed, by the value in lower case."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.exact: dict[str, list[str]] = defaultdict(list)
        for value, key in pairs:
            self.exact[value].append(key)

    @cached_property
    def folded(self) -> dict[str, list[str]]:
        """The same, by the value in lower case."""
        folded: dict[str, list[str]] = defaultdict(list)
        for value, keys in self.exact.items():
            folded[value.lower()].extend(keys)
        return folded


@dataclass(slots=True)
class World:
    """All that the three emulated services know. Fill it with `add`; a test may change it while they run.

    After a change that did not go through `add` call `changed()`.
    """

    molecules: dict[str, Json] = field(default_factory=dict)
    lookups: dict[str, Json] = field(default_factory=dict)
    """Rows of chembl_id_lookup beside those that follow from `molecules`; INACTIVE and OBS hide a molecule."""
    compounds: dict[int, Compound] = field(default_factory=dict)
    preferred: dict[int, int] = field(default_factory=dict)
    """Non-live CID -> the CID that PubChem now prefers."""
    names: dict[str, list[int]] = field(default_factory=dict)
    """Name in lower case -> the CIDs that a name search answers, whatever the synonyms say (decoys; [] = none)."""
    deposits: dict[str, dict[int, list[int]]] = field(default_factory=dict)
    """DrugBank accession -> SID -> standardised CIDs (none for a biologic)."""
    registry: dict[str, list[int]] = field(default_factory=dict)
    """RegistryID of any depositor -> CIDs."""
    studies: dict[str, Json] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """NCT alias -> the study that it was merged into."""
    statuses: dict[str, str] = field(default_factory=dict)
    """For `partial`: the overall status of studies that nothing else is known of."""
    chembl_release: str = "ChEMBL_37"
    chembl_release_date: str = "2026-05-01"
    api_version: str = "2.0.5"
    data_timestamp: str = "2026-03-25T09:00:05"
    unknown_cids: Literal["dropped", "thin"] = "dropped"
    """How a batch answers for a CID that does not exist; both have been seen."""
    nonlive_cids: Literal["dropped", "thin"] = "thin"
    """How a batch answers for a non-live CID; nobody documents it."""
    partial: bool = False
    """True if absence here is no absence from the authority: unknown well-formed ids answer as thin records."""
    _cache: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, *things: Json | Compound) -> Self:
        """A world of these rows (`molecule`, `lookup`, `compound`, `study`)."""
        world = cls()
        world.add(*things)
        return world

    @classmethod
    def from_tables(cls, folder: Path, partial: bool = False) -> World:
        """A world filled from `chembl.tsv`, `pubchem.tsv` and `tuples.tsv` in `folder`."""
        from tests.emulator.tables import read_tables  # noqa: PLC0415 (it imports this module)

        return read_tables(Path(folder), partial=partial)

    def add(self, *things: Json | Compound) -> None:
        """Add rows, each to the service that it belongs to; a study's aliases are added with it."""
        for thing in things:
            if isinstance(thing, Compound):
                self.compounds[thing.cid] = thing
            elif "protocolSection" in thing:
                self.studies[nct_of(thing)] = thing
                for alias in thing["protocolSection"]["identificationModule"].get("nctIdAliases", ()):
                    self.aliases[alias] = nct_of(thing)
            elif "entity_type" in thing:
                self.lookups[thing["chembl_id"]] = thing
            else:
                self.molecules[thing["molecule_chembl_id"]] = thing
        self.changed()

    def changed(self) -> None:
        """Forget what was derived from the rows."""
        self._cache = {}

    def derived(self, name: str, make: Any) -> Any:
        """What `make()` derives from the rows, computed once until they change."""
        cache = self._cache
        if name not in cache:
            cache[name] = make()
        return cache[name]

    def molecule_row(self, chembl_id: str) -> Json | None:
        """The row that the molecule resource shows: downgraded and removed ones are hidden."""
        if self.lookups.get(chembl_id, {}).get("status", "ACTIVE") != "ACTIVE":
            return None
        row = self.molecules.get(chembl_id)
        if row is None and self.partial and chembl_id not in self.lookups and CHEMBL_ID.fullmatch(chembl_id):
            return molecule(chembl_id, molecule_type="Unknown", structure_type=None)
        return row

    def lookup_row(self, chembl_id: str) -> Json | None:
        """The row of chembl_id_lookup, which knows more ids than the molecule resource shows."""
        if chembl_id in self.lookups:
            return self.lookups[chembl_id]
        return lookup(chembl_id) if self.molecule_row(chembl_id) is not None else None

    def study_row(self, nct: str) -> Json | None:
        """The study under its own number; aliases are not looked at."""
        row = self.studies.get(nct)
        if row is None and self.partial and nct not in self.aliases:
            return study(nct, f"(synthetic) {nct}", self.statuses.get(nct, "UNKNOWN"))
        return row
