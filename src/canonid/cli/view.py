"""How a report is to be shown: what the user asked for, and what the surroundings say."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from canonid.cli.output import page_width, wants_color
from canonid.model import Answers, Report
from canonid.reports import Format, Guide, Past, View
from canonid.settings import Settings

_MOST_RUNS = 60
"""In a trend; more would be a line without points."""


def is_in_actions(environ: Mapping[str, str]) -> bool:
    """Whether this is a step of GitHub Actions."""
    return environ.get("GITHUB_ACTIONS") == "true"


def choose_format(settings: Settings, output: Path | None, environ: Mapping[str, str]) -> Format:
    """The format that was asked for; inside Actions, where nobody asked, annotations on standard output."""
    if settings.origins.get("format", "default") == "default" and output is None and is_in_actions(environ):
        return Format.GITHUB
    return settings.format


def view_of(  # noqa: PLR0917 - what a view is made of
    settings: Settings, paths: Sequence[Path], report: Report, form: Format, output: Path | None, hidden: int
) -> View:
    """The view of a report in the format that it is wanted in; what only some formats need is worked out for those."""
    from canonid import wiring  # noqa: PLC0415 - brings the database and the clients

    root = wiring.corpus_root(settings, paths)
    is_page = form is Format.HTML
    return View(
        color=output is None and wants_color(sys.stdout, os.environ),
        width=page_width(sys.stdout, os.environ),
        base=wiring.base_of(root),
        hidden=hidden,
        guides=guides() if form is Format.SARIF else (),
        docs=rule_pages() if form is Format.SARIF else "",
        source=source_url(root, os.environ),
        answers=_answers(settings, report) if is_page else {},
        history=_history(settings, report) if is_page else (),
    )


def source_url(root: Path, environ: Mapping[str, str]) -> str:
    """Where the files of the corpus root are shown at the commit that Actions runs for; empty outside of it."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA", "GITHUB_WORKSPACE")
    server, repository, commit, workspace = (environ.get(name, "") for name in names)
    if not (is_in_actions(environ) and server and repository and commit and workspace):
        return ""
    way = Path(os.path.relpath(root, workspace)).as_posix()
    if way.startswith(".."):
        return ""
    return f"{server}/{repository}/blob/{commit}" + ("" if way == "." else f"/{quote(way)}")


def guides() -> tuple[Guide, ...]:
    """What there is to read about the rules."""
    import inspect  # noqa: PLC0415 - as the rules, only for formats that explain themselves

    from canonid.rules import RULES  # noqa: PLC0415

    return tuple(Guide(rule.code, rule.name, rule.severity, rule.summary, inspect.cleandoc(rule.doc)) for rule in RULES)


def rule_pages() -> str:
    """Where the pages of the rules are, as the package itself names it (`Rules` among its project URLs)."""
    from importlib import metadata  # noqa: PLC0415 - slow, and only for formats that link

    urls = metadata.metadata("canonid").get_all("Project-URL") or []
    named = dict(url.split(", ", 1) for url in urls)
    return str(named.get("Rules", "")).rstrip("/")


def _answers(settings: Settings, report: Report) -> Answers:
    """What the replies behind the report say, read anew; nobody is asked."""
    from canonid import wiring  # noqa: PLC0415 - as above

    replies = [*(judged.evidence for judged in report.claims), *(finding.evidence for finding in report.findings)]
    evidence = {(item.authority, item.question): item for items in replies for item in items}
    with wiring.open_authorities(settings) as authorities:
        parsers = {authority.name: authority.parse for authority in authorities}
        return {asked: parsers[asked[0]](item) for asked, item in evidence.items() if asked[0] in parsers}


def _history(settings: Settings, report: Report) -> tuple[Past, ...]:
    """Former runs over about as many pages: a look at one page says nothing about the others."""
    from canonid.store.history import past_runs  # noqa: PLC0415 - brings the database

    runs = past_runs(settings.database, _MOST_RUNS)
    return tuple(
        Past(run.started_at, run.verdicts, run.findings)
        for run in reversed(runs)
        if run.id != report.run.id and 2 * run.subjects >= report.subjects
    )
