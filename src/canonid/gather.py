"""From questions to answers: the store first, then the authorities, each in a thread of its own.

Only the calling thread touches the store. A reply is stored as soon as a batch of them is there or a second has passed,
so that a run that was interrupted asks nothing again, and one that was killed next to nothing. An outage is not stored.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from canonid.authorities.base import Authority
from canonid.errors import AuthorityUnavailable, Stopped
from canonid.identifiers import AUTHORITIES
from canonid.model import (
    Answer,
    Asked,
    AuthorityUse,
    Evidence,
    Found,
    NotFound,
    Question,
    Unanswered,
    Unavailable,
)

Progress = Callable[[str, int, int], None]
"""Told an authority's name, how many of its questions are answered, and how many were asked."""
_Inbox = queue.Queue[tuple[Authority, Evidence | Unanswered | BaseException | None]]
"""What a thread says: a reply, the error that ended it, or None when it is through."""
_BATCH = 200
"""Replies a transaction: more would lose more to a kill, fewer would wait more for the disk."""
_SAVE_SECONDS = 1.0
"""How long a reply may wait for its batch to fill: where questions go one by one, 200 of them are most of a minute."""
_HEED_SECONDS = 0.25
"""How long a run that waits for replies may not notice that it is to stop."""


class Evidences(Protocol):
    """The part of the evidence store that gathering needs."""

    def get(self, asked: Iterable[Asked]) -> Mapping[Asked, Evidence]:
        """The stored replies to `asked`, whatever their age."""
        ...

    def put(self, evidence: Sequence[Evidence]) -> object:
        """Store replies in one transaction, replacing older ones to the same questions."""
        ...


@dataclass(frozen=True, slots=True)
class Freshness:
    """For how long a reply may be used without asking again."""

    found: timedelta = timedelta(days=30)
    not_found: timedelta = timedelta(days=3)
    trials: timedelta = timedelta(days=7)

    def limit(self, authority: str, *, found: bool) -> timedelta:
        """How old a reply of `authority` may get; `found` is False for "no such record"."""
        if authority == "clinicaltrials":
            return self.trials
        return self.found if found else self.not_found

    def span(self, authority: str, now: datetime, *, found: bool) -> tuple[datetime, datetime]:
        """The first and the last moment at which a reply that may be used at `now` was received.

        A reply from the future was stored while a clock was wrong. It may be used for as long ahead as behind: from a
        year ahead, "no such record" would otherwise hold for a year.
        """
        limit = self.limit(authority, found=found)
        return now - limit, now + limit

    def allows(self, evidence: Evidence, now: datetime) -> bool:
        """Whether `evidence` may still be used at `now`."""
        first, last = self.span(evidence.authority, now, found=evidence.payload is not None)
        return first <= evidence.retrieved_at <= last


@dataclass(slots=True)
class _Use:
    """What one authority was used for in this run."""

    before: int
    """Its count of requests when the run began."""
    asked: int = 0
    stored: int = 0
    failed: int = 0
    reason: str = ""
    release: str | None = None


