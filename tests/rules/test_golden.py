"""Every rule on pages as curators write them: what must be reported, word for word, and what must not."""

import pytest

from canonid.rules import RULES
from canonid.store.evidence import read_evidence_file
from tests.rules.goldens import GOLDEN, codes, expected_path, findings, pages, rendered, rendered_all


def test_every_rule_has_golden_pages() -> None:
    """A rule without golden pages, or a folder without a rule, is a slip."""
    assert codes() == [rule.code for rule in RULES]


@pytest.mark.parametrize("code", codes())
def test_findings_are_the_expected_ones(code: str) -> None:
    """Place, severity, sentence and proposal of every finding; `rewrite_goldens` writes them anew."""
    assert rendered_all(findings(code)) == expected_path(code).read_text(encoding="utf-8")


@pytest.mark.parametrize("code", codes())
def test_every_page_that_must_report_does(code: str) -> None:
    """A page without a finding proves nothing."""
    found = findings(code)

    assert sorted({finding.place.path for finding in found if finding.place.path.startswith("reports/")}) == (
        pages(code, "reports")
    )


@pytest.mark.parametrize("code", codes())
def test_near_misses_stay_silent(code: str) -> None:
    """No finding on a page that only looks wrong."""
    assert pages(code, "silent")
    assert [rendered(finding) for finding in findings(code) if finding.place.path.startswith("silent/")] == []


@pytest.mark.parametrize("code", codes())
def test_every_reply_says_where_its_facts_come_from(code: str) -> None:
    """None of the replies is recorded: each names its sources, or that it was made up."""
    assert [item.question.key for item in read_evidence_file(GOLDEN / code / "evidence.jsonl") if not item.sources] == (
        []
    )
