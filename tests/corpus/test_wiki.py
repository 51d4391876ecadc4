from __future__ import annotations

import pytest

from canonid.corpus.fields import fields_from
from canonid.corpus.wiki import read_mass
from canonid.model import Predicate
from tests.corpus.reading import claims, page

PAGE = """---
type: compound
aliases: [3,7,3',4'-tetrahydroxyflavone, Cotinin]
pubchem-cid: 5281614   # racemic
pubchem-cid-alt: [1, 2]
chembl-id: null   # not confirmed; see below
drugbank-id:
cas-number: "528-48-3"
inchikey: not confirmed
who-inn: fisetinum
biologic: false
molecular-formula: C15H10O6
molecular-weight-da: ~286.2
---

# Fisetin (a *flavonol*)

- **ChEMBL ID:** no entry found
"""


def test_front_matter_claims() -> None:
    """Keys make claims, in the order of the file; an empty or unsure value makes none, null an explicit one."""
    assert claims(PAGE) == [
        ("pubchem-cid", "5281614"),
        ("pubchem-cid-alt", "1"),
        ("pubchem-cid-alt", "2"),
        ("chembl-id", None),
        ("cas-number", "528-48-3"),
        ("chembl-id", None),
    ]


def test_claim_has_place_comment_and_span() -> None:
    """Everything that a report or a fix needs."""
    claim = page(PAGE).claims[0]
    assert (str(claim.place), claim.comment, claim.in_body) == ("fisetin.md:4:14", "racemic", False)
    assert PAGE[claim.start : claim.end] == "5281614"


def test_weaker_keys_claim_less() -> None:
    """An alternative record is a close match."""
    assert page(PAGE).claims[1].predicate is Predicate.CLOSE


def test_quoted_value_spans_the_inside_of_its_quotes() -> None:
    """A fix leaves the quotes."""
    claim = page(PAGE).claims[4]
    assert PAGE[claim.start - 1 : claim.end + 1] == '"528-48-3"'


def test_folded_value_spans_all_of_it() -> None:
    """A value on two lines is replaced as a whole."""
    text = "---\nchembl-id: CHEMBL\n  25\n---\n"
    (claim,) = page(text).claims
    assert (claim.text, text[claim.start : claim.end]) == ("CHEMBL 25", "CHEMBL\n  25")


@pytest.mark.parametrize("block", ["|\n  CHEMBL25", ">-\n  CHEMBL25\n\n", "|  # why\n    CHEMBL25"])
def test_block_value_spans_itself(block: str) -> None:
    """What a fix puts in its place must swallow neither a comment nor the next key or the end of the front matter."""
    text = f"---\nchembl-id: {block}\n---\n"
    (claim,) = page(text).claims
    assert text[claim.start : claim.end] == "CHEMBL25"


@pytest.mark.parametrize(
    ("written", "value", "comment"),
    [
        ("CHEMBL25 (the racemate)", "CHEMBL25", "the racemate"),
        ('"[[CHEMBL25]]"', "CHEMBL25", ""),
        ('"[[CHEMBL25|aspirin]]"', "CHEMBL25", ""),
        ("CHEMBL25 (the racemate)  # why", "CHEMBL25", "why"),
        ("(CHEMBL25)", "(CHEMBL25)", ""),
    ],
)
def test_value_without_its_trimmings(written: str, value: str, comment: str) -> None:
    """A remark or a link about an identifier does not make it malformed."""
    text = f"---\nchembl-id: {written}\n---\n"
    (claim,) = page(text).claims
    assert (claim.text, claim.comment, text[claim.start : claim.end]) == (value, comment, value)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: &a CHEMBL25\nchembl-id: *a", "3:1", "chembl-id, a YAML alias, cannot be read; write the value out"),
        ("a: &a {}\n<<: *a", "3:1", "the keys of a YAML merge (<<) cannot be read; write the value out"),
        (
            "ids: [x, {y: {ChEMBL_ID: [1]}, z: 1}]",
            "2:15",
            "ChEMBL_ID below ids is not read; if it is the subject's, put it at the top level",
        ),
    ],
)
def test_identifier_that_is_not_read(text: str, place: str, message: str) -> None:
    """It is pointed out, not called a defect: nothing must go unchecked in silence."""
    (problem,) = page(f"---\n{text}\n---\n").problems
    assert (f"{problem.place.line}:{problem.place.column}", problem.message) == (place, message)
    assert not problem.is_defect


def test_other_keys_may_be_nested() -> None:
    """Only identifiers are missed."""
    assert page("---\nsource: {title: x, tags: [a, {b: c}]}\nmore: &m 1\nother: *m\n---\n").problems == ()


