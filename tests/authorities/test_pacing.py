"""Even spacing, whoever asks, and whatever happens to the clock, the file or the other process."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from canonid.authorities.pacing import Budget, Rationed, SharedPacer
from canonid.authorities.transport import NoPacer
from canonid.errors import AuthorityUnavailable

_SLACK = 1e-6
"""Moments are read from a clock and added up as floats."""


class Clock:
    """A clock that a test moves: sleeping moves it, too."""

    def __init__(self, now: float = 1_000_000.0) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def pacer_of(path: Path | None, clock: Clock, interval: float = 0.21) -> SharedPacer:
    return SharedPacer(path, interval, clock=clock, sleep=clock.sleep)


@pytest.fixture(params=["shared", "in process"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    """The pacer's file, or none."""
    return tmp_path / "pace.sqlite" if request.param == "shared" else None


def test_first_request_leaves_at_once(path: Path | None) -> None:
    """Nobody waits when nobody asked before."""
    clock = Clock()
    pacer_of(path, clock).wait()
    assert clock.slept == []


def test_requests_are_evenly_spaced(path: Path | None) -> None:
    """Five requests in a row leave `interval` apart, without a burst at the start."""
    clock = Clock()
    pacer = pacer_of(path, clock)
    left = []
    for _ in range(5):
        pacer.wait()
        left.append(clock.now)
    assert [b - a for a, b in pairwise(left)] == pytest.approx([0.21] * 4)


def test_late_request_does_not_push_two_together(path: Path | None) -> None:
    """A turn is counted from when it is taken: time that passed unused is not made up for by a burst."""
    clock = Clock()
    pacer = pacer_of(path, clock)
    pacer.wait()
    clock.now += 10
    pacer.wait()
    pacer.wait()
    assert clock.slept == pytest.approx([0.21])


def test_minute_limit_widens_a_short_interval() -> None:
    """400 a minute are kept even if a smaller interval is set."""
    assert SharedPacer(None, 0.01).interval == pytest.approx(0.15)


def test_two_pacers_on_one_file_share_the_spacing(tmp_path: Path) -> None:
    """What one object (or process) lets leave, the other waits for."""
    clock = Clock()
    pacer_of(tmp_path / "pace.sqlite", clock).wait()
    pacer_of(tmp_path / "pace.sqlite", clock).wait()
    assert clock.slept == pytest.approx([0.21])


def test_waiting_survives_a_clock_set_back(tmp_path: Path) -> None:
    """A moment written before the clock was set back by an hour does not stop requests for an hour."""
    clock = Clock()
    path = tmp_path / "pace.sqlite"
    pacer_of(path, clock).wait()
    clock.now -= 3600
    pacer_of(path, clock).wait()
    assert sum(clock.slept) < 1


def test_slow_down_widens_the_spacing(path: Path | None) -> None:
    """After `slow_down(2)` requests leave twice as far apart, however often it was said."""
    clock = Clock()
    pacer = pacer_of(path, clock)
    pacer.slow_down(2.0)
    pacer.slow_down(2.0)
    pacer.wait()
    pacer.wait()
    assert sum(clock.slept) == pytest.approx(0.42)


def test_spacing_returns_to_normal_when_told(path: Path | None) -> None:
    """`slow_down()` without arguments ends a wider spacing."""
    clock = Clock()
    pacer = pacer_of(path, clock)
    pacer.slow_down(2.0)
    pacer.slow_down()
    pacer.wait()
    pacer.wait()
    assert sum(clock.slept) == pytest.approx(0.21)


def test_wider_spacing_expires(tmp_path: Path) -> None:
    """A process that died while slowed does not slow the others for ever."""
    clock = Clock()
    pacer_of(tmp_path / "pace.sqlite", clock).slow_down(50.0)
    clock.now += 61
    pacer = pacer_of(tmp_path / "pace.sqlite", clock)
    pacer.wait()
    pacer.wait()
    assert sum(clock.slept) == pytest.approx(0.21)


def test_pause_holds_everybody_back(tmp_path: Path) -> None:
    """`slow_down(seconds=10)` in one object stops the next request of another for 10 s."""
    clock = Clock()
    pacer_of(tmp_path / "pace.sqlite", clock).slow_down(seconds=10)
    pacer_of(tmp_path / "pace.sqlite", clock).wait()
    assert sum(clock.slept) == pytest.approx(10)


def test_pause_is_never_shortened_by_another(path: Path | None) -> None:
    """A shorter pause that is asked for during a longer one changes nothing."""
    clock = Clock()
    pacer = pacer_of(path, clock)
    pacer.slow_down(seconds=10)
    pacer.slow_down(seconds=1)
    pacer.wait()
    assert sum(clock.slept) == pytest.approx(10)


def test_read_only_folder_falls_back_to_spacing_in_process(tmp_path: Path) -> None:
    """Where the file cannot be made, requests are still spaced, and `shared` says that it is not for all."""
    clock = Clock()
    pacer = pacer_of(tmp_path / "no such folder" / "pace.sqlite", clock)
    pacer.wait()
    pacer.wait()
    assert not pacer.shared
    assert sum(clock.slept) == pytest.approx(0.21)


def _another_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE pace (id INTEGER PRIMARY KEY, free_at REAL)")


def _damaged(path: Path) -> None:
    SharedPacer(path).wait()
    content = bytearray(path.read_bytes())
    content[100:] = bytes(len(content) - 100)
    path.write_bytes(content)


