"""What an authority that could not be asked leaves open: no verdict may rest on its silence."""

from __future__ import annotations

from collections.abc import Callable

from canonid.identifiers import INCHIKEY, PUBCHEM
from canonid.model import Answer, ById, Dossier, Page, Question, Record, Synonyms, Unavailable, Verdict
from canonid.reconcile import judge_case
from canonid.rules.case import Case
from canonid.rules.questions import next_questions
from tests.rules.records import FLAT_RAPAMYCIN, RAPAMYCIN, SIROLIMUS, answer_of, case, page, record

Silent = Callable[[str, Question], bool]


def case_in_an_outage(subject_page: Page, is_silent: Silent, *records: Record) -> Case:
    """The page asked as a run would ask, with no answer where `is_silent` says so."""
    answers: dict[tuple[str, Question], Answer] = {}
    while True:
        current = Case(Dossier(subject_page, answers, {}))
        new = {asked for asked in next_questions(current) if asked not in answers}
        if not new:
            return current
        for authority, question in new:
            silent = is_silent(authority, question)
            answer = Unavailable("it is down; try later") if silent else answer_of(authority, question, records)
            answers[authority, question] = answer


def verdicts(current: Case) -> dict[str, Verdict]:
    judged, _ = judge_case(current)
    return {item.claim.field: item.verdict for item in judged}


def is_search_of_pubchem(authority: str, question: Question) -> bool:
    return authority == "pubchem" and not isinstance(question, ById | Synonyms)


def is_chembl(authority: str, _: Question) -> bool:
    return authority == "chembl"


def test_a_search_that_failed_does_not_show_that_there_is_no_closer_record() -> None:
    """CID 5040 is rapamycin without stereochemistry; PubChem has the right one, but could not be searched."""
    found = page("Rapamycin", chembl_id="CHEMBL413", pubchem_cid="5040")
    records = (SIROLIMUS, FLAT_RAPAMYCIN, RAPAMYCIN)
    assert verdicts(case(found, *records))["pubchem-cid"] is Verdict.DISCREPANT
    current = case_in_an_outage(found, is_search_of_pubchem, *records)
    assert verdicts(current)["pubchem-cid"] is Verdict.UNDETERMINED


def test_the_verdict_says_what_could_not_be_asked() -> None:
    """The curator is to run again, not to look for a mistake on the page."""
    found = page("Rapamycin", chembl_id="CHEMBL413", pubchem_cid="5040")
    current = case_in_an_outage(found, is_search_of_pubchem, SIROLIMUS, FLAT_RAPAMYCIN, RAPAMYCIN)
    judged, _ = judge_case(current)
    (reason,) = (item.reason for item in judged if item.claim.field == "pubchem-cid")
    assert "whether PubChem has a closer record could not be asked" in reason


STEREO_KEY = "LZCDAPDGXCYOEH-AAAAAAAASA-N"
FORM = record(PUBCHEM, "7", "(R)-adapalenol", synonyms=("adapalenol",), inchikey=STEREO_KEY)
"""Synthetic: a form under whose record somebody deposited the name of the whole."""


def test_a_deposited_name_is_no_proof_while_chembl_is_down() -> None:
    """Forms and neighbours carry it, too, and ChEMBL might give the subject another structure."""
    found = page("Adapalenol", chembl_id="CHEMBL77", pubchem_cid="7", inchikey=STEREO_KEY)
    current = case_in_an_outage(found, is_chembl, FORM)
    assert verdicts(current)["pubchem-cid"] is Verdict.UNDETERMINED
    assert verdicts(current)[INCHIKEY] is not Verdict.CONFIRMED


def test_a_deposited_name_still_counts_where_nobody_is_missing() -> None:
    """The same page without a claim that ChEMBL would have to be asked about."""
    found = page("Adapalenol", pubchem_cid="7", inchikey=STEREO_KEY)
    assert verdicts(case_in_an_outage(found, lambda *_: False, FORM))["pubchem-cid"] is Verdict.CONFIRMED


def test_a_preferred_name_counts_even_if_chembl_is_down() -> None:
    """PubChem's own title for the compound, as long as nothing contradicts it."""
    found = page("Rapamycin", chembl_id="CHEMBL413", pubchem_cid="5284616")
    assert verdicts(case_in_an_outage(found, is_chembl, RAPAMYCIN)) == {
        "chembl-id": Verdict.UNAVAILABLE,
        "pubchem-cid": Verdict.CONFIRMED,
    }


def test_a_key_and_a_number_are_unavailable_while_nobody_answers() -> None:
    """No authority owns them, but records list them: without an answer they are not checked, rather than undecided."""
    about = page("Adapalene", inchikey="LZCDAPDGXCYOEH-UHFFFAOYSA-N", cas_number="106685-40-9")
    assert verdicts(case_in_an_outage(about, lambda *_: True)) == {
        "inchikey": Verdict.UNAVAILABLE,
        "cas-number": Verdict.UNAVAILABLE,
    }
    assert verdicts(case_in_an_outage(about, lambda *_: False)) == {
        "inchikey": Verdict.UNDETERMINED,
        "cas-number": Verdict.UNDETERMINED,
    }
