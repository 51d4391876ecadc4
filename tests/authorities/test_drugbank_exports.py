"""Which export a file is, and what the CSV exports and page copies say."""

from __future__ import annotations

import hashlib
import os
import zipfile
from datetime import date
from pathlib import Path

import pytest

from canonid.authorities.drugbank.entry import Entry
from canonid.authorities.drugbank.exports import Export, Format, hash_file, read_entries, recognise
from canonid.errors import ExportError
from tests.authorities.drugbank_files import (
    ANAKINRA,
    BERBERINE,
    BIOTECH,
    FISETIN,
    PAGE,
    SIROLIMUS,
    VOCABULARY_HEADER,
    database,
    vocabulary,
    write,
    zipped,
)

DRUG_LINKS = (
    "DrugBank ID,Name,CAS Number,Drug Type,KEGG Compound ID,PubChem Compound ID,PubChem Substance ID,Wikipedia ID\n"
    "DB90001,Exemplarin,528-48-3,SmallMoleculeDrug,C0,900001,900002,Exemplarin\n"
    "DB90002,Generatide,,BiotechDrug,,,900003,\n"
)
STRUCTURE_LINKS = (
    "DrugBank ID,Name,CAS Number,Drug Groups,InChIKey,InChI,SMILES,Formula,PubChem Compound ID,ChEMBL ID\n"
    "DB90001,Exemplarin,528-48-3,approved; withdrawn,"
    "XHEFDIBZLJXQHF-UHFFFAOYSA-N,InChI=1S/x,C,C15H10O6,900001,CHEMBL900001\n"
)


def entries(path: Path) -> list[Entry]:
    return [entry for entry, _, _ in read_entries(recognise(path))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (vocabulary(ANAKINRA), Format.VOCABULARY),
        (DRUG_LINKS, Format.DRUG_LINKS),
        (STRUCTURE_LINKS, Format.STRUCTURE_LINKS),
        (database(BIOTECH), Format.DATABASE),
        (PAGE, Format.PAGE),
    ],
    ids=lambda value: value.name if isinstance(value, Format) else "",
)
def test_the_content_tells_the_format(tmp_path: Path, text: str, expected: Format) -> None:
    """A misleading name does not count."""
    assert recognise(write(tmp_path, text, "full database.xml.csv")).format is expected


def test_a_vocabulary_row_becomes_an_entry_without_its_empty_columns(tmp_path: Path) -> None:
    """An empty InChIKey is absent, not empty."""
    assert entries(write(tmp_path, vocabulary(ANAKINRA))) == [
        {
            "id": "DB00026",
            "secondary": ["BIOD00060", "BTD00060"],
            "name": "Anakinra",
            "cas": "143090-92-0",
            "unii": "9013DUQ28K",
            "synonyms": ["Anakinra", "IL-1RA", "Interleukin-1 receptor antagonist anakinra"],
        }
    ]


def test_the_primary_accession_is_not_among_the_secondary_ones(tmp_path: Path) -> None:
    """Even if an export repeats it there."""
    (entry,) = entries(write(tmp_path, vocabulary("DB90001,DB90009 | DB90001 | DB90009,Name,,,,")))
    assert entry["secondary"] == ["DB90009"]


def test_every_row_is_read_whatever_stands_before_the_header(tmp_path: Path) -> None:
    """The lines read ahead to find the header are rows too."""
    rows = (
        ANAKINRA,
        SIROLIMUS,
        BERBERINE,
        FISETIN,
        *(f"DB{number},,Drug {number},,,," for number in range(91000, 91010)),
    )
    assert len(entries(write(tmp_path, vocabulary(*rows)))) == len(rows)


