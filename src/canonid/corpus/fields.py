"""Which keys of a page make which claims, and which describe its subject.

One table for front matter, for columns of CSV files and, through `LABELS`, for identity lists in the body. The defaults
are those of real wikis; `[corpus.fields]` in the settings changes or extends them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from canonid.errors import SettingsError
from canonid.identifiers import CAS, CHEMBL, CLINICALTRIALS, DRUGBANK, INCHIKEY, PREFIXES, PUBCHEM, UNII
from canonid.model import ClaimKind, Predicate

TRIAL_FIELD = "nct-id"
"""The field of every claim that cites a trial, wherever the number stands."""
TRIAL_STATUS_FIELD = "trial-status"
COUNT_FIELD = "clinical-trials-active"
"""The field of the number of active trials."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What a value under a key claims."""

    prefix: str
    predicate: Predicate = Predicate.EXACT
    kind: ClaimKind = ClaimKind.IDENTIFIER


class Role(StrEnum):
    """What a key says about the subject itself; the value is the key that has the role by default."""

    TITLE = "title"
    ALIASES = "aliases"
    INN = "who-inn"
    BIOLOGIC = "biologic"
    FORMULA = "molecular-formula"
    MASS = "molecular-weight-da"


_CHEMBL_FORM = FieldSpec(CHEMBL, Predicate.CLOSE)
_PUBCHEM_FORM = FieldSpec(PUBCHEM, Predicate.CLOSE)
_COUNT = FieldSpec(CLINICALTRIALS, Predicate.RELATED, ClaimKind.COUNT)

_DEFAULT_SPECS: dict[str, FieldSpec | None] = {
    "pubchem-cid": FieldSpec(PUBCHEM),
    "pubchem-cid-alt": _PUBCHEM_FORM,
    "chembl-id": FieldSpec(CHEMBL),
    "chembl-id-alt": _CHEMBL_FORM,
    "chembl-id-active-metabolite": FieldSpec(CHEMBL, Predicate.RELATED),
    "drugbank-id": FieldSpec(DRUGBANK),
    "drugbank-id-alt": FieldSpec(DRUGBANK, Predicate.CLOSE),
    "cas-number": FieldSpec(CAS),
    "inchikey": FieldSpec(INCHIKEY),
    "unii": FieldSpec(UNII),
    TRIAL_FIELD: FieldSpec(CLINICALTRIALS, Predicate.RELATED, ClaimKind.TRIAL),
    COUNT_FIELD: _COUNT,
    # ChEMBL numbers other things than compounds in the same space.
    "chembl-target-id": None,
    "chembl-assay-id": None,
    "chembl-document-id": None,
    "chembl-cell-line-id": None,
    "chembl-tissue-id": None,
}
_DEFAULT_PATTERNS: tuple[tuple[str, FieldSpec | None], ...] = (
    ("pubchem-cid-*", _PUBCHEM_FORM),
    ("chembl-*-id", _CHEMBL_FORM),
)
_DEFAULT_ROLES: dict[str, Role] = {role.value: role for role in Role} | {
    "alias": Role.ALIASES,
    "synonyms": Role.ALIASES,
    "name": Role.TITLE,
}

LABELS: dict[str, str] = {
    "chembl": "chembl-id",
    "pubchem": "pubchem-cid",
    "drugbank": "drugbank-id",
    "cas": "cas-number",
    "inchikey": "inchikey",
    "unii": "unii",
    "whoinn": Role.INN.value,
}
"""The first word of a body label (folded by `label_field`) and the field that it stands for."""
LABEL_PATTERN = (
    r"(?:ChEMBL(?:[ -]ID)?|PubChem(?: (?:Compound )?C?ID)?|DrugBank(?: (?:ID|Accession))?"
    r"|CAS(?: (?:Registry )?(?:Number|No\.?)| RN| ID)?|InChI[ -]?Key|UNII|WHO[ -]INN)"
)
"""What a curator writes before an identifier in the body, as a regular expression to be used without regard to case."""


def label_field(label: str) -> str:
    """The field that a label matching `LABEL_PATTERN` stands for."""
    folded = re.sub(r"[ -]", "", label).lower()
    return next(name for start, name in LABELS.items() if folded.startswith(start))


