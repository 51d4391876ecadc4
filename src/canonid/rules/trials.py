"""Comparing the statuses of trials: what a page writes, and what the registry says."""

from __future__ import annotations

import re

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

_OTHER_WORDINGS = {"ACTIVE": "ACTIVE_NOT_RECRUITING", "ENROLLING": "RECRUITING", "UNKNOWN_STATUS": "UNKNOWN"}


def read_status(wording: str) -> str | None:
    """The registry's word for a status as people write it ("Active, not recruiting"); None for anything else."""
    word = re.sub(r"[^A-Z]+", "_", wording.upper()).strip("_")
    word = _OTHER_WORDINGS.get(word, word)
    return word if word in STATUSES else None
