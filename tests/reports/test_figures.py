"""Sizes, counts and tables as people read them."""

from __future__ import annotations

import pytest

from canonid.reports.figures import counted, hanging, printable, size, table


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (None, "no file"),
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (12_345_678, "12.3 MB"),
        (5 * 10**12, "5000.0 GB"),
    ],
)
def test_a_size_is_in_the_largest_unit_that_fits(number: int | None, shown: str) -> None:
    """Decimal units, as disks are sold."""
    assert size(number) == shown


@pytest.mark.parametrize(("number", "shown"), [(0, "0 entries"), (1, "1 entry"), (1234, "1,234 entries")])
def test_one_is_not_many(number: int, shown: str) -> None:
    """With thousands apart."""
    assert counted(number, "entry", "entries") == shown
    assert counted(2, "row") == "2 rows"


def test_columns_line_up() -> None:
    """Numbers at their right edge, no space at the end of a line."""
    rows = [("a", "1", "x"), ("long", "1,000", "")]
    assert table(rows, frozenset({1})) == ["a         1  x", "long  1,000"]


def test_text_is_continued_under_its_beginning() -> None:
    """Within the width, or on one line where there is none."""
    assert hanging("  a: ", "one two three", 12) == ["  a: one two", "     three"]
    assert hanging("  a: ", "one two three", 0) == ["  a: one two three"]
    assert hanging("  a: ", "", 12) == ["  a:"]


def test_control_characters_do_not_reach_the_terminal() -> None:
    """Line ends become spaces, the rest a sign that something was there."""
    assert printable("a\nb\x1b[31m") == "a b\ufffd[31m"
