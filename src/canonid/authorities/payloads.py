"""Reading stored replies whose fields may be missing, null or of another type than last year.

A reply is data from somewhere else, kept for years: reading it never fails, it only finds less.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from canonid.model import Evidence


def dump_payload(value: Mapping[str, Any]) -> str:
    """The text under which a reply is stored: compact, keys sorted, so that equal replies have equal hashes."""
    return mended(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def mended(text: str) -> str:
    """The text as Unicode that can be stored and printed: JSON may hold one half of a pair of surrogates."""
    return text.encode(errors="replace").decode()


def load_payload(evidence: Evidence) -> Mapping[str, Any] | None:
    """The stored reply as an object; None if it is none, which the caller reports as unavailable."""
    try:
        value = json.loads(evidence.payload or "")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def text_of(value: object) -> str | None:
    """The value if it is a text that says something, without space at its ends."""
    return mended(value).strip() or None if isinstance(value, str) else None


def mapping_of(value: object) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def mappings_of(value: object) -> tuple[Mapping[str, Any], ...]:
    """The objects in the value, if it is a list."""
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def texts_of(value: object) -> tuple[str, ...]:
    """The texts in the value, if it is a list."""
    return tuple(text for item in value if (text := text_of(item))) if isinstance(value, list) else ()


def number_of(value: object) -> float | None:
    """The value as a finite number, whether it was sent as a number or as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def distinct(texts: Iterable[str | None]) -> tuple[str, ...]:
    """The texts in their order, each once whatever its case."""
    kept: dict[str, str] = {}
    for text in texts:
        if text:
            kept.setdefault(text.casefold(), text)
    return tuple(kept.values())
