"""Waivers put on the findings of a run, and what became of each of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from canonid.corpus.ignores import FIELD
from canonid.model import Finding, Page, Place, Problem, Report, State
from canonid.rules import RULES
from canonid.waiver import LineWaiver, Standing, Waiver

BY_COMMENT = "comment on the page"
"""Who waives in a comment: the history of the page knows better."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a run knows beside its findings."""

    day: date
    former: Mapping[str, str]
    """Fingerprints from before a page was renamed, with those of today."""
    gone: Collection[str] = ()
    """Fingerprints of discrepancies that an earlier run resolved."""
    untold: Collection[tuple[str, str]] = ()
    """Subject and code of what this run did not read enough pages for."""

    def can_tell(self, waiver: Waiver) -> bool:
        """Whether the run would have found what is waived, as far as it depends on the pages that it read."""
        return (waiver.subject, waiver.code) not in self.untold


def check_codes(pages: Iterable[Page]) -> Iterator[Page]:
    """The pages; a comment that names a code which no rule has is a defect of its page, and waives nothing by it.

    Otherwise it would look like a waiver of what is mended.
    """
    known = {rule.code for rule in RULES}
    for page in pages:
        unknown = [(ignore, code) for ignore in page.ignores for code in ignore.codes if code not in known]
        if not unknown:
            yield page
            continue
        problems = (
            Problem(
                Place(page.path, ignore.line, 1),
                f"waiver of {code}: there is no such rule; `canonid explain` lists the codes",
                FIELD,
            )
            for ignore, code in unknown
        )
        ignores = (replace(item, codes=tuple(code for code in item.codes if code in known)) for item in page.ignores)
        yield replace(page, problems=(*page.problems, *problems), ignores=tuple(ignores))


def apply_waivers(report: Report, pages: Sequence[Page], waivers: Iterable[Waiver], ground: Ground) -> Report:
    """The report with what is waived in that state, and with every waiver's standing.

    `waivers` are those of the file; the comments come with `pages`. A waiver whose last day is over waives nothing.
    """
    filed = {ground.former.get(waiver.fingerprint, waiver.fingerprint): waiver for waiver in waivers}
    lines = _by_line(pages)
    standings: dict[Waiver, Standing] = {}
    findings = []
    for finding in report.findings:
        offers = list(_offers(finding, filed, lines))
        holding = next((offer for offer in offers if offer.holds_on(ground.day)), None)
        for offer in offers:
            standings[offer] = Standing.USED if offer.holds_on(ground.day) else Standing.EXPIRED
        if holding is not None:
            findings.append(replace(finding, state=State.WAIVED, waiver=replace(holding, standing=Standing.USED)))
        else:
            findings.append(finding)
    silent = {subject for subject, _ in report.unanswered}
    checked = {page.subject.slug for page in pages} - silent
    for name, waiver in filed.items():
        is_checked = (waiver.subject in checked and ground.can_tell(waiver)) or name in ground.gone
        standings.setdefault(waiver, _standing(waiver, ground.day, is_checked=is_checked))
    for waiver in _idle(pages, tuple(standings)):
        is_checked = waiver.subject in checked and ground.can_tell(waiver)
        standings[waiver] = _standing(waiver, ground.day, is_checked=is_checked)
    met = (replace(waiver, standing=standing) for waiver, standing in standings.items())
    return replace(report, findings=tuple(findings), waivers=tuple(sorted(met, key=_order)))


def _standing(waiver: Waiver, day: date, *, is_checked: bool) -> Standing:
    """What to say of a waiver of something that was not found."""
    if not waiver.holds_on(day):
        return Standing.EXPIRED
    return Standing.UNUSED if is_checked else Standing.NOT_CHECKED


_Lines = Mapping[tuple[str, int], Sequence[LineWaiver]]


def _by_line(pages: Iterable[Page]) -> _Lines:
    lines: dict[tuple[str, int], list[LineWaiver]] = {}
    for page in pages:
        for ignore in page.ignores:
            lines.setdefault((page.path, ignore.line), []).append(ignore)
    return lines


def _offers(finding: Finding, filed: Mapping[str, Waiver], lines: _Lines) -> Iterator[Waiver]:
    """The waivers of a finding: that of the file first."""
    if finding.fingerprint in filed:
        yield filed[finding.fingerprint]
    for place in (finding.place, *finding.also):
        for ignore in lines.get((place.path, place.line), ()):
            if finding.code in ignore.codes:
                yield Waiver(
                    finding.fingerprint,
                    finding.code,
                    finding.subject,
                    finding.field,
                    finding.claimed,
                    BY_COMMENT,
                    ignore.reason,
                    ignore.until,
                    f"{place.path}:{place.line}",
                )


def _idle(pages: Iterable[Page], used: Iterable[Waiver]) -> Iterator[Waiver]:
    """The comments that name a code of which nothing was found on their line."""
    met = {(waiver.origin, waiver.code) for waiver in used}
    for page in pages:
        for ignore in page.ignores:
            origin = f"{page.path}:{ignore.line}"
            for code in ignore.codes:
                if (origin, code) not in met:
                    yield Waiver(
                        "", code, page.subject.slug, "", None, BY_COMMENT, ignore.reason, ignore.until, origin
                    )  # fmt: skip


def _order(waiver: Waiver) -> tuple[str, str, str, str]:
    return (waiver.subject, waiver.field, waiver.code, waiver.origin)
