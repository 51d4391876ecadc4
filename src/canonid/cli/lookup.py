"""`canonid lookup`: one substance or trial, side by side in all authorities."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from errno import ENAMETOOLONG
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from canonid.cli import options
from canonid.cli.exits import ExitCode
from canonid.cli.output import check_output, page_width, wants_color, write
from canonid.cli.progress import show_progress
from canonid.errors import UsageError
from canonid.reports import Format, View
from canonid.settings import load_settings

if TYPE_CHECKING:
    from canonid.lookup import Card

_PAGES = frozenset({".md", ".markdown", ".csv", ".tsv", ".jsonl"})


def lookup(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="A name, an identifier of any kind, a URL or a page.")],
    *,
    form: options.FormatOption = None,
    output: options.Output = None,
    offline: options.Offline = None,
    database: options.Database = None,
    drugbank: options.Drugbank = None,
    max_requests: options.MaxRequests = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the front matter and nothing else.")] = False,
    verbose: options.Everything = False,
) -> None:
    """Show what each authority says of one substance or trial."""
    from canonid import wiring  # noqa: PLC0415 - brings the database and the clients
    from canonid.reports.card import render_cards  # noqa: PLC0415 - `--help` needs no renderer
    from canonid.reports.card_json import cards_as_json  # noqa: PLC0415 - as above

    flags = options.given(format=form, offline=offline, database=database, drugbank=drugbank, max_requests=max_requests)
    if form not in {None, Format.TEXT, Format.JSON}:
        raise UsageError(f"a look-up can be had as {Format.TEXT} or {Format.JSON}, not as {form}; leave --format out")
    page = _page(query)
    settings = load_settings(flags, paths=[page] if page else [])
    check_output(output)
    with show_progress(quiet=quiet) as progress:
        cards = wiring.look_up(settings, query, page, progress)
    color = output is None and wants_color(sys.stdout, os.environ)
    view = View(verbose=verbose, quiet=quiet, color=color, width=page_width(sys.stdout, os.environ))
    write(cards_as_json(cards) if settings.format is Format.JSON else render_cards(cards, view), output)
    raise typer.Exit(_exit_code(cards))


def _page(query: str) -> Path | None:
    """The file that the query names, if it is one.

    Raises UsageError for a directory, and for what is plainly meant to be a page but is not there.
    """
    path = Path(query)
    try:
        if path.is_file():
            return path
        if (len(path.parts) > 1 or query in {".", ".."} or query.endswith(os.sep)) and path.is_dir():
            raise UsageError(f"{query} is a directory; name one page in it, or check all with `canonid check {query}`")
    except OSError as error:
        if error.errno == ENAMETOOLONG:
            return None
        # What is a path here must not be sent to the authorities as a name.
        raise UsageError(f"cannot look at {query}: {error.strerror}") from None
    if path.suffix.casefold() in _PAGES:
        raise UsageError(f"there is no page {query}; look at the path, or give the name of the substance")
    return None


def _exit_code(cards: Sequence[Card]) -> ExitCode:
    """Not finding anything is told from finding, and not being able to look from both."""
    if any(card.is_found for card in cards):
        return ExitCode.CLEAN
    return ExitCode.UNCHECKED if any(card.is_unchecked for card in cards) else ExitCode.DISCREPANT
