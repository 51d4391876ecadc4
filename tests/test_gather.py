"""From questions to answers: what is asked, what is kept, and what an outage leaves behind."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from canonid.errors import AuthorityUnavailable
from canonid.gather import Freshness, Gatherer, is_answered
from canonid.identifiers import CHEMBL, CLINICALTRIALS, PUBCHEM, Reference
from canonid.model import (
    Answer,
    Asked,
    ById,
    ByName,
    Evidence,
    Found,
    NotFound,
    Question,
    Record,
    TrialSearch,
    Unanswered,
    Unavailable,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PREFIX = {"chembl": CHEMBL, "pubchem": PUBCHEM, "clinicaltrials": CLINICALTRIALS}
SILENCE = object()
"""A question that the authority passes over without a word."""


@dataclass
class Scripted:
    """An authority that knows everything, unless its script says otherwise; each question costs a request.

    A script holds a payload, None for "no such record", an `Unanswered`, SILENCE, or an error to raise.
    """

    name: str = "chembl"
    script: Mapping[Question, object] = field(default_factory=dict)
    is_local: bool = False
    release: str | None = "37"
    moment: datetime = NOW
    requests: int = 0
    asked: list[Question] = field(default_factory=list)
    gate: threading.Event | None = None
    """If given, every question after the first waits for it."""

    def accepts(self, question: Question) -> bool:
        return not isinstance(question, ByName)

    def fetch(self, questions: Sequence[Question]) -> Iterator[Evidence | Unanswered]:
        for question in questions:
            self.requests += 1
            self.asked.append(question)
            if self.gate is not None and len(self.asked) > 1:
                assert self.gate.wait(30)
            step = self.script.get(question, "{}")
            if isinstance(step, BaseException):
                raise step
            if isinstance(step, Unanswered):
                yield step
            elif step is not SILENCE:
                assert step is None or isinstance(step, str)
                yield Evidence(self.name, question, self.release, self.moment, "http://localhost/", step)

    def parse(self, evidence: Evidence) -> Answer:
        if evidence.payload is None:
            return NotFound(evidence)
        return Found((Record(self.name, Reference(CHEMBL, evidence.payload)),), evidence)


@dataclass
class Shelf:
    """Evidence in a dictionary; notes every transaction, and refuses other threads as a real connection would."""

    held: dict[Asked, Evidence] = field(default_factory=dict)
    transactions: list[list[Evidence]] = field(default_factory=list)
    owner: threading.Thread = field(default_factory=threading.current_thread)

    def get(self, asked: Iterable[Asked]) -> dict[Asked, Evidence]:
        assert threading.current_thread() is self.owner
        return {one: self.held[one] for one in asked if one in self.held}

    def put(self, evidence: Sequence[Evidence]) -> None:
        assert threading.current_thread() is self.owner
        self.transactions.append(list(evidence))
        self.held |= {(item.authority, item.question): item for item in evidence}


def asking(authority: str = "chembl", number: int = 1) -> Asked:
    """One question among many."""
    return authority, ById(Reference(PREFIX[authority], str(number)))


def many(count: int, authority: str = "chembl") -> list[Asked]:
    return [asking(authority, number) for number in range(count)]


def old(asked: Asked, days: float, payload: str | None = "{}") -> Evidence:
    """A reply of `days` ago."""
    return Evidence(*asked, "36", NOW - timedelta(days=days), "http://localhost/", payload)


def shelf(*evidence: Evidence) -> Shelf:
    return Shelf({(item.authority, item.question): item for item in evidence})


def gatherer(*authorities: Scripted, store: Shelf | None = None, **more: object) -> Gatherer:
    return Gatherer(authorities, store or Shelf(), now=NOW, **more)  # type: ignore[arg-type]  # test shorthand


def status(gathered: Gatherer, authority: str = "chembl") -> str:
    return gathered.uses()[authority].status


# --- the store first -------------------------------------------------------------------------------------------------


def test_what_is_not_stored_is_asked_and_then_stored() -> None:
    """The plain case."""
    chembl, store = Scripted(), Shelf()
    gathered = gatherer(chembl, store=store)
    gathered.ask([asking()])
    assert isinstance(gathered.answers[asking()], Found)
    assert store.held[asking()].payload == "{}"
    use = gathered.uses()["chembl"]
    assert (use.release, use.requests, use.status) == ("37", 1, "ok")


def test_starting_over_forgets_what_was_asked_but_no_answer() -> None:
    """Only what is asked now counts, an outage included, and neither store nor authority is asked for it again."""
    down, fine, new = many(3)
    chembl = Scripted(script={down[1]: Unanswered(down[1], "timed out")})
    gathered = gatherer(chembl)
    gathered.ask([down, fine])
    gathered.start_over()
    gathered.ask([down, new])
    assert [(asked, is_answered(answer)) for asked, answer in gathered.answers.items()] == [(down, False), (new, True)]
    assert chembl.asked == [down[1], fine[1], new[1]]
    gathered.start_over()
    gathered.ask([fine])
    assert (list(gathered.answers), len(chembl.asked)) == ([fine], 3)


def test_what_is_stored_is_not_asked() -> None:
    """A second run makes no request."""
    chembl, store = Scripted(), shelf(old(asking(), 1))
    gathered = gatherer(chembl, store=store)
    gathered.ask([asking()])
    assert isinstance(gathered.answers[asking()], Found)
    assert (chembl.asked, store.transactions) == ([], [])
    use = gathered.uses()["chembl"]
    assert (use.release, use.requests, use.status) == ("36", 0, "from store")


def test_nobody_is_asked_without_a_question() -> None:
    """Not even the store needs a transaction."""
    chembl, store = Scripted(), Shelf()
    gathered = gatherer(chembl, store=store)
    gathered.ask([])
    assert (chembl.asked, store.transactions, status(gathered)) == ([], [], "not asked")


SEARCH: Asked = ("clinicaltrials", TrialSearch(("metformin",), ()))


@pytest.mark.parametrize(
    ("asked", "payload", "days", "is_fresh"),
    [
        (asking(), "{}", 30, True),
        (asking(), "{}", 30.1, False),
        (asking(), None, 3, True),
        (asking(), None, 3.1, False),
        (asking("clinicaltrials"), "{}", 7, True),
        (asking("clinicaltrials"), "{}", 7.1, False),
        (asking("clinicaltrials"), None, 7, True),
        (SEARCH, "{}", 7.1, False),
        (asking(), "{}", -30, True),
        (asking(), None, -3.1, False),
    ],
)
def test_a_reply_is_used_until_it_is_too_old(asked: Asked, payload: str | None, days: float, is_fresh: bool) -> None:
    """Records 30 days, absences 3, trials 7; no longer from the future, where a wrong clock put it."""
    authority = Scripted(asked[0])
    gatherer(authority, store=shelf(old(asked, days, payload))).ask([asked])
    assert authority.asked == ([] if is_fresh else [asked[1]])


def test_the_ages_are_those_of_the_settings() -> None:
    """Each of the three can be changed."""
    ages = Freshness(timedelta(days=1), timedelta(days=2), timedelta(days=4))
    assert [ages.allows(old(asking(), days), NOW) for days in (1, 1.1)] == [True, False]
    assert [ages.allows(old(asking(), days, None), NOW) for days in (2, 2.1)] == [True, False]
    assert [ages.allows(old(SEARCH, days), NOW) for days in (4, 4.1)] == [True, False]


def test_no_question_is_asked_twice() -> None:
    """Neither twice in one round nor in a later one, whoever wants to know."""
    chembl = Scripted(script={asking(number=2)[1]: None})
    gathered = gatherer(chembl)
    gathered.ask([asking(), asking(number=2), asking()])
    gathered.ask([asking(number=2), asking(number=3), asking()])
    assert sorted(chembl.asked) == [asked[1] for asked in many(4)[1:]]


# --- nobody is there -------------------------------------------------------------------------------------------------


def test_offline_answers_come_from_the_store_whatever_their_age() -> None:
    """Fresh ones as they are, old ones marked; for the rest the report says what to do."""
    chembl = Scripted()
    fresh, aged, unknown = many(3)
    store = shelf(old(fresh, 1), old(aged, 100))
    gathered = gatherer(chembl, store=store, offline=True)
    gathered.ask([fresh, aged, unknown])
    stale = [answer.evidence.stale for answer in gathered.answers.values() if isinstance(answer, Found)]
    assert (stale, chembl.asked) == ([False, True], [])
    missing = gathered.answers[unknown]
    assert isinstance(missing, Unavailable)
    assert missing.reason == "offline, and the store has no reply of ChEMBL to this; run once with --online"
    assert status(gathered).startswith("degraded: offline")


def test_an_authority_that_is_down_leaves_its_questions_open_and_the_others_alone() -> None:
    """An outage is never stored, and it is nobody else's."""
    store = Shelf()
    chembl = Scripted(script={asking()[1]: AuthorityUnavailable("ChEMBL refused the connection")})
    gathered = gatherer(chembl, Scripted("pubchem"), store=store)
    gathered.ask([asking(), asking(number=2), asking("pubchem")])
    assert gathered.answers[asking()] == Unavailable("ChEMBL refused the connection")
    assert gathered.answers[asking(number=2)] == Unavailable("ChEMBL refused the connection")
    assert list(store.held) == [asking("pubchem")]
    assert status(gathered) == "unavailable: ChEMBL refused the connection"
    assert status(gathered, "pubchem") == "ok"


