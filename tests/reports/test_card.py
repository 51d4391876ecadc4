"""The card of a look-up: what a curator sees, and what a program reads."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from canonid.identifiers import CAS, CHEMBL, CLINICALTRIALS, DRUGBANK, PUBCHEM, UNII, Reference
from canonid.lookup import ActiveTrials, Card, Column, PastClaim, Rival
from canonid.model import Confidence, Evidence, Found, Kind, Record, Status, Trial, TrialSearch, Unavailable, Verdict
from canonid.reports import View
from canonid.reports.card import render_cards
from canonid.reports.card_json import cards_as_json
from canonid.rules.identity import Identity, Relation
from tests.reports.samples import CONFIRMED_NULL, DISCREPANT, TRIAL_STATUS, UNAVAILABLE

KEY = "XZWYZXLIPXDOLR-UHFFFAOYSA-N"
OTHER_KEY = "OETHQSJEHLVLGH-UHFFFAOYSA-N"

CHEMBL_RECORD = Record(
    "chembl",
    Reference(CHEMBL, "CHEMBL1431"),
    "METFORMIN",
    ("Glucophage", "LA-6023"),
    Kind.SMALL_MOLECULE,
    inchikey=KEY,
    formula="C4H11N5",
    mass=129.17,
    approval="max phase 4, first approved 1995",
)
PUBCHEM_RECORD = Record(
    "pubchem",
    Reference(PUBCHEM, "4091"),
    "Metformin",
    ("657-24-9", "UNII-9100L32L2N", "Glucophage"),
    inchikey=KEY,
    formula="C4H11N5",
    mass=129.16,
    xrefs=(Reference(CAS, "657-24-9"), Reference(UNII, "9100L32L2N")),
)
DRUGBANK_RECORD = Record(
    "drugbank",
    Reference(DRUGBANK, "DB00331"),
    "Metformin",
    ("Dimethylbiguanid",),
    inchikey=KEY,
    xrefs=(Reference(CAS, "657-24-9"),),
    secondary=("APRD01099",),
    salts=("Metformin hydrochloride",),
)
SAME = Identity(Relation.SAME, "preferred name METFORMIN; InChIKey equals that of DB00331 Metformin")
ASKED = Column("chembl", CHEMBL, CHEMBL_RECORD, SAME, None, "as asked")
FOUND = Column(
    "pubchem",
    PUBCHEM,
    PUBCHEM_RECORD,
    SAME,
    Confidence.HIGH,
    "preferred name Metformin; InChIKey equals that of CHEMBL1431 METFORMIN",
    rivals=(
        Rival(
            Record("pubchem", Reference(PUBCHEM, "14219"), "Metformin Hydrochloride", formula="C4H12ClN5"),
            "a salt or solvate: hydrochloride",
        ),
    ),
)
LISTED = Column("drugbank", DRUGBANK, DRUGBANK_RECORD, SAME, Confidence.MEDIUM, "preferred name Metformin")
METFORMIN = Card("CHEMBL1431", "Metformin", (ASKED, FOUND, LISTED))

ABSENT = Column(
    "pubchem",
    PUBCHEM,
    note="CHEMBL1237022 TOCILIZUMAB is of type antibody: PubChem gives such substances no CID",
    absence="antibody: PubChem gives such substances no CID",
)
UNASKED = Column("drugbank", DRUGBANK, note="no DrugBank export supplied", is_unchecked=True)
TOCILIZUMAB = Card(
    "Actemra",
    "TOCILIZUMAB",
    (
        Column(
            "chembl",
            CHEMBL,
            Record("chembl", Reference(CHEMBL, "CHEMBL1237022"), "TOCILIZUMAB", kind=Kind.ANTIBODY),
            SAME,
            Confidence.MEDIUM,
            "preferred name TOCILIZUMAB",
        ),
        ABSENT,
        UNASKED,
    ),
    "Actemra is a synonym of CHEMBL1237022 TOCILIZUMAB",
)

COUNTED = ActiveTrials(
    SEARCH := TrialSearch(("metformin", "glucophage"), ("RECRUITING", "ACTIVE_NOT_RECRUITING")),
    Found(
        (
            Record(
                "clinicaltrials",
                Reference(CLINICALTRIALS, "NCT00000001"),
                "A trial",
                trial=Trial("A trial", "RECRUITING"),
            ),
        ),
        Evidence("clinicaltrials", SEARCH, "2026-11-22T09:00:00", datetime(2026, 11, 23, tzinfo=UTC), "u", "{}"),
        hits=7,
    ),
)

PAST = PastClaim(
    "a/metformin.md",
    5,
    "chembl-id",
    None,
    Verdict.DISCREPANT,
    "METFORMIN is CHEMBL1431",
    datetime(2026, 11, 22, tzinfo=UTC),
)

GOLDEN = """\
Metformin
also Glucophage, LA-6023, Dimethylbiguanid

            ChEMBL                PubChem               DrugBank
