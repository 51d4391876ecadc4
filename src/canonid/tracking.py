"""Issues of a corpus brought up to date in a tracker: builds the tracker, runs the check, plans and carries out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from canonid import running, wiring
from canonid.errors import SettingsError
from canonid.fixes import plan_fixes, read_texts
from canonid.gather import Progress
from canonid.issues import FOLDER, Kind, Per, github, gitlab
from canonid.issues.base import Tracker, carry_out
from canonid.issues.block import State
from canonid.issues.body import Draft
from canonid.issues.dashboard import DashboardTracker
from canonid.issues.markdown import MarkdownTracker
from canonid.issues.plan import (
    Ground,
    Patience,
    Step,
    declined_by,
    plan_issues,
    plan_steps,
    spent_keys,
    under_new_names,
)
from canonid.issues.rest import Rest
from canonid.issues.shelf import Shelf
from canonid.memory import Reach, unjudged
from canonid.model import Answer, Evidence, Finding, Page, Place, Report, Unavailable
from canonid.model import State as Standing
from canonid.reports import narrow
from canonid.settings import Settings
from canonid.store.lease import hold
from canonid.store.renames import former_fingerprints
from canonid.store.silence import Watch, authorities_behind, silent_runs

_UNREADABLE = "ID504"
"""The finding on a page whose front matter is broken."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for."""

    kind: Kind
    per: Per
    most_new: int | None
    is_sync: bool
    """False to plan only."""


Tell = Callable[[Step, str], None]
"""Is told each step with how its issue is called; empty if there is none yet."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the work rested on."""

    report: Report
    diff: Callable[[Sequence[Finding]], str]
    """The edits that findings propose."""


def run_issues(
    settings: Settings, paths: Sequence[Path], wanted: Wanted, tell: Tell, progress: Progress | None = None
) -> Outcome:
    """Check `paths`, then plan or carry out what the tracker needs; `tell` hears of each step when it is done."""
    if wanted.kind is not Kind.MARKDOWN:
        repository_of(settings, wanted.kind)  # before the work, and not after it
    with hold(settings.database) if wanted.is_sync else nullcontext():
        report = running.run_job(settings, paths, remember=False, progress=progress)
        pages = wiring.read_pages(settings, paths)
        outcome = Outcome(report, _differ(report, pages, wiring.corpus_root(settings, paths)))
        with open_tracker(settings, wanted.kind, report) as tracker:
            steps = _plan(settings, paths, wanted, outcome, tracker, pages=pages)
            done = carry_out(steps, tracker) if wanted.is_sync else ((step, _number(step)) for step in steps)
            for step, number in done:
                tell(step, number)
    return outcome


def _number(step: Step) -> str:
    return step.existing.number if step.existing else ""


def _plan(
    settings: Settings,
    paths: Sequence[Path],
    wanted: Wanted,
    outcome: Outcome,
    tracker: Tracker,
    *,
    pages: Sequence[Page],
) -> Sequence[Step]:
    root, report = wiring.corpus_root(settings, paths), outcome.report
    shown, _ = narrow(report, settings.select, settings.ignore)
    existing, former = tracker.read(), former_fingerprints(settings.database)
    with wiring.open_authorities(settings) as authorities:
        parsers = {authority.name: authority.parse for authority in authorities}
        draft = Draft(_linker(settings, wanted.kind, root), _parser(parsers), outcome.diff)
        declined, spent = declined_by(existing, former), spent_keys(existing)
        issues = plan_issues(shown.findings, draft, per=wanted.per, declined=declined, spent=spent)
    found = frozenset(item.fingerprint for item in report.findings if item.state is not Standing.WAIVED)
    read = frozenset(page.path for page in pages)
    history = _History(settings, report, Reach(root, wiring.folders_among(paths), read))
    ground = Ground(
        found,
        _checker(history),
        f"run {report.run.id}",
        history.silent_runs,
        Patience(settings.close_after_runs, settings.close_after_days),
    )
    return plan_steps(issues, [*under_new_names(existing, issues, former)], ground, wanted.most_new)


