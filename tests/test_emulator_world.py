"""Filling the emulators' world from tables, and serving it from the command line."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.emulator import World, plain

TABLES = {
    "chembl.tsv": [
        "chembl_id pref_name molecule_type inchikey formula synonyms max_phase first_approval",
        "CHEMBL25 ASPIRIN Unknown BSYNRYMUTXBXSQ-UHFFFAOYSA-N|SYNTHETICKEYAA-UHFFFAOYSA-N C9H8O4 Ecotrin|A 4 1950",
        "CHEMBL1201570 ANAKINRA      ",
    ],
    "pubchem.tsv": [
        "cid title inchikey formula mw cas synonyms",
        "2244 Aspirin BSYNRYMUTXBXSQ-UHFFFAOYSA-N C9H8O4 180.16 50-78-2 aspirin|acetylsalicylic~acid",
    ],
    "tuples.tsv": [
        "chembl_id pubchem_cid drugbank_id name inchikey origins_total every_link_two_origins",
        "CHEMBL25 2244 DB00945 aspirin BSYNRYMUTXBXSQ-UHFFFAOYSA-N 8 1",
        "CHEMBL1431 4091 DB00331 metformin XZWYZXLIPXDOLR-UHFFFAOYSA-N 8 1",
        "CHEMBL1201570 90470 DB00026  SYNTHETICKEYBB-UHFFFAOYSA-N 2 0",
    ],
}
"""Columns separated by blanks here, `~` for a blank inside a cell. Keys that say so and the CID of the last tuple are
synthetic."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, lines in TABLES.items():
        text = "\n".join(line.replace(" ", "\t").replace("~", " ") for line in lines)
        (tmp_path / name).write_text(text + "\n", encoding="utf-8")
    return tmp_path


def test_rows_of_the_chembl_table(folder: Path) -> None:
    """The first of alternative InChIKeys counts, synonyms are split, types are those of the wire."""
    row = World.from_tables(folder).molecules["CHEMBL25"]
    facts = (
        row["molecule_structures"]["standard_inchi_key"],
        [entry["molecule_synonym"] for entry in row["molecule_synonyms"]],
        row["max_phase"],
        row["first_approval"],
    )
    assert facts == ("BSYNRYMUTXBXSQ-UHFFFAOYSA-N", ["Ecotrin", "A"], "4", 1950)


def test_rows_of_the_pubchem_table(folder: Path) -> None:
    """The CAS number is one of the synonyms."""
    assert World.from_tables(folder).compounds[2244].synonyms == ("aspirin", "acetylsalicylic acid", "50-78-2")


def test_an_empty_cell_is_not_an_absence(folder: Path) -> None:
    """Type unknown, structure type unknown; a tuple gives the structure but no name."""
    row = World.from_tables(folder).molecules["CHEMBL1201570"]
    facts = (row["molecule_type"], row["structure_type"], row["pref_name"])
    assert facts == ("Unknown", "MOL", "ANAKINRA")


def test_tuples_add_what_the_other_tables_lack(folder: Path) -> None:
    """Molecule and compound with name and structure, deposit and registry ids."""
    world = World.from_tables(folder)
    facts = (
        world.molecules["CHEMBL1431"]["pref_name"],
        world.compounds[4091].properties["InChIKey"],
        list(world.deposits["DB00331"].values()),
        world.registry["CHEMBL1431"],
    )
    assert facts == ("METFORMIN", "XZWYZXLIPXDOLR-UHFFFAOYSA-N", [[4091]], [4091])


def test_missing_tables_are_empty(tmp_path: Path) -> None:
    """A folder with none of them makes an empty world."""
    world = World.from_tables(tmp_path, partial=True)
    assert (world.molecules, world.compounds, world.partial) == ({}, {}, True)


def test_the_command_serves_until_it_is_told_to_stop(folder: Path) -> None:
    """It prints three variables, answers, and ends without complaint."""
    command = [sys.executable, "-m", "tests.emulator", "--tables", str(folder), "--limits", "--latency", "1"]
    root = Path(__file__).parent.parent
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 (our own command)
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        urls = dict(re.findall(r"export (\w+)=(\S+)", "".join(lines)))
        status = plain.get(urls["CANONID_CHEMBL_URL"] + "/status.json").status_code
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=20)
    names = ["CANONID_CHEMBL_URL", "CANONID_PUBCHEM_URL", "CANONID_CLINICALTRIALS_URL"]
    assert (list(urls), status, process.returncode, complaints) == (names, 200, 0, "")
