"""Importing exports: all of them or none, merged by accession, and nothing done twice."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from canonid.authorities.drugbank.catalogue import WHOLE_FROM, import_exports
from canonid.authorities.drugbank.exports import hash_file
from canonid.authorities.drugbank.lookup import Catalogue
from canonid.errors import ExportError, StoreError, UsageError
from canonid.names import name_key
from tests.authorities.drugbank_files import (
    ANAKINRA,
    BERBERINE,
    BIOTECH,
    FISETIN,
    PAGE,
    SIROLIMUS,
    SMALL_MOLECULE,
    database,
    simple_drug,
    vocabulary,
    whole_vocabulary,
    write,
    zipped,
)

LINKS = "DrugBank ID,Name,Drug Type,PubChem Compound ID\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "drugbank.sqlite"


def found(path: Path, kind: str, value: str) -> list[str]:
    """The accessions that the catalogue finds."""
    with Catalogue.opened(path) as catalogue:
        assert catalogue is not None
        return list(catalogue.find(kind, value))


def entry(path: Path, accession: str) -> dict[str, object]:
    with Catalogue.opened(path) as catalogue:
        assert catalogue is not None
        (body,) = catalogue.find("id", accession).values()
        content: dict[str, object] = json.loads(body)
        return content


def dump(path: Path) -> list[tuple[object, ...]]:
    """Everything that the catalogue holds."""
    with closing(sqlite3.connect(path)) as database_:
        return [row for table in ("export", "entry", "key") for row in database_.execute(f"SELECT * FROM {table}")]  # noqa: S608 - literals


def decides(path: Path) -> set[str]:
    with Catalogue.opened(path) as catalogue:
        assert catalogue is not None
        return {kind for kind in ("id", "inchikey", "name") if catalogue.decides(kind)}


def test_an_import_says_what_it_holds(tmp_path: Path, path: Path) -> None:
    """Format, release, hash and the number of entries."""
    file = write(tmp_path, vocabulary(ANAKINRA, SIROLIMUS))
    (imported,) = import_exports(path, [file])
    assert (imported.format, imported.sha256, imported.entries) == ("vocabulary", hash_file(file), 2)
    assert imported.release.startswith("vocabulary, file of ")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("id", "DB00877"),
        ("id", "DB02439"),
        ("id", "APRD00178"),
        ("name", name_key("SIROLIMUS")),
        ("name", name_key("sirolimus")),
        ("name", name_key("(−)-Rapamycin")),
        ("inchikey", "QFJCIRLUMZQUOT-HPLJOQBZSA-N"),
        ("cas", "53123-88-9"),
        ("unii", "W36ZG6FT64"),
    ],
)
def test_an_entry_is_found_by_everything_that_names_it(tmp_path: Path, path: Path, kind: str, value: str) -> None:
    """By primary and secondary accession, any name however spelt, InChIKey, CAS number and UNII."""
    import_exports(path, [write(tmp_path, vocabulary(ANAKINRA, SIROLIMUS))])
    assert found(path, kind, value) == ["DB00877"]


def test_an_entry_without_a_name_is_found_by_its_accession(tmp_path: Path, path: Path) -> None:
    """And by nothing else: the empty name is nobody's."""
    import_exports(path, [write(tmp_path, "Accession Number\nDB90002\n")])
    assert (found(path, "id", "DB90002"), found(path, "name", "")) == (["DB90002"], [])


def test_a_pipe_is_refused(tmp_path: Path, path: Path) -> None:
    """It would hang, and could not be read a second time; the former import stays."""
    os.mkfifo(tmp_path / "pipe")
    for _ in range(2):
        with pytest.raises(ExportError, match="pipe: is a pipe; write its content to a file first"):
            import_exports(path, [tmp_path / "pipe"])
        import_exports(path, [write(tmp_path, vocabulary(ANAKINRA))])
    assert found(path, "id", "DB00026") == ["DB00026"]


def test_where_nothing_was_imported_there_is_no_catalogue(path: Path) -> None:
    """Looking does not create one."""
    with Catalogue.opened(path) as catalogue:
        assert catalogue is None
    assert not path.exists()


