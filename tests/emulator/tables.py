"""Fill a world from tables of identifier facts (TSV), known to be incomplete."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.emulator.world import (
    World,
    compound,
    molecule,
    molecule_properties,
    molecule_structures,
)

_FIRST_SID = 900_000_001
"""SIDs of the DrugBank deposits are synthetic: the tables hold none."""


def read_tables(folder: Path, *, partial: bool = False) -> World:
    """The world that `chembl.tsv`, `pubchem.tsv` and `tuples.tsv` describe; tuples add what the others lack."""
    csv.field_size_limit(sys.maxsize)
    world = World(partial=partial)
    _read_chembl(world, folder / "chembl.tsv")
    _read_pubchem(world, folder / "pubchem.tsv")
    _read_tuples(world, folder / "tuples.tsv")
    return world


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if not path.is_file():
        return
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def _first(text: str) -> str | None:
    """The first of alternatives separated by `|`, None for an empty cell."""
    return text.split("|", 1)[0] or None


def _names(text: str) -> list[str]:
    return [name for name in text.split("|") if name]


def _read_chembl(world: World, path: Path) -> None:
    for row in _rows(path):
        inchikey = _first(row["inchikey"])
        world.molecules[row["chembl_id"]] = molecule(
            row["chembl_id"],
            row["pref_name"] or None,
            inchikey=inchikey,
            formula=_first(row["formula"]),
            synonyms=_names(row["synonyms"]),
            molecule_type=row["molecule_type"] or "Unknown",
            structure_type="MOL" if inchikey else None,  # an empty cell means "not known here", not "has none"
            max_phase=row["max_phase"] or None,
            first_approval=int(row["first_approval"]) if row["first_approval"] else None,
        )


def _read_pubchem(world: World, path: Path) -> None:
    for row in _rows(path):
        synonyms = _names(row["synonyms"])
        synonyms += [number for number in _names(row["cas"]) if number not in synonyms]
        cid = int(row["cid"])
        world.compounds[cid] = compound(
            cid, _first(row["title"]), _first(row["inchikey"]), _first(row["formula"]), _first(row["mw"]), synonyms
        )


def _read_tuples(world: World, path: Path) -> None:
    for number, row in enumerate(_rows(path)):
        inchikey = _first(row["inchikey"])
        name = row["name"] or None
        _complete_molecule(world, row["chembl_id"], name, inchikey)
        cid = int(row["pubchem_cid"])
        world.compounds.setdefault(cid, compound(cid, name, inchikey, synonyms=[name] if name else []))
        world.deposits.setdefault(row["drugbank_id"], {})[_FIRST_SID + number] = [cid]
        for accession in (row["drugbank_id"], row["chembl_id"]):
            world.registry.setdefault(accession, []).append(cid)


def _complete_molecule(world: World, chembl_id: str, name: str | None, inchikey: str | None) -> None:
    """Add a molecule of a tuple, or give the one there the name and structure that it lacks."""
    known = world.molecules.setdefault(chembl_id, molecule(chembl_id, molecule_type="Unknown", structure_type=None))
    known["pref_name"] = known["pref_name"] or (name.upper() if name else None)
    if inchikey and known["molecule_structures"] is None:
        known["molecule_structures"] = molecule_structures(inchikey)
        known["molecule_properties"] = known["molecule_properties"] or molecule_properties(None, None)
        known["structure_type"] = "MOL"
