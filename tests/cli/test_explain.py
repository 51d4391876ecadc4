"""`canonid explain`: what a code means."""

from __future__ import annotations

import json

import pytest

from canonid.rules import RULES
from canonid.rules.base import Rule
from tests.cli.conftest import Canonid


def test_without_a_code_all_rules_are_listed(canonid: Canonid) -> None:
    """A line a rule, in order."""
    lines = canonid("explain").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [rule.code for rule in RULES]


@pytest.mark.parametrize("word", ["ID301", "id301", RULES[0].name])
def test_a_rule_is_found_by_code_or_name(canonid: Canonid, word: str) -> None:
    """In any case of letters."""
    ran = canonid("explain", word)
    rule = next(rule for rule in RULES if word.upper() == rule.code or word == rule.name)
    assert ran.stdout.startswith(f"{rule.code} {rule.name} ({rule.severity.value})\n\n{rule.summary[:40]}")
    assert "Remedy: " in ran.stdout


@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_every_explanation_fits_the_page(canonid: Canonid, rule: Rule) -> None:
    """80 columns, unless a word or a listing is longer."""
    ran = canonid("explain", rule.code)
    prose = [line for line in ran.stdout.splitlines() if not line.startswith((" ", "-", "|"))]
    assert max(map(len, prose)) <= 80


def test_json_has_the_text_as_written(canonid: Canonid) -> None:
    """For documentation and other programs."""
    (item,) = json.loads(canonid("explain", "ID301", "--format", "json").stdout)
    assert item["code"] == "ID301"
    assert item["doc"].startswith(item["summary"])


def test_the_title_is_bold_where_colour_is_wanted(canonid: Canonid) -> None:
    """On a terminal, or when forced."""
    assert canonid("explain", "ID301", FORCE_COLOR="1").stdout.startswith("\x1b[1mID301 ")


def test_an_unknown_code_is_refused_with_a_suggestion(canonid: Canonid) -> None:
    """Exit code 2."""
    ran = canonid("explain", "ID310")
    assert (ran.code, ran.stdout) == (2, "")
    assert "there is no rule 'ID310'; did you mean ID30" in ran.stderr


def test_a_word_like_no_rule_is_answered_with_the_list(canonid: Canonid) -> None:
    """Where no suggestion can be made."""
    assert "`canonid explain` lists them" in canonid("explain", "qqqqqqqqqqqq").stderr