def test_an_import_that_failed_leaves_no_catalogue_where_there_was_none(tmp_path: Path, path: Path) -> None:
    """The file is there, but nothing was ever imported."""
    with pytest.raises(ExportError):
        import_exports(path, [write(tmp_path, vocabulary())])
    with Catalogue.opened(path) as catalogue:
        assert catalogue is None


def test_what_is_not_there_is_not_found(tmp_path: Path, path: Path) -> None:
    """No guess, no likeness."""
    import_exports(path, [write(tmp_path, vocabulary(ANAKINRA))])
    assert found(path, "id", "DB00027") == []


def test_preferred_names_come_before_synonyms(tmp_path: Path, path: Path) -> None:
    """A name that is another drug's synonym finds both."""
    rows = ("DB90001,,Alpha,,,Beta,", "DB90002,,Beta,,,,")
    import_exports(path, [write(tmp_path, vocabulary(*rows))])
    assert found(path, "name", "beta") == ["DB90002", "DB90001"]


def test_an_accession_that_is_primary_and_secondary_in_one_file_is_the_primary(tmp_path: Path, path: Path) -> None:
    """The file contradicts itself; its own row says more than a list."""
    rows = ("DB90001,DB90002,Alpha,,,,", "DB90002,,Beta,,,,")
    import_exports(path, [write(tmp_path, vocabulary(*rows))])
    assert found(path, "id", "DB90002") == ["DB90002"]


def test_several_exports_are_merged_field_by_field(tmp_path: Path, path: Path) -> None:
    """The richer export stands, the others fill what it lacks, and names and secondary accessions are united."""
    row = 'DB90001,"DB90009 | APRD90001",Exemplarinum,999-99-9,AAAAAAAAAA,Ex | Exemplarin,'
    links = (
        "DrugBank ID,Name,CAS Number,Drug Type,PubChem Compound ID,ChEMBL ID\nDB90002,,111-11-1,BiotechDrug,7,CHEMBL7\n"
    )
    files = [write(tmp_path, vocabulary(row), "v"), write(tmp_path, links, "l"), write(tmp_path, PAGE, "p")]
    files.append(write(tmp_path, database(SMALL_MOLECULE, BIOTECH), "x"))
    imported = import_exports(path, files)
    assert [export.format for export in imported] == ["full database", "drug links", "vocabulary", "page copy"]
    small, biologic = entry(path, "DB90001"), entry(path, "DB90002")
    assert (small["name"], small["cas"]) == ("Exemplarin", "528-48-3")
    assert small["secondary"] == ["DB90009", "EXPT90001", "APRD90001"]
    assert small["synonyms"] == ["Exemplarin", "Exemplarine longue", "Ex", "Exemplarinum"]
    assert (biologic["cas"], biologic["mass"], biologic["atc"]) == ("111-11-1", "6979.0", ["L04AC99"])
    assert biologic["xrefs"] == {
        "pubchem.substance": ["900003"],
        "pubchem.compound": ["7"],
        "chembl.compound": ["CHEMBL7"],
    }


def test_the_release_names_every_export(tmp_path: Path, path: Path) -> None:
    """The richest first."""
    import_exports(path, [write(tmp_path, PAGE, "p"), write(tmp_path, vocabulary(ANAKINRA), "v")])
    with Catalogue.opened(path) as catalogue:
        assert catalogue is not None
        first, _, second = catalogue.release.partition(" + ")
        assert (first[:20], second[:26]) == ("vocabulary, file of ", "page copy of 2019-06-16 (s")


def test_the_newer_of_two_equal_exports_stands(tmp_path: Path, path: Path) -> None:
    """Whatever their order on the command line."""
    old, new = (write(tmp_path, vocabulary(f"DB90001,,{name},,,,"), name) for name in ("Old", "New"))
    os.utime(old, (1_000_000_000, 1_000_000_000))
    import_exports(path, [old, new])
    assert entry(path, "DB90001") == {"id": "DB90001", "name": "New", "synonyms": ["Old"]}


def test_an_entry_that_another_export_merged_is_secondary(tmp_path: Path, path: Path) -> None:
    """The older export still has it as a drug of its own; DrugBank merges entries and does not part them."""
    older = write(tmp_path, database(simple_drug(877, name="Sirolimus"), simple_drug(2439, name="Rapa")), "x")
    import_exports(path, [older, write(tmp_path, vocabulary(SIROLIMUS), "v")])
    assert found(path, "id", "DB02439") == ["DB00877"]
    assert found(path, "name", "rapa") == []


