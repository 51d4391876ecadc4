"""DrugBank, from the exports that the operator supplies: there is no open service, and pages are never fetched."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from canonid.authorities.drugbank.lookup import Catalogue
from canonid.errors import AuthorityUnavailable, StoreError
from canonid.identifiers import CAS, DRUGBANK, INCHIKEY, PREFIXES, UNII, Reference, Spelling, read_identifier
from canonid.model import (
    Answer,
    ById,
    ByName,
    ByStructure,
    Evidence,
    Found,
    Kind,
    NotFound,
    Question,
    Record,
    Status,
    Unanswered,
    Unavailable,
)
from canonid.names import name_key

_SEARCH_PAGE = "https://go.drugbank.com/unearth/q?"
_NO_EXPORT = (
    "no DrugBank export supplied; download the vocabulary (CC0) or another export from "
    "https://go.drugbank.com/releases and run `canonid drugbank import FILE`"
)
_LONGEST_PEPTIDE = 40  # residues; above, United States law (42 USC 262(i), as the FDA reads it) speaks of a protein

# What DrugBank says of a biotech drug, in the order in which it decides: a vaccine may well hold a protein.
_KINDS: Sequence[tuple[Kind, frozenset[str]]] = (
    (Kind.VACCINE, frozenset({"Vaccines"})),
    (Kind.CELL, frozenset({"Cell- and Tissue-Based Therapy", "Cell transplant therapies"})),
    (Kind.GENE, frozenset({"Genetic Therapy", "Gene Therapies"})),
    (Kind.ANTIBODY, frozenset({"Antibodies, Monoclonal", "Monoclonal antibody (mAb)", "Polyclonal antibody (pAb)"})),
    (
        Kind.OLIGONUCLEOTIDE,
        frozenset({"Oligonucleotides", "Oligonucleotides, Antisense", "RNA, Small Interfering"}),
    ),
    (Kind.PROTEIN, frozenset({"Protein Based Therapies"})),
)


class DrugBankAuthority:
    """Answers from the imported exports; without any it is unavailable, which never means "no such record"."""

    name = "drugbank"
    requests = 0
    is_local = True

    def __init__(self, catalogue: Path | None) -> None:
        self._path = catalogue

    def accepts(self, question: Question) -> bool:
        """Whether `question` can be looked up: a DrugBank accession, a CAS number, a UNII, an InChIKey or a name."""
        return _key(question) is not None

    def fetch(self, questions: Sequence[Question]) -> Iterator[Evidence | Unanswered]:
        """Look every question up.

        What is not there is `Unanswered` unless the imported exports are complete in that respect.
        Raises AuthorityUnavailable if nothing was imported or the catalogue cannot be read.
        """
        if self._path is None:
            raise AuthorityUnavailable(_NO_EXPORT)
        try:
            with Catalogue.opened(self._path) as catalogue:
                if catalogue is None:
                    raise AuthorityUnavailable(_NO_EXPORT)
                yield from (_look_up(catalogue, question) for question in questions)
        except StoreError as error:
            raise AuthorityUnavailable(str(error)) from error

    def parse(self, evidence: Evidence) -> Answer:
        """The records that a stored reply holds; a reply that cannot be read is unavailable, not absent."""
        if evidence.payload is None:
            return NotFound(evidence)
        try:
            entries = json.loads(evidence.payload)["entries"]
            records = tuple(_read_record(entry, evidence.question) for entry in entries)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            records = ()
        if not records:
            return Unavailable("the stored DrugBank reply cannot be read; look it up again with --online")
        return Found(records, evidence)


_KINDS_OF_NUMBER = {DRUGBANK: "id", CAS: CAS, UNII: UNII}


def _key(question: Question) -> tuple[str, str] | None:
    """What the catalogue is searched by for `question`, None if it cannot be."""
    if isinstance(question, ById) and (kind := _KINDS_OF_NUMBER.get(question.reference.prefix)):
        return kind, question.reference.identifier
    if isinstance(question, ByStructure):
        return "inchikey", question.inchikey
    if isinstance(question, ByName) and (name := name_key(question.name)):
        return "name", name
    return None


def _look_up(catalogue: Catalogue, question: Question) -> Evidence | Unanswered:
    key = _key(question)
    if key is None:
        return Unanswered(
            question, "DrugBank exports can be searched by accession, CAS number, UNII, InChIKey and name only"
        )
    found = catalogue.find(*key)
    if not found and not catalogue.decides(key[0]):
        return Unanswered(question, _silence(catalogue, key[0]))
    payload = f'{{"entries":[{",".join(found.values())}]}}' if found else None
    return Evidence(
        "drugbank", question, catalogue.release, datetime.now(UTC), _page(question, list(found)), payload
    )  # fmt: skip


def _silence(catalogue: Catalogue, kind: str) -> str:
    """Why not having found anything proves nothing."""
    if kind in {CAS, UNII}:
        return f"no entry of the supplied DrugBank export has it as its {PREFIXES[kind].label}; each lists one at most"
    few = catalogue.accessions(4)
    held = ", ".join(few) if len(few) < 4 else f"{catalogue.size:,} entries"
    respect = {"id": "", "name": " with all names", "inchikey": " with all InChIKeys"}[kind]
    return (
        f"the supplied DrugBank export holds only {held}; "
        f"import the whole vocabulary (CC0) or the full database, which hold every drug{respect}"
    )


def _page(question: Question, found: Sequence[str]) -> str:
    """Where a person can look: the page of the drug, or the search for it."""
    page = PREFIXES[DRUGBANK].url or ""
    if isinstance(question, ById) and question.reference.prefix == DRUGBANK:
        return page.format(question.reference.identifier)
    if len(found) == 1:
        return page.format(found[0])
    term = question.name if isinstance(question, ByName) else (_key(question) or ("", ""))[1]
    return _SEARCH_PAGE + urlencode({"searcher": "drugs", "query": term})


def _read_record(entry: Mapping[str, object], question: Question) -> Record:
    """One entry as a record.

    Raises KeyError, TypeError or ValueError for an entry that canonid did not write.
    """
    primary = Reference(DRUGBANK, _text(entry, "id") or "")
    if not PREFIXES[DRUGBANK].pattern.fullmatch(primary.identifier):
        raise ValueError(f"not an accession: {primary.identifier!r}")
    asked = _asked_accession(question) or primary
    if asked != primary and asked.identifier not in _texts(entry, "secondary"):
        raise ValueError(f"an entry that does not answer {question.key}")
    xrefs = _read_xrefs(entry)
    inchikey = _inchikey(entry)
    return Record(
        authority="drugbank",
        reference=asked,
        name=_text(entry, "name"),
        synonyms=_texts(entry, "synonyms"),
        kind=_read_kind(entry),
        structured=True if inchikey else None,  # an empty column is no proof that there is no structure
        inchikey=inchikey,
        formula=_text(entry, "formula"),
        mass=_mass(_text(entry, "mass")),
        xrefs=xrefs,
        status=Status.CURRENT if asked == primary else Status.SECONDARY,
        replaced_by=None if asked == primary else primary,
        secondary=_texts(entry, "secondary"),
        salts=_read_salts(entry),
        approval=", ".join(_texts(entry, "groups")) or None,
    )


def _asked_accession(question: Question) -> Reference | None:
    """The accession that was asked for; None for a search, by another registry's number too."""
    by_accession = isinstance(question, ById) and question.reference.prefix == DRUGBANK
    return question.reference if isinstance(question, ById) and by_accession else None


