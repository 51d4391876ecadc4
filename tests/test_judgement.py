"""The judgement of the last run: taken over where everything that it follows from is the same, and nowhere else."""

from __future__ import annotations

import hashlib
import os
import pickle
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from canonid import judgement
from canonid.authorities.drugbank import DrugBankAuthority
from canonid.authorities.drugbank.catalogue import import_exports
from canonid.corpus import fields_from, read_files
from canonid.corpus.source import Source, Text
from canonid.gather import Freshness, Gatherer
from canonid.identifiers import CHEMBL, DRUGBANK, Reference
from canonid.judgement import Inputs, judge_corpus, program
from canonid.model import Answers, AuthorityUse, ById, Page, Report, TrialCount, TrialSearch, Unavailable, Verdict
from canonid.reconcile import repeated
from canonid.store.evidence import EvidenceStore, read_evidence_file
from canonid.store.judgement import load_judgement
from tests.rules.goldens import GOLDEN, authorities

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MET = Reference(CHEMBL, "CHEMBL1431")
GOLDENS = ("ID303", "ID405", "ID604", "ID605")
"""Folders that have every kind of claim, of finding and of question between them."""
WAIVING = "---\nchembl-id: CHEMBL1703  # canonid: ignore ID303, ID999 until 2030-01-01 — on purpose\n---\n# Metformin\n"


class Desk:
    """A corpus of golden pages, a store with their evidence, and where the judgement is kept."""

    def __init__(self, folder: Path, codes: tuple[str, ...] = GOLDENS) -> None:
        self.file = folder / "store.judgement"
        self.store = EvidenceStore(folder / "store.sqlite")
        for code in codes:
            self.store.put(read_evidence_file(GOLDEN / code / "evidence.jsonl"))
        self.local = folder / "catalogue"
        self.authorities = authorities()
        texts = (*read_files([GOLDEN / code for code in codes], GOLDEN), Text(Source("waiving.md", WAIVING)))
        self.inputs = Inputs(texts, fields_from({}), ("CHEMBL25",), {}, {}, self.local)
        self.now = NOW
        self.answers: Answers = {}
        """Those of the last run that judged anew."""
        self.offline = True
        self.freshness = Freshness(*3 * (timedelta(days=365_000),))

    def judge(self, *, keep: bool = True) -> tuple[tuple[Page, ...], Report, bool]:
        """Pages, report, and whether they were taken over: then nothing was asked, not even the store."""
        gatherer = Gatherer(self.authorities, self.store, self.freshness, offline=self.offline, now=self.now)
        pages, report = judge_corpus(self.inputs, gatherer, self.store, self.file, keep=keep, first=lambda _: ())
        self.answers = gatherer.answers or self.answers
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
    again, second, is_there = desk.judge()

    assert (was_there, is_there) == (False, True)
    assert again == pages
    assert second.run.id != report.run.id
    assert second == replace(report, run=second.run)
    assert {name: use.requests for name, use in second.run.authorities.items()} == dict.fromkeys(
        report.run.authorities, 0
    )


def test_replies_past_their_age_are_taken_over_as_such(desk: Desk) -> None:
    """Offline they serve on, and the report goes on saying so."""
    desk.freshness = Freshness(*3 * (timedelta(),))
    _, report, _ = desk.judge()
    _, second, is_there = desk.judge()

    assert is_there
    assert any(reply.stale for judged in report.claims for reply in judged.evidence)
    assert second.claims == report.claims


def test_the_samples_have_what_a_judgement_can_hold(desk: Desk) -> None:
    """Else the test above would show little."""
    pages, report, _ = desk.judge()

    assert report.findings
    assert {len(finding.also) > 0 for finding in report.findings} == {True, False}
    assert any(finding.proposal for finding in report.findings)
    assert any(page.properties for page in pages)
    assert any(waiver.until for page in pages for waiver in page.ignores)
    assert any("no such rule" in problem.message for page in pages for problem in page.problems)
    assert report.counts


def _edit(desk: Desk) -> None:
    first, *others = desk.inputs.texts
    first.source.text += " "
    desk.inputs = replace(desk.inputs, texts=(first, *others))


def _rename(desk: Desk) -> None:
    desk.inputs.texts[0].source.path += ".md"


