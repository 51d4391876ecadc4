"""The page for a browser: complete without scripts, safe whatever pages say, and looked at in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from canonid.identifiers import CHEMBL, DRUGBANK, PUBCHEM, Reference
from canonid.model import (
    Answer,
    ByName,
    ByStructure,
    Forms,
    Found,
    Judged,
    Kind,
    NotFound,
    Place,
    Question,
    Record,
    Report,
    State,
    Status,
    Synonyms,
    Trial,
    TrialSearch,
    Unavailable,
    Verdict,
)
from canonid.reports import Format, Past, View, render
from tests.reports.browser import CHROMIUM, Page, open_browser
from tests.reports.odd import EMPTY, FULL, IMAGE, ODD, WAIVED
from tests.reports.samples import ASKED, CONFIRMED, DISCREPANT, RUN, SPELLING, WRONG, claim, evidence, report

KEY, OTHER = "LZCDAPDGXCYOEH-UHFFFAOYSA-N", "ZXNAQFZBWUNWJM-HRXMHBOMSA-M"
VOID = {"meta", "input", "br", "wbr"}


class Reader(HTMLParser):
    """Tags in balance, and the text of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in {"script", "style"}:
            self.texts.append(data)


def html(shown: Report, **view: object) -> str:
    """The page."""
    return render(shown, Format.HTML, View(**view))  # type: ignore[arg-type]  # test shorthand


