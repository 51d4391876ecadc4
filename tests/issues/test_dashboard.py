"""Issues as tasks of one file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from canonid.errors import TrackerError
from canonid.issues.base import carry_out
from canonid.issues.block import hidden
from canonid.issues.dashboard import DashboardTracker
from canonid.issues.plan import Action, Existing, plan_issues, plan_steps
from canonid.model import Finding
from tests.issues.drafts import DRAFT, MISSING, NOTHING, WRONG


@pytest.fixture
def tracker(tmp_path: Path) -> DashboardTracker:
    """A tracker with two issues."""
    made = DashboardTracker(tmp_path / "notes" / "ids.md", ("ids",), date(2026, 11, 22))
    assert sync(made, WRONG, MISSING) == [Action.CREATE, Action.CREATE]
    return made


def sync(tracker: DashboardTracker, *findings: Finding) -> list[Action]:
    steps = plan_steps(plan_issues(findings, DRAFT), tracker.read(), NOTHING)
    return [step.action for step, _ in carry_out(steps, tracker)]


def rewrite(tracker: DashboardTracker, old: str, new: str) -> list[Existing]:
    """The issues after an edit by hand."""
    text = tracker.file.read_bytes().decode()
    assert old in text
    tracker.file.write_bytes(text.replace(old, new).encode())
    return tracker.read()


def test_a_task_has_title_mark_and_anchor(tracker: DashboardTracker) -> None:
    """The anchor is a block id, which links can name."""
    missing, wrong = tracker.read()
    text = tracker.file.read_text()

    assert text.startswith('---\ntitle: needs-canonical-id\ntags: ["ids"]\n---\n')
    assert f"\n\n- [ ] {wrong.title} {wrong.number}\n\n<!-- canonid:begin" in text
    assert wrong.number == f"^canonid-{wrong.state.key[:8]}"
    assert (missing.state.subject, missing.is_open, missing.is_declined) == ("fisetin", True, False)


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_second_sync_changes_no_byte(tracker: DashboardTracker, end: str) -> None:
    """Whatever people wrote around and between, in whatever order they put the tasks."""
    text = tracker.file.read_text()
    first, second = text.index("- [ ] fisetin"), text.index("- [ ] adapalene")
    moved = f"{text[:first]}{text[second:]}\n- [ ] ask Bob\n\n{text[first:second]}\nthe end"
    tracker.file.write_bytes(moved.replace("\n", end).encode())
    before = tracker.file.read_bytes()

    assert sync(tracker, WRONG, MISSING) == [Action.KEEP, Action.KEEP]
    assert tracker.file.read_bytes() == before


@pytest.mark.parametrize(
    ("mark", "is_open", "is_declined"),
    [("- [x] adapalene", False, False), ("* [-] adapalene", False, True), ("- [/] #wontfix adapalene", True, True)],
)
def test_people_set_marks(tracker: DashboardTracker, mark: str, is_open: bool, is_declined: bool) -> None:
    """As Obsidian has them."""
    issue = rewrite(tracker, "- [ ] adapalene", mark)[1]

    assert (issue.is_open, issue.is_declined) == (is_open, is_declined)


@pytest.mark.parametrize(
    ("mark", "after", "is_open", "is_declined"), [(" ", "#wontfix", True, True), ("x", "✅ 2026-11-22", False, False)]
)
def test_people_write_behind_the_block_id(
    tracker: DashboardTracker, mark: str, after: str, is_open: bool, is_declined: bool
) -> None:
    """It stays, it counts, and the task is not made again."""
    anchor = tracker.read()[1].number
    rewrite(tracker, "- [ ] adapalene", f"- [{mark}] adapalene")
    issue = rewrite(tracker, f" {anchor}\n", f" {anchor} {after}\n")[1]
    tracker.update(issue, "new", issue.body)

    assert (issue.is_open, issue.is_declined) == (is_open, is_declined)
    assert f"\n- [{mark}] new {anchor} {after}\n" in tracker.file.read_text()
    assert tracker.file.read_text().count(anchor) == 1


def test_a_page_plants_no_issue(tmp_path: Path) -> None:
    """Its lines come along in a diff, with whatever stands in them."""
    (issue,) = plan_issues([WRONG], DRAFT)
    planted = f" - [-] t ^canonid-{issue.state.key[:8]}\n {hidden(replace(issue.state, key='a' * 16))}\n-CHEMBL1232\n"
    tracker = DashboardTracker(tmp_path / "ids.md", (), date(2026, 11, 22))
    draft = replace(DRAFT, diff=lambda _: planted)
    (made,) = plan_issues([WRONG], draft)
    tracker.create(made.title, made.body)

    assert [(found.state, found.title, found.is_declined) for found in tracker.read()] == [
        (made.state, made.title, False)
    ]


def test_a_note_without_tasks_becomes_a_dashboard(tracker: DashboardTracker) -> None:
    """What is there stays above the first task."""
    tracker.file.write_text("# Notes\n")

    assert sync(tracker, MISSING) == [Action.CREATE]
    assert tracker.file.read_text().startswith("# Notes\n\n- [ ] fisetin")


def test_update_close_and_reopen_keep_everything_else(tracker: DashboardTracker) -> None:
    """The title of people, what they wrote before and after, and line ends."""
    rewrite(tracker, "- [ ] adapalene: wrong id", "Before\n\n- [ ] Mine: wrong id")
    rewrite(tracker, "\n", "\r\n")
    with tracker.file.open("ab") as file:
        file.write(b"\r\nAfter\r\n")
    news = replace(WRONG, message="new")
    actions = [sync(tracker, *found, MISSING)[-1] for found in ([news], [], [news])]
    text = tracker.file.read_bytes().decode()

    assert actions == [Action.UPDATE, Action.CLOSE, Action.REOPEN]
    assert "Before\r\n\r\n- [ ] Mine: wrong id, chembl-id `CHEMBL1232` (ID301) ^canonid-" in text
    assert "\r\nnew.\r\n" in text
    assert "\r\n\r\n> 2026-11-22: Closed: run R checked" in text
    assert text.count("> 2026-11-22: Found again by run R.\r\n") == 1
    assert text.endswith("\r\nAfter\r\n")
    assert text.count("\n") == text.count("\r\n")


def test_a_closed_issue_is_ticked(tracker: DashboardTracker) -> None:
    """And the others are not."""
    sync(tracker, MISSING)

    assert [issue.is_open for issue in tracker.read()] == [True, False]


def test_a_lost_task_and_a_lost_mark_lose_nothing_else(tracker: DashboardTracker) -> None:
    """The task is made anew; text whose end mark is gone belongs to people from then on."""
    text = tracker.file.read_text()
    task = text[text.index("- [ ] adapalene") :].partition("\n")[0]
    rewrite(tracker, task, "")
    rewrite(tracker, "<!-- canonid:end -->", "")
    sync(tracker, replace(WRONG, message="new"), replace(MISSING, message="new"))
    issues = tracker.read()

    assert f"\n{task}\n" in tracker.file.read_text()
    assert [issue.state.subject for issue in issues] == ["fisetin", "adapalene"]
    assert all("new." in issue.body for issue in issues)


def test_a_faster_hand_wins(tracker: DashboardTracker) -> None:
    """Nothing of what was written meanwhile is lost."""
    issue = tracker.read()[1]
    rewrite(tracker, "- [ ] adapalene", "- [x] adapalene")

    with pytest.raises(TrackerError, match="changed meanwhile"):
        tracker.update(issue, "t", "b")


def test_what_cannot_be_read_or_written_is_told(tracker: DashboardTracker, tmp_path: Path) -> None:
    """A folder of that name, a file where the folder should be, a text without state."""
    text = tracker.read()[0].body
    with pytest.raises(TrackerError, match="cannot be read"):
        replace(tracker, file=tmp_path).read()
    with pytest.raises(TrackerError, match="cannot be written"):
        replace(tracker, file=tracker.file / "x.md").create("t", text)
    with pytest.raises(TrackerError, match="no fingerprint"):
        tracker.create("t", "text")