def fold_key(key: str) -> str:
    """A key in kebab case, so that `ChEMBL_ID` and `chembl-id` are one field."""
    return key.strip().lower().replace("_", "-").replace(" ", "-")


@dataclass(frozen=True, slots=True)
class Fields:
    """The table of keys in use; keys are folded by `fold_key`."""

    specs: Mapping[str, FieldSpec | None] = field(default_factory=lambda: _DEFAULT_SPECS)
    patterns: tuple[tuple[str, FieldSpec | None], ...] = _DEFAULT_PATTERNS
    """Keys with one `*`, tried in order after the plain ones."""
    roles: Mapping[str, Role] = field(default_factory=lambda: _DEFAULT_ROLES)

    def spec(self, key: str) -> FieldSpec | None:
        """What a value under the folded `key` claims, None if nothing."""
        if key in self.specs:
            return self.specs[key]
        for pattern, spec in self.patterns:
            start, _, end = pattern.partition("*")
            if len(key) > len(start) + len(end) and key.startswith(start) and key.endswith(end):
                return spec
        return None

    def role(self, key: str) -> Role | None:
        """What the folded `key` says about the subject, None if nothing."""
        return self.roles.get(key)


def fields_from(settings: Mapping[str, object]) -> Fields:
    """The default table with `[corpus.fields]` merged in.

    A value is a prefix (`"chembl.compound"`), a table (`{prefix = "drugbank", predicate = "close"}`), a word for what
    the key says about the subject (`"aliases"`, `"clinical-trials-active"`), or `false` to switch the key off. Raises
    SettingsError.
    """
    specs, roles = dict(_DEFAULT_SPECS), dict(_DEFAULT_ROLES)
    patterns: list[tuple[str, FieldSpec | None]] = []
    for written, value in settings.items():
        key = fold_key(written)
        if isinstance(value, str) and value in _roles():
            roles[key] = Role(value)
            specs[key] = None
            continue
        roles.pop(key, None)
        spec = None if value is False else _COUNT if value == COUNT_FIELD else _spec(written, value)
        if "*" in key:
            patterns.append((_one_star(written, key), spec))
        else:
            specs[key] = spec
    return Fields(specs, (*patterns, *_DEFAULT_PATTERNS), roles)


def _roles() -> list[str]:
    return [role.value for role in Role]


def _one_star(written: str, key: str) -> str:
    if key.count("*") > 1:
        raise SettingsError(f"corpus.fields: {written!r} has more than one '*'; use at most one")
    return key


def _spec(key: str, value: object) -> FieldSpec:
    table = {"prefix": value} if isinstance(value, str) else value
    if not isinstance(table, Mapping):
        raise SettingsError(
            f'corpus.fields.{key}: {value!r} is neither a prefix such as "chembl.compound" nor a table such as '
            '{prefix = "drugbank", predicate = "close"}'
        )
    for name in table:
        if name not in ("prefix", "predicate"):
            raise SettingsError(f"corpus.fields.{key}: unknown key {name!r}; use prefix and predicate")
    prefix = table.get("prefix")
    if prefix not in PREFIXES:
        allowed = [*PREFIXES, *_roles(), COUNT_FIELD]
        raise SettingsError(f"corpus.fields.{key}: unknown prefix {prefix!r}{_suggestion(prefix, allowed)}")
    kind = ClaimKind.TRIAL if prefix == CLINICALTRIALS else ClaimKind.IDENTIFIER
    default = "related" if kind is ClaimKind.TRIAL else "exact"
    return FieldSpec(str(prefix), _predicate(key, table.get("predicate", default)), kind)


def _predicate(key: str, value: object) -> Predicate:
    names = {predicate.name.lower(): predicate for predicate in Predicate}
    names |= {predicate.value.lower(): predicate for predicate in Predicate}
    predicate = names.get(str(value).lower())
    if predicate is None:
        allowed = [predicate.name.lower() for predicate in Predicate]
        raise SettingsError(f"corpus.fields.{key}: unknown predicate {value!r}{_suggestion(value, allowed)}")
    return predicate


def _suggestion(value: object, allowed: list[str]) -> str:
    close = difflib.get_close_matches(str(value), allowed, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; use one of {', '.join(allowed)}"
