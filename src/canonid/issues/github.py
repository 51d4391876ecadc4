"""Issues at GitHub, by its REST interface (https://docs.github.com/rest/issues)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from canonid.errors import TrackerError
from canonid.issues.block import read_state
from canonid.issues.plan import Existing
from canonid.issues.rest import Rest


def headers_for(token: str) -> dict[str, str]:
    """What every request carries; without a token only public repositories can be read."""
    common = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
    return common | ({"Authorization": f"Bearer {token}"} if token else {})


def line_address(api: str, repository: str, path: str, line: int) -> str:
    """Where a line of a file is shown, on github.com or on a server of one's own."""
    site = "https://github.com" if api == "https://api.github.com" else api.removesuffix("/api/v3")
    return f"{site}/{repository}/blob/HEAD/{path}?plain=1#L{line}"


@dataclass(frozen=True, slots=True)
class GitHubTracker:
    """The issues of one repository that carry the first label: only who may triage can set it."""

    rest: Rest
    repository: str
    labels: Sequence[str]

    def read(self) -> list[Existing]:
        """All with our label and our hidden comment, open and closed."""
        found = self.rest.pages(
            f"/repos/{self.repository}/issues", state="all", labels=self.labels[0], sort="created", direction="asc"
        )
        return [issue for item in found if (issue := _existing(item)) is not None]

    def create(self, title: str, body: str) -> str:
        """A new issue; raises TrackerError if its labels were dropped, because it would never be found again."""
        document = {"title": title, "body": body, "labels": list(self.labels)}
        made = self.rest.write("POST", f"/repos/{self.repository}/issues", document)
        number = f"#{made.get('number')}"
        if self.labels[0] not in _labels(made):
            raise TrackerError(
                f"GitHub made issue {number} without its label; give the token the right to triage, and label "
                f"{number} {self.labels[0]!r} or delete it"
            )
        return number

    def update(self, issue: Existing, title: str, body: str) -> None:
        """Title and text."""
        self._change(issue, {"title": title, "body": body})

    def close(self, issue: Existing, comment: str) -> None:
        """Closed as completed, after a comment."""
        self._comment(issue, comment)
        self._change(issue, {"state": "closed", "state_reason": "completed"})

    def reopen(self, issue: Existing, title: str, body: str, comment: str) -> None:
        """Open again, with its new text and a comment."""
        self._comment(issue, comment)
        self._change(issue, {"state": "open", "title": title, "body": body})

    def _comment(self, issue: Existing, text: str) -> None:
        self.rest.write("POST", f"{self._path(issue)}/comments", {"body": text})

    def _change(self, issue: Existing, document: dict[str, object]) -> None:
        self.rest.write("PATCH", self._path(issue), document)

    def _path(self, issue: Existing) -> str:
        return f"/repos/{self.repository}/issues/{issue.number.removeprefix('#')}"


def _existing(item: dict[str, Any]) -> Existing | None:
    body = item.get("body") or ""
    state = read_state(body)
    if state is None or "pull_request" in item:
        return None
    is_declined = item.get("state_reason") == "not_planned" or "wontfix" in _labels(item)
    title = str(item.get("title", ""))
    return Existing(f"#{item['number']}", title, body, item.get("state") == "open", is_declined, state)


def _labels(item: dict[str, Any]) -> set[str]:
    labels = item.get("labels", ())
    return {str(label.get("name") if isinstance(label, dict) else label) for label in labels}
