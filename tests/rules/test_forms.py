"""Relations of a record to the subject that only details decide: salts, the page's own structure, deposited names."""

from dataclasses import replace

import pytest

from canonid.identifiers import CHEMBL, DRUGBANK, PUBCHEM, Reference
from canonid.model import Answer, ById, ByName, Confidence, Dossier, Question, Record, Severity, Verdict
from canonid.reconcile import judge_case
from canonid.rules.candidates import candidate_for
from canonid.rules.case import Case
from canonid.rules.identity import Identity, Relation
from tests.rules.records import (
    ADAPALENE,
    ADAPALENE_KEY,
    DB_METFORMIN,
    DB_SIROLIMUS,
    ERTAPENEM_KEY,
    FLAT_SIROLIMUS_KEY,
    METFORMIN,
    METFORMIN_HCL,
    METFORMIN_KEY,
    answer_of,
    case,
    page,
    record,
)


def identity_of_first(*records: Record, title: str, **values: str) -> Identity:
    found = case(page(title, (), slug="", **values), *records)
    identity = found.claim_identity(found.claims[0])
    assert identity is not None
    return identity


def test_a_salt_drawn_as_its_parent_stays_open() -> None:
    """Name and structure contradict each other: nobody can say which is meant."""
    salt = record(CHEMBL, "CHEMBL1703", "METFORMIN HYDROCHLORIDE", inchikey=METFORMIN_KEY)

    identity = identity_of_first(salt, DB_METFORMIN, title="Metformin", chembl_id="CHEMBL1703", drugbank_id="DB00331")

    assert identity.relation is Relation.UNPROVEN
    assert identity.grounds == "named as a salt (hydrochloride) but drawn as the parent"


def test_a_name_of_a_record_of_the_subject_is_a_name_of_the_subject() -> None:
    """The page says rapamycin, ChEMBL calls it sirolimus, and so does an entry without the page's name."""
    chembl = record(CHEMBL, "CHEMBL413", "SIROLIMUS", synonyms=("Rapamycin",))
    bare = record(DRUGBANK, "DB00877", "Sirolimus")

    assert identity_of_first(
        bare, chembl, title="Rapamycin", drugbank_id="DB00877", chembl_id="CHEMBL413"
    ).relation is (Relation.SAME)


def test_a_deposited_synonym_does_not_carry_a_name_on() -> None:
    """PubChem's record of the subject lists it, but anyone may have deposited that."""
    compound = record(PUBCHEM, "5040", "rapamycin", synonyms=("Zotarex",))
    other = record(DRUGBANK, "DB99999", "Zotarex")

    identity = identity_of_first(other, compound, title="Rapamycin", drugbank_id="DB99999", pubchem_cid="5040")

    assert identity.relation is Relation.UNPROVEN
    assert identity.grounds == "shares only a deposited synonym with a record of the subject"


def test_two_records_of_one_name_stay_open() -> None:
    """One is drawn otherwise than the subject, one not at all: nothing tells which of them is meant."""
    drawn = record(CHEMBL, "CHEMBL1", "SIROLIMUS", inchikey=FLAT_SIROLIMUS_KEY)
    bare = record(CHEMBL, "CHEMBL2", "SIROLIMUS")
    answers: dict[tuple[str, Question], Answer] = {
        (authority, question): answer_of(authority, question, (drawn, bare, DB_SIROLIMUS))
        for authority, question in (
            ("chembl", ById(drawn.reference)),
            ("drugbank", ById(DB_SIROLIMUS.reference)),
            ("chembl", ByName.of("Sirolimus")),
        )
    }
    about = Case(Dossier(page("Sirolimus", chembl_id="CHEMBL1", drugbank_id="DB00877"), answers))

    identity = about.identity(drawn)

    assert identity.relation is Relation.UNPROVEN
    assert identity.grounds.endswith("; CHEMBL2 SIROLIMUS has the same name")


def test_a_name_with_the_structure_of_the_page_is_a_sure_proposal() -> None:
    """Name and structure are two grounds, though the structure is only the page's word."""
    found = case(page("Adapalene", chembl_id=None, inchikey=ADAPALENE_KEY), ADAPALENE)
    candidate = candidate_for(found.claims[0], found)

    assert candidate is not None
    assert candidate.confidence is Confidence.HIGH


def test_a_record_that_is_not_the_subject_is_no_proposal() -> None:
    """The search by name brings a record of another structure: it stays unproposed."""
    decoy = record(CHEMBL, "CHEMBL1", "GEL", synonyms=("Adapalene",), inchikey=ERTAPENEM_KEY)
    entry = record(DRUGBANK, "DB00210", "Adapalene", inchikey=ADAPALENE_KEY)
    found = case(page("Adapalene", chembl_id=None, drugbank_id="DB00210"), decoy, entry)

    assert candidate_for(found.claims[0], found) is None


