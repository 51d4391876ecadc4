"""What `reconcile` and `check` have in common: settings, the run, the report, the exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from canonid.cli.exits import ExitCode, exit_code
from canonid.cli.output import check_output, page_width, say, wants_color, write
from canonid.cli.progress import show_progress
from canonid.reports import View, narrow, render
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
    view = View(
        verbose=verbose,
        quiet=quiet,
        color=output is None and wants_color(sys.stdout, os.environ),
        width=page_width(sys.stdout, os.environ),
        base=wiring.base_of(wiring.corpus_root(settings, paths)),
        hidden=hidden,
    )
    write(render(report, settings.format, view), output)
    code = exit_code(report, settings.fail_on)
    if quiet and code is ExitCode.UNCHECKED:
        say("canonid: not everything could be checked; run without -q to see what, and why")
    raise typer.Exit(code)


def _say_who(held: Holding) -> None:
    say(f"canonid: waiting for another run ({held.who}, since {held.acquired:%H:%M:%S} UTC)")
