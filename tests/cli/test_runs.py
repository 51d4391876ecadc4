"""`canonid runs`: history and trend."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Canonid


@pytest.fixture
def corpus(canonid: Canonid, wiki: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wiki that was checked twice, one error mended in between; the command stands in it."""
    monkeypatch.chdir(wiki.parent)
    canonid("reconcile", "wiki")
    (wiki / "adapalene.md").write_text("---\ntitle: Adapalene\n---\n")
    canonid("reconcile", "wiki")
    return wiki


def test_the_list_has_a_line_a_run_and_the_trend(canonid: Canonid, corpus: Path) -> None:
    """Newest first."""
    lines = canonid("runs", "list").stdout.splitlines()
    assert lines[0].split() == ["run", "pages", "right", "wrong", "undecided", "new", "gone", "requests", "seconds"]
    assert [line.split()[1:-1] for line in lines[1:3]] == [
        ["2", "2", "0", "0", "0", "1", "0"],
        ["3", "2", "1", "0", "2", "0", "0"],
    ]
    assert lines[4].startswith("Trend: right 2 → 2, wrong 1 → 0, undecided 0 → 0 since 20")


def test_a_look_at_one_page_is_no_trend(canonid: Canonid, corpus: Path) -> None:
    """It says nothing of the others; it is listed all the same."""
    canonid("check", "wiki/metformin.md")
    lines = canonid("runs", "list").stdout.splitlines()
    assert lines[1].split()[1] == "1"
    assert lines[5].startswith("Trend: right 2 → 2, wrong 1 → 0")


def test_the_list_can_be_cut(canonid: Canonid, corpus: Path) -> None:
    """One run has no trend."""
    assert len(canonid("runs", "list", "--limit", 1).stdout.splitlines()) == 2


def test_the_list_as_json(canonid: Canonid, corpus: Path) -> None:
    """For a chart."""
    document = json.loads(canonid("runs", "list", "--format", "json").stdout)
    assert document["schema_version"] == 1
    assert [(run["new"], run["resolved"], run["claims"]) for run in document["runs"]] == [(0, 1, 2), (2, 0, 3)]
    assert document["runs"][1]["verdicts"]["discrepant"] == 1
    assert set(document["runs"][0]["authorities"]) == {"chembl", "pubchem", "drugbank", "clinicaltrials"}


def test_the_newest_run_is_shown(canonid: Canonid, corpus: Path) -> None:
    """With what became of every discrepancy."""
    shown = canonid("runs", "show")
    assert shown.code == 0
    assert "Changes:  0 new, 0 found again, 1 resolved" in shown.stdout
    assert "wiki/adapalene.md:3\n    resolved: ID" in shown.stdout


def test_a_run_is_shown_by_its_id(canonid: Canonid, corpus: Path) -> None:
    """As JSON too."""
    first = json.loads(canonid("runs", "list", "--format", "json").stdout)["runs"][1]["id"]
    document = json.loads(canonid("runs", "show", first, "--format", "json").stdout)
    assert document["run"]["id"] == first
    assert [change["state"] for change in document["changes"]] == ["open", "open"]


@pytest.mark.parametrize(("run", "message"), [("1999", "there is no run '1999'"), ("2", "2 runs begin with '2'")])
def test_a_run_that_is_not_one_is_refused(canonid: Canonid, corpus: Path, run: str, message: str) -> None:
    """With what to do."""
    shown = canonid("runs", "show", run)
    assert (shown.code, shown.stdout) == (2, "")
    assert message in shown.stderr


def test_before_the_first_run_there_is_nothing_to_show(canonid: Canonid, wiki: Path) -> None:
    """Neither where no store is nor in one that knows of no run."""
    assert "there is no store at" in canonid("runs", "list", "--corpus", wiki).stderr
    canonid("evidence", "import", wiki.parent / "evidence.jsonl", "--database", "s.sqlite")
    assert canonid("runs", "list", "--database", "s.sqlite").stdout == "Nothing was run yet.\n"
    shown = canonid("runs", "show", "--database", "s.sqlite")
    assert shown.stderr == "canonid: error: nothing was run yet; `canonid reconcile` does\n"


def test_runs_are_found_from_elsewhere(
    canonid: Canonid, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the settings of the wiki."""
    monkeypatch.chdir(tmp_path)
    assert canonid("runs", "show").code == 2
    assert "1 resolved" in canonid("runs", "show", "--corpus", corpus).stdout
