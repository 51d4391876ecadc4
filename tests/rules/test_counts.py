"""How many active trials a subject has: the search, what a number of the page means, and what came and went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import pytest

from canonid.identifiers import CLINICALTRIALS, Reference
from canonid.model import (
    Answer,
    ById,
    Claim,
    ClaimKind,
    Dossier,
    Evidence,
    Finding,
    Found,
    NotFound,
    Page,
    Place,
    Predicate,
    Question,
    Record,
    Severity,
    Subject,
    Trial,
    TrialCount,
    TrialSearch,
    Unavailable,
    Verdict,
)
from canonid.rules import RULES
from canonid.rules.base import run_rules
from canonid.rules.case import Case
from canonid.rules.counts import counted_on, new_baselines, scope_of
from canonid.rules.questions import next_questions
from canonid.rules.trials import ACTIVE, active_trials
from canonid.rules.verdicts import judge
from tests.rules.records import NOW

SEARCH = TrialSearch(("anakinra", "kineret"), ACTIVE)
FIELD = "clinical-trials-active"


def counting(text: str, comment: str = "") -> Claim:
    place = Place("anakinra.md", 3, 25)
    return Claim("anakinra", FIELD, ClaimKind.COUNT, CLINICALTRIALS, text, place, Predicate.RELATED, comment)


def trials(*numbers: int, status: str = "RECRUITING") -> tuple[Record, ...]:
    trial = Trial("synthetic", status, interventions=("Anakinra",))
    return tuple(
        Record("clinicaltrials", Reference(CLINICALTRIALS, f"NCT{number:08d}"), trial=trial) for number in numbers
    )


def found(records: tuple[Record, ...], hits: int | None = None, release: str | None = "2026-11-20T09:00:05") -> Answer:
    evidence = Evidence("clinicaltrials", SEARCH, release, NOW, "", "{}")
    hits = len(records) if hits is None else hits
    return Found(records, evidence, hits) if records else NotFound(evidence, hits)


def case(
    claims: Iterable[Claim], answer: Answer | None, kept: TrialCount | None = None, cited: Mapping[str, Answer] = {}
) -> Case:
    answers: dict[tuple[str, Question], Answer] = {} if answer is None else {("clinicaltrials", SEARCH): answer}
    answers |= {("clinicaltrials", ById(Reference(CLINICALTRIALS, nct))): said for nct, said in cited.items()}
    subject = Subject("anakinra", "Anakinra", ("Kineret",))
    baselines = {} if kept is None else {("anakinra", FIELD): kept}
    return Case(Dossier(Page("anakinra.md", subject, tuple(claims)), answers, baselines=baselines))


def baseline(*numbers: int, claimed: str = "2", search: TrialSearch = SEARCH) -> TrialCount:
    ncts = tuple(f"NCT{number:08d}" for number in numbers)
    return TrialCount("anakinra", FIELD, claimed, search, ncts, NOW - timedelta(days=30), None, "first count")


def drift(examined: Case) -> list[Finding]:
    return [finding for finding in run_rules(examined, RULES) if finding.code == "ID604"]


def verdict(examined: Case) -> tuple[Verdict, str]:
    (judged,) = judge(examined, run_rules(examined, RULES), {rule.code: rule for rule in RULES})
    return judged.verdict, judged.reason


@pytest.mark.parametrize(
    ("names", "terms"),
    [
        (("Anakinra", "Kineret"), ("anakinra", "kineret")),
        (("Anakinra", "ANAKINRA", "ana-kinra"), ("anakinra", "ana-kinra")),
        (("berberine hydrochloride", "Berberine"), ("berberine",)),
        (("L-theanine", "L theanine"), ("l-theanine",)),
        (("Sodium restriction", "dietary", "dietary supplement"), ("sodium restriction",)),
        (("Quercetin", "4-dihydroxyphenyl)-3"), ("quercetin",)),
    ],
)
def test_the_search_is_for_every_name_once(names: tuple[str, ...], terms: tuple[str, ...]) -> None:
    """Generic words and pieces of names are left out, and so is what another name finds as well."""
    assert active_trials(names) == TrialSearch(terms, ("RECRUITING", "ACTIVE_NOT_RECRUITING"))


@pytest.mark.parametrize("names", [(), ("Exercise",), ("diet therapy", "…")])
def test_without_a_name_nothing_is_searched(names: tuple[str, ...]) -> None:
    """A word that half of all interventions have is no search."""
    assert active_trials(names) is None


def test_a_count_is_asked_in_the_first_round() -> None:
    """The names are those of the page: no record need be waited for."""
    assert list(next_questions(case([counting("2")], None))) == [("clinicaltrials", SEARCH)]
    assert list(next_questions(case([], None))) == []


def test_a_page_without_a_name_to_search_by_stays_undetermined() -> None:
    """And asks nothing."""
    generic = Case(Dossier(Page("diet.md", Subject("diet", "Diet"), (counting("2"),)), {}))

    assert list(next_questions(generic)) == []
    assert verdict(generic) == (Verdict.UNDETERMINED, "the page gives its subject no name to search trials by")


@pytest.mark.parametrize(
    ("claimed", "named", "hits", "severity"),
    [
        ("0", 0, 0, None),
        ("3", 3, 3, None),
        ("5", 3, 8, None),
        ("8", 3, 8, None),
        ("0", 1, 1, Severity.WARNING),
        ("20", 22, 22, Severity.INFO),
        ("20", 23, 23, Severity.WARNING),
        ("200", 203, 203, Severity.WARNING),
        ("22", 20, 20, Severity.INFO),
        ("19", 21, 21, Severity.WARNING),
        ("9", 3, 8, Severity.WARNING),
        ("2", 3, 8, Severity.WARNING),
    ],
)
def test_drift_and_tolerance(claimed: str, named: int, hits: int, severity: Severity | None) -> None:
    """Right is any number between what tests the subject and what mentions it; two and a tenth are tolerated."""
    examined = case([counting(claimed)], found(trials(*range(1, named + 1)), hits))

    assert [finding.severity for finding in drift(examined)] == ([severity] if severity else [])
    assert verdict(examined)[0] is (Verdict.DISCREPANT if severity is Severity.WARNING else Verdict.CONFIRMED)


def test_the_message_says_what_was_counted() -> None:
    """Number, date of the data, search and statuses; the proposal is the strict count."""
    (finding,) = drift(case([counting("9")], found(trials(1, 2), hits=4)))

    assert finding.message == (
        f"{FIELD} 9: the registry has 2 (4 with those that only mention it) on 2026-11-20 for "
        '"anakinra" OR "kineret" [RECRUITING, ACTIVE_NOT_RECRUITING]; '
        "there is no earlier count to compare the trials with"
    )
    assert (finding.proposal and finding.proposal.value, finding.authorities) == ("2", ("clinicaltrials",))
    assert len(finding.evidence) == 1


def test_without_a_date_of_the_data_that_of_the_reply_counts() -> None:
    """The registry's version may not have been asked."""
    (finding,) = drift(case([counting("9")], found(trials(1), release=None)))

    assert "has 1 on 2026-11-22 for" in finding.message


