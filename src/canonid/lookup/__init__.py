"""One substance or trial, side by side in all authorities: what a curator asks before writing an identifier down."""

from __future__ import annotations

from canonid.gather import Gatherer
from canonid.identifiers import Reference
from canonid.lookup.agreement import agreement
from canonid.lookup.basis import find_basis
from canonid.lookup.cards import ActiveTrials, Card, Column, Rival
from canonid.lookup.columns import case_of, columns_for, columns_of, with_salts
from canonid.lookup.front_matter import front_matter
from canonid.lookup.query import read_query
from canonid.lookup.trials import active_trials_of
from canonid.model import ClaimKind, Judged, Page, Predicate, Verdict
from canonid.reconcile import gather_cases, judge_case
from canonid.store.evidence import EvidenceStore
from canonid.store.history import PastClaim, claims_about


def lookup(query: str, gatherer: Gatherer, store: EvidenceStore) -> tuple[Card, ...]:
    """Look up a name, an identifier of any space, a CURIE or a URL: one card, or one a reading of an ambiguous query.

    `store` tells, beside the replies, by which searches trials were counted and what a run said of the pages.
    Raises UsageError for a query that can be looked up nowhere.
    """
    asked = read_query(query)
    return tuple(_card(asked.text, reference, gatherer, store) for reference in asked.references or (None,))


def _card(query: str, reference: Reference | None, gatherer: Gatherer, store: EvidenceStore) -> Card:
    basis = find_basis(query, reference, gatherer)
    if isinstance(basis, Card):
        return basis
    case = case_of(basis, gatherer)
    columns = with_salts(columns_of(case, basis), gatherer)
    title = _title(columns)
    trials = active_trials_of(case, gatherer, store.searches_for) if title else None
    claimed = [column.record.reference for column in columns if column.record is not None]
    wiki = claims_about(store.path, [*claimed, *([reference] if reference else [])])
    return Card(query, title or query, columns, basis.note, trials=trials, wiki=wiki)


def _title(columns: tuple[Column, ...]) -> str:
    """The name for the heading; ChEMBL writes its names in capitals, so another authority's spelling is preferred."""
    names = [column.record.name for column in columns if column.record is not None and column.record.name]
    return next((name for name in names if not name.isupper()), names[0] if names else "")


def lookup_page(page: Page, gatherer: Gatherer, store: EvidenceStore) -> Card:
    """The card of a page's subject, with the verdicts on its claims."""
    (case,) = gather_cases([page], gatherer)
    judged: dict[object, Judged] = {}
    for item in judge_case(case)[0]:
        judged.setdefault(item.claim.key, item)
    right = tuple(item.claim for item in judged.values() if _is_start(item))
    columns = with_salts(columns_for(page.subject, right, gatherer), gatherer)
    trials = active_trials_of(case, gatherer, store.searches_for) if _title(columns) else None
    return Card(page.path, page.subject.title, columns, judged=tuple(judged.values()), trials=trials)


def _is_start(judged: Judged) -> bool:
    """Whether a claim may be built on: it names the subject itself and is right."""
    claim = judged.claim
    exact = claim.kind is ClaimKind.IDENTIFIER and claim.predicate is Predicate.EXACT
    return exact and judged.verdict is Verdict.CONFIRMED


__all__ = ["ActiveTrials", "Card", "Column", "PastClaim", "Rival", "agreement", "front_matter", "lookup", "lookup_page"]
