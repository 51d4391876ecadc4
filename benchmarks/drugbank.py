"""How fast and in how much memory the full database is read, on a generated file in its shape.

    python benchmarks/drugbank.py [--megabytes 300] [--runs 3]

Prints ratios, since seconds differ between machines: canonid's reader to a bare `lxml.iterparse` that only clears the
drugs (at most 1.25), one process to two (at least 2), and the peak memory (at most 100 MB each). Every way of reading
must give the same entries by hash. All names and texts are generated: DrugBank's records are not redistributable.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import IO

from lxml import etree

from canonid.authorities.drugbank.entry import Located
from canonid.authorities.drugbank.exports import Export, read_entries, recognise
from canonid.authorities.drugbank.slices import read_slices

_NAMESPACE = "http://www.drugbank.ca"
_HEAD = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<drugbank xmlns="{_NAMESPACE}" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://www.drugbank.ca http://www.drugbank.ca/docs/drugbank.xsd" '
    'version="5.1" exported-on="2024-01-02">\n'
)
_SYLLABLES = (
    "ba",
    "cor",
    "di",
    "fen",
    "gli",
    "lo",
    "mab",
    "nor",
    "pra",
    "quin",
    "ra",
    "sta",
    "tin",
    "vir",
    "xan",
    "zol",
)
_PROSE = (
    "description",
    "indication",
    "pharmacodynamics",
    "mechanism-of-action",
    "toxicity",
    "metabolism",
    "absorption",
)
_EMPTY = (
    "packagers",
    "manufacturers",
    "prices",
    "ahfs-codes",
    "pdb-entries",
    "snp-effects",
    "carriers",
    "transporters",
)


def generate(path: Path, size: int, seed: int = 1) -> int:
    """Write a database of about `size` bytes; the same arguments give the same file. Returns the number of drugs."""
    draw = random.Random(seed)  # noqa: S311 - not for secrets
    number = written = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEAD)
        while written < size:
            number += 1
            written += file.write(drug(draw, number))
        file.write("</drugbank>\n")
    return number


def drug(draw: random.Random, number: int) -> str:
    """One record: some 80 kB, most of it interactions, products and targets, as in the real export."""
    biotech = number % 6 == 0
    name = _name(draw)
    parts = [
        f'<drug type="{"biotech" if biotech else "small molecule"}" created="2005-06-13" updated="2024-01-02">',
        f'  <drugbank-id primary="true">DB{number:05}</drugbank-id>',
        f"  <drugbank-id>EXPT{number:05}</drugbank-id>",
        f"  <name>{name}</name>",
        *(f"  <{tag}>{_prose(draw, 60)}</{tag}>" for tag in _PROSE[:1]),
        f"  <cas-number>{50000 + number}-00-0</cas-number>\n  <unii>{number:010}</unii>",
        "  <groups>\n    <group>approved</group>\n    <group>investigational</group>\n  </groups>",
        *(f"  <{tag}>{_prose(draw, 60)}</{tag}>" for tag in _PROSE[1:]),
        "  <classification>\n    <direct-parent>Generated compounds</direct-parent>\n  </classification>",
        "  <salts>\n    <salt>\n      <drugbank-id>DBSALT000001</drugbank-id>\n    </salt>\n  </salts>",
        f'  <synonyms>\n    <synonym language="english" coder="inn">{name}e</synonym>\n  </synonyms>',
        *_many("products", draw.randint(5, 60), lambda: _product(draw)),
        *_many("categories", 10, lambda: f"    <category>\n      <category>{_name(draw)}</category>\n    </category>"),
        *(f"  <{tag}/>" for tag in _EMPTY),
        *_many("drug-interactions", draw.randint(0, 400), lambda: _interaction(draw)),
        *_properties(draw, number, biotech=biotech),
        *_pointers(number),
        *_many("pathways", 1, lambda: _pathway(draw, number)),
        *_many("targets", 2, lambda: _target(draw)),
        "</drug>\n",
    ]
    return "\n".join(parts)


def _name(draw: random.Random) -> str:
    return "".join(draw.choices(_SYLLABLES, k=4)).capitalize()


def _prose(draw: random.Random, words: int) -> str:
    return " ".join(draw.choices(_SYLLABLES, k=words))


def _many(tag: str, count: int, child: Callable[[], str]) -> Iterator[str]:
    yield f"  <{tag}>"
    yield from (child() for _ in range(count))
    yield f"  </{tag}>"


def _product(draw: random.Random) -> str:
    texts = {
        "name": _name(draw), "labeller": _name(draw), "ndc-id": "", "ndc-product-code": f"{draw.randrange(10**8):08}",
        "dpd-id": "", "started-marketing-on": "2005-03-30", "ended-marketing-on": "", "dosage-form": "Tablet",
        "strength": "100 mg", "route": "Oral", "generic": "false", "over-the-counter": "false", "approved": "true",
        "country": "US", "source": "FDA NDC",
    }  # fmt: skip
    return (
        "    <product>\n" + "".join(f"      <{tag}>{text}</{tag}>\n" for tag, text in texts.items()) + "    </product>"
    )


def _interaction(draw: random.Random) -> str:
    other = _name(draw)
    return (
        f"    <drug-interaction>\n      <drugbank-id>DB{draw.randrange(10**5):05}</drugbank-id>\n"
        f"      <name>{other}</name>\n      <description>{_prose(draw, 25)} {other}.</description>\n"
        "    </drug-interaction>"
    )


def _properties(draw: random.Random, number: int, *, biotech: bool) -> Iterator[str]:
    values = {"Molecular Weight": f"{100 + number / 10:.3f}", "Molecular Formula": f"C{number % 90 + 1}H10O2"}
    if biotech:
        chain = "".join(draw.choices("ACDEFGHIKLMNPQRSTVWY", k=240))
        fasta = f"&gt;DB{number:05} sequence\n{chain}"
        yield f'  <sequences>\n    <sequence format="FASTA">{fasta}</sequence>\n  </sequences>'
    else:
        letters = "".join(draw.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=22))
        values |= {"InChIKey": f"{letters[:14]}-{letters[14:]}SA-N", **{f"Property {n}": "1.0" for n in range(22)}}
    tag = "experimental-properties" if biotech else "calculated-properties"
    rows = (
        f"    <property>\n      <kind>{kind}</kind>\n      <value>{value}</value>\n      <source>-</source>\n"
        "    </property>"
        for kind, value in values.items()
    )
    yield f"  <{tag}>\n" + "\n".join(rows) + f"\n  </{tag}>"


def _pointers(number: int) -> Iterator[str]:
    resources = {"ChEMBL": f"CHEMBL{number}", "PubChem Compound": str(number), "PubChem Substance": str(number)}
    others = {
        resource: str(number) for resource in ("ChEBI", "KEGG Drug", "ChemSpider", "BindingDB", "RxCUI", "PharmGKB")
    }
    rows = (
        f"    <external-identifier>\n      <resource>{resource}</resource>\n"
        f"      <identifier>{identifier}</identifier>\n    </external-identifier>"
        for resource, identifier in (resources | others).items()
    )
    yield "  <external-identifiers>\n" + "\n".join(rows) + "\n  </external-identifiers>"


def _pathway(draw: random.Random, number: int) -> str:
    """Nested `drug` elements, which are not records."""
    drugs = "".join(
        f"        <drug>\n          <drugbank-id>DB{(number + step) % 10**5:05}</drugbank-id>\n"
        f"          <name>{_name(draw)}</name>\n        </drug>\n"
        for step in range(3)
    )
    return f"    <pathway>\n      <name>{_name(draw)}</name>\n      <drugs>\n{drugs}      </drugs>\n    </pathway>"


def _target(draw: random.Random) -> str:
    terms = "".join(
        f"        <go-classifier>\n          <category>function</category>\n          <description>{_prose(draw, 4)}"
        "</description>\n        </go-classifier>\n"
        for _ in range(60)
    )
    return (
        f"    <target>\n      <id>BE0000048</id>\n      <name>{_name(draw)}</name>\n      <polypeptide>\n"
        f"        <general-function>{_prose(draw, 30)}</general-function>\n{terms}      </polypeptide>\n    </target>"
    )


def read_bare(export: Export) -> str:
    """The least that reading as a stream can cost: parse, clear, look at nothing."""
    with export.path.open("rb") as file:
        _clear(file)
    return ""


def _clear(file: IO[bytes]) -> None:
    for _, element in etree.iterparse(file, tag=f"{{{_NAMESPACE}}}drug", resolve_entities=False, no_network=True):
        root = element.getparent()
        if root is not None and root.getparent() is None:
            element.clear()
            while element.getprevious() is not None:
                del root[0]


def read_one(export: Export) -> str:
    """canonid's reader; gives the hash of all entries."""
    return _hash(read_entries(export))