id          CHEMBL1431            4091                  DB00331
confidence  as asked              high                  medium
name      = METFORMIN             Metformin             Metformin
kind        small molecule
formula   = C4H11N5               C4H11N5
mass      = 129.17 Da             129.16 Da
approval    max phase 4, first
            approved 1995
salts                                                   Metformin
                                                        hydrochloride
secondary                                               APRD01099
CAS                               657-24-9              657-24-9
UNII                              9100L32L2N
InChIKey  = XZWYZXLIPXDOLR-UHFFFAOYSA-N  ChEMBL, PubChem, DrugBank

PubChem   high confidence: preferred name Metformin; InChIKey equals that of
          CHEMBL1431 METFORMIN
            also: CID 14219 Metformin Hydrochloride, C4H12ClN5: a salt or
            solvate: hydrochloride
DrugBank  medium confidence: preferred name Metformin

Pages:
  https://www.ebi.ac.uk/chembl/explore/compound/CHEMBL1431
  https://pubchem.ncbi.nlm.nih.gov/compound/4091
  https://go.drugbank.com/drugs/DB00331

Front matter to paste:
  chembl-id: CHEMBL1431
  pubchem-cid: 4091
  drugbank-id: DB00331   # medium confidence
  inchikey: XZWYZXLIPXDOLR-UHFFFAOYSA-N
"""

GOLDEN_BIOLOGIC = """\
TOCILIZUMAB
Actemra is a synonym of CHEMBL1237022 TOCILIZUMAB

            ChEMBL                PubChem               DrugBank
id          CHEMBL1237022         none                  not checked
confidence  medium
name        TOCILIZUMAB
kind        antibody

ChEMBL    medium confidence: preferred name TOCILIZUMAB
PubChem   CHEMBL1237022 TOCILIZUMAB is of type antibody: PubChem gives such
          substances no CID
DrugBank  no DrugBank export supplied

Pages:
  https://www.ebi.ac.uk/chembl/explore/compound/CHEMBL1237022

Front matter to paste:
  chembl-id: CHEMBL1237022   # medium confidence
  pubchem-cid: null   # antibody: PubChem gives such substances no CID
"""

TRIAL = Card(
    "NCT00009113",
    "A trial of a drug",
    trial=Record(
        "clinicaltrials",
        Reference(CLINICALTRIALS, "NCT00009113"),
        "A trial of a drug",
        ("The long title of a trial of a drug that goes on over the end of the line",),
        status=Status.SECONDARY,
        replaced_by=Reference(CLINICALTRIALS, "NCT05177822"),
        trial=Trial("A trial of a drug", "UNKNOWN", "RECRUITING", "2024-05", ("Anakinra", "Placebo"), ("Myocarditis",)),
    ),
)

GOLDEN_TRIAL = """\
A trial of a drug

id          NCT00009113, an old NCT number: the registry now has it as
            NCT05177822
status      UNKNOWN (last known RECRUITING, verified 2024-05)
officially  The long title of a trial of a drug that goes on over the end of the
            line
studies     Anakinra, Placebo
in          Myocarditis

Pages:
  https://clinicaltrials.gov/study/NCT05177822

Front matter to paste:
  nct-id: NCT05177822
"""


def ambiguous(count: int) -> Card:
    """A name that so many records of ChEMBL carry."""
    rivals = tuple(
        Rival(Record("chembl", Reference(CHEMBL, f"CHEMBL9{number:05}"), f"DRUG {number}"), "has it as a synonym")
        for number in range(1, count + 1)
    )
    looked = Column("chembl", CHEMBL, note=f"{count} records under the name Exemplar", rivals=rivals)
    return Card("Exemplar", "Exemplar", (looked, replace(UNASKED, authority="pubchem", prefix=PUBCHEM)))


GOLDEN_AMBIGUOUS = """\
Exemplar
No record is proven to be meant. Look up the right one by its id:

