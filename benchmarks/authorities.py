"""How few requests and how little time the authorities cost, against the loops that everybody writes first.

    python benchmarks/authorities.py [--ids 1000 10000] [--latency 80] [--sample 60] [--quick]

Everything happens on this machine: the emulator of the tests runs in a process of its own, takes `--latency`
milliseconds for each answer and enforces PubChem's limits strictly (5 requests in any second, 400 in any minute, 503
beyond). There is no TLS and no time in a database, so that real runs are slower; counts of requests carry over.

The loops ask for one id at a time, through the same client libraries as canonid: pubchempy's `get_properties`, once as
it stands (what PubChem refuses is lost) and once with a second's pause and another try, and the ChEMBL client's
`molecule.get`. They are measured on `--sample` ids and extrapolated in proportion. canonid's authorities are built as
its commands build them and measured in full, in a fresh process, including the import of the client libraries,
which the loops are spared. One id in twenty is unknown where the table says so.

Prints a table and each limit with "met" or "missed"; the exit code is 1 if one is missed. `--quick` is the smallest
run that means something: 1,000 ids, a sample of 20.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the emulator is part of the tests, not of the package

from tests.emulator import Emulator, World, compound, molecule
from tests.emulator.wire import AUTHORITIES

from canonid.authorities.base import Authority
from canonid.errors import AuthorityUnavailable
from canonid.identifiers import CHEMBL, PUBCHEM, Reference
from canonid.model import ById, Evidence
from canonid.settings import Settings
from canonid.wiring import open_authorities

_SPAWN = get_context("spawn")
_UNKNOWN = 20
"""One id in so many is unknown."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a way of asking did for a number of ids."""

    ids: int
    answered: int
    seconds: float
    requests: int = 0
    refused: int = 0

    def scaled(self, ids: int) -> Measured:
        """The same way for another number of ids, in proportion."""
        share = ids / self.ids
        counts = (round(number * share) for number in (self.answered, self.requests, self.refused))
        answered, requests, refused = counts
        return Measured(ids, answered, self.seconds * share, requests, refused)

    def plus(self, other: Measured) -> Measured:
        """Both one after the other."""
        return Measured(
            self.ids + other.ids,
            self.answered + other.answered,
            self.seconds + other.seconds,
            self.requests + other.requests,
            self.refused + other.refused,
        )


Addresses = tuple[str, str, str]
Way = Callable[[Addresses, Sequence[int]], Measured]


# --- the services ----------------------------------------------------------------------------------------------------


def serve(pipe: Connection, size: int, latency: float) -> None:
    """Run the services over `size` compounds of each; at any word, say what arrived and end."""
    world = World.of(
        *(compound(cid, f"(synthetic) {cid}", _key(cid), "C9H8O4", "180.16", charge=0) for cid in range(1, size + 1)),
        *(molecule(f"CHEMBL{number}", f"SYNTHETIC {number}", inchikey=_key(number)) for number in range(1, size + 1)),
    )
    with Emulator(world, latency, pubchem_limits=True) as emulator:
        pipe.send((emulator.chembl_url, emulator.pubchem_url, emulator.clinicaltrials_url))
        pipe.recv()
        pipe.send((sum(map(emulator.count, AUTHORITIES)), emulator.refusals))


