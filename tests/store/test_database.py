"""Where the database is, how it is opened, and what a person is told when it cannot be."""

from __future__ import annotations

import multiprocessing
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from canonid.errors import StoreError
from canonid.store import database
from tests.store.samples import folder_of_another_user, unprivileged

COLUMNS_OF_VERSION_3 = {
    "claim_verdict": "run_id number subject field kind prefix value path line column verdict reason codes evidence",
    "discrepancy": "fingerprint code rule severity subject field claimed path line column message proposal "
    "authorities state first_seen last_seen run_id",
    "discrepancy_event": "id fingerprint at actor run_id from_state to_state note",
    "evidence": "authority question release retrieved_at url sha256 sources payload",
    "finding": "run_id number fingerprint code rule severity subject field claimed path line column message proposal "
    "also authorities evidence state",
    "former_fingerprint": "former fingerprint",
    "lease": "name holder acquired heartbeat expires",
    "run": "id started_at finished_at offline subjects authorities root",
    "schedule": "name due holder finished",
    "trial_query": "subject field claimed terms statuses count trials asked_at release note run_id",
    "waiver": "fingerprint code subject field claimed who reason until origin run_id",
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with its schema and nothing in it."""
    path = tmp_path / "canonid.sqlite"
    database.open_writer(path).close()
    return path


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    with folder_of_another_user() as folder:
        yield folder


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("cache/canonid.sqlite", Path("cache/canonid.sqlite")),
        ("sqlite:///cache/canonid.sqlite", Path("cache/canonid.sqlite")),
        ("sqlite:////srv/canonid.sqlite", Path("/srv/canonid.sqlite")),
        (Path("x.sqlite"), Path("x.sqlite")),
        ("~/x.sqlite", Path.home() / "x.sqlite"),
    ],
)
def test_a_path_and_a_url_name_the_same_kind_of_file(given: str | Path, expected: Path) -> None:
    """A plain path or a sqlite URL; three slashes are relative, four absolute."""
    assert database.database_path(given) == expected


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("postgresql://me:secret@host/db", "'postgresql' is not supported; give a path or sqlite:///path"),
        ("sqlite://", "names no file"),
        ("sqlite://canonid.sqlite", "names no file"),
        ("sqlite:///", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        (":memory:", "needs a file"),
        ("", "needs a file"),
    ],
)
def test_other_databases_are_refused_with_what_to_give(given: str, complaint: str) -> None:
    """Other URLs, and databases that die with the process, are refused."""
    with pytest.raises(StoreError, match=complaint):
        database.database_path(given)


def test_a_refused_url_does_not_show_its_password() -> None:
    """The message goes to logs, where a password has no business."""
    with pytest.raises(StoreError) as caught:
        database.database_path("postgresql://me:secret@host/db")
    assert "secret" not in str(caught.value)


def test_times_are_stored_in_utc_so_that_text_order_is_time_order() -> None:
    """Whatever the zone, the text is UTC with microseconds."""
    moment = datetime(2026, 1, 5, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert database.to_text(moment) == "2026-01-04T23:30:00.000000Z"


def test_times_come_back_aware_and_equal() -> None:
    """What was stored is what is read, in UTC."""
    moment = datetime(2026, 1, 5, 12, 0, 0, 7, tzinfo=UTC)
    assert database.from_text(database.to_text(moment)).isoformat() == moment.isoformat()


def test_a_time_without_a_zone_is_not_stored() -> None:
    """Nobody could say later which moment it meant."""
    with pytest.raises(ValueError, match="without a zone"):
        database.to_text(datetime(2026, 1, 5))  # noqa: DTZ001 - the point of the test


def test_a_new_database_gets_its_folders_and_the_whole_schema(tmp_path: Path) -> None:
    """A change of the columns needs a new SCHEMA_VERSION, a migration, and a new entry here."""
    with closing(database.open_writer(tmp_path / "a" / "b" / "x.sqlite")) as connection:
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        columns = {
            name: " ".join(row[1] for row in connection.execute(f"PRAGMA table_info({name})")) for (name,) in tables
        }
    assert (database.SCHEMA_VERSION, columns) == (3, COLUMNS_OF_VERSION_3)


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("busy_timeout", 5000),
        ("user_version", database.SCHEMA_VERSION),
        ("application_id", database.APPLICATION_ID),
    ],
)
def test_a_writer_is_set_up_for_safety(path: Path, pragma: str, value: str | int) -> None:
    """Committed means kept, references hold, and writers wait for each other."""
    with closing(database.open_writer(path)) as connection:
        assert connection.execute(f"PRAGMA {pragma}").fetchone() == (value,)


def test_sqlmodel_is_imported_only_to_create_a_database(path: Path) -> None:
    """Opening an existing database, for reading or writing, does not pay for the import."""
    script = (
        "import sys; from canonid.store import database, discrepancies, evidence, runs; "
        "evidence.EvidenceStore(sys.argv[1]).close(); evidence.EvidenceStore(sys.argv[1], read_only=True).close(); "
        "sys.exit('sqlalchemy' in sys.modules or 'sqlmodel' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script, str(path)], check=False).returncode == 0  # noqa: S603 - ourselves


def _create(path: Path, start: multiprocessing.synchronize.Barrier) -> None:
    from canonid.store import tables  # noqa: F401, PLC0415 - imported beforehand, so that the race is a close one

    start.wait(30)
    database.open_writer(path).close()


def test_processes_that_create_a_database_at_once_all_succeed(tmp_path: Path) -> None:
    """One of them makes the schema, the others find it."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(3)
    workers = [context.Process(target=_create, args=(tmp_path / "x.sqlite", barrier)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]


def test_a_race_for_the_first_journal_is_waited_out_only_so_long(tmp_path: Path) -> None:
    """While another process holds a new file, opening ends in an error and not in a hang."""
    path = tmp_path / "x.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another process"):
            database.open_writer(path, busy_seconds=0.05)


def test_a_lock_held_too_long_is_reported(path: Path) -> None:
    """The message says that another process holds the database and what to do."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"x?canonid\.sqlite is locked by another process; try again"):
            database.open_writer(path, busy_seconds=0.05)


@pytest.mark.parametrize("opened", [database.open_writer, database.open_reader])
def test_a_file_that_is_no_database_is_reported(tmp_path: Path, opened: Callable[[Path], object]) -> None:
    """A text file is neither read nor overwritten."""
    path = tmp_path / "notes.txt"
    path.write_text("These are notes, and long enough to be taken for the header of a database file. " * 20)
    with pytest.raises(StoreError, match="is not a SQLite database; move it away"):
        opened(path)


def test_damage_inside_the_file_is_reported(path: Path) -> None:
    """A header that is whole does not hide pages that are not."""
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xff" * 3996
    path.write_bytes(content)
    with pytest.raises(StoreError, match="is damaged; move it away and run again"):
        database.open_writer(path)


@pytest.mark.parametrize("opened", [database.open_writer, database.open_reader])
def test_a_newer_schema_is_left_alone(path: Path, opened: Callable[[Path], object]) -> None:
    """An old canonid does not touch what a newer one wrote."""
    with closing(sqlite3.connect(path)) as other:
        other.execute(f"PRAGMA user_version = {database.SCHEMA_VERSION + 1}")
    with pytest.raises(StoreError, match=r"newer canonid \(schema 4, this one knows 3\); upgrade"):
        opened(path)


def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    """Not one byte of it changes, its journal mode included."""
    path = tmp_path / "places.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmark (url TEXT)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="belongs to another program"):
        database.open_writer(path)
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(StoreError, match=r"the folder .*cache cannot be created .*--database"):
        database.open_writer(tmp_path / "cache" / "canonid.sqlite")


@pytest.mark.parametrize("opened", [database.open_writer, database.open_reader])
def test_a_folder_is_no_database(tmp_path: Path, opened: Callable[[Path], object]) -> None:
    """A folder given as the file is reported as such a mistake."""
    with pytest.raises(StoreError, match="cannot be opened; see that it is a file"):
        opened(tmp_path)


def test_a_read_only_file_fails_when_it_is_opened_for_writing(shared_folder: Path) -> None:
    """A run must not ask hundreds of questions before it learns that it cannot keep the answers."""
    path = shared_folder / "x.sqlite"
    database.open_writer(path).close()
    path.chmod(0o444)
    with unprivileged(), pytest.raises(StoreError, match="cannot be written; make the file and its folder writable"):
        database.open_writer(path)


def test_a_new_file_in_a_read_only_folder_is_reported(shared_folder: Path) -> None:
    """The folder is there but takes no file."""
    shared_folder.chmod(0o555)
    with (
        unprivileged(),
        pytest.raises(StoreError, match=r"cannot be opened; see .* that you may .* write in its folder"),
    ):
        database.open_writer(shared_folder / "x.sqlite")


def test_reading_works_in_a_read_only_folder(shared_folder: Path) -> None:
    """Where SQLite cannot make its side files, the main file is read as it stands."""
    path = shared_folder / "x.sqlite"
    database.open_writer(path).close()
    shared_folder.chmod(0o555)
    with unprivileged(), database.reading(path) as connection:
        assert connection is not None
        assert connection.execute("SELECT count(*) FROM evidence").fetchone() == (0,)


def test_unfinished_changes_in_a_read_only_folder_are_not_ignored(path: Path, shared_folder: Path) -> None:
    """Answering without the write-ahead log could give an older state, so it is refused."""
    copy = shared_folder / "x.sqlite"
    with closing(database.open_writer(path)) as connection:
        connection.execute("DELETE FROM run")
        connection.execute("INSERT INTO run VALUES ('r', 'a', 'b', 0, 1, '{}', NULL)")
        copy.write_bytes(path.read_bytes())
        copy.with_name("x.sqlite-wal").write_bytes(path.with_name("canonid.sqlite-wal").read_bytes())
    shared_folder.chmod(0o555)
    with unprivileged(), pytest.raises(StoreError, match=r"unfinished changes in x\.sqlite-wal"):
        database.open_reader(copy)


def test_a_folder_that_may_not_be_searched_is_not_an_empty_store(shared_folder: Path) -> None:
    """Not being allowed to look is not the same as finding nothing."""
    database.open_writer(shared_folder / "x.sqlite").close()
    shared_folder.chmod(0o600)
    with unprivileged(), pytest.raises(StoreError, match="cannot be read"):
        database.open_reader(shared_folder / "x.sqlite")


@pytest.mark.parametrize("content", [None, b""])
def test_reading_what_was_never_written_creates_nothing(tmp_path: Path, content: bytes | None) -> None:
    """No file, or an empty one, is an empty store and stays as it is."""
    path = tmp_path / "x.sqlite"
    if content is not None:
        path.write_bytes(content)
    with database.reading(path) as connection:
        assert connection is None
    assert [file.name for file in tmp_path.iterdir()] == ([] if content is None else ["x.sqlite"])


def test_a_reader_cannot_write(path: Path) -> None:
    """The connection of a reader refuses to change anything."""
    with database.reading(path) as connection:
        assert connection is not None
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM run")


def test_a_reader_is_not_held_up_by_a_writer(path: Path) -> None:
    """A look-up works while a job is in the middle of a transaction."""
    with database.writing(path), database.reading(path, busy_seconds=0) as reader:
        assert reader is not None
        assert reader.execute("SELECT count(*) FROM run").fetchone() == (0,)


def test_a_reader_that_is_locked_out_is_told_so(path: Path) -> None:
    """Another process may claim the whole file, readers included; that is not a missing store."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("DELETE FROM run")
        with pytest.raises(StoreError, match="locked by another process"):
            database.open_reader(path, busy_seconds=0.05)


def _execute(path: Path, *statements: str) -> None:
    with database.writing(path) as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_full_disk_is_reported_and_keeps_what_was_there(path: Path) -> None:
    """SQLite's own page limit stands in for the disk."""
    with pytest.raises(StoreError, match="disk is full; free some space"):
        _execute(
            path,
            "PRAGMA max_page_count = 1",
            "INSERT INTO run VALUES ('r', 'a', 'b', 0, 1, hex(zeroblob(1000000)), NULL)",
        )
    with database.reading(path) as reader:
        assert reader is not None
        assert reader.execute("SELECT count(*) FROM run").fetchone() == (0,)


def test_any_other_refusal_names_the_file_and_what_sqlite_said(path: Path) -> None:
    """An error without a sentence of its own is still a StoreError."""
    with pytest.raises(StoreError, match=r"canonid\.sqlite refused the operation \(no such table: absent\)"):
        _execute(path, "DELETE FROM absent")


def test_misuse_of_a_connection_is_not_blamed_on_the_file(path: Path) -> None:
    """A bug of ours must look like one."""
    connection = database.open_writer(path)
    connection.close()
    with pytest.raises(sqlite3.ProgrammingError), database.store_errors(path):
        connection.execute("SELECT 1")
