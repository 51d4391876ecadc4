"""`canonid drugbank`: the exports that DrugBank's ids are checked against."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from canonid.cli import options
from canonid.cli.output import write
from canonid.cli.progress import show_progress
from canonid.reports import Format
from canonid.settings import Settings, load_settings

if TYPE_CHECKING:
    from canonid.authorities.drugbank.lookup import ImportedExport

drugbank = typer.Typer(help="Import the DrugBank exports to answer from, or list them.", no_args_is_help=True)


@drugbank.command("import")
def import_files(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Full database, vocabulary, drug or structure links, or a page copy."),
    ],
    *,
    workers: Annotated[
        int, typer.Option(metavar="N", min=1, max=64, help="Processes that read an unpacked full database.")
    ] = 1,
    form: options.FormatOption = None,
    database: options.Database = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
    verbose: options.Details = False,  # noqa: ARG001 - read where faults are shown
) -> None:
    """Answer from these exports, in place of former ones.

    They may be packed as DrugBank packs them. If one of them cannot be used, the former import stays.
    """
    from canonid import wiring  # noqa: PLC0415 - brings the database and the clients

    settings = load_settings(options.given(format=form, database=database))
    with show_progress(quiet=quiet, in_bytes=True) as progress:
        exports = wiring.import_drugbank(settings, files, progress, workers)
    _print(settings, exports)
    _warn(settings, files)


@drugbank.command("list")
def list_exports(
    *,
    form: options.FormatOption = None,
    database: options.Database = None,
    verbose: options.Details = False,  # noqa: ARG001 - as above
) -> None:
    """List the imported exports."""
    from canonid import wiring  # noqa: PLC0415 - as above

    settings = load_settings(options.given(format=form, database=database))
    _print(settings, wiring.imported_drugbank(settings))


def _print(settings: Settings, exports: Sequence[ImportedExport]) -> None:
    write(_as_json(exports) if settings.format is Format.JSON else _as_text(exports), None)


def _as_text(exports: Sequence[ImportedExport]) -> str:
    if not exports:
        return "no DrugBank export was imported; `canonid drugbank import FILE` does\n"
    return "\n".join(
        f"{export.path}\n"
        f"  format   {export.format}\n"
        f"  release  {export.release}\n"
        f"  entries  {export.entries:,}\n"
        f"  sha256   {export.sha256}\n"
        for export in exports
    )


def _as_json(exports: Sequence[ImportedExport]) -> str:
    import json  # noqa: PLC0415 - only for this format

    items = [
        {
            "file": export.path,
            "format": export.format,
            "release": export.release,
            "dated": export.dated.isoformat() if export.dated else None,
            "entries": export.entries,
            "sha256": export.sha256,
            "decides": sorted(export.decides),
        }
        for export in exports
    ]
    return json.dumps({"schema_version": 1, "exports": items}, ensure_ascii=False, indent=2) + "\n"


def _warn(settings: Settings, files: Sequence[Path]) -> None:
    """Say so if the settings name other exports: the next run would import those, in place of these."""
    named = {os.path.realpath(file) for file in settings.drugbank}
    if named and named != {os.path.realpath(file) for file in files}:
        origin = settings.origins["drugbank"]
        sys.stderr.write(
            f"canonid: warning: the setting drugbank ({origin}) names other files; the next run will import those "
            "in place of these, unless you change it\n"
        )
