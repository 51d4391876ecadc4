"""Pages out of texts, as the tests of this package write them."""

from __future__ import annotations

from canonid.corpus.fields import Fields
from canonid.corpus.source import Source
from canonid.corpus.table import read_table
from canonid.corpus.wiki import read_page
from canonid.model import Claim, Page


def page(text: str, slug: str = "fisetin", fields: Fields | None = None) -> Page:
    """The page that `text` makes as `<slug>.md`."""
    return read_page(Source(f"{slug}.md", text), slug, fields or Fields())


def rows(text: str, ending: str = "csv") -> list[Page]:
    """The pages that `text` makes as a table."""
    return list(read_table(Source(f"table.{ending}", text), {"csv": ",", "tsv": "\t"}[ending], Fields()))


def brief(claims: tuple[Claim, ...]) -> list[tuple[str, str | None]]:
    """Field and text of each claim."""
    return [(claim.field, claim.text) for claim in claims]


def claims(text: str, slug: str = "fisetin") -> list[tuple[str, str | None]]:
    """Field and text of what a page claims."""
    return brief(page(text, slug).claims)
