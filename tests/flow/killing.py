"""Kill runs at random moments, start them again, and compare what is left with an uninterrupted run."""

from __future__ import annotations

import json
import random
import re
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

from tests.emulator import Emulator, World, compound, molecule, study
from tests.flow.conftest import environment

_NAMES = [f"substance{letter}{number}" for letter in "abcdefghij" for number in range(4)]
_SIGKILL = -9


def inchikey(number: int) -> str:
    """A well-formed InChIKey that belongs to nothing (synthetic)."""
    letters = "".join(chr(65 + (number // 26**place) % 26) for place in range(14))
    return f"{letters}-UHFFFAOYSA-N"


def synthetic_world() -> World:
    """Forty substances at ChEMBL and PubChem, and a trial for each (synthetic)."""
    world = World()
    for number, name in enumerate(_NAMES, start=1):
        world.add(
            molecule(f"CHEMBL{1000 + number}", name.upper(), inchikey=inchikey(number)),
            compound(5000 + number, name, inchikey(number)),
            study(f"NCT{10_000_000 + number}", f"Trial of {name}", "COMPLETED", [name]),
        )
    return world


def write_wiki(folder: Path) -> None:
    """A page a substance: every fourth has the next one's ChEMBL id, every third a null that should not be."""
    folder.mkdir()
    for number, name in enumerate(_NAMES, start=1):
        chembl = 1000 + number + (number % 4 == 0)
        cid = "null" if number % 3 == 0 else 5000 + number
        text = f"---\nchembl-id: CHEMBL{chembl}\npubchem-cid: {cid}\n---\n# {name}\n\nNCT{10_000_000 + number}\n"
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


@dataclass
class Outcome:
    """What many kills brought."""

    kills: int = 0
    completed: int = 0
    complaints: list[str] = field(default_factory=list)


@dataclass
class Killing:
    """Runs of the real command on a synthetic wiki, each killed at a random moment until one is through."""

    services: Emulator
    folder: Path
    random: random.Random
    outcome: Outcome = field(default_factory=Outcome)

    def run(self, kills: int) -> Outcome:
        """Kill `kills` times, spread over as many databases as that takes."""
        write_wiki(self.folder / "wiki")
        reference = self._uninterrupted()
        number = 0
        while self.outcome.kills < kills:
            number += 1
            self._until_through(self.folder / f"{number}.sqlite", reference)
        return self.outcome

    def _uninterrupted(self) -> list[tuple[object, ...]]:
        database = self.folder / "reference.sqlite"
        process = self._start(database)
        if process.wait() != 1:
            self.outcome.complaints.append(f"the reference run ended with {process.returncode}")
        return remembered(database)

    def _until_through(self, database: Path, reference: list[tuple[object, ...]]) -> None:
        """Start, kill, start again; when one run is through, all must be as if nothing had happened."""
        patience = 1.2
        while True:
            answered = stored_keys(database)
            before = len(self.services.log)
            process = self._start(database)
            killed = self._kill(process, self.random.uniform(0.05, patience))
            self._check(database, answered, before)
            if not killed:
                break
            self.outcome.kills += 1
            patience *= 1.5  # lest the same first second is killed for ever
        self.outcome.completed += 1
        if process.returncode != 1:
            self.outcome.complaints.append(f"{database.name}: a run ended with {process.returncode}")
        if remembered(database) != reference:
            self.outcome.complaints.append(f"{database.name}: the table differs from an uninterrupted run's")

    def _start(self, database: Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "canonid", "reconcile", "wiki", "-q", "--database", str(database)]
        return subprocess.Popen(  # noqa: S603 - our own command
            command,
            cwd=self.folder,
            env=environment(
                CANONID_CHEMBL_URL=self.services.chembl_url,
                CANONID_PUBCHEM_URL=self.services.pubchem_url,
                CANONID_CLINICALTRIALS_URL=self.services.clinicaltrials_url,
            ),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @staticmethod
    def _kill(process: subprocess.Popen[bytes], after: float) -> bool:
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return process.returncode == _SIGKILL

    def _check(self, database: Path, answered: set[str], before: int) -> None:
        complaints = self.outcome.complaints
        if not database.exists():
            return
        with closing(sqlite3.connect(database)) as connection:
            (sound,) = connection.execute("PRAGMA integrity_check").fetchone()
        if sound != "ok":
            complaints.append(f"{database.name}: {sound}")
        if lost := answered - stored_keys(database):
            complaints.append(f"{database.name}: lost {sorted(lost)[:3]}")
        asked = {
            key for request in self.services.log[before:] for key in keys_of(request.path, request.query, request.body)
        }
        if again := asked & answered:
            complaints.append(f"{database.name}: asked again {sorted(again)[:3]}")


def stored_keys(database: Path) -> set[str]:
    """The keys of all committed replies, each of which must be whole."""
    if not database.exists():
        return set()
    with closing(sqlite3.connect(database)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'evidence'").fetchone():
            return set()
        rows = connection.execute("SELECT question, payload FROM evidence").fetchall()
    for _, payload in rows:
        if payload is not None:
            json.loads(payload)
    return {str(question) for question, _ in rows}


def keys_of(path: str, query: Sequence[tuple[str, str]], body: bytes) -> set[str]:
    """The `ById` questions that a request asks: what must not be asked twice."""
    text = f"{path}?{dict(query)}" + body.decode("utf-8", "replace")
    keys = {f"id:clinicaltrials:{nct}" for nct in re.findall(r"NCT[0-9]{8}", text)}
    if "molecule_chembl_id__in" in text:
        keys |= {f"id:chembl.compound:{chembl}" for chembl in re.findall(r"CHEMBL[0-9]+", text)}
    if "/compound/cid/property/" in path:
        numbers = ",".join(parse_qs(body.decode("utf-8", "replace")).get("cid", []))
        keys |= {f"id:pubchem.compound:{cid}" for cid in numbers.split(",") if cid}
    return keys


def remembered(database: Path) -> list[tuple[object, ...]]:
    """The table of discrepancies with its events, without times and names of runs."""
    with closing(sqlite3.connect(database)) as connection:
        table = connection.execute(
            "SELECT d.fingerprint, d.state, d.code, d.claimed, d.message, e.from_state, e.to_state, e.note "
            "FROM discrepancy d JOIN discrepancy_event e USING (fingerprint) ORDER BY 1, e.id"
        ).fetchall()
    return [tuple(re.sub(r"searched [0-9-]+", "", str(item)) for item in row) for row in table]
