"""The service: what becomes of a due time, whatever happens."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from canonid.errors import CorpusError, Stopped
from canonid.model import Finding, Report
from canonid.schedule.cron import read_timetable
from canonid.schedule.log import EventLog, LogFormat
from canonid.schedule.notify import Channels
from canonid.schedule.service import Outcome, Service
from canonid.store import lease
from canonid.store.discrepancies import update_discrepancies
from canonid.store.runs import record_run
from tests.schedule.listeners import webhook
from tests.store.samples import finding, holding_of, report

NIGHTLY = read_timetable("0 3 * * *", "UTC")


@dataclass
class Desk:
    """A store, a job that finds what it is told to, and a service around it."""

    database: Path
    findings: list[Finding] = field(default_factory=lambda: [finding()])
    before: Callable[[threading.Event], None] = lambda _stop: None
    """What the job does first."""
    runs: int = 0
    lines: io.StringIO = field(default_factory=io.StringIO)

    def job(self, held: lease.Lease, stop: threading.Event) -> Report:
        """Stores what is found."""
        self.before(stop)
        held.check()
        self.runs += 1
        found = report(*self.findings, run_id=f"run-{self.runs}", days=self.runs)
        pages = {"molecules/adapalene.md"}
        update_discrepancies(self.database, found, checked_pages=pages, answered={"chembl"})
        record_run(self.database, found)
        return found

    def service(self, **changes: Any) -> Service:
        """A service that is due every night."""
        log = EventLog(self.lines, LogFormat.JSON)
        return Service(self.database, self.job, log, **{"timetable": NIGHTLY, "name": "nightly", **changes})

    def events(self) -> list[str]:
        """What was logged."""
        return [line["event"] for line in self.log()]

    def log(self) -> list[dict[str, Any]]:
        """The same with all details."""
        return [json.loads(line) for line in self.lines.getvalue().splitlines()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "canonid.sqlite")


def never(seconds: float) -> bool:
    """Nobody asks it to stop."""
    threading.Event().wait(seconds)
    return False


def held_elsewhere(database: Path, lasts: float) -> None:
    """Another machine is at work."""
    lease.take(database, lease.RUN, "17@other/another/4711/0", lasts, datetime.now(UTC))


def test_what_is_due_is_carried_out(desk: Desk) -> None:
    """And known to health, log and the next one who asks."""
    service = desk.service()
    assert service.once(never) is Outcome.FINISHED
    assert desk.events() == ["run.started", "run.finished"]
    assert service.status.last_run is not None
    assert {name: service.status.last_run[name] for name in ("outcome", "run", "new", "requests", "verdicts")} == {
        "outcome": "finished",
        "run": "run-1",
        "new": 1,
        "requests": 2,
        "verdicts": {"discrepant": 1},
    }
    assert service.status.problems() == []
    assert service.status.next_run is not None
    assert service.status.next_run > datetime.now(UTC)
    assert holding_of(desk.database) is None


def test_what_another_scheduler_has_carried_out_is_not_done_again(desk: Desk) -> None:
    """Each due time once between them."""
    desk.service().once(never)
    assert desk.service().once(never) is Outcome.SKIPPED
    assert (desk.runs, desk.events()[-1]) == (1, "run.skipped")


def test_another_schedule_is_another_matter(desk: Desk) -> None:
    """It may be about other pages."""
    desk.service().once(never)
    assert desk.service(name="other").once(never) is Outcome.FINISHED
    assert desk.runs == 2


def test_without_a_timetable_it_is_done_whenever_asked(desk: Desk) -> None:
    """As cron does."""
    assert [desk.service(timetable=None).once(never) for _ in range(2)] == [Outcome.FINISHED] * 2
    assert desk.runs == 2


def fail(_stop: threading.Event) -> None:
    raise CorpusError("there is no such folder")


def stumble(_stop: threading.Event) -> None:
    raise ZeroDivisionError("by zero")


def test_a_run_that_cannot_be_carried_out_is_a_failure(desk: Desk) -> None:
    """With the reason, and the due time open for the next one."""
    desk.before = fail
    service = desk.service()
    assert service.once(never) is Outcome.FAILED
    assert service.status.problems() == ["the last run failed"]
    assert service.status.last_error is not None
    assert service.status.last_error["message"] == "there is no such folder"
    desk.before = Desk.before
    assert desk.service().once(never) is Outcome.FINISHED


def test_a_fault_does_not_end_the_service(desk: Desk) -> None:
    """It is logged as what it is."""
    desk.before = stumble
    assert desk.service().once(never) is Outcome.FAILED
    assert desk.log()[-1]["message"] == "this is a fault in canonid: ZeroDivisionError: by zero"


def test_a_service_is_well_again_after_a_run_that_works(desk: Desk) -> None:
    """The last error stays to be looked at."""
    desk.before = fail
    service = desk.service()
    service.carry_out()
    desk.before = Desk.before
    service.carry_out()
    assert service.status.problems() == []
    assert service.status.last_error is not None


def test_it_waits_for_another_run(desk: Desk) -> None:
    """And says for whom."""
    held_elsewhere(desk.database, 0.2)
    assert desk.service().once(never) is Outcome.FINISHED
    assert desk.events() == ["run.waiting", "run.started", "run.finished"]
    assert desk.log()[0]["holder"] == "process 17 on other"


def test_it_waits_no_longer_than_it_was_told(desk: Desk) -> None:
    """Then says who is at work."""
    held_elsewhere(desk.database, 60)
    assert desk.service(wait=0.0).once(never) is Outcome.REFUSED
    assert "process 17 on other" in desk.log()[-1]["message"]


def wait_for_stop(stop: threading.Event) -> None:
    """As a run does that waits for an answer."""
    assert stop.wait(30)
    raise Stopped("asked to stop")


def test_a_run_that_is_stopped_is_neither_done_nor_failed(desk: Desk) -> None:
    """The next one goes on from there."""
    desk.before = wait_for_stop
    service = desk.service()
    assert service.once(lambda _: True) is Outcome.STOPPED
    assert "run.stopped" in desk.events()
    assert not service.status.has_failed
    desk.before = Desk.before
    assert desk.service().once(never) is Outcome.FINISHED


def until(reached: Callable[[], bool]) -> Callable[[float], bool]:
    """Asks the service to stop as soon as something is so."""

    def asked(seconds: float) -> bool:
        threading.Event().wait(min(seconds, 0.01))
        return reached()

    return asked


def test_the_first_start_checks_at_once_and_the_second_waits(desk: Desk) -> None:
    """What was due and not carried out is made up for."""
    first = desk.service()
    assert first.run(until(lambda: first.status.last_run is not None))
    second = desk.service()
    assert second.run(until(lambda: True))
    assert (desk.runs, second.status.next_run) == (1, NIGHTLY.after(datetime.now(UTC)))
    assert [event for event in desk.events() if event.startswith("service")] == [
        "service.started", "service.stopping", "service.stopped",
    ] * 2  # fmt: skip


def test_due_times_come_again_and_again(desk: Desk) -> None:
    """As APScheduler's trigger says; here every second."""
    from apscheduler.triggers.interval import IntervalTrigger  # noqa: PLC0415 - only here

    from canonid.schedule.cron import Timetable  # noqa: PLC0415 - only here

    class EverySecond(Timetable):
        __slots__ = ()

        def until(self, moment: datetime) -> datetime:
            """Always a new one."""
            return moment

    timetable = EverySecond("every second", UTC, IntervalTrigger(seconds=1, timezone=UTC))
    assert desk.service(timetable=timetable).run(until(lambda: desk.runs >= 2))
    assert desk.runs >= 2


