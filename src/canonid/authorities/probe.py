"""What one small request shows of an authority: whether it answers, how quickly, and what it says of itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from canonid.authorities.transport import Courier, Refusal
from canonid.errors import AuthorityUnavailable

UNKNOWN_FORM = "answered in a form that canonid does not know"


@dataclass(frozen=True, slots=True)
class Pulse:
    """An authority that answered."""

    seconds: float
    """From sending the request to having the whole reply; waiting for a turn does not count."""
    clock: datetime | None = None
    """The time on the authority's clock, from the Date header."""
    release: str | None = None
    released: str | None = None
    """The day of the release, as the authority writes it."""
    state: Mapping[str, str] = field(default_factory=dict)
    """What it says of its own state: PubChem's throttle colours, ChEMBL's status."""


@dataclass(slots=True)
class Ear:
    """Hears how long the last reply took and what time its sender thinks it is."""

    seconds: float = 0.0
    date: str | None = None
    _monotonic: Callable[[], float] = time.monotonic
    _since: float = 0.0

    def listen(self) -> None:
        """Note that a request leaves now."""
        self._since = self._monotonic()

    def hear(self, date: str | None) -> None:
        """Note that its reply is here, with this Date header."""
        self.seconds = self._monotonic() - self._since
        self.date = date

    @property
    def clock(self) -> datetime | None:
        """The Date header as a time; None if there is none that can be read."""
        try:
            moment = parsedate_to_datetime(self.date or "")
        except (ValueError, OverflowError):
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@contextmanager
def one_question(courier: Courier) -> Iterator[None]:
    """Turn a refusal into AuthorityUnavailable with a sentence that says what to do.

    Nothing is said of the rest of the run, as `Courier` does when nobody listens: there is none.
    """
    try:
        yield
    except Refusal as refusal:
        raise AuthorityUnavailable(courier.explain(refusal)) from refusal
    except AuthorityUnavailable as error:
        if isinstance(error.__cause__, Refusal):
            raise AuthorityUnavailable(courier.explain(error.__cause__)) from error
        raise


def odd_reply() -> Refusal:
    """The refusal that a reply without what every such reply holds means: something else answers at that address."""
    return Refusal(UNKNOWN_FORM, status=200, retry=False, advice="check the address in the settings")