ChEMBL    6 records under the name Exemplar
            CHEMBL900001 DRUG 1: has it as a synonym
            CHEMBL900002 DRUG 2: has it as a synonym
            CHEMBL900003 DRUG 3: has it as a synonym
            CHEMBL900004 DRUG 4: has it as a synonym
            CHEMBL900005 DRUG 5: has it as a synonym
            1 more (-v)
PubChem   no DrugBank export supplied
"""

CLAIMS = Card("a.md", "A", judged=(DISCREPANT, CONFIRMED_NULL, UNAVAILABLE, TRIAL_STATUS))

GOLDEN_CLAIMS = """\
A

The page claims:
  discrepant, line 6: chembl-id CHEMBL1232: the record is of another substance
  confirmed_null, line 5: pubchem-cid null: ANAKINRA is a protein (ChEMBL), and
      PubChem gives CIDs to discrete structures only
  unavailable, line 8: drugbank-id DB12345: no DrugBank export supplied
  confirmed, line 9: trial-status NCT05177822 recruiting: RECRUITING in the
      registry
"""


def text(card: Card, **view: object) -> str:
    """The card as text, 80 columns wide unless told otherwise."""
    return render_cards([card], View(**view))  # type: ignore[arg-type]  # test shorthand


def with_chembl(record: Record) -> Card:
    """The card of metformin with another record of ChEMBL."""
    return replace(METFORMIN, columns=(replace(ASKED, record=record), FOUND, LISTED))


@pytest.mark.parametrize(
    ("card", "golden"),
    [
        (METFORMIN, GOLDEN),
        (TOCILIZUMAB, GOLDEN_BIOLOGIC),
        (TRIAL, GOLDEN_TRIAL),
        (ambiguous(6), GOLDEN_AMBIGUOUS),
        (CLAIMS, GOLDEN_CLAIMS),
    ],
    ids=["substance", "biologic", "trial", "ambiguous", "claims"],
)
def test_a_whole_card_at_eighty_columns(card: Card, golden: str) -> None:
    """As it comes out of a pipe."""
    assert text(card) == golden


def test_a_trial_of_which_little_is_known_has_a_short_card() -> None:
    """No empty lines for what the registry does not say."""
    number = Reference(CLINICALTRIALS, "NCT05177822")
    bare = Card("NCT05177822", "NCT05177822", trial=Record("clinicaltrials", number, trial=Trial("", "")))
    assert text(bare).startswith("NCT05177822\n\nid          NCT05177822\nstatus      not given\n\nPages:\n")


def test_several_readings_of_a_query_are_told_apart_by_a_blank_line() -> None:
    """One card after the other; no card, no text."""
    assert render_cards([TOCILIZUMAB, TRIAL], View()) == GOLDEN_BIOLOGIC + "\n" + GOLDEN_TRIAL
    assert render_cards([], View()) == ""


@pytest.mark.parametrize("card", [METFORMIN, TOCILIZUMAB, TRIAL, ambiguous(2), CLAIMS])
def test_colour_changes_no_character(card: Card) -> None:
    """With the colour taken out, what is left is the plain card."""
    colored = text(card, color=True)
    assert colored != text(card)
    assert re.sub(r"\x1b\[[0-9]+m", "", colored) == text(card)


def test_agreement_confidence_and_verdicts_are_coloured() -> None:
    """In the plain colours of the terminal, which light and dark themes map to something legible."""
    colored = text(replace(METFORMIN, judged=(DISCREPANT,)), color=True)
    assert "name      \x1b[32m=\x1b[0m METFORMIN" in colored
    assert "PubChem   \x1b[32mhigh\x1b[0m confidence: " in colored
    assert "DrugBank  \x1b[33mmedium\x1b[0m confidence: " in colored
    assert "  \x1b[31mdiscrepant\x1b[0m, line 6: " in colored


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_view(width: int) -> None:
    """Only lines that are meant to be copied in one piece may be."""
    long = replace(METFORMIN, note="a note that goes on and on " * 9, judged=(DISCREPANT, CONFIRMED_NULL))
    copied = ("  http", "  pubchem-cid: null")
    lines = text(long, width=width).splitlines() + text(TRIAL, width=width).splitlines()
    assert max(len(line) for line in lines if not line.startswith(copied)) <= width


def test_on_a_narrow_terminal_the_authorities_stand_one_below_the_other() -> None:
    """No cell runs into the next, and what agrees is still marked."""
    shown = text(METFORMIN, width=40)
    heads = re.findall(r"^ {12}(ChEMBL|PubChem|DrugBank)$", shown, re.MULTILINE)
    assert heads == ["ChEMBL", "PubChem", "DrugBank"]
    assert re.findall(r"^name +(.) (\w+)$", shown, re.MULTILINE) == [("=", "METFORMIN")] + [("=", "Metformin")] * 2


def test_without_a_width_texts_are_not_wrapped() -> None:
    """For whoever wraps by other means."""
    shown = text(replace(TOCILIZUMAB, judged=(CONFIRMED_NULL,)), width=0)
    assert f"PubChem   {ABSENT.note}\n" in shown
    assert f"pubchem-cid null: {CONFIRMED_NULL.reason}\n" in shown


def test_what_the_authorities_do_not_agree_on_is_marked() -> None:
    """Each InChIKey with those who give it; which is right is not said here."""
    shown = text(with_chembl(replace(CHEMBL_RECORD, inchikey=OTHER_KEY, formula="C4H12ClN5", name="PHENFORMIN")))
    assert "name      ≠ PHENFORMIN" in shown
    assert "formula   ≠ C4H12ClN5" in shown
    assert f"InChIKey  ≠ {OTHER_KEY}  ChEMBL\n            {KEY}  PubChem, DrugBank\n" in shown
    assert "(≠ marks what the authorities do not agree on)" in shown
    assert "inchikey: " not in shown


def test_a_name_that_is_a_synonym_elsewhere_agrees() -> None:
    """Authorities prefer different names for one substance."""
    shown = text(with_chembl(replace(CHEMBL_RECORD, name="LA-6023", synonyms=("Metformin",))))
    assert "name      = LA-6023" in shown


def test_parent_and_active_form_are_shown_where_they_are_others() -> None:
    """A parent that is its own is none; a salt's active form is its parent."""
    own, other = CHEMBL_RECORD.reference, Reference(CHEMBL, "CHEMBL1")
    assert "parent" not in text(with_chembl(replace(CHEMBL_RECORD, parent=own, active=own)))
    salt = text(with_chembl(replace(CHEMBL_RECORD, parent=other, active=other)))
    assert "parent      CHEMBL1\n" in salt
    assert "active" not in salt
    assert "active      CHEMBL1\n" in text(with_chembl(replace(CHEMBL_RECORD, active=other)))