@contextmanager
def open_tracker(
    settings: Settings, kind: Kind, report: Report, environ: Mapping[str, str] = os.environ
) -> Iterator[Tracker]:
    """The tracker, ready to be read; tokens come from the environment, and go nowhere but to the tracker."""
    if kind is Kind.MARKDOWN:
        today = report.run.started_at.date()
        if settings.dashboard:
            yield DashboardTracker(settings.dashboard, settings.labels, today)
        else:
            yield MarkdownTracker(settings.folder or settings.home / FOLDER, settings.labels, today)
        return
    where = repository_of(settings, kind)
    shelf = Shelf(settings.database.with_name(f"{settings.database.stem}.{kind}"))
    if kind is Kind.GITHUB:
        headers = github.headers_for(environ.get("GITHUB_TOKEN", ""))
        with Rest("GitHub", settings.github_url, headers, shelf=shelf) as rest:
            yield github.GitHubTracker(rest, where, settings.labels)
    else:
        headers = gitlab.headers_for(environ.get("GITLAB_TOKEN", ""))
        with Rest("GitLab", settings.gitlab_url, headers, shelf=shelf) as rest:
            yield gitlab.GitLabTracker(rest, where, settings.labels)


def repository_of(settings: Settings, kind: Kind) -> str:
    """Where issues live.

    Raises SettingsError if nobody said so.
    """
    if settings.repository is None:
        raise SettingsError(f"--tracker {kind} needs issues.repository in canonid.toml: owner/name of the repository")
    return settings.repository


def _linker(settings: Settings, kind: Kind, root: Path) -> Callable[[Place], str]:
    """Addresses of lines: relative to the folder of files, or as the site of the tracker shows them."""
    if kind is Kind.MARKDOWN:
        folder = settings.dashboard.parent if settings.dashboard else settings.folder or settings.home / FOLDER
        way = Path(os.path.relpath(root, folder)).as_posix()
        return lambda place: quote(f"{way}/{place.path}")
    address, api = (
        (github.line_address, settings.github_url)
        if kind is Kind.GITHUB
        else (gitlab.line_address, settings.gitlab_url)
    )
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    below = root.relative_to(top)
    where = repository_of(settings, kind)
    return lambda place: address(api, where, quote((below / place.path).as_posix()), place.line)


def _parser(parsers: Mapping[str, Callable[[Evidence], Answer]]) -> Callable[[Evidence], Answer]:
    def parse(evidence: Evidence) -> Answer:
        parser = parsers.get(evidence.authority)
        return parser(evidence) if parser else Unavailable(f"{evidence.authority} is not known any more")

    return parse


def _differ(report: Report, pages: Sequence[Page], root: Path) -> Callable[[Sequence[Finding]], str]:
    """The edits that findings propose, those of medium confidence included: a person looks at them.

    Not what they lead to, as `canonid fix` shows it: a gap tag that they settle is another finding, of a later run.
    """
    by_path: dict[str, list[Page]] = {}
    for page in pages:
        by_path.setdefault(page.path, []).append(page)
    by_page: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_page.setdefault(finding.place.path, []).append(finding)

    def diff(findings: Sequence[Finding]) -> str:
        path = findings[0].place.path
        about, texts = replace(report, findings=tuple(by_page[path])), read_texts(root, [path])
        fixes = plan_fixes(about, by_path.get(path, ()), texts, only=findings, unsafe=True)
        return "".join(plan.diff() for plan in fixes.plans).encode(errors="replace").decode()

    return diff


@dataclass(frozen=True, slots=True)
class _History:
    """What the present run and those before it say of an issue that nobody asked for any more."""

    settings: Settings
    report: Report
    reach: Reach

    def authorities(self, state: State) -> frozenset[str]:
        """Those whose answers the issue rests on; all of them where the store does not know it."""
        known = authorities_behind(self.settings.database, state.findings)
        return frozenset(self.report.run.authorities) if known is None else known

    def silent_runs(self, state: State) -> Sequence[datetime]:
        """When the runs began that could have met it again and did not; a page that is gone needs no authority."""
        needed = self.authorities(state) if state.path in self.reach.read else frozenset[str]()
        watch = Watch(state.findings, state.path, str(self.reach.root), self.report.subjects, _UNREADABLE)
        return silent_runs(self.settings.database, watch, needed)

    def is_unjudged(self, state: State) -> bool:
        """Whether the issue rests on pages that are there, but that the run did not cover."""
        return bool(unjudged(self.settings.database, self.reach, state.findings))


def _checker(history: _History) -> Callable[[State], bool]:
    """Whether the silence of a run about a page proves anything."""
    report = history.report
    broken = {finding.place.path for finding in report.findings if finding.code == _UNREADABLE}
    silent = {name for name, use in report.run.authorities.items() if use.status.startswith("unavailable")}

    def is_checked(state: State) -> bool:
        if state.path in history.reach.read:
            needed = history.authorities(state)
            is_open = needed & silent or any((state.subject, name) in report.unanswered for name in needed)
            return not (is_open or state.path in broken or history.is_unjudged(state))
        return history.reach.is_gone(state.path)

    return is_checked
