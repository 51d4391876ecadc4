"""The body of a reply: read within bounds, unpacked within bounds, and taken for JSON only if it is."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable, Iterable
from typing import Any

from canonid.authorities.transport import Refusal

MAX_BODY = 64 * 1024 * 1024
"""No reply that canonid asks for comes near this many bytes, unpacked; more is a fault or an attack."""

_PACKED = frozenset({"gzip", "x-gzip", "deflate"})
_ANY_HEADER = 32 + zlib.MAX_WBITS


def read_body(
    chunks: Iterable[bytes],
    seconds: float,
    coding: str | None = None,
    *,
    limit: int = MAX_BODY,
    monotonic: Callable[[], float] = time.monotonic,
) -> bytes:
    """Join the chunks of a reply; `coding` is its Content-Encoding.

    Raises Refusal when they are more than `limit` bytes, unpacked no further than that, or when they trickle in for
    longer than `seconds`: a socket timeout alone never ends a reply that brings one byte a second.
    """
    end = monotonic() + seconds
    unpacked = _unpacker(coding)
    body = bytearray()
    for chunk in chunks:
        body += unpacked(chunk, limit + 1 - len(body))
        if len(body) > limit:
            raise Refusal(f"sent more than {limit // 1024} kB in one reply", retry=False)
        if monotonic() > end:
            raise Refusal(f"did not finish its reply within {seconds:g} s")
    return bytes(body)


def _unpacker(coding: str | None) -> Callable[[bytes, int], bytes]:
    """What makes of a chunk what it holds, of packed ones so many bytes at most: a few kB may unpack to gigabytes."""
    name = (coding or "identity").strip().lower()
    if name == "identity":
        return lambda chunk, _: chunk
    if name not in _PACKED:
        raise Refusal("packed its reply in a way that canonid did not ask for", retry=False)
    packed = zlib.decompressobj(_ANY_HEADER)

    def unpacked(chunk: bytes, most: int) -> bytes:
        try:
            return packed.decompress(chunk, most)
        except zlib.error:
            raise Refusal("sent a reply that cannot be unpacked") from None

    return unpacked


def read_json(body: bytes, content_type: str, status: int = 200) -> Any:
    """The value of a JSON reply.

    Raises Refusal for a web page or other content in its place, and for JSON that breaks off.
    """
    if "json" not in content_type.lower():
        kind = content_type.partition(";")[0].strip() or "no content type"
        raise Refusal(f"answered with {kind} in place of JSON", status=status, retry=True)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal("answered with JSON that cannot be read", status=status, retry=True) from None
