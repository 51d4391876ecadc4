"""What is asked, and when: the requests of a run are decided here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from canonid.identifiers import CHEMBL, CLINICALTRIALS, DRUGBANK, INCHIKEY, PUBCHEM, Reference
from canonid.model import (
    Answer,
    ById,
    Claim,
    ClaimKind,
    Dossier,
    Found,
    Page,
    Place,
    Predicate,
    Question,
    Record,
    Subject,
    Unavailable,
)
from canonid.reconcile import exact_claims
from canonid.rules.case import Case
from canonid.rules.questions import next_questions
from tests.rules.records import (
    ADAPALENE,
    ADAPALENE_KEY,
    ANAKINRA,
    DB_ADAPALENE,
    DECOY,
    ERTAPENEM,
    ERTAPENEM_KEY,
    FLAT_RAPAMYCIN,
    METFORMIN,
    RAPAMYCIN,
    SIROLIMUS,
    TOCILIZUMAB,
    answer_of,
    claim,
    page,
    record,
)

Answered = dict[tuple[str, Question], Answer]


def rounds(subject_page: Page, *records: Record, down: Iterable[str] = (), given: Answered | None = None) -> list[str]:
    """What is asked of authorities that hold `records`, one text a round; those in `down` cannot be asked."""
    answers: Answered = dict(given or {})
    asked: list[str] = []
    while True:
        case = Case(Dossier(subject_page, answers, exact_claims([subject_page])))
        new = sorted({key for key in next_questions(case) if key not in answers}, key=lambda key: (key[0], key[1].key))
        if not new:
            return asked
        asked.append(" ".join(f"{authority}?{question.key.replace(' ', '_')}" for authority, question in new))
        for authority, question in new:
            is_down = authority in down or authority == "clinicaltrials"
            reason = Unavailable(f"{authority} is down")
            answers[authority, question] = reason if is_down else answer_of(authority, question, records)


def everything(asked: list[str]) -> list[str]:
    return " ".join(asked).split()


def test_the_first_round_asks_for_the_claimed_references_alone() -> None:
    """Their records bring the names and structures that later rounds need."""
    found = page("Adapalene", chembl_id="CHEMBL1265", drugbank_id="DB00210", cas_number="106685-40-9", pubchem_cid=None)

    assert rounds(found, ADAPALENE, DB_ADAPALENE)[0] == (
        "chembl?id:chembl.compound:CHEMBL1265 drugbank?id:drugbank:DB00210"
    )


def test_a_page_whose_records_are_its_subject_is_asked_for_once() -> None:
    """Right pages are most pages: they cost one round."""
    found = page("Adapalene", chembl_id="CHEMBL1265", drugbank_id="DB00210", inchikey=ADAPALENE_KEY)

    assert len(rounds(found, ADAPALENE, DB_ADAPALENE)) == 1


def test_an_open_claim_is_searched_where_names_are_cheap() -> None:
    """In its own authority, and in those that take names in batches; PubChem takes one a request."""
    asked = rounds(page("Adapalene", ("Differin",), chembl_id="CHEMBL1232"), ERTAPENEM, ADAPALENE)

    assert asked == [
        "chembl?id:chembl.compound:CHEMBL1232",
        "chembl?name:adapalene chembl?name:differin drugbank?name:adapalene drugbank?name:differin",
        f"chembl?inchikey:{ADAPALENE_KEY}",
    ]


def test_names_are_not_searched_when_a_structure_brought_the_subject() -> None:
    """DrugBank gives the InChIKey, and with it ChEMBL has the record that the page lacks."""
    asked = rounds(page("Adapalene", chembl_id=None, drugbank_id="DB00210"), ADAPALENE, DB_ADAPALENE)

    assert asked == ["drugbank?id:drugbank:DB00210", f"chembl?inchikey:{ADAPALENE_KEY}"]


def test_names_are_searched_when_no_structure_brought_anything() -> None:
    """A structure that the authority does not have leaves the names."""
    asked = rounds(page("Adapalene", chembl_id=None, drugbank_id="DB00210"), DB_ADAPALENE)

    assert asked[1:] == [f"chembl?inchikey:{ADAPALENE_KEY}", "chembl?name:adapalene"]


def test_what_drugbank_points_to_is_asked_for_where_no_structure_settles_a_claim() -> None:
    """A pointer finds what no name does: the record may be under another spelling."""
    pointing = record(DRUGBANK, "DB00210", "Adapalene", xrefs=(Reference(CHEMBL, "CHEMBL1265"),))

    asked = rounds(page("Adapalene", chembl_id=None, drugbank_id="DB00210"), pointing)

    assert asked[1] == "chembl?id:chembl.compound:CHEMBL1265 chembl?name:adapalene"


def test_an_antibody_is_not_looked_for_in_pubchem() -> None:
    """No name gives a biologic a CID, and every look-up by name is a request of its own."""
    asked = rounds(page("Tocilizumab", chembl_id="CHEMBL1237022", pubchem_cid=None), TOCILIZUMAB, DECOY)

    assert asked == ["chembl?id:chembl.compound:CHEMBL1237022"]


def test_a_protein_is_looked_for_in_pubchem_by_its_own_name_only() -> None:
    """It might be a peptide with a CID; its brands lead to decoys."""
    found = page("Anakinra", ("Kineret", "Antril"), chembl_id="CHEMBL1201570", pubchem_cid=None)

    assert rounds(found, ANAKINRA)[1:] == ["pubchem?name:anakinra"]


def test_aliases_are_looked_up_in_pubchem_for_a_null_only() -> None:
    """A wrong CID has its own name to go by; a null is only right if nothing is found under any name."""
    wrong = page("Adapalene", ("Differin",), pubchem_cid="1")
    none = page("Adapalene", ("Differin",), pubchem_cid=None)

    assert rounds(wrong) == ["pubchem?id:pubchem.compound:1", "pubchem?name:adapalene"]
    assert rounds(none) == ["pubchem?name:adapalene pubchem?name:differin"]


@pytest.mark.parametrize(("field", "most"), [("pubchem_cid", 12), ("chembl_id", 20), ("drugbank_id", 40)])
def test_only_so_many_names_are_searched(field: str, most: int) -> None:
    """A page with fifty aliases must not cost fifty requests."""
    found = page("Adapalene", tuple(f"alias number {n}" for n in range(50)), slug="", **{field: None})

    assert len(everything(rounds(found))) == most


def test_names_with_a_comma_are_not_searched_in_chembl() -> None:
    """It takes such names one a request: systematic ones, which a structure finds better."""
    asked = rounds(page("Metformin", ("1,1-Dimethylbiguanide",), chembl_id=None, drugbank_id=None))

    assert asked == ["chembl?name:metformin drugbank?name:1,1-dimethylbiguanide drugbank?name:metformin"]


def test_systematic_and_long_names_are_not_searched() -> None:
    """They are descriptions; a structure finds those better."""
    aliases = ("6-[3-(1-adamantyl)-4-methoxyphenyl]naphthalene-2-carboxylic acid, crystalline", "x" * 81)

    assert rounds(page("Adapalene", aliases, chembl_id=None)) == ["chembl?name:adapalene"]


def test_synonyms_are_asked_for_a_compound_that_title_and_structure_leave_open() -> None:
    """A second request a compound: only where it may decide."""
    untitled = record(PUBCHEM, "5040", "AGN-PC-00IKSQ")

    assert "pubchem?synonyms:pubchem.compound:5040" in everything(
        rounds(page("Rapamycin", pubchem_cid="5040"), untitled)
    )


@pytest.mark.parametrize("known", [FLAT_RAPAMYCIN, record(PUBCHEM, "5040", None, inchikey=SIROLIMUS.inchikey)])
def test_synonyms_are_not_asked_where_title_or_structure_tell(known: Record) -> None:
    """The title is the page's, or the structure is that of another record of the subject."""
    asked = rounds(page("Rapamycin", pubchem_cid="5040", chembl_id="CHEMBL413"), known, SIROLIMUS)

    assert not any("synonyms" in question for question in everything(asked))


