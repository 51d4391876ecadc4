"""A webhook and a mail server on loopback sockets, which keep what they are sent."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(slots=True)
class Hook:
    """What a webhook was sent."""

    url: str = ""
    status: int = 200
    """What it answers."""
    received: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def webhook(status: int = 200) -> Iterator[Hook]:
    """A receiver of JSON."""
    hook = Hook(status=status)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Keep the body."""
            hook.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(hook.status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - name of http.server
            """Say nothing."""

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        hook.url = f"http://127.0.0.1:{port}/services/T00/B00/token"
        yield hook


@dataclass(slots=True)
class Postbox:
    """What a mail server took, and the commands that it heard."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


@contextmanager
def mail_server(host: str = "127.0.0.1", *, refuses: bool = False, login: str = "235 welcome") -> Iterator[Postbox]:
    """A mail server without encryption that answers `login` to everybody, or refuses every recipient."""
    box = Postbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            """One session."""
            self._say("220 test ready")
            while line := self.rfile.readline():
                command = line.decode().strip()
                box.commands.append(command)
                if not self._answer(command.partition(" ")[0].upper()):
                    return

        def _answer(self, verb: str) -> bool:
            if verb == "DATA":
                self._say("354 go on")
                self._take()
            known = {"EHLO": "250-test\r\n250 AUTH PLAIN", "AUTH": login, "QUIT": "221 bye"}
            self._say("550 no such user" if refuses and verb == "RCPT" else known.get(verb, "250 ok"))
            return verb != "QUIT"

        def _take(self) -> None:
            lines = iter(self.rfile.readline, b".\r\n")
            mail = message_from_bytes(b"".join(lines), policy=policy.default)
            assert isinstance(mail, EmailMessage)
            box.mails.append(mail)

        def _say(self, text: str) -> None:
            self.wfile.write(text.encode() + b"\r\n")

    server = socketserver.ThreadingTCPServer((host, 0), Handler)
    server.daemon_threads = True
    with _serving(server) as port:
        box.port = port
        yield box
