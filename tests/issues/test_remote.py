"""Issues at GitHub and GitLab, over real sockets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from canonid.errors import SettingsError, TrackerError
from canonid.issues import Kind, Per, github, gitlab
from canonid.issues.base import Tracker, carry_out
from canonid.issues.plan import Action, plan_issues, plan_steps
from canonid.issues.rest import Rest
from canonid.issues.shelf import Shelf
from canonid.model import Finding
from tests.emulator.trackers import Refusal, Site, serve_trackers
from tests.issues.drafts import DRAFT, NOTHING, WRONG

SECRET = "ghp_hush"


@pytest.fixture
def site() -> Iterator[Site]:
    with serve_trackers() as serving:
        yield serving


@pytest.fixture
def waits() -> list[float]:
    """The seconds that were waited, without waiting."""
    return []


@contextmanager
def opened(kind: Kind, site: Site, waits: list[float], shelf: Shelf | None = None) -> Iterator[Tracker]:
    """One of the two, with a token."""
    if kind is Kind.GITHUB:
        with Rest("GitHub", site.url, github.headers_for(SECRET), shelf=shelf, sleep=waits.append) as rest:
            yield github.GitHubTracker(rest, "owner/wiki", ("ids", "bot"))
    else:
        with Rest("GitLab", site.url, gitlab.headers_for(SECRET), shelf=shelf, sleep=waits.append) as rest:
            yield gitlab.GitLabTracker(rest, "group/wiki", ("ids", "bot"))


@pytest.fixture(params=[Kind.GITHUB, Kind.GITLAB])
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each of the two."""
    return Kind(request.param)


@pytest.fixture
def tracker(kind: Kind, site: Site, waits: list[float]) -> Iterator[Tracker]:
    """It, ready to be read."""
    with opened(kind, site, waits) as tracker:
        yield tracker


def sync(tracker: Tracker, *findings: Finding) -> list[tuple[Action, str]]:
    """One run over `findings`."""
    steps = plan_steps(plan_issues(findings, DRAFT, per=Per.FINDING), tracker.read(), NOTHING)
    return [(step.action, number) for step, number in carry_out(steps, tracker)]


def test_a_second_sync_sends_no_change(tracker: Tracker, site: Site) -> None:
    """Made with labels, found again over several pages, left alone."""
    findings = [replace(WRONG, field=f"f{number}") for number in range(5)]
    first = sync(tracker, *findings)
    writes = len(site.writes)
    second = sync(tracker, *findings)

    assert [action for action, _ in first] == [Action.CREATE] * 5
    assert [action for action, _ in second] == [Action.KEEP] * 5
    assert {number for _, number in second} == {"#1", "#2", "#3", "#4", "#5"}
    assert len(site.writes) == writes == 5
    assert set(site.tokens) <= {f"Bearer {SECRET}", SECRET}


def test_closed_issues_are_read_too_whoever_made_them(kind: Kind, tracker: Tracker, site: Site) -> None:
    """The sites leave them out unless asked; then each would be made again."""
    tracker.read()
    query = dict(parse_qsl(urlsplit(site.requests[0][1]).query))

    assert {"state": query.get("state"), "scope": query.get("scope"), "labels": query["labels"]} == (
        {"state": "all", "scope": None, "labels": "ids"}
        if kind is Kind.GITHUB
        else {"state": None, "scope": "all", "labels": "ids"}
    )


def test_only_its_owner_may_look_at_the_pages_that_are_kept(
    kind: Kind, site: Site, waits: list[float], tmp_path: Path
) -> None:
    """The repository may be a private one."""
    with opened(kind, site, waits, Shelf(tmp_path / "shelf")) as tracker:
        sync(tracker, WRONG)
        tracker.read()

    assert [oct(path.stat().st_mode & 0o077) for path in (tmp_path / "shelf", *(tmp_path / "shelf").iterdir())] == (
        ["0o0", "0o0"]
    )


