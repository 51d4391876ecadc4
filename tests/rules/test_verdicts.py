"""One verdict a claim, and the reason that a report gives for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from canonid.identifiers import CAS, CHEMBL, CLINICALTRIALS, DRUGBANK, INCHIKEY, PUBCHEM, UNII, Reference
from canonid.model import (
    Answer,
    ById,
    ByName,
    Claim,
    ClaimKind,
    Dossier,
    Evidence,
    Finding,
    Found,
    Judged,
    Kind,
    NotFound,
    Page,
    Place,
    Predicate,
    Question,
    Record,
    Severity,
    Subject,
    Trial,
    Unavailable,
    Verdict,
)
from canonid.rules import RULES
from canonid.rules.base import run_rules
from canonid.rules.case import Case
from canonid.rules.verdicts import judge
from tests.rules.records import (
    ADAPALENE,
    ADAPALENE_KEY,
    ANAKINRA,
    DB_ADAPALENE,
    DB_SIROLIMUS,
    ERTAPENEM,
    FLAT_SIROLIMUS_KEY,
    METFORMIN,
    METFORMIN_HCL,
    NOW,
    TOCILIZUMAB,
    case,
    claim,
    page,
    record,
)

BY_CODE = {rule.code: rule for rule in RULES}
NCT = Reference(CLINICALTRIALS, "NCT02432287")


def judged(about: Case) -> list[Judged]:
    """The verdicts on all claims, with the findings of all rules."""
    return list(judge(about, run_rules(about, RULES), BY_CODE))


def unruled(about: Case) -> Judged:
    """The verdict on the first claim by the evidence alone."""
    return judge(about, (), BY_CODE)[0]


def opinion(item: Judged) -> tuple[Verdict, str]:
    return item.verdict, item.reason


def with_answers(subject_page: Page, answers: dict[tuple[str, Question], Answer]) -> Case:
    return Case(Dossier(subject_page, answers))


def evidence(authority: str, question: Question) -> Evidence:
    return Evidence(authority, question, None, NOW, "", "{}")


def found(*records: Record, question: Question | None = None) -> Found:
    asked = question or ById(records[0].reference)
    return Found(records, evidence(records[0].authority, asked))


def test_a_discrepancy_outweighs_a_doubt() -> None:
    """Two findings on one claim make one verdict: the graver, with its sentence."""
    about = case(page("Adapalene", chembl_id="CHEMBL1265"), ADAPALENE)
    place = Place("adapalene.md", 2, 12)
    thin, wrong = (
        Finding(code, "rule", Severity.ERROR, "adapalene", "chembl-id", "CHEMBL1265", place, f"says {code}")
        for code in ("ID306", "ID301")
    )

    (item,) = judge(about, [thin, wrong], BY_CODE)

    assert opinion(item) == (Verdict.DISCREPANT, "says ID301")
    assert item.codes == ("ID301", "ID306")


def test_a_finding_without_a_verdict_leaves_it_to_the_evidence() -> None:
    """A spelling is a finding, but the identifier is right."""
    (item,) = judged(case(page("Adapalene", chembl_id="chembl1265"), ADAPALENE))

    assert opinion(item) == (Verdict.CONFIRMED, "CHEMBL1265 ADAPALENE: preferred name ADAPALENE")
    assert item.codes == ("ID103",)


def test_a_doubt_alone_is_a_doubt() -> None:
    """A record with nothing to compare."""
    (item,) = judged(case(page("Adapalene", chembl_id="CHEMBL1"), record(CHEMBL, "CHEMBL1"), ADAPALENE))

    assert item.verdict is Verdict.UNDETERMINED
    assert item.codes == ("ID306",)


def test_a_confirmed_claim_names_its_grounds() -> None:
    """Name and structure, and whose."""
    item = judged(case(page("Adapalene", chembl_id="CHEMBL1265", drugbank_id="DB00210"), ADAPALENE, DB_ADAPALENE))[0]

    assert opinion(item) == (
        Verdict.CONFIRMED,
        "CHEMBL1265 ADAPALENE: preferred name ADAPALENE; InChIKey equals that of DB00210 Adapalene",
    )
    assert [evidence.question.key for evidence in item.evidence] == ["id:chembl.compound:CHEMBL1265"]


def test_an_authority_that_is_down_makes_a_claim_unavailable() -> None:
    """Neither right nor wrong, and with the authority's reason."""
    down: dict[tuple[str, Question], Answer] = {
        ("chembl", ById(Reference(CHEMBL, "CHEMBL1265"))): Unavailable("ChEMBL is down")
    }

    item = unruled(with_answers(page("Adapalene", chembl_id="CHEMBL1265"), down))

    assert opinion(item) == (Verdict.UNAVAILABLE, "ChEMBL is down")


