"""How long `canonid discrepancies list` takes over many discrepancies.

    python benchmarks/listing.py [--rows 100000] [--times 3]

The rows are made up. Each command runs in a process of its own, start and output into a file included; of `--times`
the best counts, because other work on the machine only ever adds. Prints seconds passed and seconds of processor time,
which is what passes on a machine that has nothing else to do, and the limit for that with "met" or "missed"; the exit
code is 1 if it is missed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from canonid.store.database import open_writer, transaction, upsert

LIMIT = 1.0
"""Seconds."""
LISTS = (
    (),
    ("--state", "all"),
    ("--state", "all", "--format", "json"),
    ("--state", "all", "--format", "csv"),
    ("--code", "ID3", "--severity", "error", "--sort", "last-seen"),
    ("--path", "wiki/3", "--authority", "chembl"),
    ("--count-by", "code"),
)
STATES = ("open",) * 6 + ("resolved", "waived", "acknowledged", "reopened")
PROPOSAL = json.dumps({"value": "CHEMBL1265", "confidence": "high", "why": "preferred name and InChIKey"})
MOMENT = "2026-01-05T12:00:{:02}.000000Z"


def rows(count: int) -> Iterator[dict[str, str | int]]:
    """Synthetic discrepancies of all states, codes and severities, in no order."""
    for number in range(count):
        yield {
            "fingerprint": hashlib.sha256(str(number).encode()).hexdigest()[:16],
            "code": f"ID{1 + number % 6}0{1 + number % 4}",
            "rule": "names-another-substance",
            "severity": ("error", "warning")[number % 2],
            "subject": f"page-{number // 10}",
            "field": ("chembl-id", "pubchem-cid")[number % 2],
            "claimed": f"CHEMBL{number}",
            "path": f"wiki/{number % 37}/page-{number // 10}.md",
            "line": number % 100,
            "column": 12,
            "message": f"chembl-id CHEMBL{number} is ERTAPENEM SODIUM, not Adapalene (InChIKey differs)",
            "proposal": PROPOSAL,
            "authorities": '["chembl", "pubchem"]',
            "state": STATES[number % len(STATES)],
            "first_seen": MOMENT.format(0),
            "last_seen": MOMENT.format(number % 60),
            "run_id": "run-1",
        }


def seconds(database: Path, options: tuple[str, ...]) -> tuple[float, float]:
    """Of the processor, and from the start of the command to its end."""
    command = [sys.executable, "-m", "canonid", "discrepancies", "list", *options, "--database", str(database)]
    with (database.parent / "list.txt").open("wb") as output:
        started, used = time.perf_counter(), processor_seconds()
        subprocess.run(command, stdout=output, check=True)  # noqa: S603 - our own command
        return processor_seconds() - used, time.perf_counter() - started


def processor_seconds() -> float:
    """What all ended children have used."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> int:
    """Fill a database, list it, compare."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "canonid.sqlite"
        with closing(open_writer(database)) as connection, transaction(connection):
            connection.executemany(upsert(connection, "discrepancy"), rows(asked.rows))
        worst = 0.0
        for options in LISTS:
            best, passed = map(min, zip(*(seconds(database, options) for _ in range(asked.times)), strict=True))
            worst = max(worst, best)
            print(f"{best:6.2f} s of the processor, {passed:6.2f} s passed:  list {' '.join(options)}")
    print(
        f"{asked.rows:,} rows, slowest list {worst:.2f} s (limit {LIMIT:g} s): {'met' if worst <= LIMIT else 'missed'}"
    )
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
