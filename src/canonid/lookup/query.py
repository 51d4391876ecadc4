"""What a curator types or pastes: a name, an identifier of any space, a CURIE or a URL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from canonid.errors import UsageError
from canonid.identifiers import (
    PREFIXES,
    PUBCHEM_SUBSTANCE,
    UNII,
    Reference,
    Spelling,
    guess_references,
    read_identifier,
)

# A bare SID looks like a CID, and a bare UNII like a word of ten letters: these two need to be called what they are.
_LABELLED = re.compile(r"(unii|sid|pubchem\s*sid|pubchem\.substance)[\s:=_#-]", re.IGNORECASE)
_SUBSTANCE_PAGE = "pubchem.ncbi.nlm.nih.gov/substance/"
_COMPOUND_PAGE = "pubchem.ncbi.nlm.nih.gov/compound/"


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was understood: the references that it may mean, or a name if there are none."""

    text: str
    references: tuple[Reference, ...] = ()


def read_query(text: str) -> Query:
    """Read what was typed.

    Raises UsageError for what can be looked up nowhere: nothing, a URL of somebody else, a wrong check digit.
    """
    text = " ".join(text.split())
    if not text:
        raise UsageError("nothing to look up: give a name, an identifier or a page")
    if not text.isprintable():
        raise UsageError("the query has control characters in it; type it anew")
    if text.casefold().startswith(("http://", "https://")):
        return _checked(_read_url(text))
    return _checked(Query(text, _labelled(text) or guess_references(text)))


def _labelled(text: str) -> tuple[Reference, ...]:
    match = _LABELLED.match(text)
    if match is None:
        return ()
    prefix = UNII if match[1].casefold() == "unii" else PUBCHEM_SUBSTANCE
    reading = read_identifier(prefix, text)
    return (reading.reference,) if reading.reference is not None and reading.reference.prefix == prefix else ()


def _read_url(url: str) -> Query:
    """A page of an authority, or of a resolver that ends in a CURIE or in an identifier of unmistakable shape."""
    parts = urlsplit(url)
    page = f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")
    last = unquote(page.rpartition("/")[2])
    if _SUBSTANCE_PAGE in page and last.isdecimal():
        return Query(url, (Reference(PUBCHEM_SUBSTANCE, last),))
    if references := guess_references(page):
        return Query(url, references)
    if _COMPOUND_PAGE in page:
        return Query(last, guess_references(last))
    if not last.isdecimal() and (references := guess_references(last)):
        return Query(url, references)
    raise UsageError(
        f"{url} is no page of ChEMBL, PubChem, DrugBank or ClinicalTrials.gov about one substance or trial; "
        "give the name or identifier itself"
    )


def _checked(query: Query) -> Query:
    for reference in query.references:
        reading = read_identifier(reference.prefix, reference.identifier)
        if reading.spelling is Spelling.CHECK_FAILED:
            raise UsageError(f"{reference.identifier} is no {PREFIXES[reference.prefix].label}: {reading.note}")
        if reference.prefix == PUBCHEM_SUBSTANCE:
            page = (PREFIXES[PUBCHEM_SUBSTANCE].url or "").format(reference.identifier)
            raise UsageError(
                f"SID {reference.identifier} is one depositor's substance, not a compound; open {page} and look up "
                "the CID that it names"
            )
    return query