def test_a_claim_that_nobody_was_asked_about_is_undetermined() -> None:
    """Without any answer there is nothing to say."""
    assert opinion(unruled(with_answers(page("Adapalene", chembl_id="CHEMBL1265"), {}))) == (
        Verdict.UNDETERMINED,
        "not asked",
    )


def test_an_open_claim_says_what_could_not_be_asked() -> None:
    """The search that might have decided, if the authority had answered."""
    escin = record(CHEMBL, "CHEMBL507233", "ESCIN IA")
    about = case(page("Venotonics", chembl_id="CHEMBL507233"), escin)
    answers = {
        key: Unavailable("DrugBank is down") if key[0] == "drugbank" else answer
        for key, answer in about.dossier.answers.items()
    }

    item = unruled(Case(Dossier(about.dossier.page, answers)))

    assert item.verdict is Verdict.UNDETERMINED
    assert item.reason == ("CHEMBL507233 ESCIN IA: no shared name, and nothing else to compare (DrugBank is down)")


# Weaker claims


def weaker(field: str, text: str, predicate: Predicate, *records: Record) -> Judged:
    claims = (
        claim("metformin", "chembl-id", "CHEMBL1431"),
        claim("metformin", field, text, 3, predicate),
    )
    about = case(Page("metformin.md", Subject("metformin", "Metformin"), claims), METFORMIN, *records)
    return judged(about)[1]


def test_a_field_for_other_forms_accepts_them() -> None:
    """The hydrochloride under `chembl-id-alt` is what the field is for."""
    item = weaker("chembl-id-alt", "CHEMBL1703", Predicate.CLOSE, METFORMIN_HCL)

    assert item.verdict is Verdict.CONFIRMED
    assert item.reason.startswith("CHEMBL1703 METFORMIN HYDROCHLORIDE: a salt or solvate")


@pytest.mark.parametrize(("predicate", "other"), [(Predicate.RELATED, METFORMIN_HCL), (Predicate.CLOSE, ERTAPENEM)])
def test_what_no_authority_states_is_not_confirmed(predicate: Predicate, other: Record) -> None:
    """That a record is the active metabolite, or a form of the subject though nothing says so."""
    item = weaker("chembl-id-alt", other.reference.identifier, predicate, other)

    assert item.verdict is Verdict.UNDETERMINED
    assert item.reason.endswith("exists; that it belongs to the subject is not stated by the authority")


@pytest.mark.parametrize(("active", "verdict"), [("CHEMBL999", Verdict.CONFIRMED), ("CHEMBL1", Verdict.UNDETERMINED)])
def test_an_active_form_is_another_record(active: str, verdict: Verdict) -> None:
    """ChEMBL gives most molecules themselves as their active form, which makes none of them a metabolite."""
    field = "chembl-id-active-metabolite"
    claims = (
        claim("prodrug", "chembl-id", "CHEMBL1"),
        Claim("prodrug", field, ClaimKind.IDENTIFIER, CHEMBL, active, Place("prodrug.md", 3, 1), Predicate.RELATED),
    )
    own = record(CHEMBL, "CHEMBL1", "PRODRUG", active=Reference(CHEMBL, active))
    about = case(Page("prodrug.md", Subject("prodrug", "Prodrug"), claims), own, record(CHEMBL, active, "PRODRUG"))

    assert judged(about)[1].verdict is verdict


def test_a_null_in_a_weaker_field_gets_no_verdict() -> None:
    """`pubchem-cid-alt: null` claims nothing that could be checked."""
    claims = (claim("metformin", "pubchem-cid-alt", None, predicate=Predicate.CLOSE),)

    assert judged(case(Page("metformin.md", Subject("metformin", "Metformin"), claims))) == []


# Nulls


def test_each_standing_of_a_null_has_its_verdict() -> None:
    """Right, wrong, open, and not checked are four things."""
    right = case(page("Tocilizumab", pubchem_cid=None, chembl_id="CHEMBL1237022"), TOCILIZUMAB)
    wrong = case(page("Adapalene", drugbank_id=None, chembl_id="CHEMBL1265"), ADAPALENE, DB_ADAPALENE)
    open_ = case(page("Flavan-3-ols", ("epicatechin",), drugbank_id=None), record(DRUGBANK, "DB12039", "Epicatechin"))
    unchecked = with_answers(page("Adapalene", drugbank_id=None), {})

    assert [unruled(about).verdict for about in (right, wrong, open_, unchecked)] == [
        Verdict.CONFIRMED_NULL,
        Verdict.DISCREPANT,
        Verdict.UNDETERMINED,
        Verdict.UNAVAILABLE,
    ]


