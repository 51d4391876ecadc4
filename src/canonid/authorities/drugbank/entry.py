"""One DrugBank entry as the exports state it: a JSON object with absent keys for what the export does not carry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple, Required, TypedDict, cast

from canonid.errors import ExportError
from canonid.identifiers import CHEMBL, PUBCHEM, PUBCHEM_SUBSTANCE

ACCESSION = re.compile(r"DB[0-9]{5}")
"""A primary accession; DrugBank's XSD knows other series, but no entry has one of them as its primary accession."""


class Entry(TypedDict, total=False):
    """What an export says of one drug; also the shape of an entry in a stored reply."""

    id: Required[str]
    secondary: list[str]
    name: str
    synonyms: list[str]
    cas: str
    unii: str
    inchikey: str
    type: str
    """`small molecule` or `biotech`."""
    groups: list[str]
    formula: str
    mass: str
    """As written, which may include a unit."""
    xrefs: dict[str, list[str]]
    salts: list[dict[str, str]]
    atc: list[str]
    classification: list[str]
    """The biologic classification of a page, or the direct parent of a chemical in the full database."""
    categories: list[str]
    residues: int
    """Length of the longest amino acid chain."""


class Located(NamedTuple):
    """An entry with the line of the file that it stands on and the bytes read so far, for messages and progress.

    The line is 0 where it is not known; beyond line 65,535 of an XML file it is that of the entry's first text.
    """

    entry: Entry
    line: int
    done: int


_UNITED = ("secondary", "synonyms")


def tidy(fields: Mapping[str, object]) -> Entry:
    """An entry of `fields` without the empty ones: an empty column says nothing, so the key must be absent."""
    return cast("Entry", {key: value for key, value in fields.items() if value})


def one_line(text: str | None) -> str:
    """`text` with its white space collapsed; exports wrap long values."""
    return " ".join((text or "").split())


def merge(richer: Entry, other: Entry) -> Entry:
    """Two statements about one drug, field by field.

    The richer export's value stands; names and secondary accessions are united, since neither export withdraws
    those of the other, and cross-references are taken space by space.
    """
    merged: dict[str, object] = {**other, **richer}
    for key in _UNITED:
        values = (*cast("list[str]", richer.get(key, [])), *cast("list[str]", other.get(key, [])))
        merged[key] = list(dict.fromkeys(values))
    if (name := other.get("name")) and name != richer.get("name", name):
        merged["synonyms"] = list(dict.fromkeys((*cast("list[str]", merged["synonyms"]), name)))
    merged["xrefs"] = {**other.get("xrefs", {}), **richer.get("xrefs", {})}
    return tidy(merged)


def secondaries(accessions: Iterable[str], primary: str) -> list[str]:
    """The accessions without blanks, doubles and the primary one; exports order them at will."""
    return sorted({accession.strip() for accession in accessions} - {"", primary})


def refusal(path: Path, reason: str, line: int | None = None) -> ExportError:
    """The error that says which file was refused, where and why."""
    place = str(path) if line is None else f"{path}:{line}"
    return ExportError(f"{place}: {reason}")


SPACES = {
    "ChEMBL": CHEMBL,
    "ChEMBL ID": CHEMBL,
    "PubChem Compound": PUBCHEM,
    "PubChem Compound ID": PUBCHEM,
    "PubChem Substance": PUBCHEM_SUBSTANCE,
    "PubChem Substance ID": PUBCHEM_SUBSTANCE,
}
"""The prefix of each resource whose identifiers canonid compares, by its name in the database and in the CSV files."""
