"""`canonid fix`: carry out proposals, showing them first."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from canonid.cli import options
from canonid.cli.exits import ExitCode
from canonid.cli.output import say, write
from canonid.cli.progress import show_progress
from canonid.errors import UsageError
from canonid.settings import load_settings

if TYPE_CHECKING:
    from canonid.fixes import Left

_MOST_PLACES = 3
"""Named of each reason for leaving something out."""


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
    from canonid import fixes, mending, wiring  # noqa: PLC0415 - brings the database and the clients

    flags = options.given(
        offline=offline, database=database, drugbank=drugbank, select=select, ignore=ignore, max_requests=max_requests
    )
    paths = list(paths or [Path()])
    settings = load_settings(flags, paths=paths)
    with show_progress(quiet=quiet) as progress:
        found = mending.plan_mending(settings, paths, unsafe=unsafe, progress=progress)
    refused = list(found.refused)
    if apply:
        for plan, error in fixes.apply_all(found.plans, wiring.corpus_root(settings, paths)):
            if error is not None:
                refused.append(error)
            elif not quiet:
                say(f"{plan.path}: {len(plan.edits)} changed")
    else:
        write("".join(plan.diff() for plan in found.plans), None)
    if not quiet:
        _say_left(found.left)
    if refused:
        raise UsageError("\n".join(["not every file can be changed", *(f"  {error}" for error in refused)]))
    raise typer.Exit(ExitCode.DISCREPANT if found.plans and not apply else ExitCode.CLEAN)


def _say_left(left: Iterable[Left]) -> None:
    """What was proposed and is not carried out, by reason, with the first places."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for item in left:
        by_reason.setdefault((item.why, item.code), []).append(str(item.place))
    for (why, code), places in by_reason.items():
        more = len(places) - _MOST_PLACES
        shown = ", ".join(places[:_MOST_PLACES]) + (f" and {more:,} more" if more > 0 else "")
        say(f"left out, {code} at {shown}: {why}")
