"""How often canonid is right: claims with known truth, judged by the real rules on table-made evidence.

    python benchmarks/identity.py --tuples DIR/tuples.tsv [--half first|second|all] [--seed 1] [--worst 20]

`tuples.tsv` has a row a substance (chembl_id, pubchem_cid, drugbank_id, name, inchikey, every_link_two_origins);
beside it lie `chembl.tsv`, `pubchem.tsv` and `drugbank_vocabulary.csv` with the records. A page a case claims one
tuple's ids under its name. Positives have all ids right; negatives have one id replaced: by that of another substance
(permuted), a neighbouring number, a salt's, a stereoisomer's, with the right ids beside it or alone. Records become
payloads in the authorities' own shapes and go through their own parsers; nothing of the decision is stubbed.

Prints a confusion table, precision and recall a rule, the worst mistakes, and the targets. Exit code 1 if one is
missed.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.emulator.world import Compound, World

from canonid.authorities.chembl_parse import parse_chembl
from canonid.authorities.drugbank import DrugBankAuthority
from canonid.authorities.drugbank.catalogue import import_exports
from canonid.authorities.payloads import dump_payload
from canonid.authorities.pubchem_parse import parse_payload
from canonid.gather import Gatherer
from canonid.identifiers import CHEMBL, DRUGBANK, PUBCHEM
from canonid.model import (
    Answer,
    Asked,
    ById,
    ByName,
    ByStructure,
    Claim,
    ClaimKind,
    Evidence,
    Judged,
    Page,
    Place,
    Question,
    Subject,
    Synonyms,
    Verdict,
)
from canonid.names import name_key, split_salt
from canonid.reconcile import reconcile

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FIELDS = {
    "chembl_id": ("chembl-id", CHEMBL),
    "pubchem_cid": ("pubchem-cid", PUBCHEM),
    "drugbank_id": ("drugbank-id", DRUGBANK),
}
Row = dict[str, str]


class NoStore:
    """A store that keeps nothing: every answer is made anew from the tables."""

    def get(self, asked: Iterable[Asked]) -> Mapping[Asked, Evidence]:
        """Nothing."""
        del asked
        return {}

    def put(self, evidence: Sequence[Evidence]) -> None:
        """Nothing."""


@dataclass
class Tables:
    """The records by id, structure and name, as an authority's search would find them."""

    world: World
    requests: int = 0
    is_local: bool = False
    name: str = ""

    def accepts(self, question: Question) -> bool:
        """Everything is answered."""
        del question
        return True

    def fetch(self, questions: Sequence[Question]) -> Iterator[Evidence]:
        """A payload in the authority's shape for each question."""
        for question in questions:
            payload = self.payload(question)
            text = None if payload is None else dump_payload(payload)
            yield Evidence(self.name, question, "tables", NOW, "", text)

    def payload(self, question: Question) -> dict[str, Any] | None:
        """What the authority would send; None for no such record."""
        raise NotImplementedError


@dataclass
class ChemblTables(Tables):
    """ChEMBL out of the tables."""

    name: str = "chembl"

    @cached_property
    def _by_key(self) -> dict[str, list[dict[str, Any]]]:
        index = defaultdict(list)
        for row in self.world.molecules.values():
            if row["molecule_structures"]:
                index[row["molecule_structures"]["standard_inchi_key"]].append(row)
        return index

    @cached_property
    def _by_name(self) -> dict[str, list[dict[str, Any]]]:
        index = defaultdict(list)
        for row in self.world.molecules.values():
            names = [row["pref_name"] or "", *(item["molecule_synonym"] for item in row["molecule_synonyms"])]
            for name in {name.casefold() for name in names if name}:
                index[name].append(row)
        return index

    def payload(self, question: Question) -> dict[str, Any] | None:
        """As the molecule resource."""
        if isinstance(question, ById):
            row = self.world.molecules.get(question.reference.identifier)
            return None if row is None else {"molecule": row}
        rows: list[dict[str, Any]] = []
        if isinstance(question, ByStructure):
            rows = self._by_key.get(question.inchikey, [])
        elif isinstance(question, ByName):
            rows = self._by_name.get(question.name, [])
        return {"molecules": rows} if rows else None

    def parse(self, evidence: Evidence) -> Answer:
        """The real parser."""
        return parse_chembl(evidence)


