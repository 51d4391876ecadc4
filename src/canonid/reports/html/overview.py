"""What the charts of the page count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations

from canonid.identifiers import AUTHORITIES, PREFIXES
from canonid.model import ById, ClaimKind, Evidence, Found, Judged, Predicate, Record, Report
from canonid.reports import View
from canonid.reports.html.charts import Chart, bars, lines
from canonid.reports.html.markup import VERDICTS, Series, authority_name, shown

_VERDICTS = tuple(Series(verdict.value, look.label) for verdict, look in VERDICTS.items())
_WORRYING = tuple(
    Series(item.value, VERDICTS[item].label) for item in VERDICTS if not item.value.startswith("confirmed")
)
_AGREEMENT = (
    Series("discrepant", "other structure"),
    Series("undetermined", "same skeleton, other form"),
    Series("confirmed", "same structure"),
)
_AGE = (Series("fresh", "in use"), Series("stale", "old, used for want of a newer one"))
_AGES = ((1, "today"), (7, "up to 7 days"), (30, "up to 30 days"), (90, "up to 90 days"), (10**6, "older"))
_MOST_ROWS = 12
_SUBSTANCES = ("chembl", "pubchem", "drugbank")


def charts(report: Report, view: View) -> Iterator[str]:
    """The charts that there is something to draw in."""
    drawn = list(_drawn(report, view))
    if drawn:
        yield '<section aria-labelledby="overview"><h2 id="overview">Overview</h2><div class="charts">'
        yield from drawn
        yield "</div></section>"


def _drawn(report: Report, view: View) -> Iterator[str]:
    if report.claims:
        by_field = _verdicts(report, lambda judged: judged.claim.field)
        yield from bars(Chart("Verdicts by field", "Claims under each key of the pages.", by_field, _VERDICTS))
        by_authority = _verdicts(report, _authority)
        yield from bars(
            Chart("Verdicts by authority", "Claims by the registry that the value belongs to.", by_authority, _VERDICTS)
        )
    if pairs := _agreement(report, view):
        about = "Pages on which both give a structure, compared by InChIKey."
        yield from bars(Chart("Agreement between authorities", about, pairs, _AGREEMENT))
    if view.history:
        yield from lines(_trend(report, view))
    if ages := _ages(report):
        yield from bars(Chart("Age of the evidence", "Replies that the verdicts rest on.", ages, _AGE))


def _authority(judged: Judged) -> str:
    space = PREFIXES.get(judged.claim.prefix)
    return authority_name(space.authority) if space and space.authority else "CAS, InChIKey, UNII"


def _verdicts(report: Report, key: Callable[[Judged], str]) -> list[tuple[str, Mapping[str, int]]]:
    """Verdicts by key, the most claims first; what does not fit is one last row."""
    counts: dict[str, Counter[str]] = {}
    for judged in report.claims:
        counts.setdefault(key(judged), Counter())[judged.verdict.value] += 1
    rows = sorted(counts.items(), key=lambda item: (-item[1].total(), item[0]))
    if len(rows) <= _MOST_ROWS:
        return list(rows)
    rest = sum((row for _, row in rows[_MOST_ROWS - 1 :]), Counter[str]())
    return [*rows[: _MOST_ROWS - 1], (f"{len(rows) - _MOST_ROWS + 1} others", rest)]


def _agreement(report: Report, view: View) -> list[tuple[str, Mapping[str, int]]]:
    """For each two authorities: whether the structures that a page's identifiers lead to are the same."""
    structures: dict[tuple[str, str], dict[str, str]] = {}
    for judged in report.claims:
        if judged.claim.predicate is not Predicate.EXACT or judged.claim.kind is not ClaimKind.IDENTIFIER:
            continue
        if (record := own_record(judged, view)) and record.inchikey:
            page = (judged.claim.place.path, judged.claim.subject)
            structures.setdefault(page, {}).setdefault(record.authority, record.inchikey)
    rows: list[tuple[str, Mapping[str, int]]] = []
    for one, other in combinations(_SUBSTANCES, 2):
        both = [(keys[one], keys[other]) for keys in structures.values() if one in keys and other in keys]
        if both:
            counts = Counter(_relation(*keys) for keys in both)
            rows.append((f"{AUTHORITIES[one]} and {AUTHORITIES[other]}", counts))
    return rows


def own_record(judged: Judged, view: View) -> Record | None:
    """The record that the claimed identifier itself leads to."""
    reference = judged.claim.reference
    space = PREFIXES.get(judged.claim.prefix)
    if reference is None or space is None or space.authority is None:
        return None
    answer = view.answers.get((space.authority, ById(reference)))
    return answer.record if isinstance(answer, Found) else None


def _relation(one: str, other: str) -> str:
    if one == other:
        return "confirmed"
    return "undetermined" if one[:14] == other[:14] else "discrepant"


def _trend(report: Report, view: View) -> Chart:
    now = Counter(judged.verdict.value for judged in report.claims)
    moments = [*((past.at, past.verdicts) for past in view.history), (report.run.started_at, now)]
    form = "%Y-%m-%d" if len({at.date() for at, _ in moments}) > 1 else "%Y-%m-%d %H:%M"
    rows = [(at.strftime(form), verdicts) for at, verdicts in moments]
    return Chart("Trend over runs", "Claims that were not confirmed, run by run.", rows, _WORRYING)


def _ages(report: Report) -> list[tuple[str, Mapping[str, int]]]:
    replies = {item for judged in report.claims for item in judged.evidence}
    counts: dict[str, Counter[str]] = {label: Counter() for _, label in _AGES}
    for item in {(reply.authority, reply.question): reply for reply in replies}.values():
        counts[_age(item, report)]["stale" if item.stale else "fresh"] += 1
    return list(counts.items()) if replies else []


def _age(item: Evidence, report: Report) -> str:
    days = (report.run.finished_at - item.retrieved_at).total_seconds() / 86_400
    return next(label for limit, label in _AGES if days <= limit)


def authorities(report: Report) -> Iterator[str]:
    """Who was asked, how often, and how it went."""
    if not report.run.authorities:
        return
    yield '<section aria-labelledby="authorities"><h2 id="authorities">Authorities</h2><div class="scroll"><table>'
    yield "<thead><tr>"
    yield "".join(f'<th scope="col">{head}</th>' for head in ("authority", "release", "requests", "status"))
    yield "</tr></thead><tbody>"
    for name, use in sorted(report.run.authorities.items()):
        yield (
            f'<tr><th scope="row">{shown(authority_name(name))}</th><td>{shown(use.release or "")}</td>'
            f"<td>{use.requests:,}</td><td>{shown(use.status)}</td></tr>"
        )
    yield "</tbody></table></div></section>"
