"""Being a polite guest: evenly spaced requests, shared by all threads and all processes of one machine.

Even spacing and not a bucket of five a second: a server that counts over a sliding second refuses the burst which a
bucket lets through. The next free moment lives in a tiny SQLite file beside the store, so that a scheduled job and a
curator's lookup share one rate. The file holds nothing of value and may be deleted at any time.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from canonid.authorities.transport import Pacer
from canonid.errors import AuthorityUnavailable

_COLUMNS = ("free_at", "set_at", "factor", "eased_at")
_SCHEMA = f"CREATE TABLE IF NOT EXISTS pace (id INTEGER PRIMARY KEY, {' REAL NOT NULL, '.join(_COLUMNS)} REAL NOT NULL)"
_READ = f"SELECT {', '.join(_COLUMNS)} FROM pace WHERE id = 1"  # noqa: S608 - made of constants
_WRITE = f"INSERT OR REPLACE INTO pace (id, {', '.join(_COLUMNS)}) VALUES (1, ?, ?, ?, ?)"  # noqa: S608 - made of constants

_LOCK_SECONDS = 5.0
"""How long to wait for another process to let go of the file; each holds it for under a millisecond."""
_BROKEN = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR})
"""What SQLite calls a file that is none of ours; the last one stands for another table of the same name."""
_FACTOR_SECONDS = 60.0
"""How long a wider spacing lasts without being confirmed, so that a process that died while slowed leaves no trace."""


@dataclass(frozen=True, slots=True)
class Pace:
    """When the next request may leave, and how much wider than usual the spacing is."""

    free_at: float = 0.0
    set_at: float = 0.0
    factor: float = 1.0
    eased_at: float = 0.0

    def wait(self, now: float) -> float:
        """Seconds until the next request may leave, not above zero if it may leave now."""
        return self.free_at - now

    def at(self, now: float) -> Pace:
        """The same pace on a clock that was set back since it was written: a wait must not become hours."""
        back = max(0.0, self.set_at - now)
        return replace(self, free_at=self.free_at - back, set_at=self.set_at - back) if back else self

    def taken(self, now: float, interval: float) -> Pace:
        """The pace after a request left at `now`."""
        factor = self.factor if 0 <= now - self.eased_at < _FACTOR_SECONDS else 1.0
        return replace(self, free_at=now + interval * factor, set_at=now, factor=factor)

    def slowed(self, now: float, factor: float, seconds: float) -> Pace:
        """The pace with the spacing widened by `factor`, and no request within `seconds` from `now`."""
        free_at = now + max(seconds, self.wait(now))
        return Pace(free_at=free_at, set_at=now, factor=max(1.0, factor), eased_at=now)


class SharedPacer:
    """Lets one request leave every `interval` seconds, whichever thread or process asks.

    A request takes its turn when it leaves, not when it starts to wait: nobody holds a turn that a killed process
    would waste, and one late request does not push two others together. Where no file can be used (read-only
    folder, full disk, no `path`) the spacing holds within this process only and `shared` turns False.
    """

    def __init__(
        self,
        path: Path | None,
        interval: float = 0.21,
        per_minute: int = 400,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.interval = max(interval, 60 / per_minute)
        self.shared = path is not None
        self._path = path
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._pace = Pace()

    def wait(self) -> None:
        """Return when a request may leave; the waiting itself is done outside of any lock."""
        while (seconds := self._try_to_leave()) > 0:
            self._sleep(seconds)

    def slow_down(self, factor: float = 1.0, seconds: float = 0.0) -> None:
        """Widen the spacing by `factor` for a minute, and let nothing leave for `seconds`; 1 is back to normal."""
        self._change(lambda pace, now: pace.slowed(now, factor, seconds))

    def _try_to_leave(self) -> float:
        pace, now = self._change(
            lambda pace, now: pace.taken(now, self.interval) if pace.wait(now) <= 0 else pace,
        )
        return pace.wait(now)

    def _change(self, change: Callable[[Pace, float], Pace]) -> tuple[Pace, float]:
        """Replace the pace by `change(pace, now)`; return what it was, and now.

        A thread first waits for its own process: SQLite's way of waiting for a lock is to poll, and not fair.
        """
        with self._lock:
            if self._path and self.shared:
                try:
                    return self._change_mended(self._path, change)
                except (sqlite3.Error, OSError):
                    self.shared = False
            now = self._clock()
            before = self._pace.at(now)
            self._pace = change(before, now)
            return before, now

    def _change_mended(self, path: Path, change: Callable[[Pace, float], Pace]) -> tuple[Pace, float]:
        """The same in the file; one that is broken, by a power cut say, is made anew: all would be on their own."""
        try:
            return self._change_shared(path, change)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _BROKEN:
                raise
        path.unlink(missing_ok=True)
        path.with_name(path.name + "-journal").unlink(missing_ok=True)  # it would be played back into the new file
        return self._change_shared(path, change)

    def _change_shared(self, path: Path, change: Callable[[Pace, float], Pace]) -> tuple[Pace, float]:
        """The same in the file; a connection each time is safe over threads and forks."""
        uri = f"file:{quote(str(path))}?mode=rwc"
        with closing(sqlite3.connect(uri, uri=True, timeout=_LOCK_SECONDS, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=OFF")  # nothing of value is in it
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_SCHEMA)
            row = connection.execute(_READ).fetchone()
            now, stored = self._clock(), Pace(*row) if row else Pace()
            before = stored.at(now)
            after = change(before, now)
            if after != stored:
                connection.execute(_WRITE, (after.free_at, after.set_at, after.factor, after.eased_at))
            connection.execute("COMMIT")
        self._pace = after
        return before, now


class Budget:
    """How many requests all authorities together may still get in a run; None is as many as it takes."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._left = limit
        self._lock = threading.Lock()

    def spend(self) -> None:
        """Take one request.

        Raises AuthorityUnavailable when none is left: what was not asked is open, not absent.
        """
        with self._lock:
            if self._left is None:
                return
            if self._left == 0:
                raise AuthorityUnavailable(
                    f"the request budget of {self._limit} was used up; the next run goes on from here"
                )
            self._left -= 1


class Rationed:
    """Lets requests leave at another pacer's pace while a budget lasts; before each one, so that it holds exactly."""

    def __init__(self, pacer: Pacer, budget: Budget) -> None:
        self._pacer = pacer
        self._budget = budget

    def wait(self) -> None:
        """Return when a request may leave; raises AuthorityUnavailable when none may any more."""
        self._budget.spend()
        self._pacer.wait()
