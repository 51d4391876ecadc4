"""The evidence store: what is put is got, by whom and how fast ever it was put, and whatever kills the process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from canonid.errors import StoreError
from canonid.model import ByName, ByStructure, Evidence, Question, Synonyms, TrialSearch
from canonid.store import database
from canonid.store.evidence import EvidenceStore
from tests.store.samples import NOON, ROOT, compound, evidence, stored

QUESTIONS: tuple[Question, ...] = (
    compound(25),
    ByStructure("XHEFDIBZLJXQHF-UHFFFAOYSA-N"),
    ByName.of("Interleukin 1: β"),
    Synonyms(compound(25).reference),
    TrialSearch(("anakinra", 'IL-1 "ra"'), ("RECRUITING",)),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "canonid.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[EvidenceStore]:
    with EvidenceStore(path) as store:
        yield store


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_kind_of_question_finds_its_reply(store: EvidenceStore, question: Question) -> None:
    """What was put under a question is what is got for it, unchanged."""
    item = evidence(question)
    store.put([item])
    assert store.get([("chembl", question)]) == {("chembl", question): item}


def test_no_such_record_is_a_reply_too(store: EvidenceStore) -> None:
    """A payload of None survives as None and is not taken for a missing reply."""
    item = evidence(payload=None, release=None)
    store.put([item])
    assert store.get([("chembl", item.question)])["chembl", item.question] == item


def test_where_compiled_facts_come_from_is_kept(store: EvidenceStore) -> None:
    """A report can tell a compiled record from a recorded reply."""
    item = evidence(sources="the 2024 label, section 11")
    store.put([item])
    assert store.get([("chembl", item.question)])["chembl", item.question].sources == "the 2024 label, section 11"


def test_what_is_not_stored_is_left_out(store: EvidenceStore) -> None:
    """The same question to another authority, and another question, are not answered by what is there."""
    store.put([evidence(compound(25))])
    assert store.get([("pubchem", compound(25)), ("chembl", compound(26))]) == {}


def test_asking_nothing_gives_nothing(store: EvidenceStore) -> None:
    """An empty request is answered without a query."""
    assert store.get([]) == {}


def test_more_questions_than_one_query_takes(store: EvidenceStore) -> None:
    """All chunks are answered, of every authority, however often a question is repeated."""
    items = [evidence(compound(number), authority=name) for name in ("chembl", "drugbank") for number in range(1, 1202)]
    store.put(items)
    asked = [(item.authority, item.question) for item in items]
    assert store.get(asked + asked) == {(item.authority, item.question): item for item in items}


def test_a_newer_reply_replaces_an_older_one(store: EvidenceStore) -> None:
    """There is one reply a question: the newest."""
    newer = evidence(at=NOON + timedelta(seconds=1), payload=None)
    store.put([evidence(), newer])
    assert stored(store.path) == [newer]


def test_an_older_reply_never_replaces_a_newer_one(store: EvidenceStore) -> None:
    """An import of an old file cannot undo what a run has learned; `put` says that nothing was taken."""
    taken = [store.put([evidence()]), store.put([evidence(at=NOON - timedelta(days=1), payload=None)])]
    assert (taken, stored(store.path)) == ([1, 0], [evidence()])


def test_a_reply_from_the_future_gives_way(store: EvidenceStore) -> None:
    """A clock that was once wrong does not block an entry for years."""
    store.put([evidence(at=datetime.now(UTC) + timedelta(days=1000), payload=None)])
    store.put([evidence()])
    assert stored(store.path) == [evidence()]


@pytest.mark.parametrize("term", ["anakinra", 'α "beta"', "6-[3-oxo]one"])
def test_searches_of_trials_are_found_by_the_first_of_their_names(store: EvidenceStore, term: str) -> None:
    """The newest reply first; what only begins alike, or has the name further back, is another search."""
    wanted = [TrialSearch((term, "b"), ("RECRUITING",)), TrialSearch((term,), ())]
    others = [TrialSearch((f"{term} x",), ()), TrialSearch(("b", term), ()), TrialSearch((term[:4],), ())]
    later = [NOON + timedelta(days=day) for day in range(5)]
    for question, at in zip([*others, *reversed(wanted)], later, strict=True):
        store.put([evidence(question, authority="clinicaltrials", at=at)])
    assert store.searches_for(term) == tuple(wanted)


def test_a_reply_from_the_future_replaces_no_genuine_one(store: EvidenceStore) -> None:
    """An import of it takes nothing away, however new it claims to be."""
    store.put([evidence()])
    taken = store.put([evidence(at=datetime.now(UTC) + timedelta(days=1000), payload=None)])
    assert (taken, stored(store.path)) == (0, [evidence()])


def test_nothing_to_put_is_fine(store: EvidenceStore) -> None:
    """An empty batch stores nothing."""
    assert store.put([]) == 0


def test_a_batch_that_breaks_off_stores_nothing(store: EvidenceStore) -> None:
    """One call is one transaction: a file that turns out broken half-way imports nothing."""

    def broken() -> Iterator[Evidence]:
        yield evidence()
        raise StoreError("line 2 is broken")

    with pytest.raises(StoreError, match="line 2 is broken"):
        store.put(broken())
    assert stored(store.path) == []


def test_a_read_only_store_answers(store: EvidenceStore, path: Path) -> None:
    """A look-up reads beside a writer that has the database open."""
    store.put([evidence()])
    with EvidenceStore(path, read_only=True) as reader:
        assert reader.get([("chembl", compound(25))]) == {("chembl", compound(25)): evidence()}


def test_a_read_only_store_takes_nothing(store: EvidenceStore, path: Path) -> None:
    """Putting into it is refused with a sentence."""
    with EvidenceStore(path, read_only=True) as reader, pytest.raises(StoreError, match="opened for reading only"):
        reader.put([evidence()])


def test_a_store_that_does_not_exist_yet_is_empty_for_readers(path: Path) -> None:
    """A look-up before the first run finds nothing and creates nothing."""
    with EvidenceStore(path, read_only=True) as reader:
        got = reader.get([("chembl", compound(25))])
    assert (got, path.parent.exists()) == ({}, False)


def test_closing_twice_is_harmless(path: Path) -> None:
    """A caller may close early and leave the rest to the context manager."""
    with EvidenceStore(path) as store:
        store.close()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("payload", '{"molecule":{"name":"ergosterol"}}'),
        ("payload", None),
        ("payload", b"\xff\xfe"),
        ("payload", 5),
        ("sha256", "0" * 64),
        ("retrieved_at", "yesterday"),
        ("retrieved_at", "2026-01-05T12:00:00"),
        ("retrieved_at", b"2026"),
        ("url", b"\xff"),
    ],
)
def test_a_reply_that_was_changed_in_the_file_is_asked_for_again(
    store: EvidenceStore, path: Path, column: str, value: object
) -> None:
    """It is neither believed nor in the way of the genuine one, and never the end of a run."""
    store.put([evidence()])
    with database.writing(path) as connection:
        connection.execute(f"UPDATE evidence SET {column} = ?", (value,))  # noqa: S608 - ours
    believed = store.get([("chembl", compound(25))])
    store.put([evidence()])
    assert (believed, stored(path)) == ({}, [evidence()])


def test_a_changed_reply_gives_way_to_an_older_one(store: EvidenceStore, path: Path) -> None:
    """So that an import of a backup mends the store."""
    store.put([evidence(at=NOON + timedelta(days=1))])
    with database.writing(path) as connection:
        connection.execute("UPDATE evidence SET payload = CAST(x'7bff7d' AS TEXT)")
    store.put([evidence()])
    assert stored(path) == [evidence()]


WRITER = """
import sys
from canonid.store.evidence import EvidenceStore
from tests.store.samples import compound, evidence
path, first, batches, size, shared = sys.argv[1], *map(int, sys.argv[2:])
with EvidenceStore(path, busy_seconds=60) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    for batch in range(batches):
        start = first + batch * size
        store.put([evidence(compound(number)) for number in (*range(start, start + size), *range(1, shared + 1))])
        print(batch, flush=True)