def test_an_inchikey_that_no_record_confirms_is_looked_up_everywhere() -> None:
    """It may be another drawing of the subject, or of something else altogether."""
    asked = rounds(page("Adapalene", chembl_id="CHEMBL1265", inchikey=ERTAPENEM_KEY), ADAPALENE, ERTAPENEM)

    assert asked[1] == " ".join(f"{name}?inchikey:{ERTAPENEM_KEY}" for name in ("chembl", "drugbank", "pubchem"))


def test_a_record_of_another_form_is_worth_a_search_for_the_closer_one() -> None:
    """CID 5040 has the right title, but is drawn without stereochemistry; names would bring nothing new."""
    found = page("Rapamycin", pubchem_cid="5040", chembl_id="CHEMBL413")
    asked = rounds(found, FLAT_RAPAMYCIN, RAPAMYCIN, SIROLIMUS)

    assert f"pubchem?inchikey:{SIROLIMUS.inchikey}" in asked[1].split()
    assert not any("name:" in question for question in everything(asked))


def test_a_weaker_claim_is_asked_for_but_not_searched() -> None:
    """`chembl-id-alt` may be another form: nothing is to be found in its place, not even for a null."""
    alternatives = (
        claim("metformin", "chembl-id-alt", "CHEMBL1703", predicate=Predicate.CLOSE),
        claim("metformin", "pubchem-cid-alt", None, 3, Predicate.CLOSE),
    )

    assert rounds(Page("metformin.md", Subject("metformin", "Metformin"), alternatives)) == [
        "chembl?id:chembl.compound:CHEMBL1703"
    ]


