"""Where the database is, how it is opened, and what can go wrong with it, said so that a person can act on it.

Everything here is stdlib `sqlite3`; SQLModel is imported only when a new database needs its schema.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from canonid.errors import StoreError

APPLICATION_ID = 0x636E6964
"""Marks a SQLite file as canonid's ("cnid"), so that another program's database is never written to."""
SCHEMA_VERSION = 3
"""Kept in `PRAGMA user_version`."""
BUSY_SECONDS = 5.0
"""How long to wait for another process that is writing."""

_HINT = "give another file with --database or CANONID_DATABASE"
_REASONS = {
    sqlite3.SQLITE_BUSY: f"is locked by another process; try again when that has finished, or {_HINT}",
    sqlite3.SQLITE_LOCKED: f"is locked by another process; try again when that has finished, or {_HINT}",
    sqlite3.SQLITE_READONLY: f"cannot be written; make the file and its folder writable, or {_HINT}",
    sqlite3.SQLITE_PERM: f"cannot be written; make the file and its folder writable, or {_HINT}",
    sqlite3.SQLITE_AUTH: f"cannot be read; make the file readable, or {_HINT}",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; see that it is a file, and that you may read it and write in its "
    f"folder, or {_HINT}",
    sqlite3.SQLITE_NOTADB: f"is not a SQLite database; move it away, or {_HINT}",
    sqlite3.SQLITE_CORRUPT: "is damaged; move it away and run again (evidence is fetched anew), or restore a backup",
    sqlite3.SQLITE_FULL: "cannot grow because the disk is full; free some space and run again (what was stored before "
    "is kept)",
    sqlite3.SQLITE_IOERR: "cannot be read or written because the disk or its quota failed; check the disk and run "
    "again (what was stored before is kept)",
}


def database_path(database: str | os.PathLike[str]) -> Path:
    """The file that `database` means: a plain path, or a URL such as `sqlite:///cache/canonid.sqlite`.

    Raises StoreError for any other URL, and for a database that would not outlive the process.
    """
    text = os.fspath(database)
    scheme, separator, rest = text.partition("://")
    if separator and scheme != "sqlite":
        # The URL is not repeated in the message: it may hold a password.
        raise StoreError(f"a database of the kind {scheme!r} is not supported; give a path or sqlite:///path")
    if separator:
        if not rest.startswith("/"):
            raise StoreError(f"{text!r} names no file; write sqlite:///path (four slashes for an absolute path)")
        text = rest[1:]
    if text in {"", ":memory:"}:
        raise StoreError("the database needs a file; give a path or sqlite:///path")
    return Path(text).expanduser()


def to_text(moment: datetime) -> str:
    """`moment` as it is stored: UTC with microseconds, so that text order is time order.

    Raises ValueError for a datetime without a zone, whose moment nobody knows.
    """
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be stored: {moment}")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def from_text(text: str) -> datetime:
    """The aware UTC datetime that `to_text` wrote."""
    return datetime.fromisoformat(text)


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Turn the errors of SQLite into StoreErrors that name the file and say what to do; misuse of the API passes."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:
            raise
        reason = _REASONS.get(code & 0xFF, f"refused the operation ({error})")
        raise StoreError(f"the database {path} {reason}") from error


def open_writer(path: Path, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """A connection that may write; creates folder, file and schema where they are missing.

    It fails here, not at the first write, so that a run stops before it has asked anyone.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the folder {path.parent} cannot be created ({error.strerror}); {_HINT}") from error
    with store_errors(path):
        connection = _connect(path.absolute().as_uri() + "?mode=rwc", busy_seconds)
        try:
            _prepare(connection, path, busy_seconds)
        except BaseException:
            connection.close()
            raise
    return connection


