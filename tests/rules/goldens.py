"""Golden pages: one folder a rule, with pages that must report, pages that must stay silent, and their evidence.

    golden/<CODE>/reports/*.md     every page has at least one finding of CODE
    golden/<CODE>/silent/*.md      near misses: no finding of CODE
    golden/<CODE>/evidence.jsonl   what the authorities answer; a question without a line is one that nobody answered
    golden/<CODE>/expected.txt     the findings of CODE, one a line

The pages of a folder are checked in one run, by the code that every run goes through. The replies are read by the
authorities' own parsers; nothing is asked of anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from canonid.authorities.base import Authority
from canonid.authorities.chembl import ChemblAuthority
from canonid.authorities.clinicaltrials import ClinicalTrialsAuthority
from canonid.authorities.drugbank import DrugBankAuthority
from canonid.authorities.pubchem import PubChemAuthority
from canonid.authorities.transport import Courier
from canonid.corpus import fields_from, read_corpus
from canonid.gather import Freshness, Gatherer
from canonid.model import Asked, Evidence, Finding, Report
from canonid.reconcile import reconcile
from canonid.store.evidence import read_evidence_file

GOLDEN = Path(__file__).with_name("golden")
_AGELESS = timedelta(days=365_000)
_NOWHERE = "http://127.0.0.1:9"


class Replies:
    """The replies of an evidence file, as a store."""

    def __init__(self, evidence: Iterable[Evidence]) -> None:
        self.by_question = {(item.authority, item.question): item for item in evidence}

    def get(self, asked: Iterable[Asked]) -> Mapping[Asked, Evidence]:
        return {key: self.by_question[key] for key in asked if key in self.by_question}

    def put(self, evidence: Sequence[Evidence]) -> None:
        raise AssertionError(f"nothing is asked, yet there are replies to store: {evidence}")


class RecordedDrugBank(DrugBankAuthority):
    """DrugBank as the evidence file has it, where a run would ask the imported exports anew."""

    is_local = False


def authorities() -> tuple[Authority, ...]:
    """The authorities with their own parsers; none of them is ever asked."""
    return (
        ChemblAuthority(_NOWHERE, Courier("ChEMBL"), ""),
        PubChemAuthority(_NOWHERE, Courier("PubChem"), ""),
        RecordedDrugBank(None),
        ClinicalTrialsAuthority(_NOWHERE, Courier("ClinicalTrials.gov"), ""),
    )


def codes() -> list[str]:
    """The codes that have a folder."""
    return sorted(path.name for path in GOLDEN.iterdir() if path.is_dir())


def pages(code: str, half: str) -> list[str]:
    """The pages of one half (`reports` or `silent`), as findings name them."""
    return sorted(f"{half}/{path.name}" for path in (GOLDEN / code / half).iterdir())


def check_golden(code: str) -> Report:
    """The report on all pages of a folder."""
    folder = GOLDEN / code
    store = Replies(read_evidence_file(folder / "evidence.jsonl"))
    freshness = Freshness(found=_AGELESS, not_found=_AGELESS, trials=_AGELESS)
    gatherer = Gatherer(authorities(), store, freshness=freshness, offline=True)
    halves = [folder / "reports", folder / "silent"]
    return reconcile(list(read_corpus(halves, folder, fields_from({}))), gatherer)


def findings(code: str) -> tuple[Finding, ...]:
    """The findings of the folder's own rule, wherever they are."""
    return tuple(finding for finding in check_golden(code).findings if finding.code == code)


def expected_path(code: str) -> Path:
    """The file with the findings that a folder must have."""
    return GOLDEN / code / "expected.txt"


def rendered(finding: Finding) -> str:
    """A finding as a line of `expected.txt`."""
    proposal = finding.proposal
    arrow = f" => {'null' if proposal.value is None else proposal.value} ({proposal.confidence})" if proposal else ""
    return f"{finding.place} {finding.code} {finding.severity} {finding.message}{arrow}"


def rendered_all(found: Iterable[Finding]) -> str:
    """The text of `expected.txt` for `found`."""
    return "".join(f"{rendered(finding)}\n" for finding in found)
