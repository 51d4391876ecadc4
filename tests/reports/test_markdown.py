"""Markdown: a report that a wiki, an issue or a build shows as it is meant."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from canonid.model import Place
from canonid.reports import Format, View, render
from canonid.reports.markdown import escaped
from canonid.reports.text import SMALL
from tests.reports.odd import EMPTY, FULL, ODD, WAIVED
from tests.reports.samples import CONFIRMED, DISCREPANT, MIXED, UNDETERMINED, WRONG, report

GOLDEN = """\
## wiki/adapalene.md

| line | finding | what is wrong | proposal |
| --- | --- | --- | --- |
| 6, 41 | ❌ error **ID301** | chembl-id CHEMBL1232 is ERTAPENEM SODIUM, not adapalene (no shared name;\
 InChIKey differs); ADAPALENE is CHEMBL1265 (pref\\_name, InChIKey LZCDAPDGXCYOEH-UHFFFAOYSA-N) |\
 [`CHEMBL1265`](https://www.ebi.ac.uk/chembl/explore/compound/CHEMBL1265) (high confidence: name and InChIKey agree) |

| line | field | value | verdict | reason | evidence |
| --- | --- | --- | --- | --- | --- |
| 6 | chembl-id | [`CHEMBL1232`](https://www.ebi.ac.uk/chembl/explore/compound/CHEMBL1232) | ❌ discrepant |\
 the record is of another substance | [chembl](https://chembl.example/) 2026-03-01 |
"""


def markdown(shown: object, **view: object) -> str:
    """The report as Markdown."""
    return render(shown, Format.MARKDOWN, View(**view))  # type: ignore[arg-type]  # test shorthand


def test_a_page_has_its_findings_and_its_claims() -> None:
    """With links to the records and to the replies."""
    assert markdown(report(DISCREPANT, findings=(WRONG,))).endswith(GOLDEN)


def test_the_summary_counts_and_names_the_authorities() -> None:
    """What was checked, when, and who could not be asked."""
    shown = markdown(replace(FULL, run=replace(FULL.run, offline=True)), hidden=3)
    assert "7 claims on 3 pages, checked 2026-03-01T12:00:00Z offline. Findings: 2 errors, 1 warning, 1 info" in shown
    assert "(1 waived) (3 more not shown because of `--select` or `--ignore`)." in shown
    assert "| drugbank |  | 0 | unavailable: no DrugBank export supplied |" in shown


def test_lines_are_links_where_the_forge_is_known() -> None:
    """At the commit that was checked."""
    shown = markdown(report(DISCREPANT, findings=(WRONG,)), source="https://forge.example/w/blob/abc")
    assert "[6](https://forge.example/w/blob/abc/wiki/adapalene.md#L6)" in shown
    assert "[41](https://forge.example/w/blob/abc/wiki/adapalene.md#L41)" in shown


def test_a_place_on_another_page_is_named_in_full() -> None:
    """A bare line would be taken for one of this page."""
    found = replace(WRONG, also=(Place("wiki/other_page.md", 3, 1),))
    assert "| 6, wiki/other\\_page.md:3 |" in markdown(report(DISCREPANT, findings=(found,)))


def test_a_large_corpus_shows_what_needs_attention() -> None:
    """Everything with `-v`, findings alone with `-q`."""
    places = (Place(f"wiki/{number:03}.md", 1, 1) for number in range(SMALL))
    many = [replace(CONFIRMED, claim=replace(CONFIRMED.claim, place=place)) for place in places]
    large = report(*many, UNDETERMINED, DISCREPANT, findings=(WRONG,))
    headings = {mode: markdown(large, **{mode: True}).count("\n## ") for mode in ("color", "verbose", "quiet")}
    assert headings == {"color": 2, "verbose": SMALL + 2, "quiet": 1}


def test_nothing_to_tell_is_said() -> None:
    """An empty file would look like a mistake."""
    assert markdown(EMPTY).endswith("Nothing was found.\n")
    assert markdown(report(CONFIRMED), quiet=True) == "# Identifiers\n\nNothing was found.\n"


def test_states_and_waivers_are_told() -> None:
    """What a curator decided stands beside the finding."""
    shown = markdown(report(DISCREPANT, findings=(WAIVED,)))
    assert "⚠️ warning **ID103** (waived)" in shown
    assert "— waived until 2027-01-01 (A. Curator): the label has it so |" in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b*c_d`e", r"a\|b\*c\_d\`e"),
        ("[x](y)<b>#1~~&amp;", r"\[x\](y)\<b\>\#1\~\~\&amp;"),
        ("https://x.example WWW.x.example", r"https\://x.example WWW\.x.example"),
        ("a\nb\x1b", "a b\ufffd"),
        ("CHEMBL25: 1,2-β", "CHEMBL25: 1,2-β"),
    ],
)
def test_text_stays_text(text: str, shown: str) -> None:
    """No markup, no link, no second line."""
    assert escaped(text) == shown


def test_whatever_pages_say_every_row_stays_a_row() -> None:
    """Tables keep their columns, and no address but one of the web is linked."""
    shown = markdown(ODD)
    tables = [line for line in shown.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in tables} <= {3, 5, 7}
    prose = re.sub(r"\\.", "", re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", shown))
    assert "](javascript" not in prose
    assert "<img" not in prose


def test_values_that_need_care_in_code_keep_their_columns() -> None:
    """Backticks, bars and backslashes."""
    for value in ("a`b", "`", "a|b", "a\\|b", ""):
        judged = replace(CONFIRMED, claim=replace(CONFIRMED.claim, text=value))
        row = markdown(report(judged)).splitlines()[-1]
        assert len(re.findall(r"(?<!\\)\|", row)) == 7


def test_all_verdicts_are_told_apart() -> None:
    """A sign and a word each."""
    shown = markdown(MIXED)
    for word in ("✅ confirmed |", "✅ confirmed\\_null |", "❌ discrepant |", "❔ undetermined |", "⏸️ unavailable |"):
        assert word in shown
