"""What authorities say of substances and trials, normalised."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from canonid.identifiers import Reference


class Kind(StrEnum):
    """What sort of substance a record describes; decides whether a missing identifier is to be expected."""

    SMALL_MOLECULE = "small molecule"
    PEPTIDE = "peptide"
    PROTEIN = "protein"
    ANTIBODY = "antibody"
    OLIGONUCLEOTIDE = "oligonucleotide"
    POLYMER = "polymer"
    CELL = "cell"
    GENE = "gene"
    VACCINE = "vaccine"
    MIXTURE = "mixture"
    OTHER = "other"
    UNKNOWN = "unknown"


class Status(StrEnum):
    """The standing of a record with its authority."""

    CURRENT = "current"
    SECONDARY = "secondary"
    """The asked identifier is a secondary, obsolete or alias one; `Record.replaced_by` names the current one."""
    RETIRED = "retired"
    """Withdrawn without a replacement."""
    OTHER_ENTITY = "other entity"
    """An identifier of the authority, but not of a substance (CHEMBL203 is a target)."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What the trial registry says about one study."""

    title: str
    status: str
    """The registry's word: RECRUITING, ACTIVE_NOT_RECRUITING, COMPLETED …"""
    last_known_status: str | None = None
    verified: str | None = None
    """When the sponsor last verified the status, as precise as the registry has it (`2020-04`)."""
    interventions: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """What an authority says about one reference, normalised."""

    authority: str
    reference: Reference
    name: str | None = None
    """The preferred name, in the authority's spelling."""
    synonyms: tuple[str, ...] = ()
    kind: Kind = Kind.UNKNOWN
    structured: bool | None = None
    """True if the authority holds one discrete structure for it, False if it says that there is none."""
    inchikey: str | None = None
    formula: str | None = None
    mass: float | None = None
    """Average molecular weight in daltons."""
    charge: int | None = None
    xrefs: tuple[Reference, ...] = ()
    """Pointers to other spaces; never proof of identity alone."""
    status: Status = Status.CURRENT
    entity: str | None = None
    """For `Status.OTHER_ENTITY`: what it is (TARGET, ASSAY …)."""
    replaced_by: Reference | None = None
    parent: Reference | None = None
    """The parent molecule of a salt or other form; itself for a parent."""
    secondary: tuple[str, ...] = ()
    """Other identifiers of the authority that lead to this record, such as accessions that were merged into it."""
    salts: tuple[str, ...] = ()
    """Names of the salts that the record lists as forms of itself."""
    active: Reference | None = None
    """The active form of a prodrug, where the authority names one."""
    approval: str | None = None
    """What the authority says of approval, for the identity card ("max phase 4, first approved 2001")."""
    trial: Trial | None = None

    @property
    def is_thin(self) -> bool:
        """True if there is neither a name nor a structure to compare with."""
        return not self.name and not self.synonyms and self.inchikey is None

    def xref(self, prefix: str) -> tuple[str, ...]:
        """The identifiers of `prefix` that this record points to."""
        return tuple(reference.identifier for reference in self.xrefs if reference.prefix == prefix)
