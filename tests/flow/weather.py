"""Real runs in bad weather: a generated corpus, services that fail by chance, and what may never come of it.

Everything is synthetic: names, numbers and structures are drawn from a seed. What is true of each claim is what a run
in fair weather says, over the same services; what the corpus was drawn to say is tested against that.

The services agree with each other. Where two of them hold one name for two structures, as live ones sometimes do, a
verdict from one alone may rightly differ from the verdict from both, and no rule can know.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from canonid.authorities.base import Authority
from canonid.authorities.chembl import ChemblAuthority
from canonid.authorities.clinicaltrials import ClinicalTrialsAuthority
from canonid.authorities.drugbank import DrugBankAuthority
from canonid.authorities.pubchem import PubChemAuthority
from canonid.authorities.transport import Courier
from canonid.corpus import fields_from, read_corpus
from canonid.gather import Freshness, Gatherer
from canonid.model import Evidence, Found, Page, Report, Verdict
from canonid.reconcile import reconcile
from canonid.store.evidence import EvidenceStore
from tests.emulator import Emulator, World, compound, faults, lookup, molecule, study
from tests.emulator.exchange import Exchange
from tests.emulator.faults import Fault
from tests.emulator.wire import AUTHORITIES, AuthorityName, Json
from tests.emulator.world import Compound
from tests.store.samples import stored

_SYLLABLES = "ba cor di fen gli lo nor pra quin ra sta tin vir xan zol mu pe ke dra".split()
_DOUBTS = frozenset({"unavailable", "undetermined"})
"""What an outage may make of any verdict."""
_ANSWERED = frozenset({"ok", "from store", "not asked"})
MOST_TO_THE_DEAD = 20
"""Requests to an authority that answers nothing right, in one run."""

Key = tuple[str, str, str | None, int]
"""Page, field, value and line: one claim."""


# --- what there is, and what the pages say of it ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Substance:
    """One synthetic substance under all its numbers."""

    number: int
    name: str
    synonym: str
    is_antibody: bool

    @property
    def chembl(self) -> str:
        return f"CHEMBL{1000 + self.number}"

    @property
    def salt_chembl(self) -> str:
        return f"CHEMBL{3000 + self.number}"

    @property
    def stereo_chembl(self) -> str:
        return f"CHEMBL{4000 + self.number}"

    @property
    def cid(self) -> int:
        return 5000 + self.number

    @property
    def drugbank(self) -> str:
        return f"DB{self.number:05d}"

    @property
    def trial(self) -> str:
        return f"NCT{self.number:08d}"

    @property
    def inchikey(self) -> str:
        return f"{self._skeleton(0)}-UHFFFAOYSA-N"

    @property
    def stereo_key(self) -> str:
        return f"{self._skeleton(0)}-{self._skeleton(1)[:8]}SA-N"

    @property
    def salt_key(self) -> str:
        return f"{self._skeleton(2)}-UHFFFAOYSA-N"

    @property
    def formula(self) -> str:
        return f"C{10 + self.number}H{12 + self.number}O4"

    @property
    def cas(self) -> str:
        digits = f"{10000 + self.number}00"
        check = sum(place * int(digit) for place, digit in enumerate(reversed(digits), start=1)) % 10
        return f"{digits[:-2]}-{digits[-2:]}-{check}"

    def _skeleton(self, form: int) -> str:
        letters = random.Random(f"{self.number} {form}")  # noqa: S311 (chance, not secrecy)
        return "".join(letters.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=14))


def substances(draw: random.Random, count: int) -> list[Substance]:
    """Substances with names that share no word; one in six is an antibody."""
    names: dict[str, None] = {}
    while len(names) < 2 * count:
        names["".join(draw.choices(_SYLLABLES, k=4))] = None
    pairs = zip(*[iter(names)] * 2, strict=True)
    return [Substance(n, name, synonym, n % 6 == 0) for n, (name, synonym) in enumerate(pairs, start=1)]


def world_of(all_of_them: Sequence[Substance]) -> World:
    """Services that know them and their salts and stereoisomers, some retired numbers, and a trial of each."""
    world = World.of(*(row for substance in all_of_them for row in _rows(substance)))
    for substance in all_of_them:
        if substance.is_antibody:
            world.deposits[substance.drugbank] = {900000 + substance.number: []}
            world.names[substance.name] = [5001]  # a decoy
        else:
            world.deposits[substance.drugbank] = {900000 + substance.number: [substance.cid]}
            world.preferred[8000 + substance.number] = substance.cid
    return world


def _rows(it: Substance) -> Iterator[Json | Compound]:
    title = it.name.capitalize()
    yield study(it.trial, f"{title} in Ageing", "RECRUITING", [title], aliases=[f"NCT9{it.number:07d}"])
    yield lookup(f"CHEMBL{7000 + it.number}", status="OBS")
    yield lookup(f"CHEMBL{8000 + it.number}", "TARGET")
    if it.is_antibody:
        yield molecule(it.chembl, it.name.upper(), molecule_type="Antibody", synonyms=[it.synonym])
        return
    salt, parent = f"{it.name.upper()} HYDROCHLORIDE", it.chembl
    yield molecule(it.chembl, it.name.upper(), inchikey=it.inchikey, formula=it.formula, synonyms=[it.synonym])
    yield molecule(it.salt_chembl, salt, inchikey=it.salt_key, formula=f"{it.formula}.ClH", parent=parent)
    yield molecule(it.stereo_chembl, None, inchikey=it.stereo_key, formula=it.formula, synonyms=[f"(R)-{it.name}"])
    synonyms = [it.name, it.synonym, it.chembl, it.drugbank, it.cas]
    yield compound(it.cid, title, it.inchikey, it.formula, synonyms=synonyms, charge=0)
    yield compound(it.cid + 10000, salt.capitalize(), it.salt_key, f"{it.formula}Cl", charge=0, parent=it.cid)
    yield compound(it.cid + 20000, f"(R)-{it.name}", it.stereo_key, it.formula, synonyms=[it.name], charge=0)


def write_pages(draw: random.Random, all_of_them: Sequence[Substance], folder: Path) -> None:
    """A page of each substance, with claims that are right, wrong, null or unknown by chance."""
    folder.mkdir(parents=True)
    for substance in all_of_them:
        other = draw.choice([each for each in all_of_them if each is not substance and not each.is_antibody])
        lines = [f"{name}: {value}" for name, value in _claims(draw, substance, other) if value]
        aliases = f"aliases: [{substance.synonym}]\n" if draw.random() < 0.5 else ""
        trials = draw.sample([substance.trial, other.trial, f"NCT9{substance.number:07d}", "NCT77777777"], k=2)
        statuses = draw.choices(["RECRUITING", "COMPLETED"], k=2)
        table = "".join(f"| {nct} | a trial | {status} |\n" for nct, status in zip(trials, statuses, strict=True))
        text = f"---\n{aliases}" + "\n".join(lines) + f"\n---\n# {substance.name.capitalize()}\n\n"
        text += "| NCT | Title | Status |\n|---|---|---|\n" + table
        (folder / f"{substance.name}.md").write_text(text, encoding="utf-8")


def _claims(draw: random.Random, it: Substance, other: Substance) -> Iterator[tuple[str, str]]:
    """Keys and values of a page; no value, no key."""
    missing = ["null", "CHEMBL999999", f"CHEMBL{7000 + it.number}", f"CHEMBL{8000 + it.number}", ""]
    forms = [] if it.is_antibody else [it.salt_chembl, it.stereo_chembl]
    yield "chembl-id", draw.choice([it.chembl, it.chembl, it.chembl, other.chembl, *forms, *missing])
    forms = [] if it.is_antibody else [str(it.cid), str(it.cid), str(it.cid + 10000), str(it.cid + 20000)]
    yield "pubchem-cid", draw.choice([*forms, str(other.cid), "null", "999999999", str(8000 + it.number), ""])
    yield "pubchem-cid-alt", draw.choice(["", "", str(other.cid), *forms])
    yield "drugbank-id", draw.choice([it.drugbank, other.drugbank, "DB99999", "null", "", ""])
    yield "inchikey", draw.choice(["", "", other.inchikey, "" if it.is_antibody else it.inchikey, it.stereo_key])
    yield "cas-number", draw.choice(["", it.cas, other.cas])
    yield "molecular-formula", draw.choice(["", "" if it.is_antibody else it.formula])
    yield "biologic", draw.choice(["", "", "true" if it.is_antibody else "false"])


# --- weather ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Tally:
    """How many requests met which fault."""

    seen: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def total(self) -> int:
        """How many requests met a fault."""
        return sum(self.seen.values())

    def counted(self, fault: Fault) -> Fault:
        """The same fault, counted each time that a request meets it."""

        def act(exchange: Exchange) -> None:
            with self._lock:
                self.seen[fault.name] += 1
            fault.act(exchange)

        return Fault(fault.name, act)


def storm(seconds: float) -> tuple[Fault, ...]:
    """The matrix of faults for one request each; what hangs there for ever ends after `seconds` here."""

    def hang(exchange: Exchange) -> None:
        exchange.hang(seconds)
        exchange.drop()

    def hang_after_headers(exchange: Exchange) -> None:
        reply = exchange.true_reply()
        exchange.head(reply, len(reply.body) + 1)
        exchange.write(b"")
        hang(exchange)

    ending = {
        faults.HANG: Fault("hang-before-headers", hang),
        faults.HANG_AFTER_HEADERS: Fault("hang-after-headers", hang_after_headers),
    }
    return tuple(ending.get(fault, fault) for fault in faults.MATRIX if fault is not faults.REFUSED)


# --- runs ------------------------------------------------------------------------------------------------------------


@contextmanager
def open_authorities(services: Emulator, folder: Path, deadline: float) -> Iterator[tuple[Authority, ...]]:
    """The authorities of one run, with a short deadline and without pauses."""

    def courier(label: str) -> Courier:
        return Courier(label, deadline=deadline, sleep=lambda _: None)

    trials = ClinicalTrialsAuthority(services.clinicaltrials_url, courier("ClinicalTrials.gov"), "")
    with closing(trials):
        yield (
            ChemblAuthority(services.chembl_url, courier("ChEMBL"), ""),
            PubChemAuthority(services.pubchem_url, courier("PubChem"), ""),
            DrugBankAuthority(folder / "none.drugbank.sqlite"),
            trials,
        )


@dataclass(frozen=True, slots=True)
class Said:
    """What a run says: the verdict on each claim, and the codes of the findings that bear on it."""

    verdicts: Mapping[Key, str]
    codes: Mapping[Key, tuple[str, ...]]
    requests: Mapping[str, int]

    is_complete: bool
    """Whether every question was answered; DrugBank, of which nobody supplied an export, aside."""


def said(report: Report) -> Said:
    """A report as it is compared."""
    keys = {
        (item.claim.subject, item.claim.field, item.claim.text, item.claim.place.line): item for item in report.claims
    }
    assert len(keys) == len(report.claims)
    return Said(
        {key: item.verdict.value for key, item in keys.items()},
        {key: item.codes if item.verdict is Verdict.DISCREPANT else () for key, item in keys.items()},
        {name: use.requests for name, use in report.run.authorities.items()},
        all(use.status in _ANSWERED for name, use in report.run.authorities.items() if name != "drugbank"),
    )


@dataclass(slots=True)
class Place:
    """A corpus and its services; `folder` takes stores."""

    services: Emulator
    substances: Sequence[Substance]
    pages: Sequence[Page]
    folder: Path
    tally: Tally = field(default_factory=Tally)
    _stores: int = 0

    def new_store(self) -> Path:
        """The path of a store that does not exist yet."""
        self._stores += 1
        return self.folder / f"{self._stores}.sqlite"

    def run(self, store: Path, deadline: float, freshness: Freshness | None = None) -> Said:
        """One run on this store."""
        with open_authorities(self.services, self.folder, deadline) as authorities, EvidenceStore(store) as evidence:
            gatherer = Gatherer(authorities, evidence, freshness or Freshness())
            return said(reconcile(self.pages, gatherer))


@contextmanager
def open_place(seed: int, count: int, folder: Path) -> Iterator[Place]:
    """A corpus of `count` pages drawn from `seed`, and services that know their substances."""
    draw = random.Random(seed)  # noqa: S311 (chance, not secrecy)
    those = substances(draw, count)
    write_pages(draw, those, folder / "wiki")
    with Emulator(world_of(those)) as services:
        pages = list(read_corpus([folder / "wiki"], folder / "wiki", fields_from({})))
        yield Place(services, those, pages, folder)


def wrong(told: Said, truth: Said) -> list[str]:
    """What a run in bad weather got wrong: a claim lost or made up, a verdict that is neither true nor a doubt.

    The code of a discrepancy may differ: what is another substance may, without its synonyms, be another structure.
    """
    problems = [f"claim lost: {key}" for key in truth.verdicts.keys() - told.verdicts.keys()]
    problems += [f"claim made up: {key}" for key in told.verdicts.keys() - truth.verdicts.keys()]
    for key in told.verdicts.keys() & truth.verdicts.keys():
        verdict, right = told.verdicts[key], truth.verdicts[key]
        if verdict != right and verdict not in _DOUBTS:
            problems.append(f"{key}: {verdict} {told.codes[key]}, in truth {right} {truth.codes[key]}")
    return problems


def different(told: Said, truth: Said) -> list[str]:
    """Where a complete run does not say what the truth is."""
    keys = sorted(told.verdicts.keys() | truth.verdicts.keys(), key=str)
    pairs = ((key, told.verdicts.get(key), truth.verdicts.get(key)) for key in keys)
    return [f"{key}: {verdict} in the end, in truth {right}" for key, verdict, right in pairs if verdict != right]


def false_evidence(place: Place, store: Path) -> list[str]:
    """Stored replies that mean something else than the services say now, in fair weather."""
    held = {(item.authority, item.question): item for item in stored(store)}
    problems: list[str] = []
    with open_authorities(place.services, place.folder, 30.0) as authorities:
        for authority in (each for each in authorities if not each.is_local):
            questions = [question for name, question in held if name == authority.name]
            for reply in authority.fetch(questions):
                assert isinstance(reply, Evidence), reply
                kept = held[authority.name, reply.question]
                if _meaning(authority, kept) != _meaning(authority, reply):
                    problems.append(f"{authority.name} {reply.question.key}: stored {kept.payload}")
    return problems


def _meaning(authority: Authority, evidence: Evidence) -> object:
    answer = authority.parse(evidence)
    return answer.records if isinstance(answer, Found) else type(answer)


def endure(place: Place, share: float, seed: int, truth: Said, *, deadline: float, most_runs: int = 20) -> list[str]:
    """Run on one store until all is answered, in weather where `share` of the requests fail; what was wrong.

    Then one run in fair weather must say the truth, and the store must hold nothing else. Every third run mistrusts
    what it has and asks everything anew, so that older replies have to stand in for what fails.
    """
    store = place.new_store()
    choice = [place.tally.counted(fault) for fault in storm(2 * deadline)]
    for name in AUTHORITIES:
        place.services.always(name, faults.sometimes(share, *choice, seed=seed * 10 + AUTHORITIES.index(name)))
    problems: list[str] = []
    for number in range(1, most_runs + 1):
        anew = Freshness(*[timedelta(0)] * 3) if number % 3 == 0 else None
        told = place.run(store, deadline, anew)
        problems += [f"seed {seed}, run {number}: {problem}" for problem in wrong(told, truth)]
        if told.is_complete:
            break
    place.services.calm()
    problems += [f"seed {seed}, in the end: {each}" for each in different(place.run(store, 30.0), truth)]
    return problems + [f"seed {seed}: {each}" for each in false_evidence(place, store)]


def face_the_dead(
    place: Place, fault: Fault, truth: Said, *, deadline: float, names: Sequence[AuthorityName] = AUTHORITIES
) -> list[str]:
    """One run on an empty store while every request to these authorities meets `fault`; what was wrong."""
    for name in names:
        place.services.always(name, fault if fault is faults.REFUSED else place.tally.counted(fault))
    told = place.run(place.new_store(), deadline)
    place.services.calm()
    problems = wrong(told, truth)
    problems += [
        f"{told.requests[name]} requests to {name}" for name in names if told.requests[name] > MOST_TO_THE_DEAD
    ]
    return [f"{fault} at {', '.join(names)}: {problem}" for problem in problems]
