"""What a run has to do with those before it: waivers, states of discrepancies, pages under new names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from canonid.git import renamed_files
from canonid.model import Page, Report, State
from canonid.store.discrepancies import list_discrepancies, update_discrepancies
from canonid.store.history import claims_of_last_run
from canonid.store.renames import carry_over, former_fingerprints
from canonid.waive import Ground, apply_waivers
from canonid.waiver import Waiver


@dataclass(frozen=True, slots=True)
class Memory:
    """Where a corpus keeps what is known of it."""

    database: Path
    root: Path
    """The corpus root."""
    waivers: tuple[Waiver, ...]
    """Those of the file."""


def recall(memory: Memory, pages: Sequence[Page], report: Report) -> Report:
    """The report with its waivers, and with the states that its discrepancies have; nothing is changed."""
    states = {known.fingerprint: known.state for known in list_discrepancies(memory.database)}
    return _with_states(_waived(memory, pages, report, states), states)


def remember(memory: Memory, pages: Sequence[Page], report: Report, is_gone: Callable[[str], bool]) -> Report:
    """The same, with the memory brought up to date first; see `update_discrepancies` for `is_gone`."""
    carry_over(memory.database, report.run, pages, is_gone, lambda: renamed_files(memory.root))
    before = {known.fingerprint: known.state for known in list_discrepancies(memory.database)}
    report = _waived(memory, pages, report, before)
    states = update_discrepancies(
        memory.database,
        report,
        checked_pages={page.path for page in pages},
        answered={name for name, use in report.run.authorities.items() if not use.status.startswith("unavailable")},
        unanswered=report.unanswered,
        is_gone=is_gone,
    )
    return _with_states(report, states)


def changed_pages(database: Path, pages: Sequence[Page]) -> frozenset[str]:
    """The pages that claim something else than in the last run: where requests are scarce, theirs come first."""
    before = claims_of_last_run(database, len(pages))
    now = {page.path: Counter((claim.field, claim.text) for claim in page.claims) for page in pages}
    changed = frozenset(path for path, claims in now.items() if claims != before.get(path, Counter()))
    return frozenset() if len(changed) == len(pages) else changed


def _waived(memory: Memory, pages: Sequence[Page], report: Report, states: Mapping[str, State]) -> Report:
    gone = {name for name, state in states.items() if state is State.RESOLVED}
    ground = Ground(report.run.started_at.date(), former_fingerprints(memory.database), gone)
    return apply_waivers(report, pages, memory.waivers, ground)


def _with_states(report: Report, states: Mapping[str, State]) -> Report:
    """The findings in the states of their discrepancies; waived is what the report has a waiver for.

    One that was resolved and is found again counts as reopened, whether or not that is remembered, and so does one
    that was waived and no longer is.
    """
    over = {State.RESOLVED: State.REOPENED, State.WAIVED: State.REOPENED}
    current = {name: over.get(state, state) for name, state in states.items()}
    findings = (
        finding
        if finding.waiver is not None
        else replace(finding, state=current.get(finding.fingerprint, finding.state))
        for finding in report.findings
    )
    return replace(report, findings=tuple(findings))
