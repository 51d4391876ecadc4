"""Stored replies row by row: exported whole, pruned by age and authority, counted, and never believed unseen."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from canonid.errors import StoreError
from canonid.model import ByName
from canonid.store.database import open_writer, reading
from canonid.store.evidence import EvidenceStore, evidence_line, read_evidence_file
from canonid.store.reply import StoredReply
from canonid.store.rows import Summary, export_lines, prune, read_rows, read_summaries
from tests.store.samples import NOON, compound, evidence, stored

OLD = NOON - timedelta(days=40)
STORED = (
    evidence(compound(1), at=OLD),
    evidence(compound(2), payload=None, release=None),
    evidence(ByName("anakinra"), authority="drugbank", sources="a label"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with `STORED`."""
    path = tmp_path / "x.sqlite"
    with EvidenceStore(path) as store:
        store.put(STORED)
    return path


def change(path: Path, column: str, value: object, question: str = STORED[0].question.key) -> None:
    """Damage one value behind canonid's back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE evidence SET {column} = ? WHERE question = ?", (value, question))  # noqa: S608


def rows(path: Path) -> list[StoredReply]:
    with reading(path) as connection:
        assert connection is not None
        return list(read_rows(connection))


def test_a_row_reads_as_the_evidence_that_was_stored(path: Path) -> None:
    """Byte for byte, sorted by authority and question."""
    assert [row.read() for row in rows(path)] == list(STORED)


@pytest.mark.parametrize(
    ("column", "value", "complaint"),
    [
        ("payload", '{"molecule":{"name":"beta-carotene"}}', "payload and sha256 do not agree"),
        ("payload", None, "payload and sha256 do not agree"),
        ("payload", b"\xff\xfe", "payload is not a text"),
        ("sha256", "0" * 64, "payload and sha256 do not agree"),
        ("retrieved_at", "yesterday", "Invalid isoformat"),
        ("retrieved_at", "2026-01-05T12:00:00.123456", "without a zone"),
        ("retrieved_at", "2026-01-05T12:00:00Z", "not spelt as canonid spells it"),
        ("question", "smiles:CCO", "not a question key"),
        ("question", "trials:3", "not a question: trials:3"),
        ("question", "trials:[[], []]", "not spelt as canonid spells it"),
    ],
)
def test_what_is_wrong_with_a_row_is_said(path: Path, column: str, value: object, complaint: str) -> None:
    """Whatever was changed behind canonid's back."""
    change(path, column, value)
    (row,) = (row for row in rows(path) if row.authority == "chembl" and row.sha256 != STORED[1].sha256)
    with pytest.raises(ValueError, match=complaint):
        row.read()


def test_bytes_that_are_no_text_are_found_by_their_hash(path: Path) -> None:
    """SQLite hands them out as text; reading them is no reason to stop."""
    with closing(open_writer(path)) as connection:
        connection.execute("UPDATE evidence SET payload = CAST(x'7bff7d' AS TEXT) WHERE payload IS NOT NULL")
    with pytest.raises(ValueError, match="do not agree"):
        rows(path)[0].read()


def test_an_export_is_an_evidence_file_and_the_same_every_time(path: Path, tmp_path: Path) -> None:
    """What comes out can go in again."""
    lines = list(export_lines(path))
    assert lines == list(export_lines(path))
    file = tmp_path / "e.jsonl"
    file.write_text("".join(lines), encoding="utf-8")
    assert list(read_evidence_file(file)) == list(STORED)


def test_an_export_may_be_of_one_authority(path: Path) -> None:
    """Or of several."""
    assert list(export_lines(path, ["drugbank"])) == [evidence_line(STORED[2]) + "\n"]
    assert len(list(export_lines(path, ["drugbank", "chembl"]))) == 3


def test_a_damaged_reply_is_not_exported(path: Path) -> None:
    """A new hash would make it look sound."""
    change(path, "payload", "{}")
    with pytest.raises(StoreError, match=r"chembl id:chembl\.compound:CHEMBL1 cannot be exported: .*evidence verify"):
        list(export_lines(path))