def test_replies_before_an_outage_are_kept() -> None:
    """An authority that gives up half-way has still answered the first half."""
    first, second, third = many(3)
    chembl, store = Scripted(script={second[1]: AuthorityUnavailable("ChEMBL is down")}), Shelf()
    gathered = gatherer(chembl, store=store)
    gathered.ask([first, second, third])
    assert list(store.held) == [first]
    assert isinstance(gathered.answers[first], Found)
    assert gathered.answers[third] == Unavailable("ChEMBL is down")
    assert status(gathered) == "degraded: ChEMBL is down"


def test_older_evidence_answers_for_an_authority_that_is_down_and_is_marked() -> None:
    """Better an old answer with its date than none; the store keeps the date that it has."""
    chembl = Scripted(script={asking()[1]: AuthorityUnavailable("ChEMBL is down")})
    store = shelf(old(asking(), 100))
    gathered = gatherer(chembl, store=store)
    gathered.ask([asking()])
    assert gathered.answers[asking()] == chembl.parse(replace(old(asking(), 100), stale=True))
    assert (store.transactions, store.held[asking()].stale) == ([], False)
    assert status(gathered) == "degraded: ChEMBL is down"


def test_one_question_may_stay_unanswered_while_others_are() -> None:
    """With the authority's own reason, or the old reply where there is one."""
    first, second, third = many(3)
    script = {asked[1]: Unanswered(asked[1], "too broad") for asked in (first, second)}
    store = shelf(old(second, 100, None))
    gathered = gatherer(Scripted(script=script), store=store)
    gathered.ask([first, second, third])
    assert gathered.answers[first] == Unavailable("too broad")
    assert gathered.answers[second] == NotFound(replace(old(second, 100, None), stale=True))
    assert isinstance(gathered.answers[third], Found)
    assert status(gathered) == "degraded: too broad"


