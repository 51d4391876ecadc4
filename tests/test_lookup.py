"""Looking things up: what a curator gets for each way of asking, and what never looks like an answer."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from canonid.errors import UsageError
from canonid.lookup import ActiveTrials, Card, agreement, front_matter
from canonid.lookup.query import read_query
from canonid.model import Confidence, Verdict
from tests.desk import (
    ADAPALENE_KEY,
    FLAT_SIROLIMUS_KEY,
    METFORMIN_KEY,
    SALT_KEY,
    Desk,
    column,
    identifiers,
    open_desk,
)
from tests.emulator.faults import HTTP_403
from tests.emulator.wire import AUTHORITIES

METFORMIN = {"chembl": "CHEMBL1431", "pubchem": "4091", "drugbank": "DB00331"}
SIROLIMUS = {"chembl": "CHEMBL413", "pubchem": "5284616", "drugbank": "DB00877"}
NOTHING = {"chembl": None, "pubchem": None, "drugbank": None}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for all: what was asked before is in its store."""
    with open_desk(tmp_path_factory.mktemp("desk")) as opened:
        yield opened


@pytest.fixture
def down(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose services refuse to answer, with nothing in its store."""
    with open_desk(tmp_path) as opened:
        for authority in AUTHORITIES:
            opened.services.always(authority, HTTP_403)
        yield opened


def page(folder: Path, *lines: str, title: str = "Adapalene") -> Path:
    """A page with this front matter."""
    path = folder / f"{title.lower()}.md"
    path.write_text("\n".join(["---", f"title: {title}", *lines, "---", ""]), encoding="utf-8")
    return path


# Every way to one substance


@pytest.mark.parametrize(
    "query",
    [
        "metformin",
        "  METFORMIN ",
        "CHEMBL1431",
        "chembl.compound:CHEMBL1431",
        "4091",
        "CID 4091",
        "pubchem.compound:4091",
        "DB00331",
        "drugbank:DB00331",
        "DB 00331",
        METFORMIN_KEY,
        f"InChIKey={METFORMIN_KEY}",
        "657-24-9",
        "cas:657-24-9",
        "UNII:9100L32L2N",
        "https://www.ebi.ac.uk/chembl/explore/compound/CHEMBL1431",
        "https://www.ebi.ac.uk/chembl/explore/compound/CHEMBL1431/#Names?x=1",
        "https://pubchem.ncbi.nlm.nih.gov/compound/4091#section=Names",
        "https://pubchem.ncbi.nlm.nih.gov/compound/Metformin",
        "https://go.drugbank.com/drugs/DB00331",
        "https://bioregistry.io/chembl.compound:CHEMBL1431",
        "https://identifiers.org/pubchem.compound:4091",
    ],
)
def test_every_way_of_asking_leads_to_the_same_card(desk: Desk, query: str) -> None:
    """One column an authority, always in the same order, and the identifiers of one substance."""
    card = desk.look(query)
    assert list(identifiers(card).items()) == list(METFORMIN.items())
    assert card.title == "Metformin"
    assert agreement(card.columns) == {"name": True, "formula": True, "mass": True, "inchikey": True}


def test_a_name_in_two_authorities_with_one_structure_is_sure(desk: Desk) -> None:
    """Two independent grounds."""
    assert {item.confidence for item in desk.look("metformin").columns} == {Confidence.HIGH}


def test_a_record_that_was_asked_for_is_not_graded(desk: Desk) -> None:
    """Whoever gives an identifier asks about that record; the others are graded by it."""
    card = desk.look("4091")
    assert (column(card, "pubchem").confidence, column(card, "pubchem").note) == (None, "as asked")
    assert column(card, "chembl").confidence is Confidence.HIGH


def test_a_synonym_leads_to_its_one_record_and_says_so(desk: Desk) -> None:
    """Brand names too; the parent that PubChem finds by the same name is listed with the reason why it is another."""
    card = desk.look("Glucophage")
    assert identifiers(card) == {"chembl": "CHEMBL1703", "pubchem": "14219", "drugbank": None}
    assert card.note == "Glucophage is a synonym of CHEMBL1703 METFORMIN HYDROCHLORIDE"
    (parent,) = column(card, "pubchem").rivals
    assert (parent.record.reference.identifier, parent.why) == ("4091", f"InChIKey differs from {SALT_KEY}")


def test_curated_names_come_before_deposited_titles(desk: Desk) -> None:
    """PubChem calls the drawing without stereochemistry by the name; it is a rival, with what is wrong with it."""
    card = desk.look("rapamycin")
    assert identifiers(card) == SIROLIMUS
    rivals = {rival.record.inchikey: rival.why for rival in column(card, "pubchem").rivals}
    assert "without stereochemistry" in rivals[FLAT_SIROLIMUS_KEY]


def test_a_name_that_only_pubchem_has_as_a_title_is_found(desk: Desk) -> None:
    """There being nothing else, and one compound of that title."""
    card = desk.look("loneliol")
    assert identifiers(card) == {**NOTHING, "pubchem": "900001"}
    assert column(card, "pubchem").confidence is Confidence.MEDIUM


def test_a_synonym_of_a_parent_and_its_salts_means_the_parent(desk: Desk) -> None:
    """As in speech."""
    assert identifiers(desk.look("pairol"))["chembl"] == "CHEMBL900004"


def test_a_compound_without_a_title_has_the_name_that_a_curated_authority_gives_its_structure(desk: Desk) -> None:
    """PubChem has such compounds."""
    card = desk.look("CID 900004")
    assert (card.title, identifiers(card)["chembl"]) == ("PAIR", "CHEMBL900004")


@pytest.mark.parametrize("cid", ["900005", "900006"])
def test_a_compound_that_nobody_names_is_called_what_it_was_asked_as(desk: Desk, cid: str) -> None:
    """Its structure is all that there is, or not even that."""
    card = desk.look(f"CID {cid}")
    assert (card.title, identifiers(card)) == (f"CID {cid}", {**NOTHING, "pubchem": cid})


def test_a_record_of_which_nothing_is_known_leads_to_no_nulls(desk: Desk) -> None:
    """There is nothing to search the other authorities by, and nobody knows what it is of."""
    card = desk.look("CID 900006")
    assert front_matter(card) == ("# pubchem-cid: 900006   # the record has neither a name nor a structure",)
    assert column(card, "chembl").note == "not searched: the record has neither a name nor a structure"


@pytest.mark.parametrize(("query", "salts"), [("metformin", ("CHEMBL1703",)), ("CHEMBL1703", ()), ("sirolimus", ())])
def test_a_parent_is_shown_with_its_salts(desk: Desk, query: str, salts: tuple[str, ...]) -> None:
    """ChEMBL lists them apart from the record; a salt says itself which parent it has."""
    record = column(desk.look(query), "chembl").record
    assert record is not None
    assert record.salts == salts


# Identifiers that are not what they seem


@pytest.mark.parametrize("asked", ["DB02439", "APRD00178"])
def test_a_secondary_accession_leads_to_the_current_one(desk: Desk, asked: str) -> None:
    """The old one is never offered for pasting."""
    card = desk.look(asked)
    assert identifiers(card) == SIROLIMUS
    assert card.note == f"{asked} is not current: DrugBank now has it as DB00877"
    assert "drugbank-id: DB00877" in front_matter(card)


def test_a_retired_cid_leads_to_the_preferred_one(desk: Desk) -> None:
    """PubChem says which."""
    card = desk.look("CID 111")
    assert identifiers(card) == METFORMIN
    assert card.note == "CID 111 is not current: PubChem now has it as CID 4091"


@pytest.mark.parametrize(
    ("asked", "note"),
    [
        ("CHEMBL203", "not a compound: the identifier of a target"),
        ("CHEMBL204", "not a compound: the identifier of an assay"),
        ("CHEMBL77", "retired, and no record replaces it"),
        ("CHEMBL999", "no such record"),
        ("CID 112", "CID 112 is not current: PubChem now has it as CID 999999; which it does not have"),
        ("DB99999", "no such record"),
        ("NCT99999999", "no such record"),
    ],
)
def test_an_identifier_of_no_current_substance_is_not_found(desk: Desk, asked: str, note: str) -> None:
    """It says why, and offers nothing to paste."""
    card = desk.look(asked)
    assert [item.note for item in card.columns] == [note]
    assert (card.is_found, card.is_unchecked, front_matter(card)) == (False, False, ())


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "nothing to look up: give a name, an identifier or a page"),
        (" \t ", "nothing to look up: give a name, an identifier or a page"),
        ("met\x1b[31mformin", "the query has control characters in it; type it anew"),
        ("657-24-0", r"657-24-0 is no CAS number: the check digit of 657-24-… is 9, not 0"),
        ("XZWYZXLIPXDOLR-UHFFFAOYXX-N", "is no InChIKey: the second block"),
        ("SID 46507011", "SID 46507011 is one depositor's substance.*/substance/46507011"),
        ("https://pubchem.ncbi.nlm.nih.gov/substance/46507011", "SID 46507011 is one depositor's substance"),
        ("https://example.org/4091", "is no page of ChEMBL, PubChem, DrugBank or ClinicalTrials.gov"),
    ],
)
def test_a_query_that_leads_nowhere_is_refused(query: str, message: str) -> None:
    """With what to give instead, before anybody is asked."""
    with pytest.raises(UsageError, match=message):
        read_query(query)


@pytest.mark.parametrize("name", ["side effect", "SID", "unii", "UNII-short", "DB123", "CHEMBL999999999999"])
def test_what_only_resembles_an_identifier_is_a_name(name: str) -> None:
    """It is looked up as it stands."""
    query = read_query(name)
    assert (query.text, query.references) == (name, ())


# Names that are ambiguous or unknown


def test_an_ambiguous_name_lists_the_candidates_and_why(desk: Desk) -> None:
    """Nothing is chosen, nothing offered for pasting."""
    card = desk.look("Exemplar")
    assert (card.is_ambiguous, card.is_found, front_matter(card)) == (True, False, ())
    rivals = [(rival.record.name, rival.why) for rival in column(card, "chembl").rivals]
    assert rivals == [("ALPHA ONE", "has it as a synonym"), ("BETA TWO", "has it as a synonym")]
    assert [rival.why for rival in column(card, "pubchem").rivals] == ["has it as its preferred name"]


def test_two_records_of_the_very_name_are_ambiguous(desk: Desk) -> None:
    """None of them is the parent of the other."""
    card = desk.look("twinol")
    assert (card.is_ambiguous, {rival.why for rival in column(card, "chembl").rivals}) == (
        True,
        {"has it as its preferred name"},
    )


@pytest.mark.parametrize(
    ("name", "candidates"),
    [
        ("Sharedol", {"CHEMBL900001", "DB99005"}),
        ("Blurrol", {"CHEMBL900008", "CHEMBL900009"}),
    ],
)
def test_a_synonym_of_two_substances_leads_to_none(desk: Desk, name: str, candidates: set[str]) -> None:
    """Two structures in two authorities, or two records without structure in one."""
    rivals = [rival for item in desk.look(name).columns for rival in item.rivals]
    assert {rival.record.reference.identifier for rival in rivals} == candidates


def test_of_two_entries_of_the_very_name_none_gets_the_column(desk: Desk) -> None:
    """ChEMBL's record is the one that was asked for; DrugBank's two are rivals."""
    card = desk.look("CHEMBL900010")
    assert identifiers(card) == {**NOTHING, "chembl": "CHEMBL900010"}
    assert [rival.record.reference.identifier for rival in column(card, "drugbank").rivals] == ["DB99006", "DB99007"]


def test_a_compound_that_is_found_by_a_number_but_does_not_list_it_is_not_taken(desk: Desk) -> None:
    """PubChem finds more than it lists."""
    card = desk.look("64-17-5")
    (rival,) = column(card, "pubchem").rivals
    assert (card.is_found, rival.why) == (False, "found by the number, but does not list it")


def test_a_synonym_that_anyone_may_have_deposited_is_no_identity(desk: Desk) -> None:
    """PubChem's lone hit is shown, not taken."""
    card = desk.look("CHIR-99021")
    (rival,) = column(card, "pubchem").rivals
    assert (card.is_found, rival.record.reference.identifier) == (False, "9956119")
    assert rival.why == "found by the name, which anyone may deposit; its title is another"


def test_a_number_that_two_compounds_list_is_ambiguous(desk: Desk) -> None:
    """Both are named; DrugBank's silence about a number is no answer."""
    card = desk.look("50-00-0")
    assert card.is_ambiguous
    assert [rival.why for rival in column(card, "pubchem").rivals] == ["lists the number", "lists the number"]
    assert column(card, "drugbank").is_unchecked


def test_an_unknown_name_says_where_was_looked(desk: Desk) -> None:
    """Authority, release and day."""
    card = desk.look("no such drug")
    notes = [item.note for item in card.columns]
    assert [note.partition(" (")[0] for note in notes] == ["nothing under the name no such drug"] * 3
    assert "(ChEMBL_37, 20" in notes[0]
    assert "(vocabulary, file of 20" in notes[2]
    assert (card.is_found, card.is_ambiguous, card.is_unchecked) == (False, False, False)


def test_an_unknown_structure_says_where_was_looked(desk: Desk) -> None:
    """As for a name."""
    card = desk.look("ZZZZZZZZZZZZZZ-UHFFFAOYSA-N")
    assert identifiers(card) == NOTHING
    assert card.columns[0].note.startswith("nothing under InChIKey ZZZZ")


def test_a_very_long_name_is_looked_up_where_that_is_possible(desk: Desk) -> None:
    """ChEMBL's columns end before it does, which is said."""
    card = desk.look("x" * 900)
    assert (card.is_found, column(card, "chembl").note) == (False, "ChEMBL cannot be asked this")


# What the authorities do not agree on


def test_two_structures_of_one_name_stand_side_by_side(desk: Desk) -> None:
    """The conflict is marked, and neither identifier is offered as proven."""
    card = desk.look("vexatin")
    assert identifiers(card) == {"chembl": "CHEMBL900003", "pubchem": None, "drugbank": "DB99001"}
    assert agreement(card.columns) == {"name": True, "inchikey": False}
    assert [line.partition(":")[0] for line in front_matter(card) if "null" not in line] == [
        "# chembl-id",
        "# drugbank-id",
    ]


def test_masses_that_differ_by_rounding_agree(desk: Desk) -> None:
    """And those that differ by more do not."""
    columns = desk.look("metformin").columns
    record = columns[0].record
    assert record is not None
    heavier = replace(columns[0], record=replace(record, mass=130.17))
    assert (agreement(columns)["mass"], agreement((heavier, *columns[1:]))["mass"]) == (True, False)


def test_one_record_alone_agrees_with_nobody(desk: Desk) -> None:
    """What only one authority states, and a name of which nothing is left to compare, is no agreement."""
    columns = desk.look("metformin").columns
    bare = [
        replace(item, record=replace(item.record, name=name, synonyms=("—",), mass=None, formula=None, inchikey=None))
        for item, name in zip(columns, ("one", "two", "three"), strict=True)
        if item.record is not None
    ]
    assert agreement((columns[0], *bare[1:])) == agreement(bare) == {"name": False}


@pytest.mark.parametrize("confidence", [Confidence.LOW, Confidence.HIGH])
def test_an_inchikey_is_pasted_if_the_proven_records_have_one(desk: Desk, confidence: Confidence) -> None:
    """One that is not proven has no say in it; two that differ leave it to the curator."""
    card = desk.look("metformin")
    record = card.columns[0].record
    assert record is not None
    odd = replace(card.columns[0], record=replace(record, inchikey=ADAPALENE_KEY), confidence=confidence)
    lines = [line for line in front_matter(replace(card, columns=(odd, *card.columns[1:]))) if "inchikey" in line]
    assert lines == ([f"inchikey: {METFORMIN_KEY}"] if confidence is Confidence.LOW else [])


# Biologics


@pytest.mark.parametrize("query", ["tocilizumab", "Actemra", "CHEMBL1237022", "DB06273"])
def test_the_missing_cid_of_an_antibody_is_explained(desk: Desk, query: str) -> None:
    """By its kind; the small molecule that carries the name is not taken for it, and is told of once."""
    card = desk.look(query)
    assert identifiers(card) == {"chembl": "CHEMBL1237022", "pubchem": None, "drugbank": "DB06273"}
    pubchem = column(card, "pubchem")
    assert "TOCILIZUMAB is of type antibody: PubChem gives such substances no CID" in pubchem.note
    assert pubchem.rivals == ()
    assert "pubchem-cid: null   # antibody: PubChem gives such substances no CID" in front_matter(card)


def test_the_missing_cid_of_a_protein_rests_on_a_search(desk: Desk) -> None:
    """Peptides do have CIDs, so the kind alone proves nothing; the comment says what was done and when."""
    card = desk.look("anakinra")
    (line,) = (line for line in front_matter(card) if "pubchem-cid" in line)
    assert line.startswith("pubchem-cid: null   # not in PubChem by name, 20")


def test_two_curated_authorities_that_call_a_biologic_the_same_are_a_fair_ground(desk: Desk) -> None:
    """There is no structure to compare; it is said to be less than sure, not hidden."""
    lines = front_matter(desk.look("anakinra"))
    assert {"chembl-id: CHEMBL1201570   # medium confidence", "drugbank-id: DB00026   # medium confidence"} <= {*lines}


def test_a_compound_that_has_the_very_name_of_a_protein_is_no_more_than_a_rival(desk: Desk) -> None:
    """Small molecules are named after biologics."""
    card = desk.look("namesakin")
    assert identifiers(card) == {**NOTHING, "chembl": "CHEMBL900011"}
    assert [rival.record.name for rival in column(card, "pubchem").rivals] == ["Namesakin"]


# Trials


@pytest.mark.parametrize(
    "query",
    ["NCT05177822", "nct 05177822", "clinicaltrials:NCT05177822", "https://clinicaltrials.gov/study/NCT05177822"],
)
def test_a_trial_has_a_card_of_its_own(desk: Desk, query: str) -> None:
    """No substance columns."""
    card = desk.look(query)
    assert card.trial is not None
    assert (card.title, card.columns, card.is_found) == ("VA-ART4", (), True)


def test_an_alias_leads_to_the_current_trial(desk: Desk) -> None:
    """Whose number is the one to paste."""
    assert front_matter(desk.look("NCT00009113")) == ("nct-id: NCT05177822",)


def counted(card: Card) -> ActiveTrials:
    """The active trials on a card that has them."""
    assert card.trials is not None
    return card.trials


def test_a_substance_has_its_active_trials_counted_by_status(desk: Desk) -> None:
    """Those with an intervention of its name, as for the count of a page; query and day are said."""
    trials = counted(desk.look("anakinra"))
    assert trials.by_status == {"RECRUITING": 0, "ACTIVE_NOT_RECRUITING": 1}
    assert [record.reference.identifier for record in trials.records] == ["NCT05177822"]
    assert re.fullmatch(r'1 on [0-9-]{10} for "anakinra"( OR "[^"]+")* \[RECRUITING, .*', trials.found)


def test_what_a_page_was_counted_by_answers_a_name_offline(desk: Desk, tmp_path: Path) -> None:
    """The aliases of the page are not among the registries' names; the search is told, so that nobody is misled."""
    store = tmp_path / "other.sqlite"
    desk.look(page(tmp_path, "aliases: [Magic arthrin]", "clinical-trials-active: 3", title="Anakinra"), afresh=store)
    desk.look("CHEMBL1201570", afresh=store)
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("DELETE FROM evidence WHERE question LIKE 'trials:%' AND question NOT LIKE '%arthrin%'")
    trials = counted(desk.look("CHEMBL1201570", afresh=store, offline=True))
    assert trials.query == '"anakinra" OR "magic arthrin" [RECRUITING, ACTIVE_NOT_RECRUITING]'
    assert sum(trials.by_status.values()) == 1


def test_without_a_stored_count_an_offline_card_says_so(down: Desk, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Not nought; the card is good for the rest."""
    with open_desk(tmp_path_factory.mktemp("up")) as up:
        up.look("CHEMBL1201570", afresh=down.database)
    with closing(sqlite3.connect(down.database)) as connection, connection:
        connection.execute("DELETE FROM evidence WHERE authority = 'clinicaltrials'")
    card = down.look("CHEMBL1201570", offline=True)
    assert card.is_found
    assert counted(card).found.startswith("not counted: offline, and the store has no reply of ClinicalTrials.gov")


def test_nothing_found_counts_no_trials(desk: Desk) -> None:
    """What is no substance has none."""
    assert desk.look("Unheardofin").trials is None


# Pages


def test_a_page_with_a_wrong_id_shows_the_right_record(desk: Desk, tmp_path: Path) -> None:
    """Built on the claims that are right, and each claim has its verdict, in the order of the file."""
    card = desk.look(page(tmp_path, "pubchem-cid: 60164", "chembl-id: CHEMBL1232", "drugbank-id: null"))
    assert identifiers(card) == {"chembl": "CHEMBL1265", "pubchem": "60164", "drugbank": None}
    assert column(card, "pubchem").note == "as the page says"
    assert [(item.claim.field, item.verdict) for item in card.judged] == [
        ("pubchem-cid", Verdict.CONFIRMED),
        ("chembl-id", Verdict.DISCREPANT),
        ("drugbank-id", Verdict.CONFIRMED_NULL),
    ]


def test_a_page_whose_every_id_is_wrong_is_looked_up_by_its_title(desk: Desk, tmp_path: Path) -> None:
    """Nothing of ertapenem gets onto the card."""
    card = desk.look(page(tmp_path, "chembl-id: CHEMBL1232"))
    assert identifiers(card) == {"chembl": "CHEMBL1265", "pubchem": "60164", "drugbank": None}
    assert column(card, "chembl").confidence is Confidence.HIGH


def test_a_page_of_something_unknown_offers_no_nulls(desk: Desk, tmp_path: Path) -> None:
    """A block of nulls would say more than is known."""
    card = desk.look(page(tmp_path, "chembl-id: null", title="Unheardofin"))
    assert (identifiers(card), front_matter(card)) == (NOTHING, ())


def test_another_form_on_a_page_does_not_take_the_place_of_the_substance(desk: Desk, tmp_path: Path) -> None:
    """`chembl-id-alt` names the salt, and rightly so; the column is for the substance itself."""
    card = desk.look(page(tmp_path, "chembl-id-alt: CHEMBL1703", title="Metformin"))
    assert identifiers(card) == METFORMIN


# Authorities that cannot be asked


def test_a_silent_authority_is_not_taken_for_an_answer(down: Desk) -> None:
    """No null, no "not found"; DrugBank's export still answers."""
    card = down.look("anakinra")
    assert identifiers(card) == {**NOTHING, "drugbank": "DB00026"}
    assert [item.is_unchecked for item in card.columns] == [True, True, False]
    assert not any("null" in line for line in front_matter(card))


@pytest.mark.parametrize("query", ["CHEMBL1431", "NCT05177822", METFORMIN_KEY, "metformin", "CID 111"])
def test_when_nobody_can_be_asked_nothing_is_claimed(down: Desk, query: str) -> None:
    """Not found, but not unknown either."""
    card = down.look(query, export=False)
    assert (card.is_found, card.is_unchecked) == (False, True)
    assert all("403" in item.note or "blocked" in item.note or "DrugBank export" in item.note for item in card.columns)


def test_a_replacement_that_cannot_be_asked_for_is_named_all_the_same(desk: Desk, tmp_path: Path) -> None:
    """No further request is allowed after the one about the old number."""
    card = desk.look("CID 111", afresh=tmp_path / "new.sqlite", budget=2)
    assert column(card, "pubchem").note.startswith("CID 111 is not current: PubChem now has it as CID 4091; ")
    assert card.is_unchecked


def test_without_an_export_an_accession_leads_to_what_drugbank_deposited(desk: Desk, tmp_path: Path) -> None:
    """PubChem knows the compound; the accession is then less than sure."""
    card = desk.look("DB00210", afresh=tmp_path / "new.sqlite", export=False)
    assert identifiers(card) == {"chembl": "CHEMBL1265", "pubchem": "60164", "drugbank": "DB00210"}
    assert card.note == "DrugBank deposited DB00210 at PubChem for CID 60164 Adapalene"
    assert "drugbank-id: DB00210   # medium confidence" in front_matter(card)


def test_a_deposit_for_a_compound_of_which_nothing_is_known_proves_nothing(desk: Desk, tmp_path: Path) -> None:
    """The compound is shown; the accession is not offered."""
    card = desk.look("DB99003", afresh=tmp_path / "new.sqlite", export=False)
    assert identifiers(card) == {**NOTHING, "pubchem": "900006"}
    assert column(card, "drugbank").is_unchecked


@pytest.mark.parametrize("accession", ["DB00026", "DB99002", "DB99004"])
def test_without_an_export_an_accession_that_not_one_compound_was_deposited_for_stays_open(
    desk: Desk, tmp_path: Path, accession: str
) -> None:
    """Unavailable, never "not found"."""
    card = desk.look(accession, afresh=tmp_path / "new.sqlite", export=False)
    assert card.is_unchecked
    assert "no DrugBank export supplied" in card.columns[0].note


def test_what_was_looked_up_once_is_answered_from_the_store(desk: Desk) -> None:
    """The same card, and not one request."""
    before = desk.look("metformin")
    count = desk.requests()
    assert desk.look("metformin", offline=True) == before
    assert desk.requests() == count


def test_a_look_up_from_the_store_loads_no_heavy_library(desk: Desk) -> None:
    """A curator waits for the interpreter, not for a database library, an HTTP client and two chemistry clients."""
    desk.look("metformin")
    code = (
        "import sys\nfrom canonid.cli import main\n"
        "try:\n    main()\nfinally:\n    sys.stderr.write(' '.join(sys.modules))"
    )
    arguments = ["lookup", "metformin", "--offline", "--database", str(desk.database)]
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True, cwd=desk.folder
    )
    assert "chembl-id: CHEMBL1431" in ran.stdout
    heavy = {"sqlmodel", "sqlalchemy", "httpx", "requests", "pubchempy", "chembl_webresource_client", "lxml", "rich"}
    assert not heavy & set(ran.stderr.split())