@dataclass(slots=True)
class Gatherer:
    """The answers of one run, and how they were come by."""

    authorities: Sequence[Authority]
    store: Evidences
    freshness: Freshness = field(default_factory=Freshness)
    offline: bool = False
    progress: Progress | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    stop: threading.Event = field(default_factory=threading.Event)
    """Set by whoever wants the run to end before it is through."""
    monotonic: Callable[[], float] = time.monotonic
    answers: dict[Asked, Answer] = field(default_factory=dict)
    known: Mapping[Asked, Answer] = field(default_factory=dict)
    """Answers to give without a look anywhere, once they are asked for."""
    _uses: dict[str, _Use] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note where the counters stand."""
        self._uses = {authority.name: _Use(authority.requests) for authority in self.authorities}

    def ask(self, wanted: Iterable[Asked]) -> None:
        """Put an answer to each of `wanted` into `answers`; questions asked before are not asked again.

        Raises Stopped if the run is to stop; what was received until then is stored.
        """
        self.heed()
        unknown = {asked for asked in wanted if asked not in self.answers}
        self.answers |= {asked: self.known[asked] for asked in unknown & self.known.keys()}
        new = sorted(unknown - self.known.keys(), key=lambda asked: (asked[0], asked[1].key))
        stored = self.store.get(new)
        pending: dict[str, list[Question]] = {}
        for name, question in new:
            authority = self._authority(name)
            evidence = stored.get((name, question))
            if evidence is not None and not authority.is_local and self.freshness.allows(evidence, self.now):
                self._settle(evidence, authority, from_store=True)
            elif authority.accepts(question) and (authority.is_local or not self.offline):
                pending.setdefault(name, []).append(question)
        self._fetch(pending, stored)
        self._fill_gaps(new, stored)

    def start_over(self) -> None:
        """Forget what was asked, but not what was answered.

        What pages ask depends on what is in them: once they are edited, a judgement must rest on no other answers than
        those that they ask for as they now are.
        """
        self.known, self.answers = {**self.known, **self.answers}, {}

    def uses(self) -> dict[str, AuthorityUse]:
        """How each authority was used, for the report."""
        return {authority.name: self._summary(authority) for authority in self.authorities}

    def good_until(self) -> datetime | None:
        """Up to when the same questions would have the same answers without anybody being asked; None if not even now.

        Offline, nobody is asked anyway, and a local authority says the same as long as its file does.
        """
        remote = {authority.name for authority in self.authorities if not authority.is_local}
        until = datetime.max.replace(tzinfo=UTC)
        for (name, question), answer in self.answers.items():
            if name not in remote:
                continue
            evidence = None if isinstance(answer, Unavailable) else answer.evidence
            if evidence is not None and not evidence.stale:
                limit = self.freshness.limit(name, found=evidence.payload is not None)
                until = min(until, evidence.retrieved_at + limit)
            elif not self.offline and self._authority(name).accepts(question):
                return None
            elif evidence is not None and evidence.retrieved_at > self.now:
                return None  # from too far in the future to be believed, for now
        return until

    def heed(self) -> None:
        """Raise Stopped if the run is to stop; called where nothing is left half done."""
        if self.stop.is_set():
            raise Stopped("asked to stop; answers received so far are kept, and the next run goes on from there")

    def _authority(self, name: str) -> Authority:
        return next(authority for authority in self.authorities if authority.name == name)

    def _settle(self, evidence: Evidence, authority: Authority, *, from_store: bool) -> None:
        use = self._uses[authority.name]
        use.stored += from_store
        use.release = max(filter(None, (use.release, evidence.release)), default=None)
        self.answers[authority.name, evidence.question] = authority.parse(evidence)

    def _fail(self, asked: Asked, reason: str) -> None:
        use = self._uses[asked[0]]
        use.failed += 1
        use.reason = use.reason or reason
        self.answers[asked] = Unavailable(reason)

    def _fetch(self, pending: Mapping[str, list[Question]], stored: Mapping[Asked, Evidence]) -> None:
        """Ask the authorities, storing replies in batches; what fails is left unanswered."""
        unsaved: list[Evidence] = []
        saved_at = self.monotonic()
        try:
            for authority, item in self._replies(pending, stored):
                if isinstance(item, Unanswered):
                    if is_answered(self.answers.get((authority.name, item.question))):
                        continue  # asked a second time by the authority itself; the first reply stands
                    self._give_up(authority.name, item.question, item.reason, stored)
                    continue
                self._settle(item, authority, from_store=False)
                if not (authority.is_local and _same(item, stored.get((authority.name, item.question)))):
                    unsaved.append(item)
                if len(unsaved) >= _BATCH or self.monotonic() - saved_at > _SAVE_SECONDS:
                    self.store.put(unsaved)
                    unsaved = []
                    saved_at = self.monotonic()
        finally:
            if unsaved:
                self.store.put(unsaved)

    def _replies(
        self, pending: Mapping[str, list[Question]], stored: Mapping[Asked, Evidence]
    ) -> Iterator[tuple[Authority, Evidence | Unanswered]]:
        """Replies as they arrive: local authorities here, the others each in a thread."""
        remote = {name: questions for name, questions in pending.items() if not self._authority(name).is_local}
        inbox: _Inbox = queue.Queue()
        stop = threading.Event()
        for name, questions in remote.items():
            arguments = (self._authority(name), self._oldest_last(name, questions, stored), inbox, stop)
            threading.Thread(target=self._work, args=arguments, name=f"canonid-{name}", daemon=True).start()
        try:
            for name in pending.keys() - remote.keys():
                authority = self._authority(name)
                yield from ((authority, item) for item in _guarded(authority, pending[name], self.stop.is_set))
            yield from self._collect(inbox, remote)
        finally:
            stop.set()

    def _collect(
        self,
        inbox: _Inbox,
        remote: Mapping[str, list[Question]],
    ) -> Iterator[tuple[Authority, Evidence | Unanswered]]:
        running, answered = len(remote), dict.fromkeys(remote, 0)
        while running:
            authority, item = self._next(inbox)
            if item is None:
                running -= 1
            elif isinstance(item, BaseException):
                raise item
            else:
                yield authority, item  # first: Ctrl-C during the progress must not lose it
                answered[authority.name] += 1
                if self.progress is not None:
                    self.progress(authority.name, answered[authority.name], len(remote[authority.name]))

    def _next(self, inbox: _Inbox) -> tuple[Authority, Evidence | Unanswered | BaseException | None]:
        """The next thing in the inbox; what is in it already counts as received even if the run is to stop."""
        while True:
            try:
                return inbox.get(block=not self.stop.is_set(), timeout=_HEED_SECONDS)
            except queue.Empty:
                self.heed()

    def _oldest_last(
        self, name: str, questions: Sequence[Question], stored: Mapping[Asked, Evidence]
    ) -> Sequence[Question]:
        """Questions never answered first, then those with the oldest reply: what a request budget should go to."""
        never = datetime.min.replace(tzinfo=UTC)

        def age(question: Question) -> datetime:
            evidence = stored.get((name, question))
            return evidence.retrieved_at if evidence is not None else never

        return sorted(questions, key=age)

    def _work(
        self,
        authority: Authority,
        questions: Sequence[Question],
        inbox: _Inbox,
        stop: threading.Event,
    ) -> None:
        """The thread of one authority: everything that happens here goes through the inbox."""
        try:
            for item in _guarded(authority, questions, stop.is_set):
                inbox.put((authority, item))
        except BaseException as error:  # noqa: BLE001 - handed to the calling thread, which raises it
            inbox.put((authority, error))
        finally:
            inbox.put((authority, None))

    def _give_up(self, name: str, question: Question, reason: str, stored: Mapping[Asked, Evidence]) -> None:
        """Answer from older evidence, marked stale, or say why there is no answer."""
        evidence = stored.get((name, question))
        if evidence is None:
            self._fail((name, question), reason)
            return
        if not self.offline:
            use = self._uses[name]
            use.reason = use.reason or reason
        self._settle(replace(evidence, stale=True), self._authority(name), from_store=True)

    def _fill_gaps(self, new: Iterable[Asked], stored: Mapping[Asked, Evidence]) -> None:
        """Give every question that is still without an answer the reason for it."""
        for asked in new:
            if asked not in self.answers:
                self._give_up(*asked, self._why_not_asked(*asked), stored)

    def _why_not_asked(self, name: str, question: Question) -> str:
        if not self._authority(name).accepts(question):
            return f"{AUTHORITIES[name]} cannot be asked this"
        if self.offline:
            return f"offline, and the store has no reply of {AUTHORITIES[name]} to this; run once with --online"
        return self._uses[name].reason or f"{AUTHORITIES[name]} gave no reply to this"

    def _summary(self, authority: Authority) -> AuthorityUse:
        use = self._uses[authority.name]
        asked = sum(1 for name, _ in self.answers if name == authority.name)
        requests = authority.requests - use.before
        if not asked:
            status = "not asked"
        elif use.failed == asked:
            status = f"unavailable: {use.reason}"
        elif use.failed or use.reason:
            status = f"degraded: {use.reason}"
        else:
            status = "from store" if use.stored == asked else "ok"
        return AuthorityUse(use.release, requests, status)


def _guarded(
    authority: Authority, questions: Sequence[Question], is_over: Callable[[], bool] = lambda: False
) -> Iterator[Evidence | Unanswered]:
    """The replies of `authority`; an outage ends them, and every question without a reply is given its reason."""
    open_questions = dict.fromkeys(questions)
    try:
        for item in authority.fetch(questions):
            open_questions.pop(item.question, None)
            yield item
            if is_over():
                return
    except AuthorityUnavailable as error:
        for question in open_questions:
            yield Unanswered(question, error.reason)


def _same(new: Evidence, old: Evidence | None) -> bool:
    """Whether a local authority said again what is stored already: not worth a write.

    The date does not count: a look into a file is dated today in every run.
    """
    return old is not None and (new.payload, new.release) == (old.payload, old.release)


def is_answered(answer: Answer | None) -> bool:
    """Whether an authority replied, be it that there is no such record."""
    return isinstance(answer, Found | NotFound)


__all__ = ["Evidences", "Freshness", "Gatherer", "Progress", "is_answered"]
