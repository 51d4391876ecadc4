"""The active trials of what a card is about, from the search that a run asks for the counts of pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from canonid.gather import Gatherer
from canonid.lookup.cards import ActiveTrials
from canonid.model import TrialSearch
from canonid.rules.case import Case

Searches = Callable[[str], Sequence[TrialSearch]]
"""Tells which searches with this first name have a stored reply, newest first; see `EvidenceStore.searches_for`."""


def active_trials_of(case: Case, gatherer: Gatherer, searches: Searches) -> ActiveTrials | None:
    """The active trials of the subject; None without a name to search by."""
    if case.trial_search is None:
        return None
    search = _asked_before(case.trial_search, searches)
    asked = ("clinicaltrials", search)
    gatherer.ask([asked])
    return ActiveTrials(search, gatherer.answers[asked])


def _asked_before(search: TrialSearch, searches: Searches) -> TrialSearch:
    """This search, or else one that a page of the same name was counted by.

    A page has other aliases than a registry has synonyms; a reply to its search tells a curator more than none.
    """
    known = [item for item in searches(search.terms[0]) if item.statuses == search.statuses]
    return search if search in known or not known else known[0]
