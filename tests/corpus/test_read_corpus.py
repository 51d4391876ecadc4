from __future__ import annotations

import os
from pathlib import Path

import pytest

from canonid.corpus import Fields, read_corpus
from canonid.errors import CorpusError
from canonid.model import Page


def write(root: Path, *names: str, text: str = "") -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def read(root: Path, *paths: Path, exclude: tuple[str, ...] = ()) -> list[Page]:
    return list(read_corpus(paths or (root,), root, Fields(), exclude))


def names(pages: list[Page]) -> list[str]:
    return [page.path for page in pages]


def test_folders_are_searched_for_pages(tmp_path: Path) -> None:
    """Markdown in any depth, sorted; hidden folders and files, node_modules and other files left out."""
    write(tmp_path, "b.md", "a/c.MD", "a/d.markdown", "a/e.txt", "a/f.csv")
    write(tmp_path, ".git/x.md", "a/node_modules/y.md", ".z.md")
    assert names(read(tmp_path)) == ["a/c.MD", "a/d.markdown", "b.md"]


@pytest.mark.parametrize(
    "pattern",
    [
        "drafts",
        "drafts/",
        "drafts/**",
        "drafts/*",
        "**/x.md",
        "x.md",
        "./drafts/x.md",
        "**/drafts/**",
        "d*",
        "**/drafts",
    ],
)
def test_excluded_files(tmp_path: Path, pattern: str) -> None:
    """A glob names a file, a path or a whole folder."""
    write(tmp_path, "drafts/x.md", "kept.md")
    assert names(read(tmp_path, exclude=(pattern,))) == ["kept.md"]


@pytest.mark.parametrize(("pattern", "left"), [("**/b/x.md", ["k.md"]), ("b/x.md", ["a/b/x.md", "k.md"])])
def test_excluded_paths(tmp_path: Path, pattern: str, left: list[str]) -> None:
    """Two stars stand for any folder above; without them a path begins at the root."""
    write(tmp_path, "a/b/x.md", "k.md")
    assert names(read(tmp_path, exclude=(pattern,))) == left


def test_named_files_are_read_whatever_they_are_called(tmp_path: Path) -> None:
    """A text is read as a page, a CSV as a table, and an exclusion does not count for them."""
    write(tmp_path, "seed.txt", text="- ChEMBL: CHEMBL25\n")
    write(tmp_path, "t.csv", text="subject,chembl-id\nx,CHEMBL1\ny,CHEMBL2\n")
    pages = read(tmp_path, tmp_path / "t.csv", tmp_path / "seed.txt", exclude=("*.txt",))
    assert [(page.path, page.subject.slug, page.claims[0].text) for page in pages] == [
        ("seed.txt", "seed", "CHEMBL25"),
        ("t.csv", "x", "CHEMBL1"),
        ("t.csv", "y", "CHEMBL2"),
    ]