def test_what_came_and_went_is_named() -> None:
    """Against the count that was kept, five of each."""
    answer = found(trials(2, *range(10, 17)))
    (finding,) = drift(case([counting("2")], answer, baseline(1, 2)))

    assert finding.message.endswith(
        "; since the count of 2026-10-23: +NCT00000010 +NCT00000011 +NCT00000012 +NCT00000013 +NCT00000014 and 2 more "
        "−NCT00000001"
    )


def test_when_nothing_came_or_went_that_is_said() -> None:
    """The page was wrong from the beginning."""
    (finding,) = drift(case([counting("2")], found(trials(1)), baseline(1)))

    assert finding.message.endswith("; since the count of 2026-10-23: no trial came or went")


@pytest.mark.parametrize("kept", [baseline(1, claimed="3"), baseline(1, search=TrialSearch(("anakinra",), ACTIVE))])
def test_a_count_for_another_number_or_search_is_not_compared(kept: TrialCount) -> None:
    """Whoever changed the number has counted anew; other names find other trials."""
    (finding,) = drift(case([counting("2")], found(trials(7)), kept))

    assert finding.message.endswith("; there is no earlier count to compare the trials with")


def test_active_trials_that_the_page_cites_may_be_counted() -> None:
    """The registry has some under names that the page does not know."""
    nct = "NCT00000009"
    cited = Claim("anakinra", "nct-id", ClaimKind.TRIAL, CLINICALTRIALS, nct, Place("anakinra.md", 9, 1))
    by_status = [
        drift(case([counting("1"), cited], found(()), cited={nct: found(trials(9, status=status))}))
        for status in ("RECRUITING", "COMPLETED")
    ]

    assert [len(findings) for findings in by_status] == [0, 1]


def test_a_cited_trial_that_the_registry_has_under_the_name_counts_once() -> None:
    """The page says two; there is one."""
    nct = "NCT00000009"
    cited = Claim("anakinra", "nct-id", ClaimKind.TRIAL, CLINICALTRIALS, nct, Place("anakinra.md", 9, 1))

    assert len(drift(case([counting("2"), cited], found(trials(9)), cited={nct: found(trials(9))}))) == 1


