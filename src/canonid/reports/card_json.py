"""The cards of a look-up for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from canonid.identifiers import CAS, UNII
from canonid.lookup import ActiveTrials, Card, Column, PastClaim, Rival, agreement, front_matter
from canonid.model import Judged, Record, Unavailable
from canonid.reports.card import page_of
from canonid.reports.json import timestamp


def cards_as_json(cards: Sequence[Card]) -> str:
    """All cards: `{"schema_version": 1, "cards": [...]}`; keys are only ever added."""
    document = {"schema_version": 1, "cards": [_card(card) for card in cards]}
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return "".join(char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text) + "\n"


def _card(card: Card) -> dict[str, Any]:
    return {
        "query": card.query,
        "title": card.title,
        "note": card.note,
        "found": card.is_found,
        "ambiguous": card.is_ambiguous,
        "authorities": [_column(column) for column in card.columns],
        "agreement": agreement(card.columns),
        "trial": None if card.trial is None else _trial(card.trial),
        "active_trials": None if card.trials is None else _active_trials(card.trials),
        "front_matter": list(front_matter(card)),
        "claims": [_claim(judged) for judged in card.judged],
        "wiki": [_past_claim(claim) for claim in card.wiki],
    }


def _column(column: Column) -> dict[str, Any]:
    return {
        "authority": column.authority,
        "prefix": column.prefix,
        **_record(column.record),
        "relation": column.identity.relation.value if column.identity else None,
        "confidence": column.confidence.value if column.confidence else None,
        "note": column.note,
        "absence": column.absence or None,
        "checked": not column.is_unchecked,
        "others": [_rival(rival) for rival in column.rivals],
    }


def _record(record: Record | None) -> dict[str, Any]:
    """The properties that the authority states; all keys are there, null or empty where it states nothing."""
    return {
        "identifier": record and record.reference.identifier,
        "url": record and page_of(record),
        "name": record and record.name,
        "synonyms": list(record.synonyms) if record else [],
        "kind": record and record.kind.value,
        "inchikey": record and record.inchikey,
        "formula": record and record.formula,
        "mass": record and record.mass,
        "approval": record and record.approval,
        "parent": record and record.parent and record.parent.identifier,
        "salts": list(record.salts) if record else [],
        "secondary": list(record.secondary) if record else [],
        "cas": list(record.xref(CAS)) if record else [],
        "unii": list(record.xref(UNII)) if record else [],
    }


def _rival(rival: Rival) -> dict[str, Any]:
    record = rival.record
    return {
        "identifier": record.reference.identifier,
        "name": record.name,
        "inchikey": record.inchikey,
        "formula": record.formula,
        "why": rival.why,
    }


def _trial(record: Record) -> dict[str, Any]:
    trial = record.trial
    return {
        "identifier": record.reference.identifier,
        "replaced_by": record.replaced_by and record.replaced_by.identifier,
        "url": page_of(record),
        "title": record.name,
        "status": trial and trial.status,
        "last_known_status": trial and trial.last_known_status,
        "verified": trial and trial.verified,
        "interventions": list(trial.interventions) if trial else [],
        "conditions": list(trial.conditions) if trial else [],
    }


def _active_trials(trials: ActiveTrials) -> dict[str, Any]:
    """The counts and how they were found out; null where the registry could not be asked."""
    answer = trials.answer
    evidence = None if isinstance(answer, Unavailable) else answer.evidence
    return {
        "query": trials.query,
        "terms": list(trials.search.terms),
        "statuses": list(trials.search.statuses),
        "checked": evidence is not None,
        "note": answer.reason if isinstance(answer, Unavailable) else "",
        "count": evidence and len(trials.records),
        "by_status": evidence and trials.by_status,
        "listed": None if isinstance(answer, Unavailable) else answer.hits,
        "trials": [_listed(record) for record in trials.records],
        "release": evidence and evidence.release,
        "retrieved_at": evidence and timestamp(evidence.retrieved_at),
        "url": evidence and evidence.url,
        "stale": evidence and evidence.stale,
    }


def _listed(record: Record) -> dict[str, Any]:
    return {
        "identifier": record.reference.identifier,
        "status": record.trial and record.trial.status,
        "title": record.name,
    }


def _claim(judged: Judged) -> dict[str, Any]:
    claim = judged.claim
    return {
        "field": claim.field,
        "value": claim.text,
        "trial": claim.trial and claim.trial.identifier,
        "line": claim.place.line,
        "verdict": judged.verdict.value,
        "reason": judged.reason,
        "findings": list(judged.codes),
    }


def _past_claim(claim: PastClaim) -> dict[str, Any]:
    return {
        "path": claim.path,
        "line": claim.line,
        "field": claim.field,
        "value": claim.value,
        "verdict": claim.verdict.value,
        "reason": claim.reason,
        "judged_at": timestamp(claim.judged_at),
    }
