"""From findings to issues, and from issues to steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from canonid.issues import Per
from canonid.issues.block import block_of, hidden, merged, read_state
from canonid.issues.plan import (
    Action,
    Ground,
    Issue,
    Step,
    declined_by,
    plan_issues,
    plan_steps,
    spent_keys,
    under_new_names,
)
from canonid.model import Confidence, Finding, Place, Proposal, State
from tests.issues.drafts import DRAFT, ERTAPENEM, MISSING, NOTHING, SEARCH, WRONG, as_existing, state

OTHER = replace(WRONG, field="drugbank-id", claimed="DB00303")


def issue_of(*findings: Finding) -> Issue:
    (issue,) = plan_issues(findings or (WRONG,), DRAFT)
    return issue


def step_of(*args: object) -> Step:
    (step,) = plan_steps(*args)  # type: ignore[arg-type] # as given
    return step


def test_an_issue_says_all_that_a_curator_needs() -> None:
    """Claim with places, what the authority says with date and link, the edit, and how to waive."""
    body = issue_of().body

    for part in (
        "[`wiki/adapalene.md:6`](https://wiki.example/wiki/adapalene.md#L6)",
        "is ERTAPENEM SODIUM, not Adapalene.",
        "| ChEMBL | [CHEMBL1232](https://www.ebi.ac.uk/chembl/explore/compound/CHEMBL1232) |",
        "ERTAPENEM SODIUM, secondary, now [CHEMBL1359]",
        "2026-03-01, ChEMBL\\_36 |",
        "Proposed: `CHEMBL1265`, with high confidence",
        "```diff\n-CHEMBL1232\n```",
        "**To check by hand:**",
        "canonid: ignore ID301",
        "and 2 more",
    ):
        assert part in body


def test_replies_that_say_nothing_are_told_as_such() -> None:
    """Absent and unreadable are two things."""
    evidence = (replace(SEARCH, payload=None), replace(SEARCH, payload="?"))
    body = issue_of(replace(WRONG, evidence=evidence, proposal=None)).body

    assert "| no such record |" in body
    assert "| could not be read: damaged \\| reply |" in body
    assert "the evidence proves no value" in body


def test_a_page_makes_one_issue_and_a_finding_its_own_if_asked() -> None:
    """Per page or per finding, and only of our kind."""
    other = replace(WRONG, code="ID202", field="pubchem-cid")
    foreign = replace(WRONG, code="ID603")

    by_page = plan_issues([WRONG, other, foreign], DRAFT)
    by_finding = plan_issues([WRONG, other, foreign], DRAFT, per=Per.FINDING)

    assert [issue.title for issue in by_page] == ["adapalene: obsolete id ×1, wrong id ×1"]
    assert sorted(issue.title for issue in by_finding) == [
        "adapalene: obsolete id, pubchem-cid `CHEMBL1232` (ID202)",
        "adapalene: wrong id, chembl-id `CHEMBL1232` (ID301)",
    ]


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("ID401", "fisetin: missing id, drugbank-id `null` (ID401)"),
        ("ID403", "fisetin: missing id, drugbank-id (ID403)"),
        ("ID402", "fisetin: null to justify, drugbank-id `null` (ID402)"),
        ("ID104", "fisetin: wrong id, drugbank-id `null` (ID104)"),
        ("ID405", "fisetin: gap tag that can be closed, drugbank-id (ID405)"),
    ],
)
def test_the_title_says_what_kind_it_is(code: str, title: str) -> None:
    """Five kinds; a record too thin to decide is none of them."""
    assert [issue.title for issue in plan_issues([replace(MISSING, code=code)], DRAFT)] == [title]
    assert plan_issues([replace(MISSING, code="ID306")], DRAFT) == []


@pytest.mark.parametrize(
    ("code", "proposal", "text"),
    [
        ("ID403", Proposal("DB07795", Confidence.HIGH, "x"), "Add to the front matter: `drugbank-id: DB07795`."),
        ("ID401", Proposal("DB07795", Confidence.LOW, "x"), "None that changes just a value: carry out by hand what"),
        ("ID402", None, "None: the evidence proves no value."),
        ("ID405", None, "None yet: another finding proposes the identifier that the tag asks for. Write it first."),
    ],
)
def test_without_a_diff_it_says_what_to_do(code: str, proposal: Proposal | None, text: str) -> None:
    """In place of the edit."""
    draft = replace(DRAFT, diff=lambda _: "")
    (issue,) = plan_issues([replace(MISSING, code=code, proposal=proposal)], draft)

    assert f"### Proposed edit\n\n{text}" in issue.body
    assert ("Claimed at" in issue.body) is (code != "ID403")


def test_pages_of_one_name_have_issues_of_their_own() -> None:
    """Two folders, two keys."""
    twin = replace(WRONG, place=Place("other/adapalene.md", 6, 12))
    first, second = plan_issues([WRONG, twin], DRAFT)

    assert first.state.key != second.state.key


def test_waived_and_declined_findings_make_no_issue() -> None:
    """A decision in the wiki counts as much as one in the tracker."""
    waived = replace(WRONG, state=State.WAIVED)
    declined = as_existing(issue_of(), is_declined=True)

    assert plan_issues([waived, WRONG], DRAFT, declined=declined_by([declined], {})) == []


def test_text_of_others_names_nobody_and_starts_no_tag() -> None:
    """A record's name is not ours."""
    body = issue_of(replace(WRONG, message="a @person <b> #1 [x](y)", field="`` f", claimed="`")).body

    assert "a &#64;person &lt;b&gt; &#35;1 \\[x\\](y)." in body
    assert "`` ` ``" in body


