"""Write docs/rules out of the rules themselves: `python -m tests.rules.write_docs`, after every change of a docstring.

`canonid explain` prints the same texts; a test holds both to the rules.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

from canonid.model import Verdict
from canonid.rules import RULES
from canonid.rules.base import Rule

DOCS = Path(__file__).parents[2] / "docs" / "rules"
FAMILIES = {
    "1": "Form: is it an identifier of its field?",
    "2": "Existence: does the authority have it?",
    "3": "Identity: is it the subject's?",
    "4": "Nulls: is there really none?",
    "5": "The page against itself and others",
    "6": "Trials",
}
"""What the first digit of a code stands for."""
_EFFECTS = {
    None: "The verdict on the claim is left to the evidence.",
    Verdict.DISCREPANT: "The claim is discrepant.",
    Verdict.UNDETERMINED: "The claim is undetermined.",
}
_INTRODUCTION = """# Rules

What canonid checks, in the order of the codes. `canonid explain ID301` prints the same text on a terminal. Codes never
change their meaning, and a code that is missing here is not in use.

These pages are written by `python -m tests.rules.write_docs` out of the docstrings in `src/canonid/rules`; edit those.
"""


def rendered_rule(rule: Rule) -> str:
    """The page of one rule."""
    return (
        f"# {rule.code} {rule.name}\n\n"
        f"Severity: {rule.severity}. {_EFFECTS[rule.verdict]}\n\n"
        f"{inspect.cleandoc(rule.doc)}\n"
    )


def rendered_index() -> str:
    """The list of all rules, by family."""
    parts = [_INTRODUCTION]
    for digit, rules in groupby(RULES, key=lambda rule: rule.code[2]):
        rows = "".join(
            f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.severity} | {rule.summary} |\n" for rule in rules
        )
        parts.append(f"## {FAMILIES[digit]}\n\n| code | name | severity | finding |\n|---|---|---|---|\n{rows}")
    return "\n".join(parts)


def rendered_docs() -> Mapping[str, str]:
    """Every file of docs/rules with its text."""
    return {"README.md": rendered_index()} | {f"{rule.code}.md": rendered_rule(rule) for rule in RULES}


if __name__ == "__main__":
    DOCS.mkdir(exist_ok=True)
    for path in DOCS.glob("*.md"):
        path.unlink()
    for name, text in rendered_docs().items():
        (DOCS / name).write_text(text, encoding="utf-8")
