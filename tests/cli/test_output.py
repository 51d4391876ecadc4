"""Exit codes, colour, width, progress and files: what every command shares."""

from __future__ import annotations

import io
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from canonid.cli.exits import ExitCode, exit_code
from canonid.cli.output import check_output, page_width, wants_color, write
from canonid.cli.progress import show_progress
from canonid.errors import UsageError
from canonid.model import Finding, Judged, Severity, State
from canonid.settings import FailOn
from tests.reports.samples import CONFIRMED, DISCREPANT, SPELLING, UNAVAILABLE, UNDETERMINED, WRONG, report
from tests.store.samples import folder_of_another_user, unprivileged


class Terminal(io.StringIO):
    """A stream that says that somebody watches."""

    def isatty(self) -> bool:
        return True


INFO = replace(SPELLING, severity=Severity.INFO)


@pytest.mark.parametrize(
    ("claims", "findings", "fail_on", "code"),
    [
        ((CONFIRMED,), (), FailOn.ERROR, ExitCode.CLEAN),
        ((DISCREPANT,), (WRONG,), FailOn.ERROR, ExitCode.DISCREPANT),
        ((DISCREPANT,), (SPELLING,), FailOn.ERROR, ExitCode.CLEAN),
        ((DISCREPANT,), (SPELLING,), FailOn.WARNING, ExitCode.DISCREPANT),
        ((DISCREPANT,), (INFO,), FailOn.WARNING, ExitCode.CLEAN),
        ((DISCREPANT,), (WRONG,), FailOn.NEVER, ExitCode.CLEAN),
        ((UNDETERMINED,), (), FailOn.WARNING, ExitCode.CLEAN),
        ((UNAVAILABLE,), (), FailOn.ERROR, ExitCode.UNCHECKED),
        ((UNAVAILABLE,), (SPELLING,), FailOn.ERROR, ExitCode.UNCHECKED),
        ((UNAVAILABLE,), (WRONG,), FailOn.ERROR, ExitCode.DISCREPANT),
        ((UNAVAILABLE,), (WRONG,), FailOn.NEVER, ExitCode.UNCHECKED),
        ((DISCREPANT,), (replace(WRONG, state=State.WAIVED),), FailOn.ERROR, ExitCode.CLEAN),
        ((DISCREPANT,), (replace(WRONG, state=State.ACKNOWLEDGED),), FailOn.ERROR, ExitCode.DISCREPANT),
    ],
)
def test_the_exit_code_of_a_report(
    claims: tuple[Judged, ...], findings: tuple[Finding, ...], fail_on: FailOn, code: ExitCode
) -> None:
    """A discrepancy comes before what could not be checked, and neither hides the other for good."""
    assert exit_code(report(*claims, findings=findings), fail_on) is code


@pytest.mark.parametrize(
    ("stream", "environ", "wanted"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (io.StringIO(), {}, False),
        (io.StringIO(), {"FORCE_COLOR": "1"}, True),
        (io.StringIO(), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour_is_for_terminals_unless_said_otherwise(
    stream: io.StringIO, environ: dict[str, str], wanted: bool
) -> None:
    """NO_COLOR and FORCE_COLOR as everywhere; the former wins."""
    assert wants_color(stream, environ) is wanted


def test_a_pipe_is_80_columns_wide_and_columns_may_say_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a log looks the same on every machine."""
    assert page_width(io.StringIO(), {}) == 80
    monkeypatch.setenv("COLUMNS", "100")
    assert page_width(io.StringIO(), os.environ) == 100
    monkeypatch.setenv("COLUMNS", "300")
    assert page_width(Terminal(), os.environ) == 120


def test_a_file_keeps_its_rights_and_a_link_its_target(tmp_path: Path) -> None:
    """Replacing the content changes nothing else."""
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    write("new", link)
    assert (target.read_text(), target.stat().st_mode & 0o777, link.is_symlink()) == ("new", 0o640, True)


def test_a_pipe_with_a_name_is_written_to_not_replaced(tmp_path: Path) -> None:
    """`--output >(…)` and /dev/stdout are no files."""
    fifo, got = tmp_path / "fifo", []
    os.mkfifo(fifo)
    reader = threading.Thread(target=lambda: got.append(fifo.read_text()))
    reader.start()
    write("through", fifo)
    reader.join()
    assert got == ["through"]


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    """The message names the flag; no half-written file stays."""
    target = tmp_path / "folder"
    target.mkdir()
    (target / "inside").write_text("")
    with pytest.raises(UsageError, match=r"--output .* cannot be written"):
        write("text", target / ("x" * 256))
    assert [path.name for path in target.iterdir()] == ["inside"]


def test_text_that_cannot_be_encoded_leaves_nothing_behind(tmp_path: Path) -> None:
    """Whatever goes wrong, the old file stays as it was."""
    file = tmp_path / "r.txt"
    file.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write("\ud800", file)
    assert [path.name for path in tmp_path.iterdir()] == ["r.txt"]
    assert file.read_text() == "old"


def test_standard_output_can_always_be_written(tmp_path: Path) -> None:
    """No file, nothing to find out; a new file in a folder that exists is fine."""
    check_output(None)
    check_output(tmp_path / "new.txt")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("x" * 300, "cannot be written: File name too long"),
        ("link", "there is no directory .*/nowhere; create it first"),
        (".", "is a directory; name a file in it"),
    ],
)
def test_what_can_be_no_file_is_found_out_before_the_work(tmp_path: Path, name: str, message: str) -> None:
    """A link counts as what it leads to."""
    (tmp_path / "link").symlink_to(tmp_path / "nowhere" / "r.txt")
    with pytest.raises(UsageError, match=message):
        check_output(tmp_path / name)


@pytest.mark.parametrize(("mode", "message"), [(0o555, "no right to write in"), (0, "Permission denied")])
def test_a_folder_that_is_not_ours_is_found_out_before_the_work(mode: int, message: str) -> None:
    """And not after minutes of requests."""
    with folder_of_another_user() as folder:
        folder.chmod(mode)
        with unprivileged(), pytest.raises(UsageError, match=message):
            check_output(folder / "r.txt")


def test_a_link_that_leads_to_itself_is_replaced(tmp_path: Path) -> None:
    """It leads to no file that could be kept."""
    link = tmp_path / "link"
    link.symlink_to(link)
    check_output(link)
    write("text", link)
    assert link.read_text() == "text"


def test_nobody_watches_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a pipe, a log, or with -q."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    with show_progress(quiet=False) as progress:
        assert progress is None
    monkeypatch.setattr("sys.stderr", Terminal())
    with show_progress(quiet=True) as progress:
        assert progress is None
    assert stream.getvalue() == ""


def test_on_a_terminal_each_authority_has_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """With how many of its questions are answered."""
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with show_progress(quiet=False) as progress:
        assert progress is not None
        progress("chembl", 1, 3)
        progress("chembl", 2, 3)
        progress("pubchem", 1, 1)
    assert "chembl" in stream.getvalue()
    assert "2/3" in stream.getvalue()
    assert "pubchem" in stream.getvalue()
