"""The imported entries: one SQLite file beside the store, replaced as a whole by each import or not at all.

The catalogue holds exactly the files of the last import. Several are merged by accession: the richest export first,
then the newest. An accession that any of them lists as secondary is no entry of its own: DrugBank merges entries, it
does not part them again.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from canonid.authorities.drugbank.entry import Entry, Located, merge, refusal
from canonid.authorities.drugbank.lookup import APPLICATION, VERSION, WAIT, ImportedExport, pragma, read_imported
from canonid.errors import ExportError, StoreError, UsageError
from canonid.names import name_key

if TYPE_CHECKING:
    from canonid.authorities.drugbank.exports import Export

Progress = Callable[[str, int, int], None]
"""Called with the name of the file, the bytes read and the bytes in all."""

_BATCH = 500
WHOLE_FROM = 5_000
"""Up to so many entries, a CSV export is an excerpt (approved drugs, say) or cut short: its silence proves nothing."""

_SCHEMA = (
    """CREATE TABLE export (
        position INTEGER PRIMARY KEY, path TEXT, size INTEGER, modified INTEGER, sha256 TEXT UNIQUE, format TEXT,
        release TEXT, entries INTEGER, decides TEXT
    )""",
    "CREATE TABLE entry (accession TEXT PRIMARY KEY, exports INTEGER, body TEXT) WITHOUT ROWID",
    "CREATE TABLE key (kind TEXT, value TEXT, accession TEXT, PRIMARY KEY (kind, value, accession)) WITHOUT ROWID",
)

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode

# Names are folded some 70,000 times in an import: the cache of `name_key` would only cost memory here.
_fold: Callable[[str], str] = name_key.__wrapped__


def import_exports(
    catalogue_path: Path,
    files: Sequence[Path],
    progress: Progress | None = None,
    *,
    workers: int = 1,
    wait: float = WAIT,
) -> list[ImportedExport]:
    """Make the catalogue hold exactly `files`, in one transaction; nothing is read if it holds them already.

    `workers` processes read the full database if it is not packed; the result is the same. Another import that is
    running is waited for, `wait` seconds at most.
    Raises ExportError for a file that is not what it should be; the former import then stays as it was.
    """
    if not files:
        raise UsageError("no DrugBank export named; name the file or files to import")
    with _database(catalogue_path, wait) as database:
        return _held(database, files) or _replace(database, files, progress, workers)


@contextmanager
def _database(path: Path, wait: float) -> Iterator[sqlite3.Connection]:
    """The catalogue, created if need be.

    Raises StoreError if it cannot be used.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the folder of the DrugBank catalogue {path} cannot be made: {error}") from error
    try:
        with closing(sqlite3.connect(path, timeout=wait, isolation_level=None)) as database:
            _check_owner(database, path)
            yield database
    except sqlite3.Error as error:
        raise StoreError(f"the DrugBank catalogue {path} cannot be written: {error}") from error


def _check_owner(database: sqlite3.Connection, path: Path) -> None:
    if pragma(database, "application_id") == APPLICATION:
        return
    if database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise StoreError(f"{path} is a database, but not a DrugBank catalogue; name another file")
    database.execute(f"PRAGMA application_id={APPLICATION}")


def _held(database: sqlite3.Connection, files: Sequence[Path]) -> list[ImportedExport]:
    """The imported exports if they are exactly `files`, by size and time or by hash; else none."""
    if pragma(database, "user_version") != VERSION:
        return []
    stamps = {
        (path, size, modified): sha256
        for path, size, modified, sha256 in database.execute("SELECT path, size, modified, sha256 FROM export")
    }
    wanted = {stamp: stamps.get(stamp) or _hash(file) for file, stamp in ((file, _stamp(file)) for file in files)}
    if set(wanted.values()) != set(stamps.values()):
        return []
    if moved := [(*stamp, sha256) for stamp, sha256 in wanted.items() if stamp not in stamps]:
        database.executemany("UPDATE export SET path = ?, size = ?, modified = ? WHERE sha256 = ?", moved)
    return read_imported(database)


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        stat = path.stat()
    except OSError as error:
        raise refusal(path, f"cannot be read: {error.strerror or error}") from error
    return (str(path.resolve()), stat.st_size, stat.st_mtime_ns)


def _hash(path: Path) -> str:
    from canonid.authorities.drugbank.exports import hash_file  # noqa: PLC0415 - nothing to read, nothing to import

    return hash_file(path)


def _replace(
    database: sqlite3.Connection, files: Sequence[Path], progress: Progress | None, workers: int
) -> list[ImportedExport]:
    from canonid.authorities.drugbank.exports import recognise  # noqa: PLC0415 - the same

    exports = {export.sha256: export for export in map(recognise, files)}
    ranked = sorted(exports.values(), key=lambda export: (export.format.rank, -export.dated.toordinal(), export.sha256))
    with _wal(database), _transaction(database):
        if held := _held(database, files):
            return held  # by another process, while this one waited
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            database.execute(f'DROP TABLE "{table}"')
        for statement in _SCHEMA:
            database.execute(statement)
        for position, export in enumerate(ranked):
            _load(database, position, export, progress, workers)
        _drop_merged(database)
        database.execute(f"PRAGMA user_version={VERSION}")
        return read_imported(database)