def test_nothing_is_proposed_in_a_space_without_authority() -> None:
    """A CAS number cannot be searched."""
    found = case(page("Adapalene", cas_number="50-78-2"), ADAPALENE)

    assert candidate_for(found.claims[0], found) is None
    assert found.claims[0].reference == Reference("cas", "50-78-2")


ZINC = record(DRUGBANK, "DB01593", "Zinc", synonyms=("Zinc, elemental",), inchikey="HCHKCACWOHOZIP-UHFFFAOYSA-N")
ZINC_ION = record(DRUGBANK, "DB14532", "Zinc cation", synonyms=("Zinc(2+)",), inchikey="PTFCDOFLOPIGGS-UHFFFAOYSA-N")
LITHIUM_ION = record(DRUGBANK, "DB01356", "Lithium cation", synonyms=("Lithium",))


def test_the_ion_of_an_element_is_another_form_of_it() -> None:
    """Not another substance: names say how the two belong together."""
    identity = identity_of_first(ZINC_ION, ZINC, title="Zinc", drugbank_id="DB14532")

    assert (identity.relation, identity.grounds) == (Relation.OTHER_FORM, "an ion: cation")


def test_an_ion_that_has_the_name_itself_is_the_subject() -> None:
    """DrugBank's entry for lithium is called after the cation."""
    assert identity_of_first(LITHIUM_ION, title="Lithium", drugbank_id="DB01356").relation is Relation.SAME


def test_a_deposited_name_on_an_ion_makes_it_a_form_of_the_salt() -> None:
    """The formulas tell a counter-ion from another structure."""
    salt = record(DRUGBANK, "DB00411", "Carbachol", inchikey="AIXAANGOTKPUOY-UHFFFAOYSA-N", formula="C6H15ClN2O2")
    key, formula = "VPJXQGSRWJZDOB-UHFFFAOYSA-O", "C6H15N2O2+"
    ion = record(PUBCHEM, "2551", "carbamoylcholine", synonyms=("carbachol",), inchikey=key, formula=formula)
    better = record(PUBCHEM, "5831", "carbachol", inchikey="AIXAANGOTKPUOY-UHFFFAOYSA-N", formula="C6H15ClN2O2")

    identity = identity_of_first(ion, salt, better, title="Carbachol", pubchem_cid="2551", drugbank_id="DB00411")

    assert identity.relation is Relation.OTHER_FORM
    assert identity.grounds == ("shares the name Carbachol, but differs from DB00411 Carbachol by the counter-ion (Cl)")


def test_a_nameless_record_of_the_same_formula_may_be_a_tautomer() -> None:
    """ChEMBL draws the keto form, PubChem the enol form: nobody can tell without a name (synthetic keys)."""
    named = record(PUBCHEM, "124072", "Tetrahydrocurcumin", inchikey=METFORMIN_KEY, formula="C21H24O6")
    nameless = record(CHEMBL, "CHEMBL999", inchikey=ADAPALENE_KEY, formula="C21H24O6")

    identity = identity_of_first(
        nameless, named, title="Tetrahydrocurcumin", chembl_id="CHEMBL999", pubchem_cid="124072"
    )

    assert identity.relation is Relation.UNPROVEN
    assert identity.grounds.startswith("the formula of CID 124072 Tetrahydrocurcumin, but another InChIKey")


def test_a_structure_that_one_synonym_gives_is_no_proposal() -> None:
    """Vitamin D is a synonym of ergocalciferol in ChEMBL; no compound of that structure is proposed for the class."""
    key = "MECHNRXZTMCUDQ-RKHKHRCZSA-N"
    member = record(CHEMBL, "CHEMBL1536", "ERGOCALCIFEROL", synonyms=("Vitamin D",), inchikey=key)
    compound = record(PUBCHEM, "5280793", "ergocalciferol", inchikey=key)
    about = case(page("Vitamin D", chembl_id="CHEMBL1536", pubchem_cid=None), member, compound)

    assert candidate_for(about.claims[1], about) is None


def test_a_structure_rests_on_records_that_are_not_in_doubt_themselves() -> None:
    """Two members carry the name of the class: neither proves the compound of its structure."""
    key = "MECHNRXZTMCUDQ-RKHKHRCZSA-N"
    member = record(CHEMBL, "CHEMBL1536", "ERGOCALCIFEROL", synonyms=("Vitamin D",), inchikey=key)
    class_ = record(CHEMBL, "CHEMBL9999", "VITAMIN D")  # synthetic
    compound = record(PUBCHEM, "5280793", "ergocalciferol", inchikey=key)

    identity = identity_of_first(
        compound, member, class_, title="Vitamin D", pubchem_cid="5280793", chembl_id="CHEMBL1536"
    )

    assert identity.relation is Relation.UNPROVEN
    assert identity.grounds == (
        "InChIKey equals that of CHEMBL1536 ERGOCALCIFEROL; but CHEMBL9999 VITAMIN D is named so, too"
    )