def test_what_has_not_changed_is_not_sent_again(kind: Kind, site: Site, waits: list[float], tmp_path: Path) -> None:
    """Not even to another process; an empty page after the last one tells that it is still the last."""
    findings = [replace(WRONG, field=f"f{number}") for number in range(5)]
    seen = []
    for title in (None, None, None, "Mine"):
        site.statuses.clear()
        site.issues[2:3] = [{**issue, "title": title or issue["title"]} for issue in site.issues[2:3]]
        with opened(kind, site, waits, Shelf(tmp_path / "shelf")) as tracker:
            actions = {action for action, _ in sync(tracker, *findings)}
            seen.append((actions, site.statuses.copy()))
            is_mine = [issue.title == "Mine" for issue in tracker.read()]

    assert [actions for actions, _ in seen[1:]] == [{Action.KEEP}] * 3
    assert [statuses for _, statuses in seen[1:]] == [[304, 304, 304, 200], [304] * 4, [304, 200, 304, 304]]
    assert is_mine == [False, False, True, False, False]
    assert not any(SECRET in file.read_text() for file in (tmp_path / "shelf").iterdir())


def test_a_page_that_has_not_changed_need_not_be_the_last_any_more(
    kind: Kind, site: Site, waits: list[float], tmp_path: Path
) -> None:
    """Issues made since stand on the next one; to miss them would be to make them again."""
    found = [replace(WRONG, field=f"f{number}") for number in range(4)]
    numbers = []
    for findings in (found[:2], found[:2], found, found):
        with opened(kind, site, waits, Shelf(tmp_path / "shelf")) as tracker:
            numbers.append(sorted(number for _, number in sync(tracker, *findings)))

    assert numbers == [["#1", "#2"], ["#1", "#2"], ["#1", "#2", "#3", "#4"], ["#1", "#2", "#3", "#4"]]


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"url": 1}', None], ids=["empty", "list", "other", "folder"])
def test_a_damaged_shelf_costs_a_request(
    kind: Kind, site: Site, waits: list[float], tmp_path: Path, damage: bytes | None
) -> None:
    """And nothing else."""
    shelf = Shelf(tmp_path / "shelf")
    with opened(kind, site, waits, shelf) as tracker:
        sync(tracker, WRONG)
        first = tracker.read()
        (file,) = shelf.folder.iterdir()
        file.unlink()
        if damage is None:
            file.mkdir()
        else:
            file.write_bytes(damage)
        second = tracker.read()

    assert (first == second, site.statuses[-1]) == (True, 200)


def test_update_close_and_reopen(tracker: Tracker, site: Site) -> None:
    """The life of an issue, each change with its comment."""
    actions = [sync(tracker, *found) for found in ([WRONG], [replace(WRONG, message="new")], [], [WRONG])]

    assert [action for ((action, _),) in actions] == [Action.CREATE, Action.UPDATE, Action.CLOSE, Action.REOPEN]
    assert len(site.issues) == 1
    assert [text.partition(":")[0] for _, text in site.comments] == ["Closed", "Found again by run R."]
    assert site.issues[0]["state"] in {"open", "opened"}


def test_wontfix_is_declined(tracker: Tracker, site: Site) -> None:
    """A label that people set."""
    sync(tracker, WRONG)
    labels = site.issues[0]["labels"]
    labels.append("wontfix" if isinstance(labels[0], str) else {"name": "wontfix"})

    assert [issue.is_declined for issue in tracker.read()] == [True]


def test_issues_of_others_are_left_alone(tracker: Tracker, site: Site) -> None:
    """Ours have a hidden comment; one without a text is somebody else's."""
    sync(tracker, WRONG)
    site.issues.append({**site.issues[0], "body": None, "description": None})

    assert len(tracker.read()) == 1


@pytest.mark.parametrize(
    ("refusal", "waited"),
    [
        (Refusal(429, (("Retry-After", "7"),)), 7.0),
        (Refusal(403, (("Retry-After", "3"),)), 3.0),
        (Refusal(403, (("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1"))), 1.0),
        (Refusal(429), 60.0),
        (Refusal(403, body=b'{"message": "You have exceeded a secondary rate limit."}'), 60.0),
    ],
)
def test_limits_are_obeyed(tracker: Tracker, site: Site, waits: list[float], refusal: Refusal, waited: float) -> None:
    """As long as the tracker says, for changes too: it did not make them."""
    site.refusals += [Refusal(200, body=b"[]"), refusal]
    sync(tracker, WRONG)

    assert waits == [waited, 1.0]
    assert len(site.issues) == 1


