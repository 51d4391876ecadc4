"""The report for a person at a terminal: grouped by page, every line with a place that can be opened."""

from __future__ import annotations

import posixpath
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from canonid.model import Finding, Judged, Place, Report, Severity, State, Verdict
from canonid.reports import View
from canonid.reports.figures import by_severity, counted, hanging, paint, printable
from canonid.waiver import Standing, Waiver

SMALL = 150
"""Up to so many claims each one is listed; beyond, only those that need attention."""

_SAME_REASON = 5
"""More claims than this that could not be checked for one and the same reason are counted, not listed."""

# The plain colours of the terminal, which every theme maps to something legible; never a background, never white.
_PLAIN, _RED, _GREEN, _YELLOW, _CYAN, _BOLD, _DIM = "", "31", "32", "33", "36", "1", "2"
_JOINT = "\xa0"
"""Stands for a space at which a line must not be broken."""
_SEVERITY = {Severity.ERROR: _RED, Severity.WARNING: _YELLOW, Severity.INFO: _CYAN}
_VERDICT = {
    Verdict.CONFIRMED: _GREEN,
    Verdict.CONFIRMED_NULL: _GREEN,
    Verdict.DISCREPANT: _RED,
    Verdict.UNDETERMINED: _YELLOW,
    Verdict.UNAVAILABLE: _YELLOW,
}


@dataclass(frozen=True, slots=True)
class _Entry:
    """One item of the listing: where, a coloured word, what, and further lines."""

    place: Place
    label: str
    color: str
    text: str
    more: tuple[str, ...] = ()
    weight: str = _PLAIN


def render(report: Report, view: View) -> str:
    """The listing by page, then the summary, then what the reader can do about what is missing."""
    blocks = [_page(entries, view) for entries in _by_page(_entries(report, view))]
    if not view.quiet:
        blocks += ["\n".join(_summary(report, view))]
        blocks += ["\n".join(hints)] if (hints := _hints(report, view)) else []
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _entries(report: Report, view: View) -> list[_Entry]:
    if view.quiet:
        return [_finding_entry(finding) for finding in report.findings if finding.state is not State.WAIVED]
    found = [
        _waived_entry(finding, finding.waiver) if finding.waiver and not view.verbose else _finding_entry(finding)
        for finding in report.findings
    ]
    told = {(finding.code, place) for finding in report.findings for place in (finding.place, *finding.also)}
    everything = view.verbose or len(report.claims) <= SMALL
    crowded = set() if everything else _crowded(report.claims)
    listed = (
        judged
        for judged in report.claims
        if not _is_told(judged, told) and (everything or _needs_attention(judged, crowded))
    )
    return found + [_claim_entry(same) for same in _alike(listed)]


def _is_told(judged: Judged, told: set[tuple[str, Place]]) -> bool:
    """Whether a finding already says what there is to say of a claim."""
    open_or_wrong = judged.verdict in (Verdict.DISCREPANT, Verdict.UNDETERMINED)
    return open_or_wrong and any((code, judged.claim.place) in told for code in judged.codes)


def _alike(claims: Iterable[Judged]) -> Iterable[list[Judged]]:
    """The claims, those together that a page repeats with the same verdict for the same reason."""
    groups: dict[object, list[Judged]] = {}
    for judged in sorted(claims, key=lambda judged: _position(judged.claim.place)):
        key = (judged.claim.place.path, judged.claim.key, judged.verdict, judged.reason)
        groups.setdefault(key, []).append(judged)
    return groups.values()


def _position(place: Place) -> tuple[str, int, int]:
    return (place.path, place.line, place.column)


def _needs_attention(judged: Judged, crowded: set[str]) -> bool:
    if judged.verdict is Verdict.UNAVAILABLE:
        return judged.reason not in crowded
    return judged.verdict is Verdict.UNDETERMINED


