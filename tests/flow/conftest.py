"""A small wiki, the services that know what it is about, and the real wiring between them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from canonid.cli.exits import exit_code
from canonid.gather import Progress
from canonid.model import Question, Report, State
from canonid.running import run_job
from canonid.settings import Settings
from canonid.store.discrepancies import list_discrepancies
from tests.emulator import Emulator, World, compound, molecule, study
from tests.emulator.wire import AUTHORITIES
from tests.store.samples import stored

ADAPALENE_KEY = "LZCDAPDGXCYOEH-UHFFFAOYSA-N"
ERTAPENEM_KEY = "ZXNAQFZBWUNWJM-HRXMHBOMSA-M"
METFORMIN_KEY = "XZWYZXLIPXDOLR-UHFFFAOYSA-N"

PAGES = {
    "adapalene": "---\npubchem-cid: 60164\nchembl-id: CHEMBL1232\n---\n# Adapalene\n",
    "anakinra": "---\nchembl-id: CHEMBL1201570\n---\n# Anakinra\n\n"
    "| NCT | What | Status |\n|---|---|---|\n| NCT05177822 | VA-ART4 | ACTIVE_NOT_RECRUITING |\n",
    "metformin": "---\npubchem-cid: 4091\nchembl-id: CHEMBL1431\n---\n# Metformin\n",
}
"""One wrong id; the place of each is line 2 or 3."""
WRONG = ("chembl-id", "CHEMBL1232")


def world() -> World:
    """What the services know; names, ids and keys as in ChEMBL, PubChem and ClinicalTrials.gov."""
    return World.of(
        molecule("CHEMBL1265", "ADAPALENE", inchikey=ADAPALENE_KEY, formula="C28H28O3"),
        molecule("CHEMBL1232", "ERTAPENEM SODIUM", inchikey=ERTAPENEM_KEY),
        molecule("CHEMBL1431", "METFORMIN", inchikey=METFORMIN_KEY, formula="C4H11N5"),
        molecule("CHEMBL1201570", "ANAKINRA", molecule_type="Protein"),
        compound(60164, "Adapalene", ADAPALENE_KEY, "C28H28O3"),
        compound(4091, "Metformin", METFORMIN_KEY, "C4H11N5"),
        study("NCT05177822", "VA-ART4", "ACTIVE_NOT_RECRUITING", ["Anakinra"]),
    )


Verdicts = dict[tuple[str, str, str | None], str]
"""Page, field and value -> verdict."""


def verdicts(report: Report) -> Verdicts:
    """What a report says of each claim."""
    return {(item.claim.subject, item.claim.field, item.claim.text): item.verdict.value for item in report.claims}


def code(report: Report, settings: Settings) -> int:
    """The exit code of the command for this report."""
    return int(exit_code(report, settings.fail_on))


@dataclass
class Place:
    """A wiki, the services, and the settings that bring them together."""

    services: Emulator
    wiki: Path
    settings: Settings
    seen: dict[str, int] = field(default_factory=dict)

    def run(self, progress: Progress | None = None, *, remember: bool = True, **changes: object) -> Report:
        """One run of the job, with these settings changed."""
        settings = replace(self.settings, **changes)  # type: ignore[arg-type]  # test shorthand
        return run_job(settings, [self.wiki], remember=remember, progress=progress)

    def new_requests(self) -> dict[str, int]:
        """How many requests have arrived at each service since this was last asked."""
        now: dict[str, int] = {name: self.services.count(name) for name in AUTHORITIES}
        before, self.seen = self.seen, now
        return {name: count - before.get(name, 0) for name, count in now.items()}

    def write(self, name: str, text: str) -> None:
        """A page, new or changed."""
        (self.wiki / f"{name}.md").write_text(text, encoding="utf-8")

    def stored(self) -> dict[tuple[str, Question], str | None]:
        """The payloads in the store, by authority and question."""
        return {(item.authority, item.question): item.payload for item in stored(self.settings.database)}

    def states(self) -> dict[tuple[str, str | None], State]:
        """The discrepancies on record: code and claimed value -> state."""
        return {(item.code, item.claimed): item.state for item in list_discrepancies(self.settings.database)}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """The command in a process of its own, against these services."""
        command = [sys.executable, "-m", "canonid", *arguments, "--database", str(self.settings.database)]
        return subprocess.Popen(  # noqa: S603 - our own command
            command,
            cwd=self.wiki.parent,
            env=environment(
                CANONID_CHEMBL_URL=self.settings.chembl_url,
                CANONID_PUBCHEM_URL=self.settings.pubchem_url,
                CANONID_CLINICALTRIALS_URL=self.settings.clinicaltrials_url,
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def environment(**more: str) -> Mapping[str, str]:
    """The environment of a stranger: nothing set for canonid but what is given."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CANONID_", "GITHUB_"))}
    return {**inherited, "NO_COLOR": "1", **more}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """The wiki of `PAGES` and the services of `world`, nothing asked and nothing stored yet."""
    wiki = tmp_path / "wiki"
    wiki.mkdir()
    with Emulator(world()) as services:
        settings = Settings(
            tmp_path / "cache" / "canonid.sqlite",
            chembl_url=services.chembl_url,
            pubchem_url=services.pubchem_url,
            clinicaltrials_url=services.clinicaltrials_url,
            home=tmp_path,
        )
        here = Place(services, wiki, settings)
        for name, text in PAGES.items():
            here.write(name, text)
        yield here


@pytest.fixture
def only_substances(place: Place) -> None:
    """For tests that need no trial: the polite second between two requests for trials is most of a run."""
    (place.wiki / "anakinra.md").unlink()
