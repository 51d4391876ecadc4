"""Asking PubChem about many numbers at once: how many a request, and what to do where one spoils it for the others."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from canonid.authorities.transport import Refusal

Reply = list[Any] | None
"""What a batch brought; None when PubChem said that it knows none of it."""

LARGEST = 100
"""CIDs a request. No limit is documented but 30 s of server time; PubChem's own teaching material uses 100."""
_SPLITS = 16
"""How often a run splits batches that one CID spoils: enough to isolate two among 100; the next run goes on."""


class Batches:
    """The batches of one run, which remember what was too large and how much was split already."""

    def __init__(self) -> None:
        self._size = LARGEST
        self._splits = _SPLITS

    def asked(
        self, numbers: list[int], ask: Callable[[list[int]], Reply]
    ) -> Iterator[tuple[list[int], Reply | Refusal]]:
        """Ask about `numbers` in batches: smaller after "too broad", halved around a bad one, larger again."""
        groups = deque([numbers] if numbers else [])
        while groups:
            group = groups.popleft()
            batch, rest = group[: self._size], group[self._size :]
            if rest:
                groups.appendleft(rest)
            try:
                reply = ask(batch)
            except Refusal as refusal:
                if len(batch) > 1 and isinstance(refusal, TooBroad):
                    self._size = len(batch) // 2
                    groups.appendleft(batch)
                elif len(batch) > 1 and refusal.status in {400, 404} and self._splits:
                    self._splits -= 1
                    groups.extendleft([batch[len(batch) // 2 :], batch[: len(batch) // 2]])
                else:
                    yield batch, refusal
            else:
                self._size = min(LARGEST, self._size * 2)
                yield batch, reply


class TooBroad(Refusal):
    """A batch that took PubChem too long, or was too large: no outage, and asking the same again is no use."""

    is_outage = False


def unless_too_broad(ask: Callable[[list[int]], Reply], batch: list[int]) -> Reply:
    """What `ask` brings.

    Raises TooBroad in place of the refusals that a smaller batch may not meet.
    """
    try:
        return ask(batch)
    except Refusal as refusal:
        if len(batch) > 1 and refusal.status in {413, 504}:
            raise TooBroad(refusal.reason, status=refusal.status, retry=False) from None
        raise


def spoilt() -> Refusal:
    """The refusal of a list that was "not found" as a whole: one bad number in it may be why."""
    advice = "nothing was concluded from it; try again later"
    return Refusal("answered as if it knew none of a list of CIDs", status=404, retry=False, advice=advice)