TESTOSTERONE_ESTER = record(CHEMBL, "CHEMBL1201101", "TESTOSTERONE CYPIONATE", synonyms=("Testosterone",))
TOLPERISONE = record(CHEMBL, "CHEMBL1076211", "TOLPERISONE", synonyms=("Tolperisone hydrochloride",))


@pytest.mark.parametrize(
    ("title", "kin"), [("Testosterone", TESTOSTERONE_ESTER), ("Tolperisone hydrochloride", TOLPERISONE)]
)
def test_a_record_that_is_named_after_an_ester_or_the_parent_is_not_the_subject_by_a_synonym(
    title: str, kin: Record
) -> None:
    """Curated records list each other's names: neither such a record nor a compound of its structure is proven."""
    drawn = replace(kin, inchikey=METFORMIN_KEY)  # synthetic
    entry = record(DRUGBANK, "DB99999", drawn.name, inchikey=METFORMIN_KEY)
    chembl_id = drawn.reference.identifier

    by_synonym = identity_of_first(drawn, title=title, chembl_id=chembl_id)
    by_structure = identity_of_first(entry, drawn, title=title, drugbank_id="DB99999", chembl_id=chembl_id)

    assert by_synonym.relation is Relation.UNPROVEN
    assert by_synonym.grounds.endswith(f"its own name is {kin.name}, which may be a form or the parent of {title}")
    assert by_structure.relation is not Relation.SAME


def test_a_bracket_that_a_name_begins_with_is_a_part_of_it() -> None:
    """What is left without it may be a name of something small."""
    acetate = record(DRUGBANK, "DB14511", "Acetate")

    found = identity_of_first(acetate, title="(2-bromoethyl)(2-formyl-4-aminophenyl) acetate", drugbank_id="DB14511")

    assert found.relation is not Relation.SAME


def test_what_a_title_explains_in_brackets_is_no_kin() -> None:
    """`Rapamycin (Sirolimus)` says that the two names are one."""
    sirolimus = record(CHEMBL, "CHEMBL413", "SIROLIMUS", synonyms=("Rapamycin",))

    assert identity_of_first(sirolimus, title="Rapamycin (Sirolimus)", chembl_id="CHEMBL413").relation is Relation.SAME


PARENT = record(CHEMBL, "CHEMBL578", "ENALAPRIL", inchikey="GBXSMTUPTTWBMN-XIRDDKMYSA-N")
PRODRUG = replace(PARENT, active=Reference(CHEMBL, "CHEMBL577"))
ACTIVE = record(CHEMBL, "CHEMBL577", "ENALAPRILAT", inchikey="LZFZMUMEGBBDTC-QEJZJMRPSA-N")
VALPROIC = record(CHEMBL, "CHEMBL109", "VALPROIC ACID", inchikey="NIJJYAXOARWZEE-UHFFFAOYSA-N")
DIVALPROEX = record(
    CHEMBL, "CHEMBL2105613", "DIVALPROEX", inchikey=METFORMIN_KEY, parent=Reference(CHEMBL, "CHEMBL109")
)  # synthetic but for the names and the number of the parent
SIBLING = replace(DIVALPROEX, reference=Reference(CHEMBL, "CHEMBL900"), name="VALPROATE SALTS", inchikey=ADAPALENE_KEY)


@pytest.mark.parametrize(
    ("title", "claimed", "known", "grounds"),
    [
        (
            "Valproic acid",
            DIVALPROEX,
            VALPROIC,
            "a salt or other form: ChEMBL names CHEMBL109 VALPROIC ACID as its parent",
        ),
        ("Divalproex", VALPROIC, DIVALPROEX, "the parent of CHEMBL2105613 DIVALPROEX, says ChEMBL"),
        ("Divalproex", SIBLING, DIVALPROEX, "of the same parent as CHEMBL2105613 DIVALPROEX, says ChEMBL"),
        ("Enalaprilat", PRODRUG, ACTIVE, "a prodrug: ChEMBL names CHEMBL577 ENALAPRILAT as its active form"),
        ("Enalapril", ACTIVE, PRODRUG, "the active form of CHEMBL578 ENALAPRIL, says ChEMBL"),
    ],
)
def test_what_an_authority_says_of_a_family_is_said_in_the_finding(
    title: str, claimed: Record, known: Record, grounds: str
) -> None:
    """Its name would not tell: the record is no other substance, but a form of the subject."""
    identity = identity_of_first(claimed, known, title=title, chembl_id=claimed.reference.identifier)

    assert (identity.relation, identity.grounds) == (Relation.OTHER_FORM, grounds)


