"""Edits that carry out proposals, and everything that must stay as it is."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonid.corpus import fields_from, read_corpus
from canonid.corpus.source import Source
from canonid.corpus.wiki import read_page
from canonid.errors import CorpusError
from canonid.fixes import Edit, FilePlan, Fixes, apply, apply_all, offset_of, plan_fixes
from canonid.identifiers import CHEMBL
from canonid.model import GAP, Confidence, Finding, Page, Proposal, Report, Run, Severity, State

EXAMPLES = Path(__file__).parents[1] / "examples" / "wiki"
PAGE = """\
---
type: compound
chembl-id: CHEMBL1232   # from a template
drugbank-id: null
---

# Adapalene

- **ChEMBL:** CHEMBL1232 (Differin)
- **DrugBank:** not found #gap/needs-canonical-id
"""
RUN = Run("run", datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC), offline=True, authorities={})


def written(folder: Path, text: str, name: str = "adapalene.md") -> Page:
    (folder / name).write_bytes(text.encode())
    (page,) = read_corpus([folder / name], folder, fields_from({}))
    return page


def finding(page: Page, field: str, value: str | None, confidence: Confidence = Confidence.HIGH) -> Finding:
    """A finding on every claim of a field of the page, with a proposal."""
    claims = [claim for claim in page.claims if claim.field == field]
    places = [claim.place for claim in claims]
    proposal = Proposal(value, confidence, "two grounds")
    return Finding(
        "ID301", "rule", Severity.ERROR, page.subject.slug, field, claims[0].text, places[0], "wrong", proposal,
        tuple(places[1:]),
    )  # fmt: skip


def closing(page: Page, field: str) -> Finding:
    """A finding that the first gap tag of the page can be closed."""
    return Finding("ID405", "rule", Severity.INFO, page.subject.slug, field, GAP, page.gaps[0].place, "can be closed")


def fixes(page: Page, text: str, *findings: Finding, unsafe: bool = False) -> Fixes:
    return plan_fixes(Report(RUN, 1, (), findings), [page], {page.path: text}, unsafe=unsafe)


def plans(page: Page, text: str, *findings: Finding, unsafe: bool = False) -> list[FilePlan]:
    return list(fixes(page, text, *findings, unsafe=unsafe).plans)


def test_a_value_is_replaced_in_front_matter_and_body(tmp_path: Path) -> None:
    """Just the identifier: the comment, the bracket and everything else stay."""
    page = written(tmp_path, PAGE)
    (plan,) = plans(page, PAGE, finding(page, "chembl-id", "CHEMBL1265"))

    assert plan.after == PAGE.replace("CHEMBL1232", "CHEMBL1265")
    assert "-chembl-id: CHEMBL1232   # from a template\n+chembl-id: CHEMBL1265   # from a template\n" in plan.diff()


@pytest.mark.parametrize(
    ("label", "old", "new", "line"),
    [
        ("ChEMBL ID", "CHEMBL25", "CHEMBL31574", "- **{}:** [{}](https://www.ebi.ac.uk/chembl/explore/compound/{})"),
        (
            "ChEMBL",
            "CHEMBL25",
            "CHEMBL9",
            "- {}: [**{}** (x)](<https://www.ebi.ac.uk/chembl/compound_report_card/{}/>)",
        ),
        ("DrugBank ID", "DB00945", "DB00210", "- **{}:** {} ([page](https://go.drugbank.com/drugs/{}), see above)"),
        ("PubChem CID", "2244", "60164", "- **{}:** {}, https://pubchem.ncbi.nlm.nih.gov/compound/{}#section=Names."),
        ("pubchem-cid", "2244", "60164", "---\n{}: {}  # https://pubchem.ncbi.nlm.nih.gov/compound/{}\n---"),
        ("PubChem CID", "2244", "60164", "- **{}:** {} (https://pubmed.ncbi.nlm.nih.gov/99/, https://doi.org/10.1/2)"),
    ],
)
def test_the_link_of_a_value_changes_with_it(label: str, old: str, new: str, line: str) -> None:
    """Otherwise a page that looks right leads to the wrong record; another address on the line stays."""
    text = f"{line.format(label, old, old)}\n\n# A\n"
    page = read_page(Source("p.md", text), "p", fields_from({}))
    (plan,) = plans(page, text, finding(page, page.claims[0].field, new))

    assert plan.after == text.replace(old, new)


@pytest.mark.parametrize(
    "line",
    [
        "- **ChEMBL ID:** [CHEMBL25][1]",
        "- **ChEMBL ID:** [CHEMBL25](https://www.ebi.ac.uk/chembl/explore/target/CHEMBL25)",
        "- **ChEMBL ID:** CHEMBL25 ([reply](https://www.ebi.ac.uk/chembl/api/data/molecule/CHEMBL25))",
        "- **PubChem CID:** [2244](https://wiki.example/cid/2244)",
        "---\ndrugbank-id: CHEMBL25  # https://www.ebi.ac.uk/chembl/explore/compound/CHEMBL25\n---",
    ],
)
def test_a_value_stays_if_its_link_cannot_change_with_it(line: str) -> None:
    """A link of unknown form, of another kind of record, or elsewhere in the file."""
    text = f"{line}\n\n# A\n"
    page = read_page(Source("p.md", text), "p", fields_from({}))
    made = fixes(page, text, finding(page, page.claims[0].field, "9"))

    assert (made.plans, ["change both by hand" in left.why for left in made.left]) == ((), [True])


def test_a_null_is_filled_in_front_matter_only(tmp_path: Path) -> None:
    """What the body says in words is its curator's to rewrite."""
    page = written(tmp_path, PAGE)
    null = finding(page, "drugbank-id", "DB00210")
    (plan,) = plans(page, PAGE, null)

    assert plan.after == PAGE.replace("drugbank-id: null", "drugbank-id: DB00210")