"""
INTERRUPTED = """
import sys
from canonid.store.evidence import EvidenceStore
from tests.store.samples import compound, evidence
def half():
    yield from (evidence(compound(number)) for number in range(1001, 6001))
    print("half", flush=True)
    sys.stdin.readline()
with EvidenceStore(sys.argv[1]) as store:
    store.put([evidence(compound(number)) for number in range(1, 501)])
    store.put(half())
"""


def _start(script: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT)  # noqa: S603 - ourselves


def _count(path: Path) -> tuple[int, str]:
    with database.reading(path) as connection:
        assert connection is not None
        (rows,) = connection.execute("SELECT count(*) FROM evidence").fetchone()
        (health,) = connection.execute("PRAGMA integrity_check").fetchone()
    return rows, health


def test_two_processes_that_write_at_once_lose_nothing(store: EvidenceStore, path: Path) -> None:
    """Each writes 20 batches of its own rows and, in every batch, the same ten rows as the other."""
    store.close()
    writers = [_start(WRITER, str(path), first, "20", "50", "10") for first in ("100000", "200000")]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate()
    assert ([writer.returncode for writer in writers], _count(path)) == ([0, 0], (2 * 20 * 50 + 10, "ok"))


def test_a_kill_in_the_middle_of_a_put_loses_nothing_committed(path: Path) -> None:
    """The batch before is there in full, of the broken one nothing, and the next writer goes on at once."""
    with _start(INTERRUPTED, str(path)) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "half\n"
        writer.kill()
    after_kill = _count(path)
    with EvidenceStore(path) as store:
        store.put([evidence(compound(9999))])
    assert (after_kill, _count(path)) == ((500, "ok"), (501, "ok"))