def test_a_spreadsheet_re_export_reads_as_the_original(tmp_path: Path) -> None:
    """Semicolons, a line of column names, a byte order mark, CRLF and blank rows change nothing."""
    lines = ["Column1;Column2;Column3;Column4;Column5;Column6;Column7", VOCABULARY_HEADER.replace(",", ";")]
    lines += [BERBERINE.replace(",", ";"), ";;;;;;", ""]
    changed = write(tmp_path, b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    assert entries(changed) == entries(write(tmp_path, vocabulary(BERBERINE), "original"))


def test_drug_links_give_the_type_and_the_pointers(tmp_path: Path) -> None:
    """Columns are read by name; unknown ones are left out."""
    assert entries(write(tmp_path, DRUG_LINKS)) == [
        {
            "id": "DB90001",
            "name": "Exemplarin",
            "cas": "528-48-3",
            "type": "small molecule",
            "xrefs": {"pubchem.compound": ["900001"], "pubchem.substance": ["900002"]},
        },
        {"id": "DB90002", "name": "Generatide", "type": "biotech", "xrefs": {"pubchem.substance": ["900003"]}},
    ]


def test_structure_links_give_structure_groups_and_the_chembl_pointer(tmp_path: Path) -> None:
    """The InChI and SMILES columns are not needed and stay in the export."""
    (entry,) = entries(write(tmp_path, STRUCTURE_LINKS))
    assert entry == {
        "id": "DB90001",
        "name": "Exemplarin",
        "cas": "528-48-3",
        "groups": ["approved", "withdrawn"],
        "inchikey": "XHEFDIBZLJXQHF-UHFFFAOYSA-N",
        "formula": "C15H10O6",
        "xrefs": {"pubchem.compound": ["900001"], "chembl.compound": ["CHEMBL900001"]},
    }


def test_a_page_copy_gives_only_what_survives_copying(tmp_path: Path) -> None:
    """The weight is the protein's, not that of its target further down; bullets below the products are no synonyms."""
    assert entries(write(tmp_path, PAGE)) == [
        {
            "id": "DB90002",
            "secondary": ["BIOD90002", "BTD90002"],
            "name": "Generatide",
            "synonyms": ["Generatide", "GNR-1"],
            "type": "biotech",
            "classification": ["Protein Based Therapies", "Interleukin-based products"],
            "mass": "17257.6",
            "atc": ["L04AC99"],
        }
    ]


def test_a_bare_page_copy_gives_the_accession(tmp_path: Path) -> None:
    """What is not there is absent."""
    assert entries(write(tmp_path, "Accession Number\nDB90002\n")) == [{"id": "DB90002"}]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("Updated on June 16, 2019 06:40", date(2019, 6, 16)),
        ("Updated on Juni 16, 2019", date(2001, 2, 3)),
        ("Updated on June 31, 2019", date(2001, 2, 3)),
        ("", date(2001, 2, 3)),
    ],
)
def test_a_page_copy_is_dated_by_its_last_line_else_by_the_file(tmp_path: Path, last: str, expected: date) -> None:
    """A date that cannot be is none."""
    path = write(tmp_path, f"Accession Number\nDB90002\n{last}")
    os.utime(path, (981_158_400, 981_158_400))  # 2001-02-03
    assert recognise(path).dated == expected


def test_the_release_names_format_day_and_hash(tmp_path: Path) -> None:
    """A CSV has no release of its own: the day of the file and the hash stand for it."""
    path = write(tmp_path, vocabulary(ANAKINRA))
    os.utime(path, (981_158_400, 981_158_400))
    assert recognise(path).release == f"vocabulary, file of 2001-02-03 (sha256:{hash_file(path)[:12]})"


def test_the_release_of_the_database_is_what_its_root_says(tmp_path: Path) -> None:
    """Version and export date are attributes of the root."""
    assert recognise(write(tmp_path, database(BIOTECH))).release.startswith("full database 5.1 of 2024-01-02 (sha256:")


def test_a_zip_archive_is_read_through(tmp_path: Path) -> None:
    """Directories do not count; the hash is that of the archive, the day that of its member."""
    path = zipped(tmp_path, {"data/": "", "data/vocabulary.csv": vocabulary(ANAKINRA)})
    export = recognise(path)
    assert (export.format, export.sha256, export.dated) == (Format.VOCABULARY, hash_file(path), date(2023, 5, 6))
    assert [entry["id"] for entry in entries(path)] == ["DB00026"]