def test_what_is_not_proven_is_offered_in_a_comment_only() -> None:
    """With the reason; its InChIKey is left out."""
    doubtful = replace(LISTED, record=replace(DRUGBANK_RECORD, inchikey=OTHER_KEY), confidence=Confidence.LOW)
    shown = text(replace(METFORMIN, columns=(ASKED, FOUND, doubtful)))
    assert "  # drugbank-id: DB00331   # not proven: preferred name Metformin\n" in shown
    assert f"  inchikey: {KEY}\n" in shown


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"is_unchecked": True}, "not checked"),
        ({"absence": "antibody"}, "none"),
        ({"rivals": FOUND.rivals}, "not proven"),
        ({}, "not found"),
    ],
)
def test_a_missing_record_says_in_what_way_it_is_missing(changes: dict[str, object], word: str) -> None:
    """In the place of the identifier."""
    missing = replace(Column("drugbank", DRUGBANK), **changes)  # type: ignore[arg-type]  # test shorthand
    shown = text(replace(METFORMIN, columns=(ASKED, FOUND, missing)))
    assert f"id          CHEMBL1431            4091                  {word}\n" in shown


def test_long_lists_are_cut_and_verbose_shows_all() -> None:
    """Names, rivals and cells alike."""
    names = tuple(f"name {number}" for number in range(9))
    salts = tuple(f"salt number {number} of many" for number in range(9))
    columns = (replace(ASKED, record=replace(CHEMBL_RECORD, synonyms=names, salts=salts)), FOUND, *ambiguous(9).columns)
    short, long = (text(replace(METFORMIN, columns=columns), verbose=verbose) for verbose in (False, True))
    assert "name 5, 4 more (-v)" in short.replace("Glucophage, ", "")
    assert "… (-v shows all)" in short
    assert "(-v" not in long
    assert "name 8" in long
    assert "CHEMBL900009 DRUG 9" in long
    assert "salt" in long.split("number 8")[0]


