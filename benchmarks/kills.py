"""Kill runs of the real command at random moments and count what is lost: it must be nothing.

    python benchmarks/kills.py [--kills 1000] [--seed 1]

Prints kills, completed runs, kills a minute and every complaint: a damaged database, a lost or half-written reply, a
question asked again although its answer was committed, a table of discrepancies that differs from an uninterrupted
run's. Exit code 1 if there is any.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.emulator import Emulator
from tests.flow.killing import Killing, synthetic_world


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch, Emulator(synthetic_world(), latency=0.02) as services:
        outcome = Killing(services, Path(scratch), random.Random(options.seed)).run(options.kills)  # noqa: S311
    minutes = (time.perf_counter() - started) / 60
    print(f"{outcome.kills} kills, {outcome.completed} runs through, {outcome.kills / minutes:.0f} kills a minute")
    print(f"complaints: {len(outcome.complaints)}")
    for complaint in outcome.complaints[:20]:
        print(f"  {complaint}")
    return 1 if outcome.complaints else 0


if __name__ == "__main__":
    raise SystemExit(main())