def test_the_first_reason_is_the_one_that_is_shown() -> None:
    """Later ones are mostly consequences."""
    script = {asked[1]: Unanswered(asked[1], f"reason {number}") for number, asked in enumerate(many(2))}
    gathered = gatherer(Scripted(script=script))
    gathered.ask(many(2))
    assert status(gathered) == "unavailable: reason 0"


def test_a_question_that_was_passed_over_is_not_answered_by_silence() -> None:
    """No reply is not "no such record"."""
    gathered = gatherer(Scripted(script={asking()[1]: SILENCE}))
    gathered.ask([asking()])
    assert gathered.answers[asking()] == Unavailable("ChEMBL gave no reply to this")


def test_a_question_that_the_authority_cannot_be_asked_is_not_sent() -> None:
    """The report says so."""
    chembl, question = Scripted(), ByName.of("metformin")
    gathered = gatherer(chembl)
    gathered.ask([("chembl", question)])
    assert gathered.answers["chembl", question] == Unavailable("ChEMBL cannot be asked this")
    assert chembl.asked == []


# --- local authorities -----------------------------------------------------------------------------------------------


def test_a_local_authority_is_asked_even_offline_and_even_if_its_reply_is_stored() -> None:
    """A new export counts at once; files are no network."""
    drugbank, store = Scripted("drugbank", is_local=True), shelf(old(("drugbank", asking()[1]), 1, "old"))
    gathered = gatherer(drugbank, store=store, offline=True)
    gathered.ask([("drugbank", asking()[1])])
    answer = gathered.answers["drugbank", asking()[1]]
    assert isinstance(answer, Found)
    assert answer.record.reference.identifier == "{}"
    assert (store.held["drugbank", asking()[1]].payload, status(gathered, "drugbank")) == ("{}", "ok")


