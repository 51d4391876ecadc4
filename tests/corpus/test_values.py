from __future__ import annotations

import pytest

from canonid.corpus.values import Value, read_name, read_prose, read_scalar
from canonid.identifiers import CAS, CHEMBL, DRUGBANK, INCHIKEY, PUBCHEM, UNII


@pytest.mark.parametrize("text", ["null", "~", "None", "n/a", "NA", "not found", "no entry found", "no PubChem CID"])
def test_scalar_none(text: str) -> None:
    """Curators write "there is none" in several ways."""
    value = read_scalar(text)
    assert value is not None
    assert value.text is None


@pytest.mark.parametrize(
    "text", ["", "  ", "?", "NaN", "TBD", "pending", "not confirmed", "unknown", "to be confirmed", "—"]
)
def test_scalar_that_claims_nothing(text: str) -> None:
    """What is not known is not claimed."""
    assert read_scalar(text) is None


@pytest.mark.parametrize("text", ["CHEMBL25", "nullarbor", "none-such", "0123", "ON"])
def test_scalar_is_taken_as_written(text: str) -> None:
    """Any other text is the value, right or wrong."""
    assert read_scalar(f" {text} ") == Value(text, 1, 1 + len(text))


def test_scalar_none_keeps_its_remark() -> None:
    """The remark behind a none explains it."""
    assert read_scalar("null (biologic)") == Value(None, 0, 4, "biologic")


@pytest.mark.parametrize(
    ("prefix", "text", "value", "comment"),
    [
        (CHEMBL, ' CHEMBL1201570 (confirmed: "ANAKINRA")', "CHEMBL1201570", 'confirmed: "ANAKINRA"'),
        (CHEMBL, " CHEMBL1657 (parent); acid: CHEMBL1201375", "CHEMBL1657", "(parent); acid: CHEMBL1201375"),
        (CHEMBL, " [CHEMBL25](https://example.org)", "CHEMBL25", "https://example.org"),
        (CHEMBL, " **CHEMBL25**.", "CHEMBL25", ""),
        (CHEMBL, " CHEMBL 25", "CHEMBL 25", ""),
        (CHEMBL, " chembl25", "chembl25", ""),
        (PUBCHEM, " 43815 (free base); HCl salt CID 5453", "43815", "(free base); HCl salt CID 5453"),
        (PUBCHEM, " CID: 5281614 — checked", "5281614", "checked"),
        (DRUGBANK, " DB12340 #gap/needs-canonical-id", "DB12340", "#gap/needs-canonical-id"),
        (DRUGBANK, " DB 00026", "DB 00026", ""),
        (CAS, " CID 6433489 (mixture): **6805-41-0**; CID 9: **8047-15-2**", "6805-41-0", "; CID 9: **8047-15-2"),
        (CAS, " 528-48-4", "528-48-4", ""),
        (INCHIKEY, " XHEFDIBZLJXQHF-UHFFFAOYSA-N", "XHEFDIBZLJXQHF-UHFFFAOYSA-N", ""),
        (UNII, " OO2B4L0L5X (fisetin)", "OO2B4L0L5X", "fisetin"),
    ],
)
def test_prose_value(prefix: str, text: str, value: str, comment: str) -> None:
    """The value is the first token with the shape of an identifier; the rest is a remark."""
    read = read_prose(prefix, text)
    assert read is not None
    assert (read.text, read.comment.lstrip("; ")) == (value, comment.lstrip("; "))
    assert text[read.start : read.end] == value


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        (" null — biologics have none", "biologics have none"),
        (" not assigned (cosmetic use)", "not assigned (cosmetic use)"),
        (" Not indexed in ChEMBL", "Not indexed in ChEMBL"),
        (" no entry found", ""),
        (" none", ""),
        ("** null", ""),
    ],
)
def test_prose_none(text: str, comment: str) -> None:
    """None-words make an explicit none; a phrase is part of its own explanation."""
    read = read_prose(CHEMBL, text)
    assert read is not None
    assert (read.text, read.comment) == (None, comment)


@pytest.mark.parametrize(
    ("prefix", "text"),
    [
        (CHEMBL, " not confirmed #gap/needs-canonical-id"),
        (CHEMBL, " not independently confirmed via live API"),
        (CHEMBL, " no ID confirmed yet"),
        (CHEMBL, " previously listed as CHEMBL897 (probenecid)"),
        (CHEMBL, " see the page of the salt"),
        (CHEMBL, " Hydrochloride CHEMBL1703; base CHEMBL1431"),
        (CHEMBL, " None of the salts; the base is CHEMBL1431"),
        (CHEMBL, " yes"),
        (CHEMBL, ""),
        (CHEMBL, " https://example.org/25"),
        (CAS, " Not uniquely assigned for the mixture"),
        (PUBCHEM, " 12 assays"),
        (PUBCHEM, " [[egcg]]"),
        (UNII, " investigat"),
        (UNII, " UNASSIGNED yet"),
        (INCHIKEY, " several-forms-of-it-exist here"),
    ],
)
def test_prose_that_claims_nothing(prefix: str, text: str) -> None:
    """Prose behind a label is no claim, even with an identifier of something else in it."""
    assert read_prose(prefix, text) is None


@pytest.mark.parametrize(
    ("prefix", "text", "value"),
    [
        (CHEMBL, " CHEMBLXXXX", "CHEMBLXXXX"),
        (DRUGBANK, " DB026 (check)", "DB026"),
        (PUBCHEM, " 5,281,614", "5,281,614"),
        (DRUGBANK, " CHEMBL25", "CHEMBL25"),
    ],
)
def test_prose_single_token_is_a_claim(prefix: str, text: str, value: str) -> None:
    """One token alone is meant as an identifier though it is none."""
    read = read_prose(prefix, text)
    assert read is not None
    assert read.text == value


def test_tokens_after_the_first_few_are_not_looked_at() -> None:
    """A long remark is not searched for identifiers."""
    assert read_prose(CHEMBL, " A B C D E F G H I CHEMBL25") is None


@pytest.mark.parametrize(
    ("text", "name"),
    [(" romosozumab (confirmed)", "romosozumab"), ("** epoetin alfa", "epoetin alfa"), (" none assigned", None),
     (" unknown", None), (" ", None)],
)  # fmt: skip
def test_name(text: str, name: str | None) -> None:
    """A WHO INN is read without the remarks behind it."""
    assert read_name(text) == name


def test_prose_that_is_struck_out() -> None:
    """What a curator struck out is no longer claimed; it is no "none" either."""
    assert read_prose(CHEMBL, " ~~CHEMBL1232~~ CHEMBL1265") == Value("CHEMBL1265", 16, 26)
    assert read_prose(CHEMBL, " ~~CHEMBL1232~~") is None


def test_prose_that_leads_to_another_page() -> None:
    """A link of a wiki is no identifier, although the page may be named after one."""
    assert read_prose(DRUGBANK, " [[DB00331]]") is None