def test_a_file_named_twice_is_imported_once(tmp_path: Path, path: Path) -> None:
    """Also under another name."""
    files = [write(tmp_path, vocabulary(ANAKINRA), name) for name in ("a", "b")]
    assert len(import_exports(path, files)) == 1


def test_the_catalogue_holds_exactly_the_last_import(tmp_path: Path, path: Path) -> None:
    """Importing replaces; what is to be merged is named together."""
    import_exports(path, [write(tmp_path, vocabulary(ANAKINRA), "a")])
    import_exports(path, [write(tmp_path, vocabulary(FISETIN), "b")])
    assert found(path, "id", "DB00026") == []
    assert found(path, "id", "DB07795") == ["DB07795"]


def test_fewer_files_than_are_held_are_another_import(tmp_path: Path, path: Path) -> None:
    """What is not named any more goes."""
    files = [write(tmp_path, vocabulary(row), row[:7]) for row in (ANAKINRA, FISETIN)]
    import_exports(path, files)
    import_exports(path, files[:1])
    assert found(path, "id", "DB07795") == []


def test_what_is_held_is_not_read_again(tmp_path: Path, path: Path) -> None:
    """Size and time are enough to know it: changed bytes under the same stamp are not even looked at."""
    file = write(tmp_path, vocabulary(ANAKINRA))
    first = import_exports(path, [file])
    stamp = file.stat()
    file.write_bytes(b"x" * stamp.st_size)
    os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    calls: list[str] = []
    assert import_exports(path, [file], lambda name, _done, _size: calls.append(name)) == first
    assert calls == []


def test_a_moved_file_is_known_by_its_hash(tmp_path: Path, path: Path) -> None:
    """And from then on by its new place."""
    file = write(tmp_path, vocabulary(ANAKINRA))
    import_exports(path, [file])
    moved = file.rename(tmp_path / "moved.csv")
    calls: list[str] = []
    (imported,) = import_exports(path, [moved], lambda name, _done, _size: calls.append(name))
    assert (imported.path, calls) == (str(moved), [])


def test_a_changed_file_is_imported_anew(tmp_path: Path, path: Path) -> None:
    """Another hash is another export."""
    import_exports(path, [write(tmp_path, vocabulary(ANAKINRA))])
    import_exports(path, [write(tmp_path, vocabulary(ANAKINRA, SIROLIMUS))])
    assert found(path, "id", "DB00877") == ["DB00877"]


def test_a_file_that_vanished_is_refused(tmp_path: Path, path: Path) -> None:
    """The former import is still there for those who name no file."""
    file = write(tmp_path, vocabulary(ANAKINRA))
    import_exports(path, [file])
    file.unlink()
    with pytest.raises(ExportError, match=r"export\.txt: cannot be read: No such file"):
        import_exports(path, [file])
    assert found(path, "id", "DB00026") == ["DB00026"]


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ([vocabulary(SIROLIMUS, BERBERINE, SIROLIMUS)], ":4: DB00877 stands there twice, first on line 2"),
        ([vocabulary(SIROLIMUS, "DB1")], ":3: 1 cells where the header has 7"),
        ([vocabulary()], ": a vocabulary without any entry"),
        ([database(SMALL_MOLECULE)[:-20]], "ends before </drugbank>"),
        ([vocabulary(SIROLIMUS), "nonsense"], ":1: is none of DrugBank's exports"),
        ([database(SMALL_MOLECULE), vocabulary(SIROLIMUS, SIROLIMUS)], "DB00877 stands there twice"),
    ],
)
def test_a_failed_import_leaves_the_former_one(tmp_path: Path, path: Path, texts: Sequence[str], reason: str) -> None:
    """To the last byte, whichever of the files fails and however late."""
    import_exports(path, [write(tmp_path, vocabulary(ANAKINRA), "former")])
    before = dump(path)
    files = [write(tmp_path, text, f"new {number}") for number, text in enumerate(texts)]
    with pytest.raises(ExportError) as caught:
        import_exports(path, files)
    assert reason in str(caught.value)
    assert found(path, "id", "DB00026") == ["DB00026"]
    assert [file.name for file in path.parent.iterdir()] == ["drugbank.sqlite"]
    assert dump(path) == before


