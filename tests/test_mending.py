"""Edits until none is left, without any service: what is judged again, and what becomes of what finds no end."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from canonid.corpus import fields_from, read_corpus
from canonid.fixes import Fixes, apply_all
from canonid.gather import Freshness, Gatherer
from canonid.mending import Mending, settle
from canonid.model import Page, Report
from canonid.reconcile import reconcile
from canonid.running import Judge
from canonid.store.evidence import read_evidence_file
from tests.rules.goldens import GOLDEN, Replies, authorities, codes
from tests.test_fixes import PAGE, RUN, finding, written

FIELDS = fields_from({})
AGELESS = Freshness(*[timedelta(days=365_000)] * 3)


def mended(folder: Path, pages: Sequence[Page], report: Report, judge: Judge, *, unsafe: bool = False) -> Fixes:
    """All that is found, mended."""
    return settle(report, pages, Mending(folder, FIELDS, judge, lambda report: report.findings, unsafe=unsafe))


def apply_golden(code: str, folder: Path, *, unsafe: bool) -> Fixes:
    """Mend a copy of a rule's pages."""
    gatherer = Gatherer(
        authorities(), Replies(read_evidence_file(GOLDEN / code / "evidence.jsonl")), AGELESS, offline=True
    )
    pages = list(read_corpus([folder], folder, FIELDS))

    def judge(edited: Sequence[Page]) -> Report:
        gatherer.start_over()
        return reconcile(edited, gatherer)

    fixes = mended(folder, pages, reconcile(pages, gatherer), judge, unsafe=unsafe)
    assert [error for _, error in apply_all(fixes.plans, folder) if error] == []
    return fixes


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
@pytest.mark.parametrize("code", codes())
def test_golden_pages_need_not_be_fixed_twice(code: str, unsafe: bool, tmp_path: Path) -> None:
    """Whatever a rule finds and proposes, on pages as curators write them."""
    folder = tmp_path / "pages"
    shutil.copytree(GOLDEN / code, folder)
    apply_golden(code, folder, unsafe=unsafe)

    assert apply_golden(code, folder, unsafe=unsafe).plans == ()


def test_edits_that_find_no_end_are_not_made(tmp_path: Path) -> None:
    """Each proposal leads to another: that leaves their file to a curator, and no other file."""
    pages = [written(tmp_path, PAGE, name) for name in ("chased.md", "plain.md")]

    def judge(edited: Sequence[Page]) -> Report:
        chased = edited[0]
        return Report(RUN, 2, (), (finding(chased, "chembl-id", f"{chased.claims[0].text}1"),))

    first = Report(RUN, 2, (), (finding(pages[0], "chembl-id", "CHEMBL9"), finding(pages[1], "chembl-id", "CHEMBL9")))
    fixes = mended(tmp_path, pages, first, judge)

    assert [plan.path for plan in fixes.plans] == ["plain.md"]
    assert [str(error) for error in fixes.refused] == [
        "chased.md: every edit is followed by a proposal of another; decide by hand"
    ]


def test_edits_that_come_back_to_what_was_there_are_none(tmp_path: Path) -> None:
    """What the other value leads to is the first one, and that to nothing."""
    page = written(tmp_path, PAGE)

    def judge(edited: Sequence[Page]) -> Report:
        is_new = edited[0].claims[0].text == "CHEMBL9"
        return Report(RUN, 1, (), (finding(edited[0], "chembl-id", "CHEMBL1232"),) if is_new else ())

    first = Report(RUN, 1, (), (finding(page, "chembl-id", "CHEMBL9"),))
    assert mended(tmp_path, [page], first, judge) == Fixes()


def test_all_rows_of_an_edited_table_are_judged_again(tmp_path: Path) -> None:
    """Each in its place, and pages of other files as they were."""
    (tmp_path / "a.csv").write_text("subject,chembl-id\nadapalene,CHEMBL1232\nertapenem,CHEMBL1232\n")
    pages = [*read_corpus([tmp_path / "a.csv"], tmp_path, FIELDS), written(tmp_path, PAGE)]
    seen: list[tuple[str, str | None]] = []

    def judge(edited: Sequence[Page]) -> Report:
        seen.extend((page.subject.slug, page.claims[0].text) for page in edited)
        return Report(RUN, 3, (), ())

    mended(tmp_path, pages, Report(RUN, 3, (), (finding(pages[0], "chembl-id", "CHEMBL1265"),)), judge)

    assert seen == [("adapalene", "CHEMBL1265"), ("ertapenem", "CHEMBL1232"), ("adapalene", "CHEMBL1232")]


def test_a_page_that_changed_since_it_was_judged_is_read_again(tmp_path: Path) -> None:
    """Somebody put a line before the value: its place is that of something else, and nothing is written there."""
    page = written(tmp_path, PAGE)
    (tmp_path / page.path).write_text(PAGE.replace("type:", "tags: [CHEMBL1]\ntype:"))
    report = Report(RUN, 1, (), (finding(page, "chembl-id", "CHEMBL1265"),))

    assert mended(tmp_path, [page], report, lambda _: report).plans == ()


def test_a_damaged_file_is_not_edited_for_the_sake_of_another(tmp_path: Path) -> None:
    """Judged again, it is still what cannot be read."""
    page, damaged = written(tmp_path, PAGE), written(tmp_path, PAGE + "\0", "damaged.md")
    seen: list[Page] = []

    def judge(edited: Sequence[Page]) -> Report:
        seen.extend(edited)
        return Report(RUN, 2, (), ())

    value = finding(page, "chembl-id", "CHEMBL1265")
    defect = replace(value, code="ID504", proposal=None, place=damaged.problems[0].place, also=())
    mended(tmp_path, [page, damaged], Report(RUN, 2, (), (value, defect)), judge)

    assert [(item.path, bool(item.claims), len(item.problems)) for item in seen] == [
        ("adapalene.md", True, 0),
        ("damaged.md", False, 1),
    ]
