"""Ten thousand requests that fail by chance, over real runs: is anything lost, is anything wrong?

    python benchmarks/faults.py [--requests 10000] [--pages 40] [--first-seed 1] [--processes 2]

Each seed draws a corpus (ids that are right, wrong, null, unknown, removed, of another kind or form) and emulated
services that know its substances. A run in fair weather says what is true of each claim. Then runs follow in which a
third to four fifths of the requests meet a fault drawn from the emulator's matrix, on one store until everything is
answered, with deadlines of a tenth of a second; some of them ask anew for what is stored. Seeds are taken until
`--requests` requests have met a fault. For the first seed all authorities, and then each of them alone, also play dead
in every manner of the matrix.

No claim may get lost, no verdict may be other than the true one, "undetermined" or "unavailable"; in the end all must
be true, and the store must hold nothing but what the services say in fair weather (an absence least of all); an
authority that answers nothing gets at most 20 requests a run. Prints what was met and every breach; the exit code is 1
if there is one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import count
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the emulator is part of the tests, not of the package

from tests.emulator.faults import MATRIX
from tests.emulator.wire import AUTHORITIES
from tests.flow.weather import Place, Said, endure, face_the_dead, open_place

_SHARES = (0.35, 0.5, 0.65, 0.8)
_DEADLINE = 0.1


@dataclass(slots=True)
class Outcome:
    """What some of the work brought."""

    met: Counter[str] = field(default_factory=Counter)
    claims: int = 0
    problems: list[str] = field(default_factory=list)


def storms(seed: int, pages: int) -> Outcome:
    """The runs in bad weather over the corpus of one seed."""
    with tempfile.TemporaryDirectory() as folder, open_place(seed, pages, Path(folder)) as place:
        truth = place.run(place.new_store(), 30.0)
        problems = []
        for number, share in enumerate(_SHARES):
            problems += endure(place, share, seed * len(_SHARES) + number, truth, deadline=_DEADLINE)
        return Outcome(place.tally.seen, len(truth.verdicts), [f"corpus {seed}, {problem}" for problem in problems])


def deaths(seed: int, pages: int) -> Outcome:
    """The runs with authorities that answer nothing right over the corpus of one seed."""
    with tempfile.TemporaryDirectory() as folder, open_place(seed, pages, Path(folder)) as place:
        truth = place.run(place.new_store(), 30.0)
        problems = list(_deaths(place, truth))
        return Outcome(place.tally.seen, len(truth.verdicts), [f"corpus {seed}, {problem}" for problem in problems])


def _deaths(place: Place, truth: Said) -> Iterator[str]:
    for fault in MATRIX:
        yield from face_the_dead(place, fault, truth, deadline=_DEADLINE)
        for name in AUTHORITIES:
            yield from face_the_dead(place, fault, truth, deadline=_DEADLINE, names=[name])


def work(requests: int, pages: int, first_seed: int, processes: int) -> tuple[Outcome, Outcome]:
    """Both kinds of runs; corpora are drawn until so many requests have met a fault."""
    total = Outcome()
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        dead = pool.submit(deaths, first_seed, pages)
        seeds = count(first_seed)
        running: set[Future[Outcome]] = {pool.submit(storms, next(seeds), pages) for _ in range(processes)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for outcome in (each.result() for each in done):
                total.met += outcome.met
                total.claims += outcome.claims
                total.problems += outcome.problems
                if total.met.total() < requests:
                    running.add(pool.submit(storms, next(seeds), pages))
        return total, dead.result()


def main() -> int:
    """Do the work and say what came of it."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--requests", type=int, default=10_000)
    options.add_argument("--pages", type=int, default=40)
    options.add_argument("--first-seed", type=int, default=1)
    options.add_argument("--processes", type=int, default=2)
    wanted = options.parse_args()
    start = time.perf_counter()
    random_, dead = work(wanted.requests, wanted.pages, wanted.first_seed, wanted.processes)
    for name, number in sorted(random_.met.items()):
        print(f"{number:7,} {name}")
    print(f"{random_.met.total():7,} requests met a fault by chance, over {random_.claims:,} claims")
    print(f"{dead.met.total():7,} more met authorities that played dead, in {len(MATRIX) * 4} runs")
    problems = [*random_.problems, *dead.problems]
    print(f"{len(problems):7,} breaches, in {time.perf_counter() - start:.0f} s")
    print("\n".join(problems[:50]))
    return 1 if problems or random_.met.total() < wanted.requests else 0


if __name__ == "__main__":
    sys.exit(main())
