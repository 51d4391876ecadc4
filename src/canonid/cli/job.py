"""What `reconcile` and `check` have in common: settings, the run, the report, the exit code."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from canonid.cli.exits import ExitCode, exit_code
from canonid.cli.output import append, check_output, say, write
from canonid.cli.progress import show_progress
from canonid.cli.view import choose_format, view_of
from canonid.model import Report
from canonid.reports import Format, View, narrow, render
from canonid.settings import load_settings

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
) -> None:
    """Check `paths`, print the report and leave with its exit code.

    `remember` keeps the table of discrepancies up to date, once another run that does so has ended.
    """
    from canonid import wiring  # noqa: PLC0415 - brings the database and the clients

    paths = list(paths or [Path()])
    settings = load_settings(flags, paths=paths)
    check_output(output)
    with show_progress(quiet=quiet) as progress:
        report = wiring.run_job(settings, paths, remember=remember, progress=progress, wait=wait, on_wait=_say_who)
    report, hidden = narrow(report, settings.select, settings.ignore)
    form = choose_format(settings, output, os.environ)
    view = replace(view_of(settings, paths, report, form, output, hidden), verbose=verbose, quiet=quiet)
    write(render(report, form, view), output)
    if form is Format.GITHUB:
        _summarise(report, view)
    code = exit_code(report, settings.fail_on)
    if quiet and code is ExitCode.UNCHECKED:
        say("canonid: not everything could be checked; run without -q to see what, and why")
    raise typer.Exit(code)


def _say_who(held: Holding) -> None:
    say(f"canonid: waiting for another run ({held.who}, since {held.acquired:%H:%M:%S} UTC)")


def _summarise(report: Report, view: View) -> None:
    """Add the report to the summary of the step, if GitHub names a file for it."""
    if file := os.environ.get("GITHUB_STEP_SUMMARY"):
        from canonid.reports.github import step_summary  # noqa: PLC0415 - inside Actions only

        append(step_summary(report, view), Path(file))
