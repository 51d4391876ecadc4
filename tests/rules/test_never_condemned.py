"""What must never be called wrong, though something speaks against it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from canonid.identifiers import CAS, CHEMBL, DRUGBANK, PUBCHEM, Reference
from canonid.model import Finding, Kind, Page, Predicate, Record, Subject, Verdict
from canonid.reconcile import judge_case
from canonid.rules.case import Case
from tests.rules.records import (
    ADAPALENE,
    ADAPALENE_KEY,
    DB_METFORMIN,
    DB_SIROLIMUS,
    DECOY_KEY,
    ERTAPENEM,
    ERTAPENEM_KEY,
    FLAT_RAPAMYCIN,
    FLAT_SIROLIMUS_KEY,
    METFORMIN_HCL,
    SIROLIMUS_KEY,
    case,
    claim,
    page,
    record,
)


def verdicts(about: Case) -> dict[str, Verdict]:
    judged, _ = judge_case(about)
    return {item.claim.field: item.verdict for item in judged}


def verdict(about: Page, *records: Record) -> Verdict:
    """That on the page's first claim."""
    return next(iter(verdicts(case(about, *records)).values()))


def findings(about: Case, code: str) -> list[Finding]:
    return [finding for finding in judge_case(about)[1] if finding.code == code]


def test_a_record_that_is_its_own_parent_is_no_salt() -> None:
    """ChEMBL names most molecules as their own parent."""
    flat = record(
        CHEMBL, "CHEMBL5", "RAPAMYCIN", inchikey=FLAT_SIROLIMUS_KEY, parent=Reference(CHEMBL, "CHEMBL5")
    )  # synthetic
    about = page("Rapamycin", chembl_id="CHEMBL5", drugbank_id="DB00877")

    assert verdict(about, flat, DB_SIROLIMUS) is Verdict.CONFIRMED


def test_a_record_of_another_name_is_no_closer_one() -> None:
    """It has the structure that DrugBank gives the subject, the claimed one its very name."""
    rival = record(PUBCHEM, "99", "something else", inchikey=SIROLIMUS_KEY)
    about = page("Rapamycin", pubchem_cid="5040", drugbank_id="DB00877")

    assert verdict(about, FLAT_RAPAMYCIN, rival, DB_SIROLIMUS) is Verdict.CONFIRMED


def test_a_salt_is_no_closer_record() -> None:
    """Somebody lists the subject's name under its hydrochloride, too."""
    flat = record(CHEMBL, "CHEMBL7", "GLUCOMET", inchikey="XZWYZXLIPXDOLR-AAAAAAAASA-N")  # synthetic
    salt = replace(METFORMIN_HCL, synonyms=("Metformin",))
    about = page("Metformin", ("Glucomet",), chembl_id="CHEMBL7", drugbank_id="DB00331")

    assert verdict(about, flat, salt, DB_METFORMIN) is not Verdict.DISCREPANT


def test_one_record_does_not_outweigh_a_curated_synonym() -> None:
    """ChEMBL gives one structure to the name, DrugBank another: that is a conflict between them."""
    ours = record(CHEMBL, "CHEMBL1", "BARAMIDE", synonyms=("Fooamide",), inchikey=ADAPALENE_KEY)
    bare = record(CHEMBL, "CHEMBL2", "FOOAMIDE")
    theirs = record(DRUGBANK, "DB99999", "Fooamide", inchikey=SIROLIMUS_KEY)
    about = page("Fooamide", chembl_id="CHEMBL1", drugbank_id="DB99999")

    assert verdict(about, ours, bare, theirs) is Verdict.UNDETERMINED
    assert verdict(about, ours, replace(bare, inchikey=SIROLIMUS_KEY), theirs) is Verdict.DISCREPANT


def test_a_parent_that_has_the_name_is_no_rival() -> None:
    """ChEMBL's two records of one family: the synonym of the one is the name of the other."""
    ours = record(CHEMBL, "CHEMBL413", "SIROLIMUS", synonyms=("Rapamycin",), parent=Reference(CHEMBL, "CHEMBL9"))
    parent = record(CHEMBL, "CHEMBL9", "RAPAMYCIN")
    about = page("Rapamycin", chembl_id="CHEMBL413")

    assert verdict(about, ours, parent) is Verdict.CONFIRMED
    assert verdict(about, replace(ours, parent=None), parent) is Verdict.UNDETERMINED


def test_the_preferred_name_of_a_record_of_the_subject_is_one_of_its_names() -> None:
    """The page says rapamycin, DrugBank sirolimus, and ChEMBL lists that as a synonym only."""
    entry = record(DRUGBANK, "DB00877", "Sirolimus", synonyms=("Rapamycin",))
    coded = record(CHEMBL, "CHEMBL413", "AY-22989", synonyms=("Sirolimus",))

    assert verdict(page("Rapamycin", chembl_id="CHEMBL413", drugbank_id="DB00877"), coded, entry) is Verdict.CONFIRMED


@pytest.mark.parametrize(
    ("inchikey", "expected"),
    [(ADAPALENE_KEY, Verdict.DISCREPANT), ("QQQQQQQQQQQQQQ-UHFFFAOYNA-N", Verdict.UNDETERMINED)],
)
def test_only_a_standard_inchikey_of_the_page_tells_another_substance(inchikey: str, expected: Verdict) -> None:
    """Neither name nor structure is shared; but a key made with other rules differs for the same structure, too."""
    assert verdict(page("Fooamide", chembl_id="CHEMBL1232", inchikey=inchikey), ERTAPENEM) is expected


def test_an_inchikey_of_a_form_is_not_the_subjects() -> None:
    """In a field for other forms it neither differs from the subject's structure nor gives it one."""
    form = replace(claim("adapalene", "inchikey", ERTAPENEM_KEY, 3), field="inchikey-alt", predicate=Predicate.CLOSE)
    about = case(
        Page("adapalene.md", Subject("adapalene", "Adapalene"), (claim("adapalene", "chembl-id", "CHEMBL1265"), form)),
        ADAPALENE,
    )

    assert about.profile.page_inchikeys == frozenset()
    assert findings(about, "ID302") == []


def test_a_number_that_both_claim_and_compound_have_speaks_for_a_protein() -> None:
    """Under its name alone it would have no compound."""
    protein = record(CHEMBL, "CHEMBL1201572", "ETANERCEPT", kind=Kind.PROTEIN)
    number = "185243-69-0"
    compound = record(
        PUBCHEM, "7", "a compound", synonyms=("Etanercept",), inchikey=DECOY_KEY, xrefs=(Reference(CAS, number),)
    )
    without = page("Etanercept", pubchem_cid="7", chembl_id="CHEMBL1201572")
    about = page("Etanercept", pubchem_cid="7", chembl_id="CHEMBL1201572", cas_number=number)

    assert verdict(about, protein, compound) is Verdict.CONFIRMED
    assert verdict(without, protein, compound) is Verdict.UNDETERMINED
