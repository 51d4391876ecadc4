from __future__ import annotations

import pytest

from tests.corpus.reading import claims, page

CHEMBL25 = [("chembl-id", "CHEMBL25")]


@pytest.mark.parametrize(
    "line",
    ["ChEMBL ID: CHEMBL25", "- **ChEMBL ID:** CHEMBL25", "* **ChEMBL**: CHEMBL25", "1. ChEMBL: CHEMBL25",
     "__ChEMBL ID__: CHEMBL25", "• chembl id: CHEMBL25", "\ufeffChEMBL: CHEMBL25", "**USAN:** x · **ChEMBL:** CHEMBL25",
     "| Property | Value |\n|---|---|\n| ChEMBL ID | CHEMBL25 |", "| | |\n|---|---|\n| **ChEMBL** | CHEMBL25 |",
     "Field | Identifier\n---|---\nChEMBL ID | CHEMBL25", "# Fisetin\n\n- ChEMBL: CHEMBL25 · more"],
)  # fmt: skip
def test_label_makes_a_claim(line: str) -> None:
    """Lists, lines and tables, with and without markup."""
    assert claims(line) == CHEMBL25


@pytest.mark.parametrize(
    "text",
    ["- **ChEMBL Target:** CHEMBL2424", "ChEMBL ID (epicatechin): CHEMBL25", "The ChEMBL ID: CHEMBL25",
     "CASP3: 50-78-2",
     "> ChEMBL ID: CHEMBL25", "`ChEMBL ID: CHEMBL25`", "```\nChEMBL ID: CHEMBL25\n```",
     "<!-- \nChEMBL ID: CHEMBL25 -->",
     "[^a]: x · ChEMBL: CHEMBL25", "| Caspase | x |\n|---|---|\n| Caspase-3 | 50-78-2 |",
     "| Name | x · CAS: 50-78-2 |\n|---|---|\n| a | b · CAS: 50-78-2 |", "- ChEMBL ID:",
     "x\n\n|---|---|\n| ChEMBL | CHEMBL25 |",
     "| ChEMBL |\n|---|\n| CHEMBL25 |",
     "| Property | Value |\n|--|--|\n| ChEMBL |"],
)  # fmt: skip
def test_what_makes_no_claim(text: str) -> None:
    """Other labels, examples and code say nothing of the subject."""
    assert claims(text) == []


def test_several_labels_on_one_line() -> None:
    """Each segment between dots is its own claim, with its own place."""
    text = "**PubChem CID:** 9848888 · **CAS:** 155633-54-8 · **MW:** 501.8 · **ChEMBL:** not found #gap/x\n"
    read = page(text).claims
    assert [(claim.field, claim.text) for claim in read] == [
        ("pubchem-cid", "9848888"),
        ("cas-number", "155633-54-8"),
        ("chembl-id", None),
    ]
    assert [text[claim.start : claim.end] for claim in read] == ["9848888", "155633-54-8", "not found"]


def test_place_of_a_body_claim() -> None:
    """Line and column are those of the value; what stands behind it is the comment."""
    (claim,) = page("---\na: b\n---\n\n- **CAS:** 528-48-3 (free base)\n").claims
    assert (str(claim.place), claim.comment, claim.in_body) == ("fisetin.md:5:12", "free base", True)


def test_explicit_none_in_a_table() -> None:
    """A none says why."""
    (claim,) = page("| Field | Value |\n|---|---|\n| PubChem CID | null — a polymer |\n").claims
    assert (claim.is_none, claim.comment) == (True, "a polymer")


def test_table_column_of_the_subject() -> None:
    """In a table that compares, the column that names the subject counts."""
    table = "| Feature | Quercetin | Fisetin |\n|---|---|---|\n| PubChem CID | 5280343 | 5281614 |\n"
    assert claims(table) == [("pubchem-cid", "5281614")]


def test_table_of_something_else() -> None:
    """A column that names another substance claims nothing of this one."""
    assert claims("| Feature | Quercetin |\n|---|---|\n| PubChem CID | 5280343 |\n") == []


def test_table_of_an_alias() -> None:
    """The subject goes by its aliases too."""
    text = "---\naliases: [Cotinin]\n---\n| Feature | Cotinin |\n|---|---|\n| PubChem CID | 5281614 |\n"
    assert claims(text) == [("pubchem-cid", "5281614")]


