"""Claims a second with warm evidence: rounds, dossiers, rules and verdicts, without any request.

    python benchmarks/speed.py --tuples DIR/tuples.tsv [--claims 100000]

The pages are those of `identity.py` with right ids, repeated under new slugs; evidence comes out of a real store.
Prints claims a second, the ratio to the bare read of the same evidence, and the peak of memory. Targets on one core:
100,000 claims in 20 s, 1.5 GB. Exit code 1 if one is missed.
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import identity as made
from tests.emulator.world import World

from canonid.authorities.drugbank import DrugBankAuthority
from canonid.authorities.drugbank.catalogue import import_exports
from canonid.gather import Gatherer
from canonid.reconcile import reconcile
from canonid.store.evidence import EvidenceStore

MOST_SECONDS_FOR_100000 = 20.0
MOST_MEGABYTES = 1500


def make_cases(tuples: Path, world: World, claims: int) -> list[made.Case]:
    """At least `claims` claims, three a page, all right."""
    with (tuples.parent / "drugbank_vocabulary.csv").open(encoding="utf-8", newline="") as lines:
        vocabulary = {row["DrugBank ID"]: row for row in csv.DictReader(lines)}
    rows = made.read_rows(tuples, "all")
    maker = made.Maker(rows, world, vocabulary, random.Random(1))  # noqa: S311 - a sample
    while len(maker.cases) * len(made.FIELDS) < claims:
        maker.right_pages()
    return maker.cases


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tuples", type=Path, required=True)
    parser.add_argument("--claims", type=int, default=100_000)
    options = parser.parse_args()
    world = World.from_tables(options.tuples.parent)
    cases = make_cases(options.tuples, world, options.claims)
    pages, shared = [case.page for case in cases], made.every_id(cases)
    with tempfile.TemporaryDirectory() as scratch:
        catalogue = Path(scratch) / "drugbank.sqlite"
        import_exports(catalogue, [options.tuples.parent / "drugbank_vocabulary.csv"])
        authorities = (made.ChemblTables(world), made.PubChemTables(world), DrugBankAuthority(catalogue))
        with EvidenceStore(Path(scratch) / "evidence.sqlite") as store:
            reconcile(pages[:2000], Gatherer(authorities, store), shared=shared)  # fills the store
            gatherer = Gatherer(authorities, store)
            started = time.perf_counter()
            report = reconcile(pages, gatherer, shared=shared)
            seconds = time.perf_counter() - started
            started = time.perf_counter()
            store.get(list(gatherer.answers))
            bare = time.perf_counter() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    claims = len(report.claims)
    print(f"{claims} claims on {len(pages)} pages in {seconds:.1f} s: {claims / seconds:,.0f} claims/s")
    print(f"bare read of their {len(gatherer.answers)} replies: {bare:.3f} s, {seconds / bare:,.0f} times less")
    allowed = MOST_SECONDS_FOR_100000 * claims / 100_000
    met = seconds <= allowed and megabytes <= MOST_MEGABYTES
    print(
        f"peak memory {megabytes:.0f} MB; targets {allowed:.1f} s and {MOST_MEGABYTES} MB: {'met' if met else 'MISSED'}"
    )
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
