"""Whether of two schedulers that are started together on one store exactly one runs, each time.

    python benchmarks/schedulers.py [--times 200]

Each time two processes are started at the same moment on a fresh copy of a small wiki and its store. Prints how often
one ran and the other one found it done, and every time that was otherwise. The exit code is 1 if there was one. The
packages of the tests must be importable: run it from the root of the repository, in the environment of the tests.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.flow.pairs import Pair, prepare, start_pair

RIGHT = Pair(runs=1, ran=1, skipped=1, codes=(0, 0))


def main() -> int:
    """Start pairs, count, print, and say by the exit code whether each time exactly one ran."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--times", type=int, default=200)
    times = options.parse_args().times
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CANONID_")}
    seen: Counter[Pair] = Counter()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name) / "prepared")
        for _ in range(times):
            folder = Path(name) / "pair"
            shutil.copytree(Path(name) / "prepared", folder)
            seen[start_pair(folder, environ)] += 1
            shutil.rmtree(folder)
    print(f"{seen[RIGHT]} of {times} times exactly one ran ({time.perf_counter() - start:.0f} s)")
    for pair, count in seen.items():
        if pair != RIGHT:
            print(f"{count} times: {pair}")
    return 0 if seen[RIGHT] == times else 1


if __name__ == "__main__":
    sys.exit(main())