@pytest.mark.parametrize("refusal", [Refusal(503), Refusal(0)], ids=["503", "reset"])
def test_reading_is_tried_again(tracker: Tracker, site: Site, waits: list[float], refusal: Refusal) -> None:
    """A passing fault ends no run."""
    site.refusals.append(refusal)

    assert tracker.read() == []
    assert waits == [2.0]


@pytest.mark.parametrize("refusal", [Refusal(503), Refusal(0)], ids=["503", "reset"])
def test_a_change_without_an_answer_is_not_sent_twice(tracker: Tracker, site: Site, refusal: Refusal) -> None:
    """It may have been made; the next run sees."""
    site.refusals += [Refusal(200, body=b"[]"), refusal]
    with pytest.raises(TrackerError, match=r"again later"):
        sync(tracker, WRONG)

    assert len(site.writes) == 1


@pytest.mark.parametrize(
    ("refusal", "message"),
    [
        (Refusal(401), "token is not valid"),
        (Refusal(403), "no right"),
        (Refusal(404), "no such repository"),
        (Refusal(410), "switched off"),
        (Refusal(422), "--per finding"),
        (Refusal(418), "status 418: try again later"),
        (Refusal(301, (("Location", "http://127.0.0.1:9/"),)), "moved"),
        (Refusal(429, (("Retry-After", "9999"),)), "asks for a pause"),
        (Refusal(200, body=b"<html>"), "else than JSON"),
        (Refusal(200), "else than a list"),
    ],
)
def test_refusals_say_what_to_do(tracker: Tracker, site: Site, refusal: Refusal, message: str) -> None:
    """And never the token."""
    site.refusals.append(refusal)
    with pytest.raises(TrackerError, match=message) as caught:
        tracker.read()

    assert SECRET not in str(caught.value)


def test_an_unreachable_tracker_is_told(tracker: Tracker, site: Site) -> None:
    """After some tries."""
    site.refusals += [Refusal(0)] * 4

    with pytest.raises(TrackerError, match="cannot be reached"):
        tracker.read()


def test_a_late_reset_is_waited_for(tracker: Tracker, site: Site, waits: list[float]) -> None:
    """Until the moment that GitHub names."""
    at = str(int(time.time()) + 50)
    site.refusals.append(Refusal(403, (("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", at))))
    tracker.read()

    assert 1.0 < waits[0] <= 50


@pytest.mark.parametrize("token", ["a b\n", "ключ", " x"])
def test_a_damaged_token_is_told_and_not_shown(token: str) -> None:
    """Somebody pasted a line too many."""
    with pytest.raises(SettingsError) as caught:
        Rest("GitLab", "http://127.0.0.1:9", gitlab.headers_for(token))

    assert token not in str(caught.value)


def test_github_closes_as_not_planned_and_drops_labels(site: Site, waits: list[float]) -> None:
    """What only GitHub does."""
    with Rest("GitHub", site.url, github.headers_for(""), sleep=waits.append) as rest:
        tracker = github.GitHubTracker(rest, "owner/wiki", ("ids",))
        sync(tracker, WRONG)
        site.issues[0] |= {"state": "closed", "state_reason": "not_planned"}
        assert [issue.is_declined for issue in tracker.read()] == [True]
        site.issues[0]["pull_request"] = {}
        assert tracker.read() == []
        site.drops_labels = True
        with pytest.raises(TrackerError, match="issue #2 without its label"):
            sync(tracker, WRONG)


def test_lines_have_addresses() -> None:
    """On the public sites and on servers of one's own."""
    assert github.line_address("https://api.github.com", "o/w", "a.md", 3) == (
        "https://github.com/o/w/blob/HEAD/a.md?plain=1#L3"
    )
    assert github.line_address("https://git.example/api/v3", "o/w", "a", 1).startswith("https://git.example/o/w/blob")
    assert gitlab.line_address("https://gitlab.com/api/v4", "g/w", "a.md", 3) == (
        "https://gitlab.com/g/w/-/blob/HEAD/a.md?plain=1#L3"
    )
    assert gitlab.line_address("https://gitlab.com/api/v4", "42", "a.md", 3) == ""
