"""Annotations: what GitHub Actions shows at the lines of a pull request."""

from __future__ import annotations

from dataclasses import replace

import pytest

from canonid.model import Finding, Place, Report, Severity
from canonid.reports import Format, View, render
from canonid.reports.github import LARGEST_SUMMARY, MOST, step_summary
from tests.reports.odd import FULL, ODD, WAIVED
from tests.reports.samples import CONFIRMED, DISCREPANT, SPELLING, WRONG, report

MANY = 40


def lines(shown: Report, **view: object) -> list[str]:
    """What is printed."""
    return render(shown, Format.GITHUB, View(**view)).splitlines()  # type: ignore[arg-type]  # test shorthand


def repeated(finding: Finding, count: int = MANY) -> tuple[Finding, ...]:
    """The same finding on many pages."""
    return tuple(replace(finding, place=Place(f"wiki/{number:02}.md", 1, 1)) for number in range(count))


def test_a_finding_is_a_command_with_its_place_and_proposal() -> None:
    """What would end a property or the line is encoded."""
    first = lines(report(DISCREPANT, findings=(WRONG,)), base="my, wiki")[0]
    head, _, message = first.removeprefix("::").partition("::")
    assert head == "error file=my%2C wiki/wiki/adapalene.md,line=6,col=12,title=ID301 other-substance"
    assert message == f"{WRONG.message}%0Aproposal: CHEMBL1265 (high confidence: name and InChIKey agree)"


@pytest.mark.parametrize(("severity", "command"), [("error", "error"), ("warning", "warning"), ("info", "notice")])
def test_severities_have_their_command(severity: str, command: str) -> None:
    """Of the three that there are."""
    found = replace(WRONG, severity=Severity(severity))
    assert lines(report(DISCREPANT, findings=(found,)))[0].startswith(f"::{command} file=")


def test_no_more_are_printed_than_github_shows() -> None:
    """Ten of each severity, gravest first; a last line counts the others."""
    shown = lines(report(DISCREPANT, findings=(*repeated(SPELLING), *repeated(WRONG))))
    assert [line.split()[0] for line in shown[:-1]] == ["::error"] * MOST + ["::warning"] * MOST
    assert shown[-1] == (
        "canonid: 1 claim on 1 page: 1 discrepant; 80 findings; 60 of them not annotated: see the step summary"
    )


def test_a_message_does_not_smuggle_in_a_line_end() -> None:
    """Per cent signs begin the escapes of a command."""
    found = replace(WRONG, message="50%0A::error::x", proposal=None)
    assert lines(report(DISCREPANT, findings=(found,)))[0].endswith("::50%250A::error::x")


def test_what_is_waived_is_not_annotated() -> None:
    """It is counted all the same."""
    assert lines(report(DISCREPANT, findings=(WAIVED,))) == [
        "canonid: 1 claim on 1 page: 1 discrepant; 1 finding; 1 of them waived"
    ]


def test_quiet_prints_annotations_only() -> None:
    """Nothing for a clean report."""
    assert lines(report(CONFIRMED), quiet=True) == []
    assert len(lines(report(DISCREPANT, findings=(WRONG,)), quiet=True)) == 1


def test_a_page_gives_github_no_commands() -> None:
    """Each line is a command of ours or the count; what pages say is inside."""
    shown = lines(ODD)
    assert len([line for line in shown if line.startswith("::error file=")]) == len(ODD.findings)
    assert [line for line in shown if not line.startswith("::error file=")] == shown[-1:]
    assert shown[-1].startswith("canonid: ")


def test_the_step_summary_is_the_report_as_markdown() -> None:
    """With all findings."""
    assert step_summary(FULL, View()) == render(FULL, Format.MARKDOWN, View())


def test_a_summary_that_github_would_refuse_is_cut_between_pages() -> None:
    """And says so."""
    long = replace(WRONG, message="word " * 5_000)
    shown = step_summary(report(DISCREPANT, findings=repeated(long, 60)), View(verbose=True))
    assert len(shown.encode()) <= LARGEST_SUMMARY + 200
    assert shown.endswith("run canonid with `--format html`.\n")
    assert shown.splitlines()[-3].startswith("| ")
    assert shown.splitlines()[-3].endswith(" |")