def test_each_file_once(tmp_path: Path) -> None:
    """Overlapping paths, and links to files and folders, give no page twice."""
    write(tmp_path, "a/x.md")
    (tmp_path / "a/loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "b").symlink_to(tmp_path / "a", target_is_directory=True)
    (tmp_path / "a/y.md").symlink_to(tmp_path / "a/x.md")
    assert names(read(tmp_path, tmp_path, tmp_path / "a", tmp_path / "a/x.md")) == ["a/x.md"]


def test_relative_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are shown relative to the root, from wherever the command runs."""
    write(tmp_path, "a/x.md", "b/y.md")
    monkeypatch.chdir(tmp_path / "a")
    assert names(list(read_corpus([Path(), Path("../b/y.md")], Path(".."), Fields()))) == ["a/x.md", "b/y.md"]


def test_files_outside_the_root_keep_their_full_path(tmp_path: Path) -> None:
    """There is no other way to name them."""
    write(tmp_path, "a/x.md", "b/k.md")
    assert names(list(read_corpus([tmp_path / "a"], tmp_path / "b", Fields()))) == [f"{tmp_path.as_posix()}/a/x.md"]


def test_missing_path_is_an_error_at_once(tmp_path: Path) -> None:
    """Before anything is read."""
    with pytest.raises(CorpusError, match=r"no such file or folder: .*nowhere; name one that exists"):
        read_corpus([tmp_path / "nowhere"], tmp_path, Fields())


def test_path_that_cannot_be(tmp_path: Path) -> None:
    """A name that the system refuses is an error of ours."""
    with pytest.raises(CorpusError, match="cannot look at"):
        read_corpus([tmp_path / ("x" * 5000)], tmp_path, Fields())


def test_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    """An empty run must not look like a clean one."""
    write(tmp_path, "a.txt")
    with pytest.raises(CorpusError, match=r"nothing to read: no \.md or \.markdown file under .*name a page or folder"):
        read_corpus([tmp_path], tmp_path, Fields())


@pytest.mark.parametrize(
    ("data", "line", "column", "message"),
    [
        (b"a\nb \xc3\xa9\xff", 2, 4, "not UTF-8 (byte 0xFF); save the file as UTF-8"),
        (b"\xff\xfea\x00", 1, 1, "not UTF-8 (byte 0xFF); save the file as UTF-8"),
        (b"\x00a", 1, 1, "a NUL byte: this is not a text file, or it is damaged"),
        (b"a\r\n\x00", 2, 1, "a NUL byte: this is not a text file, or it is damaged"),
    ],
)
def test_files_that_are_no_text(tmp_path: Path, data: bytes, line: int, column: int, message: str) -> None:
    """The page says what is wrong and where, and the others are still read."""
    (tmp_path / "bad-one.md").write_bytes(data)
    write(tmp_path, "good.md", text="- ChEMBL: CHEMBL25\n")
    bad, good = read(tmp_path)
    (problem,) = bad.problems
    assert (bad.subject.title, problem.message) == ("bad one", message)
    assert (problem.place.line, problem.place.column, len(good.claims)) == (line, column, 1)


def test_broken_link_is_a_problem(tmp_path: Path) -> None:
    """A page that cannot be opened is not passed over."""
    (tmp_path / "x.md").symlink_to(tmp_path / "gone")
    (page,) = read(tmp_path)
    assert page.problems[0].message == "cannot be read: No such file or directory"


def test_table_without_subject_column_names_its_line(tmp_path: Path) -> None:
    """The error says which file."""
    write(tmp_path, "t.csv", text="a,b\n")
    with pytest.raises(CorpusError, match=r"^t\.csv:1: no column named subject"):
        read(tmp_path, tmp_path / "t.csv")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipes_are_passed_over(tmp_path: Path) -> None:
    """A pipe named like a page must not hang the run."""
    os.mkfifo(tmp_path / "x.md")
    write(tmp_path, "y.md")
    assert names(read(tmp_path)) == ["y.md"]


def test_a_link_that_leads_in_a_circle_is_a_problem_of_its_page(tmp_path: Path) -> None:
    """The other pages are read all the same; a circle that is not named like a page is none."""
    write(tmp_path, "good.md", text="---\nchembl-id: CHEMBL25\n---\n")
    for name, target in (("x.md", "y"), ("y", "x.md")):
        (tmp_path / name).symlink_to(target)
    good, circle = read(tmp_path)
    assert (good.path, len(good.claims), circle.path) == ("good.md", 1, "x.md")
    assert circle.problems[0].message == "cannot be read: Too many levels of symbolic links"


@pytest.mark.skipif(os.fsencode("ä") != "ä".encode(), reason="file names are not UTF-8 here")
def test_a_name_that_is_no_text_is_a_problem_of_its_page(tmp_path: Path) -> None:
    """It is shown with an escape, since nothing could print or store it as it is; the other pages are read."""
    write(tmp_path, "good.md", os.fsdecode(b"caf\xe9.md"), text="---\nchembl-id: CHEMBL25\n---\n")
    misnamed, good = read(tmp_path)
    assert (misnamed.path, misnamed.claims, len(good.claims)) == ("caf\\xe9.md", (), 1)
    assert misnamed.problems[0].message == "the path of this file is not UTF-8, so it was not read; rename it"
