"""Whether a service is well, for whoever asks on the loopback interface: `GET /healthz`."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from canonid.errors import UsageError

_STALE_SECONDS = 30.0
"""Since the last beat, which comes every second: something hangs."""
_LATE = timedelta(minutes=2)
"""How long after a due time an idle service may still not have begun."""


class Phase(StrEnum):
    """What a service is doing."""

    IDLE = "idle"
    WAITING = "waiting"
    """Another run is at work."""
    RUNNING = "running"
    STOPPING = "stopping"


@dataclass(slots=True)
class Status:
    """What is known of a service; written by its threads, read by whoever asks."""

    started_at: datetime
    phase: Phase = Phase.IDLE
    next_run: datetime | None = None
    last_run: Mapping[str, Any] | None = None
    """How the last one ended: id, outcome, times and counts."""
    last_error: Mapping[str, Any] | None = None
    has_failed: bool = False
    """Whether the last run that came to an end did so with an error."""
    heartbeat: datetime = field(init=False)
    _beat: float = field(init=False)

    def __post_init__(self) -> None:
        """The first beat."""
        self.beat()

    def beat(self) -> None:
        """Say that the service is alive."""
        self.heartbeat, self._beat = datetime.now(UTC), time.monotonic()

    def problems(self) -> list[str]:
        """Why it is not well; none if it is."""
        found = []
        if self.has_failed:
            found.append("the last run failed")
        if time.monotonic() - self._beat > _STALE_SECONDS:
            found.append("no sign of life")
        if self.phase is Phase.IDLE and self.next_run is not None and datetime.now(UTC) - self.next_run > _LATE:
            found.append("a run is overdue")
        return found

    def document(self) -> dict[str, Any]:
        """All of it as JSON has it."""
        problems = self.problems()
        return {
            "healthy": not problems,
            "problems": problems,
            "state": self.phase.value,
            "started_at": _text(self.started_at),
            "heartbeat": _text(self.heartbeat),
            "next_run": _text(self.next_run),
            "last_run": self.last_run,
            "last_error": self.last_error,
        }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@contextmanager
def serving_health(status: Status, port: int | None) -> Iterator[int | None]:
    """Answer on 127.0.0.1:`port` during the block (0: on any free one); the port, None if there is none.

    Raises UsageError if the port cannot be had.
    """
    if port is None:
        yield None
        return
    try:
        server = _Server(("127.0.0.1", port), _Handler)
    except OSError as error:
        raise UsageError(f"--health-port {port} cannot be used ({error.strerror}); choose another one") from error
    server.document = status.document
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="canonid-health", daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    document: Callable[[], dict[str, Any]]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5  # whoever connects and says nothing
    server_version = "canonid"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer 200 if all is well, else 503; the same document either way."""
        if self.path.partition("?")[0] != "/healthz":
            self.send_error(404)
            return
        document = self.server.document()
        body = json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
        self.send_response(200 if document["healthy"] else 503)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - as above

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as above
        """Say nothing: probes come every few seconds."""
