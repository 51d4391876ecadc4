"""The number of active trials does not say when and how it was counted, or is old.

A bare number can be neither repeated nor trusted. Where the page counted all trials, canonid keeps a count of its own
with search, trials and date, and asks no more of the page. Of a number that is limited to some trials only the page
can tell when it was counted; after half a year it should be counted again.

Example: `clinical-trials-active: 0   # aging endpoints only`.

Remedy: write the day and the query behind the number: `# queried 2026-11-22, anakinra OR kineret, aging only`.
"""

from collections.abc import Iterator
from datetime import date

from canonid.model import ClaimKind, Severity
from canonid.rules.base import Hit, Rule, shown
from canonid.rules.case import Case
from canonid.rules.counts import SIX_MONTHS, Count, count_of, counted_on, kept_count, scope_of


def check(case: Case) -> Iterator[Hit]:
    """Hit every count that neither the page nor an earlier run can trace."""
    for claim in case.claims:
        if claim.kind is ClaimKind.COUNT:
            count, scope, day = count_of(claim, case), scope_of(claim), counted_on(claim)
            if kept_count(claim, case) is not None and not scope:
                continue
            if day is None:
                head = f"{shown(claim)} does not say when and by which query it was counted"
                yield Hit(claim, head + _kept(count, scope))
            elif count is not None and _age(count, day) > SIX_MONTHS:
                yield Hit(claim, f"{shown(claim)} was counted on {day}, {_age(count, day)} days before {_today(count)}")


def _kept(count: Count | None, scope: str) -> str:
    """What is done about it."""
    if count is None or scope:
        return ""
    return f"; kept as its baseline: {count.found}"


def _today(count: Count) -> date:
    """The day of the run, as far as the replies tell: rules have no clock."""
    return count.evidence.retrieved_at.date()


def _age(count: Count, day: date) -> int:
    return (_today(count) - day).days


RULE = Rule("ID605", "trial-count-untraced", Severity.INFO, None, check, __doc__)
