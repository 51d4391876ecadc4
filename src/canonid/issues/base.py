"""What a tracker is, and how steps are carried out in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from canonid.issues.plan import Action, Existing, Step


class Tracker(Protocol):
    """Where issues live. All but `read` write; each raises TrackerError with what to do."""

    def read(self) -> list[Existing]:
        """The issues that canonid made, open and closed, the oldest first."""
        ...

    def create(self, title: str, body: str) -> str:
        """Make an issue with the labels of this tracker; returns how it is called."""
        ...

    def update(self, issue: Existing, title: str, body: str) -> None:
        """Give an issue another title and text."""
        ...

    def close(self, issue: Existing, comment: str) -> None:
        """Close an issue as done, and say why."""
        ...

    def reopen(self, issue: Existing, title: str, body: str, comment: str) -> None:
        """Open a closed issue again with its new text, and say why."""
        ...


def carry_out(steps: Iterable[Step], tracker: Tracker) -> Iterator[tuple[Step, str]]:
    """Do what `steps` say, one after another, and tell how each issue is called.

    What is done stays done if a later step fails: the next run goes on from there.
    """
    for step in steps:
        existing = step.existing
        if existing is None:
            yield step, tracker.create(step.title, step.body) if step.action is Action.CREATE else ""
            continue
        if step.action is Action.UPDATE:
            tracker.update(existing, step.title, step.body)
        elif step.action is Action.REOPEN:
            tracker.reopen(existing, step.title, step.body, step.comment)
        elif step.action is Action.CLOSE:
            tracker.close(existing, step.comment)
        yield step, existing.number
