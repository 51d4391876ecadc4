"""What is to be done in a tracker: from findings to issues, and from issues to steps (pure)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import count

from canonid.issues import Per
from canonid.issues.block import State, block_of, merged
from canonid.issues.body import Draft, digest, render_body, render_title
from canonid.model import Finding, fingerprint_of
from canonid.model import State as Standing

KINDS: Mapping[str, str] = {
    "ID401": "missing id", "ID403": "missing id", "ID402": "null to justify", "ID202": "obsolete id",
    "ID405": "gap tag that can be closed",
    **dict.fromkeys(("ID101", "ID102", "ID104", "ID201", "ID203", "ID204", "ID501", "ID502"), "wrong id"),
    **dict.fromkeys(("ID301", "ID302", "ID303", "ID304", "ID305"), "wrong id"),
}  # fmt: skip
"""The findings that make an issue, and what such an issue is about. A record too thin to decide (ID306) makes none:
nothing is known to be wrong."""


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as it should be."""

    state: State
    title: str
    body: str
    """Our part of its text, with the markers around it."""


@dataclass(frozen=True, slots=True)
class Existing:
    """An issue as the tracker has it."""

    number: str
    """How the tracker calls it: a number or a file name."""
    title: str
    body: str
    is_open: bool
    is_declined: bool
    """True if a person closed it as not planned or labelled it wontfix."""
    state: State


class Action(StrEnum):
    """What to do with one issue."""

    CREATE = "create"
    UPDATE = "update"
    REOPEN = "reopen"
    CLOSE = "close"
    WAIT = "wait"
    """It is to be closed, but not yet: the comment says when."""
    KEEP = "keep"
    WAIVED = "waived"
    HELD = "held back"
    """It would be new, but there are as many new ones as are allowed."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, with title and whole text as they should be afterwards."""

    action: Action
    title: str
    body: str = ""
    existing: Existing | None = None
    comment: str = ""
    """What to tell those who follow the issue."""


def plan_issues(
    findings: Iterable[Finding],
    draft: Draft,
    *,
    per: Per = Per.PAGE,
    declined: Collection[str] = (),
    spent: Collection[str] = (),
) -> list[Issue]:
    """The issues that `findings` ask for, in the order of their pages.

    What is waived, and the discrepancies whose fingerprints are in `declined`, ask for none. No issue gets a key that
    is in `spent`.
    """
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        wanted = finding.code in KINDS and finding.state is not Standing.WAIVED
        if wanted and finding.fingerprint not in declined:
            one = (finding.place.path, finding.fingerprint) if per is Per.FINDING else (finding.place.path,)
            groups.setdefault(one, []).append(finding)
    paths = {path for path, *_ in groups}
    return [
        _issue(found, found[0].fingerprint if per is Per.FINDING else _page_key(found[0], paths, spent), draft)
        for _, found in sorted(groups.items())
    ]


def _page_key(finding: Finding, paths: Collection[str], spent: Collection[str]) -> str:
    """The key of a page's issue, or of its next one where people decided to live with what the first said."""
    # A page that moves to another folder keeps its issue, unless two pages have one name.
    is_alone = sum(path.rpartition("/")[2] == finding.place.path.rpartition("/")[2] for path in paths) == 1
    folder = "" if is_alone else finding.place.path
    turns = (str(number) if number else "" for number in count())
    keys = (fingerprint_of("page", finding.subject, folder, turn) for turn in turns)
    return next(key for key in keys if key not in spent)


def _issue(findings: Sequence[Finding], key: str, draft: Draft) -> Issue:
    first = findings[0]
    title = render_title(findings, KINDS)
    names = tuple(sorted({finding.fingerprint for finding in findings}))
    state = State(key, first.subject, first.place.path, names, title, digest(findings, draft))
    return Issue(state, title, block_of(state, render_body(findings, draft)))


def declined_by(existing: Iterable[Existing], former: Mapping[str, str]) -> frozenset[str]:
    """The discrepancies that people decided to live with; for `former` see `under_new_names`."""
    names = (name for issue in existing if issue.is_declined for name in issue.state.findings)
    return frozenset(former.get(name, name) for name in names)


def spent_keys(existing: Collection[Existing]) -> frozenset[str]:
    """The keys of issues that people declined: another issue of that key could not be told from them."""
    living = {issue.state.key for issue in existing if not issue.is_declined}
    return frozenset(issue.state.key for issue in existing) - living


def under_new_names(
    existing: Sequence[Existing], issues: Iterable[Issue], former: Mapping[str, str]
) -> Iterator[Existing]:
    """The issues of the tracker; one about a page that got a new name is the issue of that page, to be written anew.

    `former` has the fingerprints that discrepancies had before their pages were renamed, with those of today.
    """
    heirs = {name: issue.state for issue in issues for name in issue.state.findings}
    taken = {issue.state.key for issue in existing}
    for issue in existing:
        names = tuple(former.get(name, name) for name in issue.state.findings)
        heir = next((heirs[name] for name in names if name in heirs), None)
        if names == issue.state.findings or heir is None or heir.key in taken:
            yield issue
        else:
            yield replace(issue, state=replace(heir, findings=names, title=issue.state.title, digest=""))


