"""The log: one line an event, in either form, without secrets."""

from __future__ import annotations

import io
import json
import logging
from datetime import UTC, datetime

from canonid.schedule.log import EventLog, LogFormat


def test_a_line_of_json_has_time_level_event_and_details() -> None:
    """In one object; details that are not known are left out."""
    stream = io.StringIO()
    EventLog(stream, LogFormat.JSON).event(
        "run.started", due=datetime(2026, 1, 5, 3, tzinfo=UTC), holder="a", left=None
    )
    line = json.loads(stream.getvalue())
    assert datetime.fromisoformat(line.pop("time")).tzinfo == UTC
    assert line == {"level": "info", "event": "run.started", "due": "2026-01-05T03:00:00Z", "holder": "a"}


def test_a_line_of_text_can_be_read_and_parsed() -> None:
    """Words that would be misread are quoted, and nothing breaks the line."""
    stream = io.StringIO()
    EventLog(stream).event("run.failed", "error", message='a "b"\nc', count=2, name="x", none="", found={"error": 1})
    line = stream.getvalue()
    assert line.count("\n") == 1
    assert line[25:] == 'error   run.failed message="a \\"b\\"\\nc" count=2 name=x none="" found={"error": 1}\n'


def test_secrets_are_never_written() -> None:
    """Not even inside of what others say; the longest first, so that no part of one is left."""
    stream = io.StringIO()
    log = EventLog(stream, LogFormat.JSON, ["https://hook/secret", "secret", ""])
    log.event("library", message="could not reach https://hook/secret with secret")
    assert json.loads(stream.getvalue())["message"] == "could not reach *** with ***"


def test_what_libraries_warn_of_has_the_same_form() -> None:
    """A line each, with the name of the library."""
    stream = io.StringIO()
    with EventLog(stream, LogFormat.JSON).libraries():
        logging.getLogger("apscheduler").warning("Run time of job %s was missed", "x")
    line = json.loads(stream.getvalue())
    assert (line["level"], line["event"], line["logger"]) == ("warning", "library", "apscheduler")
    assert line["message"] == "Run time of job x was missed"
