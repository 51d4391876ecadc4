"""Trials: their statuses as a page writes them and as the registry has them, and the search for those of a subject."""

from __future__ import annotations

import re
from collections.abc import Iterable

from canonid.model import TrialSearch
from canonid.names import holds_words, word_keys

ACTIVE = ("RECRUITING", "ACTIVE_NOT_RECRUITING")
"""The statuses that count as active."""
# Words that many interventions have, whatever they test; an alias of nothing else finds them all.
_GENERIC = frozenset(
    """
    agent agents antioxidant antioxidants assay blood cell cells class diet dietary drug drugs exercise extract fasting
    gene hormone inhibitor inhibitors injection intervention mouse oil peptide peptides placebo plant protein retinal
    serum standard stem study supplement supplementation supplements therapy topical training treatment vitamin vitamins
    """.split()
)

STATUSES = {
    "ACTIVE_NOT_RECRUITING",
    "APPROVED_FOR_MARKETING",
    "AVAILABLE",
    "COMPLETED",
    "ENROLLING_BY_INVITATION",
    "NOT_YET_RECRUITING",
    "NO_LONGER_AVAILABLE",
    "RECRUITING",
    "SUSPENDED",
    "TEMPORARILY_NOT_AVAILABLE",
    "TERMINATED",
    "UNKNOWN",
    "WITHDRAWN",
    "WITHHELD",
}
"""The registry's statuses (ClinicalTrials.gov API 2.0.5, enum Status)."""

_OTHER_WORDINGS = {
    "ACTIVE": "ACTIVE_NOT_RECRUITING",
    "ACTIVE_BUT_NOT_RECRUITING": "ACTIVE_NOT_RECRUITING",
    "ENROLLING": "RECRUITING",
    "UNKNOWN_STATUS": "UNKNOWN",
}


def read_status(wording: str) -> str | None:
    """The registry's word for a status as people write it ("Active, not recruiting"); None for anything else."""
    word = re.sub(r"[^A-Z]+", "_", wording.upper()).strip("_")
    word = _OTHER_WORDINGS.get(word, word)
    return word if word in STATUSES else None


def active_trials(names: Iterable[str]) -> TrialSearch | None:
    """The search for the active trials of a subject with these names; None if none of them can be searched by.

    A name that holds another (berberine hydrochloride) finds nothing that the other does not find; one with half a
    pair of brackets is a piece of a systematic name that YAML took for a list.
    """
    keys = {name.casefold(): word_keys(name) for name in names if name.count("(") == name.count(")")}
    terms = [term for term, words in keys.items() if words and not _GENERIC.issuperset(words)]
    kept = [
        term
        for number, term in enumerate(terms)
        if not any(
            holds_words(keys[term], keys[other]) and (keys[other] != keys[term] or earlier < number)
            for earlier, other in enumerate(terms)
            if other != term
        )
    ]
    return TrialSearch(tuple(kept), ACTIVE) if kept else None