def test_a_zip_member_without_a_possible_day_has_the_day_of_the_archive(tmp_path: Path) -> None:
    """Some packers leave the day at zero."""
    path = zipped(tmp_path, {"v.csv": vocabulary(ANAKINRA)})
    content = bytearray(path.read_bytes())
    central = content.index(b"PK\x01\x02")
    content[central + 14 : central + 16] = b"\x00\x00"
    path.write_bytes(content)
    os.utime(path, (981_158_400, 981_158_400))
    assert recognise(path).dated == date(2001, 2, 3)


def refused(path: Path) -> str:
    """What the refusal of a file says behind its name."""
    with pytest.raises(ExportError) as caught:
        list(read_entries(recognise(path)))
    message = str(caught.value)
    assert message.startswith(str(path))
    return message.removeprefix(str(path))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", ":1: is none of DrugBank's exports"),
        (b"%PDF-1.7", ":1: is none of DrugBank's exports"),
        (bytes(range(256)) * 8, ":1: is none of DrugBank's exports"),
        (b"Name,CAS\nAnakinra,143090-92-0\n", ":1: is none of DrugBank's exports"),
        (b"<!DOCTYPE html><html></html>", ":1: is an HTML page"),
        (b"\n <HTML lang='en'>", ":1: is an HTML page"),
        (b"<html><body>403 Forbidden</body></html>", ":1: is an HTML page"),
        (vocabulary(ANAKINRA, "DB00027,x").encode(), ":3: 2 cells where the header has 7"),
        (vocabulary(ANAKINRA, ANAKINRA[:40] + ',"x').encode(), ":3: not valid CSV"),
        (vocabulary(ANAKINRA, ANAKINRA.replace("DB00026", "BTD00060")).encode(), ":3: 'BTD00060' is not"),
        (vocabulary(ANAKINRA, ANAKINRA.replace("DB00026", "")).encode(), ":3: '' is not a DrugBank accession"),
        (vocabulary(ANAKINRA, SIROLIMUS).encode("latin-1"), ":3: not UTF-8 (byte 0xfa)"),
        (vocabulary(ANAKINRA, SIROLIMUS).encode()[:-1], ":3: the file ends in the middle of a line"),
        (vocabulary(ANAKINRA, SIROLIMUS).encode()[:-12], ":3: the file ends in the middle of a line"),
        (vocabulary(SIROLIMUS, ANAKINRA).encode()[:-1], ":3: the file ends in the middle of a line"),
        (vocabulary(ANAKINRA).encode() + b"x" * 1_100_000, ":3: a line longer than"),
        (vocabulary(ANAKINRA).encode() + b'DB1,"' + b"x" * 200_000 + b"\n", ":3: not valid CSV (field larger"),
        (PAGE.encode("utf-8")[:-1] + b"\xff", f":{PAGE.count(chr(10)) + 1}: not UTF-8"),
        (PAGE.encode() + b"x" * 4_200_000, ": larger than"),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_reason(tmp_path: Path, text: bytes, expected: str) -> None:
    """The message starts with the file, so that it can be found, and the line, so that it can be looked at."""
    assert refused(write(tmp_path, text)).startswith(expected)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """No file, no export."""
    assert refused(tmp_path / "absent.xml") == ": cannot be read: No such file or directory"


def test_hashing_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The same words wherever reading fails."""
    with pytest.raises(ExportError, match="cannot be read: No such file"):
        hash_file(tmp_path / "absent.xml")


def test_a_file_that_is_replaced_by_another_format_is_refused(tmp_path: Path) -> None:
    """The reader looks again and does not trust what the file once was."""
    path = write(tmp_path, vocabulary(ANAKINRA))
    export = recognise(path)
    path.write_text("nothing of the kind\n")
    with pytest.raises(ExportError, match=":1: no header line"):
        list(read_entries(export))


def test_a_page_that_is_replaced_by_another_text_is_refused(tmp_path: Path) -> None:
    """A copy without its accession is nobody's."""
    export = recognise(write(tmp_path, PAGE))
    export.path.write_text("nothing of the kind\n")
    with pytest.raises(ExportError, match=":1: no accession below the heading"):
        list(read_entries(export))


