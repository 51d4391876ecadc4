"""`canonid runs`: what former runs found, and how that changed."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from canonid.cli import options
from canonid.cli.output import check_output, page_width, write
from canonid.errors import UsageError
from canonid.reports import Format, View

runs = typer.Typer(help="List former runs, or show what one of them changed.", no_args_is_help=True)


@runs.command("list")
def list_runs(
    *,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="At most so many, the newest.")] = 20,
    form: options.FormatOption = None,
    output: options.Output = None,
    corpus: options.Corpus = None,
    database: options.Database = None,
    verbose: options.Details = False,  # noqa: ARG001 - read where faults are shown
) -> None:
    """List the newest runs, newest first.

    Claims by verdict, what was new and what was resolved, requests, and how long each took.
    """
    from canonid.reports.runs import render_runs, runs_as_json  # noqa: PLC0415 - `--help` needs no renderer
    from canonid.store.history import past_runs  # noqa: PLC0415 - nor a store

    settings = options.remembered(corpus, format=form, database=database)
    check_output(output)
    found = past_runs(settings.database, limit)
    write(runs_as_json(found) if settings.format is Format.JSON else render_runs(found, _view()), output)


@runs.command("show")
def show_run(
    run: Annotated[
        str, typer.Argument(metavar="[RUN]", help="Its id or the beginning of it; the newest one if none is given.")
    ] = "",
    *,
    form: options.FormatOption = None,
    output: options.Output = None,
    corpus: options.Corpus = None,
    database: options.Database = None,
    verbose: options.Details = False,  # noqa: ARG001 - as above
) -> None:
    """Show one run and what it changed.

    Its counts, its authorities, and every discrepancy that it found, found again or resolved.
    """
    from canonid.reports.runs import render_run, run_as_json  # noqa: PLC0415 - as above
    from canonid.store.history import changes_of, find_run, past_runs  # noqa: PLC0415 - as above

    settings = options.remembered(corpus, format=form, database=database)
    check_output(output)
    found = find_run(settings.database, run) if run else past_runs(settings.database, 1)
    if len(found) != 1:
        raise UsageError(_which(run, [item.id for item in found]))
    changes = changes_of(settings.database, found[0].id)
    is_json = settings.format is Format.JSON
    write(run_as_json(found[0], changes) if is_json else render_run(found[0], changes, _view()), output)


def _which(run: str, found: list[str]) -> str:
    if found:
        return f"{len(found)} runs begin with {run!r}; give more of the id, such as {found[0]}"
    if run:
        return f"there is no run {run!r}; `canonid runs list` names them"
    return "nothing was run yet; `canonid reconcile` does"


def _view() -> View:
    return View(width=page_width(sys.stdout, os.environ))
