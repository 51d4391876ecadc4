from __future__ import annotations

import pytest

from canonid.corpus.fields import Fields, FieldSpec, Role, fields_from, fold_key, label_field
from canonid.errors import SettingsError
from canonid.identifiers import CHEMBL, CLINICALTRIALS, DRUGBANK, PUBCHEM
from canonid.model import ClaimKind, Predicate


@pytest.mark.parametrize(
    ("key", "prefix", "predicate"),
    [
        ("pubchem-cid", PUBCHEM, Predicate.EXACT),
        ("pubchem-cid-alt", PUBCHEM, Predicate.CLOSE),
        ("pubchem-cid-hydrochloride", PUBCHEM, Predicate.CLOSE),
        ("chembl-id-alt", CHEMBL, Predicate.CLOSE),
        ("chembl-id-active-metabolite", CHEMBL, Predicate.RELATED),
        ("chembl-mesylate-id", CHEMBL, Predicate.CLOSE),
    ],
)
def test_default_keys(key: str, prefix: str, predicate: Predicate) -> None:
    """The keys of real wikis are known, and weaker keys claim less."""
    assert Fields().spec(key) == FieldSpec(prefix, predicate)


def test_trial_key_cites_a_trial() -> None:
    """An NCT number does not identify the subject."""
    assert Fields().spec("nct-id") == FieldSpec(CLINICALTRIALS, Predicate.RELATED, ClaimKind.TRIAL)


@pytest.mark.parametrize("key", ["uniprot", "chembl-target-id", "pubchem", "chembl--id-", "pubchem-cid-"])
def test_other_keys_claim_nothing(key: str) -> None:
    """A key that is not in the table makes no claim, and a ChEMBL target is no compound."""
    assert Fields().spec(key) is None


def test_keys_fold_case_and_underscores() -> None:
    """Wikis spell one key in several ways."""
    assert fold_key(" ChEMBL_ID") == "chembl-id"


@pytest.mark.parametrize(
    ("label", "field"),
    [("ChEMBL", "chembl-id"), ("PubChem Compound CID", "pubchem-cid"), ("CAS Registry Number", "cas-number"),
     ("InChI Key", "inchikey"), ("WHO-INN", "who-inn"), ("DRUGBANK ID", "drugbank-id"), ("UNII", "unii")],
)  # fmt: skip
def test_labels_stand_for_fields(label: str, field: str) -> None:
    """A label of the body means the same field as the key."""
    assert label_field(label) == field


def test_settings_add_a_key() -> None:
    """A prefix alone makes an exact claim."""
    assert fields_from({"ChEMBL": "chembl.compound"}).spec("chembl") == FieldSpec(CHEMBL)


def test_settings_give_a_predicate() -> None:
    """A table says how the value relates."""
    fields = fields_from({"drugbank-salt": {"prefix": "drugbank", "predicate": "close"}})
    assert fields.spec("drugbank-salt") == FieldSpec(DRUGBANK, Predicate.CLOSE)


def test_settings_take_a_predicate_by_its_full_name() -> None:
    """The SSSOM name does as well."""
    fields = fields_from({"x": {"prefix": "drugbank", "predicate": "skos:relatedMatch"}})
    assert fields.spec("x") == FieldSpec(DRUGBANK, Predicate.RELATED)


def test_settings_make_trial_keys() -> None:
    """A key of the trial registry cites trials, whatever it is called."""
    spec = fields_from({"registration": "clinicaltrials"}).spec("registration")
    assert spec == FieldSpec(CLINICALTRIALS, Predicate.RELATED, ClaimKind.TRIAL)


def test_settings_win_over_default_patterns() -> None:
    """A star of one's own is tried before the defaults."""
    assert fields_from({"chembl-*-id": False}).spec("chembl-mesylate-id") is None


def test_settings_switch_a_key_off() -> None:
    """False takes a key out of the table."""
    assert fields_from({"cas-number": False}).spec("cas-number") is None


def test_settings_name_a_key_of_the_subject() -> None:
    """A wiki may call its aliases something else."""
    assert fields_from({"other-names": "aliases"}).role("other-names") is Role.ALIASES


def test_settings_take_a_role_away() -> None:
    """A key that now makes claims no longer describes the subject."""
    assert fields_from({"name": "chembl.compound"}).role("name") is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"x": "chembl"}, r"corpus.fields.x: unknown prefix 'chembl'; did you mean 'chembl.compound'\?"),
        ({"x": {"predicate": "close"}}, "unknown prefix None; use one of chembl.compound"),
        ({"x": {"prefix": "drugbank", "predicate": "clos"}}, r"unknown predicate 'clos'; did you mean 'close'\?"),
        ({"x": {"prefix": "drugbank", "relation": "close"}}, "unknown key 'relation'; use prefix and predicate"),
        ({"x": 5}, "neither a prefix"),
        ({"x-*-*": "drugbank"}, "more than one"),
    ],
)
def test_settings_that_mean_nothing_are_refused(settings: dict[str, object], message: str) -> None:
    """A slip in the settings is an error that names the key and what to write instead."""
    with pytest.raises(SettingsError, match=message):
        fields_from(settings)
