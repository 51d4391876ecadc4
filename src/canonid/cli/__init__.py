"""The command line: one thin module a command, which parses, calls, renders and exits."""

from __future__ import annotations

import gc
import sys
from typing import Annotated

import typer

from canonid import __version__
from canonid.cli.boundary import Boundary
from canonid.cli.check import check
from canonid.cli.config import config
from canonid.cli.discrepancies import discrepancies
from canonid.cli.doctor import doctor
from canonid.cli.drugbank import drugbank
from canonid.cli.evidence import evidence
from canonid.cli.exits import ExitCode
from canonid.cli.explain import explain
from canonid.cli.fix import fix
from canonid.cli.issues import issues
from canonid.cli.lookup import lookup
from canonid.cli.output import prepare_streams, say, silence
from canonid.cli.reconcile import reconcile
from canonid.cli.runs import runs
from canonid.cli.schedule import schedule

app = typer.Typer(
    cls=Boundary,
    help="A linter for canonical identifiers in curated knowledge bases.",
    epilog="Exit codes: 0 nothing to report, 1 discrepancies, 2 usage or configuration, 3 something was not checked.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (reconcile, check, lookup, fix, explain, config, doctor, schedule):
    app.command()(command)
for name, group in (
    ("discrepancies", discrepancies),
    ("evidence", evidence),
    ("drugbank", drugbank),
    ("runs", runs),
    ("issues", issues),
):
    app.add_typer(group, name=name)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"canonid {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """The command `canonid`."""
    # What a run reads it keeps: to look all of it through for cycles over and over would take a tenth of its time.
    gc.set_threshold(100_000, 50, 100)
    prepare_streams()
    try:
        app(prog_name="canonid")
    except OSError as error:  # in what Typer prints itself: help, version and usage errors
        silence(sys.stdout)
        say(f"canonid: error: standard output cannot be written: {error.strerror}")
        sys.exit(ExitCode.USAGE)
