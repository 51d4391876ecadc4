"""What every format promises, whatever a report says."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from canonid.model import Report
from canonid.reports import Format, View, render
from tests.reports.odd import CLAIMS, EMPTY, FULL, NAMES, ODD, REPORTS
from tests.reports.samples import CONFIRMED, DISCREPANT, SPELLING, WRONG

every_format = pytest.mark.parametrize("form", Format)
every_report = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)


@every_format
@every_report
def test_a_report_ends_with_a_line_break_and_can_be_written(form: Format, report: Report) -> None:
    """Also one without claims, and one with names that are no valid text."""
    shown = render(report, form, View())
    assert shown.endswith("\n")
    assert shown.encode("utf-8")


@every_format
def test_the_order_in_which_claims_and_findings_come_changes_nothing(form: Format) -> None:
    """Same inputs, same bytes."""
    backward = replace(FULL, claims=FULL.claims[::-1], findings=FULL.findings[::-1])
    assert render(FULL, form, View()) == render(backward, form, View())


@every_format
def test_control_characters_reach_no_reader(form: Format) -> None:
    """A terminal, a spreadsheet and a browser are spared escape sequences and foreign line ends."""
    shown = render(ODD, form, View())
    raw = {char for char in shown if not char.isprintable()} - {"\n", "\r", "\t"}
    assert raw == set()


@pytest.mark.parametrize("form", [Format.JSON, Format.JSONL, Format.CSV, Format.MARKDOWN, Format.HTML])
def test_paths_are_relative_to_the_corpus(form: Format) -> None:
    """Wherever the reader is: two checkouts give the same report."""
    assert render(FULL, form, View(base="../corpus")) == render(FULL, form, View())


@pytest.mark.parametrize("form", [Format.TEXT, Format.SARIF, Format.GITHUB])
def test_places_to_open_start_at_the_readers_directory(form: Format) -> None:
    """A terminal, an editor and a forge look there."""
    assert "corpus/wiki/adapalene.md" in render(FULL, form, View(base="corpus"))


# JSON Lines


def test_json_lines_are_the_json_report_in_pieces() -> None:
    """The run first, then each claim and each finding on a line of its own."""
    whole = json.loads(render(ODD, Format.JSON, View(hidden=2)))
    head, *items = [json.loads(line) for line in render(ODD, Format.JSONL, View(hidden=2)).splitlines()]
    assert head == {"type": "run", **{key: whole[key] for key in ("schema_version", "tool", "run", "summary")}}
    assert items == [{"type": "claim", **claim} for claim in whole["claims"]] + [
        {"type": "finding", **finding} for finding in whole["findings"]
    ]


def test_names_of_files_that_are_no_text_survive_json() -> None:
    """A program can find the file again."""
    whole = json.loads(render(ODD, Format.JSON, View()))
    assert {claim["path"] for claim in whole["claims"]} == set(NAMES)


# CSV


def rows(report: Report) -> list[dict[str, str]]:
    """The table as a spreadsheet reads it."""
    return list(csv.DictReader(io.StringIO(render(report, Format.CSV, View()), newline="")))


def test_a_row_has_the_claim_its_findings_and_its_evidence() -> None:
    """One row a claim, with what the finding on it says."""
    (row,) = rows(replace(FULL, claims=(DISCREPANT,), findings=tuple(f for f in FULL.findings if f.code == "ID301")))
    assert {key: row[key] for key in ("path", "line", "column", "field", "value", "verdict", "codes", "severity")} == {
        "path": "wiki/adapalene.md", "line": "6", "column": "12", "field": "chembl-id", "value": "CHEMBL1232",
        "verdict": "discrepant", "codes": "ID301", "severity": "error",
    }  # fmt: skip
    assert (row["proposal"], row["confidence"], row["stale"]) == ("CHEMBL1265", "high", "no")
    assert row["url"] == "https://www.ebi.ac.uk/chembl/explore/compound/CHEMBL1232"
    assert row["retrieved_at"] == "2026-03-01T12:00:00Z"


def test_a_row_has_the_gravest_of_its_findings_and_the_oldest_of_its_evidence() -> None:
    """Who sorts by severity or by age must not miss a claim."""
    (evidence,) = DISCREPANT.evidence
    later = replace(evidence, retrieved_at=evidence.retrieved_at + timedelta(days=1), authority="drugbank")
    claim = replace(DISCREPANT, evidence=(later, evidence))
    (row,) = rows(replace(FULL, claims=(claim,), findings=(replace(WRONG, also=()), SPELLING)))
    assert (row["codes"], row["severity"]) == ("ID103 ID301", "error")
    assert (row["authorities"], row["retrieved_at"]) == ("chembl | drugbank", "2026-03-01T12:00:00Z")


def test_a_finding_on_no_claim_has_a_row_of_its_own() -> None:
    """A file that cannot be read makes no claim, and must not vanish from the table."""
    (row,) = [row for row in rows(FULL) if row["path"] == "wiki/broken.md"]
    assert (row["verdict"], row["codes"], row["messages"]) == ("", "ID504", "front matter is not valid YAML")


def test_a_repeated_claim_has_its_finding_in_each_row() -> None:
    """A filter by code finds all of its places."""
    assert [row["line"] for row in rows(FULL) if "ID301" in row["codes"]] == ["6", "41"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_no_cell_is_a_formula(start: str) -> None:
    """Whatever a page says, a spreadsheet computes nothing."""
    text = f"{start}cmd|' /C calc'!A0"
    evil = replace(CONFIRMED, claim=replace(CONFIRMED.claim, text=text, subject=text), reason=text)
    (row,) = rows(replace(FULL, claims=(evil,), findings=()))
    assert {row["value"], row["subject"], row["reason"]} == {f"'{text}"}


def test_the_table_follows_the_standard() -> None:
    """RFC 4180: lines end in CRLF, quotes are doubled, and what stands in a cell comes back."""
    shown = render(EMPTY, Format.CSV, View())
    assert shown.endswith("evidence\r\n")
    quoted = replace(CONFIRMED, reason='a "b", c\nd')
    assert rows(replace(FULL, claims=(quoted,), findings=()))[0]["reason"] == 'a "b", c\nd'
    assert len(rows(ODD)) == len(CLAIMS)
