"""One stored reply as it stands in the file: nothing of it is believed before it was checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from canonid.model import Evidence, parse_question, sha256
from canonid.store.database import to_text

COLUMNS = "authority, question, release, retrieved_at, url, sha256, sources, payload"
_NEEDED = ("authority", "question", "retrieved_at", "url", "sha256")


@dataclass(frozen=True, slots=True)
class StoredReply:
    """One row, nothing of it checked yet."""

    authority: str
    question: str
    release: str | None
    retrieved_at: str
    url: str
    sha256: str
    sources: str | None
    payload: str | None

    @property
    def name(self) -> str:
        """What to call it before a person."""
        return f"{self.authority} {self.question}"

    def read(self) -> Evidence:
        """The evidence, if the row is exactly as canonid writes it.

        Raises ValueError with what is wrong.
        """
        self._check_types()
        try:
            question = parse_question(self.question)
            moment = datetime.fromisoformat(self.retrieved_at)
            if question.key != self.question or to_text(moment) != self.retrieved_at:
                raise ValueError("the question or the time is not spelt as canonid spells it")
        except (TypeError, RecursionError) as error:
            raise ValueError(f"not a question: {self.question}") from error
        if sha256(self.payload) != self.sha256:
            raise ValueError("payload and sha256 do not agree: one of them was changed after it was stored")
        return Evidence(
            self.authority, question, self.release, moment, self.url, self.payload, sources=self.sources
        )  # fmt: skip

    def _check_types(self) -> None:
        """SQLite stores any type in any column."""
        for column in self.__slots__:
            value = getattr(self, column)
            if not isinstance(value, str) and (value is not None or column in _NEEDED):
                raise ValueError(f"{column} is not a text")


def lenient_text(raw: bytes) -> str:
    """Text as SQLite holds it, bytes that are none replaced: the check of a damaged reply fails, not the reading."""
    return raw.decode(errors="replace")