def test_a_new_finding_makes_a_new_issue() -> None:
    """Nothing is known of it."""
    assert step_of([issue_of()], [], NOTHING).action is Action.CREATE


def test_the_same_facts_asked_again_change_nothing() -> None:
    """A later date of the reply is no news."""
    before = as_existing(issue_of(replace(WRONG, message="searched 2026-03-01")))
    dated = replace(WRONG, message="searched 2026-05-07")
    later = replace(ERTAPENEM, retrieved_at=ERTAPENEM.retrieved_at + timedelta(days=30), release="ChEMBL_37")
    step = step_of([issue_of(replace(dated, evidence=(later, SEARCH)))], [before], NOTHING)

    assert (step.action, step.body) == (Action.KEEP, before.body)


def test_lines_are_no_part_of_the_fingerprint() -> None:
    """A line above the claim moves the link, not the issue."""
    before = as_existing(issue_of())
    moved = issue_of(replace(WRONG, place=Place("wiki/adapalene.md", 9, 12)))
    step = step_of([moved], [before], NOTHING)

    assert (step.action, moved.state.key) == (Action.UPDATE, before.state.key)


def test_edits_of_people_survive() -> None:
    """Their title, and what they wrote before and after our part."""
    issue = issue_of()
    before = as_existing(issue, title="Mine", body=f"Before\r\n\r\n{issue.body}\r\nAfter")
    step = step_of([issue_of(replace(WRONG, message="new"))], [before], NOTHING)

    assert step.title == "Mine"
    assert step.body.startswith("Before\r\n\r\n<!-- canonid:begin")
    assert step.body.endswith("<!-- canonid:end -->\r\nAfter")
    assert "new.\r\n" in step.body


def test_a_closed_issue_is_opened_again() -> None:
    """Rather than made twice; and an open one comes before a closed one."""
    issue = issue_of()
    closed = as_existing(issue, "1", is_open=False)

    assert step_of([issue], [closed], NOTHING).action is Action.REOPEN
    assert step_of([issue], [as_existing(issue, "2"), closed], NOTHING).existing == as_existing(issue, "2")


def test_what_is_gone_is_closed_with_the_reason() -> None:
    """The run looked, and found nothing."""
    step = step_of([], [as_existing(issue_of())], NOTHING)

    assert step.action is Action.CLOSE
    assert step.comment == "Closed: run R checked `wiki/adapalene.md` and has nothing of this to report any more."


@pytest.mark.parametrize(
    "ground",
    [
        Ground(frozenset(), lambda _: False, "run R"),
        Ground(frozenset({WRONG.fingerprint}), lambda _: True, "run R"),
    ],
    ids=["not checked", "found but not selected"],
)
def test_silence_closes_nothing(ground: Ground) -> None:
    """An outage, a page outside of the run, a code that nobody selected."""
    assert plan_steps([], [as_existing(issue_of())], ground) == []


def test_declined_issues_are_told_and_left_alone() -> None:
    """Closed as not planned: not opened again."""
    declined = as_existing(issue_of(), is_open=False, is_declined=True)

    assert step_of([], [declined], NOTHING).action is Action.WAIVED


def test_a_closed_issue_is_not_closed_again() -> None:
    """Each run would tell those who follow it."""
    assert plan_steps([], [as_existing(issue_of(), is_open=False)], NOTHING) == []


RENAMED = replace(WRONG, subject="differin", place=Place("wiki/differin.md", 6, 12))
FORMER = {WRONG.fingerprint: RENAMED.fingerprint}


