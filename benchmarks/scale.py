"""How long the real command takes over a large wiki: with all evidence in the store, and again with nothing changed.

    python benchmarks/scale.py [--pages 10000] [--keep DIR]

The wiki is made up: a page a substance, with front matter, an identity list, prose and, on every tenth, a trial. Every
20th page has the ChEMBL ID of the next one, every 50th a null where PubChem has a record. Emulated services answer the
first run, which fills the store and is not counted. Then a third of the pages is changed and the job runs anew
("warm"), and runs once more ("unchanged"). Prints seconds passed, seconds of processor time and the peak of memory.
Targets: 15 s and 500 MB warm, 3 s unchanged; exit code 1 if one is missed by processor time, which is what passes on a
machine that has nothing else to do. `--keep` names a directory that keeps wiki and store for the next time.
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

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.emulator import Emulator, World, compound, molecule, study

WARM_SECONDS, UNCHANGED_SECONDS, MEGABYTES = 15.0, 3.0, 500.0
PROSE = (
    """
## Mechanism

{name} binds its target in the micromolar range; how much of it gets there after a dose by mouth is disputed. Compare
[[substance-1]] and [[substance-2]], which were tried in the same model. See also the notes on dosing below.

| Model | Dose | Outcome |
|---|---|---|
| worm | 100 µM | lifespan +12 % |
| mouse | 10 mg/kg | no effect on the median |

"""
    + "Nothing is known about long-term use; what is reported comes from small groups and short times. " * 12
)


@dataclass(frozen=True, slots=True)
class Spent:
    """What one run of the command took."""

    passed: float
    processor: float
    megabytes: float


def name_of(number: int) -> str:
    """A name that belongs to nothing, without digits at its end that would look like a number in a series."""
    letters = "".join(
        "bdfgklmnprstvz"[(number // 14**place) % 14] + "aeiou"[(number + place) % 5] for place in range(4)
    )
    return f"{letters.capitalize()}nol"


def inchikey(number: int) -> str:
    """A well-formed InChIKey that belongs to nothing."""
    return "".join(chr(65 + (number // 26**place) % 26) for place in range(14)) + "-UHFFFAOYSA-N"


def make_world(pages: int) -> World:
    """A molecule and a compound a page, and a trial for every tenth."""
    world = World()
    for number in range(1, pages + 1):
        name, key = name_of(number), inchikey(number)
        world.add(
            molecule(f"CHEMBL{100_000 + number}", name.upper(), inchikey=key, synonyms=[f"{name} sulfate"]),
            compound(500_000 + number, name, key, "C10H10O", "146.19"),
        )
        if number % 10 == 0:
            world.add(study(f"NCT{10_000_000 + number}", f"Trial of {name}", "COMPLETED", [name]))
    return world


def page(number: int, remark: str) -> str:
    """The text of one page."""
    name = name_of(number)
    chembl = f"CHEMBL{100_000 + number + (number % 20 == 0)}"
    cid = "null   # not confirmed" if number % 50 == 0 else str(500_000 + number)
    trial = f"\n## Trials\n\n| NCT | Status |\n|---|---|\n| NCT{10_000_000 + number} | COMPLETED |\n"
    body = PROSE.format(name=name) + (trial if number % 10 == 0 else "")
    return (
        f"---\ntype: compound\naliases: [{name} base]\npubchem-cid: {cid}\nchembl-id: {chembl}\n"
        f"inchikey: {inchikey(number)}\nmolecular-formula: C10H10O\nreviewed: 2026-05-19\n---\n\n# {name}\n\n"
        f"{remark}\n\n## Identity\n\n- **ChEMBL ID:** {chembl}\n{body}"
    )


def write_pages(wiki: Path, numbers: range, remark: str) -> None:
    """Write these pages, in folders of a thousand."""
    for number in numbers:
        path = wiki / str(number // 1000) / f"substance-{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(number, remark), encoding="utf-8")


def run(folder: Path, services: Emulator | None) -> Spent:
    """One run of the job in a process of its own; without services it must get along with the store."""
    words = [
        sys.executable,
        "-m",
        "canonid",
        "reconcile",
        "wiki",
        "--database",
        "store.sqlite",
        "--output",
        "report.txt",
    ]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CANONID_")}
    if services is not None:
        environ |= {
            f"CANONID_{name.upper()}_URL": getattr(services, f"{name}_url")
            for name in ("chembl", "pubchem", "clinicaltrials")
        }
    started = time.perf_counter()
    process = subprocess.Popen(words + ([] if services else ["--offline"]), cwd=folder, env=environ)  # noqa: S603
    _, status, usage = os.wait4(process.pid, 0)
    passed = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) != 1:
        sys.exit(f"the job ended with exit code {os.waitstatus_to_exitcode(status)} instead of 1")
    return Spent(passed, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def main() -> int:
    """Fill, change, measure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        if not (folder / "store.sqlite").exists():
            write_pages(folder / "wiki", range(1, options.pages + 1), "As first written.")
            with Emulator(make_world(options.pages)) as services:
                show("first run, asking", run(folder, services))
        write_pages(folder / "wiki", range(1, options.pages + 1, 3), f"Looked through again at {time.time():.0f}.")
        warm, unchanged = run(folder, None), run(folder, None)
    show("warm", warm, WARM_SECONDS)
    show("unchanged", unchanged, UNCHANGED_SECONDS)
    met = warm.processor <= WARM_SECONDS and unchanged.processor <= UNCHANGED_SECONDS
    return 0 if met and max(warm.megabytes, unchanged.megabytes) <= MEGABYTES else 1


def show(what: str, spent: Spent, limit: float | None = None) -> None:
    """A line for a run."""
    bound = "" if limit is None else f"  (at most {limit:g} s, {MEGABYTES:g} MB)"
    print(
        f"{what:18} {spent.passed:6.2f} s passed, {spent.processor:6.2f} s of the processor, "
        f"{spent.megabytes:4.0f} MB{bound}"
    )


if __name__ == "__main__":
    sys.exit(main())
