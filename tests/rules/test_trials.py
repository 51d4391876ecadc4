"""Statuses of trials as people write them."""

import pytest

from canonid.rules.trials import STATUSES, read_status


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_the_words_of_the_registry_are_read_as_themselves(status: str) -> None:
    """In the registry's spelling and in that of a person."""
    assert read_status(status) == status
    assert read_status(status.replace("_", " ").capitalize()) == status


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("Active, not recruiting", "ACTIVE_NOT_RECRUITING"),
        ("active (not recruiting)", "ACTIVE_NOT_RECRUITING"),
        ("Active", "ACTIVE_NOT_RECRUITING"),
        ("not-yet-recruiting", "NOT_YET_RECRUITING"),
        ("Enrolling", "RECRUITING"),
        ("Enrolling by invitation", "ENROLLING_BY_INVITATION"),
        ("Unknown status", "UNKNOWN"),
        ("**Completed**", "COMPLETED"),
    ],
)
def test_wordings_of_people_are_understood(written: str, status: str) -> None:
    """The older site of the registry wrote some of them so."""
    assert read_status(written) == status


@pytest.mark.parametrize("written", ["", "published", "completed enrolment", "recruiting soon", "phase 2", "—"])
def test_anything_else_is_no_status(written: str) -> None:
    """A guess would call a right page wrong."""
    assert read_status(written) is None
