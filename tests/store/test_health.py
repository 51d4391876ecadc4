"""Whether a database can be used, found out without changing it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from canonid.errors import StoreError
from canonid.store.database import check_writable, open_writer, reading
from canonid.store.discrepancies import update_discrepancies
from canonid.store.evidence import EvidenceStore
from canonid.store.health import DatabaseHealth, database_bytes, examine_database, find_damage
from canonid.store.runs import record_run
from tests.store.samples import compound, evidence, finding, folder_of_another_user, report, unprivileged


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with two replies, a run and a discrepancy."""
    path = tmp_path / "x.sqlite"
    with EvidenceStore(path) as store:
        store.put([evidence(compound(1)), evidence(compound(2))])
    found = report(finding())
    record_run(path, found)
    update_discrepancies(
        path, found, checked_pages=set(), answered=set(), unanswered=set(), is_gone=lambda _: False
    )  # fmt: skip
    return path


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    with folder_of_another_user() as folder:
        yield folder


def spoil(path: Path) -> None:
    """Overwrite every page but the first."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))


def test_a_sound_database_is_described(path: Path) -> None:
    """Schema, contents, last run; nothing to complain about."""
    health = examine_database(path)
    assert (health.schema, health.replies, health.discrepancies) == (3, 2, {"open": 1})
    assert health.last_run is not None
    assert health.last_run.id == "run-1"
    assert health.bytes == path.stat().st_size
    assert health.problems == ()


def test_looking_changes_nothing(path: Path) -> None:
    """Not a byte, and no file beside it."""
    before = path.read_bytes()
    examine_database(path)
    assert (path.read_bytes(), [file.name for file in path.parent.iterdir()]) == (before, ["x.sqlite"])


def test_a_database_that_is_not_there_yet_is_fine(tmp_path: Path) -> None:
    """The first run makes it, with its folder; looking does not."""
    path = tmp_path / "a" / "b" / "x.sqlite"
    assert examine_database(path) == DatabaseHealth(path)
    assert not list(tmp_path.iterdir())


def test_an_empty_file_is_a_database_to_be(tmp_path: Path) -> None:
    """As `touch` or a temporary file makes it."""
    path = tmp_path / "x.sqlite"
    path.touch()
    assert examine_database(path) == DatabaseHealth(path, 0)


def test_damage_is_a_problem_with_advice(path: Path) -> None:
    """One sentence, however much is broken."""
    spoil(path)
    (problem,) = examine_database(path).problems
    assert "is damaged" in problem
    assert "restore a backup" in problem


def test_a_file_of_something_else_is_a_problem(tmp_path: Path) -> None:
    """It is left as it is."""
    path = tmp_path / "notes.txt"
    path.write_text("these are notes, longer than the header of a database " * 20)
    health = examine_database(path)
    assert "is not a SQLite database" in health.problems[0]
    assert health.bytes == path.stat().st_size


def test_a_database_of_another_program_is_a_problem(tmp_path: Path) -> None:
    """It is not even tried for writing."""
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (a)")
    (problem,) = examine_database(path).problems
    assert "belongs to another program" in problem


def test_a_locked_database_is_a_problem(path: Path) -> None:
    """Somebody is writing, and does not end."""
    with closing(open_writer(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        (problem,) = examine_database(path, busy_seconds=0).problems
        other.execute("ROLLBACK")
    assert "is locked by another process" in problem


def test_a_database_that_can_only_be_read_is_described_and_a_problem(shared_folder: Path) -> None:
    """No run can begin, but what is there can be told."""
    path = shared_folder / "x.sqlite"
    with EvidenceStore(path) as store:
        store.put([evidence()])
    path.chmod(0o644)
    with unprivileged():
        health = examine_database(path)
    assert health.replies == 1
    assert len(health.problems) == 1
    assert "cannot be written" in health.problems[0] or "cannot be opened" in health.problems[0]


def test_a_folder_that_cannot_be_written_is_a_problem(shared_folder: Path) -> None:
    """Before the first run as well: the folder that is there is named."""
    path = shared_folder / "a" / "x.sqlite"
    with unprivileged():
        (problem,) = examine_database(path).problems
    assert problem.startswith(f"the folder {shared_folder} cannot be written")


def test_a_folder_that_cannot_be_entered_is_a_problem(shared_folder: Path) -> None:
    """Nobody knows what is in it."""
    inner = shared_folder / "a"
    inner.mkdir(mode=0o700)
    with unprivileged():
        health = examine_database(inner / "x.sqlite")
    assert health.bytes is None
    assert "cannot be read" in health.problems[0]


def test_a_file_in_place_of_the_folder_is_a_problem(tmp_path: Path) -> None:
    """A folder cannot be made below it."""
    (tmp_path / "a").write_text("")
    with pytest.raises(StoreError, match=r"the folder .*/a cannot be written"):
        check_writable(tmp_path / "a" / "x.sqlite")


def test_the_log_counts_as_part_of_the_size(path: Path) -> None:
    """While somebody has the database open, what is new may stand in its log only."""
    with EvidenceStore(path) as store:
        store.put(evidence(compound(number)) for number in range(100))
        size = database_bytes(path)
        assert size is not None
        assert size > path.stat().st_size


def found(path: Path, *, thorough: bool = True) -> tuple[str, ...]:
    with reading(path) as connection:
        assert connection is not None
        return find_damage(connection, thorough=thorough)


@pytest.mark.parametrize("thorough", [True, False])
def test_nothing_is_wrong_with_a_sound_file(path: Path, thorough: bool) -> None:
    """So nothing is said."""
    assert found(path, thorough=thorough) == ()


def test_a_file_too_broken_to_be_checked_is_damaged(path: Path) -> None:
    """SQLite's own words, and an end."""
    spoil(path)
    assert found(path)
    assert len(found(path)) <= 20


def test_an_index_that_disagrees_is_found_by_the_thorough_check(path: Path) -> None:
    """The quick one does not look at indexes."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_schema SET sql = replace(sql, 'retrieved_at', 'url') WHERE type = 'index'")
    assert found(path, thorough=False) == ()
    assert any("evidence_by_age" in line for line in found(path))


def test_a_reference_to_nothing_is_found(path: Path) -> None:
    """A verdict of a run that is gone."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM run")
    assert any(line.endswith("refers to a row of run that is gone") for line in found(path))


def test_an_error_that_is_no_damage_is_raised(path: Path) -> None:
    """A closed connection says nothing about the file."""
    with closing(open_writer(path)) as connection:
        connection.set_progress_handler(lambda: 1, 1)
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            find_damage(connection)
