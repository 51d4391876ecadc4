"""When the job is due: cron expressions as crontab(5) reads them, in a time zone.

APScheduler's own reading of them differs in two points that would run a job on the wrong day: its week begins with
Monday as 0, and a day of the month and a day of the week must both fit. Both are put right here.
"""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from canonid.errors import UsageError

_NAMED = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LOOK_BACK = tuple(timedelta(days=days) for days in (1 / 24, 1, 8, 32, 367, 8 * 367))
"""How far to look for the last due time; 29 February may be eight years away."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """The due times of a job."""

    cron: str
    zone: tzinfo
    trigger: Any
    """As APScheduler has it."""

    def after(self, moment: datetime) -> datetime:
        """The first due time after `moment`, in UTC.

        Where clocks change, arithmetic and comparison of local times go wrong by an hour; those in UTC do not.
        """
        due: datetime = self.trigger.get_next_fire_time(None, moment.astimezone(UTC) + timedelta(microseconds=1))
        return due.astimezone(UTC)

    def until(self, moment: datetime) -> datetime:
        """The last due time that is not after `moment`, or `moment` itself if there was none for years."""
        for span in _LOOK_BACK:
            last, due = None, self.after(moment - span)
            while due <= moment:
                last, due = due, self.after(due)
            if last is not None:
                return last
        return moment


def read_timetable(cron: str, zone: str | None = None) -> Timetable:
    """The due times that a cron expression means, in the machine's own time zone if `zone` names none.

    Raises UsageError for an expression or a zone that cannot be used, and for one that is never due.
    """
    from apscheduler.triggers.combining import OrTrigger  # noqa: PLC0415 - only the scheduler needs it
    from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415 - as above

    where = _zone(zone)
    fields = _NAMED.get(cron.strip().lower(), cron).split()
    if len(fields) != 5:
        raise UsageError(
            f'--cron {cron!r} should have five fields, minute, hour, day, month and day of the week: "0 3 * * *"'
        )
    minute, hour, day, month, weekday = fields
    both = not day.startswith("*") and not weekday.startswith("*")
    try:
        weekdays = _weekdays(weekday)
        choices = [(day, "*"), ("*", weekdays)] if both else [(day, weekdays)]
        triggers = [
            CronTrigger(minute=minute, hour=hour, day=one, month=month, day_of_week=other, timezone=where)
            for one, other in choices
        ]
        trigger = OrTrigger(triggers) if both else triggers[0]
        never = trigger.get_next_fire_time(None, datetime.now(triggers[0].timezone)) is None
    except (ValueError, TypeError) as error:
        raise UsageError(f"--cron {cron!r} cannot be read: {error}") from error
    if never:
        raise UsageError(f"--cron {cron!r} is never due; there is no such day")
    return Timetable(" ".join(fields), triggers[0].timezone, trigger)


def _zone(name: str | None) -> tzinfo | None:
    if name is None:
        return None
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(
            f"there is no time zone {name!r} on this machine; write it as Europe/Berlin or UTC (the Python package "
            "tzdata brings all where the system has none)"
        ) from error


def _weekdays(field: str) -> str:
    """The days of the week that a field means, each by its name, on whose meaning both sides agree.

    Raises ValueError for what is none.
    """
    days: set[int] = set()
    for part in field.lower().split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        if span == "*":
            begin, end = 0, 6
        else:
            begin = _day(first)
            end = _day(last) if dash else (6 if step else begin)
        if end < begin:
            end += 7  # fri-mon
        days |= {number % 7 for number in range(begin, end + 1, _step(step) if step else 1)}
    return "*" if len(days) == 7 else ",".join(_DAYS[number] for number in sorted(days))


def _day(text: str) -> int:
    if text[:3] in _DAYS and text.isalpha():
        return _DAYS.index(text[:3])
    if text in "01234567" and len(text) == 1:
        return int(text)
    raise ValueError(f"{text!r} is no day of the week; write 0 to 7 (0 and 7 are Sunday) or mon to sun")


def _step(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ValueError(f"{text!r} is no step; write a number above 0")
    return int(text)
