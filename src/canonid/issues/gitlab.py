"""Issues at GitLab, by its REST interface (https://docs.gitlab.com/api/issues/)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from canonid.issues.block import read_state
from canonid.issues.plan import Existing
from canonid.issues.rest import Rest


def headers_for(token: str) -> dict[str, str]:
    """What every request carries; without a token only public projects can be read."""
    return {"PRIVATE-TOKEN": token} if token else {}


def line_address(api: str, repository: str, path: str, line: int) -> str:
    """Where a line of a file is shown; empty for a project that is known by its number only."""
    if repository.isdigit():
        return ""
    return f"{api.removesuffix('/api/v4')}/{repository}/-/blob/HEAD/{path}?plain=1#L{line}"


@dataclass(frozen=True, slots=True)
class GitLabTracker:
    """The issues of one project that carry the first label; GitLab knows no "not planned", only `wontfix`."""

    rest: Rest
    repository: str
    labels: Sequence[str]

    def read(self) -> list[Existing]:
        """All with our label and our hidden comment, open and closed."""
        found = self.rest.pages(self._path(), labels=self.labels[0], scope="all", order_by="created_at", sort="asc")
        return [issue for item in found if (issue := _existing(item)) is not None]

    def create(self, title: str, body: str) -> str:
        """A new issue; GitLab makes the labels that are missing."""
        document = {"title": title, "description": body, "labels": ",".join(self.labels)}
        return f"#{self.rest.write('POST', self._path(), document).get('iid')}"

    def update(self, issue: Existing, title: str, body: str) -> None:
        """Title and text."""
        self._change(issue, {"title": title, "description": body})

    def close(self, issue: Existing, comment: str) -> None:
        """Closed, after a comment."""
        self._comment(issue, comment)
        self._change(issue, {"state_event": "close"})

    def reopen(self, issue: Existing, title: str, body: str, comment: str) -> None:
        """Open again, with its new text and a comment."""
        self._comment(issue, comment)
        self._change(issue, {"state_event": "reopen", "title": title, "description": body})

    def _comment(self, issue: Existing, text: str) -> None:
        self.rest.write("POST", f"{self._path(issue)}/notes", {"body": text})

    def _change(self, issue: Existing, document: dict[str, object]) -> None:
        self.rest.write("PUT", self._path(issue), document)

    def _path(self, issue: Existing | None = None) -> str:
        issues = f"/projects/{quote(self.repository, safe='')}/issues"
        return f"{issues}/{issue.number.removeprefix('#')}" if issue else issues


def _existing(item: dict[str, Any]) -> Existing | None:
    body = item.get("description") or ""
    state = read_state(body)
    if state is None:
        return None
    is_declined = "wontfix" in item.get("labels", ())
    title = str(item.get("title", ""))
    return Existing(f"#{item['iid']}", title, body, item.get("state") == "opened", is_declined, state)