def test_a_very_long_name_keeps_the_columns_in_place() -> None:
    """It is broken in its cell, however little it offers to break at."""
    shown = text(with_chembl(replace(CHEMBL_RECORD, name="x" * 900)))
    (line,) = (line for line in shown.splitlines() if line.startswith("name"))
    assert line == f"name      ≠ {'x' * 20}  Metformin             Metformin"


def test_control_characters_do_not_reach_the_terminal() -> None:
    """A record must not steer it, wherever its texts turn up; nor may a comment break out of its line."""
    evil = "Met\x1b[31mform\nin\x9b2J"
    record = replace(CHEMBL_RECORD, name=evil, synonyms=(evil + "!",), formula=evil, approval=evil, salts=(evil,))
    rival = Rival(replace(record, name=evil), evil)
    card = Card(
        evil,
        evil,
        (
            replace(ASKED, record=record, note=evil, confidence=Confidence.LOW, rivals=(rival,)),
            replace(ABSENT, note=evil, absence=evil),
        ),
        evil,
        judged=(replace(DISCREPANT, reason=evil),),
    )
    trial = replace(TRIAL, title=evil, trial=replace(TRIAL.trial or record, synonyms=(evil,)))
    for shown in (text(card), text(card, quiet=True), text(card, width=0), text(trial), cards_as_json([card])):
        assert all(char.isprintable() or char == "\n" for char in shown)
    assert all(line.startswith(("pubchem-cid: null", "# chembl-id: ")) for line in text(card, quiet=True).splitlines())


def test_quiet_prints_the_front_matter_alone() -> None:
    """Ready for a file; nothing if there is nothing to paste."""
    assert text(TOCILIZUMAB, quiet=True).splitlines() == [
        "chembl-id: CHEMBL1237022   # medium confidence",
        "pubchem-cid: null   # antibody: PubChem gives such substances no CID",
    ]
    assert text(ambiguous(2), quiet=True) == ""


def test_active_trials_are_counted_by_status_with_query_and_day() -> None:
    """Below what the registries say of the substance; nought is a number, too."""
    shown = text(replace(METFORMIN, trials=COUNTED))
    assert (
        "\n\nTrials    1 RECRUITING\n"
        "          0 ACTIVE_NOT_RECRUITING\n"
        "          in all 1 (7 with those that only mention it) on 2026-11-22 for\n"
        '          "metformin" OR "glucophage" [RECRUITING, ACTIVE_NOT_RECRUITING]\n\nPages:\n'
    ) in shown


def test_what_the_wiki_claims_has_place_verdict_and_the_day_of_the_run() -> None:
    """Last: a verdict is of its day."""
    assert text(replace(METFORMIN, wiki=(PAST,))).endswith(
        "\n\nThe wiki claims (run of 2026-11-22):\n"
        "  discrepant, a/metformin.md:5: chembl-id null: METFORMIN is CHEMBL1431\n"
    )


def test_trials_that_could_not_be_counted_are_not_nought() -> None:
    """With the reason."""
    uncounted = replace(COUNTED, answer=Unavailable("the registry is blocked"))
    assert "\n\nTrials    not counted: the registry is blocked\n\nPages:" in text(replace(METFORMIN, trials=uncounted))


# For programs