def _begin_earlier(desk: Desk) -> None:
    source = desk.inputs.texts[0].source
    source.path, source.text = source.path + source.text[0], source.text[1:]


def _unreadable(desk: Desk) -> None:
    source = desk.inputs.texts[0].source
    desk.inputs = replace(desk.inputs, texts=(Text(source, source.problem(0, "why")), *desk.inputs.texts[1:]))


def _new_reply(desk: Desk) -> None:
    known = next(iter(desk.store.get([("chembl", ById(MET))]).values()))
    desk.store.put([replace(known, payload='{"molecule":null}', sources=None, retrieved_at=datetime.now(UTC))])


def _changed_reply(desk: Desk, **change: object) -> None:
    known = next(iter(desk.store.get([("chembl", ById(MET))]).values()))
    desk.store.put([replace(known, **change)])  # type: ignore[arg-type]


def _same_reply_later(desk: Desk) -> None:
    _changed_reply(desk, retrieved_at=datetime.now(UTC))


def _same_reply_of_another_release(desk: Desk) -> None:
    _changed_reply(desk, release="ChEMBL 99")


def _same_reply_from_elsewhere(desk: Desk) -> None:
    _changed_reply(desk, url="https://elsewhere.example/")


def _same_reply_compiled(desk: Desk) -> None:
    _changed_reply(desk, sources="compiled by hand")


def _reply_gone(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.store.path)) as database, database:
        database.execute("DELETE FROM evidence WHERE question = ?", (ById(MET).key,))


def _reply_where_none_was(desk: Desk) -> None:
    authority, question = next(asked for asked, answer in desk.answers.items() if isinstance(answer, Unavailable))
    known = next(iter(desk.store.get([("chembl", ById(MET))]).values()))
    desk.store.put([replace(known, authority=authority, question=question)])


def _more_pages(desk: Desk) -> None:
    desk.inputs = replace(desk.inputs, texts=(*desk.inputs.texts, *read_files([GOLDEN / "ID101"], GOLDEN)))


def _baseline(desk: Desk) -> None:
    count = TrialCount("x", "clinical-trials-active", "3", TrialSearch(("x",), ()), (), NOW, None, "")
    desk.inputs = replace(desk.inputs, baselines={("x", "clinical-trials-active"): count})


def _held(desk: Desk) -> None:
    desk.inputs = replace(desk.inputs, held={MET: frozenset({"metformin-elsewhere"})})


def _shared(desk: Desk) -> None:
    desk.inputs = replace(desk.inputs, shared=())


def _fields(desk: Desk) -> None:
    desk.inputs = replace(desk.inputs, fields=fields_from({"chembl": {"prefix": "chembl.compound"}}))


def _export(desk: Desk) -> None:
    desk.local.write_bytes(b"a catalogue")


def _export_half_written(desk: Desk) -> None:
    desk.local.with_name(f"{desk.local.name}-wal").write_bytes(b"what SQLite has not moved into the catalogue yet")


def _clock_back(desk: Desk) -> None:
    desk.now -= timedelta(days=1)


def _age(desk: Desk) -> None:
    desk.freshness = Freshness(*3 * (timedelta(days=300_000),))


def _online(desk: Desk) -> None:
    desk.offline = False


@pytest.mark.parametrize(
    "change",
    [
        _edit,
        _rename,
        _begin_earlier,
        _unreadable,
        _more_pages,
        _new_reply,
        _same_reply_later,
        _same_reply_of_another_release,
        _same_reply_from_elsewhere,
        _same_reply_compiled,
        _reply_gone,
        _reply_where_none_was,
        _baseline,
        _held,
        _shared,
        _fields,
        _export,
        _export_half_written,
        _clock_back,
        _age,
        _online,
    ],
)
def test_whatever_a_judgement_follows_from_makes_a_new_one(desk: Desk, change: Callable[[Desk], None]) -> None:
    """Pages, replies and all that a report says of them, counts, settings, exports, and a clock that went back."""
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


def test_the_right_to_read_an_export_counts(desk: Desk) -> None:
    """Who may no longer read it gets no answer from it, though it has not changed."""
    desk.local.write_bytes(b"a catalogue")
    desk.judge()
    desk.local.chmod(0)
    _, _, is_there = desk.judge()

    assert not is_there


