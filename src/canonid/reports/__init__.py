"""How the outcome of a run is shown: one module a format, each with one pure `render(report, view) -> str`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from canonid.model import Answers, Report, Severity


class Format(StrEnum):
    """The forms in which a report can be had."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    SARIF = "sarif"
    GITHUB = "github"
    MARKDOWN = "markdown"
    CSV = "csv"
    SSSOM = "sssom"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Guide:
    """What there is to read about one rule, for formats that bring the explanation along."""

    code: str
    name: str
    severity: Severity
    summary: str
    text: str
    """Why, an example and the remedy, as Markdown."""


@dataclass(frozen=True, slots=True)
class Past:
    """A former run over the same pages, counted, for a trend."""

    at: datetime
    verdicts: Mapping[str, int]
    findings: Mapping[str, int]
    """By severity."""


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
    guides: tuple[Guide, ...] = ()
    """All rules, whether or not they found anything."""
    docs: str = ""
    """Address of the folder with a page for each rule; empty if it is not known."""
    source: str = ""
    """Address of the corpus root on a forge; `{source}/{path}#L{line}` shows a line. Empty if it is not known."""
    answers: Answers = field(default_factory=dict)
    """What the evidence of the report means, where it could be read."""
    history: tuple[Past, ...] = ()
    """Former runs over the same pages, oldest first, this one left out."""


def render(report: Report, form: Format, view: View) -> str:
    """The report in one of the formats, ending in a line break."""
    from canonid.reports import (  # noqa: PLC0415 - `--help` needs the names of the formats, not their code
        csv,
        github,
        html,
        json,
        jsonl,
        markdown,
        sarif,
        sssom,
        text,
    )

    renderers = {
        Format.TEXT: text.render,
        Format.JSON: json.render,
        Format.JSONL: jsonl.render,
        Format.SARIF: sarif.render,
        Format.GITHUB: github.render,
        Format.MARKDOWN: markdown.render,
        Format.CSV: csv.render,
        Format.SSSOM: sssom.render,
        Format.HTML: html.render,
    }
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