@pytest.mark.parametrize(
    ("payload", "release", "writes"), [("{}", "36", 0), ("{}", "37", 1), ("new", "36", 1), (None, "36", 1)]
)
def test_a_local_reply_is_written_only_when_it_says_something_new(
    payload: str | None, release: str, writes: int
) -> None:
    """An export that is asked in every run would otherwise rewrite the store in every run."""
    asked = ("drugbank", asking()[1])
    drugbank = Scripted("drugbank", {asked[1]: payload}, is_local=True, release=release)
    store = shelf(old(asked, 100))
    gatherer(drugbank, store=store).ask([asked])
    assert len(store.transactions) == writes


def test_a_remote_reply_is_written_even_if_it_says_the_same_again() -> None:
    """Its new date is what keeps it from being asked again."""
    store = shelf(old(asking(), 100))
    gatherer(Scripted(release="36"), store=store).ask([asking()])
    assert store.held[asking()].retrieved_at == NOW


def test_without_an_export_the_stored_reply_answers_and_is_marked() -> None:
    """The export may have been moved away since."""
    asked = ("drugbank", asking()[1])
    drugbank = Scripted("drugbank", {asked[1]: AuthorityUnavailable("no export")}, is_local=True)
    gathered = gatherer(drugbank, store=shelf(old(asked, 1)))
    gathered.ask([asked])
    answer = gathered.answers[asked]
    assert isinstance(answer, Found)
    assert answer.evidence.stale


# --- batches, interruptions, faults ----------------------------------------------------------------------------------


def test_replies_are_stored_in_batches() -> None:
    """Neither one by one, which is slow, nor all at the end, which a kill would lose."""
    store = Shelf()
    gatherer(Scripted(), store=store, monotonic=lambda: 0.0).ask(many(450))
    assert [len(transaction) for transaction in store.transactions] == [200, 200, 50]


def test_replies_that_come_slowly_are_stored_every_second() -> None:
    """A kill loses what a second brought, not what a batch of single questions takes."""
    store, clock = Shelf(), itertools.count(step=0.25)
    gatherer(Scripted(), store=store, monotonic=lambda: next(clock)).ask(many(14))
    assert [len(transaction) for transaction in store.transactions] == [5, 5, 4]


def test_ctrl_c_keeps_what_was_received_and_ends_the_asking() -> None:
    """The reply that was just shown as received is kept too, and no thread goes on asking behind one's back."""
    gate, store = threading.Event(), Shelf()
    chembl = Scripted(gate=gate)

    def interrupt(name: str, answered: int, asked: int) -> None:
        assert (name, answered, asked) == ("chembl", 1, 3)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gatherer(chembl, store=store, progress=interrupt).ask(many(3))
    gate.set()
    for thread in threading.enumerate():
        if thread.name == "canonid-chembl":
            thread.join(30)
    assert list(store.held) == many(1)
    assert chembl.asked == [asked[1] for asked in many(2)]


def test_a_fault_in_a_thread_reaches_the_caller_and_loses_nothing() -> None:
    """A defect must not look like an outage, and what was answered before it stays."""
    chembl, store = Scripted(script={asking(number=2)[1]: ZeroDivisionError("a defect")}), Shelf()
    with pytest.raises(ZeroDivisionError, match="a defect"):
        gatherer(chembl, store=store).ask(many(4))
    assert list(store.held) == many(2)


def test_a_fault_of_a_local_authority_reaches_the_caller() -> None:
    """It is asked without a thread."""
    asked = ("drugbank", asking()[1])
    drugbank = Scripted("drugbank", {asked[1]: ZeroDivisionError("a defect")}, is_local=True)
    with pytest.raises(ZeroDivisionError, match="a defect"):
        gatherer(drugbank).ask([asked])


def test_progress_is_told_of_every_reply() -> None:
    """By authority, with the number answered and the number asked; what the store has is not counted."""
    seen: dict[str, list[tuple[int, int]]] = {"chembl": [], "pubchem": []}

    def note(name: str, answered: int, asked: int) -> None:
        seen[name].append((answered, asked))

    wanted = [*many(2), asking("pubchem"), asking(number=9)]
    gathered = gatherer(Scripted(), Scripted("pubchem"), store=shelf(old(asking(number=9), 1)), progress=note)
    gathered.ask(wanted)
    assert seen == {"chembl": [(1, 2), (2, 2)], "pubchem": [(1, 1)]}