def _read_salts(entry: Mapping[str, object]) -> tuple[str, ...]:
    """The names of the salts that the entry lists."""
    salts = entry.get("salts")
    names = (_text(salt, "name") for salt in salts if isinstance(salt, dict)) if isinstance(salts, list) else ()
    return tuple(name for name in names if name)


def _text(entry: Mapping[str, object], key: str) -> str | None:
    value = entry.get(key)
    return value if isinstance(value, str) and value else None


def _texts(entry: Mapping[str, object], key: str) -> tuple[str, ...]:
    values = entry.get(key)
    return tuple(value for value in values if isinstance(value, str)) if isinstance(values, list) else ()


def _inchikey(entry: Mapping[str, object]) -> str | None:
    reading = read_identifier(INCHIKEY, _text(entry, "inchikey") or "")
    return reading.reference.identifier if reading.reference and reading.spelling in _SOUND else None


_SOUND = (Spelling.CANONICAL, Spelling.VARIANT)


def _read_xrefs(entry: Mapping[str, object]) -> tuple[Reference, ...]:
    """The pointers of an entry, those of salts left out: they belong to another substance."""
    pointers = entry.get("xrefs")
    written = [(CAS, _text(entry, "cas")), (UNII, _text(entry, "unii"))]
    if isinstance(pointers, dict):
        written += [(prefix, text) for prefix in pointers if prefix in PREFIXES for text in _texts(pointers, prefix)]
    readings = (read_identifier(prefix, text) for prefix, text in written if text)
    sound = (reading.reference for reading in readings if reading.reference and reading.spelling in _SOUND)
    return tuple(dict.fromkeys(sound))


def _mass(text: str | None) -> float | None:
    """The number that a weight starts with; a unit may follow."""
    match = re.match(r"\s*([0-9]+(?:\.[0-9]+)?)", text or "")
    return float(match[1]) if match else None


def _read_kind(entry: Mapping[str, object]) -> Kind:
    """The sort of substance, as far as the export states it.

    DrugBank's type alone does not tell a protein from a vaccine or a cell, and its "small molecule" includes peptides
    (semaglutide): of a biotech drug without more the kind is OTHER, without a type it is UNKNOWN.
    """
    type_ = _text(entry, "type")
    stated = {*_texts(entry, "categories"), *_texts(entry, "classification")}
    if type_ == "small molecule":
        return Kind.PEPTIDE if "Polypeptides" in stated else Kind.SMALL_MOLECULE
    if type_ != "biotech":
        return Kind.UNKNOWN
    for kind, words in _KINDS:
        if words & stated:
            return kind
    residues = entry.get("residues")
    if isinstance(residues, int) and residues > 0:
        return Kind.PEPTIDE if residues <= _LONGEST_PEPTIDE else Kind.PROTEIN
    return Kind.OTHER