def test_a_gap_tag_goes_with_the_blank_before_it(tmp_path: Path) -> None:
    """When evidence closes it."""
    page = written(tmp_path, PAGE)
    (plan,) = plans(page, PAGE, closing(page, "drugbank-id"))

    assert plan.after == PAGE.replace(f" {GAP}", "")


def test_every_tag_of_one_kind_is_taken_out(tmp_path: Path) -> None:
    """One finding names them all."""
    text = f"---\nchembl-id: CHEMBL25\n---\n- ChEMBL: CHEMBL25 {GAP}\n- ChEMBL checked {GAP}\n"
    page = written(tmp_path, text)
    (plan,) = plans(page, text, replace(closing(page, "chembl-id"), also=(page.gaps[1].place,)))

    assert plan.after == text.replace(f" {GAP}", "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- ChEMBL: none known. #gap/needs-canonical-id.", "- ChEMBL: none known."),
        ("- ChEMBL: none #gap/needs-canonical-id.", "- ChEMBL: none."),
        ("- ChEMBL: none  #gap/needs-canonical-id  ", "- ChEMBL: none  "),
        ("- ChEMBL: none #gap/needs-canonical-id yet", "- ChEMBL: none yet"),
        ("- ChEMBL: none. #gap/needs-canonical-id — a peptide", "- ChEMBL: none. a peptide"),
        ("- **ChEMBL:** #gap/needs-canonical-id — a peptide", "- **ChEMBL:** a peptide"),
        ("- ChEMBL: none #gap/needs-canonical-id — a peptide", "- ChEMBL: none — a peptide"),
        ("- ChEMBL: none; #gap/needs-canonical-id", "- ChEMBL: none"),
        ("- ChEMBL: none; see #gap/needs-canonical-id", "- ChEMBL: none"),
        ("- ChEMBL: none — #gap/needs-canonical-id", "- ChEMBL: none"),
        ("- ChEMBL: none (#gap/needs-canonical-id)", "- ChEMBL: none"),
        ("- ChEMBL: none (see #gap/needs-canonical-id), so far", "- ChEMBL: none, so far"),
        ("- ChEMBL: none (#gap/needs-canonical-id now)", "- ChEMBL: none (now)"),
        ("- #gap/needs-canonical-id — ChEMBL has none", "- ChEMBL has none"),
        ("- ChEMBL: none — #gap/needs-canonical-id for the ChEMBL ID", "- ChEMBL: none"),
        ("- ChEMBL: none #gap/needs-canonical-id for ChEMBL alone", "- ChEMBL: none for ChEMBL alone"),
        ("#gap/needs-canonical-id ChEMBL has none", "ChEMBL has none"),
        ("1. #gap/needs-canonical-id: ChEMBL", "1. ChEMBL"),
        ("| ChEMBL | #gap/needs-canonical-id | x |", "| ChEMBL | | x |"),
        ("| ChEMBL | none #gap/needs-canonical-id |", "| ChEMBL | none |"),
        ("ChEMBL\n- #gap/needs-canonical-id", "ChEMBL"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_nothing_dangles_where_a_gap_tag_was(before: str, after: str, end: str) -> None:
    """Neither a period or a blank too many nor a word that led to it; every other byte stays."""
    text = f"---\nchembl-id: null\n---\nA..\n{before}\nB  ;.\n".replace("\n", end)
    page = read_page(Source("p.md", text), "p", fields_from({}))
    (plan,) = plans(page, text, closing(page, "chembl-id"))

    assert plan.after == f"---\nchembl-id: null\n---\nA..\n{after}\nB  ;.\n".replace("\n", end)


@pytest.mark.parametrize(
    "rest",
    [
        "— verify whether a record exists.",
        "(re-check next year)",
        "pending an answer",
        ": to be looked up",
        "for the ChEMBL ID: to be looked up",
    ],
)
def test_a_gap_tag_before_an_open_task_stays(rest: str) -> None:
    """The question is not answered by the identifier alone."""
    text = f"---\nchembl-id: null\n---\nChEMBL: none. {GAP} {rest}\n"
    page = read_page(Source("p.md", text), "p", fields_from({}))
    made = fixes(page, text, closing(page, "chembl-id"))

    assert (made.plans, ["still to do" in left.why for left in made.left]) == ((), [True])


def test_a_comment_that_held_nothing_but_the_tag_goes(tmp_path: Path) -> None:
    """In front matter, with the blanks before it."""
    text = "---\nchembl-id: null   # #gap/needs-canonical-id\n---\n"
    page = written(tmp_path, text)
    (plan,) = plans(page, text, closing(page, "chembl-id"))

    assert plan.after == "---\nchembl-id: null\n---\n"


def test_a_gap_tag_stays_while_its_value_is_only_proposed(tmp_path: Path) -> None:
    """A medium proposal is not taken; then the identifier is still missing."""
    page = written(tmp_path, PAGE)
    medium = finding(page, "drugbank-id", "DB00210", Confidence.MEDIUM)

    assert plans(page, PAGE, medium, closing(page, "drugbank-id")) == []
    (plan,) = plans(page, PAGE, medium, unsafe=True)
    assert "drugbank-id: DB00210" in plan.after


def test_a_waived_finding_is_not_fixed(tmp_path: Path) -> None:
    """A curator decided to live with it."""
    page = written(tmp_path, PAGE)

    assert plans(page, PAGE, replace(finding(page, "chembl-id", "CHEMBL1265"), state=State.WAIVED)) == []


def test_only_the_row_of_the_finding_is_changed(tmp_path: Path) -> None:
    """Two rows of a table, each with its own subject, may claim one identifier, and one of them be right."""
    text = "subject,chembl-id\nadapalene,CHEMBL1232\nertapenem,CHEMBL1232\n"
    (tmp_path / "table.csv").write_bytes(text.encode())
    rows = list(read_corpus([tmp_path / "table.csv"], tmp_path, fields_from({})))
    wrong = finding(rows[0], "chembl-id", "CHEMBL1265")
    (plan,) = plan_fixes(Report(RUN, 2, (), (wrong,)), rows, {"table.csv": text}).plans

    assert plan.after == text.replace("adapalene,CHEMBL1232", "adapalene,CHEMBL1265")


def test_nothing_is_taken_away_where_no_tag_stands(tmp_path: Path) -> None:
    """A place that is not that of a tag, though the page has one."""
    page = written(tmp_path, PAGE)
    astray = replace(closing(page, "drugbank-id"), place=replace(page.gaps[0].place, column=3))

    assert plans(page, PAGE, astray) == []


def test_a_second_plan_for_the_same_page_is_empty(tmp_path: Path) -> None:
    """What was proposed is there: nothing is left to do."""
    page = written(tmp_path, PAGE)
    (plan,) = plans(page, PAGE, finding(page, "chembl-id", "CHEMBL1265"))
    apply(plan, tmp_path)

    text = (tmp_path / page.path).read_text()
    again = written(tmp_path, text)
    assert [claim.text for claim in again.claims if claim.prefix == CHEMBL] == ["CHEMBL1265", "CHEMBL1265"]
    assert plans(again, text) == []


def test_line_ends_byte_order_mark_quotes_and_mode_survive(tmp_path: Path) -> None:
    """Every byte outside the value is what it was."""
    text = "\ufeff---\r\nchembl-id: 'CHEMBL1232' # é\r\n---\r\n# Adapalene"
    page = written(tmp_path, text)
    (tmp_path / page.path).chmod(0o640)
    (plan,) = plans(page, text, finding(page, "chembl-id", "CHEMBL1265"))
    apply(plan, tmp_path)

    assert (tmp_path / page.path).read_bytes() == text.replace("CHEMBL1232", "CHEMBL1265").encode()
    assert (tmp_path / page.path).stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == [page.path]  # noqa: PTH208 - names are wanted


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    """Somebody else was faster: their edit must not be lost."""
    page = written(tmp_path, PAGE)
    (plan,) = plans(page, PAGE, finding(page, "chembl-id", "CHEMBL1265"))
    (tmp_path / page.path).write_text(PAGE + "more\n")

    with pytest.raises(CorpusError, match="changed while it was checked"):
        apply(plan, tmp_path)
    assert (tmp_path / page.path).read_text() == PAGE + "more\n"


def test_a_file_that_cannot_be_written_stops_no_other(tmp_path: Path) -> None:
    """It comes back with the reason, and the next one is written."""
    pages = [written(tmp_path, PAGE, name) for name in ("a.md", "b.md")]
    made = [plan for page in pages for plan in plans(page, PAGE, finding(page, "chembl-id", "CHEMBL1265"))]
    (tmp_path / "a.md").write_text("more\n")
    outcomes = [error for _, error in apply_all(made, tmp_path)]

    assert ["changed while" in str(error) for error in outcomes] == [True, False]
    assert (tmp_path / "b.md").read_text() == made[1].after


def test_a_file_that_is_gone_is_an_error(tmp_path: Path) -> None:
    """Nothing is made in its place."""
    page = written(tmp_path, PAGE)
    (plan,) = plans(page, PAGE, finding(page, "chembl-id", "CHEMBL1265"))
    (tmp_path / page.path).unlink()

    with pytest.raises(CorpusError, match="cannot be read again"):
        apply(plan, tmp_path)


def test_conflict_markers_are_refused(tmp_path: Path) -> None:
    """Which side is right is not for a program to say."""
    text = PAGE + "<<<<<<< ours\n"
    page = written(tmp_path, text)

    made = fixes(page, text, finding(page, "chembl-id", "CHEMBL1265"))

    assert (made.plans, [str(error) for error in made.refused]) == (
        (), ["adapalene.md:11: the file has conflict markers; resolve them first"],
    )  # fmt: skip


def test_an_underlined_heading_is_no_conflict(tmp_path: Path) -> None:
    """Seven marks under a title of seven letters."""
    text = PAGE + "\nResults\n=======\n"
    page = written(tmp_path, text)

    assert len(plans(page, text, finding(page, "chembl-id", "CHEMBL1265"))) == 1


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    """As long as file systems allow."""
    page = written(tmp_path, PAGE, f"{'a' * 252}.md")
    (plan,) = plans(page, PAGE, finding(page, "chembl-id", "CHEMBL1265"))
    apply(plan, tmp_path)

    assert (tmp_path / page.path).read_text() == plan.after


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.md")), ids=lambda path: path.stem)
@pytest.mark.parametrize("form", ["{}", "\ufeff{}", "{}\n\n", "{} \t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_no_byte_of_a_page_changes_outside_the_values(tmp_path: Path, path: Path, form: str, end: str) -> None:
    """Put back, the old value gives the old file: for every identifier of every example, whatever stands around it."""
    text = form.format(path.read_text(encoding="utf-8").rstrip("\n")).replace("\n", end)
    page = written(tmp_path, text, path.name)
    marked = "CHEMBL9999999999"
    claimed = {(claim.field, claim.text) for claim in page.claims if claim.reference}
    for field, value in sorted(claimed, key=str):
        found = replace(finding(page, field, marked), claimed=value)
        for plan in plans(page, text, found):
            apply(plan, tmp_path)
            assert (tmp_path / page.path).read_bytes() == plan.after.encode()
            (tmp_path / page.path).write_bytes(text.encode())
            assert plan.after.replace(marked, str(value)) == text
            assert marked in plan.after


def test_edits_that_would_break_the_front_matter_are_not_written(tmp_path: Path) -> None:
    """One bad block stops a whole site from being built."""
    page = written(tmp_path, PAGE)
    (plan,) = plans(page, PAGE, finding(page, "chembl-id", "a: b: c"))

    with pytest.raises(CorpusError, match="would break the front matter"):
        apply(plan, tmp_path)
    assert (tmp_path / page.path).read_text() == PAGE


def test_edits_that_would_unmake_the_front_matter_are_not_written(tmp_path: Path) -> None:
    """Without its last line all of it would be text."""
    page = written(tmp_path, PAGE)
    fence = PAGE.index("---", 3)

    with pytest.raises(CorpusError, match="would break the front matter"):
        apply(FilePlan(page.path, PAGE, (Edit(fence - 1, fence, ""),)), tmp_path)
    assert (tmp_path / page.path).read_text() == PAGE


def test_front_matter_that_was_broken_before_does_not_stop_a_fix(tmp_path: Path) -> None:
    """It is no worse for it."""
    text = PAGE.replace("type: compound", "type: a: b")
    page = written(tmp_path, text)
    (plan,) = plans(page, text, finding(page, "chembl-id", "CHEMBL1265"))
    apply(plan, tmp_path)

    assert "chembl-id: CHEMBL1265" in (tmp_path / page.path).read_text()


def test_proposals_for_the_same_value_cancel_one_another(tmp_path: Path) -> None:
    """Two rules that propose different values leave the decision to a curator."""
    page = written(tmp_path, PAGE)
    made = fixes(page, PAGE, finding(page, "chembl-id", "CHEMBL1265"), finding(page, "chembl-id", "CHEMBL9"))

    assert made.plans == ()
    assert ["same characters" in left.why for left in made.left] == [True, True]


def test_one_proposal_of_two_rules_is_carried_out(tmp_path: Path) -> None:
    """They agree, whatever their reasons."""
    page = written(tmp_path, PAGE)
    found = finding(page, "chembl-id", "CHEMBL1265")
    proposal = Proposal("CHEMBL1265", Confidence.HIGH, "another ground")
    (plan,) = plans(page, PAGE, found, replace(found, code="ID202", proposal=proposal))

    assert plan.after == PAGE.replace("CHEMBL1232", "CHEMBL1265")


@pytest.mark.parametrize(
    ("proposal", "change", "why"),
    [
        (Proposal("DB00210", Confidence.LOW, "x"), {}, "too unsure"),
        (Proposal("DB00210", Confidence.MEDIUM, "x"), {}, "--unsafe takes them"),
        (Proposal("DB00210", Confidence.MEDIUM, "x"), {"field": "unii"}, "add it by hand"),
        (Proposal("DB00210", Confidence.HIGH, "x"), {}, "rewrite them by hand"),
        (Proposal("COMPLETED", Confidence.HIGH, "x"), {"claimed": "NCT00010647: recruiting"}, "rewrite them by hand"),
    ],
)
def test_what_is_not_carried_out_is_told(tmp_path: Path, proposal: Proposal, change: dict[str, str], why: str) -> None:
    """With the reason; the words are those of a null in the body, and of a trial's status."""
    page = written(tmp_path, PAGE)
    found = replace(finding(page, "drugbank-id", None), proposal=proposal, **change)  # type: ignore[arg-type] # by name
    (left,) = fixes(page, PAGE, found).left

    assert why in left.why


def test_a_proposal_of_none_changes_nothing(tmp_path: Path) -> None:
    """That an identifier should be null is for a curator to write, with the reason."""
    page = written(tmp_path, PAGE)

    assert plans(page, PAGE, finding(page, "chembl-id", None)) == []


def test_a_gap_tag_waits_for_what_other_findings_propose(tmp_path: Path) -> None:
    """Whoever asks for the tag alone does not lose the question while its answer is not written."""
    page = written(tmp_path, PAGE)
    tag = closing(page, "drugbank-id")
    report = Report(RUN, 1, (), (finding(page, "drugbank-id", "DB00210"), tag))
    made = plan_fixes(report, [page], {page.path: PAGE}, only=[tag])

    assert (made.plans, ["write that first" in left.why for left in made.left]) == ((), [True])


@given(st.data(), st.text(alphabet="abc", min_size=1, max_size=12))
def test_edits_of_edited_text_are_edits_of_the_text(data: st.DataObject, text: str) -> None:
    """However the later ones lie to the earlier: what was written is what one plan writes, and its edits are apart."""
    plan = FilePlan("p.md", text, edits_of(data, text))
    later = FilePlan("p.md", plan.after, edits_of(data, plan.after))
    both = plan.then(later.edits)

    assert both.after == later.after
    assert all(one.end <= other.start for one, other in pairwise(both.edits))


def edits_of(data: st.DataObject, text: str) -> tuple[Edit, ...]:
    """Any edits of `text`, none of which touches the characters of another."""
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    spans = zip(cuts[::2], cuts[1::2], strict=False)
    return tuple(Edit(start, end, data.draw(st.text(alphabet="xyz", max_size=3))) for start, end in spans)


def test_a_change_that_is_changed_counts_once() -> None:
    """And one that is taken back not at all."""
    plan = FilePlan("p.md", "a b c", (Edit(0, 1, "xx"), Edit(4, 5, "yy")))

    assert plan.then([Edit(0, 2, "z")]).edits == (Edit(0, 1, "z"), Edit(4, 5, "yy"))
    assert plan.then([Edit(0, 2, "a")]).edits == (Edit(4, 5, "yy"),)


def test_a_missing_newline_at_the_end_is_shown(tmp_path: Path) -> None:
    """As diff and patch expect it."""
    text = "---\nchembl-id: CHEMBL1232\n---\n- **ChEMBL:** CHEMBL1232"
    page = written(tmp_path, text)
    (plan,) = plans(page, text, finding(page, "chembl-id", "CHEMBL1265"))

    assert plan.diff().endswith("+- **ChEMBL:** CHEMBL1265\n\\ No newline at end of file\n")


@given(
    st.text(alphabet="ab:é\r\t #'\"-🜚", max_size=40).filter(lambda text: "\r" not in text.replace("\r\n", "")),
    st.text(alphabet="xy \né🜚|*", max_size=40),
    st.booleans(),
)
def test_bytes_outside_the_value_never_change(comment: str, rest: str, crlf: bool) -> None:
    """Whatever stands around it."""
    text = f"---\nchembl-id: CHEMBL1232 # {comment.replace(chr(10), '')}\n---\n{rest}"
    text = text.replace("\r\n", "\n").replace("\n", "\r\n") if crlf else text
    page = read_page(Source("p.md", text), "p", fields_from({}))
    (plan,) = plans(page, text, finding(page, "chembl-id", "CHEMBL1265"))

    assert plan.after == text.replace("CHEMBL1232", "CHEMBL1265", 1)


@given(st.lists(st.text(alphabet="ab\n\ufeff🜚", max_size=8), min_size=1, max_size=6), st.integers(0, 40))
def test_a_place_leads_back_to_its_offset(parts: list[str], offset: int) -> None:
    """Places and offsets are two names of one thing."""
    source = Source("p.md", "".join(parts))
    offset = min(offset, len(source.text))
    if offset == 0 and source.text.startswith("\ufeff"):
        offset = 1  # the mark itself has no column

    assert offset_of(source.text, source.place(offset)) == offset
