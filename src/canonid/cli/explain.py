"""`canonid explain`: what a finding means, why it matters, and what to do."""

from __future__ import annotations

import inspect
import os
import sys
import textwrap
from typing import TYPE_CHECKING, Annotated

import typer

from canonid.cli import options
from canonid.cli.output import page_width, wants_color, write
from canonid.errors import UsageError
from canonid.reports import Format

if TYPE_CHECKING:
    from canonid.rules.base import Rule


def explain(
    code: Annotated[str | None, typer.Argument(metavar="CODE", help="Such as ID301; none lists all.")] = None,
    form: options.FormatOption = None,
) -> None:
    """Say what a code means and what to do about it."""
    from canonid.rules import RULES  # noqa: PLC0415 - `--help` needs no rule

    rules = RULES if code is None else (_find(code, RULES),)
    if form is Format.JSON:
        write(_as_json(rules), None)
    elif code is None:
        write(_as_list(rules), None)
    else:
        width = page_width(sys.stdout, os.environ)
        write(_as_text(rules[0], width, color=wants_color(sys.stdout, os.environ)), None)


def _find(code: str, rules: tuple[Rule, ...]) -> Rule:
    wanted = code.strip().casefold()
    for rule in rules:
        if wanted in {rule.code.casefold(), rule.name}:
            return rule
    from canonid.settings import closest  # noqa: PLC0415 - only for a code that is misspelt

    meant = closest(code, [word for rule in rules for word in (rule.code, rule.name)])
    advice = f"did you mean {meant}?" if meant else "`canonid explain` lists them"
    raise UsageError(f"there is no rule {code!r}; {advice}")


def _as_json(rules: tuple[Rule, ...]) -> str:
    import json  # noqa: PLC0415 - only for this format

    items = [
        {
            "code": rule.code,
            "name": rule.name,
            "severity": rule.severity.value,
            "summary": rule.summary,
            "doc": inspect.cleandoc(rule.doc),
        }
        for rule in rules
    ]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def _as_list(rules: tuple[Rule, ...]) -> str:
    return "".join(f"{rule.code}  {rule.severity.value:<7}  {rule.summary}\n" for rule in rules)


def _as_text(rule: Rule, width: int, *, color: bool) -> str:
    title = f"{rule.code} {rule.name} ({rule.severity.value})"
    heading = f"\x1b[1m{title}\x1b[0m" if color else title
    paragraphs = inspect.cleandoc(rule.doc).split("\n\n")
    return "\n\n".join([heading, *(_reflow(paragraph, width) for paragraph in paragraphs)]) + "\n"


def _reflow(paragraph: str, width: int) -> str:
    """Prose filled to the width; lists and indented lines as they were written."""
    lines = paragraph.splitlines()
    if any(line.startswith((" ", "- ", "* ", "|")) for line in lines):
        return paragraph
    return textwrap.fill(" ".join(lines), width, break_long_words=False, break_on_hyphens=False)
