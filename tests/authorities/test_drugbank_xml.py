"""The full database: what is read of a record, and what is refused."""

from __future__ import annotations

import io
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from canonid.authorities.drugbank.entry import Entry
from canonid.authorities.drugbank.exports import read_entries, recognise
from canonid.authorities.drugbank.xml import LARGEST_DRUG, MOST_MARKS, read_database
from canonid.errors import ExportError
from tests.authorities.drugbank_files import (
    BIOTECH,
    NAMESPACE,
    ROOT,
    SMALL_MOLECULE,
    database,
    simple_drug,
    write,
    zipped,
)


def entries(path: Path) -> list[Entry]:
    return [entry for entry, _, _ in read_entries(recognise(path))]


def refused(path: Path) -> str:
    """What the refusal of a file says behind its name."""
    with pytest.raises(ExportError) as caught:
        entries(path)
    return str(caught.value).removeprefix(str(path))


def test_a_small_molecule_is_read_from_its_direct_children(tmp_path: Path) -> None:
    """Accessions in interactions and pathways are not its own, and nested drugs are no records."""
    assert entries(write(tmp_path, database(SMALL_MOLECULE))) == [
        {
            "id": "DB90001",
            "secondary": ["DB90009", "EXPT90001"],
            "name": "Exemplarin",
            "cas": "528-48-3",
            "unii": "OO2ABO9578",
            "mass": "286.2363",
            "type": "small molecule",
            "groups": ["approved", "investigational"],
            "classification": ["Flavonols"],
            "salts": [{"id": "DBSALT900001", "name": "Exemplarin sodium", "inchikey": "AAAAAAAAAAAAAA-BBBBBBBBSA-N"}],
            "synonyms": ["Exemplarin", "Exemplarine longue"],
            "categories": ["Vaccines"],
            "atc": ["A01AA01"],
            "formula": "C15H10O6",
            "inchikey": "XHEFDIBZLJXQHF-UHFFFAOYSA-N",
            "xrefs": {
                "chembl.compound": ["CHEMBL900001"],
                "pubchem.compound": ["900001"],
                "pubchem.substance": ["900002"],
            },
        }
    ]


def test_a_biologic_has_formula_and_weight_among_its_experimental_properties(tmp_path: Path) -> None:
    """Empty elements are absent fields; of the sequence only the length is kept."""
    assert entries(write(tmp_path, database(BIOTECH))) == [
        {
            "id": "DB90002",
            "secondary": ["BTD90002"],
            "name": "Generatide",
            "type": "biotech",
            "classification": ["Peptides"],
            "formula": "C287H440N80O111S6",
            "mass": "6979.0",
            "residues": 65,
            "xrefs": {"pubchem.substance": ["900003"]},
        }
    ]


def test_a_chain_of_nucleotides_has_no_residues(tmp_path: Path) -> None:
    """A sequence alone does not make a protein."""
    sequence = "<sequences><sequence format='FASTA'>&gt;x\nACGTACGT</sequence></sequences>"
    (entry,) = entries(write(tmp_path, database(simple_drug(90003, extra=sequence))))
    assert "residues" not in entry


def test_the_order_of_the_file_is_kept_and_lines_are_known(tmp_path: Path) -> None:
    """Beyond 65,535 lines too, where it is the line of the first text in the record."""
    text = database(simple_drug(1), "\n" * 70_000, simple_drug(2))
    located = list(read_entries(recognise(write(tmp_path, text))))
    assert [(entry["id"], line) for entry, line, _ in located] == [("DB00001", 3), ("DB00002", 70_008)]
    assert located[-1].done <= len(text)


def test_a_database_of_another_namespace_or_encoding_is_read(tmp_path: Path) -> None:
    """The elements are taken in the namespace of the root, the text in the encoding that it declares."""
    text = database(simple_drug(1, name="Naïvin"), root='<drugbank version="6">').replace("UTF-8", "UTF-16")
    path = write(tmp_path, text.encode("utf-16"))
    assert [entry["name"] for entry in entries(path)] == ["Naïvin"]


def test_comments_and_processing_instructions_are_skipped(tmp_path: Path) -> None:
    """What stands in them is not a record."""
    text = database(f"<!-- {simple_drug(1)} -->", "<?odd <drug ?>", simple_drug(2))
    assert [entry["id"] for entry in entries(write(tmp_path, text))] == ["DB00002"]


def test_a_packed_database_is_read(tmp_path: Path) -> None:
    """As DrugBank serves it."""
    path = zipped(tmp_path, {"full database.xml": database(BIOTECH, SMALL_MOLECULE)})
    assert [entry["id"] for entry in entries(path)] == ["DB90002", "DB90001"]


