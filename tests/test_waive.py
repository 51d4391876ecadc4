"""Which findings of a run are waived, and what is said of each waiver."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from canonid.model import Finding, Page, Place, State, Subject
from canonid.waive import Ground, apply_waivers, check_codes
from canonid.waiver import LineWaiver, Standing, Waiver
from tests.store.samples import finding, report

FOUND = finding()
TODAY = date(2026, 3, 1)
GROUND = Ground(TODAY, {})
PAGE = Page(FOUND.place.path, Subject("adapalene", "Adapalene"))


def filed(of: Finding = FOUND, until: date | None = None) -> Waiver:
    """A waiver in the file."""
    named = (of.fingerprint, of.code, of.subject, of.field, of.claimed)
    return Waiver(*named, "A. Curator", "known", until, ".canonid/waivers.toml:3")


def commented(*codes: str, until: date | None = None, line: int = FOUND.place.line) -> Page:
    """The page with a comment on a line."""
    return replace(PAGE, ignores=(LineWaiver(codes or ("ID301",), until, "known", line),))


def standings(*waivers: Waiver, page: Page = PAGE, ground: Ground = GROUND, found: bool = True) -> list[Standing]:
    """What becomes of the waivers."""
    outcome = apply_waivers(report(*([FOUND] if found else [])), [page], waivers, ground)
    return [waiver.standing for waiver in outcome.waivers]


def state(*waivers: Waiver, page: Page = PAGE, ground: Ground = GROUND) -> State:
    """What becomes of the finding."""
    (outcome,) = apply_waivers(report(FOUND), [page], waivers, ground).findings
    return outcome.state


def test_what_the_file_waives_is_waived() -> None:
    """The finding says by which waiver."""
    outcome = apply_waivers(report(FOUND, finding("fisetin")), [PAGE], [filed()], GROUND)
    used = replace(filed(), standing=Standing.USED)
    assert [(item.state, item.waiver) for item in outcome.findings] == [(State.WAIVED, used), (State.OPEN, None)]
    assert outcome.waivers == (used,)


@pytest.mark.parametrize("line", [FOUND.place.line, FOUND.also[0].line])
def test_what_a_comment_waives_is_waived(line: int) -> None:
    """On any line of the page that makes the claim."""
    page = commented("ID103", "ID301", line=line)
    outcome = apply_waivers(report(FOUND), [page], [], GROUND)
    (item,) = outcome.findings
    assert item.waiver is not None
    assert (item.state, item.waiver.origin, item.waiver.reason) == (State.WAIVED, f"{PAGE.path}:{line}", "known")
    assert [(waiver.code, waiver.standing) for waiver in outcome.waivers] == [
        ("ID103", Standing.UNUSED),
        ("ID301", Standing.USED),
    ]


@pytest.mark.parametrize("page", [commented("ID302"), commented(line=5), replace(commented(), path="other.md")])
def test_a_comment_waives_its_codes_on_its_line_of_its_page(page: Page) -> None:
    """And nothing else."""
    assert state(page=page) is State.OPEN


def test_a_waiver_holds_on_its_last_day_and_not_afterwards() -> None:
    """The day is that of the run."""
    ends = filed(until=TODAY)
    assert (state(ends), standings(ends)) == (State.WAIVED, [Standing.USED])
    later = Ground(date(2026, 3, 2), {})
    assert (state(ends, ground=later), standings(ends, ground=later)) == (State.OPEN, [Standing.EXPIRED])


def test_a_comment_ends_likewise() -> None:
    """It says so even if nothing is found any more."""
    page = commented(until=date(2026, 2, 28))
    assert (state(page=page), standings(page=page)) == (State.OPEN, [Standing.EXPIRED])
    assert standings(page=page, found=False) == [Standing.EXPIRED]


def test_one_that_holds_stands_in_for_one_that_has_ended() -> None:
    """The ended one is still reported."""
    ended = filed(until=date(2026, 1, 1))
    assert state(ended, page=commented()) is State.WAIVED
    assert sorted(standings(ended, page=commented())) == [Standing.EXPIRED, Standing.USED]


def test_a_waiver_of_nothing_that_was_found_is_unused() -> None:
    """If the page was looked at."""
    assert standings(filed(), found=False) == [Standing.UNUSED]
    assert standings(page=commented(), found=False) == [Standing.UNUSED]
    assert standings(filed(until=date(2026, 1, 1)), found=False) == [Standing.EXPIRED]


def test_silence_of_an_authority_makes_no_waiver_unused() -> None:
    """It may be needed again as soon as it answers."""
    cut_off = replace(report(), unanswered=frozenset({("adapalene", "chembl")}))
    outcome = apply_waivers(cut_off, [commented()], [filed()], GROUND)
    assert [waiver.standing for waiver in outcome.waivers] == [Standing.NOT_CHECKED] * 2


def test_a_page_that_was_not_looked_at_makes_no_waiver_unused() -> None:
    """Unless an earlier run has resolved what it waives."""
    other = filed(finding("fisetin"))
    assert standings(other, found=False) == [Standing.NOT_CHECKED]
    assert standings(other, ground=Ground(TODAY, {}, {other.fingerprint})) == [Standing.UNUSED]


def test_a_waiver_follows_its_page_to_a_new_name() -> None:
    """The file still has the former fingerprint."""
    former = filed(replace(FOUND, subject="differin"))
    ground = Ground(TODAY, {former.fingerprint: FOUND.fingerprint})
    assert (state(former, ground=ground), standings(former, ground=ground)) == (State.WAIVED, [Standing.USED])


def test_the_terms_are_a_sentence() -> None:
    """For reports and histories."""
    assert filed().terms == "waived (A. Curator): known"
    assert filed(until=TODAY).terms == "waived until 2026-03-01 (A. Curator): known"


def test_places_in_other_pages_count_too() -> None:
    """A finding may name two pages; a comment on either waives it."""
    both = replace(FOUND, also=(Place("other.md", 7, 3),))
    page = replace(commented(line=7), path="other.md")
    (outcome,) = apply_waivers(report(both), [page], [], GROUND).findings
    assert outcome.state is State.WAIVED


def test_a_code_that_no_rule_has_is_a_defect_of_the_page() -> None:
    """It is no waiver of something mended; the other codes of the comment hold."""
    (checked,) = check_codes([commented("ID301", "ID999", line=6)])
    assert [(problem.place.line, problem.message.partition(";")[0]) for problem in checked.problems] == [
        (6, "waiver of ID999: there is no such rule")
    ]
    assert [ignore.codes for ignore in checked.ignores] == [("ID301",)]
    assert list(check_codes([PAGE])) == [PAGE]
