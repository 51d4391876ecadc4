"""Kill the real command at random moments: nothing committed is lost, nothing answered is asked again."""

from __future__ import annotations

import random
from pathlib import Path

from tests.emulator import Emulator
from tests.flow.killing import Killing, synthetic_world


def test_fifty_kills_leave_no_trace(tmp_path: Path) -> None:
    """The database is sound after each, and the table in the end is that of an uninterrupted run."""
    with Emulator(synthetic_world(), latency=0.02) as services:
        chance = random.Random(20261122)  # noqa: S311 - a sample
        outcome = Killing(services, tmp_path, chance).run(50)

    assert outcome.complaints == []
    assert (outcome.kills >= 50, outcome.completed >= 1) == (True, True)