@pytest.fixture
def export(desk: Desk) -> Path:
    """An imported export that is asked, and one page that makes a claim about an entry of it."""
    vocabulary = desk.file.with_name("vocabulary.csv")
    head = "DrugBank ID,Accession Numbers,Common name,CAS,UNII,Synonyms,Standard InChI Key"
    vocabulary.write_text(f"{head}\nDB00331,APRD01099,Metformin,657-24-9,9100L32L2N,,XZWYZXLIPXDOLR-UHFFFAOYSA-N\n")
    import_exports(desk.local, [vocabulary])
    chembl, pubchem, _, trials = authorities()
    desk.authorities = (chembl, pubchem, DrugBankAuthority(desk.local), trials)
    page = Text(Source("metformin.md", "---\ndrugbank-id: DB00331\n---\n# Metformin\n"))
    desk.inputs = replace(desk.inputs, texts=(page,))
    return desk.local


@pytest.mark.usefixtures("export")
def test_a_look_into_an_export_counts_as_the_same_on_another_day(desk: Desk) -> None:
    """Each is dated when it is taken, but the store keeps the first."""
    desk.judge()
    desk.file.unlink()
    _, first, _ = desk.judge()
    _, report, is_there = desk.judge()

    assert is_there
    assert report.claims == first.claims
    assert [judged.verdict for judged in report.claims] == [Verdict.CONFIRMED]
    assert report.run.authorities["drugbank"].status.startswith(("ok", "degraded"))


def test_an_older_reply_in_the_place_of_an_export_counts_with_its_date(desk: Desk, export: Path) -> None:
    """The report says how old it is."""
    desk.judge()
    export.unlink()
    desk.judge()
    known = next(iter(desk.store.get([("drugbank", ById(Reference(DRUGBANK, "DB00331")))]).values()))
    desk.store.put([replace(known, retrieved_at=datetime.now(UTC))])
    there = [desk.judge()[2], desk.judge()[2]]

    assert there == [False, True]


def test_a_run_that_repeats_another_had_everything_from_the_store_but_looks_into_files(desk: Desk) -> None:
    """It sends no request, and says so as a run would that has judged anew."""
    _, report, _ = desk.judge()
    before = {"chembl": AuthorityUse("37", 5, "ok"), "drugbank": AuthorityUse("1", 0, "ok")}
    local = DrugBankAuthority(None)
    now = repeated(
        replace(report, run=replace(report.run, authorities=before)), Gatherer((authorities()[0], local), desk.store)
    )

    assert now.run.authorities == {"chembl": AuthorityUse("37", 0, "from store"), "drugbank": before["drugbank"]}


def test_the_program_is_its_files_and_what_is_installed(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was when the process started: what is installed afterwards is not what it judges by."""
    program.cache_clear()
    desk.judge()
    before = program()
    (tmp_path / "new_library-1.0.dist-info").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    _, _, is_there = desk.judge()
    program.cache_clear()
    _, _, is_there_for_another = desk.judge()
    added = set(program()) - set(before)
    program.cache_clear()

    assert (is_there, is_there_for_another) == (True, False)
    assert added == {"new_library-1.0.dist-info"}
    assert any(
        part.startswith(f"{judgement.__file__} ({Path(judgement.__file__).stat().st_mtime_ns},") for part in before
    )
    assert any(part.lower().startswith("pyyaml-") for part in before)


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


def made_up(file: Path, *parts: object) -> Path:
    """A file with the right hash, as far as canonid can tell."""
    rest = b"basis" + b"".join(map(pickle.dumps, parts))
    file.write_bytes(hashlib.sha256(rest).digest() + rest)
    return file


def test_what_is_no_judgement_is_none(tmp_path: Path) -> None:
    """Whatever else it may be."""
    assert load_judgement(made_up(tmp_path / "made-up", (), "a text"), b"basis", lambda _: {}) is None


@pytest.mark.parametrize("place", [0, 1])
def test_a_judgement_that_somebody_made_up_runs_nothing(tmp_path: Path, place: int) -> None:
    """Not even with the right hash."""
    harm, file = tmp_path / "harm", tmp_path / "made-up"
    parts: list[object] = [(), ()]
    parts[place] = Harmful(harm)
    made_up(file, *parts)

    assert load_judgement(file, b"basis", lambda _: {}) is None
    assert not harm.exists()