def _garbage(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to be read as the header of one" * 20)


@pytest.mark.parametrize("breaking", [_garbage, _damaged, _another_table])
def test_a_broken_file_is_made_anew(tmp_path: Path, breaking: Callable[[Path], None]) -> None:
    """Else every process would keep a pace of its own from then on, and together they would be too quick."""
    path = tmp_path / "pace.sqlite"
    breaking(path)
    clock = Clock()
    first, second = pacer_of(path, clock), pacer_of(path, clock)
    first.wait()
    second.wait()
    assert first.shared
    assert second.shared
    assert clock.slept == pytest.approx([0.21])


def test_what_is_no_file_falls_back_to_spacing_in_process(tmp_path: Path) -> None:
    """It is not canonid's to remove, and stops no request."""
    path = tmp_path / "pace.sqlite"
    path.mkdir()
    clock = Clock()
    pacer = pacer_of(path, clock)
    pacer.wait()
    pacer.wait()
    assert not pacer.shared
    assert sum(clock.slept) == pytest.approx(0.21)


def test_path_with_odd_characters_is_taken_literally(tmp_path: Path) -> None:
    """`?`, `#` and `%` in a path are no part of a URI."""
    path = tmp_path / "a?b#c%20d.sqlite"
    SharedPacer(path).wait()
    assert path.is_file()


def test_threads_share_one_pacer(tmp_path: Path) -> None:
    """Eight threads that start together leave one after the other, none twice in one interval."""
    moments: list[float] = []
    local = threading.local()

    def clock() -> float:
        local.read = time.time()
        return float(local.read)

    pacer = SharedPacer(tmp_path / "pace.sqlite", 0.02, per_minute=60_000, clock=clock)

    def leave() -> None:
        pacer.wait()
        moments.append(local.read)

    threads = [threading.Thread(target=leave) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    moments.sort()
    assert min(b - a for a, b in pairwise(moments)) >= 0.02 - _SLACK


_CHILD = textwrap.dedent(
    """
    import json, sys, time
    from pathlib import Path
    from canonid.authorities.pacing import SharedPacer

    read = [0.0]
    def clock():
        read[0] = time.time()
        return read[0]

    pacer = SharedPacer(Path(sys.argv[1]), 0.03, per_minute=60_000, clock=clock)
    moments = []
    for _ in range(8):
        pacer.wait()
        moments.append(read[0])
    print(json.dumps([pacer.shared, moments]))
    """
)


def test_two_processes_share_one_pace(tmp_path: Path) -> None:
    """Two processes on one file together keep the spacing of one."""
    path = tmp_path / "pace.sqlite"
    command = [sys.executable, "-c", _CHILD, str(path)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]  # noqa: S603 - our own
    outputs = [json.loads(child.communicate(timeout=30)[0]) for child in children]
    moments = sorted(moment for _, moments in outputs for moment in moments)
    assert all(shared for shared, _ in outputs)
    assert min(b - a for a, b in pairwise(moments)) >= 0.03 - _SLACK


def test_killed_holder_does_not_block_others(tmp_path: Path) -> None:
    """A process killed inside its transaction leaves the file usable, and its half-written pace is forgotten."""
    path = tmp_path / "pace.sqlite"
    clock = Clock()
    pacer_of(path, clock).wait()
    code = (
        "import sqlite3, sys, os; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE');"
        "c.execute('UPDATE pace SET free_at = free_at + 1e9, set_at = 0'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False, timeout=30)  # noqa: S603 - our own
    pacer = pacer_of(path, clock)
    pacer.wait()
    assert pacer.shared
    assert sum(clock.slept) == pytest.approx(0.21)


def test_waiting_holds_no_lock(tmp_path: Path) -> None:
    """While one request waits for its turn, the file can be written by others."""
    path = tmp_path / "pace.sqlite"
    clock = Clock()
    written: list[float] = []

    def sleep(seconds: float) -> None:
        connection = sqlite3.connect(path, timeout=0, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
        connection.close()
        written.append(seconds)
        clock.now += seconds

    pacer = SharedPacer(path, clock=clock, sleep=sleep)
    pacer.wait()
    pacer.wait()
    assert written == pytest.approx([0.21])


def test_a_budget_holds_exactly_over_all_that_share_it() -> None:
    """Two authorities and eight threads, and not one request more than was granted."""
    budget = Budget(100)
    pacers = [Rationed(NoPacer(), budget), Rationed(NoPacer(), budget)]
    left: list[int] = []
    reasons: set[str] = set()

    def ask(number: int) -> None:
        while True:
            try:
                pacers[number % 2].wait()
            except AuthorityUnavailable as error:
                reasons.add(error.reason)
                return
            left.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(left) == 100
    assert reasons == {"the request budget of 100 was used up; the next run goes on from here"}


def test_a_rationed_request_still_keeps_the_pace(path: Path | None) -> None:
    """A budget is no licence to hurry, and what it turns away takes no turn."""
    clock = Clock()
    pacer = Rationed(pacer_of(path, clock), Budget(2))
    pacer.wait()
    pacer.wait()
    with pytest.raises(AuthorityUnavailable):
        pacer.wait()
    assert clock.slept == [pytest.approx(0.21)]


def test_without_a_limit_requests_leave_for_as_long_as_there_are_any() -> None:
    """The usual case."""
    pacer = Rationed(NoPacer(), Budget(None))
    for _ in range(1000):
        pacer.wait()
