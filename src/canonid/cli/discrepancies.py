"""`canonid discrepancies`: what is wrong, what has been decided about it, and how it came to be."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from canonid import setting_kinds as kinds
from canonid.cli import options
from canonid.cli.output import check_output, page_width, say, wants_color, write, write_lines
from canonid.model import Severity, State
from canonid.reports import Format, View
from canonid.settings import Settings, check_codes
from canonid.store.listing import Part, Sort, Wanted, as_csv, as_json, count_by, listing

if TYPE_CHECKING:
    from canonid.store.discrepancies import Discrepancy

discrepancies = typer.Typer(help="List discrepancies, look at one, and decide about it.", no_args_is_help=True)

_ALL = "all"
_OPEN = tuple(state for state in State if state is not State.RESOLVED)


def _read_states(names: list[str] | None) -> list[str] | None:
    for name in names or ():
        if name not in {*State, _ALL}:
            raise typer.BadParameter(f"there is no state {name!r}; there are {', '.join(State)}, and {_ALL}.")
    return names


def _read_codes(codes: list[str] | None) -> list[str] | None:
    try:
        read = kinds.read_codes(codes or (), Path())
    except ValueError as error:
        raise typer.BadParameter(f"should be {error}.") from error
    check_codes("--code", read)
    return list(read)


Names = Annotated[
    list[str], typer.Argument(metavar="FINGERPRINT", help="Of the discrepancy; its first digits, if no other has them.")
]
One = Annotated[str, typer.Argument(metavar="FINGERPRINT|SUBJECT", help="One discrepancy, or all of a subject.")]
Who = Annotated[str | None, typer.Option(metavar="NAME", help="Who decides; by default whom Git signs for, or you.")]
Note = Annotated[str | None, typer.Option(metavar="TEXT", help="What to put into the history.")]


@discrepancies.command("list")
def list_them(
    *,
    state: Annotated[
        list[str] | None,
        typer.Option(metavar="STATE", callback=_read_states, help="Only these; by default all but resolved ones."),
    ] = None,
    code: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE", callback=_read_codes, help="Only these, such as ID301 or ID3."),
    ] = None,
    severity: Annotated[list[Severity] | None, typer.Option(help="Only these.")] = None,
    subject: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only of these, by page stem.")] = None,
    field: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only of these, such as chembl-id.")] = None,
    authority: options.Authorities = None,
    path: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH", help="Pages, folders, or patterns with *, as the list shows them."),
    ] = None,
    sort: Annotated[Sort, typer.Option(help="In which order.")] = Sort.PLACE,
    limit: Annotated[int | None, typer.Option(metavar="N", min=0, help="At most so many.")] = None,
    count_by: Annotated[Part | None, typer.Option(help="Print how many there are by this, instead of a list.")] = None,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="How to print them; --sort is for text, json, jsonl and csv. SSSOM has none: they are no mappings.",
        ),
    ] = None,
    output: options.Output = None,
    corpus: options.Corpus = None,
    database: options.Database = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print no counts below the list.")] = False,
    verbose: options.Details = False,  # noqa: ARG001 - read where faults are shown
) -> None:
    """List discrepancies, with their fingerprints and states.

    An option that is given several times means any of its values; several options mean all of them.
    """
    settings = options.remembered(corpus, format=form, database=database)
    check_output(output)
    wanted = Wanted(
        _states(state), code or (), severity or (), subject or (), field or (), authority or (), path or ()
    )  # fmt: skip
    if count_by is not None:
        write(_counts(settings, wanted, count_by), output)
    else:
        write_lines(_list(settings, wanted, sort, limit, _view(output, quiet=quiet)), output)


def _states(names: Sequence[str] | None) -> Sequence[State]:
    if not names:
        return _OPEN
    return () if _ALL in names else [State(name) for name in names]


def _counts(settings: Settings, wanted: Wanted, part: Part) -> str:
    from canonid.reports.triage import counts_as  # noqa: PLC0415 - `--help` needs no renderer

    return counts_as(settings.format, part.value, count_by(settings.database, wanted, part)[part])


def _list(settings: Settings, wanted: Wanted, sort: Sort, limit: int | None, view: View) -> Iterator[str]:
    from canonid.reports import triage  # noqa: PLC0415 - `--help` needs no renderer

    asked = (settings.database, wanted, sort, limit)
    if settings.format is Format.JSON:
        counts = count_by(settings.database, wanted, Part.STATE, Part.SEVERITY, Part.CODE)
        with as_json(*asked) as rows:
            yield from triage.listing_as_json(rows, {part.value: count for part, count in counts.items()})
    elif settings.format is Format.CSV:
        with as_csv(*asked) as rows:
            yield from triage.listing_as_csv(rows)
    elif settings.format is Format.JSONL:
        with as_json(*asked) as rows:
            yield from (f"{row}\n" for row in rows)
    elif settings.format is not Format.TEXT:
        with as_json(*asked) as rows:
            yield _report(settings, rows)
    else:
        states = count_by(settings.database, wanted, Part.STATE)[Part.STATE]
        with listing(*asked) as listed:
            yield from triage.listing_as_text(listed, states, view)


def _report(settings: Settings, rows: Iterable[str]) -> str:
    """In a form that reports have; nothing is said of claims, which are not in the table."""
    from canonid.cli.view import guides, rule_pages, source_url  # noqa: PLC0415 - brings the rules
    from canonid.reports import render  # noqa: PLC0415 - as above
    from canonid.reports.remembered import report_of  # noqa: PLC0415 - as above
    from canonid.store.runs import last_runs  # noqa: PLC0415 - as above

    is_sarif = settings.format is Format.SARIF
    view = View(
        quiet=True,
        guides=guides() if is_sarif else (),
        docs=rule_pages() if is_sarif else "",
        source=source_url(settings.home, os.environ),
    )
    return render(report_of(rows, last_runs(settings.database, 1)), settings.format, view)


@discrepancies.command("show")
def show(
    name: One,
    *,
    corpus: options.Corpus = None,
    form: options.FormatOption = None,
    output: options.Output = None,
    database: options.Database = None,
    verbose: options.Details = False,  # noqa: ARG001 - as above
) -> None:
    """Show one: its page, the evidence, the proposal, the history."""
    from canonid import wiring  # noqa: PLC0415 - brings the database and the clients
    from canonid.reports.triage import render_sheets, sheets_as_json  # noqa: PLC0415 - as above

    settings = options.remembered(corpus, format=form, database=database)
    check_output(output)
    with wiring.open_desk(settings, corpus) as desk:
        sheets = desk.sheets(name)
    write(sheets_as_json(sheets) if settings.format is Format.JSON else render_sheets(sheets, _view(output)), output)


@discrepancies.command("history")
def history(
    name: One,
    *,
    corpus: options.Corpus = None,
    form: options.FormatOption = None,
    output: options.Output = None,
    database: options.Database = None,
    verbose: options.Details = False,  # noqa: ARG001 - as above
) -> None:
    """Print every change of state: when, by whom and why."""
    from canonid.reports.triage import history_as_json, render_history  # noqa: PLC0415 - as above
    from canonid.store.triage import find_all  # noqa: PLC0415 - `--help` needs no store
    from canonid.store.triage import history as events_of  # noqa: PLC0415 - as above

    settings = options.remembered(corpus, format=form, database=database)
    check_output(output)
    found = [
        (_title(item), events_of(settings.database, item.fingerprint)) for item in find_all(settings.database, name)
    ]
    write(
        history_as_json(found) if settings.format is Format.JSON else render_history(found, _view(output)), output
    )  # fmt: skip


@discrepancies.command("ack")
def ack(
    names: Names,
    *,
    who: Who = None,
    note: Note = None,
    corpus: options.Corpus = None,
    database: options.Database = None,
    verbose: options.Details = False,  # noqa: ARG001 - as above
) -> None:
    """Say that somebody has seen them and will act.

    They still count for the exit code, until their pages are mended.
    """
    from canonid import wiring  # noqa: PLC0415 - as above

    with wiring.open_desk(options.remembered(corpus, database=database), corpus) as desk:
        items = desk.find(names)
        changed = desk.acknowledge(items, who, note)
    _say(items, changed, "acknowledged")


@discrepancies.command("waive")
def waive(
    names: Names,
    *,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why it may stay.")],
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The last day on which it may."),
    ] = None,
    who: Who = None,
    corpus: options.Corpus = None,
    database: options.Database = None,
    verbose: options.Details = False,  # noqa: ARG001 - as above
) -> None:
    """Let them stay, for a reason, until a day.

    Written to .canonid/waivers.toml in the corpus root, for review like any change of a page. What is waived does not
    count for the exit code.
    """
    from canonid import wiring  # noqa: PLC0415 - as above

    with wiring.open_desk(options.remembered(corpus, database=database), corpus) as desk:
        items = desk.find(names)
        written = desk.waive(items, who, reason, until.date() if until else None)
    _say(items, tuple(item.fingerprint for item in items), "waived")
    for file in written:
        say(f"written to {file}")


@discrepancies.command("reopen")
def reopen(
    names: Names,
    *,
    who: Who = None,
    note: Note = None,
    corpus: options.Corpus = None,
    database: options.Database = None,
    verbose: options.Details = False,  # noqa: ARG001 - as above
) -> None:
    """Take back what was decided, a waiver too."""
    from canonid import wiring  # noqa: PLC0415 - as above

    with wiring.open_desk(options.remembered(corpus, database=database), corpus) as desk:
        items = desk.find(names)
        changed = desk.reopen(items, who, note)
    _say(items, changed, "reopened")


def _say(items: Sequence[Discrepancy], changed: Sequence[str], what: str) -> None:
    for item in items:
        said = what if item.fingerprint in changed else f"is {item.state.value} already, nothing changed"
        write(f"{item.fingerprint}  {said}: {_title(item)}\n", None)


def _title(item: Discrepancy) -> str:
    value = "null" if item.claimed is None else item.claimed
    return f"{item.code} {item.subject} {item.field} {value} ({item.place})"


def _view(output: Path | None, *, quiet: bool = False) -> View:
    color = output is None and wants_color(sys.stdout, os.environ)
    return View(quiet=quiet, color=color, width=page_width(sys.stdout, os.environ))
