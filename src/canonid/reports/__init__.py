"""How the outcome of a run is shown: one module a format, each with one pure `render(report, view) -> str`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from canonid.model import Report


class Format(StrEnum):
    """The forms in which a report can be had."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class View:
    """How a report is to be shown; changes nothing of what it says."""

    verbose: bool = False
    """List every claim, whatever the size of the corpus."""
    quiet: bool = False
    """Show findings and nothing else."""
    color: bool = False
    width: int = 80
    """Columns to wrap at; 0 leaves every line in one piece."""
    base: str = ""
    """Path from the reader's directory to the corpus root, so that places can be opened from the terminal."""
    hidden: int = 0
    """How many findings were left out by `--select` and `--ignore`."""


def render(report: Report, form: Format, view: View) -> str:
    """The report in one of the formats, ending in a line break."""
    from canonid.reports import json, text  # noqa: PLC0415 - `--help` needs the names of the formats, not their code

    renderers = {Format.TEXT: text.render, Format.JSON: json.render}
    return renderers[form](report, view)


def narrow(report: Report, select: Sequence[str], ignore: Sequence[str]) -> tuple[Report, int]:
    """The report with the findings that the user wants to see, and how many were left out.

    Codes may be given by their beginning (`ID3`). Only what is shown changes: verdicts stay, because a claim is not
    right for not being looked at.
    """
    kept = tuple(
        finding
        for finding in report.findings
        if (not select or finding.code.startswith(tuple(select))) and not finding.code.startswith(tuple(ignore))
    )
    return replace(report, findings=kept), len(report.findings) - len(kept)
