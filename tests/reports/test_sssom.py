"""SSSOM: confirmed claims as mappings that other tools read."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from canonid.model import Place, Report, Verdict
from canonid.reports import Format, View, render
from canonid.reports.sssom import NO_TERM
from tests.reports.odd import EMPTY, FULL, NASTY, REPORTS, TRIAL
from tests.reports.samples import ANAKINRA, CONFIRMED, CONFIRMED_NULL, RUN, TRIAL_STATUS, report


def parsed(shown: Report) -> tuple[Any, list[dict[str, str]]]:
    """Metadata and rows, as a reader of the format gets them."""
    lines = render(shown, Format.SSSOM, View()).splitlines(keepends=True)
    head = "".join(line.removeprefix("# ") for line in lines if line.startswith("#"))
    table = "".join(line for line in lines if not line.startswith("#"))
    return yaml.safe_load(head), list(csv.DictReader(io.StringIO(table), delimiter="\t"))


def rows(shown: Report) -> list[dict[str, str]]:
    """The mappings."""
    return parsed(shown)[1]


def test_the_metadata_has_what_the_format_requires() -> None:
    """A name for the set, a licence, and who made it."""
    head, _ = parsed(FULL)
    assert head["mapping_set_id"].startswith("urn:uuid:")
    assert head["license"] == "https://w3id.org/sssom/license/unspecified"
    assert (head["mapping_tool"], head["mapping_date"]) == ("canonid", "2026-03-01")


@pytest.mark.parametrize("shown", REPORTS.values(), ids=REPORTS)
def test_every_mapping_has_the_slots_that_the_format_requires(shown: Report) -> None:
    """And every prefix that a cell uses is in the map."""
    head, mappings = parsed(shown)
    for row in mappings:
        ids = [
            row[slot] for slot in ("subject_id", "predicate_id", "object_id", "mapping_justification", "object_source")
        ]
        ids.append(head["mapping_set_id"])  # sssom-py counts it among them
        assert {text.partition(":")[0] for text in ids} <= set(head["curie_map"])
        assert all(re.fullmatch(r"[^\s:]+:\S+", text) for text in ids)
        assert 0 < float(row["confidence"]) <= 1


def test_a_confirmed_claim_is_a_mapping() -> None:
    """Reviewed, because a curator made it."""
    assert rows(report(CONFIRMED)) == [
        {
            "subject_id": "page:wiki/anakinra.md",
            "subject_label": "anakinra",
            "predicate_id": "skos:exactMatch",
            "object_id": "chembl.compound:CHEMBL1201570",
            "mapping_justification": "semapv:MappingReview",
            "object_source": "bioregistry:chembl.compound",
            "object_source_version": "synthetic 1",
            "confidence": "0.90",
            "comment": "ChEMBL's preferred name ANAKINRA is the title",
        }
    ]


def test_a_confirmed_null_says_that_there_is_no_term() -> None:
    """And in which space."""
    (row,) = rows(report(CONFIRMED_NULL))
    assert (row["object_id"], row["object_source"]) == (NO_TERM, "bioregistry:pubchem.compound")


def test_only_what_is_confirmed_is_a_mapping() -> None:
    """Wrong, open and unchecked claims are none, and a trial's status is no term."""
    assert {row["object_id"] for row in rows(FULL)} == {"chembl.compound:CHEMBL1201570", NO_TERM}
    assert rows(report(TRIAL_STATUS)) == rows(EMPTY) == []
    assert rows(report(replace(CONFIRMED_NULL, verdict=Verdict.DISCREPANT))) == []


def test_the_version_is_that_of_the_identifiers_own_source() -> None:
    """The record of another authority may have confirmed it; its release says nothing of this one."""
    other = replace(ANAKINRA, authority="drugbank", release="5.1.13")
    assert rows(report(replace(CONFIRMED, evidence=(other, ANAKINRA))))[0]["object_source_version"] == "synthetic 1"
    assert rows(report(replace(CONFIRMED, evidence=(other,))))[0]["object_source_version"] == ""


def test_a_mapping_that_a_page_repeats_is_one() -> None:
    """Front matter and body say the same."""
    again = replace(CONFIRMED, claim=replace(CONFIRMED.claim, place=Place("wiki/anakinra.md", 30, 5)))
    assert len(rows(report(CONFIRMED, again))) == 1


def test_a_row_of_a_table_is_a_subject_of_its_own() -> None:
    """Many substances stand in one file."""
    claim = replace(CONFIRMED.claim, place=Place("drugs.csv", 2, 5), subject="IL-1 blocker")
    assert rows(report(replace(CONFIRMED, claim=claim)))[0]["subject_id"] == "page:drugs.csv#IL-1%20blocker"


@pytest.mark.parametrize(
    ("reason", "stale", "confidence"),
    [("one", False, "0.90"), ("one; two", False, "0.95"), ("one", True, "0.80"), ("one; two", True, "0.85")],
)
def test_the_confidence_follows_grounds_and_age(reason: str, stale: bool, confidence: str) -> None:
    """Coarse, and as the module says."""
    judged = replace(CONFIRMED, reason=reason, evidence=(replace(ANAKINRA, stale=stale),))
    assert rows(report(judged))[0]["confidence"] == confidence


def test_texts_keep_to_their_cell() -> None:
    """A tab, a line end or a quote would move the cells behind it."""
    judged = replace(CONFIRMED, reason=f"\t{NASTY}\n", claim=replace(CONFIRMED.claim, subject='"\t\nx'))
    (row,) = rows(report(judged))
    assert row["subject_label"] == "'  x"
    assert row["comment"].startswith("=1+1|")


def test_the_same_run_names_the_same_set() -> None:
    """Another run another one."""
    other = report(CONFIRMED, run=replace(RUN, id="run-2"))
    assert parsed(FULL)[0]["mapping_set_id"] == parsed(EMPTY)[0]["mapping_set_id"]
    assert parsed(FULL)[0]["mapping_set_id"] != parsed(other)[0]["mapping_set_id"]


@pytest.mark.skipif(shutil.which("sssom") is None, reason="sssom-py is not installed (390 MB: pip install sssom)")
@pytest.mark.parametrize("command", ["validate", "parse"])
@pytest.mark.parametrize("shown", [FULL, report(CONFIRMED, TRIAL)], ids=["full", "trial"])
def test_sssom_py_accepts_the_set(shown: Report, command: str, tmp_path: Path) -> None:
    """The reference implementation validates it, and reads it."""
    file = tmp_path / "mappings.sssom.tsv"
    file.write_text(render(shown, Format.SSSOM, View()), encoding="utf-8")
    done = subprocess.run(["sssom", command, file], check=False, capture_output=True, text=True)  # noqa: S603, S607 - whichever is installed
    assert done.returncode == 0, done.stderr
