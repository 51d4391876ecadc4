"""Names that are shared: what carries the subject's name, or its aliases, and still is not the subject."""

from __future__ import annotations

import pytest

from canonid.identifiers import CAS, CHEMBL, DRUGBANK, PUBCHEM, Reference
from canonid.model import Answer, ById, Dossier, Kind, Page, Question, Record, Unavailable, Verdict
from canonid.reconcile import judge_case
from canonid.rules.case import Case
from canonid.rules.questions import next_questions
from tests.rules.records import (
    ADAPALENE,
    ADAPALENE_KEY,
    DB_METFORMIN,
    DB_SIROLIMUS,
    DECOY,
    DECOY_KEY,
    METFORMIN,
    METFORMIN_KEY,
    SIROLIMUS,
    SIROLIMUS_KEY,
    TOCILIZUMAB,
    answer_of,
    case,
    page,
    record,
)

EVEROLIMUS = record(CHEMBL, "CHEMBL1908360", "EVEROLIMUS", inchikey="HKVAMNSJSFKALM-GKUWKFKPSA-N")
OMEPRAZOLE_KEY, ESOMEPRAZOLE_KEY = "SUBDBMMJDZJVOS-UHFFFAOYSA-N", "SUBDBMMJDZJVOS-DEOUSWEZSA-N"
"""Synthetic in the second block of the other one: only that it differs matters."""
OMEPRAZOLE = record(CHEMBL, "CHEMBL1503", "OMEPRAZOLE", inchikey=OMEPRAZOLE_KEY)
ESOMEPRAZOLE = record(CHEMBL, "CHEMBL1201320", "ESOMEPRAZOLE", inchikey=ESOMEPRAZOLE_KEY)
CID_OMEPRAZOLE = record(PUBCHEM, "4594", "Omeprazole", inchikey=OMEPRAZOLE_KEY)
CID_ESOMEPRAZOLE = record(PUBCHEM, "9568614", "Esomeprazole", synonyms=("Omeprazole",), inchikey=ESOMEPRAZOLE_KEY)
SITAGLIPTIN = record(CHEMBL, "CHEMBL1422", "SITAGLIPTIN", inchikey="MFFMDFFZMYYVKS-SECBINFHSA-N")
ADALIMUMAB = record(CHEMBL, "CHEMBL1201580", "ADALIMUMAB", kind=Kind.ANTIBODY)
ALANINE = record(PUBCHEM, "5950", "Alanine", synonyms=("ALA",), inchikey="QNAYBMKLOCPYGJ-REOHCLBHSA-N")


def verdicts(about: Case) -> dict[str, Verdict]:
    judged, _ = judge_case(about)
    return {item.claim.field: item.verdict for item in judged}


def verdict(about: Page, *records: Record) -> Verdict:
    """That on the page's last claim."""
    return list(verdicts(case(about, *records)).values())[-1]


def test_an_alias_that_all_ids_share_confirms_none_of_them() -> None:
    """Every id and the InChIKey are of sirolimus, and the page lists a name of it as an alias of everolimus."""
    about = page("Everolimus", ("rapamycin",), chembl_id="CHEMBL413", drugbank_id="DB00877", inchikey=SIROLIMUS_KEY)
    found = verdicts(case(about, SIROLIMUS, DB_SIROLIMUS, EVEROLIMUS))
    assert found["chembl-id"] is Verdict.DISCREPANT
    assert found["inchikey"] is Verdict.DISCREPANT
    assert found["drugbank-id"] is Verdict.UNDETERMINED


@pytest.mark.parametrize(
    ("title", "alias", "claimed"),
    [("Esomeprazole", "omeprazole", "CHEMBL1503"), ("Omeprazole", "esomeprazole", "CHEMBL1201320")],
)
def test_an_alias_does_not_make_the_racemate_the_enantiomer(title: str, alias: str, claimed: str) -> None:
    """The authority is asked for the page's own name, and has it."""
    assert verdict(page(title, (alias,), chembl_id=claimed), OMEPRAZOLE, ESOMEPRAZOLE) is Verdict.DISCREPANT


