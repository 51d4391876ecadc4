"""How long a command takes from the start of its process to its end, beside an interpreter that does nothing.

    python benchmarks/startup.py [--runs 20]

Prints the median of whole-process runs with compiled bytecode, and its ratio to `python -c pass`, since seconds differ
between machines. The exit code is 1 if a median is above its limit. The look-up is answered from a store that is filled
beforehand from the examples. Run it with the interpreter of the environment in which canonid is installed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

_ROOT = Path(__file__).parents[1]
_CANONID = str(Path(sys.executable).with_name("canonid"))
_BARE = "python -c pass"


@dataclass(frozen=True, slots=True)
class Command:
    """What is measured: words of a command line, and the seconds that its median may take (None: no limit)."""

    words: tuple[str, ...]
    limit: float | None


COMMANDS = {
    _BARE: Command((sys.executable, "-c", "pass"), None),
    "canonid --help": Command((_CANONID, "--help"), 0.25),
    "canonid explain ID301": Command((_CANONID, "explain", "ID301"), None),
    "canonid lookup anakinra --offline": Command((_CANONID, "lookup", "anakinra", "--offline"), 0.4),
}


def fill_store(folder: Path) -> None:
    """Put the evidence of the examples into a store in `folder`; a run with wrong pages ends with exit code 1."""
    words = [_CANONID, "reconcile", str(_ROOT / "examples" / "wiki"), "--database", str(_database(folder))]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode != 1:
        sys.exit(f"the examples could not be checked (exit code {done.returncode}):\n{done.stderr}")


def _database(folder: Path) -> Path:
    return folder / "cache" / "canonid.sqlite"


def seconds_of(command: Command, folder: Path) -> float:
    """The wall time of one process, which must succeed."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("CANONID_", "PYTHON"))}
    start = time.perf_counter()
    subprocess.run(command.words, cwd=folder, env=environ, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - as above
    return time.perf_counter() - start


def measure(runs: int, folder: Path) -> dict[str, float]:
    """The median of each command; they take turns, so that a busy moment of the machine hits all."""
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for command in COMMANDS.values():
        seconds_of(command, folder)  # not counted: compiles what is not compiled yet, and warms the file cache
    for _ in range(runs):
        for name, command in COMMANDS.items():
            times[name].append(seconds_of(command, folder))
    return {name: median(values) for name, values in times.items()}


def main() -> int:
    """Measure, print, and say by the exit code whether the limits hold."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=20)
    wanted = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill_store(folder)
        medians = measure(wanted.runs, folder)
    late = False
    for name, seconds in medians.items():
        limit = COMMANDS[name].limit
        is_late = limit is not None and seconds > limit
        late = late or is_late
        bound = "" if limit is None else f"  (at most {limit:g} s){' TOO SLOW' if is_late else ''}"
        print(f"{name:35} {seconds:.3f} s  {seconds / medians[_BARE]:5.1f} x bare{bound}")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
