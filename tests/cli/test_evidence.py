"""`canonid evidence`: export, import, stats, prune and verify."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from canonid.identifiers import PUBCHEM, Reference
from canonid.model import ById, Evidence
from canonid.store.evidence import EvidenceStore, evidence_line
from tests.cli.conftest import Canonid
from tests.store.samples import compound, evidence, stored

NOW = datetime.now(UTC)
FOUND = '{"molecule":{"molecule_chembl_id":"CHEMBL25","pref_name":"ASPIRIN"}}'
STORED = (
    evidence(at=NOW - timedelta(days=40), payload=FOUND),
    evidence(compound(26), at=NOW, payload=None, sources="the 2024 label"),
    evidence(ById(Reference(PUBCHEM, "1")), authority="pubchem", at=NOW, release="2026-01-05", payload=None),
)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The store at its default place, with `STORED`."""
    path = tmp_path / "cache" / "canonid.sqlite"
    with EvidenceStore(path) as store:
        store.put(STORED)
    return path


def damage(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE evidence SET payload = '{}' WHERE payload IS NOT NULL")


def lines(*items: Evidence) -> str:
    return "".join(evidence_line(item) + "\n" for item in items)


def test_an_export_is_one_line_a_reply(canonid: Canonid, database: Path) -> None:
    """On stdout, sorted, and nothing else is said."""
    ran = canonid("evidence", "export")
    assert (ran.code, ran.stdout, ran.stderr) == (0, lines(*STORED), "")


def test_an_export_goes_into_a_file_and_back_into_a_store(canonid: Canonid, database: Path, tmp_path: Path) -> None:
    """The new store says the same; --authority leaves the rest out."""
    file, other = tmp_path / "e.jsonl", tmp_path / "other.sqlite"
    assert canonid("evidence", "export", "--output", file, "--authority", "chembl").stdout == ""
    ran = canonid("evidence", "import", file, "--database", other)
    assert (ran.code, ran.stdout) == (0, f"{file}: 2 read, 2 stored\n")
    assert stored(other) == list(STORED[:2])


def test_an_output_that_cannot_be_written_is_refused(canonid: Canonid, database: Path) -> None:
    """As everywhere."""
    ran = canonid("evidence", "export", "--output", "no/where.jsonl")
    assert (ran.code, ran.stdout) == (2, "")
    assert "there is no directory" in ran.stderr


def test_a_failed_export_leaves_the_former_one(canonid: Canonid, database: Path, tmp_path: Path) -> None:
    """A damaged reply stops it; half a backup would be worse than an old one."""
    file = tmp_path / "e.jsonl"
    file.write_text("before")
    damage(database)
    ran = canonid("evidence", "export", "--output", file)
    assert ran.code == 2
    assert "see `canonid evidence verify`" in ran.stderr
    assert file.read_text() == "before"


def test_an_unknown_authority_is_a_usage_error(canonid: Canonid, database: Path) -> None:
    """With the names that there are."""
    ran = canonid("evidence", "export", "--authority", "chebi")
    assert (ran.code, ran.stdout) == (2, "")
    assert "there is no authority 'chebi'; there are chembl," in " ".join(ran.stderr.replace("│", " ").split())


def test_an_import_never_undoes_a_newer_reply(canonid: Canonid, database: Path, tmp_path: Path) -> None:
    """And says so."""
    file = tmp_path / "e.jsonl"
    file.write_text(lines(evidence(compound(26), at=NOW - timedelta(days=1)), evidence(compound(27))))
    ran = canonid("evidence", "import", file)
    assert ran.stdout == f"{file}: 2 read, 1 stored, 1 left out (the store has newer ones)\n"
    assert STORED[1] in stored(database)


def test_a_file_is_imported_wholly_or_not_at_all(canonid: Canonid, database: Path, tmp_path: Path) -> None:
    """The good file before it is in; the error names path and line."""
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_text(lines(evidence(compound(1))))
    bad.write_text(lines(evidence(compound(2)), evidence(compound(3))) + "{\n")
    ran = canonid("evidence", "import", good, bad)
    assert (ran.code, ran.stdout) == (2, f"{good}: 1 read, 1 stored\n")
    assert f"{bad}:3: not a line of JSON" in ran.stderr
    assert stored(database) == [evidence(compound(1)), *STORED]


def test_stats_show_what_there_is(canonid: Canonid, database: Path) -> None:
    """Found, not found, past age, from when and of which release."""
    shown = canonid("evidence", "stats").stdout
    head, *table = shown.splitlines()
    assert head.startswith(f"{database}: 3 replies, ")
    rows = {line.split()[0]: line.split()[1:] for line in table if line}
    assert rows["ChEMBL"][:3] == ["1", "1", "1"]
    assert rows["id"] == ["0", "1", "0"]
    assert "ChEMBL: ChEMBL_36 (2), 1 compiled by hand" in table
    assert "past its age" in table[-1]


def test_many_releases_are_shown_by_the_first_and_the_last(canonid: Canonid, tmp_path: Path) -> None:
    """PubChem has one a day."""
    with EvidenceStore(tmp_path / "cache" / "canonid.sqlite") as store:
        store.put(
            evidence(ById(Reference(PUBCHEM, str(day))), authority="pubchem", release=f"2026-01-0{day}", at=NOW)
            for day in range(1, 7)
        )
    shown = canonid("evidence", "stats").stdout
    assert "PubChem: 6 releases, 2026-01-01 (1), …, 2026-01-06 (1)\n" in shown
    assert "past its age" not in shown


def test_stats_as_json(canonid: Canonid, database: Path, tmp_path: Path) -> None:
    """For programs, into a file."""
    assert canonid("evidence", "stats", "--format", "json", "--output", "s.json").stdout == ""
    document = json.loads((tmp_path / "s.json").read_text())
    assert (document["schema_version"], document["replies"]) == (1, 3)
    assert document["database"] == {"path": str(database), "bytes": database.stat().st_size}
    chembl = document["authorities"]["chembl"]
    assert chembl["kinds"] == {"id": {"found": 1, "not_found": 1, "past_age": 1}}
    assert (chembl["releases"], chembl["compiled"], chembl["past_age"]) == ({"ChEMBL_36": 2}, 1, 1)


def test_stats_follow_the_ages_of_the_configuration(canonid: Canonid, database: Path, tmp_path: Path) -> None:
    """As runs do."""
    (tmp_path / "canonid.toml").write_text("[freshness]\nfound_days = 100\n")
    assert json.loads(canonid("evidence", "stats", "--format", "json").stdout)["authorities"]["chembl"]["past_age"] == 0


def test_stats_of_nothing(canonid: Canonid, tmp_path: Path) -> None:
    """No store is made for it."""
    ran = canonid("evidence", "stats")
    assert (ran.code, ran.stdout) == (0, f"No evidence is stored in {tmp_path / 'cache' / 'canonid.sqlite'}.\n")
    assert not (tmp_path / "cache").exists()


def test_pruning_deletes_by_age(canonid: Canonid, database: Path) -> None:
    """And says how many, of whom, and how large the file was and is."""
    ran = canonid("evidence", "prune", "--older-than", "30")
    assert ran.code == 0
    assert ran.stdout.startswith(f"{database}: 1 reply (chembl 1) deleted; ")
    assert ran.stdout.endswith(" now\n")
    assert stored(database) == list(STORED[1:])


def test_pruning_deletes_by_authority(canonid: Canonid, database: Path) -> None:
    """Of any age."""
    assert ": 2 replies (chembl 2) deleted; " in canonid("evidence", "prune", "--authority", "chembl").stdout
    assert stored(database) == [STORED[2]]


def test_pruning_nothing_says_so(canonid: Canonid, database: Path) -> None:
    """Without sizes, which did not change."""
    assert canonid("evidence", "prune", "--older-than", "99").stdout == f"{database}: 0 replies deleted\n"


def test_a_dry_run_only_says_what_would_go(canonid: Canonid, database: Path) -> None:
    """Everything is still there."""
    ran = canonid("evidence", "prune", "--older-than", "0", "--authority", "pubchem", "--dry-run")
    assert ran.stdout == f"{database}: 1 reply (pubchem 1) would be deleted; nothing was\n"
    assert stored(database) == list(STORED)


def test_pruning_without_a_limit_is_refused(canonid: Canonid, database: Path) -> None:
    """It would delete everything."""
    ran = canonid("evidence", "prune")
    assert (ran.code, ran.stdout) == (2, "")
    assert "--older-than DAYS, --authority NAME, or both" in ran.stderr
    assert stored(database) == list(STORED)


def test_a_sound_store_is_said_to_be_so(canonid: Canonid, database: Path) -> None:
    """Exit code 0."""
    ran = canonid("evidence", "verify")
    assert (ran.code, ran.stdout) == (0, f"{database}: 3 replies, all sound\n")


def test_a_damaged_reply_is_named(canonid: Canonid, database: Path) -> None:
    """With what to do; exit code 1."""
    damage(database)
    ran = canonid("evidence", "verify")
    shown = " ".join(ran.stdout.split())
    assert ran.code == 1
    assert shown.startswith("chembl id:chembl.compound:CHEMBL25: payload and sha256 do not agree")
    assert "1 of 3 replies damaged. Import an export made before the damage" in shown


def test_what_verify_advises_works(canonid: Canonid, database: Path, tmp_path: Path) -> None:
    """An export puts a damaged reply right, although it is of the same age."""
    canonid("evidence", "export", "--output", "backup.jsonl")
    damage(database)
    canonid("evidence", "import", "backup.jsonl")
    assert canonid("evidence", "verify").code == 0
    assert stored(database) == list(STORED)


def test_many_damaged_replies_are_counted(canonid: Canonid, database: Path) -> None:
    """After the first fifty."""
    with EvidenceStore(database) as store:
        store.put(evidence(compound(number), payload="{}") for number in range(100, 160))
    shown = canonid("evidence", "verify").stdout
    assert "\nand 10 more (--format json names all)\n" in shown
    assert len(json.loads(canonid("evidence", "verify", "--format", "json").stdout)["damaged"]) == 60


def test_a_damaged_file_is_not_sound(canonid: Canonid, database: Path) -> None:
    """Exit code 1, SQLite's words, and other advice."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(
            "INSERT INTO discrepancy_event (fingerprint, at, actor, to_state, note) VALUES ('x', '', '', '', '')"
        )
    ran = canonid("evidence", "verify")
    assert ran.code == 1
    assert "row 1 of discrepancy_event refers to a row of discrepancy that is gone" in ran.stdout
    assert "move it away and import an export" in " ".join(ran.stdout.split())


def test_verification_as_json(canonid: Canonid, database: Path) -> None:
    """All that is wrong, for programs."""
    damage(database)
    ran = canonid("evidence", "verify", "--format", "json")
    document = json.loads(ran.stdout)
    assert (ran.code, document["sound"], document["replies"], document["file"]) == (1, False, 3, [])
    assert [item["reply"] for item in document["damaged"]] == ["chembl id:chembl.compound:CHEMBL25"]


@pytest.mark.parametrize("command", ["verify", "export", "prune --older-than 1"])
def test_there_has_to_be_a_store(canonid: Canonid, tmp_path: Path, command: str) -> None:
    """A typo in --database must not look like a store without a fault; none is made."""
    ran = canonid("evidence", *command.split(), "--database", tmp_path / "nowhere.sqlite")
    assert (ran.code, ran.stdout) == (2, "")
    assert "there is no store at" in ran.stderr
    assert not list(tmp_path.iterdir())