def read_two(export: Export) -> str:
    """canonid's reader on two processes."""
    return _hash(read_slices(export, 2))


def _hash(entries: Iterable[Located]) -> str:
    digest = hashlib.sha256()
    for entry, _, _ in entries:
        digest.update(json.dumps(entry, sort_keys=True).encode())
    return digest.hexdigest()[:16]


WAYS: dict[str, Callable[[Export], str]] = {
    "bare iterparse": read_bare,
    "one process": read_one,
    "two processes": read_two,
}


def measure(way: str, export: Export) -> tuple[float, float, str]:
    """Seconds, peak memory in MB (of the larger process) and the hash; runs in a fresh process."""
    start = time.perf_counter()
    digest = WAYS[way](export)
    seconds = time.perf_counter() - start
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return seconds, peak / 1024, digest


def main() -> int:
    """Measure, print, and say by the exit code whether the limits hold."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--megabytes", type=int, default=300)
    options.add_argument("--runs", type=int, default=3)
    wanted = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "full database.xml"
        drugs = generate(path, wanted.megabytes * 1_000_000)
        megabytes = path.stat().st_size / 1e6
        print(f"{megabytes:.0f} MB, {drugs:,} drugs")
        export = recognise(path)
        runs: dict[str, list[tuple[float, float, str]]] = {way: [] for way in WAYS}
        for _ in range(wanted.runs):  # in turn, so that a busy moment of the machine hits all
            for way, results in runs.items():
                with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                    results.append(pool.submit(measure, way, export).result())
    return _print(runs, megabytes)


def _print(runs: dict[str, list[tuple[float, float, str]]], megabytes: float) -> int:
    # The best of the runs: whatever else the machine does can only add to them.
    seconds = {way: min(result[0] for result in results) for way, results in runs.items()}
    peaks = {way: max(result[1] for result in results) for way, results in runs.items()}
    for way, time_ in seconds.items():
        print(f"{way:15} {time_:6.2f} s {megabytes / time_:6.0f} MB/s {peaks[way]:5.0f} MB")
    overhead = seconds["one process"] / seconds["bare iterparse"]
    speedup = seconds["one process"] / seconds["two processes"]
    equal = len({result[2] for way in ("one process", "two processes") for result in runs[way]}) == 1
    print(f"one process / bare iterparse: {overhead:.2f} (at most 1.25)")
    print(f"one process / two processes:  {speedup:.2f} (at least 2)")
    print(f"same entries: {'yes' if equal else 'NO'}; peak memory {max(peaks.values()):.0f} MB (at most 100)")
    return 0 if overhead <= 1.25 and speedup >= 2 and equal and max(peaks.values()) <= 100 else 1


if __name__ == "__main__":
    sys.exit(main())