def test_a_program_gets_all_that_a_person_sees() -> None:
    """Under stable keys, null or empty where an authority states nothing."""
    (card,) = json.loads(cards_as_json([METFORMIN]))["cards"]
    assert list(card) == [
        "query", "title", "note", "found", "ambiguous", "authorities", "agreement", "trial", "active_trials",
        "front_matter", "claims", "wiki",
    ]  # fmt: skip
    assert card["agreement"] == {"name": True, "formula": True, "mass": True, "inchikey": True}
    assert card["authorities"][2] == {
        "authority": "drugbank",
        "prefix": "drugbank",
        "identifier": "DB00331",
        "url": "https://go.drugbank.com/drugs/DB00331",
        "name": "Metformin",
        "synonyms": ["Dimethylbiguanid"],
        "kind": "unknown",
        "inchikey": KEY,
        "formula": None,
        "mass": None,
        "approval": None,
        "parent": None,
        "salts": ["Metformin hydrochloride"],
        "secondary": ["APRD01099"],
        "cas": ["657-24-9"],
        "unii": [],
        "relation": "same",
        "confidence": "medium",
        "note": "preferred name Metformin",
        "absence": None,
        "checked": True,
        "others": [],
    }


def test_a_program_gets_the_count_and_how_it_was_made() -> None:
    """All keys are there where nothing could be counted, too."""
    uncounted = replace(COUNTED, answer=Unavailable("blocked"))
    cards = [replace(METFORMIN, trials=COUNTED), replace(METFORMIN, trials=uncounted)]
    found, unasked = (card["active_trials"] for card in json.loads(cards_as_json(cards))["cards"])
    assert found == {
        "query": '"metformin" OR "glucophage" [RECRUITING, ACTIVE_NOT_RECRUITING]',
        "terms": ["metformin", "glucophage"],
        "statuses": ["RECRUITING", "ACTIVE_NOT_RECRUITING"],
        "checked": True,
        "note": "",
        "count": 1,
        "by_status": {"RECRUITING": 1, "ACTIVE_NOT_RECRUITING": 0},
        "listed": 7,
        "trials": [{"identifier": "NCT00000001", "status": "RECRUITING", "title": "A trial"}],
        "release": "2026-11-22T09:00:00",
        "retrieved_at": "2026-11-23T00:00:00Z",
        "url": "u",
        "stale": False,
    }
    assert unasked.keys() == found.keys()
    assert (unasked["checked"], unasked["note"], unasked["count"], unasked["trials"]) == (False, "blocked", None, [])


def test_a_program_gets_what_the_wiki_claims() -> None:
    """With the moment of the run that judged it."""
    (card,) = json.loads(cards_as_json([replace(METFORMIN, wiki=(PAST,))]))["cards"]
    assert card["wiki"] == [
        {
            "path": "a/metformin.md",
            "line": 5,
            "field": "chembl-id",
            "value": None,
            "verdict": "discrepant",
            "reason": "METFORMIN is CHEMBL1431",
            "judged_at": "2026-11-22T00:00:00Z",
        }
    ]


def test_a_column_without_a_record_has_all_keys_as_well() -> None:
    """So that a program need not ask which are there."""
    (card,) = json.loads(cards_as_json([TOCILIZUMAB]))["cards"]
    present, absent, unasked = card["authorities"]
    assert present.keys() == absent.keys() == unasked.keys()
    assert (absent["identifier"], absent["absence"]) == (None, "antibody: PubChem gives such substances no CID")
    assert (unasked["checked"], unasked["synonyms"]) == (False, [])


def test_rivals_trials_and_claims_are_there_for_programs_too() -> None:
    """One of each."""
    found, trial, page = json.loads(cards_as_json([METFORMIN, TRIAL, CLAIMS]))["cards"]
    assert found["authorities"][1]["others"] == [
        {
            "identifier": "14219",
            "name": "Metformin Hydrochloride",
            "inchikey": None,
            "formula": "C4H12ClN5",
            "why": "a salt or solvate: hydrochloride",
        }
    ]
    assert trial["trial"] == {
        "identifier": "NCT00009113",
        "replaced_by": "NCT05177822",
        "url": "https://clinicaltrials.gov/study/NCT05177822",
        "title": "A trial of a drug",
        "status": "UNKNOWN",
        "last_known_status": "RECRUITING",
        "verified": "2024-05",
        "interventions": ["Anakinra", "Placebo"],
        "conditions": ["Myocarditis"],
    }
    assert page["claims"][-1] == {
        "field": "trial-status",
        "value": "recruiting",
        "trial": "NCT05177822",
        "line": 9,
        "verdict": "confirmed",
        "reason": "RECRUITING in the registry",
        "findings": [],
    }