@pytest.mark.parametrize("payload", ["nothing", "[" * 100_000])
def test_a_payload_that_is_no_json_is_not_exported(tmp_path: Path, payload: str) -> None:
    """Even with the right hash."""
    with EvidenceStore(tmp_path / "x.sqlite") as store:
        store.put([evidence(payload=payload)])
    with pytest.raises(StoreError, match="is not a compact JSON object"):
        list(export_lines(tmp_path / "x.sqlite"))


def test_exporting_from_nowhere_is_an_error(tmp_path: Path) -> None:
    """A typo in --database must not make an empty backup."""
    with pytest.raises(StoreError, match="there is no store at"):
        list(export_lines(tmp_path / "x.sqlite"))
    assert not list(tmp_path.iterdir())


def test_summaries_tell_all_but_the_payload(path: Path) -> None:
    """Enough to count by."""
    at, old = "2026-01-05T12:00:00.123456Z", "2025-11-26T12:00:00.123456Z"
    with reading(path) as connection:
        assert connection is not None
        assert set(read_summaries(connection)) == {
            Summary("chembl", "id", True, False, "ChEMBL_36", old),
            Summary("chembl", "id", False, False, None, at),
            Summary("drugbank", "name", True, True, "ChEMBL_36", at),
        }


def test_old_replies_go(path: Path) -> None:
    """Those received before a moment; that very moment is not before it."""
    pruned = prune(path, before=NOON)
    assert (pruned.replies, pruned.total) == ({"chembl": 1}, 1)
    assert stored(path) == list(STORED[1:])


def test_the_replies_of_an_authority_go(path: Path) -> None:
    """Of any age."""
    assert prune(path, ["chembl"]).replies == {"chembl": 2}
    assert stored(path) == [STORED[2]]


def test_age_and_authority_must_both_fit(path: Path) -> None:
    """An old reply of another authority stays."""
    assert prune(path, ["drugbank"], NOON).replies == {}
    assert stored(path) == list(STORED)


def test_a_dry_run_counts_and_deletes_nothing(path: Path) -> None:
    """It needs no right to write either."""
    pruned = prune(path, before=NOON + timedelta(1), dry_run=True)
    assert pruned.replies == {"chembl": 2, "drugbank": 1}
    assert pruned.bytes_before == pruned.bytes_after
    assert stored(path) == list(STORED)


def test_the_file_shrinks(tmp_path: Path) -> None:
    """Pruning is for the disk as well."""
    path = tmp_path / "x.sqlite"
    with EvidenceStore(path) as store:
        store.put(evidence(compound(number), payload='{"a":"' + "x" * 1000 + '"}') for number in range(500))
    pruned = prune(path, ["chembl"])
    assert pruned.total == 500
    assert pruned.bytes_after < pruned.bytes_before / 3
    assert path.stat().st_size == pruned.bytes_after


def test_pruning_beside_a_reader_deletes_all_the_same(path: Path) -> None:
    """Space that cannot be given back now is used for new replies."""
    with reading(path) as connection:
        assert connection is not None
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM evidence").fetchone()
        assert prune(path, ["chembl"]).total == 2
    assert stored(path) == [STORED[2]]


def test_pruning_nowhere_is_an_error(tmp_path: Path) -> None:
    """And makes no database."""
    with pytest.raises(StoreError, match="there is no store at"):
        prune(tmp_path / "x.sqlite", ["chembl"])
    assert not list(tmp_path.iterdir())


def test_an_authority_that_nobody_knows_is_not_imported(tmp_path: Path) -> None:
    """Its replies could never be parsed."""
    file = tmp_path / "e.jsonl"
    file.write_text(evidence_line(evidence(authority="wikidata")) + "\n", encoding="utf-8")
    with pytest.raises(StoreError, match=r"e\.jsonl:1: there is no authority 'wikidata'; there are chembl, "):
        list(read_evidence_file(file))
