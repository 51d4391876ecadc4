"""The lease: one holder at a time, renewed while it lives, taken over when it is gone."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from canonid.errors import LeaseLost, LeaseTaken, Stopped
from canonid.store import lease
from tests.store.samples import holding_of

NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=61)
ELSEWHERE = "17@other-host/another-machine/4711/0"
"""A holder of whom nothing can be seen from here."""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "canonid.sqlite"


def held_elsewhere(database: Path, lasts: float = 60) -> lease.Holding:
    """The lease in other hands, as of now."""
    return lease.take(database, lease.RUN, ELSEWHERE, lasts, datetime.now(UTC))


def test_the_first_one_gets_it(database: Path) -> None:
    """From the moment of asking, for as long as was asked."""
    taken = lease.take(database, lease.RUN, "a", 60, NOW)
    assert taken == lease.Holding(lease.RUN, "a", NOW, NOW, NOW + timedelta(seconds=60))


def test_the_second_one_learns_who_has_it(database: Path) -> None:
    """And since when; nothing changes."""
    lease.take(database, lease.RUN, ELSEWHERE, 60, NOW)
    refused = lease.take(database, lease.RUN, "b", 60, NOW + timedelta(seconds=59))
    assert (refused.holder, refused.who, refused.acquired) == (ELSEWHERE, "process 17 on other-host", NOW)


def test_it_is_taken_over_when_it_has_ended(database: Path) -> None:
    """The former holder gave no sign of life for too long."""
    lease.take(database, lease.RUN, ELSEWHERE, 60, NOW)
    assert lease.take(database, lease.RUN, "b", 60, LATER).holder == "b"


def test_a_sign_of_life_makes_it_last(database: Path) -> None:
    """From then on; the moment when it was acquired stays."""
    lease.take(database, lease.RUN, ELSEWHERE, 60, NOW)
    assert lease.renew(database, lease.RUN, ELSEWHERE, 60, NOW + timedelta(seconds=30))
    refused = lease.take(database, lease.RUN, "b", 60, LATER)
    assert (refused.holder, refused.acquired) == (ELSEWHERE, NOW)


def test_who_lost_it_cannot_renew_it(database: Path) -> None:
    """Otherwise two would have it."""
    lease.take(database, lease.RUN, ELSEWHERE, 60, NOW)
    lease.take(database, lease.RUN, "b", 60, LATER)
    assert not lease.renew(database, lease.RUN, ELSEWHERE, 60, LATER)


def test_who_lost_it_cannot_give_it_back(database: Path) -> None:
    """It is the other one's now."""
    lease.take(database, lease.RUN, ELSEWHERE, 60, NOW)
    lease.take(database, lease.RUN, "b", 60, LATER)
    lease.give_back(database, lease.RUN, ELSEWHERE)
    held = holding_of(database)
    assert held is not None
    assert held.holder == "b"


def test_a_clock_that_was_set_back_does_not_make_it_last_for_hours(database: Path) -> None:
    """Whoever asks notes it by the clock that is; unless its holder renews it, it ends in time."""
    lease.take(database, lease.RUN, ELSEWHERE, 60, NOW + timedelta(hours=3))
    assert lease.take(database, lease.RUN, "b", 60, NOW).holder == ELSEWHERE
    assert lease.take(database, lease.RUN, "b", 60, LATER).holder == "b"


def test_two_leases_of_different_names_have_nothing_to_do_with_each_other(database: Path) -> None:
    """A name each."""
    lease.take(database, lease.RUN, ELSEWHERE, 60, NOW)
    assert lease.take(database, "another", "b", 60, NOW).holder == "b"


# Whether a holder lives


def holder_of(process: subprocess.Popen[bytes]) -> str:
    """The name that a process would give itself."""
    return "/".join(
        [f"{process.pid}@host", lease.identity().split("/")[1], lease._started(process.pid), "token"],
    )


needs_proc = pytest.mark.skipif(not lease.identity().split("/")[1], reason="processes cannot be told apart here")


@pytest.fixture
def sleeper() -> subprocess.Popen[bytes]:
    """A process that lives until it is killed."""
    return subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)


@needs_proc
def test_a_holder_that_has_died_here_is_not_waited_for(database: Path, sleeper: subprocess.Popen[bytes]) -> None:
    """A killed run can be started again at once, whether or not its parent has taken note yet."""
    with sleeper:
        lease.take(database, lease.RUN, holder_of(sleeper), 60, NOW)
        assert lease.take(database, lease.RUN, "b", 60, NOW).holder != "b"
        sleeper.kill()
        os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
        assert lease.take(database, lease.RUN, "b", 60, NOW).holder == "b"


@needs_proc
def test_a_process_that_is_gone_holds_nothing(database: Path, sleeper: subprocess.Popen[bytes]) -> None:
    """Its number is free."""
    with sleeper:
        name = holder_of(sleeper)
        sleeper.kill()
    lease.take(database, lease.RUN, name, 60, NOW)
    assert lease.take(database, lease.RUN, "b", 60, NOW).holder == "b"


