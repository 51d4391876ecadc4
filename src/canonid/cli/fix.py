"""`canonid fix`: carry out proposals, showing them first."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from canonid.cli import options
from canonid.cli.exits import ExitCode
from canonid.cli.output import write
from canonid.cli.progress import show_progress
from canonid.settings import load_settings


def fix(
    *,
    paths: options.Paths = None,
    apply: Annotated[bool, typer.Option("--apply/--diff", help="Write the files, or only show what would change.")] = (
        False
    ),
    unsafe: Annotated[bool, typer.Option("--unsafe", help="Take proposals of medium confidence, too.")] = False,
    offline: options.Offline = None,
    database: options.Database = None,
    drugbank: options.Drugbank = None,
    select: options.Select = None,
    ignore: options.Ignore = None,
    max_requests: options.MaxRequests = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001 - read where faults are shown
) -> None:
    """Replace wrong identifiers by the proposed ones."""
    from canonid import fixes, wiring  # noqa: PLC0415 - brings the database and the clients

    flags = options.given(
        offline=offline, database=database, drugbank=drugbank, select=select, ignore=ignore, max_requests=max_requests
    )
    paths = list(paths or [Path()])
    settings = load_settings(flags, paths=paths)
    with show_progress(quiet=quiet) as progress:
        plans = wiring.plan_fixes(settings, paths, unsafe=unsafe, progress=progress)
    if not apply:
        write("".join(plan.diff() for plan in plans), None)
        raise typer.Exit(ExitCode.DISCREPANT if plans else ExitCode.CLEAN)
    for plan in plans:
        fixes.apply(plan, wiring.corpus_root(settings, paths))
        if not quiet:
            print(f"{plan.path}: {len(plan.edits)} changed", file=sys.stderr)  # noqa: T201 - talk, not data
