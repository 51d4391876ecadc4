"""The diagnosis, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from canonid.doctor import AuthorityHealth, Diagnosis
from canonid.identifiers import AUTHORITIES
from canonid.model import Severity
from canonid.reports import View
from canonid.reports.figures import counted, hanging, paint, printable, size
from canonid.reports.json import timestamp

_COLORS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}


def render_diagnosis(diagnosis: Diagnosis, view: View) -> str:
    """Each part under its heading, and at the end what there is to do."""
    parts = {
        "Authorities": _authorities(diagnosis),
        "Database": _database(diagnosis),
        "DrugBank exports": _exports(diagnosis),
        "Settings": _settings(diagnosis),
        "Versions": iter([("", ", ".join(f"{name} {found}" for name, found in diagnosis.versions.items()))]),
    }
    blocks = ["\n".join([_bold(heading, view), *_lines(list(rows), view)]) for heading, rows in parts.items()]
    return "\n\n".join([*blocks, "\n".join(_advice(diagnosis, view))]) + "\n"


def diagnosis_as_json(diagnosis: Diagnosis) -> str:
    """The same as one object, `schema_version` 1."""
    about, database, drugbank = diagnosis.about, diagnosis.database, diagnosis.drugbank
    document = {
        "schema_version": 1,
        "at": timestamp(diagnosis.at),
        "status": _status(diagnosis),
        "offline": about.offline,
        "authorities": {each.name: _authority_as_json(each) for each in diagnosis.authorities},
        "database": {
            "path": str(database.path),
            "bytes": database.bytes,
            "schema": database.schema,
            "problems": list(database.problems),
            "replies": database.replies,
            "discrepancies": dict(database.discrepancies),
            "last_run": database.last_run
            and {"id": database.last_run.id, "finished_at": timestamp(database.last_run.finished_at)},
        },
        "drugbank": {
            "catalogue": str(drugbank.catalogue),
            "problem": drugbank.problem,
            "exports": [
                {
                    "file": export.path,
                    "format": export.format,
                    "release": export.release,
                    "entries": export.entries,
                    "sha256": export.sha256,
                }
                for export in drugbank.exports
            ],
        },
        "config": about.config and str(about.config),
        "settings": {each.name: {"value": each.value, "origin": each.origin} for each in about.settings},
        "versions": dict(diagnosis.versions),
        "remarks": [
            {"severity": remark.severity.value, "about": remark.about, "text": remark.text}
            for remark in diagnosis.remarks
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _lines(rows: Sequence[tuple[str, str]], view: View) -> Iterator[str]:
    """Label and text, the texts lined up."""
    widest = max((len(label) for label, _ in rows), default=0)
    for label, text in rows:
        margin = f"  {label:<{widest}}  " if label else "  "
        yield from hanging(margin, printable(text), view.width)


def _status(diagnosis: Diagnosis) -> str:
    if diagnosis.is_unusable:
        return "unusable"
    return "cut off" if diagnosis.is_cut_off else "ok"


def _authority_as_json(health: AuthorityHealth) -> dict[str, Any]:
    pulse = health.pulse
    return {
        "status": health.standing,
        "url": health.url,
        "seconds": round(pulse.seconds, 3) if pulse else None,
        "release": pulse.release if pulse else None,
        "released": pulse.released if pulse else None,
        "state": dict(pulse.state) if pulse else {},
        "clock_skew_seconds": None if health.skew is None else round(health.skew.total_seconds()),
        "reason": health.reason,
    }


def _authorities(diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    for each in diagnosis.authorities:
        parts = [each.standing]
        if pulse := each.pulse:
            parts = [f"ok in {pulse.seconds:.2f} s"]
            parts += [f"{pulse.release} of {pulse.released}" if pulse.released else pulse.release or "no releases"]
            parts += [f"{what}: {state}" for what, state in pulse.state.items()]
        yield AUTHORITIES[each.name], ", ".join([*parts, each.url])


def _database(diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    database = diagnosis.database
    yield "file", str(database.path)
    if database.bytes is None and not database.problems:
        yield "state", "not there yet; the first run makes it"
        return
    yield (
        "state",
        ", ".join(
            [
                "cannot be used (see below)" if database.problems else "sound and writable",
                size(database.bytes),
                *([f"schema {database.schema}"] if database.schema is not None else []),
            ]
        ),
    )
    if database.schema is not None:
        discrepancies = ", ".join(f"{count:,} {state}" for state, count in database.discrepancies.items())
        yield "replies", f"{database.replies:,}"
        yield "discrepancies", discrepancies or "none"
        run = database.last_run
        yield "last run", f"{run.id}, ended {timestamp(run.finished_at)}" if run else "none"


def _exports(diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    drugbank = diagnosis.drugbank
    if not drugbank.exports:
        yield "", "cannot be read (see below)" if drugbank.problem else "none"
    for export in drugbank.exports:
        age = (diagnosis.at.date() - export.dated).days if export.dated else None
        old = f", {counted(age, 'day')} old" if age is not None and age >= 0 else ""
        yield "", f"{export.release}: {counted(export.entries, 'entry', 'entries')}{old}, from {export.path}"


def _settings(diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    about = diagnosis.about
    yield "configuration file", str(about.config or "none")
    for each in about.settings:
        yield each.name, f"{json.dumps(each.value, ensure_ascii=False)}  ({each.origin})"
    if not about.settings:
        yield "", "all at their defaults"


def _advice(diagnosis: Diagnosis, view: View) -> Iterator[str]:
    yield _bold("What to do", view)
    for remark in diagnosis.remarks:
        word = f"{remark.severity.value}:"
        margin = f"  {word:<9}"
        first, *rest = hanging(margin, printable(remark.text), view.width)
        yield first.replace(word, paint(word, _COLORS[remark.severity], view), 1)
        yield from rest
    if not diagnosis.remarks:
        yield "  nothing; all is well"


def _bold(text: str, view: View) -> str:
    return paint(text, "1", view)
