"""`canonid doctor`: whether canonid can work here."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import typer

from canonid.cli import options
from canonid.cli.exits import ExitCode
from canonid.cli.output import check_output, page_width, wants_color, write
from canonid.reports import Format, View
from canonid.settings import load_settings

if TYPE_CHECKING:
    from canonid.doctor import Diagnosis


def doctor(
    *,
    form: options.FormatOption = None,
    output: options.Output = None,
    offline: options.Offline = None,
    database: options.Database = None,
    drugbank: options.Drugbank = None,
    verbose: options.Details = False,  # noqa: ARG001 - read where faults are shown
) -> None:
    """Check authorities, clock, database, exports and settings.

    At most one small request an authority, none with --offline. The exit code is 2 if the database or a setting cannot
    be used, 3 if an authority cannot be reached, else 0.
    """
    from canonid import wiring  # noqa: PLC0415 - brings the database and the clients
    from canonid.reports.doctor import diagnosis_as_json, render_diagnosis  # noqa: PLC0415 - `--help` needs no renderer

    flags = options.given(format=form, offline=offline, database=database, drugbank=drugbank)
    settings = load_settings(flags)
    check_output(output)
    diagnosis = wiring.diagnose(settings)
    color = output is None and wants_color(sys.stdout, os.environ)
    view = View(color=color, width=page_width(sys.stdout, os.environ))
    is_json = settings.format is Format.JSON
    write(diagnosis_as_json(diagnosis) if is_json else render_diagnosis(diagnosis, view), output)
    raise typer.Exit(_exit_code(diagnosis))


def _exit_code(diagnosis: Diagnosis) -> ExitCode:
    if diagnosis.is_unusable:
        return ExitCode.USAGE
    return ExitCode.UNCHECKED if diagnosis.is_cut_off else ExitCode.CLEAN
