"""Findings that hang on one condition of their rule: with it and without it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from canonid.identifiers import CAS, CHEMBL, CLINICALTRIALS, DRUGBANK, PUBCHEM, PUBCHEM_SUBSTANCE, UNII, Reference
from canonid.model import (
    GAP,
    Answer,
    ById,
    Claim,
    ClaimKind,
    Confidence,
    Dossier,
    Evidence,
    Finding,
    Found,
    Gap,
    Kind,
    Page,
    Place,
    Predicate,
    Problem,
    Question,
    Record,
    Severity,
    Status,
    Subject,
    Trial,
    Unavailable,
    Verdict,
)
from canonid.reconcile import judge_case
from canonid.rules.candidates import candidate_for
from canonid.rules.case import Case
from canonid.rules.questions import next_questions
from tests.rules.records import (
    ADAPALENE,
    ADAPALENE_KEY,
    ANAKINRA,
    DB_ADAPALENE,
    DB_METFORMIN,
    ERTAPENEM,
    ERTAPENEM_KEY,
    METFORMIN,
    METFORMIN_HCL,
    METFORMIN_KEY,
    NOW,
    SIROLIMUS_KEY,
    case,
    claim,
    page,
    record,
)


def findings(about: Case, code: str) -> list[Finding]:
    return [finding for finding in judge_case(about)[1] if finding.code == code]


def property_(field: str, text: str) -> Claim:
    return Claim("fooamide", field, ClaimKind.PROPERTY, "", text, Place("fooamide.md", 9, 5))


def weaker(*more: Claim, text: str | None = "CHEMBL1703") -> Page:
    """A page about metformin with another form in the field for it."""
    form = claim("metformin", "chembl-id-alt", text, 3, Predicate.CLOSE)
    return Page("metformin.md", Subject("metformin", "Metformin"), (form, *more))


# Forms in their own fields


def test_an_old_accession_may_be_kept_in_a_field_for_others() -> None:
    """In the main field it is obsolete."""
    old = record(CHEMBL, "CHEMBL2", "METFORMIN", status=Status.SECONDARY, replaced_by=METFORMIN.reference)
    main = page("Metformin", chembl_id="CHEMBL2")

    assert len(findings(case(main, old, METFORMIN), "ID202")) == 1
    assert findings(case(weaker(text="CHEMBL2"), old, METFORMIN), "ID202") == []


def test_no_identifier_of_the_subject_is_proposed_for_another_form() -> None:
    """The field would then say twice what the page is about."""
    about = case(weaker(claim("metformin", "chembl-id", "CHEMBL9999")), METFORMIN)

    proposals = {finding.field: finding.proposal for finding in findings(about, "ID201")}

    assert proposals["chembl-id"] is not None
    assert proposals["chembl-id-alt"] is None


def test_a_null_in_a_field_for_other_forms_needs_no_justification() -> None:
    """It claims nothing that could be checked, though a search for the subject found something."""
    about = weaker(claim("metformin", "chembl-id", "CHEMBL1703"), text=None)
    namesake = replace(METFORMIN_HCL, synonyms=("Metformin",))

    assert findings(case(about, namesake), "ID402") == []


def test_another_form_does_not_stand_for_the_subjects_own_identifier() -> None:
    """The page has a ChEMBL id, but not that of its subject; a page of forms alone lacks nothing."""
    accession = claim("metformin", "drugbank-id", "DB00331", 2)
    known = (METFORMIN_HCL, METFORMIN, DB_METFORMIN)
    own = case(page("Metformin", chembl_id=None, drugbank_id="DB00331"), *known)
    about = Case(replace(case(weaker(accession), *known).dossier, answers=own.dossier.answers))

    assert [finding.field for finding in findings(about, "ID403")] == ["chembl-id"]
    assert findings(Case(replace(about.dossier, page=weaker())), "ID403") == []


def test_only_a_sure_identifier_is_missed() -> None:
    """A name alone may be anybody's."""
    about = page("Adapalene", drugbank_id="DB00210")
    named = replace(ADAPALENE, inchikey=None)
    answers = case(page("Adapalene", drugbank_id="DB00210", chembl_id=None), named, DB_ADAPALENE).dossier.answers

    assert findings(Case(Dossier(about, answers)), "ID403") == []


# Proposals


def test_no_compound_is_proposed_for_a_substance_of_a_depositor() -> None:
    """PubChem numbers both, in two series."""
    compound = record(PUBCHEM, "60164", "Adapalene", inchikey=ADAPALENE_KEY)
    substance = replace(claim("adapalene", "pubchem-cid", None), field="pubchem-sid", prefix=PUBCHEM_SUBSTANCE)
    about = case(Page("adapalene.md", Subject("adapalene", "Adapalene"), (substance,)), compound)

    assert about.hits("pubchem") == (compound,)
    assert candidate_for(substance, about) is None


