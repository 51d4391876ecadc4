"""Charts as inline SVG: small, drawn in the page's own colours, and each with its numbers in a table below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from canonid.reports.html.markup import Series, shown

_WIDTH = 360
"""Units; about the pixels of a phone, so that letters have the same size everywhere."""
_ROW, _BAR = 38, 14
_PLOT_HEIGHT, _PLOT_TOP, _PLOT_BOTTOM = 170, 12, 24
_LONGEST = 40
_DASHES = ("", "6 3", "2 3")


@dataclass(frozen=True, slots=True)
class Chart:
    """Counts by row and series."""

    title: str
    about: str
    """What is counted, in one sentence."""
    rows: Sequence[tuple[str, Mapping[str, int]]]
    series: Sequence[Series]

    def count(self, row: Mapping[str, int]) -> int:
        """The sum over the series."""
        return sum(row.get(item.name, 0) for item in self.series)


def bars(chart: Chart) -> Iterator[str]:
    """One horizontal bar a row, divided by series; longest first is up to the caller."""
    longest = max((chart.count(row) for _, row in chart.rows), default=0) or 1
    height = _ROW * len(chart.rows)
    yield from _opening(chart)
    yield f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{shown(_told(chart))}">'
    for number, (label, row) in enumerate(chart.rows):
        top = number * _ROW
        yield f'<text x="0" y="{top + 13}">{shown(_short(label))}</text>'
        yield f'<text class="count" x="{_WIDTH}" y="{top + 13}" text-anchor="end">{chart.count(row):,}</text>'
        yield f'<rect class="track" x="0" y="{top + 19}" width="{_WIDTH}" height="{_BAR}" rx="3"/>'
        left = 0.0
        for item in chart.series:
            width = row.get(item.name, 0) / longest * _WIDTH
            if width:
                yield (
                    f'<rect class="{item.name}" x="{left:.1f}" y="{top + 19}" width="{max(width, 2):.1f}"'
                    f' height="{_BAR}"><title>{shown(label)}: {row[item.name]:,} {item.label}</title></rect>'
                )
            left += width
    yield "</svg>"
    yield from _closing(chart)


def lines(chart: Chart) -> Iterator[str]:
    """One line a series over the rows, which are moments; with dashes, so that they differ without colour."""
    most = max((row.get(item.name, 0) for _, row in chart.rows for item in chart.series), default=0) or 1
    bottom = _PLOT_HEIGHT - _PLOT_BOTTOM
    left, right = 34, _WIDTH - 6
    step = (right - left) / max(len(chart.rows) - 1, 1)
    yield from _opening(chart)
    yield f'<svg viewBox="0 0 {_WIDTH} {_PLOT_HEIGHT}" role="img" aria-label="{shown(_told(chart))}">'
    for value in sorted({0, most // 2, most}):
        y = bottom - value / most * (bottom - _PLOT_TOP)
        yield f'<line class="grid" x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="axis" x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{value:,}</text>'
    for item, dashes in zip(chart.series, _DASHES, strict=False):
        if item not in _used(chart):
            continue
        points = [
            (left + number * step, bottom - row.get(item.name, 0) / most * (bottom - _PLOT_TOP))
            for number, (_, row) in enumerate(chart.rows)
        ]
        yield (
            f'<polyline class="line {item.name}" stroke-dasharray="{dashes}" '
            f'points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'
        )
        x, y = points[-1]
        yield f'<circle class="{item.name}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'
    first, last = chart.rows[0][0], chart.rows[-1][0]
    yield f'<text class="axis" x="{left}" y="{_PLOT_HEIGHT - 6}">{shown(first)}</text>'
    yield f'<text class="axis" x="{right}" y="{_PLOT_HEIGHT - 6}" text-anchor="end">{shown(last)}</text>'
    yield "</svg>"
    yield from _closing(chart)


def _short(label: str) -> str:
    """As much of a label as fits beside its count."""
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…"


def _opening(chart: Chart) -> Iterator[str]:
    yield '<figure class="chart">'
    yield f"<figcaption><h3>{shown(chart.title)}</h3><p>{shown(chart.about)}</p></figcaption>"


def _closing(chart: Chart) -> Iterator[str]:
    used = _used(chart)
    if len(used) > 1 or len(chart.series) > 1:
        legend = "".join(f'<li><span class="swatch {item.name}"></span>{shown(item.label)}</li>' for item in used)
        yield f'<ul class="legend">{legend}</ul>'
    heads = "".join(f'<th scope="col">{shown(item.label)}</th>' for item in chart.series)
    yield '<details class="numbers"><summary>Numbers</summary><div class="scroll"><table>'
    yield f"<thead><tr><td></td>{heads}</tr></thead><tbody>"
    for label, row in chart.rows:
        cells = "".join(f"<td>{row.get(item.name, 0):,}</td>" for item in chart.series)
        yield f'<tr><th scope="row">{shown(label)}</th>{cells}</tr>'
    yield "</tbody></table></div></details></figure>"


def _used(chart: Chart) -> list[Series]:
    return [item for item in chart.series if any(row.get(item.name) for _, row in chart.rows)]


def _told(chart: Chart) -> str:
    return f"{chart.title}: {len(chart.rows)} rows; the numbers are in the table below"
