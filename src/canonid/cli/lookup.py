"""`canonid lookup`: one substance or trial, side by side in all authorities."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from canonid.cli import options
from canonid.cli.progress import show_progress
from canonid.settings import Settings, load_settings

if TYPE_CHECKING:
    from canonid.gather import Progress
    from canonid.lookup import Card


def lookup(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="A name, an identifier of any kind, a URL or a page.")],
    *,
    offline: options.Offline = None,
    database: options.Database = None,
    drugbank: options.Drugbank = None,
    max_requests: options.MaxRequests = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,  # noqa: ARG001 - read where faults are shown
) -> None:
    """Show what each authority says of a substance."""
    flags = options.given(offline=offline, database=database, drugbank=drugbank, max_requests=max_requests)
    page = Path(query) if Path(query).is_file() else None
    settings = load_settings(flags, paths=[page] if page else [])
    with show_progress(quiet=quiet) as progress:
        look_up(query, page, settings, progress)


def look_up(query: str, page: Path | None, settings: Settings, progress: Progress | None) -> tuple[Card, ...]:
    """The cards for `query`, or for the subjects of `page` if it is one."""
    from canonid import wiring  # noqa: PLC0415 - brings the database and the clients
    from canonid.lookup import lookup as by_query  # noqa: PLC0415 - as above
    from canonid.lookup import lookup_page  # noqa: PLC0415 - as above

    with wiring.open_session(settings, progress) as session:
        if page is None:
            return by_query(query, session.gatherer)
        return tuple(lookup_page(item, session.gatherer) for item in wiring.read_pages(settings, [page]))