@pytest.mark.parametrize(
    ("comment", "scope"),
    [
        ("counted on that day: four aging endpoints, one of them twice", "that day: four aging endpoints, one of"),
        ("oncology-only trials", "oncology-only trials"),
        ("oncology excluded", "oncology excluded"),
        ("for the skin-aging indication", "for the skin-aging indication"),
        ("(microneedling AND photoaging; RECRUITING)", "(microneedling AND photoaging; RECRUITING)"),
        ("search 2026-06-27: brimonidine + rosacea", "search 2026-06-27: brimonidine + rosacea"),
        ("Six D+Q trials", "Six D+Q trials"),
        ("aesthetic context", "aesthetic context"),
        ("imaging of damaging things, see `verified-scope`", ""),
        ("queried 2026-07-11; RECRUITING + ACTIVE_NOT_RECRUITING; unique NCT IDs", ""),
        ("", ""),
    ],
)
def test_words_that_limit_a_count(comment: str, scope: str) -> None:
    """What the page counted of all trials cannot be told from its names; the words about them tell a reader more."""
    assert scope_of(counting("1", comment)) == scope


def test_a_limited_count_is_not_compared() -> None:
    """But what came and went is told, once there is a count to compare with."""
    claim = counting("2", "aging endpoints only")
    first, later = (case([claim], found(trials(1)), kept) for kept in (None, baseline(2)))

    assert drift(first) == []
    assert verdict(first)[0] is Verdict.UNDETERMINED
    assert verdict(first)[1].startswith("the page limits its count ('aging endpoints only'), so that it cannot be")
    assert verdict(later)[1].endswith("; since the count of 2026-10-23: +NCT00000001 −NCT00000002")


def test_a_registry_that_could_not_be_asked_leaves_the_count_open() -> None:
    """No drift, no baseline, no verdict."""
    examined = case([counting("2")], Unavailable("ClinicalTrials.gov is down"))

    assert drift(examined) == []
    assert list(new_baselines(examined)) == []
    assert verdict(examined) == (Verdict.UNAVAILABLE, "ClinicalTrials.gov is down")


@pytest.mark.parametrize(
    ("comment", "day"),
    [
        ("queried 2026-05-07", date(2026, 5, 7)),
        ("R25 search 2026-05-07: no trials", date(2026, 5, 7)),
        ("reflects a query (aging) on 2026-06-02, as of 2026-06-09", date(2026, 6, 9)),
        ("counted 2026-13-45", None),
        ("recheck by 2027-01-01", None),
        ("verified 2026-05-18", None),
        ("queried in May", None),
    ],
)
def test_the_day_of_a_count(comment: str, day: date | None) -> None:
    """Only where the page says that it counted then."""
    assert counted_on(counting("1", comment)) == day


@pytest.mark.parametrize(
    ("comment", "answer", "kept", "said"),
    [
        ("", found(trials(1, 2)), None, "; kept as its baseline: 2 on 2026-11-20 for"),
        ("", found(trials(1, 2)), baseline(1), None),
        ("", Unavailable("down"), None, "by which query it was counted"),
        ("", Unavailable("down"), baseline(1), None),
        ("aging only", found(trials(1)), baseline(1), "by which query it was counted"),
        ("queried 2026-05-01", found(trials(1)), None, "was counted on 2026-05-01, 205 days before 2026-11-22"),
        ("queried 2026-05-01", found(trials(1)), baseline(1), None),
        ("queried 2026-05-01, aging only", found(trials(1)), baseline(1), "was counted on 2026-05-01, 205 days before"),
        ("queried 2026-05-23", found(trials(1)), None, None),
        ("queried 2026-05-01", Unavailable("down"), None, None),
    ],
)
def test_counts_that_cannot_be_traced(comment: str, answer: Answer, kept: TrialCount | None, said: str | None) -> None:
    """Without a day and without a count of ours, or old; a limited count only the page can vouch for."""
    examined = case([counting("2", comment)], answer, kept)
    findings = [finding for finding in run_rules(examined, RULES) if finding.code == "ID605"]

    assert [finding.severity for finding in findings] == ([Severity.INFO] if said else [])
    assert all(said and said in finding.message for finding in findings)


@pytest.mark.parametrize(
    ("kept", "note"),
    [
        (None, "first count; the page says 2"),
        (baseline(1, claimed="3"), "the page changed its number from 3 to 2"),
        (baseline(1, search=TrialSearch(("x",), ACTIVE)), "searched by other names than before; the page says 2"),
    ],
)
def test_the_first_count_is_kept(kept: TrialCount | None, note: str) -> None:
    """With search, trials and dates, until the page's number or the search changes."""
    (count,) = new_baselines(case([counting("2")], found(trials(5, 1)), kept))

    assert count == TrialCount(
        "anakinra", FIELD, "2", SEARCH, ("NCT00000001", "NCT00000005"), NOW, "2026-11-20T09:00:05", note
    )
    assert list(new_baselines(case([counting("2")], found(trials(7)), count))) == []