def test_table_without_header() -> None:
    """A first row that is data is read as data."""
    assert claims("| PubChem CID | 5281614 |\n|---|---|\n| ChEMBL | CHEMBL25 |\n") == [
        ("pubchem-cid", "5281614"),
        *CHEMBL25,
    ]


def test_single_row_under_labels() -> None:
    """One row under labels describes the subject."""
    text = "| ChEMBL | CAS | Mass |\n|---|---|---|\n| CHEMBL25 | 50-78-2 | 1 |\n"
    assert claims(text) == [*CHEMBL25, ("cas-number", "50-78-2")]


@pytest.mark.parametrize(
    "text",
    ["| Name | ChEMBL | CAS |\n|---|---|---|\n| Aspirin | CHEMBL25 | 50-78-2 |\n",
     "| ChEMBL | CAS |\n|---|---|\n| CHEMBL1 | 1 |\n| CHEMBL25 | 50-78-2 |\n",
     "| ChEMBL | CAS |\n|---|---|\n||\n"],
)  # fmt: skip
def test_rows_of_several_subjects(text: str) -> None:
    """A table of members makes no claim about the class."""
    assert claims(text) == []


def test_nested_list_of_another_substance() -> None:
    """Items under the name of something else are its own."""
    assert claims("- **Aspirin:** a drug\n  - ChEMBL: CHEMBL25\n") == []


@pytest.mark.parametrize(
    "text",
    ["- Identifiers\n  - ChEMBL: CHEMBL25\n", "- Fisetin (free)\n  - CAS\n  - ChEMBL: CHEMBL25\n",
     "  - ChEMBL: CHEMBL25\n",
     "Text\n\n  - ChEMBL: CHEMBL25\n", "  ChEMBL: CHEMBL25\n", "- Aspirin\n" + "  x\n" * 50 + "  - ChEMBL: CHEMBL25\n"],
)  # fmt: skip
def test_nested_list_of_the_subject(text: str) -> None:
    """Items under the subject, under a word for identifiers or under nothing count."""
    assert claims(text) == CHEMBL25


def test_gap_tags() -> None:
    """Tags count wherever they stand but in code, and only whole."""
    tag = "#gap/needs-canonical-id"
    text = f"---\na: null # {tag}, not `{tag}`\n---\nx {tag} — y\n`{tag}` {tag}s\n"
    assert [str(gap.place) for gap in page(text).gaps] == ["fisetin.md:2:11", "fisetin.md:4:3"]


@pytest.mark.parametrize("heading", ["Active metabolite: EXP3174", "Comparison with metformin", "[[metformin]]"])
@pytest.mark.parametrize("lines", ["- ChEMBL ID: CHEMBL25", "| ID | Value |\n|--|--|\n| ChEMBL | CHEMBL25 |"])
def test_section_about_another_substance(heading: str, lines: str) -> None:
    """Its identifiers are not the subject's, and neither are those of its subsections."""
    assert claims(f"# Fisetin\n\n## {heading}\n\n### Details\n\n{lines}\n") == []
    assert claims(f"# Fisetin\n\n## {heading}\n\nx\n\n## Identity\n\n{lines}\n") == CHEMBL25


def test_page_about_what_would_be_another_substance_elsewhere() -> None:
    """The heading of the page itself names its subject."""
    assert claims("# Metabolites of losartan\n\n- ChEMBL ID: CHEMBL25\n", "exp3174") == CHEMBL25


def test_table_of_another_substance_with_a_column_for_the_subject() -> None:
    """A comparison says which column is whose."""
    table = "| Property | Metformin | Fisetin |\n|--|--|--|\n| ChEMBL | CHEMBL1431 | CHEMBL25 |"
    assert claims(f"# Fisetin\n\n## Comparison with metformin\n\n{table}\n") == CHEMBL25


def test_section_about_identifiers_in_related_databases() -> None:
    """Words that speak of other substances elsewhere."""
    assert claims("# Fisetin\n\n## Related databases\n\n- ChEMBL ID: CHEMBL25\n") == CHEMBL25


def test_indented_code() -> None:
    """Four blanks before a line that belongs to no list."""
    assert claims("An example of a bad entry:\n\n    ChEMBL ID: CHEMBL25\n") == []
    assert claims("- Identifiers\n\n    ChEMBL ID: CHEMBL25\n") == CHEMBL25