def open_reader(path: Path, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection | None:
    """A connection that cannot write, or None if nothing was ever stored there.

    Works on a read-only file in a read-only folder, and while another process writes.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StoreError(f"the database {path} cannot be read ({error.strerror}); {_HINT}") from error
    if not stat.S_ISREG(mode):  # SQLite would call it a failing disk
        raise StoreError(f"the database {path} {_REASONS[sqlite3.SQLITE_CANTOPEN]}")
    uri = path.absolute().as_uri() + "?mode=ro"
    with store_errors(path):
        try:
            return _read_only(uri, path, busy_seconds)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}:
                raise
        # SQLite needs to make a `-shm` file beside a WAL database; where it cannot, nobody writes either.
        _refuse_unfinished(path)
        return _read_only(uri + "&immutable=1", path, busy_seconds)


def check_writable(path: Path, busy_seconds: float = BUSY_SECONDS) -> None:
    """Raise StoreError if a run could not write there; creates nothing and changes nothing."""
    if not path.exists():
        folder = next(parent for parent in path.absolute().parents if parent.exists())
        if not folder.is_dir() or not _may_write(folder):
            raise StoreError(f"the folder {folder} cannot be written; make it writable, or {_HINT}")
        return
    uri = path.absolute().as_uri() + "?mode=rw"
    with store_errors(path), closing(_connect(uri, busy_seconds)) as connection:
        connection.execute("BEGIN IMMEDIATE")  # the only sure test: it needs the file, its folder and its lock
        connection.execute("ROLLBACK")


def _may_write(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; takes the write lock at once, so that two writers wait for each other instead of failing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


@contextmanager
def writing(database: str | os.PathLike[str], busy_seconds: float = BUSY_SECONDS) -> Iterator[sqlite3.Connection]:
    """One transaction on its own connection to `database`."""
    path = database_path(database)
    with closing(open_writer(path, busy_seconds)) as connection, store_errors(path), transaction(connection):
        yield connection


@contextmanager
def reading(
    database: str | os.PathLike[str], busy_seconds: float = BUSY_SECONDS
) -> Iterator[sqlite3.Connection | None]:
    """A connection for reading only, None if nothing was ever stored in `database`."""
    path = database_path(database)
    connection = open_reader(path, busy_seconds)
    if connection is None:
        yield None
        return
    with closing(connection), store_errors(path):
        yield connection


def upsert(connection: sqlite3.Connection, table: str, when: str = "") -> str:
    """The statement that inserts a row of `table` or replaces the one with its key, a named parameter a column.

    The columns come from the database, so that the schema is said once, in `tables`. `when` limits what is replaced.
    """
    described = connection.execute(f"PRAGMA table_info({table})").fetchall()
    names = [f'"{column[1]}"' for column in described]
    keys = [f'"{column[1]}"' for column in described if column[5]]
    values = ", ".join(f":{column[1]}" for column in described)
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    statement = (
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values}) "  # noqa: S608 - names of our own schema
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}"
    )
    return f"{statement} WHERE {when}" if when else statement


def schema_version(connection: sqlite3.Connection) -> int:
    """The version of the schema in the file; a reader may meet an older one that no writer has brought up to date."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _connect(uri: str, busy_seconds: float) -> sqlite3.Connection:
    """A connection in autocommit mode: transactions begin and end only where `transaction` says."""
    return sqlite3.connect(uri, uri=True, timeout=busy_seconds, isolation_level=None)


def _read_only(uri: str, path: Path, busy_seconds: float) -> sqlite3.Connection | None:
    connection = _connect(uri, busy_seconds)
    try:
        if _has_schema(connection, path):
            return connection
    except BaseException:
        connection.close()
        raise
    connection.close()
    return None


def _refuse_unfinished(path: Path) -> None:
    """A write-ahead log that cannot be opened may hold what the file lacks; answering without it could be wrong."""
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise StoreError(
            f"the database {path} has unfinished changes in {log.name} that cannot be read in a read-only folder; "
            "open it once where it can be written (canonid reconcile), or copy both files to a writable folder"
        )


def _prepare(connection: sqlite3.Connection, path: Path, busy_seconds: float) -> None:
    has_schema = _has_schema(connection, path)  # first: another program's database is left exactly as it is
    connection.execute("PRAGMA foreign_keys = ON")
    _enter_wal(connection, busy_seconds)
    connection.execute("PRAGMA synchronous = FULL")
    if not has_schema:
        _create_schema(connection, path)
    elif schema_version(connection) < SCHEMA_VERSION:
        from canonid.store.migrations import migrate  # noqa: PLC0415 - once in the life of a database

        migrate(connection, path, SCHEMA_VERSION)
    with transaction(connection):  # the only sure test that the file, its folder and its lock allow writing
        pass


def _has_schema(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the schema is there; False for an empty database.

    Raises StoreError for a database of another program or of a newer canonid.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    version = schema_version(connection)
    if application == APPLICATION_ID:
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"the database {path} was written by a newer canonid (schema {version}, this one knows "
                f"{SCHEMA_VERSION}); upgrade canonid, or {_HINT}"
            )
        return True
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application or version or objects:
        raise StoreError(f"the database {path} belongs to another program; {_HINT}")
    return False


def _enter_wal(connection: sqlite3.Connection, busy_seconds: float) -> None:
    """Switch to write-ahead logging; SQLite's own waiting does not cover this switch when two processes race for it."""
    deadline = time.monotonic() + busy_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _create_schema(connection: sqlite3.Connection, path: Path) -> None:
    """Create all tables in one transaction, unless another process has just done so."""
    from canonid.store.tables import ddl  # noqa: PLC0415 - half a second, and only a new database needs it

    with transaction(connection):
        if _has_schema(connection, path):
            return
        for statement in ddl():
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
