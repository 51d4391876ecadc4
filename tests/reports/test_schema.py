"""The published schema of the JSON report: what programs may rely on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from canonid.model import ClaimKind, Predicate, Report, Severity, State, Verdict
from canonid.reports import Format, View, render
from canonid.reports.json import SCHEMA_VERSION
from tests.reports.odd import FULL, REPORTS, WAIVER

ROOT = Path(__file__).parents[2]
SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))


def closed(schema: Any) -> Any:
    """The schema with no key allowed but those that it describes."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    tight = {name: closed(part) for name, part in schema.items()}
    return {**tight, "additionalProperties": False} if isinstance(schema.get("properties"), dict) else tight


def complaints(document: Any, schema: Any = SCHEMA) -> list[str]:
    """What is wrong with a document, with the place."""
    errors = Draft202012Validator(schema).iter_errors(document)
    return [f"{error.json_path}: {error.message}" for error in errors]


def test_the_schema_is_one() -> None:
    """By its own dialect."""
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["schema_version"] == {"const": SCHEMA_VERSION}


@pytest.mark.parametrize(
    "report", [*REPORTS.values(), replace(FULL, waivers=(WAIVER,))], ids=[*REPORTS, "with a waiver"]
)
def test_every_report_is_valid_and_every_key_described(report: Report) -> None:
    """Also the closed form holds, so that no key is emitted that the schema does not know."""
    assert complaints(json.loads(render(report, Format.JSON, View(hidden=1))), closed(SCHEMA)) == []


def test_the_report_of_the_examples_is_valid(tmp_path: Path) -> None:
    """As a process of its own prints it."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("CANONID_", "GITHUB_"))}
    words = ["check", "examples/wiki", "--format", "json", "--database", str(tmp_path / "store.sqlite")]
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "canonid", *words],
        cwd=ROOT, env=environ, capture_output=True, text=True, encoding="utf-8", check=False, timeout=60,
    )  # fmt: skip
    assert complaints(json.loads(done.stdout), closed(SCHEMA)) == []


@pytest.mark.parametrize(
    "path", [("run", "id"), ("summary", "verdicts"), ("findings", 0, "fingerprint"), ("claims", 0, "verdict")]
)
def test_a_key_that_is_missing_is_noticed(path: tuple[Any, ...]) -> None:
    """The checks above can fail."""
    document = part = json.loads(render(FULL, Format.JSON, View()))
    for step in path[:-1]:
        part = part[step]
    del part[path[-1]]
    assert complaints(document)


def test_a_key_that_nobody_knows_yet_is_allowed() -> None:
    """Keys may be added without a new version."""
    document = json.loads(render(FULL, Format.JSON, View()))
    document["claims"][0]["new"] = document["new"] = 1
    assert complaints(document) == []


def test_the_words_are_those_of_the_program() -> None:
    """Verdicts, severities, states, predicates and kinds."""
    claim, finding = SCHEMA["$defs"]["claim"]["properties"], SCHEMA["$defs"]["finding"]["properties"]
    assert claim["verdict"]["enum"] == [verdict.value for verdict in Verdict]
    assert finding["severity"]["enum"] == [severity.value for severity in Severity]
    assert finding["state"]["enum"] == [state.value for state in State]
    assert claim["predicate"]["enum"] == [predicate.value for predicate in Predicate]
    kinds = {kind.value for kind in ClaimKind} - {ClaimKind.PROPERTY.value}
    assert all(f"`{kind}`" in claim["kind"]["description"] for kind in kinds)


# Written down once more, so that a key cannot be taken away without anybody noticing.
VERSION_1 = {
    "": "schema_version tool run summary claims findings",
    "claim": "subject path line column field kind predicate prefix value reference trial verdict reason findings"
    " evidence",
    "finding": "code rule severity subject path line column field claimed message proposal also authorities evidence"
    " fingerprint state",
    "evidence": "authority question release retrieved_at url sha256 stale sources",
    "proposal": "value confidence why",
}


@pytest.mark.parametrize("name", VERSION_1)
def test_what_version_1_promised_is_kept(name: str) -> None:
    """Required, for good."""
    part = SCHEMA["$defs"][name] if name else SCHEMA
    assert set(VERSION_1[name].split()) <= set(part["required"])
