"""The JSON report: the contract with programs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from canonid import __version__
from canonid.reports import Format, View, render
from tests.reports.samples import (
    ANAKINRA,
    CONFIRMED,
    DISCREPANT,
    MIXED,
    RUN,
    SPELLING,
    TRIAL_STATUS,
    WAIVED,
    WRONG,
    report,
)


def parsed(*args: Any, **kwargs: Any) -> Any:
    """The document that a report becomes."""
    return json.loads(render(*args, **kwargs))


def test_the_head_of_the_document() -> None:
    """Version, run and summary have the keys of the contract, every verdict and severity counted."""
    document = parsed(MIXED, Format.JSON, View(hidden=2))
    assert list(document) == ["schema_version", "tool", "run", "summary", "claims", "findings", "waivers"]
    assert document["schema_version"] == 1
    assert document["tool"] == {"name": "canonid", "version": __version__}
    assert document["run"]["authorities"]["pubchem"] == {
        "release": None,
        "requests": 2,
        "status": "degraded: did not answer within 30 s",
    }
    assert document["summary"] == {
        "subjects": 3,
        "claims": 5,
        "verdicts": {"confirmed": 1, "confirmed_null": 1, "discrepant": 1, "undetermined": 1, "unavailable": 1},
        "findings": {"error": 1, "warning": 0, "info": 0},
        "findings_not_shown": 2,
        "findings_waived": 0,
    }


def test_claims_are_sorted_by_place_and_an_explicit_none_is_null() -> None:
    """The order does not depend on that of the run."""
    claims = parsed(MIXED, Format.JSON, View())["claims"]
    assert [(claim["path"], claim["line"]) for claim in claims] == [
        ("wiki/adapalene.md", 6),
        ("wiki/anakinra.md", 4),
        ("wiki/anakinra.md", 5),
        ("wiki/bakuchiol.md", 7),
        ("wiki/bakuchiol.md", 8),
    ]
    assert claims[2]["value"] is None
    assert claims[2]["verdict"] == "confirmed_null"


def test_a_claim_carries_its_evidence() -> None:
    """What a verdict rests on can be found in the store and told from a stale or compiled reply."""
    old = replace(ANAKINRA, stale=True, sources="compiled from a paper")
    claim = parsed(report(replace(CONFIRMED, evidence=(old,))), Format.JSON, View())["claims"][0]
    assert claim == {
        "subject": "anakinra",
        "path": "wiki/anakinra.md",
        "line": 4,
        "column": 12,
        "field": "chembl-id",
        "kind": "identifier",
        "predicate": "skos:exactMatch",
        "prefix": "chembl.compound",
        "value": "CHEMBL1201570",
        "reference": "chembl.compound:CHEMBL1201570",
        "trial": None,
        "verdict": "confirmed",
        "reason": "ChEMBL's preferred name ANAKINRA is the title",
        "findings": [],
        "evidence": [
            {
                "authority": "chembl",
                "question": "id:chembl.compound:CHEMBL1201570",
                "release": "synthetic 1",
                "retrieved_at": "2026-03-01T12:00:00Z",
                "url": "https://chembl.example/",
                "sha256": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
                "stale": True,
                "sources": "compiled from a paper",
            }
        ],
    }


def test_a_trial_status_names_its_trial() -> None:
    """The value alone would not say which trial is meant."""
    claim = parsed(report(TRIAL_STATUS), Format.JSON, View())["claims"][0]
    assert (claim["kind"], claim["trial"], claim["value"]) == ("trial status", "NCT05177822", "recruiting")


def test_a_finding_carries_proposal_places_and_fingerprint() -> None:
    """Everything that issues and fixes need."""
    finding = parsed(MIXED, Format.JSON, View())["findings"][0]
    assert finding["proposal"] == {"value": "CHEMBL1265", "confidence": "high", "why": "name and InChIKey agree"}
    assert finding["also"] == [{"path": "wiki/adapalene.md", "line": 41, "column": 20}]
    assert finding["authorities"] == ["chembl", "pubchem"]
    assert (finding["code"], finding["rule"], finding["severity"]) == ("ID301", "other-substance", "error")
    assert (finding["claimed"], finding["state"]) == ("CHEMBL1232", "open")
    assert finding["fingerprint"] == WRONG.fingerprint


def test_a_finding_without_proposal_says_null() -> None:
    """Programs can rely on the key."""
    document = parsed(report(DISCREPANT, findings=(SPELLING,)), Format.JSON, View())
    assert document["findings"][0]["proposal"] is None


def test_the_same_report_gives_the_same_bytes_in_any_order() -> None:
    """Reproducible: the order in which claims and findings were found leaves no trace."""
    forward = replace(MIXED, findings=(WRONG, SPELLING))
    backward = replace(MIXED, claims=MIXED.claims[::-1], findings=(SPELLING, WRONG))
    assert render(forward, Format.JSON, View()) == render(backward, Format.JSON, View())


def test_times_are_utc_whatever_zone_they_were_noted_in() -> None:
    """A reader never has to know where the run was made."""
    noon = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone(timedelta(hours=2)))
    document = parsed(report(CONFIRMED, run=replace(RUN, started_at=noon)), Format.JSON, View())
    assert document["run"]["started_at"] == "2026-03-01T10:00:00Z"


def test_waivers_are_listed_with_what_became_of_them() -> None:
    """A waived finding names its own; a comment on a line where nothing was found has neither field nor fingerprint."""
    document = parsed(WAIVED, Format.JSON, View())
    assert document["summary"]["findings_waived"] == 1
    assert document["findings"][0]["state"] == "waived"
    terms = {"who": "A. Curator", "reason": "known", "until": "2026-04-01", "origin": ".canonid/waivers.toml:3"}
    assert document["findings"][0]["waiver"] == terms
    named = {"code": "ID301", "subject": "adapalene", "field": "chembl-id", "claimed": "CHEMBL1232"}
    assert document["waivers"][0] == {"fingerprint": WRONG.fingerprint, **named, **terms, "standing": "used"}
    idle = document["waivers"][2]
    assert (idle["fingerprint"], idle["field"], idle["until"], idle["standing"]) == (None, None, None, "unused")


def test_json_lines_list_waivers_last() -> None:
    """After claims and findings."""
    lines = [json.loads(line) for line in render(WAIVED, Format.JSONL, View()).splitlines()]
    assert [line["standing"] for line in lines if line["type"] == "waiver"] == ["used", "expired", "unused"]
    assert lines[-1]["type"] == "waiver"
