"""Asking an authority the way the reconciler does, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from canonid.authorities.base import Authority
from canonid.authorities.payloads import dump_payload
from canonid.authorities.transport import Courier
from canonid.errors import AuthorityUnavailable
from canonid.identifiers import Reference
from canonid.model import Answer, ById, Evidence, Found, NotFound, Question, Unavailable

QUICK = 0.2
"""Seconds after which the couriers of the fault matrix give up on a request."""


def quick_courier(label: str, deadline: float = QUICK) -> Courier:
    """A courier that does not sleep between attempts."""
    return Courier(label, deadline=deadline, sleep=lambda _: None)


def ask(authority: Authority, questions: Sequence[Question]) -> dict[Question, Answer]:
    """The answer to each question; what is left when the authority gives up is unavailable."""
    answers: dict[Question, Answer] = {}
    try:
        for reply in authority.fetch(questions):
            assert reply.question not in answers, f"answered twice: {reply.question}"
            answers[reply.question] = (
                authority.parse(reply) if isinstance(reply, Evidence) else Unavailable(reply.reason)
            )
    except AuthorityUnavailable as error:
        for question in questions:
            answers.setdefault(question, Unavailable(error.reason))
    return answers


def by_id(prefix: str, identifier: str) -> ById:
    """The question for an identifier."""
    return ById(Reference(prefix, identifier))


def stored(authority: str, question: Question, payload: object) -> Evidence:
    """Evidence with this payload: text as it stands, None for "no such record", else as JSON."""
    text = payload if payload is None or isinstance(payload, str) else dump_payload(payload)  # type: ignore[arg-type] # lists too
    return Evidence(authority, question, "test", datetime(2026, 11, 22, tzinfo=UTC), "http://localhost/", text)


def summary(answer: Answer) -> str:
    """An answer in a few words, for comparison."""
    match answer:
        case Found(records):
            return " ".join(record.reference.identifier for record in records)
        case NotFound():
            return "none"
        case Unavailable():
            return "unavailable"
