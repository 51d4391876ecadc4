"""A curator's decision to live with a discrepancy, wherever it is written, and what a run made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Standing(StrEnum):
    """What a run made of a waiver."""

    USED = "used"
    """What it waives was found."""
    EXPIRED = "expired"
    """Its last day is over."""
    UNUSED = "unused"
    """What it waives was looked for and not found: it can go."""
    NOT_CHECKED = "not checked"
    """The run did not look at its page, or could not ask all that it needed to know."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One waiver; code, subject, field and claimed value are those that its fingerprint is made of."""

    fingerprint: str
    """Empty for a comment on a line where nothing was found."""
    code: str
    subject: str
    field: str
    claimed: str | None
    who: str
    reason: str
    until: date | None
    """The last day on which it holds; None for no end."""
    origin: str
    """`path:line` where it is written, relative to the corpus root."""
    standing: Standing = Standing.NOT_CHECKED

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on `day`."""
        return self.until is None or day <= self.until

    @property
    def terms(self) -> str:
        """Until when, by whom and why, for a sentence (`until 2027-01-01 (A. Curator): the label has it so`)."""
        limit = f" until {self.until}" if self.until else ""
        return f"waived{limit} ({self.who}): {self.reason}"


@dataclass(frozen=True, slots=True)
class LineWaiver:
    """A comment `canonid: ignore ID303 until 2027-01-01 — reason` on a line of a page."""

    codes: tuple[str, ...]
    until: date | None
    reason: str
    line: int