def test_a_null_that_drugbank_contradicts_is_open() -> None:
    """The record under the pointer has nothing to compare: no proof that there is one, and none that there is not."""
    pointing = record(DRUGBANK, "DB07795", "Fisetin", xrefs=(Reference(CHEMBL, "CHEMBL31574"),))
    thin = record(CHEMBL, "CHEMBL31574")

    about = unruled(case(page("Fisetin", chembl_id=None, drugbank_id="DB07795"), pointing, thin))

    assert (about.verdict, about.reason) == (
        Verdict.UNDETERMINED,
        "DB07795 Fisetin lists CHEMBL31574, which nothing else proves",
    )


def test_a_null_is_open_while_a_name_is_unsearched() -> None:
    """Unless a structure was searched for, which finds what systematic names would."""
    about = page("Metformin", ("1,1-Dimethylbiguanide",), chembl_id=None)
    known = page("Metformin", ("1,1-Dimethylbiguanide",), chembl_id=None, inchikey=METFORMIN.inchikey)

    assert unruled(case(about)).reason == ("ChEMBL was not searched for 1,1-Dimethylbiguanide; an InChIKey would do")
    assert [unruled(case(found)).verdict for found in (about, known)] == [
        Verdict.UNDETERMINED,
        Verdict.CONFIRMED_NULL,
    ]


def test_what_a_depositor_points_to_leaves_a_null_justified() -> None:
    """PubChem's synonyms hold identifiers of others, too: only DrugBank's list is somebody's word."""
    deposited = record(PUBCHEM, "5281614", "Fisetin", xrefs=(Reference(CHEMBL, "CHEMBL31574"),))

    about = unruled(
        case(page("Fisetin", chembl_id=None, pubchem_cid="5281614"), deposited, record(CHEMBL, "CHEMBL31574"))
    )

    assert about.verdict is Verdict.CONFIRMED_NULL


def test_a_null_is_as_old_as_its_oldest_search() -> None:
    """One of its names may have been searched for long before the other."""
    about = case(page("Adapalene", ("Differin",), chembl_id=None))
    old = NotFound(replace(evidence("chembl", ByName.of("differin")), retrieved_at=NOW - timedelta(days=2)))
    answers = {**about.dossier.answers, ("chembl", ByName.of("differin")): old}

    assert unruled(with_answers(about.dossier.page, answers)).reason.endswith("(searched 2026-11-20)")


def test_a_pointer_to_nothing_leaves_a_null_justified() -> None:
    """An export may list what the authority has withdrawn since."""
    pointing = record(DRUGBANK, "DB07795", "Fisetin", xrefs=(Reference(CHEMBL, "CHEMBL31574"),))

    about = unruled(case(page("Fisetin", chembl_id=None, drugbank_id="DB07795"), pointing))

    assert about.verdict is Verdict.CONFIRMED_NULL


# InChIKeys, CAS numbers, UNIIs


def inchikey(value: str, *records: Record, title: str = "Adapalene", **ids: str | None) -> Judged:
    return unruled(case(page(title, (), slug="", inchikey=value, **ids), *records))


def test_an_inchikey_is_confirmed_by_the_records_that_have_it() -> None:
    """Two of them are named."""
    item = inchikey(ADAPALENE_KEY, ADAPALENE, DB_ADAPALENE, chembl_id="CHEMBL1265", drugbank_id="DB00210")

    assert opinion(item) == (Verdict.CONFIRMED, "InChIKey of CHEMBL1265 ADAPALENE and DB00210 Adapalene")
    assert {evidence.authority for evidence in item.evidence} == {"chembl", "drugbank"}


def test_an_inchikey_of_another_form_is_open() -> None:
    """Drawn flat: neither right nor wrong."""
    item = inchikey(FLAT_SIROLIMUS_KEY, DB_SIROLIMUS, title="Rapamycin", drugbank_id="DB00877")

    assert item.verdict is Verdict.UNDETERMINED
    assert item.reason.startswith("same skeleton as QFJCIRLUMZQUOT-HPLJOQBZSA-N")


def test_an_inchikey_without_anything_to_compare_is_open() -> None:
    """Nobody knows a structure of the subject."""
    assert opinion(inchikey(ADAPALENE_KEY, ANAKINRA, title="Anakinra", chembl_id="CHEMBL1201570")) == (
        Verdict.UNDETERMINED,
        "no record of the subject gives a structure to compare with",
    )