def test_an_archive_with_several_files_is_refused(tmp_path: Path) -> None:
    """Which of them would it be?"""
    path = zipped(tmp_path, {"a.csv": vocabulary(ANAKINRA), "b.csv": "x"})
    assert refused(path).startswith(": the zip archive holds 2 files (a.csv, b.csv)")


def test_an_archive_in_an_archive_is_refused(tmp_path: Path) -> None:
    """Unpacking goes one level deep."""
    inner = zipped(tmp_path, {"a.csv": vocabulary(ANAKINRA)}, "inner.zip")
    outer = tmp_path / "outer.zip"
    with zipfile.ZipFile(outer, "w") as archive:
        archive.write(inner, "inner.zip")
    assert "is none of DrugBank's exports" in refused(outer)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """A ratio that no DrugBank export comes near."""
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("database.xml", "w") as member:
        for _ in range(70):
            member.write(bytes(1_000_000))
    assert "database.xml would unpack to 70,000,000 bytes: refused as a zip bomb" in refused(path)


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    """It says what to do instead of failing in the middle."""
    path = zipped(tmp_path, {"v.csv": vocabulary(ANAKINRA)})
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert refused(path) == ": the zip archive is encrypted; unpack it first"


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95])
def test_a_truncated_archive_is_refused(tmp_path: Path, cut: float) -> None:
    """An archive without its end says so."""
    path = zipped(tmp_path, {"v.csv": vocabulary(ANAKINRA, SIROLIMUS)})
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * cut)])
    assert refused(path).startswith(": the zip archive is damaged")


def test_an_lzma_archive_whose_bytes_changed_is_refused(tmp_path: Path) -> None:
    """Every way of packing has errors of its own."""
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("v.csv", vocabulary(*(f"DB{number},,{number},,,," for number in range(91_000, 91_900))))
    content = bytearray(path.read_bytes())
    content[60:400] = bytes(byte ^ 0x5A for byte in content[60:400])
    path.write_bytes(content)
    assert refused(path).startswith(": the zip archive is damaged")


def test_an_archive_whose_member_has_no_name_in_unicode_is_refused(tmp_path: Path) -> None:
    """Though it says that it has."""
    path = zipped(tmp_path, {"vé.csv": vocabulary(ANAKINRA)})
    path.write_bytes(path.read_bytes().replace("vé.csv".encode(), b"v\xff\xff.csv"))
    assert refused(path).startswith(": the zip archive is damaged")


def test_an_archive_whose_bytes_changed_is_refused(tmp_path: Path) -> None:
    """A checksum or the packed stream itself shows it."""
    rows = [f"DB{number},,{hashlib.sha256(bytes(number)).hexdigest()},,,," for number in range(91000, 91900)]
    path = zipped(tmp_path, {"v.csv": vocabulary(*rows)})
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)
    assert refused(path)


def test_exports_are_compared_by_richness() -> None:
    """The database knows most, a page copy least."""
    ranks = [
        format_.rank for format_ in (Format.DATABASE, Format.STRUCTURE_LINKS, Format.DRUG_LINKS, Format.VOCABULARY)
    ]
    assert ranks == sorted(ranks)
    assert max(ranks) < Format.PAGE.rank


def test_recognising_remembers_size_and_time(tmp_path: Path) -> None:
    """They tell later whether the file is still the same."""
    path = write(tmp_path, vocabulary(ANAKINRA))
    export: Export = recognise(path)
    assert export.stamp == (path.stat().st_size, path.stat().st_mtime_ns)
