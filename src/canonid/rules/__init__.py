"""The rules, in the order of their codes. A new rule is one file and one line here."""

from __future__ import annotations

from canonid.rules import (
    id101,
    id102,
    id103,
    id104,
    id201,
    id202,
    id203,
    id204,
    id301,
    id302,
    id303,
    id304,
    id306,
    id401,
    id402,
    id501,
    id504,
    id601,
    id602,
    id603,
)
from canonid.rules.base import Rule

RULES: tuple[Rule, ...] = (
    id101.RULE,
    id102.RULE,
    id103.RULE,
    id104.RULE,
    id201.RULE,
    id202.RULE,
    id203.RULE,
    id204.RULE,
    id301.RULE,
    id302.RULE,
    id303.RULE,
    id304.RULE,
    id306.RULE,
    id401.RULE,
    id402.RULE,
    id501.RULE,
    id504.RULE,
    id601.RULE,
    id602.RULE,
    id603.RULE,
)
