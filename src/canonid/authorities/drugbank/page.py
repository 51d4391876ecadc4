"""The text of a drug's page, copied out of a browser: one drug, and only what survives such copying.

Headings are lost, tables run together and the weights of targets stand below. What can be relied on is the accession
with its secondary ones, the biologic classification, the average weight of the protein, the synonyms (bullets before
the products), ATC codes, and the date of the last line.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import dropwhile, pairwise, takewhile
from pathlib import Path

from canonid.authorities.drugbank.entry import Located, one_line, refusal, secondaries, tidy

LARGEST = 4 * 1024 * 1024
"""Bytes; a page copy is some 16 kB."""

_ACCESSION = re.compile(r"(DB[0-9]{5})\s*(?:\(([^()]*)\))?\s*")
_WEIGHT = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*Da")
_ATC = re.compile(r"([A-Z][0-9]{2}[A-Z]{2}[0-9]{2})\b")
_UPDATED = re.compile(r"Updated on ([A-Z][a-z]+) ([0-9]{1,2}), ([0-9]{4})")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
# Bullets below any of these are not synonyms.
_AFTER_SYNONYMS = frozenset(
    {"Prescription Products", "Additional Data Available", "CAS number", "Affected organisms", "Drug Interactions"}
)
_BULLET = "•"


def is_page(head: bytes) -> bool:
    """True if the start of the file has the accession heading of a page with an accession below it."""
    return _accession(head.decode("utf-8", errors="replace").splitlines()) is not None


def dated(content: bytes) -> date | None:
    """The day on which the record was last updated, as the page's last line says."""
    match = _UPDATED.search(content.decode("utf-8", errors="replace"))
    if match is None or match[1] not in _MONTHS:
        return None
    try:
        return date(int(match[3]), _MONTHS.index(match[1]) + 1, int(match[2]))
    except ValueError:
        return None


def read_page(path: Path, content: bytes) -> Located:
    """The one drug of a page copy.

    Raises ExportError for text that is not UTF-8 or lacks the accession.
    """
    if len(content) > LARGEST:
        raise refusal(path, f"larger than {LARGEST:,} bytes: not the copy of one page")
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refusal(path, "not UTF-8; save the copy as UTF-8 text", line) from error
    found = _accession(lines)
    if found is None:
        raise refusal(path, "no accession below the heading `Accession Number`", 1)
    line, primary, others = found
    synonyms = _synonyms(lines[line:])
    classification = _below(lines, "Biologic Classification")
    weight = _WEIGHT.fullmatch("".join(_below(lines, "Protein average weight")[:1]))
    fields: dict[str, object] = {
        "id": primary,
        "secondary": secondaries(others.split(","), primary),
        "name": synonyms[0] if synonyms else "",
        "synonyms": synonyms,
        "type": "biotech" if classification else "",
        "classification": classification,
        "mass": weight[1] if weight else "",
        "atc": [match[1] for text in _below(lines, "ATC Codes") if (match := _ATC.match(text))],
    }
    return Located(tidy(fields), line, len(content))


def _accession(lines: list[str]) -> tuple[int, str, str] | None:
    """The line of the accession (from 1), the primary one and the text of the others."""
    for number, (heading, value) in enumerate(pairwise(lines), start=2):
        if heading.strip().endswith("Accession Number") and (match := _ACCESSION.fullmatch(value.strip())):
            return number, match[1], match[2] or ""
    return None


def _below(lines: list[str], heading: str) -> list[str]:
    """The lines below `heading` up to the next blank one."""
    block = list(dropwhile(lambda line: line.strip() != heading, lines))[1:]
    return [one_line(line) for line in takewhile(lambda line: line.strip(), block)]


def _synonyms(lines: list[str]) -> list[str]:
    before = takewhile(lambda line: line.strip() not in _AFTER_SYNONYMS, lines)
    bullets = (one_line(line.strip().removeprefix(_BULLET)) for line in before if line.strip().startswith(_BULLET))
    return [bullet for bullet in bullets if bullet]
