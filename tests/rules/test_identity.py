"""Is a record the subject? Each relation, and what must never be confirmed."""

from dataclasses import replace

import pytest

from canonid.identifiers import CHEMBL, DRUGBANK, PUBCHEM, Reference
from canonid.model import Confidence, Page, Record
from canonid.reconcile import exact_claims
from canonid.rules.candidates import candidate_for
from canonid.rules.identity import Relation
from canonid.rules.nulls import Absence, assess_null
from tests.rules.records import (
    ADAPALENE,
    ADAPALENE_KEY,
    ANAKINRA,
    DB_ADAPALENE,
    DB_METFORMIN,
    DB_SIROLIMUS,
    DECOY,
    ERTAPENEM,
    ERTAPENEM_KEY,
    FLAT_RAPAMYCIN,
    METFORMIN,
    METFORMIN_HCL,
    RAPAMYCIN,
    SIROLIMUS,
    TOCILIZUMAB,
    case,
    page,
    record,
)


def relation(subject_page: Page, *records: Record) -> Relation | None:
    """The relation of the page's first claim."""
    found = case(subject_page, *records)
    identity = found.claim_identity(found.claims[0])
    return identity.relation if identity else None


def test_the_preferred_name_makes_a_record_the_subject() -> None:
    """Without a structure on either side, the name decides."""
    assert relation(page("Anakinra", chembl_id="CHEMBL1201570"), ANAKINRA) is Relation.SAME


def test_a_synonym_makes_a_record_the_subject() -> None:
    """Rapamycin is a synonym of SIROLIMUS."""
    assert relation(page("Rapamycin", chembl_id="CHEMBL413"), SIROLIMUS) is Relation.SAME


def test_another_substance_is_told_by_names_and_structure() -> None:
    """CHEMBL1232 on a page about adapalene: the project's first reason to exist."""
    found = page("Adapalene", chembl_id="CHEMBL1232", drugbank_id="DB00210")

    assert relation(found, ERTAPENEM, DB_ADAPALENE) is Relation.OTHER_SUBSTANCE


def test_another_substance_is_told_when_only_its_own_authority_knows_the_subject() -> None:
    """The search by name in the same authority brings the record that contradicts."""
    assert relation(page("Adapalene", chembl_id="CHEMBL1232"), ERTAPENEM, ADAPALENE) is Relation.OTHER_SUBSTANCE


def test_ids_that_all_fit_one_another_but_not_the_name_are_not_confirmed() -> None:
    """A page whose ids and InChIKey were all taken from one wrong record must not pass."""
    found = page("Adapalene", chembl_id="CHEMBL1232", inchikey=ERTAPENEM_KEY)

    assert relation(found, ERTAPENEM) is Relation.UNPROVEN
    assert relation(found, ERTAPENEM, ADAPALENE) is Relation.OTHER_SUBSTANCE


def test_a_salt_is_another_form() -> None:
    """Metformin hydrochloride is not metformin, even if an alias of the page names the salt."""
    found = page("Metformin", ("metformin hydrochloride", "Glucophage"), chembl_id="CHEMBL1703")

    assert relation(found, METFORMIN_HCL, DB_METFORMIN) is Relation.OTHER_FORM


def test_a_page_about_the_salt_may_have_the_salt() -> None:
    """The subject decides what the other form is."""
    assert relation(page("Metformin hydrochloride", chembl_id="CHEMBL1703"), METFORMIN_HCL) is Relation.SAME


def test_a_record_without_stereo_is_another_form_if_there_is_a_closer_one() -> None:
    """CID 5040 is rapamycin drawn flat; CID 5284616 has the structure that others give."""
    found = page("Rapamycin", pubchem_cid="5040", drugbank_id="DB00877")

    assert relation(found, FLAT_RAPAMYCIN, RAPAMYCIN, DB_SIROLIMUS) is Relation.OTHER_FORM


def test_a_record_without_stereo_is_the_subject_if_there_is_no_closer_one() -> None:
    """Authorities draw stereochemistry differently; that alone makes no id wrong."""
    found = page("Rapamycin", pubchem_cid="5040", drugbank_id="DB00877")

    assert relation(found, FLAT_RAPAMYCIN, DB_SIROLIMUS) is Relation.SAME


def test_equal_structures_make_a_record_the_subject_whatever_its_name() -> None:
    """The InChIKey of an independent record that carries the name is the strongest ground."""
    nameless = record(CHEMBL, "CHEMBL1265", None, inchikey=ADAPALENE_KEY)

    assert relation(page("Adapalene", chembl_id="CHEMBL1265", drugbank_id="DB00210"), nameless, DB_ADAPALENE) is (
        Relation.SAME
    )


def test_a_record_without_name_and_structure_is_thin() -> None:
    """Nothing to compare is not a contradiction."""
    assert relation(page("Adapalene", chembl_id="CHEMBL1"), record(CHEMBL, "CHEMBL1"), ADAPALENE) is Relation.THIN


