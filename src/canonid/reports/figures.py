"""How sizes, counts and small tables are written for people."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from canonid.model import Finding, Severity

if TYPE_CHECKING:
    from canonid.reports import View


def size(number: int | None) -> str:
    """Bytes in the largest unit that leaves a number above one: `12.3 MB`."""
    if number is None:
        return "no file"
    amount = float(number)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{number} bytes" if unit == "bytes" else f"{amount:.1f} {unit}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 reply`, `1,234 replies`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def table(rows: Sequence[Sequence[str]], numbers: frozenset[int] = frozenset()) -> list[str]:
    """Rows with columns lined up, those in `numbers` at their right edge; no space at the end of a line."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if position in numbers else cell.ljust(width)
            for position, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def by_severity(findings: Iterable[Finding]) -> str:
    """`13 errors, 10 warnings, 2 info`, or `none`."""
    counts = Counter(finding.severity for finding in findings)
    plurals = {Severity.INFO: "info"}
    kinds = (counted(counts[item], item.value, plurals.get(item, "")) for item in Severity if counts[item])
    return ", ".join(kinds) or "none"


def paint(text: str, color: str, view: View) -> str:
    """`text` in a colour of the terminal, a number as ECMA-48 has it, if the view has colours and there is one."""
    return f"\x1b[{color}m{text}\x1b[0m" if view.color and color else text


def hanging(margin: str, text: str, width: int, under: str | None = None) -> list[str]:
    """`text` after `margin`, continued under its own beginning or an indent of its own; 0 is any width."""
    if width <= 0:
        return [margin + text]
    return textwrap.wrap(
        text,
        width,
        initial_indent=margin,
        subsequent_indent=" " * len(margin) if under is None else under,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [margin.rstrip()]


def quoted(text: str, safe: str = "/~") -> str:
    """`text` percent-encoded as part of an address, whatever is in it."""
    return quote(text.encode("utf-8", "surrogatepass"), safe=safe)


def printable(text: str) -> str:
    """`text` on one line and without control characters: what stands in a file must not steer a terminal."""
    return "".join(char if char.isprintable() else " " if char.isspace() else "\ufffd" for char in text)
