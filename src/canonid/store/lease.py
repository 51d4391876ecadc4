"""Who may run: one process at a time on one store, for as long as it keeps saying that it is alive.

A lease is a row that names its holder and when it ends unless renewed. A thread renews it. Whoever finds it ended
takes it over; likewise whoever sees that its holder, on the same machine, has died. Moments are those of the machines'
clocks: where several machines share a store, their clocks must agree to within the length of the lease.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from canonid.errors import LeaseLost, LeaseTaken, Stopped, StoreError
from canonid.store.database import from_text, reading, schema_version, to_text, upsert, writing

RUN = "run"
"""The lease of whoever may change the table of discrepancies."""
LASTS = 60.0
"""Seconds without a sign of life after which a holder counts as gone."""
_LONGEST_POLL = 2.0

Database = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Holding:
    """A lease as it stands in the store."""

    name: str
    holder: str
    acquired: datetime
    heartbeat: datetime
    """The holder's last sign of life."""
    expires: datetime

    @property
    def who(self) -> str:
        """The holder as a person would look for it: `process 123 on host`."""
        pid, _, host = self.holder.partition("/")[0].partition("@")
        return f"process {pid} on {host}"

    def is_over(self, now: datetime) -> bool:
        """Whether somebody else may have it."""
        return now >= self.expires or _has_died(self.holder)

    def at(self, now: datetime) -> Holding:
        """The same by a clock that was set back since: the wait for one that died must not become hours."""
        back = max(timedelta(0), self.heartbeat - now)
        return replace(self, heartbeat=self.heartbeat - back, expires=self.expires - back) if back else self


def identity() -> str:
    """A name for one holder, `pid@host/machine/start/token`, from which others can tell whether it still lives."""
    return f"{os.getpid()}@{socket.gethostname()}/{_machine()}/{_started(os.getpid())}/{secrets.token_hex(4)}"


def _machine() -> str:
    """A mark that two processes share only if each can see the other's process id; empty where that is unknown.

    The host's name is not enough: containers on one host may have it in common and still number processes anew.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        processes = os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - it points to no path
    except OSError:
        return ""
    return hashlib.sha256(f"{boot}{processes}".encode()).hexdigest()[:12]


def _started(pid: int) -> str:
    """When a process started, in ticks since boot; empty for one that is unknown, `dead` for one that only lingers."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()  # its name, in brackets, may hold anything
    return "dead" if fields[0] in {"Z", "X"} else fields[19]


def _has_died(holder: str) -> bool:
    """Whether the process is surely gone; False where that cannot be seen from here."""
    place, _, rest = holder.partition("/")
    machine, _, rest = rest.partition("/")
    started = rest.partition("/")[0]
    if not machine or not started or machine != _machine():
        return False
    pid = int(place.partition("@")[0])
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # somebody else's, and there
    now = _started(pid)
    return bool(now) and now != started  # the number was given to another process since


def take(database: Database, name: str, holder: str, lasts: float, now: datetime) -> Holding:
    """Take the lease for `holder` if it is free; the lease as it is then, which says whether it was."""
    with writing(database) as connection:
        held = _read(connection, name)
        if held is not None and held.holder != holder and not held.at(now).is_over(now):
            if held.heartbeat > now:
                _write(connection, held.at(now))
            return held.at(now)
        taken = Holding(name, holder, now, now, now + timedelta(seconds=lasts))
        _write(connection, taken)
        return taken


def renew(database: Database, name: str, holder: str, lasts: float, now: datetime) -> bool:
    """Say that `holder` is alive; False if it no longer has the lease."""
    with writing(database) as connection:
        held = _read(connection, name)
        if held is None or held.holder != holder:
            return False
        _write(connection, replace(held, heartbeat=now, expires=now + timedelta(seconds=lasts)))
        return True


def give_back(database: Database, name: str, holder: str) -> None:
    """Let the next one have it; nothing happens if another one already has."""
    with writing(database) as connection:
        connection.execute("DELETE FROM lease WHERE name = ? AND holder = ?", (name, holder))


