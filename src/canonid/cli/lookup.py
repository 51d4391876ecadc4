"""`canonid lookup`: one substance or trial, side by side in all authorities."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from canonid.cli import options
from canonid.cli.exits import ExitCode
from canonid.cli.output import check_output, page_width, wants_color, write
from canonid.cli.progress import show_progress
from canonid.reports import Format, View
from canonid.settings import load_settings

if TYPE_CHECKING:
    from canonid.lookup import Card


def lookup(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="A name, an identifier of any kind, a URL or a page.")],
    *,
    form: options.FormatOption = None,
    output: options.Output = None,
    offline: options.Offline = None,
    database: options.Database = None,
    drugbank: options.Drugbank = None,
    max_requests: options.MaxRequests = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001 - read where faults are shown
) -> None:
    """Show what each authority says of one substance or trial."""
    from canonid import wiring  # noqa: PLC0415 - brings the database and the clients
    from canonid.reports.card import cards_as_json, render_cards  # noqa: PLC0415 - `--help` needs no renderer

    flags = options.given(format=form, offline=offline, database=database, drugbank=drugbank, max_requests=max_requests)
    page = Path(query) if Path(query).is_file() else None
    settings = load_settings(flags, paths=[page] if page else [])
    check_output(output)
    with show_progress(quiet=quiet) as progress:
        cards = wiring.look_up(settings, query, page, progress)
    color = output is None and wants_color(sys.stdout, os.environ)
    view = View(color=color, width=page_width(sys.stdout, os.environ))
    write(cards_as_json(cards) if settings.format is Format.JSON else render_cards(cards, view), output)
    raise typer.Exit(_exit_code(cards))


def _exit_code(cards: Sequence[Card]) -> ExitCode:
    """Not finding anything is told from finding, and not being able to look from both."""
    if any(card.is_found for card in cards):
        return ExitCode.CLEAN
    return ExitCode.UNCHECKED if any(card.is_unchecked for card in cards) else ExitCode.DISCREPANT