def _crowded(claims: Iterable[Judged]) -> set[str]:
    reasons = Counter(judged.reason for judged in claims if judged.verdict is Verdict.UNAVAILABLE)
    return {reason for reason, count in reasons.items() if count > _SAME_REASON}


def _claim_entry(same: Sequence[Judged]) -> _Entry:
    first = same[0]
    claim = first.claim
    value = "null" if claim.text is None else claim.text
    if claim.trial is not None:
        value = f"{claim.trial.identifier} {value}"
    old = sorted({f"{item.authority} of {item.retrieved_at:%Y-%m-%d}" for item in first.evidence if item.stale})
    more = [f"rests on old evidence: {', '.join(old)}"] if old else []
    more += _also(claim.place, [judged.claim.place for judged in same[1:]])
    return _Entry(
        claim.place, first.verdict.value, _VERDICT[first.verdict], f"{claim.field} {value}: {first.reason}", tuple(more)
    )


def _waived_entry(finding: Finding, waiver: Waiver) -> _Entry:
    """A line that steps back behind what has to be acted on."""
    value = "null" if finding.claimed is None else finding.claimed
    return _Entry(finding.place, finding.code, _DIM, f"{finding.field} {value} is {waiver.terms}", weight=_DIM)


def _finding_entry(finding: Finding) -> _Entry:
    text = finding.message
    if finding.severity is not Severity.ERROR:
        text = f"[{finding.severity.value}] {text}"
    if finding.state is not State.OPEN:
        text += f" [{finding.waiver.terms if finding.waiver else finding.state.value}]"
    more = []
    if proposal := finding.proposal:
        value = "null" if proposal.value is None else proposal.value
        more.append(f"proposal: {value} ({proposal.confidence.value} confidence: {proposal.why})")
    more += _also(finding.place, finding.also)
    return _Entry(finding.place, finding.code, _SEVERITY[finding.severity], text, tuple(more), _BOLD)


def _also(place: Place, others: Sequence[Place]) -> list[str]:
    """The line that names `others` as seen from `place`; none if there are none."""
    lines = [str(other.line) for other in others if other.path == place.path]
    elsewhere = [str(other) for other in others if other.path != place.path]
    parts = [f"on line{'s' if len(lines) > 1 else ''} {', '.join(lines)}"] if lines else []
    parts += [f"in {', '.join(elsewhere)}"] if elsewhere else []
    return ["also " + " and ".join(parts)] if parts else []


def _by_page(entries: list[_Entry]) -> list[list[_Entry]]:
    pages: dict[str, list[_Entry]] = {}
    for entry in sorted(entries, key=lambda entry: (_position(entry.place), entry.label, entry.text)):
        pages.setdefault(entry.place.path, []).append(entry)
    return list(pages.values())


def _page(entries: Sequence[_Entry], view: View) -> str:
    lines: list[str] = []
    for entry in entries:
        place = f"{_clean(posixpath.join(view.base, entry.place.path))}:{entry.place.line}:{entry.place.column}"
        head = [(place, entry.weight), (entry.label, entry.color)]
        lines += _wrap(head, entry.text, view)
        for text in entry.more:
            lines += _wrap([], text, view, indent="    ")
    return "\n".join(lines)


def _wrap(head: list[tuple[str, str]], text: str, view: View, indent: str = "") -> list[str]:
    """`head` and `text` as lines of the view's width, continued under an indent; colour does not count as width."""
    text = _clean(text)
    plain = indent + "".join(f"{word} " for word, _ in head)
    painted = indent + "".join(f"{paint(word, color, view)} " for word, color in head)
    if view.width <= 0:
        return [painted + text.replace(_JOINT, " ")]
    rest = indent + ("    " if head else "  ")
    lines = []
    if len(plain) > view.width - 20:
        lines, plain, painted = [painted.rstrip()], rest, rest
    wrapped = textwrap.wrap(
        text, view.width, initial_indent=plain, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    ) or [plain]
    lines += [painted + wrapped[0][len(plain) :], *wrapped[1:]]
    return [line.replace(_JOINT, " ") for line in lines]