@contextmanager
def _wal(database: sqlite3.Connection) -> Iterator[None]:
    """Write ahead while importing, so that readers see the former import until the new one is complete.

    At rest the catalogue is one plain file, which can be read from a folder that cannot be written.
    """
    with suppress(sqlite3.OperationalError):  # somebody is reading: the import works without, they may have to wait
        database.execute("PRAGMA journal_mode=WAL")
    try:
        yield
    finally:
        with suppress(sqlite3.OperationalError):
            database.execute("PRAGMA journal_mode=DELETE")


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    try:
        database.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        raise StoreError("another import of DrugBank exports is running; try again when it has ended") from error
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _load(database: sqlite3.Connection, position: int, export: Export, progress: Progress | None, workers: int) -> None:
    from canonid.authorities.drugbank.exports import Format, read_entries  # noqa: PLC0415 - the same

    report = progress or (lambda _name, _done, _size: None)
    types: Counter[str] | None = None
    if workers > 1 and export.format is Format.DATABASE:
        from canonid.authorities.drugbank.slices import read_slices  # noqa: PLC0415 - process pools take 25 ms to import

        database.execute("SAVEPOINT slices")
        try:
            types = _store(database, position, export, read_slices(export, workers), report)
        except ExportError:
            # A file that cannot be cut, or is broken: the reader of the whole file knows the line.
            database.execute("ROLLBACK TO slices")
        database.execute("RELEASE slices")
    if types is None:
        types = _store(database, position, export, read_entries(export), report)
    _record(database, position, export, types)


def _store(
    database: sqlite3.Connection, position: int, export: Export, entries: Iterator[Located], report: Progress
) -> Counter[str]:
    """Store the entries of one export and count them by type."""
    types: Counter[str] = Counter()
    lines: dict[str, int] = {}
    while batch := list(islice(entries, _BATCH)):
        for entry, line, _ in batch:
            if entry["id"] in lines:
                raise refusal(
                    export.path, f"{entry['id']} stands there twice, first on line {lines[entry['id']]}", line
                )
            lines[entry["id"]] = line
            types[entry.get("type", "")] += 1
        _write(database, position, [entry for entry, _, _ in batch])
        report(export.path.name, batch[-1].done, export.size)
    if not types:
        raise refusal(export.path, f"a {export.format} without any entry; was the download cut short?")
    return types


def _write(database: sqlite3.Connection, position: int, entries: Sequence[Entry]) -> None:
    """Insert entries of the export at `position`, merged into what richer exports say of the same drugs."""
    marks = ",".join("?" * len(entries))
    held: dict[str, tuple[int, Entry]] = {}
    if position:
        query = f"SELECT accession, exports, body FROM entry WHERE accession IN ({marks})"  # noqa: S608 - only marks
        rows = database.execute(query, [entry["id"] for entry in entries])
        held = {accession: (exports, json.loads(body)) for accession, exports, body in rows}
    whole: list[tuple[int, Entry]] = []
    for entry in entries:
        exports, richer = held.get(entry["id"], (0, None))
        whole.append((exports | 1 << position, merge(richer, entry) if richer else entry))
    database.executemany(
        "INSERT OR REPLACE INTO entry VALUES (?, ?, ?)",
        ((entry["id"], exports, _encode(entry)) for exports, entry in whole),
    )
    database.executemany(
        "INSERT OR IGNORE INTO key VALUES (?, ?, ?)",
        ((kind, value, entry["id"]) for _, entry in whole for kind, value in _keys(entry)),
    )


def _keys(entry: Entry) -> Iterator[tuple[str, str]]:
    """Everything that `entry` can be found by."""
    yield "id", entry["id"]
    for accession in entry.get("secondary", ()):
        yield "id", accession
    name = entry.get("name", "")
    folded = _fold(name)
    if folded:
        yield "name", folded
    for synonym in {_fold(synonym) for synonym in entry.get("synonyms", ()) if synonym != name} - {folded, ""}:
        yield "synonym", synonym
    if inchikey := entry.get("inchikey"):
        yield "inchikey", inchikey
    if cas := entry.get("cas"):
        yield "cas", cas
    if unii := entry.get("unii"):
        yield "unii", unii


def _drop_merged(database: sqlite3.Connection) -> None:
    """Drop entries that another export, without them, lists as secondary accessions of another entry."""
    dropped = database.execute(
        """DELETE FROM entry WHERE accession IN (
            SELECT old.accession FROM key
            JOIN entry AS old ON old.accession = key.value
            JOIN entry AS new ON new.accession = key.accession
            WHERE key.kind = 'id' AND key.value <> key.accession AND new.exports & ~old.exports <> 0
        )"""
    ).rowcount
    if dropped:
        database.execute("DELETE FROM key WHERE accession NOT IN (SELECT accession FROM entry)")


def _record(database: sqlite3.Connection, position: int, export: Export, types: Counter[str]) -> None:
    row = (
        position, str(export.path.resolve()), *export.stamp, export.sha256, export.format, export.release,
        types.total(), " ".join(sorted(_decided(export.format, types))),
    )  # fmt: skip
    if _stamp(export.path)[1:] != export.stamp:
        raise refusal(export.path, "changed while it was read; import it again")
    database.execute("INSERT INTO export VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def _decided(format_: str, types: Counter[str]) -> set[str]:
    """What the silence of an export proves.

    The full database, whose end is marked, and a whole vocabulary list every entry with its names and InChIKey. Drug
    links are also offered for one type or group, and lack synonyms and structures; structure links are about
    structures only.
    """
    if format_ == "full database":
        return {"id", "inchikey", "name"}
    if types.total() <= WHOLE_FROM:
        return set()
    if format_ == "vocabulary":
        return {"id", "inchikey", "name"}
    if format_ == "structure links":
        return {"inchikey"}
    return {"id"} if format_ == "drug links" and (len(types) > 1 or "" in types) else set()
