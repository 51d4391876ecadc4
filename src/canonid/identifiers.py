"""Identifier spaces: patterns, check digits, and the one shape in which an identifier travels.

Prefixes are spelt as in the Bioregistry (https://bioregistry.io); patterns follow the authorities' own documents:
DrugBank's XSD for accessions, the ClinicalTrials.gov OpenAPI document for NCT numbers, the InChI technical manual
for InChIKeys and CAS's published rule for the check digit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

CHEMBL = "chembl.compound"
PUBCHEM = "pubchem.compound"
PUBCHEM_SUBSTANCE = "pubchem.substance"
DRUGBANK = "drugbank"
CLINICALTRIALS = "clinicaltrials"
CAS = "cas"
INCHIKEY = "inchikey"
UNII = "unii"


AUTHORITIES = {
    "chembl": "ChEMBL",
    "clinicaltrials": "ClinicalTrials.gov",
    "drugbank": "DrugBank",
    "pubchem": "PubChem",
}
"""The authorities by name, as they spell themselves."""


class Reference(NamedTuple):
    """A prefix and the local unique identifier in it; the only shape in which an identifier travels."""

    prefix: str
    identifier: str

    @property
    def curie(self) -> str:
        """The text form, such as `chembl.compound:CHEMBL25`."""
        return f"{self.prefix}:{self.identifier}"

    @classmethod
    def from_curie(cls, curie: str) -> Reference:
        """Split a CURIE that canonid itself wrote.

        Raises ValueError if there is no colon.
        """
        prefix, separator, identifier = curie.partition(":")
        if not separator:
            raise ValueError(f"not a CURIE: {curie!r}")
        return cls(prefix, identifier)


@dataclass(frozen=True, slots=True)
class Prefix:
    """One identifier space."""

    name: str
    label: str
    """What a curator calls such an identifier."""
    pattern: re.Pattern[str]
    """The canonical spelling, matched in full."""
    variant: re.Pattern[str]
    """Spellings that mean one identifier beyond doubt; group 1 is what counts."""
    canonical: str
    """Format string that makes the canonical spelling out of group 1 of `variant`."""
    authority: str | None
    """The authority that can be asked for it, if any."""
    url: str | None
    """Where a person looks it up; `{}` stands for the identifier."""
    example: str

    @property
    def one(self) -> str:
        """The label with its article, as a sentence needs it: a ChEMBL ID, an InChIKey, an NCT number."""
        return f"{'an' if self.label.startswith(('In', 'NCT')) else 'a'} {self.label}"


def _compile(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.ASCII)


PREFIXES: dict[str, Prefix] = {
    prefix.name: prefix
    for prefix in (
        Prefix(
            CHEMBL,
            "ChEMBL ID",
            re.compile(r"CHEMBL[1-9][0-9]{0,8}"),
            _compile(
                r"(?:https?://www\.ebi\.ac\.uk/chembl/"
                r"(?:explore/compound|compound_report_card|compound/inspect|g/#report_card|beta/compound)/)?"
                r"(?:chembl(?:\.compound)?[:_])?\s*CHEMBL[\s:_-]*0*([1-9][0-9]{0,8})/?"
            ),
            "CHEMBL{}",
            "chembl",
            "https://www.ebi.ac.uk/chembl/explore/compound/{}",
            "CHEMBL1201570",
        ),
        Prefix(
            PUBCHEM,
            "PubChem CID",
            re.compile(r"[1-9][0-9]{0,9}"),
            _compile(
                r"(?:https?://pubchem\.ncbi\.nlm\.nih\.gov/compound/|pubchem\.compound:|(?:pubchem\s*)?CID[\s:=_#-]*)?"
                r"0*([1-9][0-9]{0,9})/?"
            ),
            "{}",
            "pubchem",
            "https://pubchem.ncbi.nlm.nih.gov/compound/{}",
            "5281614",
        ),
        Prefix(
            PUBCHEM_SUBSTANCE,
            "PubChem SID",
            re.compile(r"[1-9][0-9]{0,9}"),
            _compile(
                r"(?:https?://pubchem\.ncbi\.nlm\.nih\.gov/substance/|pubchem\.substance:|(?:pubchem\s*)?SID[\s:=_#-]*)?"
                r"0*([1-9][0-9]{0,9})/?"
            ),
            "{}",
            "pubchem",
            "https://pubchem.ncbi.nlm.nih.gov/substance/{}",
            "46507011",
        ),
        Prefix(
            DRUGBANK,
            "DrugBank ID",
            re.compile(r"(?:DB|APRD|BIOD|BTD|EXPT|NUTR)[0-9]{5}"),
            _compile(
                r"(?:https?://(?:go|www)\.drugbank\.(?:com|ca)/drugs/|drugbank:)?\s*"
                r"((?:DB|APRD|BIOD|BTD|EXPT|NUTR)[\s:_-]*[0-9]{5})/?"
            ),
            "{}",
            "drugbank",
            "https://go.drugbank.com/drugs/{}",
            "DB00026",
        ),
        Prefix(
            CLINICALTRIALS,
            "NCT number",
            re.compile(r"NCT(?!0{8})[0-9]{8}"),
            _compile(
                r"(?:https?://(?:www\.)?clinicaltrials\.gov/(?:ct2/show/|study/)|clinicaltrials:)?\s*"
                r"NCT[\s:_-]*(?=[0-9]{1,8}/?$)0*([1-9][0-9]{0,7})/?"
            ),
            "NCT{:0>8}",
            "clinicaltrials",
            "https://clinicaltrials.gov/study/{}",
            "NCT05177822",
        ),
        Prefix(
            CAS,
            "CAS number",
            re.compile(r"[1-9][0-9]{1,6}-[0-9]{2}-[0-9]"),
            _compile(r"(?:CAS(?:\s*(?:RN|no\.?|number))?[\s:#=-]*)?([1-9][0-9]{1,6}[-‐‑–−][0-9]{2}[-‐‑–−][0-9])"),
            "{}",
            None,
            "https://commonchemistry.cas.org/detail?cas_rn={}",
            "528-48-3",
        ),
        Prefix(
            INCHIKEY,
            "InChIKey",
            re.compile(r"[A-Z]{14}-[A-Z]{8}[SN]A-[A-Z]"),
            _compile(r"(?:InChIKey\s*[=:]\s*)?([A-Z]{14}[-‐‑–−][A-Z]{10}[-‐‑–−][A-Z])"),
            "{}",
            None,
            None,
            "XHEFDIBZLJXQHF-UHFFFAOYSA-N",
        ),
        Prefix(
            UNII,
            "UNII",
            re.compile(r"[0-9A-Z]{10}"),
            _compile(r"(?:UNII[\s:=-]*)?([0-9A-Z]{10})"),
            "{}",
            None,
            "https://precision.fda.gov/uniisearch/srs/unii/{}",
            "9013DUQ28K",
        ),
    )
}

# Shapes that belong to one space and to no other: a bare number says nothing about its origin, these do.
_DISTINCTIVE = (CHEMBL, DRUGBANK, CLINICALTRIALS, INCHIKEY, CAS)
_DASHES = str.maketrans("‐‑–−", "----")


class Spelling(StrEnum):
    """How a written identifier relates to its space."""

    CANONICAL = "canonical"
    VARIANT = "variant"
    """One identifier beyond doubt, spelt in another way."""
    CHECK_FAILED = "check failed"
    """The right shape, but the check digit or a fixed letter is wrong."""
    OTHER_PREFIX = "other prefix"
    """The shape of another space; `Reading.reference` says which."""
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a written identifier means: the reference, if there is one, and how it was spelt."""

    spelling: Spelling
    reference: Reference | None
    note: str = ""


