"""SARIF: what code scanning needs to show, recognise and close an alert."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from canonid.cli.view import guides
from canonid.model import Report, Verdict
from canonid.reports import Format, Guide, View, render
from canonid.rules import RULES
from tests.reports.odd import EMPTY, FULL, REPORTS, SPANNED, STATUS, WAIVED
from tests.reports.samples import CONFIRMED_NULL, DISCREPANT, SPELLING, WRONG

SCHEMA = Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json"


@cache
def validator() -> Draft4Validator:
    """The official schema; see schemas/README.md."""
    return Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def log(report: Report, **view: Any) -> Any:
    """The one run of the log."""
    document = json.loads(render(report, Format.SARIF, View(**view)))
    assert [error.message for error in validator().iter_errors(document)] == []
    return document["runs"][0]


def result(report: Report, code: str = "ID301", **view: Any) -> Any:
    """The result with a code."""
    (found,) = [item for item in log(report, **view)["results"] if item["ruleId"] == code]
    return found


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
@pytest.mark.parametrize("guides", [(), guides()], ids=["alone", "with rules"])
def test_the_log_is_valid(report: Report, guides: tuple[Guide, ...]) -> None:
    """By the schema of the standard, whatever the report says."""
    assert log(report, guides=guides, docs="https://docs.example/rules")["tool"]["driver"]["name"] == "canonid"


def test_the_schema_refuses_what_is_wrong() -> None:
    """The check above can fail."""
    document = json.loads(render(FULL, Format.SARIF, View()))
    del document["runs"][0]["results"][0]["message"]
    assert list(validator().iter_errors(document))


def test_an_empty_run_lists_all_rules() -> None:
    """Otherwise alerts that are gone would stay open."""
    run = log(EMPTY, guides=guides())
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [rule.code for rule in RULES]
    assert run["results"] == []


def test_a_rule_brings_its_explanation_along() -> None:
    """A reader of an alert need not have canonid."""
    rules = log(EMPTY, guides=guides(), docs="https://docs.example/rules")["tool"]["driver"]["rules"]
    (rule,) = [rule for rule in rules if rule["id"] == "ID301"]
    assert rule["name"] == "NamesAnotherSubstance"
    assert rule["shortDescription"]["text"] == "The identifier belongs to another substance."
    assert "Remedy: " in rule["help"]["markdown"]
    assert rule["helpUri"] == "https://docs.example/rules/ID301.md"
    assert rule["defaultConfiguration"] == {"level": "error"}


def test_results_point_at_their_rules() -> None:
    """By number as well as by name."""
    run = log(FULL, guides=guides())
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[item["ruleIndex"]]["id"] == item["ruleId"] for item in run["results"])


def test_a_result_marks_the_value_and_names_its_repetitions() -> None:
    """In characters, from the reader's directory, percent-encoded."""
    found = result(FULL, base="my wiki")
    location = found["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": "my%20wiki/wiki/adapalene.md", "uriBaseId": "%SRCROOT%"}
    assert location["region"] == {"startLine": 6, "startColumn": 12, "endColumn": 22}
    (also,) = found["relatedLocations"]
    assert also["physicalLocation"]["region"]["startLine"] == 41


def test_an_alert_is_recognised_by_its_fingerprint() -> None:
    """Not by its line."""
    moved = replace(WRONG, place=replace(WRONG.place, line=99), also=())
    both = [result(replace(FULL, findings=(item,))) for item in (WRONG, moved)]
    assert both[0]["partialFingerprints"] == both[1]["partialFingerprints"] == {"canonid/v1": WRONG.fingerprint}


def test_a_proposal_is_a_fix_wherever_the_page_repeats_the_claim() -> None:
    """It replaces the value and nothing else."""
    (fix,) = result(FULL)["fixes"]
    (change,) = fix["artifactChanges"]
    assert [(item["deletedRegion"]["startLine"], item["insertedContent"]) for item in change["replacements"]] == [
        (6, {"text": "CHEMBL1265"}),
        (41, {"text": "CHEMBL1265"}),
    ]


@pytest.mark.parametrize(
    "judged",
    [
        DISCREPANT,
        replace(SPANNED, claim=replace(SPANNED.claim, end=150)),
        replace(SPANNED, claim=replace(SPANNED.claim, text=None, in_body=True, end=104)),
        replace(SPANNED, claim=replace(SPANNED.claim, text=None, end=150)),
        replace(SPANNED, claim=replace(SPANNED.claim, kind=STATUS.claim.kind)),
    ],
    ids=[
        "no span",
        "over several lines",
        "null in a sentence",
        "null over several lines",
        "status in the page's words",
    ],
)
def test_no_fix_is_offered_where_it_takes_a_person(judged: Any) -> None:
    """A wrong edit is worse than none."""
    assert "fixes" not in result(replace(FULL, claims=(judged,), findings=(replace(WRONG, also=()),)))


def test_a_null_in_front_matter_is_filled() -> None:
    """Its word is replaced, however the page spells it."""
    null = replace(CONFIRMED_NULL, claim=replace(CONFIRMED_NULL.claim, start=50, end=54), verdict=Verdict.DISCREPANT)
    found = replace(WRONG, field="pubchem-cid", place=null.claim.place, claimed=None, also=())
    (fix,) = result(replace(FULL, claims=(null,), findings=(found,)))["fixes"]
    assert fix["artifactChanges"][0]["replacements"][0]["deletedRegion"] == {
        "startLine": 5,
        "startColumn": 12,
        "endColumn": 16,
    }


def test_no_fix_writes_a_null() -> None:
    """That there is none is for a person to say."""
    none = replace(WRONG, proposal=WRONG.proposal and replace(WRONG.proposal, value=None))
    assert "fixes" not in result(replace(FULL, findings=(none,)))


def test_what_is_waived_is_suppressed_with_its_reason() -> None:
    """And what is not says so, so that an alert comes back when its waiver ends."""
    (suppression,) = result(FULL, "ID103")["suppressions"]
    assert suppression["kind"] == "external"
    assert suppression["justification"] == "waived until 2027-01-01 (A. Curator): the label has it so"
    assert result(FULL)["suppressions"] == []


def test_a_comment_on_the_line_is_a_suppression_in_the_source() -> None:
    """The forge shows where it is written."""
    waiver = WAIVED.waiver and replace(WAIVED.waiver, origin=f"{SPELLING.place.path}:6")
    found = result(replace(FULL, findings=(replace(WAIVED, waiver=waiver),)), "ID103")
    assert found["suppressions"][0]["kind"] == "inSource"


def test_a_waiver_of_the_table_of_discrepancies_has_no_reason_here() -> None:
    """The state alone is known."""
    found = result(replace(FULL, findings=(replace(WAIVED, waiver=None),)), "ID103")
    assert found["suppressions"] == [{"kind": "external", "status": "accepted"}]


def test_what_could_not_be_checked_is_noted() -> None:
    """No result is not a clean bill of health."""
    notes = log(FULL)["invocations"][0]["toolExecutionNotifications"]
    assert "drugbank: unavailable: no DrugBank export supplied" in [note["message"]["text"] for note in notes]
    assert "pubchem: degraded: did not answer within 30 s" in [note["message"]["text"] for note in notes]
    assert "not checked: no DrugBank export supplied" in [note["message"]["text"] for note in notes]