@dataclass
class PubChemTables(Tables):
    """PubChem out of the tables."""

    name: str = "pubchem"

    @cached_property
    def _index(self) -> dict[str, list[dict[str, Any]]]:
        index = defaultdict(list)
        for item in self.world.compounds.values():
            row = _properties(item)
            for key in {
                str(row.get("InChIKey", "")),
                *(name.casefold() for name in (str(row.get("Title", "")), *item.synonyms)),
            }:
                index[key].append(row)
        return index

    def payload(self, question: Question) -> dict[str, Any] | None:
        """As PUG REST."""
        if isinstance(question, ById | Synonyms):
            digits = question.reference.identifier
            item = self.world.compounds.get(int(digits)) if digits.isdigit() else None
            if item is None:
                return None
            return (
                {"synonyms": list(item.synonyms)}
                if isinstance(question, Synonyms)
                else {"properties": _properties(item)}
            )
        key = question.inchikey if isinstance(question, ByStructure) else getattr(question, "name", "")
        rows = self._index.get(key, [])
        return {"compounds": rows} if rows else None

    def parse(self, evidence: Evidence) -> Answer:
        """The real parser."""
        return parse_payload(evidence)


def _properties(item: Compound) -> dict[str, Any]:
    return {"CID": item.cid, **item.properties}


@dataclass
class Case:
    """A page with the kind of its one wrong claim, if it has one."""

    page: Page
    kind: str
    wrong_field: str = ""
    wrong_is: str = ""


@dataclass
class Maker:
    """Makes the cases of the evaluation."""

    rows: list[Row]
    world: World
    vocabulary: dict[str, Row]
    random: random.Random
    cases: list[Case] = field(default_factory=list)

    def right_pages(self) -> None:
        """Every tuple with all its ids."""
        for row in self.rows:
            self._add("right", row, row, "")

    def positives(self) -> None:
        """Every tuple with all its ids, and with each id alone."""
        self.right_pages()
        for row in self.rows:
            for key in FIELDS:
                self._add("right-lone", row, {key: row[key]}, "")

    def negatives(self) -> None:
        """Every kind of wrong id, with the right ones beside it and alone."""
        shuffled = self.rows[:]
        self.random.shuffle(shuffled)
        for number, row in enumerate(self.rows):
            for key in FIELDS:
                self._wrong("permuted", row, key, shuffled[number][key])
                self._wrong("neighbour", row, key, _neighbour(row[key]))
                for salt in self._salts.get((key, name_key(row["name"])), ())[:2]:
                    self._wrong("salt", row, key, salt)
                for other in self._skeletons.get((key, row["inchikey"][:14]), ())[:3]:
                    self._wrong("stereo", row, key, other)

    def _wrong(self, kind: str, row: Row, key: str, identifier: str) -> None:
        name, inchikey = self._facts.get((key, identifier), ("", ""))
        same = inchikey == row["inchikey"] if inchikey else name_key(name) == name_key(row["name"])
        if identifier == row[key] or same or not (name or inchikey):
            return  # the same substance after all, or nothing to be told it by
        self._add(kind, row, row | {key: identifier}, key, name)
        self._add(f"{kind}-lone", row, {key: identifier}, key, name)

    def _add(self, kind: str, row: Row, values: Row, wrong: str, wrong_is: str = "") -> None:
        slug = f"case-{len(self.cases)}"
        claims = tuple(
            Claim(slug, name, ClaimKind.IDENTIFIER, prefix, values[key], Place(f"{slug}.md", line, 1))
            for line, (key, (name, prefix)) in enumerate(FIELDS.items(), start=1)
            if key in values
        )
        page = Page(f"{slug}.md", Subject(slug, row["name"]), claims)
        self.cases.append(Case(page, kind, FIELDS[wrong][0] if wrong else "", wrong_is))

    @cached_property
    def _facts(self) -> dict[tuple[str, str], tuple[str, str]]:
        """Name and InChIKey of every record by key and identifier."""
        facts: dict[tuple[str, str], tuple[str, str]] = {}
        for identifier, molecule in self.world.molecules.items():
            key = (molecule["molecule_structures"] or {}).get("standard_inchi_key", "")
            facts["chembl_id", identifier] = (molecule["pref_name"] or "", key)
        for cid, compound in self.world.compounds.items():
            facts["pubchem_cid", str(cid)] = (
                str(compound.properties.get("Title", "")),
                str(compound.properties.get("InChIKey", "")),
            )
        for identifier, entry in self.vocabulary.items():
            facts["drugbank_id", identifier] = (entry["Common name"], entry["Standard InChI Key"])
        return facts

    @cached_property
    def _salts(self) -> dict[tuple[str, str], list[str]]:
        index = defaultdict(list)
        for (key, identifier), (name, _) in self._facts.items():
            base, salt = split_salt(name)
            if salt:
                index[key, name_key(base)].append(identifier)
        return index

    @cached_property
    def _skeletons(self) -> dict[tuple[str, str], list[str]]:
        index = defaultdict(list)
        for (key, identifier), (_, inchikey) in self._facts.items():
            if inchikey:
                index[key, inchikey[:14]].append(identifier)
        return index


