"""The readable file in which evidence travels, and what is said of a line that is not right."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from canonid.errors import StoreError
from canonid.model import Evidence, sha256
from canonid.store.evidence import evidence_line, read_evidence_file
from tests.store.samples import evidence

LINE = {
    "authority": "chembl",
    "question": "id:chembl.compound:CHEMBL25",
    "release": None,
    "retrieved_at": "2026-01-05T12:00:00Z",
    "url": "https://example.org/",
    "payload": {"b": 1, "a": "β"},
    "sha256": sha256('{"a":"β","b":1}'),
}


def _file(tmp_path: Path, **changes: object) -> Path:
    """A file of an empty line and `LINE` with `changes`; a change to `...` leaves the key out."""
    record = {key: value for key, value in {**LINE, **changes}.items() if value is not ...}
    path = tmp_path / "evidence.jsonl"
    path.write_text("\n" + json.dumps(record) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "item",
    [
        evidence(),
        evidence(payload=None, release=None),
        evidence(sources="the 2024 label"),
        evidence(payload='{"name":"\\u03b2-carotene"}'),
    ],
)
def test_evidence_comes_back_from_a_file_as_it_was(tmp_path: Path, item: Evidence) -> None:
    """Payloads keep every byte, whether letters beyond ASCII are escaped or not."""
    path = tmp_path / "e.jsonl"
    path.write_text(evidence_line(item) + "\n", encoding="utf-8")
    assert list(read_evidence_file(path)) == [item]


def test_a_line_is_readable_json() -> None:
    """The format is what the module says, with the payload as an object and letters as they are."""
    item = evidence(sources="a label")
    assert evidence_line(item) == (
        '{"authority":"chembl","question":"id:chembl.compound:CHEMBL25","release":"ChEMBL_36",'
        '"retrieved_at":"2026-01-05T12:00:00.123456Z","url":"https://example.org/molecule",'
        f'"sha256":"{item.sha256}","sources":"a label","payload":{{"molecule":{{"name":"β-carotene"}}}}}}'
    )


@pytest.mark.parametrize("payload", ['{"b": 1}', '{"b":1,"a":1}', "[1]", "null"])
def test_a_payload_that_could_not_be_checked_again_is_not_written(payload: str) -> None:
    """Only compact objects with sorted keys."""
    with pytest.raises(StoreError, match=r"chembl id:chembl\.compound:CHEMBL25 is not a compact JSON object"):
        evidence_line(evidence(payload=payload))


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    """The store would be locked until somebody writes into it."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreError, match="pipe is a pipe; write its content to a file first"):
        list(read_evidence_file(tmp_path / "pipe"))


def test_a_file_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    """The message names the path."""
    with pytest.raises(StoreError, match=r"absent\.jsonl cannot be read \(No such file or directory\)"):
        list(read_evidence_file(tmp_path / "absent.jsonl"))


def test_a_payload_may_be_spelt_in_any_way(tmp_path: Path) -> None:
    """Blanks and the order of keys do not count: the payload is read into its compact text."""
    assert [item.payload for item in read_evidence_file(_file(tmp_path))] == ['{"a":"β","b":1}']


def test_a_compiled_record_needs_no_hash(tmp_path: Path) -> None:
    """Whoever writes facts by hand names the sources instead."""
    path = _file(tmp_path, sha256=..., sources="the 2024 label")
    assert [item.sources for item in read_evidence_file(path)] == ["the 2024 label"]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"url": ..., "release": ...}, "lacks release, url"),
        ({"source": "a label"}, "unknown key source"),
        ({"authority": ""}, "authority is not a text"),
        ({"release": 36}, "release is not a text"),
        ({"question": "smiles:CCO"}, "not a question key: 'smiles:CCO'"),
        ({"question": "trials:[1]"}, "not enough values to unpack"),
        ({"question": "trials:3"}, "cannot unpack"),
        ({"retrieved_at": "yesterday"}, "Invalid isoformat string: 'yesterday'"),
        ({"retrieved_at": "2026-01-05T12:00:00"}, "retrieved_at has no time zone"),
        ({"payload": [1]}, "payload is neither an object nor null"),
        ({"payload": {"a": "γ"}}, "payload and sha256 do not agree"),
        ({"payload": None}, "payload and sha256 do not agree"),
        ({"sha256": ...}, "lacks sha256 \\(only a record with sources may\\)"),
        ({"sha256": "0" * 64, "sources": "a label"}, "payload and sha256 do not agree"),
        ({"sources": ["a label"]}, "sources is not a text"),
    ],
)
def test_a_wrong_record_is_reported_with_path_and_line(
    tmp_path: Path, changes: dict[str, object], complaint: str
) -> None:
    """The first wrong line is named; the empty line before it counts."""
    with pytest.raises(StoreError, match=rf"evidence\.jsonl:2: {complaint}"):
        list(read_evidence_file(_file(tmp_path, **changes)))


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"{", "not a line of JSON in UTF-8"),
        (b'"\xff"', "not a line of JSON in UTF-8"),
        (b"[" * 100_000, "not a line of JSON in UTF-8"),
        (b"[]", "not a JSON object"),
    ],
)
def test_a_line_that_is_no_object_is_reported(tmp_path: Path, line: bytes, complaint: str) -> None:
    """Neither truncated, nor foreign, nor hostile lines get further than the message."""
    path = tmp_path / "e.jsonl"
    path.write_bytes(line)
    with pytest.raises(StoreError, match=rf"e\.jsonl:1: {complaint}"):
        list(read_evidence_file(path))
