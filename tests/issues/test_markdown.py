"""Issues as files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from canonid.errors import TrackerError
from canonid.issues.base import carry_out
from canonid.issues.markdown import MarkdownTracker
from canonid.issues.plan import Action, Existing, Step, plan_issues, plan_steps
from tests.issues.drafts import DRAFT, NOTHING, WRONG


@pytest.fixture
def tracker(tmp_path: Path) -> MarkdownTracker:
    """A tracker with one issue."""
    made = MarkdownTracker(tmp_path / "issues", ("ids",), date(2026, 11, 22))
    steps = plan_steps(plan_issues([WRONG], DRAFT), [], NOTHING)
    assert len(list(carry_out(steps, made))) == 1
    return made


def one(tracker: MarkdownTracker) -> Existing:
    (issue,) = tracker.read()
    return issue


def rewrite(tracker: MarkdownTracker, old: str, new: str) -> Existing:
    """The issue after an edit by hand."""
    path = tracker.folder / one(tracker).number
    path.write_bytes(path.read_text().replace(old, new).encode())
    return one(tracker)


def test_a_file_can_be_read_back(tracker: MarkdownTracker) -> None:
    """Named after page and fingerprint; front matter that Obsidian shows."""
    issue = one(tracker)

    assert issue.number == f"canonid-adapalene-{issue.state.key[:8]}.md"
    assert issue.body.startswith('---\ntitle: "adapalene: wrong id, chembl-id `CHEMBL1232` (ID301)"\nstatus: open\n')
    assert (issue.title, issue.is_open, issue.is_declined) == (issue.state.title, True, False)


@pytest.mark.parametrize(
    ("old", "new", "is_open", "is_declined"),
    [
        ("status: open", "status: closed", False, False),
        ("status: open", "status: wontfix", False, True),
        ("status: open", "status: 'not planned'", False, True),
        ('["ids"]', '["ids", wontfix]', True, True),
        ('["ids"]', "\n  - wontfix", True, True),
        ("status: open\n", "", True, False),
    ],
)
def test_people_set_status_and_tags(
    tracker: MarkdownTracker, old: str, new: str, is_open: bool, is_declined: bool
) -> None:
    """As they do with any note."""
    issue = rewrite(tracker, old, new)

    assert (issue.is_open, issue.is_declined) == (is_open, is_declined)


@pytest.mark.parametrize(("written", "read"), [("'Mine'", "Mine"), ('"Mine', '"Mine'), ("Mine", "Mine")])
def test_titles_of_people_are_read(tracker: MarkdownTracker, written: str, read: str) -> None:
    """However they quote."""
    old = one(tracker).body.splitlines()[1]

    assert rewrite(tracker, old, f"title: {written}").title == read


def test_close_and_reopen_keep_everything_else(tracker: MarkdownTracker) -> None:
    """Only the status changes, and a line is added; CRLF stays."""
    issue = rewrite(tracker, "\n", "\r\n")
    tracker.close(issue, "gone")
    closed = one(tracker)
    tracker.reopen(closed, "New", closed.body, "back")

    assert closed.body == issue.body.replace("open\r", "closed\r") + "\r\n> 2026-11-22: gone\r\n"
    assert one(tracker).title == "New"
    assert one(tracker).body.endswith("> 2026-11-22: gone\r\n\r\n> 2026-11-22: back\r\n")
    assert one(tracker).is_open


@pytest.mark.parametrize("head", ["", "---\ntags: []\n---\n"])
def test_a_file_without_status_can_be_closed(tracker: MarkdownTracker, head: str) -> None:
    """Somebody deleted the front matter, or a line of it."""
    body = one(tracker).body
    issue = rewrite(tracker, body[: body.index("\n\n")], head)
    tracker.close(issue, "gone")

    assert not one(tracker).is_open


def test_a_new_file_replaces_none(tracker: MarkdownTracker) -> None:
    """Whatever somebody keeps under its name."""
    issue = one(tracker)

    assert tracker.create(issue.title, issue.body) == issue.number.replace(".md", "-2.md")
    assert [known.number for known in tracker.read()] == [issue.number.replace(".md", "-2.md"), issue.number]


def test_update_replaces_the_text(tracker: MarkdownTracker) -> None:
    """Through the steps."""
    steps = plan_steps(plan_issues([replace(WRONG, message="new")], DRAFT), tracker.read(), NOTHING)
    assert [step.action for step, _ in carry_out(steps, tracker)] == [Action.UPDATE]

    assert "\nnew.\n" in one(tracker).body
    assert list(tracker.folder.iterdir()) == [tracker.folder / one(tracker).number]


def test_reopen_and_close_are_carried_out(tracker: MarkdownTracker) -> None:
    """There and back."""
    for step in (*plan_steps([], tracker.read(), NOTHING), Step(Action.HELD, "t")):
        list(carry_out([step], tracker))
    closed = one(tracker)
    list(carry_out(plan_steps(plan_issues([WRONG], DRAFT), [closed], NOTHING), tracker))

    assert not closed.is_open
    assert one(tracker).is_open


def test_a_faster_hand_wins(tracker: MarkdownTracker) -> None:
    """Nothing of what was written meanwhile is lost."""
    issue = one(tracker)
    rewrite(tracker, "status: open", "status: closed")

    with pytest.raises(TrackerError, match="changed meanwhile"):
        tracker.update(issue, "t", "b")


def test_files_of_others_are_left_alone(tracker: MarkdownTracker) -> None:
    """A README, say; what is no text is told."""
    (tracker.folder / "README.md").write_text("# Issues\n")
    assert len(tracker.read()) == 1
    (tracker.folder / "x.md").write_bytes(b"\xff")

    with pytest.raises(TrackerError, match="not UTF-8"):
        tracker.read()


def test_what_cannot_be_written_is_told(tracker: MarkdownTracker, tmp_path: Path) -> None:
    """A file where the folder should be, a text without state, a folder named like a file."""
    (tmp_path / "file").write_text("")
    text = one(tracker).body
    with pytest.raises(TrackerError, match="cannot be written"):
        replace(tracker, folder=tmp_path / "file").create("t", text)
    with pytest.raises(TrackerError, match="no fingerprint"):
        tracker.create("t", "text")
    (tracker.folder / "folder.md").mkdir()
    with pytest.raises(TrackerError, match="cannot be read"):
        tracker.read()
