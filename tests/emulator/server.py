"""The emulator itself: three services on real sockets of the loopback interface.

with Emulator(World.of(molecule("CHEMBL25", "ASPIRIN"))) as emulator:
    ask(emulator.chembl_url)
    emulator.play("chembl", faults.HTTP_503_HTML)
    assert emulator.count("chembl") == 1
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.emulator import chembl, clinicaltrials, pubchem
from tests.emulator.exchange import Dropped, Exchange
from tests.emulator.faults import REFUSED, Fault
from tests.emulator.limits import SlidingWindow
from tests.emulator.wire import AUTHORITIES, ROOTS, AuthorityName, Reply, Request, read_request
from tests.emulator.world import World

ANSWERS: Mapping[AuthorityName, Callable[[World, Request], Reply]] = {
    "chembl": chembl.answer,
    "pubchem": pubchem.answer,
    "clinicaltrials": clinicaltrials.answer,
}
RED = "Request Count status: Red (100%), Request Time status: Green (10%), Service status: Green (20%)"


@dataclass(slots=True)
class Logged:
    """One request that arrived; `time` is monotonic seconds, `status` 0 while or if nothing went out."""

    authority: AuthorityName
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: bytes
    headers: Mapping[str, str]
    time: float
    status: int = 0


class _Handler(BaseHTTPRequestHandler):
    """One connection: reads requests and hands them to the emulator."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one piece
    timeout = 60
    server: _Server

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        authority = self.server.authority
        request = read_request(authority, self.command, self.path, dict(self.headers.items()), body)
        exchange = Exchange(self, self.server.closing)
        try:
            if request is None:
                exchange.send(Reply(404, b"", "text/html"))
            else:
                self.server.emulator.serve(request, exchange)
            self.wfile.flush()
        except (Dropped, ConnectionError, TimeoutError):
            self.close_connection = True

    do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = _serve  # noqa: N815 (names of http.server)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (name of http.server)
        """Say nothing: the emulator keeps its own log."""


class _Server(ThreadingHTTPServer):
    """The listener of one service; remembers its open connections so that closing leaves none behind."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, authority: AuthorityName, emulator: Emulator) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.authority = authority
        self.emulator = emulator
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{ROOTS[self.authority]}"

    def _start(self) -> None:
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), name=f"emulator {self.authority}")
        self._thread.start()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in its own thread and remember it."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection that is done."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 (given by socketserver)
        """Keep a defect of the emulator for the end of the test; broken connections are none."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, (ConnectionError, TimeoutError)):
            self.emulator.defects.append(error)

    def stop(self) -> None:
        """Stop listening, cut every connection and wait until its thread has ended."""
        self.closing.set()
        self.shutdown()
        self._thread.join()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def refuse(self) -> None:
        """Stop, but keep the port, so that connecting to it is refused and nobody else gets it."""
        address = self.server_address
        self.stop()
        self.socket = socket.socket(self.address_family, self.socket_type)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(address)

    def resume(self) -> None:
        """Listen again on the port kept."""
        self.closing.clear()
        self.server_activate()
        self._start()


class Emulator:
    """ChEMBL, PubChem and ClinicalTrials.gov on three ports of 127.0.0.1, over one world."""

    def __init__(self, world: World, latency: float = 0.0, *, pubchem_limits: bool = False) -> None:
        self.world = world
        self.latency = latency
        """Seconds that every answer takes at least."""
        self.log: list[Logged] = []
        self.refusals = 0
        """How many requests PubChem's limits turned away."""
        self.defects: list[BaseException] = []
        self._window = SlidingWindow() if pubchem_limits else None
        self._queued: dict[AuthorityName, deque[Fault]] = {name: deque() for name in AUTHORITIES}
        self._always: dict[AuthorityName, Fault] = {}
        self._lock = threading.Lock()
        self._servers: dict[AuthorityName, _Server] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers.values():
            server.closing.set()
        for name, server in self._servers.items():
            if self._always.get(name) is REFUSED:
                server.server_close()
            else:
                server.stop()
        if self.defects and error is None:
            raise RuntimeError("the emulator itself failed") from self.defects[0]
        if self.defects and error is not None:
            error.add_note(f"the emulator itself failed: {self.defects[0]!r}")

    def _server(self, authority: AuthorityName) -> _Server:
        """The listener of a service, started when first asked for: most tests need one of the three."""
        with self._lock:
            if authority not in self._servers:
                self._servers[authority] = _Server(authority, self)
            return self._servers[authority]

    @property
    def chembl_url(self) -> str:
        """Base URL of ChEMBL, as in CANONID_CHEMBL_URL."""
        return self._server("chembl").url

    @property
    def pubchem_url(self) -> str:
        """Base URL of PUG REST, as in CANONID_PUBCHEM_URL."""
        return self._server("pubchem").url

    @property
    def clinicaltrials_url(self) -> str:
        """Base URL of ClinicalTrials.gov, as in CANONID_CLINICALTRIALS_URL."""
        return self._server("clinicaltrials").url

    def count(self, authority: AuthorityName) -> int:
        """How many requests have arrived at a service."""
        return len(self.requests(authority))

    def requests(self, authority: AuthorityName) -> list[Logged]:
        """The requests that have arrived at a service, in order."""
        return [entry for entry in self.log if entry.authority == authority]

    def play(self, authority: AuthorityName, *queue: Fault) -> None:
        """Queue faults; each is consumed by one request, the requests after them are answered truly."""
        if REFUSED in queue:
            raise ValueError("a closed port sees no request that could consume the fault: use always()")
        self._queued[authority].extend(queue)

    def always(self, authority: AuthorityName, fault: Fault) -> None:
        """Play one fault at every request until `calm()`."""
        if fault is REFUSED and self._always.get(authority) is not REFUSED:
            self._server(authority).refuse()
        self._always[authority] = fault

    def calm(self) -> None:
        """Forget all faults, played or queued, and listen again everywhere."""
        for name in AUTHORITIES:
            self._queued[name].clear()
            if self._always.pop(name, None) is REFUSED:
                self._server(name).resume()

    def serve(self, request: Request, exchange: Exchange) -> None:
        """Answer one request, truly or with the fault that is due."""
        authority = request.authority
        now = time.monotonic()
        entry = Logged(authority, request.method, request.path, request.query, request.body, request.headers, now)
        exchange.begin(entry, lambda: ANSWERS[authority](self.world, request), request)
        with self._lock:
            self.log.append(entry)
            queued = self._queued[authority]
            fault = queued.popleft() if queued else self._always.get(authority)
        refused = authority == "pubchem" and self._window is not None and not self._window.admits(now)
        if self.latency:
            exchange.hang(self.latency)
        if refused:
            with self._lock:
                self.refusals += 1
            exchange.send(replace(pubchem.busy().reply(), headers=(("X-Throttling-Control", RED),)))
        elif fault is not None:
            fault.act(exchange)
        else:
            exchange.send(exchange.true_reply())
