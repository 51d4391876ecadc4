"""One request being answered: what a fault may do with it, down to the socket."""

from __future__ import annotations

import email.utils
import socket
import struct
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Protocol

from tests.emulator.wire import Reply, Request


class Dropped(Exception):
    """The connection is to be closed without another word."""


class Entry(Protocol):
    """The line of the log that this exchange belongs to."""

    status: int


class Exchange:
    """The answering side of one request."""

    def __init__(self, handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        self._handler = handler
        self._closing = closing
        self._entry: Entry | None = None

    def begin(self, entry: Entry, true_reply: Callable[[], Reply], request: Request) -> None:
        """Say what is asked and what the true answer would be."""
        self._entry = entry
        self.true_reply = true_reply
        self.request = request

    def head(self, reply: Reply, length: int | None = None) -> None:
        """Send status and headers; `length` claims another length than the body's."""
        if self._entry is not None:
            self._entry.status = reply.status
        handler = self._handler
        handler.send_response_only(reply.status)
        for name, value in reply.headers:
            handler.send_header(name, value)
        handler.send_header("Date", email.utils.formatdate(usegmt=True))
        handler.send_header("Content-Type", reply.content_type)
        handler.send_header("Content-Length", str(len(reply.body) if length is None else length))
        handler.end_headers()

    def write(self, data: bytes) -> None:
        """Send part of a body at once."""
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def send(self, reply: Reply) -> None:
        """Send a whole reply."""
        self.head(reply)
        if self._handler.command != "HEAD":
            self.write(reply.body)

    def hang(self, seconds: float | None = None) -> None:
        """Do nothing for `seconds` (None: for ever); ends when the service stops.

        Raises Dropped when the service stops, so that nothing is sent any more.
        """
        if self._closing.wait(seconds):
            raise Dropped

    def reset(self) -> None:
        """Break the connection off with a TCP reset.

        Always raises Dropped.
        """
        self._handler.wfile.flush()
        self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._handler.connection.close()
        raise Dropped

    def drop(self) -> None:
        """Close the connection in good order, whatever was promised.

        Always raises Dropped.
        """
        raise Dropped
