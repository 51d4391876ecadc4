"""What the parts of the page share: escaping, links, and how a verdict looks."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import NamedTuple

from canonid.identifiers import AUTHORITIES
from canonid.model import Verdict
from canonid.reports.figures import printable


class Look(NamedTuple):
    """A sign and a word, so that nothing is told by colour alone."""

    mark: str
    label: str


VERDICTS = {
    Verdict.DISCREPANT: Look("✗", "discrepant"),
    Verdict.UNDETERMINED: Look("?", "undetermined"),
    Verdict.UNAVAILABLE: Look("…", "unavailable"),
    Verdict.CONFIRMED_NULL: Look("∅", "confirmed null"),
    Verdict.CONFIRMED: Look("✓", "confirmed"),
}
"""By gravity: what needs a curator comes first."""


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of thing that a chart counts."""

    name: str
    label: str


def shown(text: str) -> str:
    """`text` as nothing but text, in an element or in an attribute."""
    return html.escape(printable(text), quote=True)


def link(text: str, url: str | None) -> str:
    """`text`, which is markup already, as a link if the address is one of the web: a file of evidence may name any."""
    if url is None or not url.startswith(("https://", "http://")):
        return text
    return f'<a href="{shown(url)}" rel="noreferrer noopener">{text}</a>'


def authority_name(name: str) -> str:
    """An authority as it spells itself."""
    return AUTHORITIES.get(name, name)
