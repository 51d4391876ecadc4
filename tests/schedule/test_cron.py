"""When a job is due: crontab(5), time zones, and the hours that clocks skip or repeat."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from canonid.errors import UsageError
from canonid.schedule.cron import read_timetable

SATURDAY = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
"""The day before clocks are put forward in Berlin."""


def due(cron: str, count: int, zone: str = "UTC", start: datetime = SATURDAY) -> list[str]:
    """The next due times, in UTC."""
    timetable, times = read_timetable(cron, zone), [start]
    for _ in range(count):
        times.append(timetable.after(times[-1]))
    return [f"{time:%a %d %b %H:%M}" for time in times[1:]]


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 3 * * *", ["Sun 29 Mar 03:00", "Mon 30 Mar 03:00"]),
        ("*/20 12 * * *", ["Sat 28 Mar 12:20", "Sat 28 Mar 12:40"]),
        ("0 3 * * 0", ["Sun 29 Mar 03:00", "Sun 05 Apr 03:00"]),
        ("0 3 * * 7", ["Sun 29 Mar 03:00", "Sun 05 Apr 03:00"]),
        ("0 3 * * 1", ["Mon 30 Mar 03:00", "Mon 06 Apr 03:00"]),
        ("0 3 * * mon", ["Mon 30 Mar 03:00", "Mon 06 Apr 03:00"]),
        ("0 3 * * Tuesday", ["Tue 31 Mar 03:00", "Tue 07 Apr 03:00"]),
        ("0 3 * * 6-7", ["Sun 29 Mar 03:00", "Sat 04 Apr 03:00"]),
        ("0 3 * * sun-mon", ["Sun 29 Mar 03:00", "Mon 30 Mar 03:00"]),
        ("0 3 * * fri-mon", ["Sun 29 Mar 03:00", "Mon 30 Mar 03:00"]),
        ("0 3 * * 2/2", ["Tue 31 Mar 03:00", "Thu 02 Apr 03:00"]),
        ("0 3 * * 1-5/2", ["Mon 30 Mar 03:00", "Wed 01 Apr 03:00"]),
        ("0 3 * * 0-7", ["Sun 29 Mar 03:00", "Mon 30 Mar 03:00"]),
        ("0 3 1 * 1", ["Mon 30 Mar 03:00", "Wed 01 Apr 03:00"]),
        ("0 3 1 jan *", ["Fri 01 Jan 03:00", "Sat 01 Jan 03:00"]),
        ("@weekly", ["Sun 29 Mar 00:00", "Sun 05 Apr 00:00"]),
        ("@Hourly", ["Sat 28 Mar 13:00", "Sat 28 Mar 14:00"]),
    ],
)
def test_an_expression_means_what_cron_takes_it_to_mean(cron: str, expected: list[str]) -> None:
    """Sunday is 0 and 7, and a day of the month beside one of the week means either."""
    assert due(cron, 2) == expected


def test_due_times_are_those_of_the_zone() -> None:
    """Three o'clock in Berlin, in winter and in summer."""
    assert due("0 3 * * *", 2, "Europe/Berlin", datetime(2026, 3, 27, 12, 0, tzinfo=UTC)) == [
        "Sat 28 Mar 02:00",
        "Sun 29 Mar 01:00",
    ]


def test_a_due_time_in_the_hour_that_is_skipped_is_not_lost() -> None:
    """02:30 is 03:30 that day."""
    assert due("30 2 * * *", 2, "Europe/Berlin") == ["Sun 29 Mar 01:30", "Mon 30 Mar 00:30"]


def test_time_goes_on_through_the_hour_that_comes_twice() -> None:
    """Each due time is later than the one before, whatever the clocks say."""
    timetable = read_timetable("30 2 * * *", "Europe/Berlin")
    times = [datetime(2026, 10, 24, 12, 0, tzinfo=UTC)]
    for _ in range(4):
        times.append(timetable.after(times[-1]))
    assert all(earlier < later for earlier, later in pairwise(times))
    assert timetable.until(times[-1]) == times[-1]


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 * * * *", datetime(2026, 3, 28, 12, 0, tzinfo=UTC)),
        ("0 3 * * *", datetime(2026, 3, 28, 3, 0, tzinfo=UTC)),
        ("0 3 * * 0", datetime(2026, 3, 22, 3, 0, tzinfo=UTC)),
        ("0 0 1 1 *", datetime(2026, 1, 1, tzinfo=UTC)),
        ("0 0 29 2 *", datetime(2024, 2, 29, tzinfo=UTC)),
    ],
)
def test_the_last_due_time_is_found(cron: str, expected: datetime) -> None:
    """However long ago; a due time counts as such from its very moment."""
    assert read_timetable(cron, "UTC").until(SATURDAY) == expected


def test_without_a_zone_it_is_the_time_of_the_machine() -> None:
    """Whichever that is."""
    assert read_timetable("0 3 * * *").zone is not None


@pytest.mark.parametrize(
    ("cron", "reason"),
    [
        ("0 3 * *", "should have five fields"),
        ("@reboot", "should have five fields"),
        ("61 * * * *", "cannot be read"),
        ("x * * * *", "cannot be read"),
        ("0 3 * * 8", "'8' is no day of the week; write 0 to 7"),
        ("0 3 * * mo", "'mo' is no day of the week"),
        ("0 3 * * 1-", "'' is no day of the week"),
        ("0 3 * * */0", "'0' is no step"),
        ("0 0 30 2 *", "is never due; there is no such day"),
    ],
)
def test_an_expression_that_cannot_be_used_is_refused(cron: str, reason: str) -> None:
    """With what is wrong in it."""
    with pytest.raises(UsageError, match=reason.replace("(", r"\(")) as caught:
        read_timetable(cron, "UTC")
    assert cron in str(caught.value)


@pytest.mark.parametrize("zone", ["Europe/Berln", "", "../../etc/passwd"])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    """With an example of one that does."""
    with pytest.raises(UsageError, match="there is no time zone"):
        read_timetable("0 3 * * *", zone)