def test_an_interrupted_import_leaves_the_former_one(tmp_path: Path, path: Path) -> None:
    """Ctrl-C comes while the entries are written."""
    import_exports(path, [write(tmp_path, vocabulary(ANAKINRA), "former")])

    def interrupt(_name: str, _done: int, _size: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_exports(path, [write(tmp_path, vocabulary(FISETIN), "new")], interrupt)
    assert found(path, "id", "DB00026") == ["DB00026"]


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, path: Path) -> None:
    """What was hashed would not be what was read."""
    file = write(tmp_path, vocabulary(ANAKINRA))

    def append(_name: str, _done: int, _size: int) -> None:
        with file.open("a") as stream:
            stream.write(SIROLIMUS + "\n")

    with pytest.raises(ExportError, match="changed while it was read"):
        import_exports(path, [file], append)


def test_readers_see_the_former_import_until_the_new_one_is_complete(tmp_path: Path, path: Path) -> None:
    """Looking something up while an import runs neither waits nor fails."""
    import_exports(path, [write(tmp_path, vocabulary(ANAKINRA), "former")])
    rows = [f"DB{number},,{'Long name ' * 60}{number},,,," for number in range(20_000, 26_000)]  # more than is cached
    seen: list[list[str]] = []
    import_exports(
        path,
        [write(tmp_path, vocabulary(*rows), "new")],
        lambda _name, _done, _size: seen.append(found(path, "id", "DB00026")),
    )
    assert seen == [["DB00026"]] * 12
    assert found(path, "id", "DB00026") == []


def test_the_catalogue_at_rest_is_one_file(tmp_path: Path, path: Path) -> None:
    """So that it can be copied, or read from a folder that cannot be written."""
    import_exports(path, [write(tmp_path, vocabulary(ANAKINRA))])
    found(path, "id", "DB00026")
    assert [file.name for file in path.parent.iterdir()] == ["drugbank.sqlite"]


def test_an_import_works_while_somebody_reads(tmp_path: Path, path: Path) -> None:
    """A reader in the middle of its look-ups only keeps the file from being tidied."""
    import_exports(path, [write(tmp_path, vocabulary(ANAKINRA), "former")])
    with Catalogue.opened(path) as reading:
        assert reading is not None
        import_exports(path, [write(tmp_path, vocabulary(FISETIN), "new")])
        assert list(reading.find("id", "DB07795")) == ["DB07795"]


def test_a_second_import_at_the_same_time_is_refused(tmp_path: Path, path: Path) -> None:
    """Two at once would undo each other; who does not want to wait is told."""
    import_exports(path, [write(tmp_path, vocabulary(ANAKINRA), "a")])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another import of DrugBank exports is running"):
            import_exports(path, [write(tmp_path, vocabulary(FISETIN), "b")], wait=0)


def test_a_second_import_of_the_same_file_waits_and_finds_it_done(tmp_path: Path, path: Path) -> None:
    """Two runs that start together import once."""
    file = write(tmp_path, vocabulary(ANAKINRA))
    read: list[str] = []
    second = threading.Thread(target=import_exports, args=(path, [file], lambda *_: read.append("second")))

    def first(_name: str, _done: int, _size: int) -> None:
        read.append("first")
        second.start()

    import_exports(path, [file], first)
    second.join()
    assert read == ["first"]


def test_progress_reports_bytes_of_each_file(tmp_path: Path, path: Path) -> None:
    """Up to the whole file."""
    rows = [f"DB{number},,Drug {number},,,," for number in range(20_000, 21_200)]
    file = write(tmp_path, vocabulary(*rows), "v.csv")
    calls: list[tuple[str, int, int]] = []
    import_exports(path, [file], lambda *call: calls.append(call))
    size = file.stat().st_size
    assert [(name, total) for name, _, total in calls] == [("v.csv", size)] * 3
    assert [done for _, done, _ in calls] == sorted(done for _, done, _ in calls)
    assert calls[-1][1] == size


def test_nothing_to_import_is_a_mistake(path: Path) -> None:
    """An empty catalogue would look like an answer."""
    with pytest.raises(UsageError, match="no DrugBank export named"):
        import_exports(path, [])


