from __future__ import annotations

import pytest

from canonid.corpus.markdown import Table, plain, read_tables, without_code, without_quotes


def tables(text: str) -> list[Table]:
    return list(read_tables(text, 0, lambda _: True))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a `x` b", "a     b"),
        ("a ``x`y`` b", "a         b"),
        ("a `x b", "a `x b"),
        ("a `x\n\ny` b", "a `x\n\ny` b"),
        ("`x``\n", "`x``\n"),
        ("```\nx\n```\ny", "   \n \n   \ny"),
        ("~~~ py\n```\n~~~\ny", "      \n   \n   \ny"),
        ("  ````\n```\n  ````\ny", "      \n   \n      \ny"),
        ("```\nx", "   \n "),
        ("```x``` y", "        y"),
        ("```\nx\n```yaml\n```\ny", "   \n \n       \n   \ny"),
        ("a <!-- x\ny --> b", "a       \n      b"),
        ("a <!-- x", "a <!-- x"),
        (" <!-- x\ny", "       \n "),
    ],
)
def test_code_becomes_blanks(text: str, left: str) -> None:
    """Code and comments are blanked out, and every offset stays."""
    assert without_code(text) == left


def test_code_spans_have_an_end() -> None:
    """Two stray backticks pages apart do not make code of all between them."""
    text = "`" + "x" * 3000 + "`"
    assert without_code(text) == text


def test_front_matter_is_left_alone() -> None:
    """Only what stands behind the start is Markdown."""
    assert without_code("`a` `b`", 3) == "`a`    "


def test_quotes_become_blanks() -> None:
    """Quoted lines are examples or remarks, not claims."""
    assert without_quotes("> a\nb > c\n  > d\ne") == "   \nb > c\n     \ne"


def test_cells_have_their_place() -> None:
    """Cells are trimmed, and their start is that of their text."""
    text = "x\n| A | B |\n|---|:-:|\n|  c |d |\ny"
    (table,) = tables(text)
    assert [cell.text for cell in table.header] == ["A", "B"]
    assert [(cell.text, text[cell.start]) for cell in table.rows[0]] == [("c", "c"), ("d", "d")]


def test_table_without_outer_pipes() -> None:
    """The outer pipes may be missing, and an escaped pipe divides nothing."""
    (table,) = tables("A | B\n--- | ---\n[[c\\|d]] | \n")
    assert [cell.text for cell in table.rows[0]] == ["[[c\\|d]]"]


def test_tables_end_at_a_line_without_pipes() -> None:
    """Two tables are two, and a rule or a lone pipe is none."""
    text = "|A|\n|-|\n|1|\n\n---\n\n|B|\n|-|\n|-|\n|2|\n| |\n"
    assert [table.height for table in tables(text)] == [1, 3]


def test_only_wanted_rows_are_split() -> None:
    """Rows nobody asked for are counted, not read."""
    (table,) = read_tables("|A|\n|-|\n|1|\n|2|\n", 0, lambda line: "2" in line)
    assert ([row[0].text for row in table.rows], table.height) == (["2"], 2)


@pytest.mark.parametrize(
    ("text", "result"),
    [("**A** `b`", "A b"), ("[A](http://x)", "A"), ("[[a/b|C]] and [[D]]", "C and D"), ("_A_b_", "A_b")],
)
def test_plain(text: str, result: str) -> None:
    """A heading is compared without its markup."""
    assert plain(text) == result