def test_a_page_that_was_renamed_keeps_its_issue() -> None:
    """It is written anew under its number; what somebody called it stays."""
    new, old = issue_of(RENAMED), as_existing(issue_of(), title="Look at this")
    step = step_of([new], [*under_new_names([old], [new], FORMER)], NOTHING)

    assert (step.action, step.title, step.body, step.existing and step.existing.number) == (
        Action.UPDATE,
        "Look at this",
        new.body,
        "1",
    )


def test_an_issue_of_its_own_is_not_taken_over() -> None:
    """The renamed page has one already."""
    new, old = issue_of(RENAMED), as_existing(issue_of())
    mine = as_existing(new, "2")

    assert [*under_new_names([old, mine], [new], FORMER)] == [old, mine]


def test_an_issue_about_a_page_that_kept_its_name_is_not_taken_over() -> None:
    """An issue a page and one a finding do not know of each other."""
    (of_finding,) = plan_issues([WRONG], DRAFT, per=Per.FINDING)
    of_page = as_existing(issue_of())

    assert [*under_new_names([of_page], [of_finding], {})] == [of_page]


def test_what_was_declined_stays_so_on_a_page_that_was_renamed() -> None:
    """Nobody is asked twice."""
    declined = as_existing(issue_of(), is_open=False, is_declined=True)

    assert plan_issues([RENAMED], DRAFT, declined=declined_by([declined], FORMER)) == []


def test_what_is_new_on_a_page_whose_issue_was_declined_has_an_issue_of_its_own() -> None:
    """People decided about what it said then."""
    declined = as_existing(issue_of(), is_open=False, is_declined=True)
    spent = spent_keys([declined])
    issues = plan_issues([WRONG, OTHER], DRAFT, declined=declined_by([declined], {}), spent=spent)

    assert issues[0].state.key not in spent
    assert [step.action for step in plan_steps(issues, [declined], NOTHING)] == [Action.CREATE, Action.WAIVED]


def test_issues_that_are_opened_again_are_rationed_as_new_ones() -> None:
    """Both are news in everybody's inbox."""
    issues = plan_issues([WRONG, MISSING], DRAFT)
    closed = [as_existing(issue, issue.state.key, is_open=False) for issue in issues]

    assert [step.action for step in plan_steps(issues, closed, NOTHING, 1)] == [Action.REOPEN, Action.HELD]


def test_no_more_new_issues_than_allowed() -> None:
    """The others are held back; updates are free."""
    issues = plan_issues([WRONG, MISSING], DRAFT)
    actions = [step.action for step in plan_steps(issues, [], NOTHING, 1)]

    assert actions == [Action.CREATE, Action.HELD]


def test_state_survives_any_title() -> None:
    """Two dashes end a comment in some readers."""
    known = state("a --> b <!-- c")

    assert read_state(f"x\n{hidden(known)} y") == known
    assert "--" not in hidden(known)[4:-3]


@pytest.mark.parametrize(
    "body",
    ["", f" {hidden(state())}", "<!-- canonid: {} -->", "<!-- canonid: {x} -->", hidden(state()).replace('"ab"', "1")],
)
def test_what_is_not_ours_has_no_state(body: str) -> None:
    """Neither has what somebody damaged."""
    assert read_state(body) is None


def test_a_lost_marker_loses_nothing_else() -> None:
    """Our new part goes to the end."""
    body = block_of(state(), "text").replace("<!-- canonid:end -->", "mine")
    block = block_of(state("new"), "text")

    assert merged(body, block).endswith(f"mine\n\n{block}\n")
    assert merged("", block) == block


@pytest.mark.parametrize("new", [(), (replace(WRONG, code="ID305"),)], ids=["less", "less and something new"])
@pytest.mark.parametrize(
    ("ground", "action"),
    [
        (Ground(frozenset(), lambda _: False, "run R"), Action.KEEP),
        (Ground(frozenset({OTHER.fingerprint}), lambda _: True, "run R"), Action.KEEP),
        (NOTHING, Action.UPDATE),
    ],
    ids=["not checked", "found but not selected", "gone"],
)
def test_silence_takes_nothing_out_of_an_issue(ground: Ground, action: Action, new: tuple[Finding, ...]) -> None:
    """Of two findings one is not heard of: only evidence drops it, whatever else is found."""
    before = as_existing(issue_of(WRONG, OTHER))

    assert step_of([issue_of(WRONG, *new)], [before], ground).action is action


def test_a_fence_in_a_diff_does_not_end_the_diff() -> None:
    """What follows it would be read as text of ours."""
    (issue,) = plan_issues([WRONG], replace(DRAFT, diff=lambda _: "-a\n+````\n @everyone\n"))

    assert "\n`````diff\n-a\n+````\n @everyone\n`````\n" in issue.body