LAUGHS = '<!DOCTYPE drugbank [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"<?xml version='1.0'?>{LAUGHS}{ROOT}<drug>&b;</drug></drugbank>", ":1: declares a document type"),
        (
            f'<!DOCTYPE drugbank [<!ENTITY x SYSTEM "file:///etc/hostname">]>{ROOT}<drug><name>&x;</name></drug></drugbank>',
            ":1: declares a document type",
        ),
        (f'<!DOCTYPE drugbank SYSTEM "http://192.0.2.1/x.dtd">{ROOT}</drugbank>', ":1: declares a document type"),
        (f"<!--{'x' * 9000}--><!DOCTYPE drugbank>{ROOT}</drugbank>", ":1: declares a document type"),
        (f"<!--{'x' * 90_000}--><!DOCTYPE drugbank>{ROOT}</drugbank>", ":1: XML without a root element"),
        ("<drugs><drug/></drugs>", ":1: XML of another kind: its root is <drugs>"),
        ("\n<x:drugs xmlns:x='y'/>", ":"),
        ("<", ":1: XML without a root element"),
        ("<drugbank a=<>", ":1: not well-formed XML (AttValue"),
        (f"{ROOT}\n<drug>\n<name>&x;</name></drug></drugbank>", ":3: not well-formed XML (Entity 'x' not defined)"),
        (f"{ROOT}\n<drug>\n<a></b></drug></drugbank>", ":3: not well-formed XML (Opening and ending tag mismatch"),
        (f"{ROOT}</drugbank>\n<drugbank/>", ":2: not well-formed XML (Extra content"),
        (ROOT + "<a>" * 100_000, ":1: longer or deeper than any DrugBank record: refused (Excessive depth"),
        (
            f"{ROOT}\n<drug><name>{'x' * 11_000_000}</name></drug></drugbank>",
            ":2: longer or deeper than any DrugBank record",
        ),
        (f"{ROOT}\n<drug><name a='{'x' * 11_000_000}'/>", ":2: longer or deeper than any DrugBank record"),
        (database(simple_drug(1))[:-3], ":7: ends before </drugbank>: it is truncated"),
        (database(simple_drug(1)).replace("</drugbank>", ""), ":8: ends before </drugbank>: it is truncated"),
        (database(simple_drug(1), "<drug type='biotech'>\n<name>x</name></drug>"), ":7: a <drug> without a primary"),
        (
            database("<drug><drugbank-id>DB00001</drugbank-id></drug>"),
            ":3: a <drug> without a primary accession ('')",
        ),
        (
            database('<drug><drugbank-id primary="true">BTD00001</drugbank-id></drug>'),
            ":3: a <drug> without a primary accession ('BTD00001')",
        ),
    ],
)
def test_hostile_or_broken_xml_is_refused_with_line_and_reason(tmp_path: Path, text: str, expected: str) -> None:
    """Nothing is resolved, fetched or believed."""
    assert refused(write(tmp_path, text)).startswith(expected)


def test_an_undeclared_entity_at_a_chunk_border_does_not_restart_the_parser(tmp_path: Path) -> None:
    """lxml logs such an entity without raising and takes the next chunk for a new document: it must not be read."""
    start = f"{ROOT}{simple_drug(1)}<drug><name>&x;</name>"
    text = start + " " * (64 * 1024 - len(start)) + database(simple_drug(2)).partition("\n")[2]
    with pytest.raises(ExportError, match="Entity 'x' not defined"):
        list(read_database(tmp_path / "x.xml", io.BytesIO(text.encode())))


def test_endless_content_without_a_record_is_refused(tmp_path: Path) -> None:
    """However many small elements follow each other, memory stays bounded."""
    path = write(tmp_path, ROOT + f"<a>{'b' * 9_000}</a>" * (LARGEST_DRUG // 9_000) + "</drugbank>")
    assert refused(path).startswith(": more than 33,554,432 bytes without a complete <drug>")


@pytest.mark.parametrize("tag", ["<a/>", '<a b=""/>'])
def test_a_mass_of_tags_in_one_drug_is_refused(tmp_path: Path, tag: str) -> None:
    """A byte of them takes many times its size in memory, so that a bound on bytes is none."""
    path = write(tmp_path, database(f"<drug>{tag * (MOST_MARKS + 50_000)}</drug>"))
    assert refused(path).startswith(": more than 350,000 tags without a complete <drug>")


@pytest.mark.parametrize("name", ["products", "mixtures", "drug-interactions"])
def test_the_rows_of_a_list_that_is_not_read_may_be_as_many_as_they_are(tmp_path: Path, name: str) -> None:
    """They are not kept, and what stands before and behind them is read as ever."""
    rows = f"<{name}>{'<row><name>x</name><value/></row>' * (MOST_MARKS // 4)}</{name}>"
    (before, behind) = "<synonyms><synonym>Ex</synonym></synonyms>", "<unii>OO2ABO9578</unii>"
    path = write(tmp_path, database(simple_drug(1, extra=before + rows + behind), simple_drug(2)))
    first, second = entries(path)
    assert (first["synonyms"], first["unii"], second["id"]) == (["Ex"], "OO2ABO9578", "DB00002")


def test_the_address_of_a_schema_is_not_fetched(tmp_path: Path) -> None:
    """Every export names one; a listener there hears nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/drugbank.xsd"
        schema = f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{NAMESPACE} {address}"'
        text = database(simple_drug(1), root=ROOT.replace("<drugbank ", f"<drugbank {schema} "))
        assert [entry["id"] for entry in entries(write(tmp_path, text))] == ["DB00001"]
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read from /proc")
def test_a_large_file_streams_in_flat_memory(tmp_path: Path) -> None:
    """40 MB in the memory of a few records: as a tree they would take several times their size."""
    prose = "<toxicity><p>word</p></toxicity>" * 600
    path = write(tmp_path, database(*(simple_drug(number, extra=prose) for number in range(2_000))))
    script = (
        "import sys; from pathlib import Path;"
        "from canonid.authorities.drugbank.exports import read_entries, recognise;"
        "print(sum(1 for _ in read_entries(recognise(Path(sys.argv[1])))));"
        "print(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])"
    )
    run = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    count, kilobytes = map(int, run.stdout.split())
    assert count == 2_000
    assert kilobytes < 100 * 1024
