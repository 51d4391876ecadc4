"""A DrugBank accession when no export of DrugBank is at hand: what PubChem can and cannot tell."""

from __future__ import annotations

from canonid.identifiers import DRUGBANK, PUBCHEM, PUBCHEM_SUBSTANCE, Reference
from canonid.model import Answer, ById, Dossier, Evidence, Found, NotFound, Question, Record, Unavailable, Verdict
from canonid.rules import RULES
from canonid.rules.case import Case
from canonid.rules.questions import next_questions
from canonid.rules.verdicts import judge
from tests.rules.records import ADAPALENE, ADAPALENE_KEY, NOW, answer_of, page, record

NO_EXPORT = Unavailable("no DrugBank export supplied")
COMPOUND = record(PUBCHEM, "60164", "adapalene", inchikey=ADAPALENE_KEY)
OTHER = record(PUBCHEM, "4091", "metformin", inchikey="XZWYZXLIPXDOLR-UHFFFAOYSA-N")
SUBSTANCE = Reference(PUBCHEM_SUBSTANCE, "46507011")


def deposit(*xrefs: Reference) -> Record:
    return Record("pubchem", Reference(DRUGBANK, "DB00210"), xrefs=xrefs)


def verdict(*known: Record) -> tuple[Verdict, str]:
    """The verdict on DB00210 of a page about adapalene, with nothing but `known` at ChEMBL and PubChem."""
    subject_page = page("Adapalene", chembl_id="CHEMBL1265", drugbank_id="DB00210")
    answers: dict[tuple[str, Question], Answer] = {}
    while True:
        about = Case(Dossier(subject_page, answers))
        new = {asked for asked in next_questions(about) if asked not in answers}
        if not new:
            break
        answers |= {asked: _answer(*asked, (ADAPALENE, *known)) for asked in new}
    item = judge(about, (), {rule.code: rule for rule in RULES})[1]
    return item.verdict, item.reason


def _answer(authority: str, question: Question, known: tuple[Record, ...]) -> Answer:
    if authority == "drugbank":
        return NO_EXPORT
    if isinstance(question, ById) and question.reference.prefix == DRUGBANK:
        evidence = Evidence(authority, question, None, NOW, "", "{}")
        found = tuple(item for item in known if item.reference == question.reference)
        return Found(found, evidence) if found else NotFound(evidence)
    return answer_of(authority, question, known)


def test_drugbanks_own_deposit_for_the_subjects_compound_confirms() -> None:
    """The pointer is DrugBank's, and the compound is proven by name and structure."""
    found, reason = verdict(deposit(COMPOUND.reference, SUBSTANCE), COMPOUND)

    assert found is Verdict.CONFIRMED
    assert reason.startswith("DrugBank deposited it at PubChem for CID 60164 adapalene: preferred name adapalene;")
    assert reason.endswith("InChIKey equals that of CHEMBL1265 ADAPALENE")


def test_a_deposit_for_another_compound_only_raises_a_doubt() -> None:
    """A pointer is no proof, not of error either."""
    assert verdict(deposit(OTHER.reference, SUBSTANCE), OTHER) == (
        Verdict.UNDETERMINED,
        "DrugBank deposited it at PubChem for CID 4091 metformin; not proven to be the subject",
    )


def test_what_other_depositors_list_confirms_nothing() -> None:
    """Anyone may list an accession."""
    assert verdict(deposit(COMPOUND.reference), COMPOUND) == (
        Verdict.UNDETERMINED,
        "depositors at PubChem list it for CID 60164 adapalene; anyone may list it",
    )


def test_without_a_compound_it_stays_unchecked() -> None:
    """A biologic is deposited as a substance only; no deposit at all says nothing either."""
    assert verdict(deposit(SUBSTANCE)) == (Verdict.UNAVAILABLE, NO_EXPORT.reason)
    assert verdict() == (Verdict.UNAVAILABLE, NO_EXPORT.reason)