def test_a_value_that_is_no_identifier_is_searched_like_a_null() -> None:
    """There is nothing to ask by, but a right identifier to propose."""
    assert rounds(page("Metformin", chembl_id="CHEMBL"), METFORMIN)[0] == "chembl?name:metformin"


def test_an_identifier_of_no_authority_is_not_asked_for() -> None:
    """Nobody can be asked for a CAS number."""
    assert rounds(page("Metformin", cas_number="657-24-9")) == []


def test_a_trial_and_its_status_are_one_question() -> None:
    """The registry is asked once for the trial that both are about."""
    trial = Reference(CLINICALTRIALS, "NCT02432287")
    place = Place("trials.md", 5, 3)
    cited = Claim("trials", "nct-id", ClaimKind.TRIAL, CLINICALTRIALS, "NCT02432287", place, Predicate.RELATED)
    status = replace(cited, field="trial-status", kind=ClaimKind.TRIAL_STATUS, text="Completed", trial=trial)

    assert rounds(Page("trials.md", Subject("trials", "Trials"), (cited, status))) == [
        "clinicaltrials?id:clinicaltrials:NCT02432287"
    ]


def test_nothing_is_asked_again_of_an_authority_that_is_down() -> None:
    """An outage is an answer to the question, if a poor one: the run ends."""
    asked = everything(rounds(page("Adapalene", chembl_id="CHEMBL1265", pubchem_cid=None), down=("chembl", "pubchem")))

    assert len(asked) == len(set(asked))


def test_without_an_export_pubchem_tells_what_drugbank_deposited() -> None:
    """The accession leads to compounds at PubChem, whose records can be compared."""
    accession = ById(Reference(DRUGBANK, "DB00210"))
    deposit = Record("pubchem", accession.reference, xrefs=(Reference(PUBCHEM, "60164"),))
    reply = answer_of("pubchem", ById(Reference(PUBCHEM, "1")), ())
    given: Answered = {("pubchem", accession): Found((deposit,), reply.evidence)}  # type: ignore[union-attr]  # a NotFound
    compound = record(PUBCHEM, "60164", "Adapalene", inchikey=ADAPALENE_KEY)

    asked = rounds(page("Adapalene", drugbank_id="DB00210"), compound, down=("drugbank",), given=given)

    assert asked[0] == "drugbank?id:drugbank:DB00210"
    assert "pubchem?id:pubchem.compound:60164" in asked[1].split()


def test_an_export_that_answers_leaves_pubchem_alone() -> None:
    """The deposit is a makeshift: with an entry of DrugBank there is nothing to ask."""
    assert everything(rounds(page("Adapalene", drugbank_id="DB00210"), DB_ADAPALENE)) == [
        "drugbank?id:drugbank:DB00210"
    ]


@pytest.mark.parametrize("prefix", [CHEMBL, INCHIKEY, PUBCHEM])
def test_every_page_comes_to_an_end(prefix: str) -> None:
    """However wrong the claims, a handful of rounds exhausts the questions."""
    values = {CHEMBL: "CHEMBL1232", INCHIKEY: ERTAPENEM_KEY, PUBCHEM: "5040"}
    fields = {CHEMBL: "chembl_id", INCHIKEY: "inchikey", PUBCHEM: "pubchem_cid"}
    found = page("Adapalene", ("Differin",), **{fields[prefix]: values[prefix]}, drugbank_id=None)

    assert len(rounds(found, ERTAPENEM, FLAT_RAPAMYCIN, ADAPALENE, DB_ADAPALENE, RAPAMYCIN)) <= 6
