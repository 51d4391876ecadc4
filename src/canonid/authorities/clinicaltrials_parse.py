"""What a reply of ClinicalTrials.gov means; keys without value are absent there, and none is relied on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from canonid.authorities.payloads import distinct, load_payload, mapping_of, mappings_of, text_of, texts_of
from canonid.identifiers import CLINICALTRIALS, PREFIXES, Reference
from canonid.model import (
    Answer,
    ById,
    Evidence,
    Found,
    NotFound,
    Record,
    Status,
    Trial,
    TrialSearch,
    Unavailable,
)
from canonid.names import holds_words, word_keys

_NAME = "clinicaltrials"
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def parse_clinicaltrials(evidence: Evidence) -> Answer:
    """The meaning of a stored reply; an unreadable one is unavailable, never absent."""
    if evidence.payload is None:
        return NotFound(evidence)
    payload = load_payload(evidence)
    match evidence.question:
        case ById(reference) if payload is not None:
            record = _record(mapping_of(payload.get("study")), reference)
            return _unreadable(evidence) if record is None else Found((record,), evidence)
        case TrialSearch(terms) if payload is not None and isinstance(payload.get("studies"), list):
            return _search_answer(evidence, payload["studies"], terms)
    return _unreadable(evidence)


def _unreadable(evidence: Evidence) -> Unavailable:
    key = evidence.question.key
    return Unavailable(f"the stored reply of ClinicalTrials.gov to {key} cannot be read; delete it and run again")


def _search_answer(evidence: Evidence, studies: list[Any], terms: Sequence[str]) -> Answer:
    """The trials that study one of the terms.

    The registry's search also looks into titles, arms and descriptions, where the comparator of another trial or a
    forbidden co-medication stands.
    """
    read = [_record(mapping_of(study), None) for study in studies]
    records = [record for record in read if record is not None]
    if len(records) != len(studies):
        return _unreadable(evidence)
    wanted = [words for term in terms if (words := word_keys(term))]
    found = tuple(record for record in records if record.trial and studies_one_of(record.trial, wanted))
    hits = len(records)
    return Found(found, evidence, hits) if found else NotFound(evidence, hits)


def studies_one_of(trial: Trial, wanted: Sequence[tuple[str, ...]]) -> bool:
    """Whether an intervention names one of the substances, given as their words; placebos of one do not count."""
    for name in trial.interventions:
        words = word_keys(name)
        if "placebo" not in words and any(holds_words(words, term) for term in wanted):
            return True
    return False


def nct_of(study: Mapping[str, Any]) -> str | None:
    """The number of a study, if it has a well-formed one."""
    text = text_of(_module(study, "identificationModule").get("nctId"))
    return text if text and PREFIXES[CLINICALTRIALS].pattern.fullmatch(text) else None


def aliases_of(study: Mapping[str, Any]) -> tuple[str, ...]:
    """Numbers under which the study was known before."""
    return texts_of(_module(study, "identificationModule").get("nctIdAliases"))


def status_of(study: Mapping[str, Any]) -> str | None:
    """The registry's word for how the study stands."""
    return text_of(_module(study, "statusModule").get("overallStatus"))


def _module(study: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return mapping_of(mapping_of(study.get("protocolSection")).get(name))


def _record(study: Mapping[str, Any], asked: Reference | None) -> Record | None:
    """The record of a study; another number than the asked one makes the asked one an alias."""
    nct = nct_of(study)
    if nct is None:
        return None
    actual = Reference(CLINICALTRIALS, nct)
    identification = _module(study, "identificationModule")
    is_alias = asked is not None and asked != actual
    title = _plain(identification.get("briefTitle"))
    return Record(
        authority=_NAME,
        reference=asked or actual,
        name=title,
        synonyms=distinct(_plain(identification.get(key)) for key in ("officialTitle", "acronym")),
        status=Status.SECONDARY if is_alias else Status.CURRENT,
        replaced_by=actual if is_alias else None,
        trial=_trial(study, title or nct),
    )


def _trial(study: Mapping[str, Any], title: str) -> Trial:
    status = _module(study, "statusModule")
    arms = mappings_of(_module(study, "armsInterventionsModule").get("interventions"))
    names = [_plain(text) for arm in arms for text in (arm.get("name"), *texts_of(arm.get("otherNames")))]
    return Trial(
        title=title,
        status=text_of(status.get("overallStatus")) or "",
        last_known_status=text_of(status.get("lastKnownStatus")),
        verified=text_of(status.get("statusVerifiedDate")),
        interventions=distinct(names),
        conditions=distinct(map(_plain, texts_of(_module(study, "conditionsModule").get("conditions")))),
    )


def _plain(value: object) -> str | None:
    """A text without its Markdown: the registry writes a backslash before signs such as `>` and `^`."""
    text = text_of(value)
    return None if text is None else _ESCAPE.sub(r"\1", text)
