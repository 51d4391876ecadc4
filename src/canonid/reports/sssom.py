"""The confirmed claims as a mapping set in SSSOM/TSV (https://w3id.org/sssom), for those who join tables by mappings.

A page is mapped to what it claims. canonid reviews mappings that curators made, hence `semapv:MappingReview`; a
confirmed null is mapped to `sssom:NoTermFound`, with the space in which there is no term. Everything else is left out:
a claim that is wrong, open or unchecked is no mapping. The confidence is a coarse one: 0.95 if the verdict rests on two
grounds or more (the sentence in `comment` names them), 0.9 if on one, 0.1 less if it rests on old evidence.
"""

from __future__ import annotations

import json
import posixpath
import uuid
from collections.abc import Iterator

from canonid import __version__
from canonid.identifiers import PREFIXES
from canonid.model import Claim, Judged, Report, Verdict
from canonid.reports import View
from canonid.reports.figures import quoted
from canonid.reports.json import in_order

COLUMNS = (
    "subject_id", "subject_label", "predicate_id", "object_id", "mapping_justification", "object_source",
    "object_source_version", "confidence", "comment",
)  # fmt: skip
NO_TERM = "sssom:NoTermFound"
_PAGE = "page"
_PAGES = "urn:canonid:page:"
"""A page has no address that canonid knows; who publishes the set replaces this in its `curie_map`."""
_VOCABULARIES = {
    "bioregistry": "https://bioregistry.io/registry/",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "sssom": "https://w3id.org/sssom/",
    "urn": "urn:",  # sssom-py takes the address of the set for a CURIE
}


def render(report: Report, _: View) -> str:
    """The metadata as a YAML comment, a header, and one line a mapping, sorted; each mapping once."""
    rows = sorted({tuple(_cell(text) for text in row) for row in _rows(report)})
    lines = [*(f"# {line}" for line in _metadata(report)), "\t".join(COLUMNS), *("\t".join(row) for row in rows)]
    return "".join(f"{line}\n" for line in lines)


def _metadata(report: Report) -> Iterator[str]:
    yield "curie_map:"
    spaces = {prefix: f"https://bioregistry.io/{prefix}:" for prefix in PREFIXES}
    yield from (f'  {name}: "{url}"' for name, url in sorted({_PAGE: _PAGES, **_VOCABULARIES, **spaces}.items()))
    yield f'mapping_set_id: "{uuid.uuid5(uuid.NAMESPACE_OID, report.run.id).urn}"'
    yield f"mapping_set_version: {json.dumps(report.run.id)}"
    yield "mapping_set_title: Identifiers of pages, confirmed by canonid"
    yield 'license: "https://w3id.org/sssom/license/unspecified"'
    yield f'mapping_date: "{report.run.finished_at:%Y-%m-%d}"'
    yield "mapping_tool: canonid"
    yield f'mapping_tool_version: "{__version__}"'
    yield 'sssom_version: "1.0"'


def _rows(report: Report) -> Iterator[tuple[str, ...]]:
    for judged in in_order(report.claims):
        target = _object(judged)
        if target is not None and judged.claim.prefix in PREFIXES:
            claim = judged.claim
            yield (
                _subject(claim),
                claim.subject,
                claim.predicate.value,
                target,
                "semapv:MappingReview",
                f"bioregistry:{claim.prefix}",
                _release(judged),
                _confidence(judged),
                judged.reason,
            )


def _subject(claim: Claim) -> str:
    """The page; of a table, which is about many subjects, the row as well."""
    path = claim.place.path
    row = "" if posixpath.splitext(posixpath.basename(path))[0] == claim.subject else f"#{quoted(claim.subject)}"
    return f"{_PAGE}:{quoted(path)}{row}"


def _object(judged: Judged) -> str | None:
    """What the page is mapped to; None if the claim is no mapping or not a confirmed one."""
    claim = judged.claim
    if judged.verdict is Verdict.CONFIRMED_NULL:
        return NO_TERM
    if judged.verdict is Verdict.CONFIRMED and claim.reference is not None:
        return claim.reference.curie
    return None


def _release(judged: Judged) -> str:
    """The release of the claim's own authority, as far as the evidence says."""
    own = PREFIXES[judged.claim.prefix].authority
    return next((item.release for item in judged.evidence if item.release and item.authority == own), "")


def _confidence(judged: Judged) -> str:
    grounds = 0.95 if judged.reason.count("; ") or len({item.authority for item in judged.evidence}) > 1 else 0.9
    return f"{grounds - (0.1 if any(item.stale for item in judged.evidence) else 0):.2f}"


def _cell(text: str) -> str:
    """One cell: no tab and no line end can stand in it, and no quote at its beginning."""
    return "".join(char if char.isprintable() else " " for char in text).replace('"', "'").strip()