def test_a_deposited_name_does_not_make_an_enantiomer_the_racemate() -> None:
    """PubChem's esomeprazole carries the name of omeprazole; so does, as its title, another compound."""
    found = verdict(page("Omeprazole", pubchem_cid="9568614"), CID_ESOMEPRAZOLE, CID_OMEPRAZOLE, OMEPRAZOLE)
    assert found is Verdict.DISCREPANT


def test_a_deposited_name_on_another_form_stays_open_without_a_better_record() -> None:
    """ChEMBL, asked although the page claims nothing of it, draws the subject otherwise."""
    found = verdict(page("Omeprazole", pubchem_cid="9568614"), CID_ESOMEPRAZOLE, OMEPRAZOLE)
    assert found is Verdict.UNDETERMINED


def test_a_part_of_a_combination_is_not_the_combination() -> None:
    """Two aliases name two substances: neither is what the page is about."""
    about = page("Janumet (sitagliptin/metformin)", chembl_id="CHEMBL1431")
    assert verdict(about, METFORMIN, SITAGLIPTIN) is Verdict.UNDETERMINED


def test_the_original_is_not_the_biosimilar() -> None:
    """No structure tells the two apart, and an alias of the page alone proves nothing."""
    about = page("Adalimumab-atto", ("adalimumab",), chembl_id="CHEMBL1201580")
    biosimilar = record(CHEMBL, "CHEMBL9999", "ADALIMUMAB-ATTO", kind=Kind.ANTIBODY)
    assert verdict(about, ADALIMUMAB, biosimilar) is Verdict.UNDETERMINED
    assert verdict(about, ADALIMUMAB) is Verdict.UNDETERMINED


def test_an_alias_counts_with_the_structure_of_the_page_unless_it_is_another_page() -> None:
    """An extract is not what it contains, which the wiki has a page of."""
    about = page("Differin gel", ("adapalene",), inchikey=ADAPALENE_KEY, chembl_id="CHEMBL1265")
    other = page("Adapalene", chembl_id="CHEMBL1265")
    alone, beside = case(about, ADAPALENE), case(about, ADAPALENE, others=[other])

    assert verdicts(alone)["chembl-id"] is Verdict.CONFIRMED
    assert verdicts(beside)["chembl-id"] is Verdict.UNDETERMINED


def test_a_title_that_adds_a_descriptor_to_the_name_of_the_file_is_another_name() -> None:
    """A page on the R form in the file of the racemate; a page on a salt that gives the INN of its parent."""
    racemate = record(PUBCHEM, "864", "Lipoic acid", inchikey="AGBQKNBQESQNJD-UHFFFAOYSA-N")
    isomer = page("(R)-Lipoic acid", slug="lipoic-acid", pubchem_cid="864")
    salt = page("Metformin hydrochloride", slug="metformin", chembl_id="CHEMBL1431")

    assert verdict(isomer, racemate) is Verdict.UNDETERMINED
    assert verdict(salt, METFORMIN) is Verdict.UNDETERMINED
    assert verdict(page("Lipoic acid", pubchem_cid="864"), racemate) is Verdict.CONFIRMED


@pytest.mark.parametrize("named", [DECOY, record(PUBCHEM, "10150081", "Tocilizumab", inchikey=DECOY_KEY)])
def test_no_compound_is_an_antibody_whatever_its_names(named: Record) -> None:
    """Depositors name small molecules after antibodies, in synonyms and in titles."""
    about = page("Tocilizumab", chembl_id="CHEMBL1237022", pubchem_cid="10150081")
    assert verdict(about, TOCILIZUMAB, named) is Verdict.UNDETERMINED


def test_a_deposited_name_gives_no_protein_a_compound() -> None:
    """Proteins may have a CID, but then under more than one name that somebody deposited."""
    about = page("Etanercept", chembl_id="CHEMBL1201572", pubchem_cid="10150081")
    protein = record(CHEMBL, "CHEMBL1201572", "ETANERCEPT", kind=Kind.PROTEIN)
    decoy = record(PUBCHEM, "10150081", "a small molecule", synonyms=("Etanercept",), inchikey=DECOY_KEY)
    assert verdict(about, protein, decoy) is Verdict.UNDETERMINED


@pytest.mark.parametrize("title", ["ALA", "ALA (alpha-lipoic acid)"])
def test_an_abbreviation_among_synonyms_proves_nothing(title: str) -> None:
    """Alanine is ALA, and so are two other acids."""
    assert verdict(page(title, pubchem_cid="5950"), ALANINE) is Verdict.UNDETERMINED