def read(page: str) -> Reader:
    """The page as a browser takes it apart."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def text_of(page: str) -> str:
    """What can be read, with single blanks."""
    return " ".join("".join(read(page).texts).split())


def with_records(*records: Record, wrong: Verdict = Verdict.DISCREPANT) -> tuple[Report, View]:
    """A page that claims one identifier for each record, and what the authorities said of them."""
    judged, answers = [], {}
    for line, record in enumerate(records, 4):
        reply = evidence(record.authority, record.reference)
        said = claim("wiki/adapalene.md", line, f"{record.authority}-id", record.reference.prefix, record.reference[1])
        judged.append(Judged(said, wrong if line == 4 else Verdict.CONFIRMED, "as it is", evidence=(reply,)))
        answers[record.authority, reply.question] = Found((record,), reply)
    return report(*judged), View(answers=answers)


WRONG_RECORD = Record(
    "chembl", Reference(CHEMBL, "CHEMBL1232"), "ERTAPENEM SODIUM", kind=Kind.SMALL_MOLECULE, inchikey=OTHER
)
PUBCHEM_RECORD = Record("pubchem", Reference(PUBCHEM, "60164"), "Adapalene", inchikey=KEY, mass=412.5)
DRUGBANK_RECORD = Record("drugbank", Reference(DRUGBANK, "DB00210"), "Adapalene", ("Differin",), inchikey=KEY)


@pytest.mark.parametrize("shown", [FULL, ODD, EMPTY], ids=["full", "odd", "empty"])
def test_the_page_is_whole_and_needs_nothing_else(shown: Report) -> None:
    """Tags in balance, and nothing that would be loaded."""
    reader = read(html(shown))
    assert not [attrs for _, attrs in reader.tags if "src" in attrs or "style" in attrs]
    assert not [tag for tag, _ in reader.tags if tag in {"link", "img", "iframe", "base", "object"}]
    assert "default-src 'none'" in str(reader.tags)


def test_what_pages_say_is_text_and_nothing_else() -> None:
    """No script, no handler, no address but one of the web; the text itself is shown."""
    page = html(ODD)
    reader = read(page)
    assert [tag for tag, _ in reader.tags].count("script") == 1
    assert not [name for _, attrs in reader.tags for name in attrs if name.startswith("on")]
    links = [str(attrs["href"]) for tag, attrs in reader.tags if tag == "a"]
    assert all(link.startswith(("https://", "#")) for link in links)
    assert IMAGE in "".join(reader.texts)


def test_what_needs_a_curator_comes_first() -> None:
    """By gravity, then by place; without scripts as well."""
    verdicts = re.findall(r'<tr data-number="\d+" data-verdict="(\w+)"', html(FULL))
    assert verdicts == [
        "discrepant", "finding", "undetermined", "unavailable", "confirmed_null", "confirmed", "confirmed"
    ]  # fmt: skip


def test_errors_come_before_warnings_and_what_is_waived() -> None:
    """Wherever their pages stand in the alphabet."""
    places = {name: Place(f"{name}.md", 1, 1) for name in ("a-warning", "b-waived", "c-error")}
    findings = (
        replace(SPELLING, place=places["a-warning"]),
        replace(WRONG, place=places["b-waived"], state=State.WAIVED),
        replace(WRONG, place=places["c-error"]),
    )
    claims = (replace(DISCREPANT, claim=replace(DISCREPANT.claim, place=place)) for place in places.values())
    shown = html(report(*claims, findings=findings))
    assert re.findall(r'<th scope="row">([\w-]+)\.md', shown) == ["c-error", "a-warning", "b-waived"]


def test_a_repeated_claim_is_one_row_with_all_its_lines() -> None:
    """With links to the lines where the forge is known."""
    page = html(FULL, source="https://forge.example/w/blob/abc")
    assert "wiki/adapalene.md:6, 41 chembl-id CHEMBL1232" in text_of(page).replace("  ", " ")
    assert '<a href="https://forge.example/w/blob/abc/wiki/adapalene.md#L41" rel="noreferrer noopener">41</a>' in page


def test_a_finding_is_told_with_proposal_state_and_waiver() -> None:
    """All that a curator needs to decide."""
    shown = text_of(html(report(DISCREPANT, findings=(WRONG, WAIVED))))
    assert "→ CHEMBL1265 high confidence: name and InChIKey agree" in shown
    assert "ID103 waived chembl-id chembl1232" in shown
    assert "waived until 2027-01-01 (A. Curator): the label has it so" in shown
    assert "Findings: 1 error, 1 warning (1 waived)." in shown


def test_a_null_is_proposed_as_the_word() -> None:
    """As it is written on a page."""
    none = replace(WRONG, proposal=WRONG.proposal and replace(WRONG.proposal, value=None))
    assert "→ null high confidence" in text_of(html(report(DISCREPANT, findings=(none,))))


def test_evidence_stands_side_by_side() -> None:
    """The record that is named beside those of the page's other identifiers, and where they differ."""
    shown, view = with_records(WRONG_RECORD, PUBCHEM_RECORD, DRUGBANK_RECORD)
    text = text_of(render(shown, Format.HTML, view))
    first = text[text.index("Evidence") :].split("Evidence")[1]
    assert "recordCHEMBL123260164DB00210" in first
    assert f"InChIKey ≠{OTHER}{KEY}{KEY}" in first
    assert "asked for ChEMBL ID CHEMBL1232" in first


def test_records_that_agree_are_marked_so() -> None:
    """For a curator that only looks for what is wrong."""
    shown, view = with_records(PUBCHEM_RECORD, DRUGBANK_RECORD)
    assert f"InChIKey ={KEY}{KEY}" in text_of(render(shown, Format.HTML, view))


