"""What `reconcile` and `check` have in common: settings, the run, the report, the exit code."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from canonid.cli.exits import ExitCode, exit_code
from canonid.cli.output import append, check_output, say, write
from canonid.cli.progress import show_progress
from canonid.cli.view import choose_format, view_of
from canonid.errors import NoClaim
from canonid.model import Report, Verdict
from canonid.reports import Format, View, narrow, render
from canonid.reports.figures import counted
from canonid.settings import FailOn, load_settings

if TYPE_CHECKING:
    from canonid.store.lease import Holding


def run_job(
    paths: Sequence[Path] | None,
    flags: Mapping[str, object],
    *,
    remember: bool,
    output: Path | None,
    quiet: bool,
    verbose: bool,
    wait: float = 0.0,
    hook: bool = False,
    since: str | None = None,
) -> None:
    """Check `paths`, print the report and leave with its exit code.

    `remember` keeps the table of discrepancies up to date, once another run that does so has ended. A `hook` is given
    whatever a commit changes, which may be no page at all, and must not hold it up for what could not be checked.
    `since` leaves out the pages that were the same at that revision.
    """
    from canonid import running, wiring  # noqa: PLC0415 - brings the database and the clients

    paths = list(paths or [Path()])
    settings = load_settings(flags, paths=paths)
    check_output(output)
    if since is not None and not (paths := wiring.pages_changed(settings, paths, since)):
        say(f"canonid: no page was changed since {since}")
        raise typer.Exit(ExitCode.CLEAN)
    if hook and not (paths := wiring.pages_among(settings, paths)):
        raise typer.Exit(ExitCode.CLEAN)
    with show_progress(quiet=quiet) as progress, _no_claim_is_fine(hook or since is not None):
        report = running.run_job(settings, paths, remember=remember, progress=progress, wait=wait, on_wait=_say_who)
    report, hidden = narrow(report, settings.select, settings.ignore)
    form = choose_format(settings, output, os.environ)
    view = replace(view_of(settings, paths, report, form, output, hidden), verbose=verbose, quiet=quiet)
    write(render(report, form, view), output)
    if form is Format.GITHUB:
        _summarise(report, view)
    code = exit_code(report, settings.fail_on)
    if hook and (silent := _unchecked(report)):
        say(silent)
        code = ExitCode.CLEAN if code is ExitCode.UNCHECKED else code
    elif quiet and code is ExitCode.UNCHECKED:
        say("canonid: not everything could be checked; run without -q to see what, and why")
    raise typer.Exit(code)


@contextmanager
def _no_claim_is_fine(is_fine: bool) -> Iterator[None]:
    """Let changes pass that are only to pages without claims, and say that nothing was checked."""
    try:
        yield
    except NoClaim as error:
        if not is_fine:
            raise
        say(f"canonid: {error}")
        raise typer.Exit(ExitCode.CLEAN) from None


def _unchecked(report: Report) -> str:
    """What was not checked, why, and what to do about it; empty if everything was."""
    if exit_code(report, FailOn.NEVER) is not ExitCode.UNCHECKED:
        return ""
    count = sum(judged.verdict is Verdict.UNAVAILABLE for judged in report.claims)
    uses = sorted(report.run.authorities.items())
    silent = [f"  {name}: {use.status}" for name, use in uses if use.status.startswith(("unavailable", "degraded"))]
    advice = (
        "which is no reason to stop the commit; `canonid check` in this folder fetches the answers that are missing"
    )
    return "\n".join([f"canonid: {count} of {counted(len(report.claims), 'claim')} not checked, {advice}", *silent])


def _say_who(held: Holding) -> None:
    say(f"canonid: waiting for another run ({held.who}, since {held.acquired:%H:%M:%S} UTC)")


def _summarise(report: Report, view: View) -> None:
    """Add the report to the summary of the step, if GitHub names a file for it."""
    if file := os.environ.get("GITHUB_STEP_SUMMARY"):
        from canonid.reports.github import step_summary  # noqa: PLC0415 - inside Actions only

        append(step_summary(report, view), Path(file))
