"""The judgement of the last run: taken over where everything that it follows from is the same, and nowhere else."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from canonid.corpus import fields_from, read_files
from canonid.corpus.source import Source, Text
from canonid.gather import Freshness, Gatherer
from canonid.identifiers import CHEMBL, Reference
from canonid.judgement import Inputs, judge_corpus
from canonid.model import ById, Page, Report, TrialCount, TrialSearch
from canonid.store.evidence import EvidenceStore, read_evidence_file
from canonid.store.judgement import load_judgement
from tests.rules.goldens import GOLDEN, authorities

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MET = Reference(CHEMBL, "CHEMBL1431")
GOLDENS = ("ID303", "ID405", "ID604", "ID605")
"""Folders that have every kind of claim, of finding and of question between them."""
WAIVING = "---\nchembl-id: CHEMBL1703  # canonid: ignore ID303 until 2030-01-01 — on purpose\n---\n# Metformin\n"


class Desk:
    """A corpus of golden pages, a store with their evidence, and where the judgement is kept."""

    def __init__(self, folder: Path, codes: tuple[str, ...] = GOLDENS) -> None:
        self.file = folder / "store.judgement"
        self.store = EvidenceStore(folder / "store.sqlite")
        for code in codes:
            self.store.put(read_evidence_file(GOLDEN / code / "evidence.jsonl"))
        self.local = folder / "catalogue"
        texts = (*read_files([GOLDEN / code for code in codes], GOLDEN), Text(Source("waiving.md", WAIVING)))
        self.inputs = Inputs(texts, fields_from({}), ("CHEMBL25",), {}, self.local)
        self.now = NOW
        self.freshness = Freshness(*3 * (timedelta(days=365_000),))

    def judge(self, *, keep: bool = True) -> tuple[tuple[Page, ...], Report, bool]:
        """Pages, report, and whether they were taken over: then nothing was asked, not even the store."""
        gatherer = Gatherer(authorities(), self.store, self.freshness, offline=True, now=self.now)
        pages, report = judge_corpus(self.inputs, gatherer, self.store, self.file, keep=keep, first=lambda _: ())
        return tuple(pages), report, not gatherer.answers


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The corpus, with a clock that is ahead of every run."""
    made = Desk(tmp_path)
    made.now = datetime.now(UTC) + timedelta(minutes=1)
    yield made
    made.store.close()


def test_a_run_that_rests_on_the_same_takes_the_judgement_over(desk: Desk) -> None:
    """Every value of it, down to the replies; only the run is another one."""
    pages, report, was_there = desk.judge()
    again, repeated, is_there = desk.judge()

    assert (was_there, is_there) == (False, True)
    assert again == pages
    assert repeated.run.id != report.run.id
    assert repeated == replace(report, run=repeated.run)
    assert {name: use.requests for name, use in repeated.run.authorities.items()} == dict.fromkeys(
        report.run.authorities, 0
    )


def test_the_samples_have_what_a_judgement_can_hold(desk: Desk) -> None:
    """Else the test above would show little."""
    pages, report, _ = desk.judge()

    assert report.findings
    assert {len(finding.also) > 0 for finding in report.findings} == {True, False}
    assert any(finding.proposal for finding in report.findings)
    assert any(page.properties for page in pages)
    assert any(waiver.until for page in pages for waiver in page.ignores)
    assert report.counts


def _edit(desk: Desk) -> None:
    first, *others = desk.inputs.texts
    first.source.text += " "
    desk.inputs = replace(desk.inputs, texts=(first, *others))


def _new_reply(desk: Desk) -> None:
    known = next(iter(desk.store.get([("chembl", ById(MET))]).values()))
    desk.store.put([replace(known, payload='{"molecule":null}', sources=None, retrieved_at=datetime.now(UTC))])


def _more_pages(desk: Desk) -> None:
    desk.inputs = replace(desk.inputs, texts=(*desk.inputs.texts, *read_files([GOLDEN / "ID101"], GOLDEN)))


