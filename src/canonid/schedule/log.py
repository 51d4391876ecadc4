"""What a service says while it works: one line an event, as JSON for machines or as text for people."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import TextIO


class LogFormat(StrEnum):
    """The forms of a line."""

    TEXT = "text"
    JSON = "json"


class EventLog:
    """Writes events to a stream, whichever thread they come from; `secrets` never appear in any of them."""

    def __init__(self, stream: TextIO, form: LogFormat = LogFormat.TEXT, secrets: Iterable[str] = ()) -> None:
        self._stream, self._form = stream, form
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)
        self._lock = threading.Lock()

    def event(self, name: str, level: str = "info", /, **details: object) -> None:
        """One line: what happened, and the details that are not None."""
        known = {key: self._clean(value) for key, value in details.items() if value is not None}
        time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if self._form is LogFormat.JSON:
            line = json.dumps({"time": time, "level": level, "event": name, **known}, ensure_ascii=False)
        else:
            line = " ".join([time, f"{level:<7}", name, *(f"{key}={_shown(value)}" for key, value in known.items())])
        with self._lock:
            self._stream.write(line + "\n")
            self._stream.flush()

    @contextmanager
    def libraries(self) -> Iterator[None]:
        """Bring what libraries warn of into the same form during the block."""
        root, bridge = logging.getLogger(), _Bridge(self)
        root.addHandler(bridge)
        try:
            yield
        finally:
            root.removeHandler(bridge)

    def _clean(self, value: object) -> object:
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        if not isinstance(value, str):
            return value
        for secret in self._secrets:
            value = value.replace(secret, "***")
        return value


class _Bridge(logging.Handler):
    """Takes what libraries log."""

    def __init__(self, log: EventLog) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log.event("library", record.levelname.lower(), logger=record.name, message=record.getMessage())


def _shown(value: object) -> str:
    """A value on one line; quoted only if it would be misread otherwise."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and (not value or not value.isprintable() or set(value) & set(' "=')):
        return json.dumps(value, ensure_ascii=False)
    return text
