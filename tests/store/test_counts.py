"""The counts that later runs compare with."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from canonid.model import TrialCount, TrialSearch
from canonid.store.counts import read_counts
from canonid.store.runs import record_run
from tests.store.samples import NOON, report

COUNT = TrialCount(
    "anakinra",
    "clinical-trials-active",
    "29",
    TrialSearch(("anakinra", "β-x"), ("RECRUITING",)),
    ("NCT00000001", "NCT00000002"),
    NOON,
    "2026-11-20T09:00:05",
    "first count; the page says 29",
)
SCHEMAS = Path(__file__).with_name("schemas")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "canonid.sqlite"


def test_a_count_comes_back_as_it_was(path: Path) -> None:
    """Search, trials, dates and note, under subject and field."""
    other = replace(COUNT, subject="fisetin", trials=(), release=None)
    record_run(path, report(), counts=(COUNT, other))

    assert read_counts(path) == {(count.subject, count.field): count for count in (COUNT, other)}


def test_a_new_count_takes_the_place_of_the_former_one(path: Path) -> None:
    """There is one for each claim; a run without counts leaves it."""
    changed = replace(COUNT, claimed="31", note="the page changed its number from 29 to 31")
    record_run(path, report(), counts=(COUNT,))
    record_run(path, report(run_id="run-2"), counts=(changed,))
    record_run(path, report(run_id="run-3"))

    assert list(read_counts(path).values()) == [changed]


def test_a_run_that_fails_keeps_no_count(path: Path) -> None:
    """Both are one transaction."""
    with pytest.raises(ValueError, match="without a zone"):
        record_run(path, report(), counts=(COUNT, replace(COUNT, asked_at=NOON.replace(tzinfo=None))))

    assert read_counts(path) == {}


def test_there_are_no_counts_before_the_first(path: Path) -> None:
    """Asking does not create the database."""
    assert (read_counts(path), path.exists()) == ({}, False)


@pytest.mark.parametrize("version", [1, 2])
def test_a_database_of_an_older_canonid_has_none(path: Path, version: int) -> None:
    """A reader may come before the first writer has brought it up to date."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((SCHEMAS / f"{version}.sql").read_text(encoding="utf-8"))

    assert read_counts(path) == {}