def _baseline(desk: Desk) -> None:
    count = TrialCount("x", "clinical-trials-active", "3", TrialSearch(("x",), ()), (), NOW, None, "")
    desk.inputs = replace(desk.inputs, baselines={("x", "clinical-trials-active"): count})


def _shared(desk: Desk) -> None:
    desk.inputs = replace(desk.inputs, shared=())


def _fields(desk: Desk) -> None:
    desk.inputs = replace(desk.inputs, fields=fields_from({"chembl": {"prefix": "chembl.compound"}}))


def _export(desk: Desk) -> None:
    desk.local.write_bytes(b"a catalogue")


def _clock_back(desk: Desk) -> None:
    desk.now -= timedelta(days=1)


def _age(desk: Desk) -> None:
    desk.freshness = Freshness(*3 * (timedelta(days=300_000),))


@pytest.mark.parametrize(
    "change", [_edit, _more_pages, _new_reply, _baseline, _shared, _fields, _export, _clock_back, _age]
)
def test_whatever_a_judgement_follows_from_makes_a_new_one(desk: Desk, change: Callable[[Desk], None]) -> None:
    """Pages, replies, counts, settings, exports, and a clock that went back."""
    desk.judge()
    change(desk)
    _, _, is_there = desk.judge()

    assert not is_there


def test_a_judgement_ends_with_the_first_reply_that_gets_too_old(desk: Desk) -> None:
    """From then on it would be asked for again, or marked as stale."""
    desk.freshness = Freshness(*3 * (timedelta(days=30),))
    replies = desk.store.get([("chembl", ById(MET))]).values()
    desk.store.put([replace(reply, sources=None, retrieved_at=datetime.now(UTC)) for reply in replies])
    desk.inputs = replace(
        desk.inputs,
        texts=tuple(text for text in desk.inputs.texts if text.source.path == "ID303/silent/metformin.md"),
    )
    desk.judge()
    there = []
    for days in (29, 31):
        desk.now = datetime.now(UTC) + timedelta(days=days)
        there.append(desk.judge(keep=False)[2])

    assert there == [True, False]


def test_only_a_run_that_is_told_to_keeps_its_judgement(desk: Desk) -> None:
    """A check of one page must not put its own in the place of that of the whole wiki."""
    desk.judge(keep=False)

    assert not desk.file.exists()


def test_a_folder_that_cannot_be_written_costs_time_only(desk: Desk, tmp_path: Path) -> None:
    """The report is the same."""
    desk.file = tmp_path / "nowhere" / "store.judgement"

    assert desk.judge()[1].findings


@pytest.mark.parametrize("damage", ["cut", "bit", "empty", "gone"])
def test_a_damaged_judgement_is_none(desk: Desk, damage: str) -> None:
    """Worked out anew, and put in its place."""
    desk.judge()
    content = bytearray(desk.file.read_bytes())
    content[len(content) // 2] ^= 1
    desk.file.write_bytes(bytes({"cut": content[:-1], "bit": content}.get(damage, b"")))
    if damage == "gone":
        desk.file.unlink()
    there = [desk.judge()[2], desk.judge()[2]]

    assert there == [False, True]


class Harmful:
    """Would make a folder when it is read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.mkdir, (str(self.folder),)


@pytest.mark.parametrize("place", [0, 1])
def test_a_judgement_that_somebody_made_up_runs_nothing(tmp_path: Path, place: int) -> None:
    """Not even with the right hash."""
    harm, file = tmp_path / "harm", tmp_path / "made-up"
    parts: list[object] = [(), ()]
    parts[place] = Harmful(harm)
    body = io.BytesIO()
    for part in parts:
        pickle.dump(part, body)
    rest = b"basis" + body.getvalue()
    file.write_bytes(hashlib.sha256(rest).digest() + rest)

    assert load_judgement(file, b"basis", lambda _: {}) is None
    assert not harm.exists()