def _clean(text: str) -> str:
    """`text` on one line and without control characters: pages and replies must not steer the reader's terminal."""
    return _JOINT.join(map(printable, text.split(_JOINT)))


def _summary(report: Report, view: View) -> list[str]:
    verdicts = Counter(judged.verdict for judged in report.claims)
    said = ", ".join(f"{verdicts[verdict]:,}{_JOINT}{verdict.value}" for verdict in Verdict if verdicts[verdict])
    found = by_severity(report.findings)
    if waived := sum(finding.state is State.WAIVED for finding in report.findings):
        found += f" ({waived:,} of them waived)"
    if view.hidden:
        found += f" ({view.hidden:,} more not shown because of --select or --ignore)"
    checked = f"{counted(len(report.claims), 'claim')} on {counted(report.subjects, 'page')}"
    return [
        *_wrap([("Checked: ", _BOLD)], f"{checked}: {said}" if said else checked, view),
        *_wrap([("Findings:", _BOLD)], found, view),
        *_authorities(report, view),
    ]


def _authorities(report: Report, view: View) -> list[str]:
    rows = sorted((_clean(name), use) for name, use in report.run.authorities.items())
    width = max((len(name) for name, _ in rows), default=0)
    lines = [paint("Authorities:", _BOLD, view)] if rows else []
    for name, use in rows:
        said = "; ".join(filter(None, (use.release, counted(use.requests, "request"), use.status)))
        lines += hanging(f"  {name:<{width}}  ", printable(said), view.width)
    return lines


def _hints(report: Report, view: View) -> list[str]:
    hints = []
    unchecked = [judged for judged in report.claims if judged.verdict is Verdict.UNAVAILABLE]
    for reason, count in sorted(Counter(judged.reason for judged in unchecked).items()):
        if not (view.verbose or len(report.claims) <= SMALL) and count > _SAME_REASON:
            hints.append(f"{counted(count, 'claim')} could not be checked: {reason} (-v lists them)")
    if any("no DrugBank export" in text for text in _reasons(report, unchecked)):
        hints.append("no DrugBank export was supplied: give one with --drugbank FILE to have DrugBank ids checked")
    down = [name for name, use in sorted(report.run.authorities.items()) if _is_down(name, use.status)]
    if down and not report.run.offline:
        hints.append(
            f"{', '.join(down)} could not be asked everything: what is unavailable was not checked, which does not "
            "make it wrong; the answers received so far are kept, run the same command again later"
        )
    if report.run.offline and unchecked:
        hints.append("this run was offline and not every answer was in the store: run again with --online")
    if compiled := {item for judged in report.claims for item in judged.evidence if item.sources}:
        records = counted(len(compiled), "record")
        hints.append(f"{records} compiled by hand, not received from an authority (--format json names the sources)")
    hints += [_idle(waiver) for waiver in report.waivers if waiver.standing in {Standing.EXPIRED, Standing.UNUSED}]
    if report.findings:
        hints.append(f"`canonid explain {min(finding.code for finding in report.findings)}` tells what a code means")
    return [line for hint in hints for line in _wrap([("Hint:", _CYAN)], hint, view)]


def _idle(waiver: Waiver) -> str:
    """What is to be said of a waiver that waives nothing."""
    what = f"the waiver at {waiver.origin} ({waiver.code} {waiver.subject} {waiver.field}".rstrip() + ")"
    if waiver.standing is Standing.EXPIRED:
        return f"{what} ended on {waiver.until}: mend the page, give it another day, or take it out"
    return f"{what} is of nothing that is found any more: take it out"


def _reasons(report: Report, unchecked: Iterable[Judged]) -> list[str]:
    return [use.status for use in report.run.authorities.values()] + [judged.reason for judged in unchecked]


def _is_down(name: str, status: str) -> bool:
    return name != "drugbank" and status.startswith(("unavailable", "degraded"))
