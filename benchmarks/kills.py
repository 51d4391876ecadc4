"""Kill runs of the real command at random moments and count what is lost: it must be nothing.

    python benchmarks/kills.py [--kills 1000] [--seed 1] [--workers 3]

Prints kills, completed runs, kills a minute and every complaint: a damaged database, a lost or half-written reply, a
question asked again although its answer was committed, a table of discrepancies that differs from an uninterrupted
run's. Exit code 1 if there is any. A run mostly waits for its next turn to ask, so several workers, each with databases
and emulated services of its own, share a processor.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.emulator import Emulator
from tests.flow.killing import Killing, Outcome, synthetic_world


def kill(kills: int, seed: int) -> Outcome:
    """Kill so many runs, at moments that the seed gives."""
    with tempfile.TemporaryDirectory() as scratch, Emulator(synthetic_world(), latency=0.02) as services:
        return Killing(services, Path(scratch), random.Random(seed)).run(kills)  # noqa: S311 - no secret


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=3)
    options = parser.parse_args()
    started, share = time.perf_counter(), -(-options.kills // options.workers)
    seeds = range(options.seed, options.seed + options.workers)
    with ThreadPoolExecutor(options.workers) as pool:
        outcomes = list(pool.map(kill, repeat(share), seeds))
    minutes = (time.perf_counter() - started) / 60
    kills, completed = sum(item.kills for item in outcomes), sum(item.completed for item in outcomes)
    complaints = [complaint for item in outcomes for complaint in item.complaints]
    print(f"{kills} kills, {completed} runs through, {kills / minutes:.0f} kills a minute")
    print(f"complaints: {len(complaints)}")
    for complaint in complaints[:20]:
        print(f"  {complaint}")
    return 1 if complaints else 0


if __name__ == "__main__":
    raise SystemExit(main())
