"""The report as one page for a browser: overview with charts, a table to filter and sort, evidence side by side.

It needs no network and nothing beside itself. Without scripts everything is there, only not filterable. What pages and
registries say is escaped, and a content security policy lets no script run but our own.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files

from canonid import __version__
from canonid.model import Report, State, Verdict
from canonid.reports import View
from canonid.reports.figures import by_severity, counted
from canonid.reports.html import overview, rows
from canonid.reports.html.markup import VERDICTS, shown
from canonid.reports.json import timestamp


def render(report: Report, view: View) -> str:
    """The page; the same whatever `verbose` and `quiet` say, because it can be filtered."""
    style, script = (files(__package__).joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    parts = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        "<title>Identifiers – canonid</title>",
        f"<style>{style}</style>",
        "</head>",
        "<body>",
        '<a class="skip" href="#claims">To the claims</a>',
        *_header(report, view),
        "<main>",
        *(_tiles(report) if report.claims else ()),
        *overview.charts(report, view),
        *overview.authorities(report),
        *rows.table(report, view),
        "</main>",
        *_footer(report),
        f"<script>{script}</script>",
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded, and only these two texts count as style and script."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _header(report: Report, view: View) -> Iterator[str]:
    waived = sum(finding.state is State.WAIVED for finding in report.findings)
    notes = [f"{waived} waived"] if waived else []
    notes += [f"{view.hidden} more not shown because of --select or --ignore"] if view.hidden else []
    aside = f" ({', '.join(notes)})" if notes else ""
    what = (
        counted(len(report.claims), "claim")
        if report.claims
        else counted(len(report.findings), "discrepancy", "discrepancies")
    )
    checked = f"{what} on {counted(report.subjects, 'page')}"
    moment = timestamp(report.run.finished_at)
    how = " offline" if report.run.offline else ""
    yield "<header><h1>Identifiers</h1>"
    yield f'<p>{checked}, checked <time datetime="{moment}">{moment[:10]} {moment[11:16]} UTC</time>{how}.'
    yield f"Findings: {by_severity(report.findings)}{aside}.</p></header>"


def _tiles(report: Report) -> Iterator[str]:
    """The verdicts with their counts; with scripts each is a filter."""
    counts = Counter(judged.verdict for judged in report.claims)
    yield '<section class="tiles" aria-label="Verdicts">'
    for verdict in Verdict:
        look = VERDICTS[verdict]
        yield (
            f'<button type="button" class="tile {verdict.value}" data-verdict="{verdict.value}" aria-pressed="false">'
            f'<span class="mark" aria-hidden="true">{look.mark}</span><strong>{counts[verdict]:,}</strong>'
            f"<span>{look.label}</span></button>"
        )
    yield "</section>"


def _footer(report: Report) -> Iterator[str]:
    yield f"<footer><p>canonid {__version__}, run {shown(report.run.id)}. Confirmed means: the record that is named"
    yield "is of the subject of the page. Unavailable means: a registry could not be asked, which says nothing about"
    yield "the claim.</p></footer>"