@lru_cache(maxsize=200_000)
def read_identifier(prefix: str, text: str) -> Reading:
    """Read `text` as an identifier of `prefix`, whatever it is; never raises."""
    space = PREFIXES[prefix]
    text = text.strip()
    canonical = _canonical(space, text)
    # Ten letters and digits are not distinctive: CHEMBL1431 would pass for a UNII.
    if canonical is None or (prefix == UNII and guess_references(text)):
        return _read_elsewhere(space, text)
    reference = Reference(prefix, canonical)
    if complaint := _check(prefix, canonical):
        return Reading(Spelling.CHECK_FAILED, reference, complaint)
    return Reading(Spelling.CANONICAL if canonical == text else Spelling.VARIANT, reference)


def guess_references(text: str) -> tuple[Reference, ...]:
    """The references that `text` may mean when nobody says which space it is from (a CURIE, an id, a URL)."""
    text = text.strip()
    found = [
        Reference(name, canonical)
        for name in (*_DISTINCTIVE, PUBCHEM)
        if (canonical := _canonical(PREFIXES[name], text)) is not None
    ]
    return tuple(found)


def _canonical(space: Prefix, text: str) -> str | None:
    """`text` in the canonical spelling of `space`, or None if it is none of its identifiers."""
    match = space.variant.fullmatch(text)
    if match is None:
        return None
    core = match.group(1).translate(_DASHES).upper()
    if space.name == DRUGBANK:
        core = re.sub(r"[\s:_-]", "", core)
    return space.canonical.format(core)


def _read_elsewhere(space: Prefix, text: str) -> Reading:
    for name in _DISTINCTIVE:
        if name != space.name and (other := _canonical(PREFIXES[name], text)) is not None:
            return Reading(Spelling.OTHER_PREFIX, Reference(name, other), f"has the shape of {PREFIXES[name].one}")
    if space.name == INCHIKEY and re.fullmatch(r"[A-Z-]{20,32}", text, re.IGNORECASE):
        return Reading(Spelling.CHECK_FAILED, None, "an InChIKey has blocks of 14, 10 and 1 letters")
    return Reading(Spelling.MALFORMED, None, f"{space.one} looks like {space.example}")


def _check(prefix: str, identifier: str) -> str:
    """What is wrong with the check digit or the fixed letters, or an empty text."""
    if prefix == CAS:
        expected = cas_check_digit(identifier)
        if expected != identifier[-1]:
            return f"the check digit of {identifier[:-1]}… is {expected}, not {identifier[-1]}"
    if prefix == INCHIKEY and not PREFIXES[INCHIKEY].pattern.fullmatch(identifier):
        return "the second block of an InChIKey ends in SA (standard) or NA (non-standard)"
    return ""


def cas_check_digit(number: str) -> str:
    """The check digit that a CAS number should end in: its digits, weighted 1, 2, 3 … from the right, modulo 10."""
    digits = [int(char) for char in number if char.isdigit()][:-1]
    return str(sum(weight * digit for weight, digit in enumerate(reversed(digits), start=1)) % 10)


def skeleton(inchikey: str) -> str:
    """The first block of an InChIKey: the connectivity without stereo, isotopes and protonation."""
    return inchikey[:14]


def is_standard(inchikey: str) -> bool:
    """Whether an InChIKey is a standard one; others are made with other rules and fit no authority's."""
    return inchikey[23:24] == "S"


def spoken(reference: Reference) -> str:
    """How a sentence names a reference: a bare CID would read like a count."""
    return f"CID {reference.identifier}" if reference.prefix == PUBCHEM else reference.identifier