@dataclass(frozen=True, slots=True)
class Patience:
    """How long nothing must be found of an issue before it is closed."""

    runs: int = 0
    """So many runs have to say so, the present one included …"""
    days: int = 0
    """… of which the first was so many days before the last, by the calendar: nightly runs are a day apart."""

    def is_over(self, silent: Sequence[datetime]) -> bool:
        """Whether runs that began at these moments are enough."""
        days = (silent[-1].date() - silent[0].date()).days if silent else 0
        return len(silent) >= self.runs and days >= self.days

    def __str__(self) -> str:
        runs = f"{self.runs} run{'' if self.runs == 1 else 's'}"
        return f"{runs} over {self.days} day{'' if self.days == 1 else 's'}" if self.days else runs


@dataclass(frozen=True, slots=True)
class Ground:
    """What the run knows of the issues that it did not ask for."""

    found: frozenset[str]
    """The fingerprints of all findings that are not waived, those that nobody selected included."""
    is_checked: Callable[[State], bool]
    """Tells of an issue whether the run looked at its page (or knows it to be gone) and had all answers for it."""
    run: str
    """How to call the run in a comment."""
    silent_runs: Callable[[State], Sequence[datetime]] = lambda _: ()
    """When the runs began that could have found something of an issue again and did not, the oldest first."""
    patience: Patience = Patience()


def plan_steps(
    issues: Sequence[Issue], existing: Sequence[Existing], ground: Ground, most_new: int | None = None
) -> list[Step]:
    """What turns the issues of the tracker into `issues`, with at most `most_new` created or reopened."""
    known = _by_key(issue for issue in existing if not issue.is_declined)
    wanted = {issue.state.key for issue in issues}
    steps = [_step(issue, known.get(issue.state.key), ground) for issue in issues]
    steps += [
        _close(issue, ground)
        for key, issue in known.items()
        if key not in wanted and issue.is_open and _is_settled(issue.state, ground)
    ]
    steps += [Step(Action.WAIVED, issue.title, existing=issue) for issue in existing if issue.is_declined]
    return list(_rationed(steps, most_new))


def _by_key(existing: Iterable[Existing]) -> dict[str, Existing]:
    """One issue a key: an open one if there is one, else the latest."""
    known: dict[str, Existing] = {}
    for issue in existing:
        if issue.is_open or not (issue.state.key in known and known[issue.state.key].is_open):
            known[issue.state.key] = issue
    return known


def _step(issue: Issue, existing: Existing | None, ground: Ground) -> Step:
    if existing is None:
        return Step(Action.CREATE, issue.title, issue.body)
    title = issue.title if existing.title == existing.state.title else existing.title
    body = merged(existing.body, issue.body)
    if not existing.is_open:
        return Step(Action.REOPEN, title, body, existing, f"Found again by {ground.run}.")
    is_same = existing.state.digest == issue.state.digest and existing.state.findings == issue.state.findings
    if (is_same and title == existing.title) or _loses_unproven(issue.state, existing.state, ground):
        return Step(Action.KEEP, existing.title, existing.body, existing)
    return Step(Action.UPDATE, title, body, existing)


def _loses_unproven(now: State, before: State, ground: Ground) -> bool:
    """Whether findings would go out of an issue because of a silence that proves nothing, such as an outage.

    What is new has to wait then: the text for what was lost cannot be written again without its answers.
    """
    lost = set(before.findings) - set(now.findings)
    return bool(lost) and not (ground.is_checked(before) and not lost & ground.found)


def _is_settled(state: State, ground: Ground) -> bool:
    return ground.is_checked(state) and not ground.found & set(state.findings)


def _close(existing: Existing, ground: Ground) -> Step:
    silent = ground.silent_runs(existing.state)
    since = f", as has no run since {silent[0]:%Y-%m-%d} ({len(silent)} in all)" if len(silent) > 1 else ""
    if ground.patience.is_over(silent):
        comment = (
            f"Closed: {ground.run} checked `{existing.state.path}` and has nothing of this to report any more{since}."
        )
        return Step(Action.CLOSE, existing.title, existing.body, existing, comment)
    comment = f"not reported any more by {_so_far(silent)}; to be closed after {ground.patience}"
    return Step(Action.WAIT, existing.title, existing.body, existing, comment)


def _so_far(silent: Sequence[datetime]) -> str:
    runs = f"{len(silent)} run{'' if len(silent) == 1 else 's'}"
    return f"{runs} since {silent[0]:%Y-%m-%d}" if silent else runs


def _rationed(steps: Iterable[Step], most_new: int | None) -> Iterator[Step]:
    left = most_new
    for step in steps:
        if left is None or step.action not in {Action.CREATE, Action.REOPEN}:
            yield step
        elif left:
            left -= 1
            yield step
        else:
            yield replace(step, action=Action.HELD)