def test_all_questions_and_standings_have_words() -> None:
    """Also a reply without a record, one that cannot be read, an old one and one made by hand."""
    reference, moved = Reference(CHEMBL, "CHEMBL1232"), Reference(CHEMBL, "CHEMBL1265")
    base = evidence("chembl", reference)
    questions: list[Question] = [
        ByStructure(KEY), ByName("adapalene"), Synonyms(reference), Forms(reference), TrialSearch(("x", "y"), ()),
    ]  # fmt: skip
    replies = [base, *(replace(base, question=question, stale=True, sources="by hand") for question in questions)]
    trial = Record("chembl", reference, trial=Trial("A trial", "RECRUITING"))
    answers: dict[tuple[str, Question], Answer] = {
        ("chembl", base.question): Found(
            (Record("chembl", reference, status=Status.OTHER_ENTITY, entity="TARGET", replaced_by=moved),), base
        ),
        ("chembl", questions[0]): NotFound(replies[1]),
        ("chembl", questions[1]): Unavailable("unreadable"),
        ("chembl", questions[2]): Found((trial, trial, trial), replies[3]),
    }
    shown = report(replace(DISCREPANT, evidence=tuple(replies)))
    text = text_of(render(shown, Format.HTML, View(answers=answers)))
    for words in (
        "standing other entity (TARGET), now CHEMBL1265",
        f"no such record searched by InChIKey {KEY}",
        "searched by name “adapalene”",
        "asked for the names of ChEMBL ID CHEMBL1232",
        "old, used for want of a newer one",
        "compiled by hand",
        "trial A trial",
        "2 more replies are in the JSON report.",
    ):
        assert words.replace(" ", "") in text.replace(" ", "")


# Charts


def charts(page: str) -> list[str]:
    """Their titles."""
    return re.findall(r"<h3>(.*?)</h3>", page)


def test_there_is_a_chart_for_all_that_there_is_to_count() -> None:
    """And none for what there is not."""
    shown, view = with_records(WRONG_RECORD, PUBCHEM_RECORD)
    past = Past(ASKED - timedelta(days=9), {"confirmed": 1, "discrepant": 4}, {"error": 4})
    assert charts(render(shown, Format.HTML, replace(view, history=(past,)))) == [
        "Verdicts by field",
        "Verdicts by authority",
        "Agreement between authorities",
        "Trend over runs",
        "Age of the evidence",
    ]
    assert charts(html(EMPTY)) == []


def numbers(page: str, title: str) -> str:
    """The text of the table below a chart."""
    figure = next(part for part in page.split("<figure") if f"<h3>{title}</h3>" in part).split("</figure>")[0]
    table = figure[figure.index("<tbody>") : figure.index("</tbody>")]
    return " ".join(re.sub(r"<[^>]+>", " ", table).split())


def test_the_agreement_of_two_authorities_is_that_of_their_structures() -> None:
    """Other, only the skeleton, the same."""
    form = replace(DRUGBANK_RECORD, inchikey=f"{KEY[:14]}-XXXXXXXXSA-N")
    shown, view = with_records(WRONG_RECORD, PUBCHEM_RECORD, form)
    assert numbers(render(shown, Format.HTML, view), "Agreement between authorities") == (
        "ChEMBL and PubChem 1 0 0 ChEMBL and DrugBank 1 0 0 PubChem and DrugBank 0 1 0"
    )


def test_the_trend_ends_with_this_run() -> None:
    """Former runs first, with what was not confirmed."""
    past = Past(ASKED - timedelta(days=9), {"confirmed": 1, "discrepant": 4, "unavailable": 2}, {})
    assert numbers(html(FULL, history=(past,)), "Trend over runs") == "2026-02-20 4 0 2 2026-03-01 2 1 1"


def test_runs_of_one_day_are_told_apart_by_the_hour() -> None:
    """And a verdict that no run had draws no line."""
    past = Past(ASKED - timedelta(hours=3), {"discrepant": 4}, {})
    page = html(report(DISCREPANT), history=(past,))
    assert numbers(page, "Trend over runs") == "2026-03-01 09:00 4 0 0 2026-03-01 12:00 1 0 0"
    assert page.count("<polyline") == 1


def test_the_age_of_evidence_counts_each_reply_once() -> None:
    """In steps that a curator thinks in."""
    old = replace(evidence("pubchem", Reference(PUBCHEM, "1")), retrieved_at=ASKED - timedelta(days=60), stale=True)
    shown = report(CONFIRMED, replace(CONFIRMED, evidence=(*CONFIRMED.evidence, old)))
    assert numbers(html(shown), "Age of the evidence") == (
        "today 1 0 up to 7 days 0 0 up to 30 days 0 0 up to 90 days 0 1 older 0 0"
    )


