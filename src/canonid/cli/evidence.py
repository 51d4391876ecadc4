"""`canonid evidence`: the stored replies, as a whole."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from canonid.cli import options
from canonid.cli.exits import ExitCode
from canonid.cli.output import check_output, page_width, write, write_lines
from canonid.cli.progress import show_progress
from canonid.errors import UsageError
from canonid.reports import Format, View
from canonid.settings import Settings, load_settings

if TYPE_CHECKING:
    from canonid.model import Evidence
    from canonid.store.rows import Pruned

evidence = typer.Typer(help="Export, import, count, prune or verify the stored replies.", no_args_is_help=True)


@evidence.command("export")
def export_evidence(
    *,
    authority: options.Authorities = None,
    output: options.Output = None,
    database: options.Database = None,
    verbose: options.Details = False,  # noqa: ARG001 - read where faults are shown
) -> None:
    """Print the replies, one JSON line each.

    Sorted by authority and question: the same store gives the same bytes.
    """
    from canonid.store.rows import export_lines  # noqa: PLC0415 - `--help` needs no store

    settings = load_settings(options.given(database=database))
    check_output(output)
    write_lines(export_lines(settings.database, authority or ()), output)


@evidence.command("import")
def import_evidence(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="What `canonid evidence export` wrote.")],
    *,
    database: options.Database = None,
    verbose: options.Details = False,  # noqa: ARG001 - as above
) -> None:
    """Store replies from files; each file wholly or not at all.

    A reply never replaces a newer one to the same question.
    """
    from canonid.store.evidence import EvidenceStore, read_evidence_file  # noqa: PLC0415 - as above

    settings = load_settings(options.given(database=database))
    with EvidenceStore(settings.database) as store:
        for file in files:
            counter = _Counter(read_evidence_file(file))
            stored = store.put(counter)
            kept = f", {counter.seen - stored:,} left out (the store has newer ones)" if stored < counter.seen else ""
            write(f"{file}: {counter.seen:,} read, {stored:,} stored{kept}\n", None)


class _Counter:
    """Counts the records that pass through it."""

    def __init__(self, records: Iterable[Evidence]) -> None:
        self._records = records
        self.seen = 0

    def __iter__(self) -> Iterator[Evidence]:
        for record in self._records:
            self.seen += 1
            yield record


@evidence.command("stats")
def count_evidence(
    *,
    form: options.FormatOption = None,
    output: options.Output = None,
    database: options.Database = None,
    verbose: options.Details = False,  # noqa: ARG001 - as above
) -> None:
    """Count the replies by authority, kind, age and release."""
    from canonid import wiring  # noqa: PLC0415 - brings the database and the clients
    from canonid.reports.inventory import inventory_as_json, render_inventory  # noqa: PLC0415 - as above

    settings = load_settings(options.given(format=form, database=database))
    check_output(output)
    inventory = wiring.take_stock(settings)
    is_json = settings.format is Format.JSON
    write(inventory_as_json(inventory) if is_json else render_inventory(inventory, _view()), output)


@evidence.command("prune")
def prune_evidence(
    *,
    older_than: Annotated[
        int | None, typer.Option(metavar="DAYS", min=0, max=36_500, help="Only replies received before that.")
    ] = None,
    authority: options.Authorities = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and delete nothing.")] = False,
    database: options.Database = None,
    verbose: options.Details = False,  # noqa: ARG001 - as above
) -> None:
    """Delete replies by age or authority.

    What is gone is asked anew by the next run that needs it, except what was compiled by hand: import that again. Runs
    and discrepancies stay.
    """
    from canonid.store.rows import prune  # noqa: PLC0415 - as above

    if older_than is None and not authority:
        raise UsageError("name what is to go: --older-than DAYS, --authority NAME, or both")
    settings = load_settings(options.given(database=database))
    before = None if older_than is None else datetime.now(UTC) - timedelta(days=older_than)
    pruned = prune(settings.database, authority or (), before, dry_run=dry_run)
    write(_account(pruned, settings, dry_run=dry_run), None)


def _account(pruned: Pruned, settings: Settings, *, dry_run: bool) -> str:
    from canonid.reports.figures import counted, size  # noqa: PLC0415 - as above

    by_authority = ", ".join(f"{name} {count:,}" for name, count in pruned.replies.items())
    replies = counted(pruned.total, "reply", "replies") + (f" ({by_authority})" if by_authority else "")
    if dry_run:
        return f"{settings.database}: {replies} would be deleted; nothing was\n"
    sizes = f"; {size(pruned.bytes_before)} before, {size(pruned.bytes_after)} now" if pruned.total else ""
    return f"{settings.database}: {replies} deleted{sizes}\n"


@evidence.command("verify")
def verify_evidence(
    *,
    form: options.FormatOption = None,
    output: options.Output = None,
    database: options.Database = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
    verbose: options.Details = False,  # noqa: ARG001 - as above
) -> None:
    """Hash and parse every reply anew, and check the file.

    Nothing is asked and nothing is written. The exit code is 1 if anything is wrong.
    """
    from canonid import wiring  # noqa: PLC0415 - brings the database and the clients
    from canonid.reports.inventory import render_verification, verification_as_json  # noqa: PLC0415 - as above

    settings = load_settings(options.given(format=form, database=database))
    check_output(output)
    with show_progress(quiet=quiet) as progress:
        outcome = wiring.verify_evidence(settings, progress)
    is_json = settings.format is Format.JSON
    write(verification_as_json(outcome) if is_json else render_verification(outcome, _view()), output)
    raise typer.Exit(ExitCode.CLEAN if outcome.is_sound else ExitCode.DISCREPANT)


def _view() -> View:
    return View(width=page_width(sys.stdout, os.environ))