def _key(number: int) -> str:
    """A well-formed InChIKey, synthetic."""
    letters = "".join(chr(65 + number // 26**place % 26) for place in range(14))
    return f"{letters}-UHFFFAOYSA-N"


def measure(way: Way, ids: Sequence[int], size: int, latency: float) -> Measured:
    """Run `way` in a fresh process against fresh services."""
    ours, theirs = _SPAWN.Pipe()
    services = _SPAWN.Process(target=serve, args=(theirs, size, latency))
    services.start()
    try:
        addresses = ours.recv()
        with ProcessPoolExecutor(1, mp_context=_SPAWN) as pool:
            measured = pool.submit(way, addresses, ids).result()
    finally:
        ours.send("end")
    requests, refused = ours.recv()
    services.join()
    return replace(measured, requests=requests, refused=refused)


# --- the loops -------------------------------------------------------------------------------------------------------


def loop_pubchempy(addresses: Addresses, ids: Sequence[int]) -> Measured:
    """The loop of the first afternoon: what is refused is lost."""
    return _loop_pubchempy(addresses, ids, tries=1)


def patient_pubchempy(addresses: Addresses, ids: Sequence[int]) -> Measured:
    """The loop of the second afternoon: a second's pause and another try where PubChem is busy."""
    return _loop_pubchempy(addresses, ids, tries=10)


def _loop_pubchempy(addresses: Addresses, ids: Sequence[int], tries: int) -> Measured:
    import pubchempy  # noqa: PLC0415 - not counted

    pubchempy.API_BASE = addresses[1]
    names = ["Title", "MolecularFormula", "MolecularWeight", "InChIKey", "Charge"]
    answered = 0
    start = time.perf_counter()
    for cid in ids:
        for attempt in range(tries):
            try:
                answered += bool(pubchempy.get_properties(names, cid))
                break
            except pubchempy.ServerBusyError:
                if attempt < tries - 1:
                    time.sleep(1)
    return Measured(len(ids), answered, time.perf_counter() - start)


def loop_chembl(addresses: Addresses, ids: Sequence[int]) -> Measured:
    """The loop of the client's own examples, with its cache off: a cache helps nobody the first time."""
    from chembl_webresource_client.http_errors import BaseHttpException  # noqa: PLC0415 - not counted
    from chembl_webresource_client.settings import Settings as ClientSettings  # noqa: PLC0415 - not counted

    settings = ClientSettings.Instance()
    settings.NEW_CLIENT_URL, settings.CACHING = addresses[0], False
    from chembl_webresource_client.new_client import new_client  # noqa: PLC0415 - it calls the network when imported

    answered = 0
    start = time.perf_counter()
    for number in ids:
        try:
            new_client.molecule.get(f"CHEMBL{number}")
            answered += 1
        except BaseHttpException as error:
            answered += "404" in str(error)
        except OSError:
            pass  # the client gives up on an unknown id as if the server had failed
    return Measured(len(ids), answered, time.perf_counter() - start)


# --- canonid ---------------------------------------------------------------------------------------------------------


def canonid_pubchem(addresses: Addresses, ids: Sequence[int]) -> Measured:
    """PubChem as the commands ask it."""
    return _ask(addresses, 1, PUBCHEM, [str(cid) for cid in ids])


def canonid_chembl(addresses: Addresses, ids: Sequence[int]) -> Measured:
    """ChEMBL as the commands ask it."""
    return _ask(addresses, 0, CHEMBL, [f"CHEMBL{number}" for number in ids])


def _ask(addresses: Addresses, which: int, prefix: str, identifiers: Sequence[str]) -> Measured:
    chembl, pubchem, trials = addresses
    questions = [ById(Reference(prefix, identifier)) for identifier in identifiers]
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "canonid.sqlite"
        settings = Settings(store, chembl_url=chembl, pubchem_url=pubchem, clinicaltrials_url=trials)
        with open_authorities(settings) as authorities:
            start = time.perf_counter()
            answered = _answered(authorities[which], questions)
            return Measured(len(questions), answered, time.perf_counter() - start)


def _answered(authority: Authority, questions: Sequence[ById]) -> int:
    try:
        return sum(isinstance(item, Evidence) for item in authority.fetch(questions))
    except AuthorityUnavailable as error:
        print(error.reason, file=sys.stderr)
        return 0


# --- what is compared ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table; `against` is the loop that it is compared with."""

    name: str
    measured: Measured
    against: Measured | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure."""

    sizes: Sequence[int]
    sample: int
    latency: float


def pubchem_lines(plan: Plan) -> Iterator[Line]:
    """The loops over CIDs and canonid, for each number of ids."""
    sample = range(1, plan.sample + 1)
    plain = measure(loop_pubchempy, sample, plan.sample, plan.latency)
    patient = measure(patient_pubchempy, sample, plan.sample, plan.latency)
    for size in plan.sizes:
        yield Line(f"{size:,} CIDs: pubchempy loop, refused ones lost *", plain.scaled(size))
        yield Line(f"{size:,} CIDs: pubchempy loop, refused ones again *", patient.scaled(size))
        ours = measure(canonid_pubchem, range(1, size + 1), size, plan.latency)
        yield Line(f"{size:,} CIDs: canonid", ours, patient.scaled(size))


def chembl_lines(plan: Plan) -> Iterator[Line]:
    """The loops over ChEMBL ids and canonid, for each number of ids, with and without unknown ones."""
    known = measure(loop_chembl, range(1, plan.sample + 1), plan.sample, plan.latency)
    known = replace(known, requests=known.requests - 1)  # the description that the client fetches when imported
    unknown = measure(loop_chembl, [plan.sample + 1], plan.sample, plan.latency)
    unknown = replace(unknown, requests=unknown.requests - 1)
    for size in plan.sizes:
        yield Line(f"{size:,} ChEMBL ids: molecule.get loop *", known.scaled(size))
        ours = measure(canonid_chembl, range(1, size + 1), size, plan.latency)
        yield Line(f"{size:,} ChEMBL ids: canonid", ours, known.scaled(size))
        missing = size // _UNKNOWN
        loop = known.scaled(size - missing).plus(unknown.scaled(missing))
        yield Line(f"{size:,} ChEMBL ids, {missing} unknown: molecule.get loop *", loop)
        ours = measure(canonid_chembl, range(1, size + 1), size - missing, plan.latency)
        yield Line(f"{size:,} ChEMBL ids, {missing} unknown: canonid", ours, loop)


def print_table(lines: Sequence[Line]) -> None:
    """The lines under each other."""
    print(f"{'':52}{'requests':>9}{'seconds':>9}{'refused':>9}{'answered':>10}{'fewer':>8}{'faster':>8}")
    for line in lines:
        m = line.measured
        text = f"{line.name:52}{m.requests:9,}{m.seconds:9.2f}{m.refused:9,}{m.answered:10,}"
        print(text + ("" if line.against is None else f"{fewer(line):7.0f}x{faster(line):7.0f}x"))
    print("* measured on the sample, extrapolated in proportion")


def fewer(line: Line) -> float:
    """How many times fewer requests than the loop."""
    assert line.against is not None
    return line.against.requests / line.measured.requests


def faster(line: Line) -> float:
    """How many times faster than the loop."""
    assert line.against is not None
    return line.against.seconds / line.measured.seconds


def rate_bound(ids: int, latency: float) -> float:
    """Seconds that nobody can beat who asks for 100 CIDs a request: five requests at once, five more each second."""
    return (math.ceil(ids / 100) - 1) // 5 + latency


def limits(lines: Sequence[Line], latency: float) -> Iterator[tuple[str, bool]]:
    """Each limit, and whether it was kept."""
    for line in lines:
        if line.against is None:
            continue
        m, name = line.measured, line.name.removesuffix(": canonid")
        yield f"{name}: all answered ({m.answered:,})", m.answered == m.ids
        yield f"{name}: 0 refused ({m.refused})", m.refused == 0
        yield from _counts(name, m, latency)
        yield f"{name}: at least 80x fewer requests ({fewer(line):.0f}x)", fewer(line) >= 80
        yield f"{name}: at least 100x faster ({faster(line):.0f}x)", faster(line) >= 100


def _counts(name: str, m: Measured, latency: float) -> Iterator[tuple[str, bool]]:
    pages = math.ceil(m.ids / 1000)
    if "CIDs" in name and m.ids == 1000:
        yield f"{name}: at most 12 requests ({m.requests})", m.requests <= 12
        yield f"{name}: at most 2.5 s ({m.seconds:.2f} s)", m.seconds <= 2.5
    elif "CIDs" in name:
        bound = rate_bound(m.ids, latency)
        ratio = m.seconds / bound
        yield f"{name}: at most 1.15x the rate bound of {bound:.2f} s ({ratio:.3f}x)", ratio <= 1.15
    elif "unknown" in name:
        most = 1 + pages + math.ceil(pages / _UNKNOWN)
        yield f"{name}: release, {pages} of ids, {most - pages - 1} of look-ups ({m.requests})", m.requests <= most
    else:
        yield f"{name}: release and {pages} of ids ({m.requests} requests)", m.requests <= 1 + pages


def main() -> int:
    """Measure, print, and say by the exit code whether the limits hold."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--ids", type=int, nargs="+", default=[1000, 10000])
    options.add_argument("--latency", type=float, default=80, metavar="MS")
    options.add_argument("--sample", type=int, default=60)
    options.add_argument("--quick", action="store_true")
    wanted = options.parse_args()
    sizes, sample = ([1000], 20) if wanted.quick else (wanted.ids, wanted.sample)
    plan = Plan(sizes, sample, wanted.latency / 1000)
    lines = [*pubchem_lines(plan), *chembl_lines(plan)]
    print(f"latency {wanted.latency:g} ms, PubChem's limits enforced, sample of {sample} ids for the loops")
    print_table(lines)
    kept = list(limits(lines, plan.latency))
    for text, is_met in kept:
        print(f"{'met   ' if is_met else 'MISSED'}  {text}")
    return 0 if all(is_met for _, is_met in kept) else 1


if __name__ == "__main__":
    sys.exit(main())