def test_a_foreign_database_is_not_touched(tmp_path: Path, path: Path) -> None:
    """The store beside it, named by mistake, survives."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE evidence (x)")
    with pytest.raises(StoreError, match="is a database, but not a DrugBank catalogue"):
        import_exports(path, [write(tmp_path, vocabulary(ANAKINRA))])


def test_a_file_that_is_no_database_is_not_touched(tmp_path: Path, path: Path) -> None:
    """It might be anything."""
    path.parent.mkdir()
    path.write_text("precious" * 1000)
    with pytest.raises(StoreError, match="cannot be written: file is not a database"):
        import_exports(path, [write(tmp_path, vocabulary(ANAKINRA))])


def test_a_catalogue_in_an_impossible_place_is_refused(tmp_path: Path) -> None:
    """The message names the folder that cannot be made."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="the folder of the DrugBank catalogue"):
        import_exports(tmp_path / "file" / "drugbank.sqlite", [write(tmp_path, vocabulary(ANAKINRA))])


def test_a_catalogue_of_another_version_is_made_anew(tmp_path: Path, path: Path) -> None:
    """Reading it asks for an import, and the import replaces its tables."""
    file = write(tmp_path, vocabulary(ANAKINRA))
    import_exports(path, [file])
    with closing(sqlite3.connect(path)) as older:
        older.execute("PRAGMA user_version=99")
        older.execute("CREATE TABLE extra (x)")
    with pytest.raises(StoreError, match="import the DrugBank export again"), Catalogue.opened(path):
        pass
    import_exports(path, [file])
    assert found(path, "id", "DB00026") == ["DB00026"]


def test_two_processes_import_the_same_as_one(tmp_path: Path, path: Path) -> None:
    """Entry by entry and key by key."""
    drugs = [simple_drug(at, extra=f"<toxicity>{'x' * 50_000}</toxicity>") for at in range(50)]
    file = write(tmp_path, database(SMALL_MOLECULE, *drugs, BIOTECH))
    other = tmp_path / "other.sqlite"
    import_exports(path, [file])
    import_exports(other, [file], workers=2)
    assert dump(other) == dump(path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (database(simple_drug(1), simple_drug(2), simple_drug(1)), ":11: DB00001 stands there twice, first on line 3"),
        (database(simple_drug(1), "<drug></name></drug>"), ":7: not well-formed XML"),
    ],
)
def test_two_processes_refuse_with_the_line_that_one_finds(tmp_path: Path, path: Path, text: str, reason: str) -> None:
    """A slice does not know its lines, so the whole file is read again as one."""
    with pytest.raises(ExportError, match=reason):
        import_exports(path, [write(tmp_path, text)], workers=2)


def test_a_packed_database_is_read_by_one_process(tmp_path: Path, path: Path) -> None:
    """Asking for more does no harm."""
    import_exports(path, [zipped(tmp_path, {"full database.xml": database(BIOTECH)})], workers=2)
    assert found(path, "id", "BTD90002") == ["DB90002"]


def links(count: int, types: Sequence[str]) -> str:
    rows = (f"DB{number:05},Drug {number},{types[number % len(types)]},\n" for number in range(count))
    return LINKS + "".join(rows)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (database(BIOTECH), {"id", "inchikey", "name"}),
        (vocabulary(ANAKINRA), set()),
        (whole_vocabulary(ANAKINRA), {"id", "inchikey", "name"}),
        (PAGE, set()),
        (links(WHOLE_FROM, ["SmallMoleculeDrug", "BiotechDrug"]), set()),
        (links(WHOLE_FROM + 1, ["SmallMoleculeDrug", "BiotechDrug"]), {"id"}),
        (links(WHOLE_FROM + 1, ["SmallMoleculeDrug"]), set()),
        (links(WHOLE_FROM + 1, [""]), {"id"}),
        (links(WHOLE_FROM + 1, [""]).replace("Drug Type", "InChIKey"), {"inchikey"}),
    ],
    ids=["database", "few rows", "vocabulary", "page", "few links", "links", "one type", "untyped", "structures"],
)
def test_silence_proves_only_what_an_export_lists_in_full(
    tmp_path: Path, path: Path, text: str, expected: set[str]
) -> None:
    """An excerpt, or a list without names, must not make anybody believe that a drug does not exist."""
    import_exports(path, [write(tmp_path, text)])
    assert decides(path) == expected