def test_a_service_stops_although_a_run_goes_on(desk: Desk) -> None:
    """The run is told, and ends in time."""
    desk.before = wait_for_stop
    service = desk.service()
    assert service.run(until(lambda: "run.started" in desk.events()))
    assert desk.events()[-3:] == ["service.stopping", "run.stopped", "service.stopped"]


def test_a_run_that_does_not_stop_in_time_is_left_behind(desk: Desk) -> None:
    """Whoever started the service is told, and ends the process."""
    release = threading.Event()
    desk.before = lambda _stop: assert_(release.wait(30))
    service = desk.service(grace=0.05)
    try:
        assert not service.run(until(lambda: "run.started" in desk.events()))
        assert desk.log()[-1]["clean"] is False
    finally:
        release.set()
        assert service._idle.wait(30)


def test_a_single_run_that_does_not_stop_in_time_is_not_said_to_be_done(desk: Desk) -> None:
    """Its exit code would tell cron that all is well."""
    release = threading.Event()
    desk.before = lambda _stop: assert_(release.wait(30))
    service = desk.service(grace=0.05)
    try:
        assert service.once(until(lambda: "run.started" in desk.events())) is Outcome.STOPPED
    finally:
        release.set()
        assert service._idle.wait(30)


def assert_(condition: bool) -> None:
    assert condition


def test_news_are_told(desk: Desk) -> None:
    """What is new, once."""
    with webhook() as hook:
        service = desk.service(timetable=None, channels=Channels(hook.url))
        service.once(never)
        service.once(never)
        desk.findings = []
        service.once(never)
    assert [sent["text"].splitlines()[0] for sent in hook.received] == ["canonid: 1 new", "canonid: 1 resolved"]
    assert desk.events().count("notification.sent") == 2


def test_a_failure_is_told(desk: Desk) -> None:
    """Somebody has to act."""
    desk.before = fail
    with webhook() as hook:
        desk.service(channels=Channels(hook.url)).once(never)
    assert hook.received[0]["event"] == "run.failed"


def test_a_notification_that_fails_does_not_fail_the_run(desk: Desk) -> None:
    """It is logged."""
    with webhook(500) as hook:
        assert desk.service(channels=Channels(hook.url)).once(never) is Outcome.FINISHED
    assert desk.log()[-1] == {**desk.log()[-1], "event": "notification.failed", "message": "the webhook answered 500"}


def test_a_machine_that_was_off_makes_up_for_it_once(desk: Desk) -> None:
    """However many due times were missed."""
    lease.note_carried_out(desk.database, "nightly", datetime.now(UTC) - timedelta(days=10), "a")
    service = desk.service()
    service.run(until(lambda: service.status.last_run is not None))
    assert (desk.runs, lease.carried_out(desk.database, "nightly")) == (1, NIGHTLY.until(datetime.now(UTC)))