def test_an_ester_of_which_nothing_is_known_but_its_name_is_named_as_one() -> None:
    """DrugBank says nothing of families."""
    ester = record(DRUGBANK, "DB00718", "Adefovir dipivoxil", inchikey="WOZSCQDILHKSGG-UHFFFAOYSA-N")
    known = record(DRUGBANK, "DB13868", "Adefovir", inchikey="SUPKOOSCJHTBAH-UHFFFAOYSA-N")

    identity = identity_of_first(ester, known, title="Adefovir", drugbank_id="DB00718")

    assert identity.relation is Relation.OTHER_SUBSTANCE
    assert identity.grounds == "by its name a form, ester or parent of it; InChIKey differs"


VECURONIUM = record(CHEMBL, "CHEMBL1201219", "VECURONIUM", inchikey="BGSZAXLLHYERSY-XQIGCQGXSA-N")
VECURONIUM_BROMIDE = record(
    CHEMBL,
    "CHEMBL1200629",
    "VECURONIUM BROMIDE",
    inchikey="VEPSYABRBFXYIB-PWXDFCLTSA-M",
    formula="C34H57BrN2O4",
    parent=VECURONIUM.reference,
)
SUXAMETHONIUM = record(DRUGBANK, "DB00202", "Succinylcholine", inchikey="AXOIZCJOOAYSMI-UHFFFAOYSA-N")
SUXAMETHONIUM_CHLORIDE = record(
    CHEMBL,
    "CHEMBL983",
    "SUCCINYLCHOLINE CHLORIDE",
    inchikey="YOEWQQVKRJEPAE-UHFFFAOYSA-L",
    formula="C14H30Cl2N2O4",
)
METFORMIN_CHLORIDE = replace(METFORMIN_HCL, name="METFORMIN CHLORIDE", formula="C4H12ClN5")
POTASSIUM_IODIDE = record(
    CHEMBL, "CHEMBL1141", "POTASSIUM IODIDE", inchikey="NLKNQRATVPKPDG-UHFFFAOYSA-M", formula="IK"
)
POTASSIUM = record(DRUGBANK, "DB14500", "Potassium")


@pytest.mark.parametrize(
    ("salt", "parent", "severity", "verdict"),
    [
        (VECURONIUM_BROMIDE, VECURONIUM, Severity.INFO, Verdict.UNDETERMINED),
        (SUXAMETHONIUM_CHLORIDE, SUXAMETHONIUM, Severity.INFO, Verdict.UNDETERMINED),  # two charges
        (METFORMIN_HCL, METFORMIN, Severity.WARNING, Verdict.DISCREPANT),  # there is a free base
        (METFORMIN_CHLORIDE, METFORMIN, Severity.WARNING, Verdict.DISCREPANT),  # the same under another name
        (POTASSIUM_IODIDE, POTASSIUM, Severity.WARNING, Verdict.DISCREPANT),  # no organic cation
    ],
)
def test_only_the_halide_of_a_quaternary_cation_goes_by_the_name_of_the_cation(
    salt: Record, parent: Record, severity: Severity, verdict: Verdict
) -> None:
    """There is no free base: the INN is that of the salt, and who says vecuronium means its bromide."""
    title = salt.name.partition(" ")[0].title() if salt.name else ""
    judged, findings = judge_case(case(page(title, chembl_id=salt.reference.identifier), salt, parent))

    assert [(found.code, found.severity) for found in findings] == [("ID303", severity)]
    assert [item.verdict for item in judged] == [verdict]


@pytest.mark.parametrize(
    ("title", "confidence"), [("Catecholamines", Confidence.MEDIUM), ("Norepinephrine", Confidence.HIGH)]
)
def test_a_member_that_a_class_has_among_its_aliases_is_no_sure_proposal(title: str, confidence: Confidence) -> None:
    """Not even with the InChIKey of the page: a class may be drawn as one of its members."""
    key = "SFLSHLFXELFNJZ-QMMMGPOBSA-N"
    member = record(DRUGBANK, "DB00368", "Norepinephrine", inchikey=key)
    about = case(page(title, ("norepinephrine", "dopamine"), inchikey=key, drugbank_id=None), member)

    candidate = candidate_for(about.claims[1], about)

    assert candidate is not None
    assert candidate.confidence is confidence