@pytest.mark.parametrize(
    ("number", "verdict", "reason"),
    [
        ("106685-40-9", Verdict.CONFIRMED, "listed by DB00210 Adapalene"),
        (
            "50-78-2",
            Verdict.UNDETERMINED,
            "DB00210 Adapalene lists CAS number 106685-40-9; a substance may have several",
        ),
    ],
)
def test_a_cas_number_is_compared_with_those_that_records_list(number: str, verdict: Verdict, reason: str) -> None:
    """Another one is no error: substances have several."""
    found_page = page("Adapalene", cas_number=number, drugbank_id="DB00210")

    assert opinion(unruled(case(found_page, DB_ADAPALENE))) == (verdict, reason)


def test_a_number_that_no_record_lists_is_open() -> None:
    """ChEMBL lists no CAS numbers, and nobody is asked for a UNII."""
    unii = replace(claim("adapalene", "cas-number", "1L4806J2QF"), prefix=UNII, field="unii")
    about = case(
        Page("adapalene.md", Subject("adapalene", "Adapalene"), (unii, claim("adapalene", "chembl-id", "CHEMBL1265"))),
        ADAPALENE,
    )

    assert opinion(unruled(about)) == (Verdict.UNDETERMINED, "no record of the subject lists a UNII")


# Trials


def trial_case(answer: Answer | None, status: str | None = None) -> Case:
    place = Place("trials.md", 5, 3)
    cited = Claim("trials", "nct-id", ClaimKind.TRIAL, CLINICALTRIALS, NCT.identifier, place, Predicate.RELATED)
    if status is not None:
        cited = replace(cited, field="trial-status", kind=ClaimKind.TRIAL_STATUS, text=status, trial=NCT)
    answers: dict[tuple[str, Question], Answer] = {} if answer is None else {("clinicaltrials", ById(NCT)): answer}
    return with_answers(Page("trials.md", Subject("trials", "Trials"), (cited,)), answers)


def study(status: str, name: str | None = "MILES") -> Found:
    return found(Record("clinicaltrials", NCT, name, trial=Trial("MILES", status)))


MISSING = NotFound(evidence("clinicaltrials", ById(NCT)))
DOWN = Unavailable("the registry is down")


@pytest.mark.parametrize(
    ("answer", "verdict", "reason"),
    [
        (study("COMPLETED"), Verdict.CONFIRMED, "registered: MILES (COMPLETED)"),
        (study("", None), Verdict.CONFIRMED, "registered"),
        (DOWN, Verdict.UNAVAILABLE, "the registry is down"),
        (None, Verdict.UNDETERMINED, "not asked"),
    ],
)
def test_a_cited_trial_is_confirmed_by_the_registry(answer: Answer | None, verdict: Verdict, reason: str) -> None:
    """With its title and status, as far as the registry gives them."""
    assert opinion(unruled(trial_case(answer))) == (verdict, reason)


@pytest.mark.parametrize(
    ("answer", "status", "verdict", "reason"),
    [
        (study("COMPLETED"), "completed", Verdict.CONFIRMED, "ClinicalTrials.gov says COMPLETED"),
        (study("COMPLETED"), "published", Verdict.UNDETERMINED, "not a status that the registry uses"),
        (study(""), "completed", Verdict.UNDETERMINED, "the registry gives no status"),
        (MISSING, "completed", Verdict.UNDETERMINED, "the registry has no such trial"),
        (DOWN, "completed", Verdict.UNAVAILABLE, "the registry is down"),
    ],
)
def test_a_status_is_compared_with_that_of_the_registry(
    answer: Answer, status: str, verdict: Verdict, reason: str
) -> None:
    """Where there is one to compare with; the reply is named as evidence."""
    item = unruled(trial_case(answer, status))
    assert opinion(item) == (verdict, reason)
    assert len(item.evidence) == (0 if answer is DOWN else 1)


def test_a_number_that_only_a_claimed_protein_lists_is_confirmed() -> None:
    """A protein's record has no structure, but may have a CAS number."""
    protein = record(
        DRUGBANK, "DB00026", "Anakinra", kind=Kind.PROTEIN, xrefs=(Reference(CAS, "143090-92-0"),), inchikey=None
    )
    about = case(page("Anakinra", cas_number="143090-92-0", drugbank_id="DB00026"), protein)

    assert opinion(unruled(about)) == (Verdict.CONFIRMED, "listed by DB00026 Anakinra")
    assert unruled(about).claim.prefix != INCHIKEY