def test_subject() -> None:
    """What the page says of its subject."""
    subject = page(PAGE).subject
    assert (subject.slug, subject.title, subject.aliases) == (
        "fisetin",
        "Fisetin (a flavonol)",
        ("3,7,3',4'-tetrahydroxyflavone", "Cotinin"),
    )
    assert (subject.inn, subject.biologic, subject.formula, subject.mass) == ("fisetinum", False, "C15H10O6", 286.2)


@pytest.mark.parametrize(
    ("written", "aliases"),
    [
        ("[Cotinin, 3,7,3',4'-tetrahydroxyflavone, X1]", ("Cotinin", "3,7,3',4'-tetrahydroxyflavone", "X1")),
        ("[ABT-263, 2-deoxyglucose]", ("ABT-263", "2-deoxyglucose")),
        ("[Kineret,Antril]", ("Kineret", "Antril")),
    ],
)
def test_systematic_names_that_nobody_quoted(written: str, aliases: tuple[str, ...]) -> None:
    """YAML cuts them at the commas between locants; the pieces are names of nothing, or of something else."""
    assert page(f"---\naliases: {written}\n---\n").subject.aliases == aliases


def test_justification_is_the_longest_remark_on_a_none() -> None:
    """Messages can quote what the page says itself, without its tags."""
    text = "- ChEMBL: null\n- PubChem CID: null — a polymer #gap/needs-canonical-id\n"
    assert page(text).subject.justification == "a polymer"


def test_inn_of_the_body() -> None:
    """A page without front matter names its INN in its identity list."""
    assert page("- WHO INN: anakinra (2001)\n- WHO INN: other\n").subject.inn == "anakinra"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# A\n# B\n", "A"),
        ("---\ntitle: T\n---\n# A #\n", "A"),
        ("---\ntitle: T\n---\nshort\n", "T"),
        ("---\ntitle: T\n---\n# Overview\n", "T"),
        ("# Overview\n\nshort\n", "page one"),
        ("```\n# not me\n```\n# A\n", "A"),
        ("```\n# not me\n```\n", "page one"),
        ("A long line that goes on and on, and says a great deal of many things.\nsentence.\n\nAnakinra\n", "Anakinra"),
        ("- list\n| table |\n", "page one"),
        ("\ufeff\nAnakinra", "Anakinra"),
        ("", "page one"),
    ],
)
def test_title(text: str, title: str) -> None:
    """A heading, a title key, a short line on its own, or the name of the file."""
    assert page(text, "page-one").subject.title == title


@pytest.mark.parametrize(
    ("text", "mass"),
    [("17300", 17300.0), ("~136700", 136700.0), ("412.5", 412.5), ("17,300 Da", 17300.0), ("~145 kDa", 145000.0),
     ("140-150", None), ("412,5", None), ("heavy", None), ("9" * 400, None)],
)  # fmt: skip
def test_mass(text: str, mass: float | None) -> None:
    """One number in daltons or nothing."""
    assert read_mass(text) == mass


@pytest.mark.parametrize(("text", "flag"), [("true", True), ("No", False), ("maybe", None), ("null", None)])
def test_biologic(text: str, flag: bool | None) -> None:
    """The flag is yes, no or not given."""
    assert page(f"---\nbiologic: {text}\n---\n").subject.biologic is flag


def test_own_fields() -> None:
    """A wiki with other keys is read by its settings, and a field switched off is silent in the body too."""
    fields = fields_from({"chembl": "chembl.compound", "cas-number": False})
    read = page("---\nChEMBL: CHEMBL25\n---\n- CAS: 50-78-2\n- UNII: R16CO5Y76E\n", fields=fields)
    assert [(claim.field, claim.text) for claim in read.claims] == [("chembl", "CHEMBL25"), ("unii", "R16CO5Y76E")]


def test_page_without_any_marks() -> None:
    """A text copied out of a web page makes the claims of its lists and tables."""
    text = (
        "Checked in May. The rest of this first paragraph is much too long to be taken for a title of anything.\n"
        "Anakinra\n"
        "PubChem CID: null — biologics are not assigned CIDs.\n"
        "- ChEMBL ID: CHEMBL1201570 (confirmed)\n- DrugBank ID: DB00026\n- WHO INN: anakinra\n"
        "| NCT | Title | Status |\n|---|---|---|\n| NCT06336733 | FMF | RECRUITING |\n"
    )
    read = page(text, "seed")
    assert (read.subject.title, read.subject.inn) == ("Anakinra", "anakinra")
    assert [(claim.field, claim.text) for claim in read.claims] == [
        ("pubchem-cid", None),
        ("chembl-id", "CHEMBL1201570"),
        ("drugbank-id", "DB00026"),
        ("nct-id", "NCT06336733"),
        ("trial-status", "RECRUITING"),
    ]
