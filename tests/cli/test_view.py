"""Which format a report comes in, and what the surroundings add to it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from canonid.cli.view import choose_format, source_url
from canonid.reports import Format
from canonid.settings import Settings
from tests.cli.conftest import Canonid

ACTIONS = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://forge.example",
    "GITHUB_REPOSITORY": "someone/wiki",
    "GITHUB_SHA": "abc",
}


def test_inside_actions_findings_become_annotations(canonid: Canonid, wiki: Path, tmp_path: Path) -> None:
    """Where nobody asked for a format; the exit code is the same."""
    ran = canonid("check", wiki, **ACTIONS, GITHUB_WORKSPACE=str(tmp_path))
    assert ran.stdout.startswith("::error file=corpus/wiki/adapalene.md,line=3,col=12,title=ID201 no-such-record::")
    assert ran.code == 1


def test_the_summary_of_the_step_is_added_to(canonid: Canonid, wiki: Path, tmp_path: Path) -> None:
    """Behind what other steps wrote, with links to the lines at the commit."""
    (file := tmp_path / "summary.md").write_text("before\n")
    canonid("check", wiki, **ACTIONS, GITHUB_WORKSPACE=str(tmp_path), GITHUB_STEP_SUMMARY=str(file))
    shown = file.read_text(encoding="utf-8")
    assert shown.startswith("before\n# Identifiers\n")
    assert "[3](https://forge.example/someone/wiki/blob/abc/corpus/wiki/adapalene.md#L3)" in shown


def test_a_summary_that_cannot_be_written_stops_nothing(canonid: Canonid, wiki: Path, tmp_path: Path) -> None:
    """It is said, and the exit code is that of the findings."""
    ran = canonid("check", wiki, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(tmp_path))
    assert "cannot be written: " in ran.stderr
    assert ran.code == 1


def test_outside_of_actions_nobody_writes_a_summary(canonid: Canonid, wiki: Path, tmp_path: Path) -> None:
    """Only with the format that belongs to it."""
    file = tmp_path / "summary.md"
    canonid("check", wiki, "--format", "csv", GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(file))
    assert not file.exists()
    canonid("check", wiki, "--format", "github", GITHUB_STEP_SUMMARY=str(file))
    assert file.exists()


@pytest.mark.parametrize(
    ("origin", "output", "environ", "form"),
    [
        ("default", None, {"GITHUB_ACTIONS": "true"}, Format.GITHUB),
        ("default", None, {"GITHUB_ACTIONS": "false"}, Format.TEXT),
        ("default", None, {}, Format.TEXT),
        ("flag --format", None, {"GITHUB_ACTIONS": "true"}, Format.TEXT),
        ("default", Path("report.txt"), {"GITHUB_ACTIONS": "true"}, Format.TEXT),
    ],
)
def test_the_format_is_the_one_that_was_asked_for(
    origin: str, output: Path | None, environ: dict[str, str], form: Format
) -> None:
    """By flag or file; annotations only where nobody did, and only where GitHub reads them."""
    settings = Settings(database=Path("x"), origins={"format": origin})
    assert choose_format(settings, output, environ) is form


@pytest.mark.parametrize(
    ("root", "environ", "url"),
    [
        ("/w/my docs", {"GITHUB_WORKSPACE": "/w"}, "https://forge.example/someone/wiki/blob/abc/my%20docs"),
        ("/w", {"GITHUB_WORKSPACE": "/w"}, "https://forge.example/someone/wiki/blob/abc"),
        ("/elsewhere", {"GITHUB_WORKSPACE": "/w"}, ""),
        ("/w", {}, ""),
        ("/w", {"GITHUB_WORKSPACE": "/w", "GITHUB_ACTIONS": ""}, ""),
    ],
)
def test_lines_are_linked_where_the_checkout_is_known(root: str, environ: dict[str, str], url: str) -> None:
    """At the commit that is checked."""
    assert source_url(Path(root), {**ACTIONS, **environ}) == url


@pytest.mark.parametrize("form", Format)
def test_every_format_can_be_asked_for(canonid: Canonid, wiki: Path, form: Format) -> None:
    """With the same exit code."""
    ran = canonid("check", wiki, "--format", form.value)
    assert (ran.code, ran.stderr) == (1, "")
    assert "CHEMBL1201570" in ran.stdout or form in {Format.GITHUB, Format.SARIF}


@pytest.mark.parametrize("command", [("explain",), ("config",), ("lookup", "x"), ("evidence", "stats")])
def test_what_is_no_report_comes_as_text_or_json(canonid: Canonid, command: tuple[str, ...]) -> None:
    """Another format is refused, not passed over."""
    ran = canonid(*command, "--format", "sarif")
    assert ran.code == 2
    assert "only the reports of reconcile and check come in this format" in " ".join(ran.stderr.split())


def test_sarif_explains_all_rules(canonid: Canonid, wiki: Path) -> None:
    """Also those that found nothing."""
    rules = json.loads(canonid("check", wiki, "--format", "sarif").stdout)["runs"][0]["tool"]["driver"]["rules"]
    assert "ID301" in {rule["id"] for rule in rules}
    assert all(rule["help"]["text"] for rule in rules)


def test_the_page_shows_records_and_former_runs(canonid: Canonid, wiki: Path) -> None:
    """A run over one page says nothing of the others, and is left out of the trend."""
    canonid("reconcile", wiki)
    canonid("check", wiki / "anakinra.md")
    shown = canonid("check", wiki, "--format", "html").stdout
    assert "<td>METFORMIN</td>" in shown
    trend = shown.partition("<h3>Trend over runs</h3>")[2].partition("</figure>")[0]
    assert trend.count('<tr><th scope="row">') == 2
