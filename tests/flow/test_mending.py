"""One run of `canonid fix` reaches the end: the next one, over the same services, finds nothing to write."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from canonid.corpus import fields_from, read_corpus
from canonid.fixes import Fixes, apply_all
from canonid.gather import Gatherer
from canonid.mending import Mending, plan_mending, settle
from canonid.model import GAP, Page, Report
from canonid.reconcile import reconcile
from canonid.store.discrepancies import list_discrepancies
from canonid.store.evidence import EvidenceStore
from canonid.store.runs import last_runs
from tests.emulator import compound, molecule
from tests.emulator.wire import Json
from tests.emulator.world import Compound
from tests.flow import weather
from tests.flow.conftest import Place

FIELDS = fields_from({})
_LINES = f"---\npubchem-cid: 4091\nchembl-id: null  # {GAP}\n---\n# Metformin\n\n- ChEMBL not found; see {GAP}.\n"
SURE = "\ufeff" + _LINES.replace("\n", "\r\n")
"""The structure proves the null wrong; line ends and byte order mark are to stay."""
NAMED = f"---\nchembl-id: null\n---\n# Metformin\n\n- ChEMBL not found; see {GAP}.\n"
"""A name alone does so: with the identifier, the tag can be closed, and without, nothing can be said of it."""


@pytest.fixture
def page(place: Place) -> Path:
    """The only page; what is not asked about takes no time."""
    for name in ("adapalene", "anakinra"):
        (place.wiki / f"{name}.md").unlink()
    return place.wiki / "metformin.md"


def fix(place: Place, *options: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the command."""
    started = place.start("fix", str(place.wiki), *options)
    stdout, stderr = started.communicate(timeout=60)
    return started.returncode, stdout, stderr


@pytest.mark.parametrize(("text", "options"), [(SURE, []), (NAMED, ["--unsafe"])], ids=["safe", "unsafe"])
def test_a_tag_goes_in_the_run_that_writes_what_it_asks_for(
    text: str, options: list[str], place: Place, page: Path
) -> None:
    """As the diff showed it; then there is no diff, and no byte changes."""
    place.write("metformin", text)
    _, shown, _ = fix(place, *options)
    code, _, told = fix(place, "--apply", *options)
    mended = page.read_bytes().decode()

    assert mended == text.replace("null", "CHEMBL1431").replace(f"  # {GAP}", "").replace(f"; see {GAP}", "")
    assert (code, told) == (0, f"metformin.md: {1 + text.count(GAP)} changed\n")
    assert [line[1:] for line in shown.splitlines() if line[0] == "+"][1:] == [
        line for line in mended.splitlines() if line not in text.splitlines()
    ]
    assert fix(place, *options) == (0, "", "")
    assert (fix(place, "--apply", *options), page.read_bytes().decode()) == ((0, "", ""), mended)


def test_looking_ahead_leaves_no_trace(place: Place, page: Path) -> None:
    """One run is recorded, with what is on the disk, and no discrepancy."""
    place.write("metformin", SURE)
    (plan,) = plan_mending(place.settings, [place.wiki], unsafe=False).plans

    assert len(last_runs(place.settings.database)) == 1
    assert list_discrepancies(place.settings.database) == ()
    assert (plan.before, page.read_bytes().decode()) == (SURE, SURE)


def test_a_tag_is_not_taken_out_alone(place: Place, page: Path) -> None:
    """Whoever selects the tags only has to take the identifiers first."""
    place.write("metformin", SURE)
    made = plan_mending(replace(place.settings, select=("ID405",)), [place.wiki], unsafe=False)

    assert (page.exists(), made.plans, ["write that first" in left.why for left in made.left]) == (True, (), [True])


# --- generated pages, and services that do not agree ------------------------------------------------------------------


def quarrels(draw: random.Random, it: weather.Substance) -> Iterator[Json | Compound]:
    """More records under the names and structures of a substance: what is right then depends on what was asked."""
    keys = [it.inchikey, it.stereo_key, it.salt_key]
    for number in (it.number + 9000, it.number + 9100):
        name, title = draw.choice([it.name, it.synonym]), draw.choice([it.name, it.synonym, "thing"])
        synonyms = [draw.choice([it.name, it.synonym])]
        yield molecule(f"CHEMBL{number}", name.upper(), inchikey=draw.choice([*keys, None]), synonyms=synonyms)
        yield compound(60000 + number, title, draw.choice(keys), it.formula, synonyms=synonyms, charge=0)


def tagged(draw: random.Random, text: str) -> str:
    """A page with gap tags by chance, behind values and in its text."""
    _, head, body = text.split("---\n")
    lines = [line + draw.choice(["", f"  # {GAP}"]) for line in head.splitlines() if not line.startswith("aliases")]
    notes = [f"- {label} not confirmed {GAP}\n" for label in ("ChEMBL", "DrugBank", "PubChem CID")]
    return "---\n".join(["", "\n".join(lines) + "\n", body + "".join(draw.sample(notes, k=2))])


def mend(place: weather.Place, folder: Path, store: EvidenceStore, *, unsafe: bool) -> Fixes:
    """One run of all that `canonid fix --apply` does to the pages."""
    with weather.open_authorities(place.services, place.folder, 30.0) as authorities:
        gatherer = Gatherer(authorities, store)
        pages = list(read_corpus([folder], folder, FIELDS))

        def judge(edited: Sequence[Page]) -> Report:
            gatherer.start_over()
            return reconcile(edited, gatherer)

        about = Mending(folder, FIELDS, judge, lambda report: report.findings, unsafe=unsafe)
        fixes = settle(reconcile(pages, gatherer), pages, about)
    assert [error for _, error in apply_all(fixes.plans, folder) if error] == []
    return fixes


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
@pytest.mark.parametrize("seed", [1, 2])
def test_generated_pages_need_not_be_fixed_twice(seed: int, unsafe: bool, tmp_path: Path) -> None:
    """Applied twice is applied once, whatever claims, tags and contradictions come together."""
    with weather.open_place(seed, 24, tmp_path) as place, EvidenceStore(place.new_store()) as store:
        draw = random.Random(seed)  # noqa: S311 (chance, not secrecy)
        for substance in place.substances:
            place.services.world.add(*quarrels(draw, substance))
        for path in sorted((tmp_path / "wiki").iterdir()):
            path.write_text(tagged(draw, path.read_text(encoding="utf-8")), encoding="utf-8")
        once = mend(place, tmp_path / "wiki", store, unsafe=unsafe)
        twice = mend(place, tmp_path / "wiki", store, unsafe=unsafe)

    assert len(once.plans) > 10
    assert (once.refused, twice.refused, [plan.diff() for plan in twice.plans]) == ((), (), [])
