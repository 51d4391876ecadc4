"""Counting the active trials of a subject: the search, what a page means by its number, what came and went."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from canonid.model import Claim, ClaimKind, Evidence, Found, NotFound, TrialCount, TrialSearch
from canonid.rules.case import Case
from canonid.rules.trials import ACTIVE

SIX_MONTHS = 183
"""Days after which a count is old; trials open and close all the time."""
_MOST_ADRIFT = 2
_MOST_NUMBERS = 5
# "imaging" and "damaging" are not about ageing. "brimonidine + rosacea" and "A AND b" narrow a search; the plus between
# the two statuses does not.
_SCOPE = re.compile(
    r"(?<![a-z])(?:(?:photo|inflamm|anti-?|skin-)?age?ing|endpoints?|only|exclud\w+|(?<!verified-)scoped?|outside|context"
    r"|specifically|indications?)(?![a-z])|[A-Za-z]+\+[A-Za-z]+|[\w-]*[a-z)] \+ [a-z][\w-]*"
    r"|[\w-]*[a-z)\"] AND [a-z(\"][\w-]*",
)
_DATED = re.compile(
    r"(?<![a-z])(?:quer(?:y|ied|ies)|search(?:ed)?|retrieved|counted|checked|as of)(?![a-z])[^\n|]{0,160}?"
    r"(?<![0-9])([0-9]{4}-[0-9]{2}-[0-9]{2})(?![0-9])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Count:
    """What the registry has, beside what the page says."""

    claimed: int
    trials: tuple[str, ...]
    """The NCT numbers of the active trials that study the subject, sorted."""
    hits: int
    """How many the registry lists for the names at all: what a person counts who does not look at interventions."""
    cited: int
    """Active trials that the page itself cites and the registry has under other names."""
    search: TrialSearch
    evidence: Evidence
    earlier: TrialCount | None
    """The count that was kept for this number of the page and this search."""

    @property
    def drift(self) -> int:
        """By how many trials the page is off; nought for any number between the strictest and the widest count."""
        return max(len(self.trials) - self.claimed, self.claimed - self.hits - self.cited, 0)

    @property
    def is_tolerable(self) -> bool:
        """Whether the page is off by no more than two trials and a tenth of its number."""
        return self.drift <= _MOST_ADRIFT and self.drift * 10 <= self.claimed

    @property
    def found(self) -> str:
        """What the registry has, for a sentence."""
        return found_text(len(self.trials), self.hits, self.search, self.evidence)

    @property
    def changes(self) -> str:
        """Which trials came and went since the earlier count, for the end of a sentence."""
        if self.earlier is None:
            return "; there is no earlier count to compare the trials with"
        came = _signed("+", sorted(set(self.trials) - set(self.earlier.trials)))
        went = _signed("−", sorted(set(self.earlier.trials) - set(self.trials)))
        changed = " ".join(filter(None, (came, went))) or "no trial came or went"
        return f"; since the count of {self.earlier.asked_at:%Y-%m-%d}: {changed}"


def count_of(claim: Claim, case: Case) -> Count | None:
    """The registry's count for a claim; None if it was not or could not be asked."""
    answer, search = case.count_answer(claim), case.trial_search
    if search is None or claim.text is None or not isinstance(answer, Found | NotFound):
        return None
    records = answer.records if isinstance(answer, Found) else ()
    trials = tuple(sorted(record.reference.identifier for record in records))
    hits = max(answer.hits or 0, len(trials))
    cited = _cited(case) - set(trials)
    return Count(int(claim.text), trials, hits, len(cited), search, answer.evidence, kept_count(claim, case))


def _cited(case: Case) -> set[str]:
    """The active trials that the page cites: it may count one whose intervention has another name."""
    cited = [claim for claim in case.claims if claim.kind is ClaimKind.TRIAL and claim.reference]
    records = [answer.record for claim in cited if isinstance(answer := case.answer(claim), Found)]
    return {record.reference.identifier for record in records if record.trial and record.trial.status in ACTIVE}


def kept_count(claim: Claim, case: Case) -> TrialCount | None:
    """The count that an earlier run kept, unless the page has changed its number or the subject its names since."""
    kept = case.dossier.baselines.get((claim.subject, claim.field))
    if kept is None or (kept.claimed, kept.search) != (claim.text, case.trial_search):
        return None
    return kept


def new_baselines(case: Case) -> Iterator[TrialCount]:
    """The counts to keep: of numbers that none was kept for yet, that have changed, or that are searched otherwise."""
    for claim in case.claims:
        count = count_of(claim, case) if claim.kind is ClaimKind.COUNT else None
        if count is not None and count.earlier is None:
            yield TrialCount(
                subject=claim.subject,
                field=claim.field,
                claimed=claim.text or "",
                search=count.search,
                trials=count.trials,
                asked_at=count.evidence.retrieved_at,
                release=count.evidence.release,
                note=_note(claim, case.dossier.baselines.get((claim.subject, claim.field))),
            )


def _note(claim: Claim, known: TrialCount | None) -> str:
    if known is None:
        return f"first count; the page says {claim.text}"
    if known.claimed != claim.text:
        return f"the page changed its number from {known.claimed} to {claim.text}"
    return f"searched by other names than before; the page says {claim.text}"


def scope_of(claim: Claim) -> str:
    """The words by which the page says that it counted only some of the trials, with three about them; else ""."""
    match = _SCOPE.search(claim.comment)
    if match is None:
        return ""
    before = claim.comment[: match.start()].rsplit(" ", 4)[-4:]
    after = claim.comment[match.end() :].split(" ", 4)[:4]
    return " ".join(f"{' '.join(before)}{match.group()}{' '.join(after)}".split())


def counted_on(claim: Claim) -> date | None:
    """The latest day on which the page says that it counted."""
    days = (_day(text) for text in _DATED.findall(claim.comment))
    return max(filter(None, days), default=None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def found_text(trials: int, hits: int, search: TrialSearch, evidence: Evidence) -> str:
    """How many trials there were, when and for which search, for a sentence."""
    more = f" ({hits} with those that only mention it)" if hits > trials else ""
    return f"{trials}{more} on {day_of(evidence)} for {query_text(search)}"


def day_of(evidence: Evidence) -> str:
    """The day of the registry's data, else of the reply."""
    release = (evidence.release or "")[:10]
    return release if _day(release) else f"{evidence.retrieved_at:%Y-%m-%d}"


def query_text(search: TrialSearch) -> str:
    """A search as a person would type it."""
    return " OR ".join(f'"{term}"' for term in search.terms) + f" [{', '.join(search.statuses)}]"


def _signed(sign: str, numbers: Sequence[str]) -> str:
    more = f" and {len(numbers) - _MOST_NUMBERS} more" if len(numbers) > _MOST_NUMBERS else ""
    return " ".join(f"{sign}{number}" for number in numbers[:_MOST_NUMBERS]) + more
