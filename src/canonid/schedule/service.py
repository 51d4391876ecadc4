"""The service itself: waits until the job is due, carries it out when nobody else does, and stops when told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from canonid.errors import CanonidError, LeaseTaken, Stopped
from canonid.model import Report
from canonid.schedule.cron import Timetable
from canonid.schedule.health import Phase, Status
from canonid.schedule.log import EventLog
from canonid.schedule.notify import Channels, News, news_of, notify
from canonid.store.history import PastRun, changes_of, find_run
from canonid.store.lease import LASTS, Holding, Lease, carried_out, hold, note_carried_out

GRACE_SECONDS = 8.0
"""How long a job may take to stop; whoever told it to will wait for ten."""
_BEAT_SECONDS = 1.0

Job = Callable[[Lease, threading.Event], Report]
"""Carries the job out under the lease; raises Stopped soon after the event is set."""
Asked = Callable[[float], bool]
"""Waits so many seconds, or less if the service is asked to stop, and says whether it is."""


class Outcome(StrEnum):
    """How a due time ended."""

    FINISHED = "finished"
    SKIPPED = "skipped"
    """Another scheduler has carried it out."""
    REFUSED = "refused"
    """Another run was still at work after the longest wait."""
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(slots=True)
class Service:
    """One schedule on one store."""

    database: Path
    job: Job
    log: EventLog
    timetable: Timetable | None = None
    """None to carry the job out whenever asked."""
    name: str = ""
    """What two schedulers must have in common to be the same schedule."""
    channels: Channels = field(default_factory=Channels)
    lasts: float = LASTS
    wait: float = float("inf")
    """How many seconds to wait for another run."""
    grace: float = GRACE_SECONDS
    status: Status = field(default_factory=lambda: Status(datetime.now(UTC)))
    stop: threading.Event = field(default_factory=threading.Event)
    _idle: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Nothing is going on yet."""
        self._idle.set()

    def run(self, asked: Asked) -> bool:
        """Carry out every due time until asked to stop; False if what was going on then could not be ended in time."""
        scheduler = self._scheduler()
        scheduler.start()
        self.log.event("service.started", schedule=self.name, next_run=self.status.next_run)
        beats = 0
        while not asked(_BEAT_SECONDS):
            self.status.beat()
            beats += 1
            if beats % 10 == 0:
                scheduler.wakeup()  # after a machine has slept, or its clock was set
        self._ask_to_stop()
        scheduler.shutdown(wait=False)
        has_ended = self._idle.wait(self.grace)
        self.log.event("service.stopped", clean=has_ended)
        return has_ended

    def once(self, asked: Asked) -> Outcome:
        """Carry out the last due time, unless that was done, or without a timetable just once."""
        outcome: list[Outcome] = []
        worker = threading.Thread(target=lambda: outcome.append(self.carry_out()), name="canonid-run", daemon=True)
        worker.start()
        while worker.is_alive() and not asked(0.02):
            self.status.beat()
        if worker.is_alive():
            self._ask_to_stop()
            worker.join(self.grace)
        return outcome[0] if outcome else Outcome.STOPPED

    def carry_out(self) -> Outcome:
        """Do the job if it is due, once nobody else is at work; what goes wrong is logged, told and kept for health."""
        self._idle.clear()
        try:
            outcome = self._try()
        except LeaseTaken as error:
            self.log.event("run.refused", "warning", message=str(error))
            outcome = Outcome.REFUSED
        except Stopped as error:
            self.log.event("run.stopped", "warning", message=str(error))
            outcome = Outcome.STOPPED
        except CanonidError as error:
            outcome = self._fail(str(error))
        except Exception as error:  # noqa: BLE001 - the edge of a job: a fault in it must not end the service
            outcome = self._fail(f"this is a fault in canonid: {type(error).__name__}: {error}")
        finally:
            self._look_ahead()
            self._idle.set()
        return outcome

    def _try(self) -> Outcome:
        due = None if self.timetable is None else self.timetable.until(datetime.now(UTC))
        with hold(self.database, lasts=self.lasts, wait=self.wait, stop=self.stop, on_wait=self._waiting) as lease:
            if due is not None and (done := carried_out(self.database, self.name)) is not None and done >= due:
                self.log.event("run.skipped", due=due, message="another scheduler has carried it out")
                return Outcome.SKIPPED
            self.status.phase = Phase.RUNNING
            self.log.event("run.started", due=due, holder=lease.holder)
            report = self.job(lease, self.stop)
            if due is not None:
                note_carried_out(self.database, self.name, due, lease.holder)
        self._finish(report)
        return Outcome.FINISHED

    def _waiting(self, held: Holding) -> None:
        self.status.phase = Phase.WAITING
        self.log.event("run.waiting", holder=held.who, since=held.acquired)

    def _finish(self, report: Report) -> None:
        (run,) = find_run(self.database, report.run.id)
        summary = _summary(run)
        self.status.has_failed = False
        self.status.last_run = {"outcome": Outcome.FINISHED.value, **summary}
        self.log.event("run.finished", **summary)
        self._tell(news_of(run, changes_of(self.database, run.id)))

    def _fail(self, reason: str) -> Outcome:
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        self.status.has_failed = True
        self.status.last_run = {"outcome": Outcome.FAILED.value, "finished_at": now}
        self.status.last_error = {"at": now, "message": reason}
        self.log.event("run.failed", "error", message=reason)
        self._tell(News(failure=reason))
        return Outcome.FAILED

    def _tell(self, news: News) -> None:
        if not news.is_worth_telling or self.stop.is_set():
            return
        for channel, failure in notify(self.channels, news):
            if failure is None:
                self.log.event("notification.sent", channel=channel)
            else:
                self.log.event("notification.failed", "warning", channel=channel, message=failure)

    def _ask_to_stop(self) -> None:
        self.log.event("service.stopping", state=self.status.phase.value)
        self.status.phase = Phase.STOPPING
        self.stop.set()

    def _look_ahead(self) -> None:
        if not self.stop.is_set():
            self.status.phase = Phase.IDLE
        if self.timetable is not None:
            self.status.next_run = self.timetable.after(datetime.now(UTC))

    def _scheduler(self) -> Any:
        """APScheduler with one job, which is due at once if its last due time was missed."""
        from apscheduler.executors.pool import ThreadPoolExecutor  # noqa: PLC0415 - only for a service
        from apscheduler.schedulers.background import BackgroundScheduler  # noqa: PLC0415 - as above

        assert self.timetable is not None, "a service without a timetable is never due"  # noqa: S101 - for the reader
        now = datetime.now(UTC)
        done = carried_out(self.database, self.name)
        is_due = done is None or done < self.timetable.until(now)
        self.status.next_run = now if is_due else self.timetable.after(now)
        scheduler = BackgroundScheduler(timezone=self.timetable.zone, executors={"default": ThreadPoolExecutor(1)})
        scheduler.add_job(
            self.carry_out,
            self.timetable.trigger,
            next_run_time=self.status.next_run,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,  # its default of one second drops a job whose machine was busy or asleep
        )
        return scheduler


def _summary(run: PastRun) -> Mapping[str, Any]:
    return {
        "run": run.id,
        "started_at": run.started_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "finished_at": run.finished_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "subjects": run.subjects,
        "verdicts": dict(run.verdicts),
        "findings": dict(run.findings),
        "new": run.new,
        "resolved": run.resolved,
        "reopened": run.reopened,
        "requests": run.requests,
    }
