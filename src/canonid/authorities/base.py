"""What an authority is: something that can be asked, and whose raw replies can be read again later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from canonid.model import Answer, Evidence, Question, Unanswered


class Authority(Protocol):
    """A registry of substances or trials.

    `fetch_` does I/O and yields raw replies; `parse` is pure, so that any verdict can be derived again offline.
    """

    @property
    def name(self) -> str:
        """`chembl`, `pubchem`, `drugbank` or `clinicaltrials`."""
        ...

    @property
    def requests(self) -> int:
        """How many HTTP requests this object has made so far (retries count)."""
        ...

    @property
    def is_local(self) -> bool:
        """True if asking costs no request (an export file): then it is asked anew in every run."""
        ...

    def accepts(self, question: Question) -> bool:
        """Whether this authority can be asked `question` at all."""
        ...

    def fetch(self, questions: Sequence[Question]) -> Iterator[Evidence | Unanswered]:
        """Ask, in batches, and yield one `Evidence` (or `Unanswered`) a question as replies arrive.

        Raises AuthorityUnavailable when the authority as a whole cannot be asked, possibly after part of the replies.
        """
        ...

    def parse(self, evidence: Evidence) -> Answer:
        """The meaning of a stored reply; never does I/O."""
        ...