@pytest.mark.parametrize(
    ("numbers", "parent", "proposed"),
    [(("CHEMBL10", "CHEMBL9"), None, "CHEMBL9"), (("CHEMBL9", "CHEMBL10"), "CHEMBL10", "CHEMBL10")],
)
def test_of_two_records_the_parent_is_proposed_or_else_the_oldest(
    numbers: tuple[str, str], parent: str | None, proposed: str
) -> None:
    """Both have the name; numbers are compared as numbers."""
    first, second = (record(CHEMBL, number, "FOOAMIDE") for number in numbers)
    child = replace(first, parent=Reference(CHEMBL, parent)) if parent else first
    about = case(page("Fooamide", chembl_id=None), child, second)

    candidate = candidate_for(about.claims[0], about)

    assert candidate is not None
    assert candidate.record.reference.identifier == proposed


def test_the_proposed_inchikey_is_that_of_most_records() -> None:
    """Two authorities draw the subject so, and one otherwise."""
    odd = record(PUBCHEM, "7", "Adapalene", inchikey=SIROLIMUS_KEY)
    about = page("Adapalene", chembl_id="CHEMBL1265", drugbank_id="DB00210", pubchem_cid="7", inchikey=ERTAPENEM_KEY)

    (finding,) = findings(case(about, ADAPALENE, DB_ADAPALENE, odd), "ID302")

    assert finding.proposal is not None
    assert (finding.proposal.value, finding.proposal.confidence) == (ADAPALENE_KEY, Confidence.MEDIUM)


EMPA = Reference(CHEMBL, "CHEMBL2107830")
ENTRY = record(DRUGBANK, "DB09038", "Empagliflozin", xrefs=(EMPA,))
NAMELESS = record(CHEMBL, "CHEMBL2110563")


@pytest.mark.parametrize(
    ("entry", "others", "proposed"),
    [
        (ENTRY, (), "CHEMBL2107830"),
        (replace(ENTRY, xrefs=(EMPA, Reference(CHEMBL, "CHEMBL7"))), (), None),
        (ENTRY, (page("Another", chembl_id="CHEMBL2107830"),), None),
    ],
)
def test_a_pointer_is_proposed_if_it_is_the_only_one_and_nobody_has_it(
    entry: Record, others: Iterable[Page], proposed: str | None
) -> None:
    """What DrugBank lists is a guess, and a poor one where it lists two or another page claims it."""
    about = page("Empagliflozin", chembl_id="CHEMBL2110563", drugbank_id="DB09038")

    (finding,) = findings(case(about, entry, NAMELESS, record(*EMPA), others=others), "ID304")

    assert (finding.proposal.value if finding.proposal else None) == proposed


def test_a_pointer_adds_nothing_to_what_names_and_structures_prove() -> None:
    """The claim is of another substance: one finding says so."""
    entry = replace(DB_ADAPALENE, xrefs=(ADAPALENE.reference,))
    about = case(page("Adapalene", chembl_id="CHEMBL1232", drugbank_id="DB00210"), ERTAPENEM, ADAPALENE, entry)

    assert {finding.code for finding in judge_case(about)[1]} == {"ID301"}


# Details of the page


def test_the_details_of_a_member_do_not_disagree() -> None:
    """A page about a class may give formula and weight of the member that an alias names."""
    subject = Subject("fooamide", "Fooamide", ("Baramide",), formula="C4H11N5", mass=129.2)
    claims = (claim("fooamide", "chembl-id", "CHEMBL1"), claim("fooamide", "drugbank-id", "DB00001"))
    details = (property_("molecular-formula", "C4H11N5"), property_("molecular-weight-da", "129.2"))
    own = record(CHEMBL, "CHEMBL1", "FOOAMIDE", formula="C28H28O3", mass=412.5)
    member = record(DRUGBANK, "DB00001", "Baramide", formula="C4H11N5", mass=129.2)
    about = Page("fooamide.md", subject, claims, properties=details)

    assert len(findings(case(about, own), "ID305")) == 2
    assert findings(case(about, own, member), "ID305") == []


