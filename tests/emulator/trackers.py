"""GitHub's and GitLab's issues on a loopback socket: enough of both to be read, written and refused by."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a request gets instead of its answer; status 0 is a connection that breaks off."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b"{}"


@dataclass(slots=True)
class Site:
    """A repository at GitHub and a project at GitLab, with what was asked of them."""

    url: str = ""
    page_size: int = 2
    issues: list[Json] = field(default_factory=list)
    comments: list[tuple[int, str]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    """Used up one a request."""
    requests: list[tuple[str, str]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    """Of the answers that were no refusals."""
    tokens: list[str] = field(default_factory=list)
    drops_labels: bool = False
    """As GitHub does for a token that may not triage."""

    @property
    def writes(self) -> list[str]:
        """The requests that change something."""
        return [f"{method} {target}" for method, target in self.requests if method != "GET"]

    def answer(self, method: str, target: str, document: Json) -> tuple[int, object, dict[str, str]]:
        """Status, body and headers."""
        parts = urlsplit(target)
        is_github = parts.path.startswith("/repos/owner/wiki/issues")
        if not is_github and not parts.path.startswith("/projects/group%2Fwiki/issues"):
            return 404, {"message": "Not Found"}, {}
        rest = parts.path.partition("/issues")[2].strip("/").split("/")
        if method == "GET":
            return self._page(dict(parse_qsl(parts.query)))
        if rest == [""]:
            return 201, self._make(document, is_github=is_github), {}
        issue = self.issues[int(rest[0]) - 1]
        if rest[1:]:
            self.comments.append((int(rest[0]), document["body"]))
            return 201, {}, {}
        if "state_event" in document:
            issue["state"] = "closed" if document.pop("state_event") == "close" else "opened"
        if document.get("state") == "open":
            issue["state_reason"] = "reopened"
        issue.update(document)
        return 200, issue, {}

    def _page(self, query: dict[str, str]) -> tuple[int, object, dict[str, str]]:
        labelled = [issue for issue in self.issues if query["labels"] in str(issue["labels"])]
        start = (int(query["page"]) - 1) * self.page_size
        more = len(labelled) > start + self.page_size
        # The address of the next page is hostile: who follows it gives the token away.
        headers = {"Link": '<http://127.0.0.1:9/elsewhere>; rel="next"'} if more else {}
        return 200, labelled[start : start + self.page_size], headers

    def _make(self, document: Json, *, is_github: bool) -> Json:
        number = len(self.issues) + 1
        if is_github:
            labels: Any = [] if self.drops_labels else [{"name": name} for name in document["labels"]]
            issue = {**document, "number": number, "state": "open", "state_reason": None, "labels": labels}
        else:
            issue = {**document, "iid": number, "state": "opened", "labels": document["labels"].split(",")}
        self.issues.append(issue)
        return issue


@contextmanager
def serve_trackers() -> Iterator[Site]:
    """Both trackers under one address."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer, or refuse."""
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            site.requests.append((self.command, self.path))
            site.tokens.append(self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or "")
            if site.refusals:
                refusal = site.refusals.pop(0)
                if refusal.status:
                    self._send(refusal.status, refusal.body, dict(refusal.headers))
                else:
                    self.close_connection = True
                return
            status, document, headers = site.answer(self.command, self.path, json.loads(body or b"{}"))
            answer = json.dumps(document).encode()
            if self.command == "GET" and status == 200:
                # As both servers do: a weak tag, and nothing but the tag for a state that is known.
                tag = f'W/"{hashlib.sha256(answer).hexdigest()}"'
                is_known = self.headers.get("If-None-Match") == tag
                status, answer, headers = (304, b"", {}) if is_known else (status, answer, headers)
                headers = {**headers, "ETag": tag}
            site.statuses.append(status)
            self._send(status, answer, headers)

        do_POST = do_PATCH = do_PUT = do_GET  # noqa: N815 - names of http.server

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - name of http.server
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        site.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
