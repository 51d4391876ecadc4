"""Reading the catalogue of imported entries: by accession, InChIKey, name, CAS number or UNII."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from canonid.errors import StoreError

APPLICATION = 0x43424442  # "CBDB": keeps an import from overwriting somebody else's database
VERSION = 3  # 2: names are folded with the primes of their locants; 3: a short vocabulary decides nothing
WAIT = 5.0


@dataclass(frozen=True, slots=True)
class ImportedExport:
    """One export that the catalogue holds."""

    path: str
    format: str
    release: str
    sha256: str
    entries: int
    decides: frozenset[str] = frozenset()
    """What its silence proves: `id`, `inchikey`, `name`; empty for an excerpt."""

    @property
    def dated(self) -> date | None:
        """The day that its release names."""
        match = re.search(r" of ([0-9]{4}-[0-9]{2}-[0-9]{2}) ", self.release)
        return date.fromisoformat(match[1]) if match else None


def pragma(database: sqlite3.Connection, name: str) -> int:
    """The number that an SQLite pragma has."""
    return int(database.execute(f"PRAGMA {name}").fetchone()[0])


def read_imported(database: sqlite3.Connection) -> list[ImportedExport]:
    """The exports that the catalogue was made of, the richest first."""
    rows = database.execute("SELECT path, format, release, sha256, entries, decides FROM export ORDER BY position")
    return [
        ImportedExport(path, format_, release, sha256, entries, frozenset(decides.split()))
        for path, format_, release, sha256, entries, decides in rows
    ]


class Catalogue:
    """The catalogue, open for reading; build it with `Catalogue.opened`."""

    def __init__(self, database: sqlite3.Connection, exports: Sequence[ImportedExport]) -> None:
        self._database = database
        self.exports = tuple(exports)

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator[Catalogue | None]:
        """The catalogue at `path`; None if nothing was imported there.

        Raises StoreError if the file is damaged, of another version of canonid, or no catalogue.
        """
        if not path.exists():
            yield None
            return
        try:
            with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=WAIT)) as database:
                if not pragma(database, "user_version") and pragma(database, "application_id") == APPLICATION:
                    yield None  # made by an import that failed
                    return
                if (pragma(database, "application_id"), pragma(database, "user_version")) != (APPLICATION, VERSION):
                    raise StoreError(
                        f"{path} was not made by this version of canonid; import the DrugBank export again"
                    )
                yield cls(database, read_imported(database))
        except sqlite3.Error as error:
            raise StoreError(
                f"the DrugBank catalogue {path} cannot be read ({error}); import the export again"
            ) from error

    @property
    def release(self) -> str:
        """The releases of all exports that it was made of."""
        return " + ".join(export.release for export in self.exports)

    @property
    def size(self) -> int:
        """How many entries it holds."""
        return int(self._database.execute("SELECT count(*) FROM entry").fetchone()[0])

    def decides(self, kind: str) -> bool:
        """Whether not finding anything by `kind` proves that DrugBank has no such entry."""
        return any(kind in export.decides for export in self.exports)

    def accessions(self, limit: int) -> list[str]:
        """The first primary accessions."""
        rows = self._database.execute("SELECT accession FROM entry ORDER BY accession LIMIT ?", (limit,))
        return [accession for (accession,) in rows]

    def find(self, kind: str, value: str) -> dict[str, str]:
        """The stored JSON of the entries found by `kind` (`id`, `name`, `inchikey`, `cas`, `unii`), by accession.

        A name is a folded one (`canonid.names.name_key`) and finds preferred names before synonyms.
        """
        kinds = ("name", "synonym") if kind == "name" else (kind, kind)
        rows = self._database.execute(
            "SELECT accession, body FROM key JOIN entry USING (accession) "
            "WHERE kind IN (?, ?) AND value = ? ORDER BY kind, accession",
            (*kinds, value),
        )
        found = dict(rows.fetchall())
        return {value: found[value]} if value in found else found
