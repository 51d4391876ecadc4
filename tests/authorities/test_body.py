"""Reading the body of a reply, whatever the server makes of it."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib

import pytest

from canonid.authorities.body import read_body, read_json
from canonid.authorities.transport import Refusal, is_transient


def test_a_body_is_joined() -> None:
    """Chunks make the reply."""
    assert read_body([b"ab", b"", b"c"], 1.0) == b"abc"


def test_a_body_without_end_is_cut_off() -> None:
    """Memory is not the server's to fill, and more of the same is not asked for."""
    with pytest.raises(Refusal, match="more than 1 kB") as caught:
        read_body((b"x" * 100 for _ in range(1000)), 1.0, limit=1024)
    assert not is_transient(caught.value)


def test_a_body_that_trickles_is_cut_off() -> None:
    """Every read is quick, the whole is not."""
    moments = iter(range(100, 200))
    with pytest.raises(Refusal, match="within 5 s"):
        read_body(iter(lambda: b"x", b""), 5.0, monotonic=lambda: next(moments))
    assert next(moments) == 107


TEXT = b'{"studies": []}'


@pytest.mark.parametrize(
    ("coding", "packed"),
    [(None, TEXT), ("Identity", TEXT), ("gzip", gzip.compress(TEXT)), ("deflate", zlib.compress(TEXT))],
    ids=["none", "identity", "gzip", "deflate"],  # the packed text has the time in it
)
def test_a_packed_body_is_unpacked(coding: str | None, packed: bytes) -> None:
    """However it is cut into chunks."""
    assert read_body((packed[at : at + 3] for at in range(0, len(packed), 3)), 1.0, coding) == TEXT


def test_a_body_that_swells_is_cut_off_before_it_does() -> None:
    """A hundred kilobytes on the wire do not become a hundred megabytes in memory."""
    bomb = gzip.compress(bytes(100_000_000), 1)
    tracemalloc.start()
    try:
        with pytest.raises(Refusal, match="more than 1024 kB"):
            read_body([bomb], 5.0, "gzip", limit=1024 * 1024)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8_000_000


@pytest.mark.parametrize("coding", ["gzip, gzip", "br", "zstd", "compress"])
def test_another_packing_is_refused(coding: str) -> None:
    """Two layers unpack to a million times their size; the others nobody asked for."""
    with pytest.raises(Refusal, match="did not ask for") as caught:
        read_body([gzip.compress(gzip.compress(TEXT))], 1.0, coding)
    assert not is_transient(caught.value)


def test_a_body_that_only_claims_to_be_packed_is_refused() -> None:
    """It may be well a moment later."""
    with pytest.raises(Refusal, match="cannot be unpacked") as caught:
        read_body([TEXT], 1.0, "gzip")
    assert is_transient(caught.value)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"<html>", "text/html; charset=utf-8"),
        (b"{}", ""),
        (b'{"a":', "application/json"),
        (b"", "application/json"),
        (b'"\xff"', "application/json"),
        (b"[" * 100_000, "application/json"),
    ],
)
def test_what_is_not_json_is_refused(body: bytes, content_type: str) -> None:
    """A maintenance page with status 200 is an outage, not an answer."""
    with pytest.raises(Refusal) as caught:
        read_json(body, content_type)
    assert is_transient(caught.value)


def test_json_is_read_under_any_json_type() -> None:
    """Vendors' types and parameters do not matter."""
    assert read_json(json.dumps({"a": 1}).encode(), "application/problem+JSON; charset=utf-8") == {"a": 1}
