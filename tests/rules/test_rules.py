"""What holds for every rule: its name, its text, its place in the list, its documentation."""

import inspect
import re
import sys

import pytest

from canonid.model import Verdict
from canonid.rules import RULES
from canonid.rules.base import Rule
from tests.rules.goldens import check_golden, codes
from tests.rules.write_docs import DOCS, FAMILIES, rendered_docs

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def paragraphs(rule: Rule) -> list[str]:
    return inspect.cleandoc(rule.doc).split("\n\n")


def test_rules_are_listed_once_and_in_order() -> None:
    """Codes and names are how people refer to a rule: neither may be given twice."""
    assert [rule.code for rule in RULES] == sorted({rule.code for rule in RULES})
    assert len({rule.name for rule in RULES}) == len(RULES)


@each_rule
def test_a_rule_stands_in_the_file_of_its_code(rule: Rule) -> None:
    """Whoever reads a code in a report finds the file."""
    assert rule.check.__module__ == f"canonid.rules.{rule.code.lower()}"
    assert sys.modules[rule.check.__module__].__doc__ == rule.doc


@each_rule
def test_code_and_name_have_their_form(rule: Rule) -> None:
    """The family is the first digit; names are kebab-case."""
    assert re.fullmatch(rf"ID[{''.join(FAMILIES)}][0-9]{{2}}", rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)


@each_rule
def test_the_text_says_what_why_example_and_remedy(rule: Rule) -> None:
    """A summary of one sentence, the reason, an example, and what to do, in this order."""
    summary, *why, example, remedy = paragraphs(rule)

    assert re.fullmatch(r"[A-Z].*\.", summary), "one line, one sentence"
    assert any(len(paragraph) > 40 for paragraph in why)
    assert example.startswith("Example: ")
    assert remedy.startswith("Remedy: ")


@each_rule
def test_a_rule_never_confirms(rule: Rule) -> None:
    """A finding makes a claim discrepant or undetermined, or leaves the verdict to the evidence."""
    assert rule.verdict in {None, Verdict.DISCREPANT, Verdict.UNDETERMINED}


@pytest.mark.parametrize("code", codes())
def test_no_sentence_has_a_hole(code: str) -> None:
    """No message, reason or proposal shows a missing value, a blank too many or an empty pair of brackets."""
    report = check_golden(code)
    sentences = [finding.message for finding in report.findings] + [judged.reason for judged in report.claims]
    sentences += [finding.proposal.why for finding in report.findings if finding.proposal]

    assert [text for text in sentences if not text or re.search(r"\bNone\b|  |\(\)| [,;:)]|\( ", text)] == []


def test_the_documentation_is_that_of_the_rules() -> None:
    """`python -m tests.rules.write_docs` writes it anew."""
    assert {path.name: path.read_text(encoding="utf-8") for path in DOCS.iterdir()} == rendered_docs()