def test_a_cas_number_that_any_record_of_the_subject_lists_does_not_disagree() -> None:
    """DrugBank gives one number; that PubChem lists the page's as well is no proof, but no contradiction."""
    curated = replace(DB_METFORMIN, xrefs=(Reference(CAS, "657-24-9"),))
    listed = record(PUBCHEM, "4091", "Metformin", inchikey=METFORMIN_KEY, xrefs=(Reference(CAS, "1115-70-4"),))
    about = page("Metformin", drugbank_id="DB00331", pubchem_cid="4091", cas_number="1115-70-4")

    assert findings(case(about, curated, listed), "ID305") == []
    assert len(findings(case(about, curated, replace(listed, xrefs=())), "ID305")) == 1


def test_a_flag_is_wrong_only_if_all_records_deny_it() -> None:
    """One authority calls the subject a protein, the other a small molecule."""
    small = record(DRUGBANK, "DB99999", "Anakinra", kind=Kind.SMALL_MOLECULE)
    about = replace(
        page("Anakinra", chembl_id="CHEMBL1201570", drugbank_id="DB99999"), properties=(property_("biologic", "true"),)
    )
    about = replace(about, subject=replace(about.subject, biologic=True))

    assert findings(case(about, ANAKINRA, small), "ID404") == []
    assert len(findings(case(about, replace(ANAKINRA, kind=Kind.SMALL_MOLECULE), small), "ID404")) == 1


def test_an_alias_that_is_a_salt_of_the_subject_is_no_other_substance() -> None:
    """DrugBank has an entry of that name, and of another structure."""
    salt = record(DRUGBANK, "DB00332", "Metformin hydrochloride", inchikey="OETHQSJEHLVLGH-UHFFFAOYSA-N")
    alias = replace(property_("aliases", "Metformin hydrochloride"), subject="metformin")
    about = replace(page("Metformin", ("Metformin hydrochloride",), drugbank_id="DB00331"), properties=(alias,))

    assert findings(case(about, DB_METFORMIN, salt), "ID505") == []


# Gap tags


def gapped(about: Page, *lines: int, text: str = "…") -> Page:
    """The page with a gap tag on each of the lines."""
    return replace(about, gaps=tuple(Gap(Place(about.path, line, 30), f"{text} {GAP}") for line in lines))


def test_a_tag_is_closed_when_all_ids_on_its_line_are_settled() -> None:
    """A table may give two in one row."""
    about = gapped(page("Adapalene", chembl_id="CHEMBL1265", drugbank_id="DB00210"), 2)
    row = tuple(replace(item, place=Place("adapalene.md", 2, number)) for number, item in enumerate(about.claims, 1))
    about = replace(about, claims=row)

    assert len(findings(case(about, ADAPALENE, DB_ADAPALENE), "ID405")) == 1
    assert findings(case(about, ADAPALENE, record(DRUGBANK, "DB00210")), "ID405") == []


def test_a_tag_stays_while_its_null_could_not_be_checked() -> None:
    """The search may find what the tag asks for."""
    about = gapped(page("Adapalene", chembl_id="CHEMBL1265", drugbank_id=None), 3)
    settled = case(about, ADAPALENE)
    answers = {
        key: Unavailable("down") if key[0] == "drugbank" else answer for key, answer in settled.dossier.answers.items()
    }

    assert len(findings(settled, "ID405")) == 1
    assert findings(Case(Dossier(about, answers)), "ID405") == []


def test_defects_of_one_file_are_remembered_apart() -> None:
    """Each is a discrepancy, which is resolved by itself."""
    defects = tuple(Problem(Place("adapalene.md", line, 1), text) for line, text in ((1, "no end"), (3, "a tab")))
    about = replace(page("Adapalene", chembl_id="CHEMBL1265"), problems=defects)

    found = findings(case(about, ADAPALENE), "ID504")

    assert len({finding.fingerprint for finding in found}) == 2


# Pages beside one another


def test_a_page_under_an_alias_is_about_the_same() -> None:
    """Both may carry the identifier, proven or not."""
    thin = record(CHEMBL, "CHEMBL413")
    about, other = page("Rapamycin", ("Sirolimus",), chembl_id="CHEMBL413"), page("Sirolimus", chembl_id="CHEMBL413")
    stranger = page("Everolimus", chembl_id="CHEMBL413")

    assert findings(case(about, thin, others=[other]), "ID501") == []
    assert len(findings(case(about, thin, others=[stranger]), "ID501")) == 1


