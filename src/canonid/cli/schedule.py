"""`canonid schedule`: the job at its due times."""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from canonid.cli import options
from canonid.cli.exits import ExitCode
from canonid.errors import UsageError
from canonid.schedule.log import EventLog, LogFormat
from canonid.settings import load_settings

if TYPE_CHECKING:
    from canonid.schedule.service import Asked, Service

_ONCE_WAITS = 600.0


def schedule(
    *,
    paths: options.Paths = None,
    cron: Annotated[
        str | None, typer.Option(metavar="EXPRESSION", help='When the job is due, such as "0 3 * * *".')
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Its time zone, such as Europe/Berlin; else this machine's.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, and end: for cron and its kin.")] = False,
    health_port: Annotated[
        int | None, typer.Option(metavar="PORT", min=0, max=65_535, help="Answer /healthz on 127.0.0.1 there.")
    ] = None,
    log_format: Annotated[LogFormat, typer.Option("--log-format", help="The form of a log line.")] = LogFormat.TEXT,
    lease: Annotated[
        float, typer.Option(metavar="SECONDS", min=1, help="Without a sign of life for so long, a run counts as gone.")
    ] = 60.0,
    wait: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=0, help="How long to wait for another run; 600 with --once, else no end."),
    ] = None,
    offline: options.Offline = None,
    database: options.Database = None,
    drugbank: options.Drugbank = None,
    max_requests: options.MaxRequests = None,
    verbose: options.Details = False,  # noqa: ARG001 - read where faults are shown
) -> None:
    """Carry out the job at its due times, until stopped.

    One run at a time on one store, however many schedulers there are; each due time is carried out once. A due time
    that was missed is made up for at the start. What happens is logged to standard error. The exit code says whether
    the work was done, not what it found: a service that finds something has not failed.
    """
    from canonid import running, wiring  # noqa: PLC0415 - brings the database and the clients
    from canonid.schedule.cron import read_timetable  # noqa: PLC0415 - brings the scheduler
    from canonid.schedule.health import serving_health  # noqa: PLC0415 - brings a server

    if cron is None and (timezone is not None or not once):
        raise UsageError('say when the job is due: --cron "0 3 * * *", or do it now: --once without --timezone')
    where = list(paths or [Path()])
    given = options.given(offline=offline, database=database, drugbank=drugbank, max_requests=max_requests)
    settings = load_settings(given, paths=where)
    timetable = read_timetable(cron, timezone) if cron is not None else None
    log = EventLog(sys.stderr, log_format, wiring.news_channels(settings).secrets)
    longest = wait if wait is not None else _ONCE_WAITS if once else float("inf")
    service = running.open_service(settings, where, timetable, log, lasts=lease, wait=longest)
    with log.libraries(), _signals() as asked, serving_health(service.status, health_port) as port:
        if port is not None:
            log.event("health.serving", url=f"http://127.0.0.1:{port}/healthz")
        code = _once(service, asked) if once else _serve(service, asked)
    raise typer.Exit(code)


def _serve(service: Service, asked: Asked) -> ExitCode:
    if not service.run(asked):
        _leave()
    return ExitCode.CLEAN


def _once(service: Service, asked: Asked) -> ExitCode:
    """Whatever a run found, it was carried out; what it found is told by `runs` and by notifications."""
    outcome = service.once(asked)
    if outcome.value == "stopped":
        return ExitCode.INTERRUPTED
    return ExitCode.CLEAN if outcome.value in {"finished", "skipped"} else ExitCode.USAGE


def _leave() -> None:
    """End the process although a thread still works: SQLite drops what was not committed, and the lease ends."""
    sys.stderr.flush()
    os._exit(ExitCode.INTERRUPTED)


@contextmanager
def _signals() -> Iterator[Asked]:
    """Take SIGTERM and SIGINT as a wish to stop during the block; a second one ends the process at once.

    The signal wakes the waiting through a socket: a handler may not touch what the interrupted code has locked.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    wishes: list[int] = []

    def note(number: int, _frame: object) -> None:
        wishes.append(number)
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    former = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)

    def asked(seconds: float) -> bool:
        if not wishes and select.select([reader], [], [], seconds)[0]:
            reader.recv(64)  # of other signals too
        return bool(wishes)

    try:
        yield asked
    finally:
        signal.set_wakeup_fd(former)
        for number, handler in before.items():
            signal.signal(number, handler)
        reader.close()
        writer.close()
