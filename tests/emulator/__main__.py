"""Serve the emulated authorities until Ctrl-C: `python -m tests.emulator --tables DIR`.

Prints the three environment variables that point canonid here.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import threading
from pathlib import Path

from tests.emulator.server import Emulator
from tests.emulator.world import World


def main() -> None:
    """Read the options, fill the world, serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.emulator", description=__doc__)
    parser.add_argument("--tables", type=Path, required=True, help="folder of chembl.tsv, pubchem.tsv and tuples.tsv")
    parser.add_argument("--partial", action="store_true", help="an id that the tables lack is a thin existing record")
    parser.add_argument("--latency", type=float, default=0.0, metavar="MS", help="milliseconds every answer takes")
    parser.add_argument("--limits", action="store_true", help="enforce PubChem's limits")
    options = parser.parse_args()
    world = World.from_tables(options.tables, partial=options.partial)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with Emulator(world, options.latency / 1000, pubchem_limits=options.limits) as emulator:
        print(f"export CANONID_CHEMBL_URL={emulator.chembl_url}")  # noqa: T201 (this is its output)
        print(f"export CANONID_PUBCHEM_URL={emulator.pubchem_url}")  # noqa: T201 (this is its output)
        print(f"export CANONID_CLINICALTRIALS_URL={emulator.clinicaltrials_url}", flush=True)  # noqa: T201 (same)
        with contextlib.suppress(KeyboardInterrupt):
            ended.wait()


if __name__ == "__main__":
    main()