def _neighbour(identifier: str) -> str:
    digits = identifier.lstrip("CHEMBLD")
    return identifier[: len(identifier) - len(digits)] + str(int(digits) + 1).zfill(
        len(digits) if digits[0] == "0" else 0
    )


def read_rows(path: Path, half: str) -> list[Row]:
    """The tuples whose links two databases state, of one half of the data."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [
            row for row in csv.DictReader(lines, delimiter="\t") if row["every_link_two_origins"] == "1" and row["name"]
        ]
    wanted = {"first": {0}, "second": {1}, "all": {0, 1}}[half]
    return [row for number, row in enumerate(rows) if number % 2 in wanted]


def run(cases: Sequence[Case], authorities: Sequence[Any]) -> tuple[dict[str, list[Judged]], float]:
    """The verdicts by slug, and the seconds that they took."""
    started = time.perf_counter()
    # Each page is a corpus of its own: an id on two pages would be a conflict that the cases do not mean.
    report = reconcile([case.page for case in cases], Gatherer(authorities, NoStore()), shared=every_id(cases))
    judged: dict[str, list[Judged]] = defaultdict(list)
    for item in report.claims:
        judged[item.claim.subject].append(item)
    return judged, time.perf_counter() - started


def every_id(cases: Sequence[Case]) -> set[str]:
    """All claimed ids: declared as shared, because the cases repeat substances."""
    return {claim.text or "" for case in cases for claim in case.page.claims}


@dataclass
class Outcome:
    """The counts of the evaluation."""

    table: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    worst: list[tuple[str, str]] = field(default_factory=list)

    def add(self, case: Case, judged: Judged) -> None:
        """Count one claim."""
        kind = case.kind if not case.wrong_field or judged.claim.field == case.wrong_field else "right"
        outdated = "ID202" in judged.codes
        verdict = "outdated" if outdated else judged.verdict.value
        self.table[kind, verdict] += 1
        truth = "right" if kind.startswith("right") else "wrong"
        for code in judged.codes:
            self.rules[code][truth] += 1
        bad = (Verdict.DISCREPANT if truth == "right" else Verdict.CONFIRMED) is judged.verdict and not outdated
        if bad:
            text = f"{case.page.subject.title}: {judged.claim.field} {judged.claim.text} {case.wrong_is}"
            self.worst.append((f"{kind} {judged.verdict.value}", f"{text} -> {judged.reason}"))

    def share(self, truth: str, verdicts: Iterable[str]) -> tuple[int, int]:
        """How many claims of `truth` got one of `verdicts`, and how many there are."""
        every = sum(n for (kind, _), n in self.table.items() if kind.startswith("right") == (truth == "right"))
        some = sum(
            n
            for (kind, verdict), n in self.table.items()
            if kind.startswith("right") == (truth == "right") and verdict in verdicts
        )
        return some, every

    def show(self, seconds: float, most: int) -> bool:
        """Print everything; True if every target is met."""
        verdicts = [*(verdict.value for verdict in Verdict), "outdated"]
        print(f"{'claims':<16}" + "".join(f"{name:>15}" for name in verdicts))
        for kind in sorted({kind for kind, _ in self.table}):
            print(f"{kind:<16}" + "".join(f"{self.table[kind, verdict]:>15}" for verdict in verdicts))
        print("\nrule     on wrong  on right  precision  recall")
        wrong = self.share("wrong", [*verdicts])[1]
        for code, counts in sorted(self.rules.items()):
            hits = counts["wrong"] + counts["right"]
            print(
                f"{code}  {counts['wrong']:>10}{counts['right']:>10}"
                f"{counts['wrong'] / hits:>11.1%}{counts['wrong'] / wrong:>8.1%}"
            )
        claims = sum(self.table.values())
        print(f"\n{claims} claims in {seconds:.1f} s: {claims / seconds:,.0f} claims/s\n\nworst mistakes:")
        for kind, text in sorted(self.worst)[:most]:
            print(f"  [{kind}] {text[:220]}")
        return self._targets()

    def _targets(self) -> bool:
        met = True
        targets = (
            ("wrong ids called confirmed", self.share("wrong", ["confirmed"]), "<=", 0.002),
            ("right ids called discrepant", self.share("right", ["discrepant"]), "<=", 0.003),
            ("wrong ids called discrepant", self.share("wrong", ["discrepant", "outdated"]), ">=", 0.99),
        )
        print()
        for what, (some, every), sign, bound in targets:
            share = some / every if every else 0.0
            is_met = share <= bound if sign == "<=" else share >= bound
            met = met and is_met
            print(
                f"{what}: {some} of {every} = {share:.2%} (target {sign} {bound:.1%}): {'met' if is_met else 'MISSED'}"
            )
        return met


def main() -> int:
    """Run the evaluation."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tuples", type=Path, required=True)
    parser.add_argument("--half", choices=["first", "second", "all"], default="all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--worst", type=int, default=20)
    options = parser.parse_args()
    folder = options.tuples.parent
    world = World.from_tables(folder)
    vocabulary_file = folder / "drugbank_vocabulary.csv"
    with vocabulary_file.open(encoding="utf-8", newline="") as lines:
        vocabulary = {row["DrugBank ID"]: row for row in csv.DictReader(lines)}
    maker = Maker(read_rows(options.tuples, options.half), world, vocabulary, random.Random(options.seed))  # noqa: S311 - a sample
    maker.positives()
    maker.negatives()
    with tempfile.TemporaryDirectory() as scratch:
        catalogue = Path(scratch) / "drugbank.sqlite"
        import_exports(catalogue, [vocabulary_file])
        authorities = (ChemblTables(world), PubChemTables(world), DrugBankAuthority(catalogue))
        judged, seconds = run(maker.cases, authorities)
    outcome = Outcome()
    for case in maker.cases:
        for item in judged[case.page.subject.slug]:
            outcome.add(case, item)
    return 0 if outcome.show(seconds, options.worst) else 1


if __name__ == "__main__":
    raise SystemExit(main())