def _read(connection: sqlite3.Connection, name: str) -> Holding | None:
    row = connection.execute(
        "SELECT name, holder, acquired, heartbeat, expires FROM lease WHERE name = ?", (name,)
    ).fetchone()
    return None if row is None else Holding(row[0], row[1], *map(from_text, row[2:]))


def _write(connection: sqlite3.Connection, lease: Holding) -> None:
    moments = {name: to_text(getattr(lease, name)) for name in ("acquired", "heartbeat", "expires")}
    connection.execute(upsert(connection, "lease"), {"name": lease.name, "holder": lease.holder, **moments})


class Lease:
    """A lease that this process has, and the thread that renews it."""

    def __init__(self, database: Database, held: Holding, lasts: float) -> None:
        self.holder = held.holder
        self._database, self._name, self._lasts = database, held.name, lasts
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="canonid-lease", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Make sure that nobody has taken over, as may happen while a machine sleeps; to be called before a write.

        Raises LeaseLost if somebody has.
        """
        if not renew(self._database, self._name, self.holder, self._lasts, datetime.now(UTC)):
            raise LeaseLost(
                "another run took over while this one was held up; it stored its answers but changed no "
                "discrepancy: run again if the other one did not finish"
            )

    def give_back(self) -> None:
        """Let the next one have it."""
        self._over.set()
        self._thread.join()
        with suppress(StoreError):  # then it ends by itself
            give_back(self._database, self._name, self.holder)

    def _keep(self) -> None:
        while not self._over.wait(self._lasts / 3):
            with suppress(StoreError):  # somebody writes for long; two more attempts before it ends
                if not renew(self._database, self._name, self.holder, self._lasts, datetime.now(UTC)):
                    return


@contextmanager
def hold(
    database: Database,
    name: str = RUN,
    *,
    lasts: float = LASTS,
    wait: float = 0.0,
    stop: threading.Event | None = None,
    on_wait: Callable[[Holding], None] | None = None,
) -> Iterator[Lease]:
    """Have the lease during the block; wait for it at most `wait` seconds, or until `stop` is set.

    `on_wait` is told once who has it. Raises LeaseTaken if somebody still has it then, Stopped if told to stop.
    """
    stop = stop or threading.Event()
    lease = Lease(database, _wait_for(database, name, lasts, wait=wait, stop=stop, on_wait=on_wait), lasts)
    try:
        yield lease
    finally:
        lease.give_back()


def _wait_for(
    database: Database,
    name: str,
    lasts: float,
    *,
    wait: float,
    stop: threading.Event,
    on_wait: Callable[[Holding], None] | None,
) -> Holding:
    holder, until, poll = identity(), time.monotonic() + wait, 0.05
    while True:
        held = take(database, name, holder, lasts, datetime.now(UTC))
        if held.holder == holder:
            return held
        if (left := until - time.monotonic()) <= 0:
            raise LeaseTaken(_sentence(database, held))
        if on_wait is not None:
            on_wait(held)
            on_wait = None
        if stop.wait(min(poll, left)):
            raise Stopped("asked to stop while waiting for another run; nothing was begun")
        poll = min(2 * poll, _LONGEST_POLL)


def _sentence(database: Database, held: Holding) -> str:
    return (
        f"another run is at work on {os.fspath(database)}: {held.who}, since {held.acquired:%Y-%m-%d %H:%M:%S} UTC "
        f"(last sign of life {held.heartbeat:%H:%M:%S}); wait for it with --wait SECONDS, or look without it with "
        "`canonid check`"
    )


def carried_out(database: Database, schedule: str) -> datetime | None:
    """The last due time of `schedule` that was carried out to its end; None if none ever was."""
    with reading(database) as connection:
        if connection is None or schema_version(connection) < 2:
            return None
        row = connection.execute("SELECT due FROM schedule WHERE name = ?", (schedule,)).fetchone()
    return None if row is None else from_text(row[0])


def note_carried_out(database: Database, schedule: str, due: datetime, holder: str) -> None:
    """Remember that `schedule` was carried out up to `due`, by `holder`."""
    row = {"name": schedule, "due": to_text(due), "holder": holder, "finished": to_text(datetime.now(UTC))}
    with writing(database) as connection:
        connection.execute(upsert(connection, "schedule", when="excluded.due >= schedule.due"), row)