@needs_proc
def test_another_process_with_the_same_number_is_not_the_holder(database: Path) -> None:
    """Numbers are given anew; the time of the start tells them apart."""
    own = lease.identity().split("/")
    lease.take(database, lease.RUN, "/".join([own[0], own[1], "1", "token"]), 60, NOW)
    assert lease.take(database, lease.RUN, "b", 60, NOW).holder == "b"


@needs_proc
def test_a_process_of_somebody_else_lives(database: Path) -> None:
    """That it may not be signalled says that it is there."""
    machine = lease.identity().split("/")[1]
    first = f"1@host/{machine}/{lease._started(1)}/token"
    lease.take(database, lease.RUN, first, 60, NOW)
    assert lease.take(database, lease.RUN, "b", 60, NOW).holder == first


def test_two_holders_in_one_process_are_two(database: Path) -> None:
    """A token tells them apart, so that they exclude each other like any others."""
    first, second = lease.identity(), lease.identity()
    lease.take(database, lease.RUN, first, 60, NOW)
    assert lease.take(database, lease.RUN, second, 60, NOW).holder == first


# Holding


def test_it_is_held_during_the_block_and_then_free(database: Path) -> None:
    """What reconcile does."""
    with lease.hold(database) as held:
        during = holding_of(database)
        held.check()
    assert during is not None
    assert during.holder == held.holder
    assert holding_of(database) is None


def test_it_is_free_after_a_failure_too(database: Path) -> None:
    """A run that fails must not lock out the next one."""
    with pytest.raises(KeyboardInterrupt), lease.hold(database):
        raise KeyboardInterrupt
    assert holding_of(database) is None


def test_a_holder_says_again_and_again_that_it_is_alive(database: Path) -> None:
    """Three times as often as it needs to."""
    with lease.hold(database, lasts=0.06):
        first = holding_of(database)
        assert first is not None
        until = time.monotonic() + 10
        while (now := holding_of(database)) is not None and now.heartbeat == first.heartbeat:
            assert time.monotonic() < until
    assert now is not None
    assert now.expires > first.expires


def test_a_run_that_was_held_up_for_too_long_learns_it_before_it_writes(database: Path) -> None:
    """Somebody took over; two must not write the same table."""
    with lease.hold(database, lasts=60) as held:
        lease.take(database, lease.RUN, "b", 60, datetime.now(UTC) + timedelta(seconds=61))
        with pytest.raises(LeaseLost, match="another run took over"):
            held.check()
    left = holding_of(database)
    assert left is not None
    assert left.holder == "b"


def test_who_does_not_wait_is_told_who_has_it_and_what_to_do(database: Path) -> None:
    """Since when, the last sign of life, and the two ways on."""
    held = held_elsewhere(database)
    with pytest.raises(LeaseTaken) as caught, lease.hold(database):
        pass
    assert str(caught.value) == (
        f"another run is at work on {database}: process 17 on other-host, since {held.acquired:%Y-%m-%d %H:%M:%S} UTC "
        f"(last sign of life {held.heartbeat:%H:%M:%S}); wait for it with --wait SECONDS, or look without it with "
        "`canonid check`"
    )


def test_who_waits_gets_it_when_it_ends(database: Path) -> None:
    """Here because the holder gives no more sign of life; whom it waits for is told once."""
    held_elsewhere(database)
    told: list[str] = []

    def on_wait(held: lease.Holding) -> None:
        told.append(held.who)
        held_elsewhere(database, lasts=0.2)

    with lease.hold(database, wait=30, on_wait=on_wait) as held:
        assert held.holder != ELSEWHERE
    assert told == ["process 17 on other-host"]


def test_the_wait_has_an_end(database: Path) -> None:
    """As many seconds as were given."""
    held_elsewhere(database)
    with pytest.raises(LeaseTaken), lease.hold(database, wait=0.1):
        pass


def test_who_waits_can_be_stopped(database: Path) -> None:
    """A service that is told to stop does not wait for the other run."""
    held_elsewhere(database)
    stop = threading.Event()
    with pytest.raises(Stopped), lease.hold(database, wait=60, stop=stop, on_wait=lambda _: stop.set()):
        pass


# What was carried out


def test_what_was_carried_out_is_remembered_by_schedule(database: Path) -> None:
    """The last due time of each."""
    lease.note_carried_out(database, "nightly", NOW, "a")
    lease.note_carried_out(database, "nightly", LATER, "b")
    assert (lease.carried_out(database, "nightly"), lease.carried_out(database, "hourly")) == (LATER, None)


def test_an_earlier_due_time_does_not_undo_a_later_one(database: Path) -> None:
    """A clock may have been set back."""
    lease.note_carried_out(database, "nightly", LATER, "a")
    lease.note_carried_out(database, "nightly", NOW, "b")
    assert lease.carried_out(database, "nightly") == LATER


def test_nothing_was_carried_out_where_nothing_was_stored(database: Path) -> None:
    """Looking creates nothing."""
    assert lease.carried_out(database, "nightly") is None
    assert not database.exists()