def test_an_abbreviation_that_is_the_preferred_name_does() -> None:
    """There the authority itself calls the substance so."""
    assert verdict(page("ATP", chembl_id="CHEMBL14249"), record(CHEMBL, "CHEMBL14249", "ATP")) is Verdict.CONFIRMED


def test_a_synonym_that_two_records_share_makes_them_no_substance() -> None:
    """Filgrastim and pegfilgrastim are both called G-CSF."""
    ours = record(DRUGBANK, "DB00019", "Pegfilgrastim", synonyms=("G-CSF",), kind=Kind.PROTEIN)
    theirs = record(CHEMBL, "CHEMBL1201567", "FILGRASTIM", synonyms=("G-CSF",), kind=Kind.PROTEIN)
    about = page("Pegfilgrastim", drugbank_id="DB00019", chembl_id="CHEMBL1201567")
    assert verdict(about, ours, theirs) is Verdict.UNDETERMINED


def test_a_record_that_the_subjects_record_points_to_is_not_condemned_by_its_name() -> None:
    """A second record of one molecule may know its laboratory code only."""
    coded = record(CHEMBL, "CHEMBL77", "NN9535", kind=Kind.PROTEIN)
    pointing = record(DRUGBANK, "DB13928", "Semaglutide", xrefs=(coded.reference,))
    bare = record(DRUGBANK, "DB13928", "Semaglutide")
    about = page("Semaglutide", drugbank_id="DB13928", chembl_id="CHEMBL77")
    assert verdict(about, pointing, coded) is Verdict.UNDETERMINED
    assert verdict(about, bare, coded) is Verdict.DISCREPANT


def test_a_non_standard_inchikey_is_not_compared() -> None:
    """It is made with other rules, and may differ in every letter for the same structure."""
    about = page("Adapalene", chembl_id="CHEMBL1265", inchikey="QQQQQQQQQQQQQQ-UHFFFAOYNA-N")
    judged = judge_case(case(about, ADAPALENE))[0][-1]

    assert judged.verdict is Verdict.UNDETERMINED
    assert judged.reason == "a non-standard InChIKey cannot be compared with the standard ones of authorities"


def test_a_cas_number_that_depositors_list_does_not_outweigh_the_curated_one() -> None:
    """They list that of the hydrochloride under metformin itself."""
    curated = record(DRUGBANK, "DB00331", "Metformin", inchikey=METFORMIN_KEY, xrefs=(Reference(CAS, "657-24-9"),))
    deposited = record(PUBCHEM, "4091", "Metformin", inchikey=METFORMIN_KEY, xrefs=(Reference(CAS, "1115-70-4"),))
    about = page("Metformin", drugbank_id="DB00331", pubchem_cid="4091", cas_number="1115-70-4")
    assert verdict(about, curated, deposited) is Verdict.UNDETERMINED
    assert verdict(about, DB_METFORMIN, deposited) is Verdict.CONFIRMED


@pytest.mark.parametrize("title", ["Iobenguane (I-131)", "Iobenguane (131I)", "Iobenguane (S-enantiomer)"])
def test_brackets_that_name_another_form_stay_in_the_name(title: str) -> None:
    """An isotope or an isomer makes another substance."""
    plain = record(CHEMBL, "CHEMBL818", "IOBENGUANE")
    assert verdict(page(title, slug="page-1", chembl_id="CHEMBL818"), plain) is Verdict.UNDETERMINED


def test_a_null_is_not_confirmed_while_another_service_is_down() -> None:
    """ChEMBL could not give the structure by which PubChem would have been searched."""
    about = page("Fooamide", chembl_id="CHEMBL4711", pubchem_cid=None)
    answers: dict[tuple[str, Question], Answer] = {}
    while new := {asked for asked in next_questions(Case(Dossier(about, answers))) if asked not in answers}:
        for authority, question in new:
            silent = authority == "chembl" and isinstance(question, ById)
            answers[authority, question] = Unavailable("down") if silent else answer_of(authority, question, ())
    assert verdicts(Case(Dossier(about, answers)))["pubchem-cid"] is Verdict.UNAVAILABLE