def test_many_fields_are_summed_in_a_last_row() -> None:
    """A chart with a hundred rows shows nothing."""
    many = [replace(CONFIRMED, claim=replace(CONFIRMED.claim, field=f"key-{number:02}")) for number in range(15)]
    assert numbers(html(report(*many)), "Verdicts by field").endswith("4 others 0 0 0 0 4")


def test_a_report_without_authorities_has_no_table_of_them() -> None:
    """Nobody had to be asked."""
    assert '<h2 id="authorities">' not in html(report(CONFIRMED, run=replace(RUN, authorities={})))


# In a browser


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One browser for all tests."""
    if not CHROMIUM:
        pytest.skip("no chromium is installed")
    with open_browser(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def opened(tab: Page, tmp_path: Path) -> Iterator[Page]:
    """The report that has everything, in a window of a desk."""
    file = tmp_path / "report.html"
    file.write_text(html(FULL), encoding="utf-8")
    tab.resize(1280)
    tab.prefer("light")
    tab.open(file.as_uri())
    yield tab
    assert tab.complaints() == []


VISIBLE = "[...document.querySelectorAll('#table > tbody > tr:not([hidden])')].map(row => row.dataset.verdict).join()"


def test_the_browser_loads_the_page_and_nothing_else(opened: Page) -> None:
    """No network, no complaint, and our script runs."""
    assert len(opened.requests()) == 1
    assert opened.ask("document.getElementById('filters').hidden") is False
    assert opened.ask("document.querySelector('output').value") == "7 rows"


def test_nothing_that_a_page_says_runs(tab: Page, tmp_path: Path) -> None:
    """Whatever it is made of."""
    (file := tmp_path / "odd.html").write_text(html(ODD, history=()), encoding="utf-8")
    tab.open(file.as_uri())
    assert tab.ask("window.owned") is None
    assert tab.ask("document.body.textContent.includes('window.owned=1')") is True
    assert tab.requests() == [file.as_uri()]


def test_a_tile_filters_and_the_address_keeps_it(opened: Page) -> None:
    """A view can be sent to somebody, and shown whole again."""
    opened.ask("document.querySelector('.tile.confirmed').click()")
    assert opened.ask(VISIBLE) == "confirmed,confirmed"
    assert opened.ask("location.hash") == "#verdict=confirmed"
    assert opened.ask("document.querySelector('.tile.confirmed').ariaPressed") == "true"
    opened.ask("document.querySelector('.tile.confirmed').click()")
    assert opened.ask(VISIBLE).count(",") == 6


def test_the_address_sets_the_filters(opened: Page) -> None:
    """When such a view is opened."""
    url = str(opened.ask("location.href.split('#')[0]"))
    opened.open("about:blank")
    opened.open(f"{url}#q=bakuchiol&verdict=unavailable")
    assert opened.ask(VISIBLE) == "unavailable"
    assert opened.ask("document.querySelector('output').value") == "1 of 7 rows"


def test_heads_sort_both_ways_by_keyboard(opened: Page) -> None:
    """With the state told to screen readers."""
    opened.ask("document.querySelector('th[data-key=verdict] button').focus()")
    opened.press("Enter", "\r")
    assert opened.ask("document.querySelector('th[data-key=verdict]').ariaSort") == "ascending"
    opened.press("Enter", "\r")
    assert opened.ask("document.querySelector('th[data-key=verdict]').ariaSort") == "descending"
    assert str(opened.ask(VISIBLE)).startswith("confirmed,confirmed,confirmed_null,")


def test_the_search_is_a_key_away(opened: Page) -> None:
    """And says so when nothing is left."""
    opened.press("/", "/")
    assert opened.ask("document.activeElement.name") == "q"
    for letter in "zzz":
        opened.press(letter, letter)
    assert opened.ask(VISIBLE) == ""
    assert opened.ask("document.getElementById('empty').hidden") is False
    opened.ask("document.querySelector('button[type=reset]').click()")
    # The form redraws a turn later, which a busy machine may put off.
    shown = (str(opened.ask(VISIBLE)).count(",") for _ in range(500))
    assert any(commas == 6 for commas in shown)


def test_every_control_is_reached_by_tab(opened: Page) -> None:
    """From the first one on: the way to the claims, the tiles, the filters."""
    names = []
    for _ in range(7):
        opened.press("Tab")
        names.append(opened.ask("document.activeElement.className"))
    assert names[0] == "skip"
    assert all(str(name).startswith("tile ") for name in names[1:6])


@pytest.mark.parametrize("width", [320, 390, 800, 1280])
@pytest.mark.parametrize("shown", [FULL, ODD], ids=["full", "odd"])
def test_no_window_needs_scrolling_sideways(tab: Page, tmp_path: Path, width: int, shown: Report) -> None:
    """From a small phone to a desk, with the evidence open."""
    (file := tmp_path / "report.html").write_text(html(shown), encoding="utf-8")
    tab.resize(width)
    tab.open(file.as_uri())
    tab.ask("document.querySelectorAll('details').forEach(item => { item.open = true })")
    assert tab.ask("document.documentElement.scrollWidth") <= width


def test_light_and_dark_follow_the_reader(opened: Page) -> None:
    """Each is legible: text and paper are far apart."""
    looks = []
    for scheme in ("light", "dark"):
        opened.prefer(scheme)
        colors = opened.ask("[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]")
        looks.append([sum(map(int, re.findall(r"\d+", color)[:3])) for color in colors])
        assert len(opened.picture()) > 10_000
    (light_ink, light_paper), (dark_ink, dark_paper) = looks
    assert light_paper - light_ink > 400
    assert dark_ink - dark_paper > 400


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_keep_their_contrast(opened: Page, scheme: str) -> None:
    """At least 4.5 to 1 on their own ground, as WCAG asks, for text, links, notes and signs."""
    opened.prefer(scheme)
    poor = opened.ask(CONTRAST)
    assert poor == []


CONTRAST = """
(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const mix = (colors) => {
    canvas.globalCompositeOperation = "source-over";
    for (const color of colors) { canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => rgb.map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const poor = [];
  const kinds = "p, a, code, .badge, .code, .mark, .state, th, td, h1, h2, h3, label, svg text";
  for (const item of document.querySelectorAll(kinds)) {
    if (!item.textContent.trim() || item.matches(".skip")) continue;
    const grounds = [];
    for (let at = item; at; at = at.parentElement) grounds.unshift(getComputedStyle(at).backgroundColor);
    const style = getComputedStyle(item);
    const paper = mix(grounds);
    const ink = mix([...grounds, item instanceof SVGElement ? style.fill : style.color]);
    const [high, low] = [light(paper), light(ink)].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) poor.push(`${item.tagName}.${item.getAttribute("class")} ${ratio.toFixed(2)}`);
  }
  return [...new Set(poor)];
})()
"""


def test_without_scripts_everything_is_there(opened: Page) -> None:
    """The table, the evidence and a word on what is missing."""
    opened.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        opened.reload()
        root = opened.call("DOM.getDocument")["root"]["nodeId"]
        rows = opened.call("DOM.querySelectorAll", nodeId=root, selector="#table > tbody > tr")["nodeIds"]
        heights = [opened.call("DOM.getBoxModel", nodeId=row)["model"]["height"] for row in rows]
        note = opened.call("DOM.querySelector", nodeId=root, selector="noscript p")["nodeId"]
    finally:
        opened.call("Emulation.setScriptExecutionDisabled", value=False)
    assert len(heights) == 7
    assert min(heights) > 10
    assert note