def test_what_was_never_answered_is_asked_first_and_then_the_oldest() -> None:
    """So that a budget goes where it matters most."""
    chembl = Scripted()
    newer, oldest, unknown = many(3)
    gatherer(chembl, store=shelf(old(newer, 40), old(oldest, 90))).ask([newer, oldest, unknown])
    assert chembl.asked == [unknown[1], oldest[1], newer[1]]


def test_only_the_requests_of_this_run_are_counted() -> None:
    """An authority may have been used before."""
    chembl = Scripted(requests=40)
    gathered = gatherer(chembl)
    gathered.ask(many(2))
    assert gathered.uses()["chembl"].requests == 2


def test_the_newest_release_of_a_run_is_the_one_that_is_shown() -> None:
    """A run may mix replies stored under an earlier release with new ones."""
    gathered = gatherer(Scripted(), store=shelf(old(asking(), 1)))
    gathered.ask(many(2))
    assert (gathered.uses()["chembl"].release, status(gathered)) == ("37", "ok")


def test_a_release_that_nobody_gave_stays_unknown() -> None:
    """Better than an invented one."""
    gathered = gatherer(Scripted(release=None))
    gathered.ask(many(1))
    assert gathered.uses()["chembl"].release is None


def test_an_answer_is_a_reply_be_it_none() -> None:
    """An outage is no answer, and neither is a question that nobody asked."""
    found, missing = Found((), old(asking(), 1)), NotFound(old(asking(), 1, None))
    assert [is_answered(answer) for answer in (found, missing, Unavailable("down"), None)] == [True, True, False, False]


# --- until when nobody need be asked ---------------------------------------------------------------------------------

FOUND, NOT_FOUND = Freshness().found, Freshness().not_found


@pytest.mark.parametrize(
    ("held", "offline", "left"),
    [
        ([old(asking(), 1), old(asking(number=2), 5)], False, FOUND - timedelta(days=5)),
        ([old(asking(), 1, None), old(asking(number=2), 5)], False, NOT_FOUND - timedelta(days=1)),
        ([old(asking(), 1)], False, None),  # nobody answers the other
        ([old(asking(), 1), old(asking(number=2), 31)], False, None),  # one is too old, and used for want of a newer
        ([old(asking(), 1)], True, FOUND - timedelta(days=1)),
        ([old(asking(), 1), old(asking(number=2), 31)], True, FOUND - timedelta(days=1)),
    ],
)
def test_the_oldest_reply_says_when_somebody_is_asked_again(
    held: list[Evidence], offline: bool, left: timedelta | None
) -> None:
    """None if the next run would ask at once; offline, nobody is asked for what is missing or old."""
    asked = [asking(), asking(number=2)]
    chembl = Scripted(script={question: SILENCE for _, question in asked})
    gathered = gatherer(chembl, store=shelf(*held), offline=offline)
    gathered.ask(asked)

    assert gathered.good_until() == (None if left is None else NOW + left)


def test_what_is_asked_of_a_file_or_cannot_be_asked_does_not_age() -> None:
    """A file says the same until it changes, and a question that an authority does not take is never put to it."""
    drugbank = Scripted("drugbank", {asking()[1]: SILENCE}, is_local=True)
    gathered = gatherer(Scripted(), drugbank)
    gathered.ask([("drugbank", asking()[1]), ("chembl", ByName("metformin"))])

    assert gathered.good_until() == datetime.max.replace(tzinfo=UTC)


def test_what_cannot_be_asked_but_is_stored_ages_like_everything_else() -> None:
    """Its reply counts as stale from a day on, whether or not anybody could be asked anew."""
    gathered = gatherer(Scripted(), store=shelf(old(("chembl", ByName("metformin")), 5)))
    gathered.ask([("chembl", ByName("metformin"))])

    assert gathered.good_until() == NOW + FOUND - timedelta(days=5)


def test_a_reply_from_the_far_future_is_not_stale_for_ever() -> None:
    """Some day it may be used, offline too: until when it may not is not worth keeping."""
    gathered = gatherer(Scripted(), store=shelf(old(asking(), -31)), offline=True)
    gathered.ask([asking()])

    assert gathered.good_until() is None
