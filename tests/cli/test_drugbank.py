"""`canonid drugbank`: importing exports, and listing what was imported."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pytest

from canonid.cli.progress import show_progress
from tests.authorities import drugbank_files
from tests.cli.conftest import Canonid


@pytest.fixture
def vocabulary(tmp_path: Path) -> Path:
    """Two rows of DrugBank's vocabulary."""
    path = tmp_path / "vocabulary.csv"
    rows = [drugbank_files.VOCABULARY_HEADER, drugbank_files.ANAKINRA, drugbank_files.SIROLIMUS]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A full database of one synthetic drug."""
    path = tmp_path / "full.xml"
    path.write_text(
        f"<?xml version='1.0'?>\n{drugbank_files.ROOT}{drugbank_files.SMALL_MOLECULE}</drugbank>\n", encoding="utf-8"
    )
    return path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_import_tells_what_each_file_is(canonid: Canonid, vocabulary: Path) -> None:
    """Format, release, entries and hash; nothing on stderr where nobody watches."""
    ran = canonid("drugbank", "import", vocabulary)
    lines = ran.stdout.splitlines()
    assert (ran.code, ran.stderr, lines[0]) == (0, "", str(vocabulary))
    assert lines[1] == "  format   vocabulary"
    assert lines[2].startswith("  release  vocabulary, file of 2")
    assert lines[3:] == ["  entries  2", f"  sha256   {sha256(vocabulary)}"]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_several_files_make_one_import(canonid: Canonid, vocabulary: Path, database: Path, workers: str) -> None:
    """The richest first, however many processes read it."""
    ran = canonid("drugbank", "import", vocabulary, database, "--workers", workers, "--format", "json")
    document = json.loads(ran.stdout)
    assert document["schema_version"] == 1
    assert [(item["file"], item["entries"]) for item in document["exports"]] == [
        (str(database), 1),
        (str(vocabulary), 2),
    ]
    first = document["exports"][0]
    assert (first["format"], first["dated"], first["sha256"]) == ("full database", "2024-01-02", sha256(database))
    assert first["decides"] == ["id", "inchikey", "name"]


def test_runs_answer_from_what_was_imported(canonid: Canonid, vocabulary: Path, tmp_path: Path) -> None:
    """Without naming the file again: DB00877 is sirolimus and not anakinra."""
    canonid("drugbank", "import", vocabulary)
    (tmp_path / "anakinra.md").write_text("---\ndrugbank-id: DB00877\n---\n# Anakinra\n")
    ran = canonid("check", "anakinra.md", "--offline")
    assert "anakinra.md:2:14 ID301 " in ran.stdout


def test_the_import_is_listed(canonid: Canonid, vocabulary: Path) -> None:
    """The same words as when it was imported."""
    shown = canonid("drugbank", "import", vocabulary).stdout
    assert canonid("drugbank", "list").stdout == shown
    assert json.loads(canonid("drugbank", "list", "--format", "json").stdout)["exports"][0]["entries"] == 2


def test_without_an_import_there_is_nothing_to_list(canonid: Canonid) -> None:
    """With the command that changes it."""
    ran = canonid("drugbank", "list")
    assert (ran.code, ran.stdout) == (0, "no DrugBank export was imported; `canonid drugbank import FILE` does\n")


@pytest.mark.parametrize("content", ["just,some,table\n1,2,3\n", "<html><body>Log in</body></html>", ""])
def test_a_file_that_is_no_export_leaves_the_former_import(
    canonid: Canonid, vocabulary: Path, tmp_path: Path, content: str
) -> None:
    """Even beside a good one: all or nothing."""
    shown = canonid("drugbank", "import", vocabulary).stdout
    other = tmp_path / "other.csv"
    other.write_text(content)
    ran = canonid("drugbank", "import", vocabulary, other)
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"canonid: error: {other}")
    assert canonid("drugbank", "list").stdout == shown


def test_a_truncated_database_is_named_with_its_line(canonid: Canonid, vocabulary: Path, database: Path) -> None:
    """A download that was cut short."""
    shown = canonid("drugbank", "import", vocabulary).stdout
    database.write_text(database.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    ran = canonid("drugbank", "import", database, "--workers", "2")
    assert ran.code == 2
    assert f"{database}:" in ran.stderr
    assert canonid("drugbank", "list").stdout == shown


def test_a_file_that_is_not_there_is_an_error(canonid: Canonid) -> None:
    """Named as given."""
    ran = canonid("drugbank", "import", "nowhere.csv")
    assert (ran.code, ran.stdout) == (2, "")
    assert "nowhere.csv" in ran.stderr


def test_a_setting_that_would_undo_the_import_is_pointed_out(
    canonid: Canonid, vocabulary: Path, database: Path, tmp_path: Path
) -> None:
    """The next run imports what the settings name."""
    (tmp_path / "canonid.toml").write_text('drugbank = ["full.xml"]\n')
    assert "canonid.toml:1) names other files" in canonid("drugbank", "import", vocabulary).stderr
    assert canonid("drugbank", "import", "full.xml").stderr == ""


class Terminal(io.StringIO):
    """A stream that says that somebody watches."""

    def isatty(self) -> bool:
        return True


def test_whoever_watches_sees_how_much_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """In bytes, a bar a file."""
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with show_progress(quiet=False, in_bytes=True) as progress:
        assert progress is not None
        progress("full.xml", 500_000, 1_000_000)
    assert "full.xml" in stream.getvalue()
    assert "0.5/1.0 MB" in stream.getvalue()