def test_two_drawings_of_one_molecule_are_the_same() -> None:
    """Doxycycline: same name and formula, two tautomers with different skeletons."""
    ours = record(PUBCHEM, "54671203", "Doxycycline", inchikey="SGKRLCUYIXIAHR-AKNGSSGZSA-N", formula="C22H24N2O8")
    theirs = record(DRUGBANK, "DB00254", "Doxycycline", inchikey="JBIWCJUYHHGXTC-AKNGSSGZSA-N", formula="C22H24N2O8")

    assert relation(page("Doxycycline", pubchem_cid="54671203", drugbank_id="DB00254"), ours, theirs) is Relation.SAME


def test_an_unknown_subject_is_not_called_another_substance() -> None:
    """A class of compounds that no authority names has nothing to contradict its example compound."""
    epicatechin = record(PUBCHEM, "72276", "(-)-Epicatechin", synonyms=("epicatechin",))

    assert relation(page("Flavan-3-ols", ("catechins",), pubchem_cid="72276"), epicatechin) is Relation.UNPROVEN


def test_a_name_in_part_is_too_close_to_call_wrong() -> None:
    """Escin Ia is a component of escin, not another substance."""
    escin_ia = record(CHEMBL, "CHEMBL507233", "ESCIN IA")
    mixture = record(DRUGBANK, "DB99999", "Escin")

    assert relation(page("Escin", chembl_id="CHEMBL507233"), escin_ia, mixture) is Relation.UNPROVEN


def test_the_proposal_names_the_record_with_name_and_structure() -> None:
    """Two independent grounds give high confidence."""
    found = case(page("Adapalene", chembl_id="CHEMBL1232", drugbank_id="DB00210"), ERTAPENEM, ADAPALENE, DB_ADAPALENE)
    candidate = candidate_for(found.claims[0], found)

    assert candidate is not None
    assert (candidate.record, candidate.confidence) == (ADAPALENE, Confidence.HIGH)
    assert candidate.sentence == f"ADAPALENE is CHEMBL1265 (pref_name, InChIKey {ADAPALENE_KEY})"


def test_an_identifier_that_another_page_holds_is_not_proposed() -> None:
    """A proposal must not make two pages share an identifier."""
    other = page("Adapalene gel", chembl_id="CHEMBL1265")
    found = case(page("Adapalene", chembl_id="CHEMBL1232"), ERTAPENEM, ADAPALENE, others=[other])

    assert candidate_for(found.claims[0], found) is None


@pytest.mark.parametrize("records", [(TOCILIZUMAB, DECOY), (TOCILIZUMAB,)])
def test_the_kind_of_an_antibody_justifies_its_null(records: tuple[Record, ...]) -> None:
    """PubChem's hit by a depositor's name is not taken for the antibody."""
    found = case(page("Tocilizumab", chembl_id="CHEMBL1237022", pubchem_cid=None), *records)
    nullity = assess_null(found.claims[1], found)

    assert nullity.absence is Absence.JUSTIFIED
    assert "type antibody" in nullity.reason


def test_a_lone_name_hit_for_a_biologic_is_no_candidate() -> None:
    """Without any record that tells the kind, the page's own flag is enough to be careful."""
    alone = record(PUBCHEM, "10150081", "tocilizumab", inchikey="AAAAAAAAAAAAAA-BBBBBBBBSA-N")
    flagged = page("Tocilizumab", pubchem_cid=None)
    subject = type(flagged.subject)("tocilizumab", "Tocilizumab", biologic=True)
    found = case(Page(flagged.path, subject, flagged.claims), alone)

    assert candidate_for(found.claims[0], found) is None
    assert assess_null(found.claims[0], found).absence is Absence.OPEN


def test_a_null_is_contradicted_by_a_record_of_name_and_structure() -> None:
    """DrugBank has adapalene, whatever the page says."""
    found = case(page("Adapalene", chembl_id="CHEMBL1265", drugbank_id=None), ADAPALENE, DB_ADAPALENE)
    nullity = assess_null(found.claims[1], found)

    assert nullity.absence is Absence.CONTRADICTED
    assert nullity.candidate is not None
    assert nullity.candidate.confidence is Confidence.HIGH


def test_a_search_that_finds_nothing_justifies_a_null() -> None:
    """The reason names what was searched, and when."""
    found = case(page("Metformin", chembl_id="CHEMBL1431", drugbank_id=None), METFORMIN)
    nullity = assess_null(found.claims[1], found)

    assert nullity.absence is Absence.JUSTIFIED
    assert "metformin" in nullity.reason
    assert "2026-11-22" in nullity.reason


def test_a_comment_declares_that_an_identifier_is_shared() -> None:
    """The claim that bears it is nobody's rival."""
    ours = page("Fisetin", chembl_id="CHEMBL31096")
    theirs = page("Berberine", chembl_id="CHEMBL31096")
    declared = replace(theirs, claims=(replace(theirs.claims[0], comment="canonid: shared with fisetin"),))
    reference = Reference(CHEMBL, "CHEMBL31096")

    assert [claim.subject for claim in exact_claims([ours, theirs])[reference]] == ["fisetin", "berberine"]
    assert reference not in exact_claims([ours, declared])
    assert reference not in exact_claims([ours, theirs], frozenset({"CHEMBL31096"}))
