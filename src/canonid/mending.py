"""Edits until none is left: what one of them settles, such as a gap tag, is taken care of in the same run.

What an edit leads to is not foretold but judged, as the next run would judge it: an identifier that was proposed by
name is confirmed under its number, and may speak for or against others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from canonid.corpus import Fields, fields_from, pages_of
from canonid.corpus.files import text_of
from canonid.errors import CorpusError
from canonid.fixes import FilePlan, Fixes, plan_fixes, read_texts
from canonid.gather import Progress
from canonid.model import Finding, Page, Report
from canonid.reports import narrow
from canonid.running import Judge, open_run
from canonid.settings import Settings
from canonid.waive import check_codes
from canonid.wiring import corpus_root

_MOST_ROUNDS = 6
"""A value, the tag that asked for it and a last look are three; a value that leads to another makes it four or five.

More is proposals that chase one another.
"""


@dataclass(frozen=True, slots=True)
class Mending:
    """What it takes to see what edits lead to."""

    root: Path
    """The corpus root."""
    fields: Fields
    judge: Judge
    wanted: Callable[[Report], Sequence[Finding]]
    """The findings to mend."""
    unsafe: bool = False
    """Take proposals of medium confidence, too."""


def plan_mending(settings: Settings, paths: Sequence[Path], *, unsafe: bool, progress: Progress | None = None) -> Fixes:
    """The edits that the proposals for `paths` ask for; nothing is written, and no discrepancy changes its state."""

    def wanted(report: Report) -> Sequence[Finding]:
        return narrow(report, settings.select, settings.ignore)[0].findings

    with open_run(settings, paths, None, progress=progress) as (report, pages, judge):
        about = Mending(corpus_root(settings, paths), fields_from(settings.fields), judge, wanted, unsafe=unsafe)
        return settle(report, pages, about)


def settle(report: Report, pages: Sequence[Page], about: Mending) -> Fixes:
    """The edits that a report about `pages` asks for, and those that the edited pages ask for, until there are none.

    So a run on what they lead to, with the same answers, has nothing left to edit. Nothing is written. A file whose
    edits find no end is not changed at all.
    """
    texts: dict[str, str] = {}
    plans: dict[str, FilePlan] = {}
    for _ in range(_MOST_ROUNDS):
        wanted = about.wanted(report)
        new = read_texts(about.root, {finding.place.path for finding in wanted} - texts.keys())
        texts |= new
        pages = _reread(pages, new, about.fields)  # they may have changed since they were judged
        fixes = plan_fixes(report, pages, texts, only=wanted, unsafe=about.unsafe)
        if not fixes.plans:
            break
        for plan in fixes.plans:
            plans[plan.path] = plans[plan.path].then(plan.edits) if plan.path in plans else plan
        edited = {plan.path: plan.after for plan in fixes.plans}
        texts |= edited
        pages = _reread(pages, edited, about.fields)
        report = about.judge(pages)
    endless = sorted(plan.path for plan in fixes.plans)
    errors = (
        CorpusError(f"{path}: every edit is followed by a proposal of another; decide by hand") for path in endless
    )
    settled = (plans[path] for path in sorted(plans.keys() - endless) if plans[path].edits)
    return replace(fixes, plans=tuple(settled), refused=(*fixes.refused, *errors))


def _reread(pages: Iterable[Page], texts: Mapping[str, str], fields: Fields) -> list[Page]:
    """The pages; those of the files in `texts` are read from there, all rows of a table where the first one was."""
    anew = {path: tuple(check_codes(pages_of([text_of(path, text)], fields))) for path, text in texts.items()}
    return [item for page in pages for item in (anew.pop(page.path, ()) if page.path in texts else (page,))]
