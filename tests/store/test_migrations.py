"""A database of an older canonid: copied first, then brought to the present schema with all that is in it."""

from __future__ import annotations

import multiprocessing
import multiprocessing.synchronize
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from canonid.errors import StoreError
from canonid.store import database
from canonid.store.discrepancies import list_discrepancies
from canonid.store.migrations import STEPS
from canonid.store.runs import last_runs
from tests.store.samples import folder_of_another_user, unprivileged

SCHEMAS = Path(__file__).with_name("schemas")
TIME = "2026-01-05T12:00:03.123456Z"
ROWS = """
INSERT INTO run VALUES ('run-1', :time, :time, 0, 1, '{}');
INSERT INTO discrepancy VALUES ('0123456789abcdef', 'ID301', 'names-another-substance', 'error', 'adapalene',
    'chembl-id', 'CHEMBL1232', 'adapalene.md', 4, 12, 'is another', NULL, '[]', 'open', :time, :time, 'run-1');
INSERT INTO discrepancy_event VALUES
    (7, '0123456789abcdef', :time, 'canonid', 'run-1', NULL, 'open', 'found for the first time')
"""
EVENTS = "SELECT id, fingerprint, to_state, note FROM discrepancy_event"
EVENT = (7, "0123456789abcdef", "open", "found for the first time")


def make_first(path: Path) -> Path:
    """A database of version 1 with something in it."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript((SCHEMAS / "1.sql").read_text(encoding="utf-8"))
        for statement in ROWS.split(";"):
            connection.execute(statement, {"time": TIME})
    return path


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return make_first(tmp_path / "canonid.sqlite")


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return database.schema_version(connection)


def shape(path: Path) -> dict[str, object]:
    """Everything that the schema says, however it was written."""
    asked = ("table_info", "index_list", "foreign_key_list")
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        indexes = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'index'")]
        found: dict[str, object] = {
            f"{pragma} {name}": sorted(row[1:] for row in connection.execute(f"PRAGMA {pragma}({name})"))
            for name in names
            for pragma in asked
        }
        found |= {name: connection.execute(f"PRAGMA index_info({name})").fetchall() for name in indexes}
    return found


@pytest.mark.parametrize("before", range(1, database.SCHEMA_VERSION))
def test_every_former_schema_becomes_the_present_one(tmp_path: Path, before: int) -> None:
    """Same tables, columns, indexes and references as in a new database."""
    old, new = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript((SCHEMAS / f"{before}.sql").read_text(encoding="utf-8"))
    for path in (old, new):
        database.open_writer(path).close()
    assert (version(old), shape(old)) == (database.SCHEMA_VERSION, shape(new))


def test_there_is_a_step_to_every_version_but_the_first() -> None:
    """None is left out."""
    assert list(STEPS) == list(range(2, database.SCHEMA_VERSION + 1))


def test_nothing_is_lost(first: Path) -> None:
    """Runs, discrepancies and their history are there afterwards, under their numbers."""
    database.open_writer(first).close()
    with closing(sqlite3.connect(first)) as connection:
        events = connection.execute(EVENTS).fetchall()
    assert [run.id for run in last_runs(first)] == ["run-1"]
    assert [item.subject for item in list_discrepancies(first)] == ["adapalene"]
    assert events == [EVENT]


def test_the_file_is_copied_first(first: Path) -> None:
    """As it was, so that the older canonid can go on with the copy."""
    database.open_writer(first).close()
    copy = first.with_name("canonid.sqlite.v1.bak")
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute(EVENTS).fetchall() == [EVENT]
    assert version(copy) == 1
    assert sorted(path.name for path in first.parent.iterdir()) == ["canonid.sqlite", "canonid.sqlite.v1.bak"]


def test_it_is_done_once(first: Path) -> None:
    """The next time nothing is copied."""
    for _ in range(2):
        database.open_writer(first).close()
    assert len(list(first.parent.glob("*.bak"))) == 1


def test_a_former_copy_is_left_alone(first: Path) -> None:
    """Somebody may need it: it is not from this time."""
    former = first.with_name("canonid.sqlite.v1.bak")
    former.write_text("former")
    database.open_writer(first).close()
    assert (former.read_text(), version(first.with_name("canonid.sqlite.v1-2.bak"))) == ("former", 1)


def test_without_a_copy_nothing_is_changed(first: Path) -> None:
    """What stands where the copy is to be written is not removed."""
    first.with_name(f"canonid.sqlite.v1.bak.{os.getpid()}.part").mkdir()
    with pytest.raises(StoreError, match=r"the copy canonid.sqlite.v1.bak .* cannot be written .*nothing was changed"):
        database.open_writer(first)
    assert version(first) == 1


def test_a_folder_that_takes_no_copy_stops_the_migration() -> None:
    """The message says that nothing was changed."""
    with folder_of_another_user() as folder:
        path = make_first(folder / "canonid.sqlite")
        path.chmod(0o666)
        with unprivileged(), pytest.raises(StoreError, match="make the file and its folder writable"):
            database.open_writer(path)
        assert version(path) == 1


def test_an_older_database_can_be_read_as_it_is(first: Path) -> None:
    """Looking changes nothing."""
    before = first.read_bytes()
    assert [item.subject for item in list_discrepancies(first)] == ["adapalene"]
    assert (first.read_bytes(), list(first.parent.glob("*.bak"))) == (before, [])


def _open(path: Path, start: multiprocessing.synchronize.Barrier) -> None:
    start.wait(30)
    database.open_writer(path).close()


def test_processes_that_meet_an_older_database_at_once_migrate_it_once(first: Path) -> None:
    """One does it, the others find it done."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(3)
    workers = [context.Process(target=_open, args=(first, barrier)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert ([worker.exitcode for worker in workers], version(first)) == ([0, 0, 0], database.SCHEMA_VERSION)
    assert [path.name for path in first.parent.glob("*.bak*")] == ["canonid.sqlite.v1.bak"]
