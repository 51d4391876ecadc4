"""`canonid issues`: issues for curators and agents, planned first."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from canonid.cli import options
from canonid.cli.exits import ExitCode
from canonid.cli.output import say, write
from canonid.cli.progress import show_progress
from canonid.issues import Kind, Per
from canonid.reports import Format
from canonid.settings import load_settings

if TYPE_CHECKING:
    from canonid.issues.plan import Step

issues = typer.Typer(help="Plan needs-canonical-id issues, or bring a tracker in line.", no_args_is_help=True)

Tracker = Annotated[Kind, typer.Option("--tracker", help="Where issues are kept.")]
PerOption = Annotated[Per, typer.Option("--per", help="One issue a page, or one a finding.")]
MaxIssues = Annotated[
    int | None, typer.Option(metavar="N", min=0, help="Make or reopen at most so many; the next run goes on.")
]


@issues.command("plan")
def plan_issues(
    *,
    paths: options.Paths = None,
    form: options.FormatOption = None,
    tracker: Tracker = Kind.MARKDOWN,
    per: PerOption = Per.PAGE,
    max_issues: MaxIssues = None,
    offline: options.Offline = None,
    database: options.Database = None,
    drugbank: options.Drugbank = None,
    select: options.Select = None,
    ignore: options.Ignore = None,
    max_requests: options.MaxRequests = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Print what sync would do; nothing is written.

    The exit code is 1 if there is anything to do.
    """
    flags = options.given(
        offline=offline, database=database, drugbank=drugbank, select=select, ignore=ignore, max_requests=max_requests
    )
    _run(paths, flags, tracker, per, max_issues, is_sync=False, quiet=quiet, verbose=verbose, form=form)


@issues.command("sync")
def sync_issues(
    *,
    paths: options.Paths = None,
    tracker: Tracker = Kind.MARKDOWN,
    per: PerOption = Per.PAGE,
    max_issues: MaxIssues = None,
    offline: options.Offline = None,
    database: options.Database = None,
    drugbank: options.Drugbank = None,
    select: options.Select = None,
    ignore: options.Ignore = None,
    max_requests: options.MaxRequests = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Bring the tracker in line with what the pages need.

    Run twice, it changes nothing the second time. An issue is closed only by a run in which its page was checked in
    full.
    """
    flags = options.given(
        offline=offline, database=database, drugbank=drugbank, select=select, ignore=ignore, max_requests=max_requests
    )
    _run(paths, flags, tracker, per, max_issues, is_sync=True, quiet=quiet, verbose=verbose)


def _run(
    paths: Sequence[Path] | None,
    flags: dict[str, object],
    tracker: Kind,
    per: Per,
    max_issues: int | None,
    *,
    is_sync: bool,
    quiet: bool,
    verbose: bool,
    form: Format | None = None,
) -> NoReturn:
    from canonid.issues.plan_json import render_plan  # noqa: PLC0415 - `--help` needs no renderer
    from canonid.tracking import Wanted, run_issues  # noqa: PLC0415 - brings the database and the clients

    paths = list(paths or [Path()])
    settings = load_settings(flags, paths=paths)
    steps: list[Step] = []

    def tell(step: Step, number: str) -> None:
        steps.append(step)
        if form is not Format.JSON and (verbose or step.action != "keep"):
            write(_shown(step, number, with_text=not is_sync), None)

    with show_progress(quiet=quiet) as progress:
        outcome = run_issues(settings, paths, Wanted(tracker, per, max_issues, is_sync), tell, progress)
    if form is Format.JSON:
        write(render_plan(steps, outcome.report, tracker, per, outcome.diff), None)
    if outcome.report.unanswered and not quiet:
        say("canonid: not everything could be checked; issues of such pages stay open")
    if not is_sync and {step.action.value for step in steps} - _SETTLED:
        raise typer.Exit(ExitCode.DISCREPANT)
    raise typer.Exit(ExitCode.UNCHECKED if outcome.report.unanswered else ExitCode.CLEAN)


_SETTLED = {"keep", "waived", "wait"}
_WITH_TEXT = {"create", "update", "reopen"}


def _shown(step: Step, number: str, *, with_text: bool) -> str:
    why = f": {step.comment}" if step.action == "wait" else ""
    line = f"{step.action}: {step.title}{f' ({number})' if number else ''}{why}\n"
    if not with_text or step.action not in _WITH_TEXT:
        return line
    return line + "".join(f"    {text}".rstrip() + "\n" for text in step.body.splitlines()) + "\n"
