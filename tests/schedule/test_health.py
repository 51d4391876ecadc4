"""`/healthz`: well or not, and why, for whoever asks on this machine."""

from __future__ import annotations

import http.client
import json
import socket
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from canonid.errors import UsageError
from canonid.schedule.health import Phase, Status, serving_health


def status() -> Status:
    return Status(datetime(2026, 1, 5, tzinfo=UTC))


def ask(port: int | None, path: str = "/healthz") -> tuple[int, bytes]:
    """Status and body."""
    assert port is not None
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def document(port: int | None) -> tuple[int, dict[str, Any]]:
    code, body = ask(port)
    return code, json.loads(body)


def test_a_service_that_is_well_says_so() -> None:
    """200, with all that is known."""
    known = status()
    known.next_run = datetime(2100, 1, 6, 3, tzinfo=UTC)
    known.last_run = {"outcome": "finished", "new": 2}
    with serving_health(known, 0) as port:
        code, found = document(port)
    heartbeat = datetime.fromisoformat(found.pop("heartbeat"))
    assert datetime.now(UTC) - heartbeat < timedelta(minutes=1)
    assert code == 200
    assert found == {
        "healthy": True,
        "problems": [],
        "state": "idle",
        "started_at": "2026-01-05T00:00:00Z",
        "next_run": "2100-01-06T03:00:00Z",
        "last_run": {"outcome": "finished", "new": 2},
        "last_error": None,
    }


def test_a_failed_run_makes_it_unwell() -> None:
    """503, and what went wrong."""
    known = status()
    known.has_failed, known.last_error = True, {"message": "the disk is full"}
    with serving_health(known, 0) as port:
        code, found = document(port)
    assert (code, found["problems"]) == (503, ["the last run failed"])
    assert found["last_error"] == {"message": "the disk is full"}


def test_without_a_sign_of_life_it_is_unwell() -> None:
    """Something hangs."""
    known = status()
    known._beat = time.monotonic() - 31
    with serving_health(known, 0) as port:
        code, found = document(port)
    assert (code, found["problems"]) == (503, ["no sign of life"])


@pytest.mark.parametrize(("phase", "code"), [(Phase.IDLE, 503), (Phase.RUNNING, 200), (Phase.WAITING, 200)])
def test_a_run_that_does_not_begin_is_overdue(phase: Phase, code: int) -> None:
    """Unless the one before still goes on, or another process is at work."""
    known = status()
    known.phase, known.next_run = phase, datetime.now(UTC) - timedelta(minutes=3)
    with serving_health(known, 0) as port:
        assert ask(port)[0] == code


def test_there_is_nothing_else_to_be_had() -> None:
    """One path."""
    with serving_health(status(), 0) as port:
        assert ask(port, "/")[0] == 404


def test_a_probe_may_ask_for_the_head_alone() -> None:
    """As load balancers do; nothing follows it, or the next reply on the connection would begin with that."""
    with serving_health(status(), 0) as port, socket.create_connection(("127.0.0.1", port or 0)) as connection:
        connection.sendall(b"HEAD /healthz HTTP/1.0\r\n\r\n")
        reply = connection.makefile("rb").read()
    assert reply.startswith(b"HTTP/1.0 200 ")
    assert reply.endswith(b"\r\n\r\n")


def test_no_port_means_no_server() -> None:
    """The default."""
    with serving_health(status(), None) as port:
        assert port is None


def test_a_port_that_is_taken_is_refused() -> None:
    """Before anything else begins."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"--health-port {port} cannot be used"), serving_health(status(), port):
            pass