@pytest.mark.parametrize(
    ("path", "others", "count"),
    [
        ("template.md", (page("Everolimus", chembl_id="CHEMBL413"),), 1),
        ("template.md", (), 0),
        ("rapamycin.md", (page("Everolimus", chembl_id="CHEMBL413"),), 0),
    ],
)
def test_an_undecided_example_leaked_only_if_it_is_on_several_pages(
    path: str, others: Iterable[Page], count: int
) -> None:
    """It may have been taken from this very page, or stand on it."""
    about = page("Rapamycin", chembl_id="CHEMBL413")
    template = Page(
        path, Subject("template", "Template"), examples=(replace(about.claims[0], place=Place(path, 9, 1)),)
    )

    assert len(findings(case(about, record(CHEMBL, "CHEMBL413"), others=[*others, template]), "ID502")) == count


def test_a_discrepancy_rests_on_all_authorities_that_made_it() -> None:
    """It is resolved only by a run in which they answered."""
    (finding,) = findings(
        case(page("Adapalene", chembl_id="CHEMBL1232", drugbank_id="DB00210"), ERTAPENEM, DB_ADAPALENE), "ID301"
    )

    assert finding.authorities == ("chembl", "drugbank")


# Trials


@pytest.mark.parametrize(
    ("stated", "severity", "verdict"),
    [
        ("Recruiting", Severity.INFO, Verdict.UNDETERMINED),
        ("Completed", Severity.WARNING, Verdict.DISCREPANT),
    ],
)
def test_a_status_that_the_sponsor_let_lapse_is_old_rather_than_wrong(
    stated: str, severity: Severity, verdict: Verdict
) -> None:
    """The registry says UNKNOWN, and RECRUITING before that."""
    nct = Reference(CLINICALTRIALS, "NCT02432287")
    status = Claim(
        "trials", "trial-status", ClaimKind.TRIAL_STATUS, CLINICALTRIALS, stated, Place("trials.md", 5, 3),
        Predicate.RELATED, trial=nct,
    )  # fmt: skip
    asked = ById(nct)
    reply = Evidence("clinicaltrials", asked, None, NOW, "", "{}")
    study = Record("clinicaltrials", nct, trial=Trial("MILES", "UNKNOWN", last_known_status="RECRUITING"))
    answers: dict[tuple[str, Question], Answer] = {("clinicaltrials", asked): Found((study,), reply)}
    judged, found = judge_case(Case(Dossier(Page("trials.md", Subject("trials", "Trials"), (status,)), answers)))

    assert [finding.severity for finding in found] == [severity]
    assert [item.verdict for item in judged] == [verdict]


def test_a_short_name_is_not_found_inside_of_words() -> None:
    """A trial of nadolol is none of NAD."""
    nct = Reference(CLINICALTRIALS, "NCT02432287")
    listed = Claim(
        "nad", "nct-id", ClaimKind.TRIAL, CLINICALTRIALS, nct.identifier, Place("nad.md", 9, 3), is_listed=True
    )
    chembl = claim("nad", "chembl-id", "CHEMBL1")
    asked = ById(nct)
    study = Record("clinicaltrials", nct, trial=Trial("A trial", "COMPLETED", interventions=("Nadolol",)))
    answers: dict[tuple[str, Question], Answer] = {
        ("clinicaltrials", asked): Found((study,), Evidence("clinicaltrials", asked, None, NOW, "", "{}"))
    }

    about = Case(Dossier(Page("nad.md", Subject("nad", "NAD"), (chembl, listed)), answers))

    assert len(findings(about, "ID606")) == 1


# Questions


def test_a_unii_is_not_any_ten_letters_and_digits() -> None:
    """A ChEMBL id of that length is in the wrong field."""
    misplaced = replace(claim("metformin", "cas-number", "CHEMBL1431"), field="unii", prefix=UNII)
    about = case(Page("metformin.md", Subject("metformin", "Metformin"), (misplaced,)))

    assert len(findings(about, "ID104")) == 1


def asked_after(about: Page, *records: Record) -> set[str]:
    return {f"{authority}?{question.key}" for authority, question in next_questions(case(about, *records))}


def test_an_antibody_is_searched_for_where_antibodies_are() -> None:
    """Only PubChem has no identifier for it."""
    about = page("Anakinra", chembl_id="CHEMBL1201570", drugbank_id=None, pubchem_cid=None)

    asked = asked_after(about, replace(ANAKINRA, kind=Kind.ANTIBODY))

    assert "drugbank?name:anakinra" in asked
    assert "pubchem?name:anakinra" not in asked


def test_a_record_that_was_withdrawn_is_worth_a_search() -> None:
    """There may be another one of the subject."""
    withdrawn = replace(ADAPALENE, inchikey=None, status=Status.RETIRED)

    assert "chembl?name:adapalene" in asked_after(page("Adapalene", chembl_id="CHEMBL1265"), withdrawn)
