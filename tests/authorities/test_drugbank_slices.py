"""The full database on two processes: the same entries, or a reason to read it in one."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest

from canonid.authorities.drugbank.exports import read_entries, recognise
from canonid.authorities.drugbank.slices import SLICE, plan_slices, read_slice, read_slices
from canonid.authorities.drugbank.xml import LARGEST_DRUG
from canonid.errors import ExportError
from tests.authorities.drugbank_files import BIOTECH, ROOT, SMALL_MOLECULE, database, simple_drug, write, zipped


def large() -> str:
    """A database of several slices: drugs of very different length."""
    lengths = (number * 7919 % 120_000 for number in range(60))
    drugs = [simple_drug(at, extra=f"<toxicity>{'x' * length}</toxicity>") for at, length in enumerate(lengths)]
    return database(SMALL_MOLECULE, *drugs, BIOTECH)


def test_two_processes_give_the_entries_of_one(tmp_path: Path) -> None:
    """In the same order; only the lines are not known."""
    export = recognise(write(tmp_path, large()))
    together = [entry for entry, _, _ in read_slices(export, 2)]
    assert together == [entry for entry, _, _ in read_entries(export)]


def test_progress_reaches_the_end_of_the_file(tmp_path: Path) -> None:
    """Each entry comes with the end of its slice."""
    text = large()
    done = [item.done for item in read_slices(recognise(write(tmp_path, text)), 2)]
    assert done == sorted(done)
    assert done[-1] == len(text) - len("</drugbank>\n")


def test_slices_cover_the_file_without_gap_or_overlap(tmp_path: Path) -> None:
    """They start behind the root's start tag and end before its end tag."""
    text = large()
    slices = plan_slices(write(tmp_path, text))
    assert len(slices) > 2
    assert "".join(text[piece.start : piece.end] for piece in slices) == text.partition(ROOT)[2].removesuffix(
        "</drugbank>\n"
    )


def test_a_start_tag_across_two_windows_is_found(tmp_path: Path) -> None:
    """The search for a place to cut goes on in windows that overlap."""
    start = database().index(ROOT) + len(ROOT)
    window_end = start + SLICE + 64 * 1024
    blank = len(simple_drug(1, extra="<toxicity></toxicity>"))
    text = "x" * (window_end - 5 - start - 1 - blank)
    path = write(tmp_path, database(simple_drug(1, extra=f"<toxicity>{text}</toxicity>"), simple_drug(2)))
    assert [piece.start for piece in plan_slices(path)] == [start, window_end - 5]


@pytest.mark.parametrize(
    "nested",
    [
        f"<pathways>{'<a>b</a>' * (SLICE // 8)}<drug type='x'><name>n</name></drug></pathways>",
        f"<!-- {'b' * SLICE} <drug type='x'> -->",
        f"<toxicity><![CDATA[{'b' * SLICE} <drug type='x'>]]></toxicity>",
    ],
    ids=["nested drug", "comment", "CDATA"],
)
def test_a_cut_in_a_wrong_place_is_noticed(tmp_path: Path, nested: str) -> None:
    """A piece that is not whole is not well-formed, and the whole file is to be read as one."""
    path = write(tmp_path, database(simple_drug(1, extra=nested.replace("'x'", '"x"')), simple_drug(2)))
    with pytest.raises(ExportError, match="cannot be cut at its drugs"):
        list(read_slices(recognise(path), 2))


@pytest.mark.parametrize(
    "text",
    [
        database(simple_drug(1)).replace("UTF-8", "ISO-8859-1"),
        database(simple_drug(1)) + "<!-- the end -->",
        database(simple_drug(1))[:-20],
        database(simple_drug(1)).replace(f"{ROOT}", "<d:drugbank xmlns:d='x'>").replace("</drugbank>", "</d:drugbank>"),
        database(simple_drug(1, extra="<a>b</a>" * ((SLICE + LARGEST_DRUG) // 8))),
    ],
    ids=["encoding", "text behind the end", "truncated", "prefixed root", "huge record"],
)
def test_a_file_of_another_shape_is_not_cut(tmp_path: Path, text: str) -> None:
    """It may be right all the same: reading it as one decides."""
    with pytest.raises(ExportError):
        plan_slices(write(tmp_path, text))


def test_a_packed_file_is_not_cut(tmp_path: Path) -> None:
    """There is no jumping about in an archive."""
    with pytest.raises(ExportError):
        plan_slices(zipped(tmp_path, {"full database.xml": database(BIOTECH)}))


def test_a_piece_is_parsed_between_the_tags_of_the_root(tmp_path: Path) -> None:
    """What a worker process does with its piece."""
    (piece,) = plan_slices(write(tmp_path, database(SMALL_MOLECULE, BIOTECH)))
    assert [entry["id"] for entry in read_slice(piece)] == ["DB90001", "DB90002"]


def test_a_broken_piece_is_refused(tmp_path: Path) -> None:
    """By the parser, as every wrong cut is."""
    (piece,) = plan_slices(write(tmp_path, database("<drug></name></drug>")))
    with pytest.raises(ExportError, match="cannot be cut at its drugs"):
        read_slice(piece)


def test_processes_that_cannot_start_are_a_reason_to_read_in_one(tmp_path: Path) -> None:
    """Spawned processes run an unguarded script again, and end at once because they may not spawn others."""
    script = write(
        tmp_path,
        "import sys\nfrom pathlib import Path\n"
        "from canonid.authorities.drugbank.exports import recognise\n"
        "from canonid.authorities.drugbank.slices import read_slices\n"
        "from canonid.errors import ExportError\n"
        "try:\n    list(read_slices(recognise(Path(sys.argv[1])), 2))\n"
        "except ExportError as error:\n    print(error)\n",
        "unguarded.py",
    )
    file = write(tmp_path, database(SMALL_MOLECULE, BIOTECH))
    run = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, str(script), str(file)], capture_output=True, text=True, check=False, timeout=60
    )
    assert run.stdout == f"{file}: a process that read a part of it ended early\n"


def test_a_reader_that_stops_early_leaves_no_process_at_work(tmp_path: Path) -> None:
    """What is not begun is not begun any more."""
    entries = read_slices(recognise(write(tmp_path, large())), 1)
    next(entries)
    entries.close()
    assert multiprocessing.active_children() == []
