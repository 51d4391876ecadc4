"""What must never be confirmed, nor a null be justified, though much speaks for it."""

from __future__ import annotations

from collections.abc import Callable

from canonid.identifiers import CHEMBL, DRUGBANK, PUBCHEM, Reference
from canonid.model import (
    Answer,
    ById,
    ByName,
    Dossier,
    Page,
    Predicate,
    Question,
    Record,
    Status,
    Subject,
    Unavailable,
    Verdict,
)
from canonid.reconcile import judge_case
from canonid.rules.case import Case
from canonid.rules.identity import Relation
from canonid.rules.questions import next_questions
from tests.rules.records import (
    ADAPALENE,
    ADAPALENE_KEY,
    SIROLIMUS_KEY,
    TOCILIZUMAB,
    answer_of,
    case,
    claim,
    page,
    record,
)


def verdicts(about: Case) -> dict[str, Verdict]:
    judged, _ = judge_case(about)
    return {item.claim.field: item.verdict for item in judged}


def silenced(about: Page, is_silent: Callable[[str, Question], bool], *records: Record) -> dict[str, Verdict]:
    """The verdicts when nobody answers where `is_silent` says so."""
    answers: dict[tuple[str, Question], Answer] = {}
    while new := {asked for asked in next_questions(Case(Dossier(about, answers))) if asked not in answers}:
        for asked in new:
            answers[asked] = Unavailable("down") if is_silent(*asked) else answer_of(*asked, records)
    return verdicts(Case(Dossier(about, answers)))


def test_a_formula_of_its_own_does_not_confirm_a_record_of_another_structure() -> None:
    """Two records of one name, drawn otherwise, with formulas that differ: they are no tautomers."""
    ours = record(PUBCHEM, "7", "Fooamide", inchikey=ADAPALENE_KEY, formula="C28H28O3")
    theirs = record(DRUGBANK, "DB99999", "Fooamide", inchikey=SIROLIMUS_KEY, formula="C51H79NO13")

    found = verdicts(case(page("Fooamide", pubchem_cid="7", drugbank_id="DB99999"), ours, theirs))

    assert found == {"pubchem-cid": Verdict.UNDETERMINED, "drugbank-id": Verdict.UNDETERMINED}


def test_the_pages_inchikey_does_not_confirm_itself_by_a_record_that_it_confirmed() -> None:
    """An alias is all that the record has in common with the page, but for that key."""
    about = page("Differin gel", ("CD-271",), inchikey=ADAPALENE_KEY, chembl_id="CHEMBL1265")

    assert verdicts(case(about, ADAPALENE)) == {"inchikey": Verdict.UNDETERMINED, "chembl-id": Verdict.CONFIRMED}


def test_a_form_in_its_own_field_does_not_speak_for_the_subject() -> None:
    """Its structure would confirm other records of the form."""
    form = claim("adapalene", "chembl-id-alt", "CHEMBL1265", predicate=Predicate.CLOSE)

    about = case(Page("adapalene.md", Subject("adapalene", "Adapalene"), (form,)), ADAPALENE)

    assert about.record(form) == ADAPALENE
    assert about.profile.anchors == ()


def test_a_null_is_not_confirmed_while_one_of_its_searches_failed() -> None:
    """The other names were searched for, and nothing was found."""
    about = page("Adapalene", ("Differin",), chembl_id=None)

    assert silenced(about, lambda *_: False)["chembl-id"] is Verdict.CONFIRMED_NULL
    assert silenced(about, lambda _, asked: asked == ByName.of("differin"))["chembl-id"] is Verdict.UNAVAILABLE


def test_the_kind_of_an_antibody_justifies_no_null_but_that_of_a_compound() -> None:
    """ChEMBL and DrugBank have antibodies: there only a search can tell."""
    about = page("Tocilizumab", chembl_id="CHEMBL1237022", drugbank_id=None)

    found = silenced(about, lambda authority, _: authority == "drugbank", TOCILIZUMAB)

    assert found["drugbank-id"] is Verdict.UNAVAILABLE


def test_a_null_is_contradicted_by_what_only_a_pointer_of_drugbank_leads_to() -> None:
    """ChEMBL is not searched by names with a comma."""
    name = "1,1-Dimethylbiguanide"
    pointing = record(DRUGBANK, "DB00331", name, xrefs=(Reference(CHEMBL, "CHEMBL1431"),))
    about = page(name, slug="page-1", chembl_id=None, drugbank_id="DB00331")

    assert verdicts(case(about, pointing, record(CHEMBL, "CHEMBL1431", name)))["chembl-id"] is Verdict.DISCREPANT


def test_an_abbreviation_that_a_record_of_the_subject_has_confirms_no_other() -> None:
    """Two authorities use three letters for two substances."""
    entry = record(DRUGBANK, "DB00166", "ALA")
    alanine = record(CHEMBL, "CHEMBL279597", "ALANINE", synonyms=("ALA",))

    found = verdicts(case(page("ALA", drugbank_id="DB00166", chembl_id="CHEMBL279597"), entry, alanine))

    assert found == {"drugbank-id": Verdict.CONFIRMED, "chembl-id": Verdict.UNDETERMINED}


def test_a_withdrawn_record_contradicts_no_null() -> None:
    """ChEMBL still gives its name, but nobody should write it down."""
    withdrawn = record(CHEMBL, "CHEMBL31574", "FISETIN", status=Status.RETIRED)
    about = case(page("Fisetin", chembl_id=None), withdrawn)

    assert about.dossier.answer("chembl", ByName.of("fisetin")) is not None
    assert about.hits("chembl") == ()
    assert verdicts(about)["chembl-id"] is Verdict.CONFIRMED_NULL


def test_structures_that_differ_in_the_last_letter_of_the_skeleton_differ() -> None:
    """All fourteen letters are the connectivity."""
    other = record(CHEMBL, "CHEMBL1265", inchikey="LZCDAPDGXCYOEA-UHFFFAOYSA-N")  # synthetic
    entry = record(DRUGBANK, "DB00210", "Adapalene", inchikey=ADAPALENE_KEY)
    about = case(page("Adapalene", chembl_id="CHEMBL1265", drugbank_id="DB00210"), other, entry)

    assert about.identity(other).relation is Relation.OTHER_STRUCTURE
    assert about.dossier.answer("chembl", ById(other.reference)) is not None


HYALURONIDASE = record(DRUGBANK, "DB14740", "Hyaluronidase")
OVINE = record(DRUGBANK, "DB00070", "Hyaluronidase (ovine)")


def test_a_title_with_brackets_is_not_confirmed_by_the_record_without_where_another_has_them() -> None:
    """DrugBank has an entry for hyaluronidase, and one for that of sheep."""
    ovine = page("Hyaluronidase (ovine)", slug="x", drugbank_id="DB14740")

    assert verdicts(case(ovine, HYALURONIDASE, OVINE)) == {"drugbank-id": Verdict.UNDETERMINED}
    assert verdicts(case(ovine, HYALURONIDASE)) == {"drugbank-id": Verdict.CONFIRMED}
    assert verdicts(case(page("Hyaluronidase (ovine)", slug="x", drugbank_id="DB00070"), OVINE, HYALURONIDASE)) == {
        "drugbank-id": Verdict.CONFIRMED
    }
