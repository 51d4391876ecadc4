"""The arguments and options that commands share, each spelt once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from canonid.cli.boundary import VERBOSE
from canonid.errors import StoreError
from canonid.identifiers import AUTHORITIES
from canonid.reports import Format
from canonid.settings import FailOn, Settings, load_settings


def _note_verbose(context: typer.Context, value: bool) -> bool:
    context.meta[VERBOSE] = value
    return value


Paths = Annotated[
    list[Path] | None,
    typer.Argument(metavar="PATH", help="Pages, tables or directories; the current directory if none is given."),
]
ReportFormat = Annotated[Format | None, typer.Option("--format", help="How to print the report.")]


def _text_or_json(form: Format | None) -> Format | None:
    if form not in {None, Format.TEXT, Format.JSON}:
        raise typer.BadParameter("only the reports of reconcile and check come in this format; here: text, json.")
    return form


FormatOption = Annotated[
    Format | None,
    typer.Option("--format", metavar="[text|json]", callback=_text_or_json, help="How to print the outcome."),
]
"""For all that is no report."""
Output = Annotated[
    Path | None, typer.Option("--output", metavar="FILE", help="Write there instead of to standard output.")
]
Offline = Annotated[
    bool | None,
    typer.Option("--offline/--online", help="Answer from the store only, without any request.", show_default=False),
]
Database = Annotated[
    str | None, typer.Option(metavar="FILE", help="The store; by default cache/canonid.sqlite beside canonid.toml.")
]
Drugbank = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", help="A DrugBank export to answer from; may be given several times."),
]
Select = Annotated[
    list[str] | None, typer.Option(metavar="CODES", help="Show only these findings, such as ID301 or ID4,ID5.")
]
Ignore = Annotated[list[str] | None, typer.Option(metavar="CODES", help="Do not show these findings.")]
FailOnOption = Annotated[
    FailOn | None, typer.Option("--fail-on", help="The least severity that makes the exit code 1; error by default.")
]
MaxRequests = Annotated[
    int | None, typer.Option(metavar="N", min=0, help="Make at most so many requests, and leave the rest open.")
]
Wait = Annotated[
    float, typer.Option(metavar="SECONDS", min=0, help="How long to wait for another run that is at work.")
]
Hook = Annotated[
    bool,
    typer.Option(
        "--hook",
        help="For commit hooks: pass over files that are excluded or claim nothing, and do not fail for what could not "
        "be checked.",
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--changed-since",
        metavar="REV",
        help="Only pages that were changed since this commit, branch or tag of Git, or are new.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print findings and nothing else.")]
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose", "-v", callback=_note_verbose, help="List every claim; show the details of a fault in canonid."
    ),
]

Details = Annotated[
    bool,
    typer.Option("--verbose", "-v", callback=_note_verbose, help="Show the details of a fault in canonid."),
]
"""`-v` for commands that list no claims."""
Everything = Annotated[
    bool,
    typer.Option(
        "--verbose",
        "-v",
        callback=_note_verbose,
        help="Show long lists in full, and the details of a fault in canonid.",
    ),
]
"""`-v` for a card."""


def _check_authorities(names: list[str] | None) -> list[str] | None:
    for name in names or ():
        if name not in AUTHORITIES:
            raise typer.BadParameter(f"there is no authority {name!r}; there are {', '.join(AUTHORITIES)}.")
    return names


Authorities = Annotated[
    list[str] | None,
    typer.Option(
        "--authority", metavar="NAME", callback=_check_authorities, help="Only this one; may be given several times."
    ),
]


Corpus = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        exists=True,
        help="The folder of the wiki, with whose settings the store is found; by default the current directory.",
    ),
]


def remembered(corpus: Path | None, **flags: object) -> Settings:
    """The settings for what looks at earlier runs: those of the wiki in `corpus`, or of the current directory.

    Raises StoreError if there is no store: nothing found in none must not look like nothing found.
    """
    settings = load_settings(given(**flags), paths=[corpus] if corpus else [])
    if not settings.database.exists():
        from canonid.store.rows import no_store  # noqa: PLC0415 - `--help` needs no store

        raise StoreError(f"{no_store(settings.database)}, or the folder of the wiki with --corpus")
    return settings


def given(**flags: object) -> dict[str, object]:
    """The flags that were really given, which therefore come before the environment and the configuration."""
    return {name: value for name, value in flags.items() if value is not None and value != []}
