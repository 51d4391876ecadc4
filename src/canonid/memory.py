"""What a run has to do with those before it: waivers, states of discrepancies, pages under new names."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from canonid.corpus import Fields
from canonid.git import renamed_files
from canonid.identifiers import Reference, read_identifier
from canonid.model import Page, Predicate, Report, State
from canonid.rules import COMPARING
from canonid.store.discrepancies import Discrepancy, list_discrepancies, update_discrepancies
from canonid.store.history import claims_of_last_run, confirmed_elsewhere
from canonid.store.renames import carry_over, former_fingerprints
from canonid.store.silence import without_others
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
    folders: tuple[Path, ...] = ()
    """Those that the run goes over as a whole."""

    def reach(self, pages: Iterable[Page]) -> Reach:
        """How far the run goes that read `pages`."""
        return Reach(self.root, self.folders, frozenset(page.path for page in pages))


@dataclass(frozen=True, slots=True)
class Reach:
    """The pages that a run can speak of."""

    root: Path
    """What paths are relative to."""
    folders: tuple[Path, ...]
    """Those that it goes over as a whole."""
    read: frozenset[str]
    """The pages that it read."""

    def covers(self, path: str) -> bool:
        """Whether it would come upon a page at this place."""
        return path in self.read or any((self.root / path).is_relative_to(folder) for folder in self.folders)

    def is_gone(self, path: str) -> bool:
        """Whether it covers the folder where the page used to be, and the page is not there."""
        return self.covers(path) and not (self.root / path).exists()

    def knows(self, path: str) -> bool:
        """Whether it misses nothing that a page at this place may say."""
        return self.covers(path) or not (self.root / path).exists()


def recall(memory: Memory, pages: Sequence[Page], report: Report) -> Report:
    """The report with its waivers, and with the states that its discrepancies have; nothing is changed."""
    known = list_discrepancies(memory.database)
    report = _waived(memory, pages, report, known, _untold(memory, pages, report, known))
    return _with_states(report, {item.fingerprint: item.state for item in known})


def remember(memory: Memory, pages: Sequence[Page], report: Report) -> Report:
    """The same, with the memory brought up to date first."""
    reach = memory.reach(pages)
    carry_over(memory.database, report.run, pages, reach.is_gone, lambda: renamed_files(memory.root))
    before = list_discrepancies(memory.database)
    untold = _untold(memory, pages, report, before)
    report = _waived(memory, pages, report, before, untold)
    states = update_discrepancies(
        memory.database,
        report,
        checked_pages=reach.read,
        answered={name for name, use in report.run.authorities.items() if not use.status.startswith("unavailable")},
        unanswered=report.unanswered,
        untold=untold,
        is_gone=reach.is_gone,
    )
    return _with_states(report, states)


def held_elsewhere(memory: Memory, read: Collection[str], fields: Fields) -> dict[Reference, frozenset[str]]:
    """The subjects of the pages that the run does not read, by the identifiers that they rightly have as their own.

    As the last run over all of them found it; nothing if there was none. A page that is gone since has nothing.
    """
    held: dict[Reference, set[str]] = {}
    is_there = cache(os.path.exists)
    for page, subject, field, prefix, value in confirmed_elsewhere(memory.database, memory.root, read):
        spec, reference = fields.spec(field), read_identifier(prefix, value).reference
        if is_there(page) and spec is not None and spec.predicate is Predicate.EXACT and reference is not None:
            held.setdefault(reference, set()).add(subject)
    return {reference: frozenset(subjects) for reference, subjects in sorted(held.items())}


def changed_pages(database: Path, pages: Sequence[Page]) -> frozenset[str]:
    """The pages that claim something else than in the last run: where requests are scarce, theirs come first."""
    before = claims_of_last_run(database, len(pages))
    now = {page.path: Counter((claim.field, claim.text) for claim in page.claims) for page in pages}
    changed = frozenset(path for path, claims in now.items() if claims != before.get(path, Counter()))
    return frozenset() if len(changed) == len(pages) else changed


def _untold(memory: Memory, pages: Sequence[Page], report: Report, known: Iterable[Discrepancy]) -> frozenset[str]:
    """What the run did not find of claims that still stand, and did not read enough other pages to call gone.

    What an earlier run resolved is not in doubt any more.
    """
    found = {finding.fingerprint for finding in report.findings}
    made = {(claim.subject, claim.field, claim.text) for page in pages for claim in page.claims}
    unsettled = (item for item in known if item.state is not State.RESOLVED)
    missed = {item.fingerprint for item in unsettled if (item.subject, item.field, item.claimed) in made}
    return unjudged(memory.database, memory.reach(pages), missed - found)


def unjudged(database: Path, reach: Reach, fingerprints: Collection[str]) -> frozenset[str]:
    """Those of the findings that rest on several pages, not all of which the run knows."""
    return without_others(database, str(reach.root), COMPARING, fingerprints, reach.knows)


def _waived(
    memory: Memory, pages: Sequence[Page], report: Report, known: Sequence[Discrepancy], untold: frozenset[str]
) -> Report:
    ground = Ground(
        report.run.started_at.date(),
        former_fingerprints(memory.database),
        gone={item.fingerprint for item in known if item.state is State.RESOLVED},
        untold={(item.subject, item.code) for item in known if item.fingerprint in untold},
    )
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
