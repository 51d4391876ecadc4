"""Issues as files in a folder of the wiki: plain Git, without a network, at home in Obsidian."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

from canonid.atomic import write_whole
from canonid.errors import TrackerError
from canonid.issues.block import read_state
from canonid.issues.plan import Existing

_HEAD = re.compile(r"\A---\r?\n(.*?)^---\r?$\n?", re.DOTALL | re.MULTILINE)
_STATUS = re.compile(r"^(status:[ \t]*)([^\r\n]*?)([ \t]*\r?)$", re.MULTILINE)
_TITLE = re.compile(r"^(title:[ \t]*)([^\r\n]*)", re.MULTILINE)
_DECLINED = {"wontfix", "not planned", "not-planned"}


@dataclass(frozen=True, slots=True)
class MarkdownTracker:
    """One file an issue; `status:` in its front matter is open, closed or wontfix, and people may change it."""

    folder: Path
    labels: Sequence[str]
    """They become `tags:`."""
    today: date
    """For what is written below the text when an issue is closed or opened again."""

    def read(self) -> list[Existing]:
        """The files in the folder that hold a part of ours."""
        if not self.folder.is_dir():
            return []
        found = (self._existing(path) for path in sorted(self.folder.glob("*.md")))
        return [issue for issue in found if issue is not None]

    def _existing(self, path: Path) -> Existing | None:
        text = text_of(path)
        state = read_state(text)
        if state is None:
            return None
        head = match[1] if (match := _HEAD.search(text)) else ""
        status = found[2].strip("\"'").casefold() if (found := _STATUS.search(head)) else "open"
        tags = re.search(r"^tags:(.*(?:\n[ \t]*-.*)*)", head, re.MULTILINE)
        is_declined = status in _DECLINED or bool(tags and re.search(r"\bwontfix\b", tags[1]))
        is_open = status not in {"closed", "done", *_DECLINED}
        return Existing(path.name, _title(head) or state.title, text, is_open, is_declined, state)

    def create(self, title: str, body: str) -> str:
        """A new file, named after the page and the fingerprint; a file that is there is somebody's, and stays."""
        state = read_state(body)
        if state is None:
            raise TrackerError("this text has no fingerprint, so it would never be found again")
        subject = re.sub(r"[^\w.-]+", "-", state.subject).strip(".-") or "page"
        stem = f"canonid-{subject[:80]}-{state.key[:8]}"
        names = (f"{stem}{f'-{number}' if number > 1 else ''}.md" for number in count(1))
        name = next(name for name in names if not (self.folder / name).exists())
        tags = json.dumps(list(self.labels), ensure_ascii=False)
        heading = json.dumps(title, ensure_ascii=False)
        self._write(name, f"---\ntitle: {heading}\nstatus: open\ntags: {tags}\n---\n\n{body}\n")
        return name

    def update(self, issue: Existing, title: str, body: str) -> None:
        """The file with its new text."""
        self._replace(issue, _with_title(body, title))

    def close(self, issue: Existing, comment: str) -> None:
        """The file with `status: closed`, and why below its text."""
        self._replace(issue, self._noted(_with_status(issue.body, "closed"), comment))

    def reopen(self, issue: Existing, title: str, body: str, comment: str) -> None:
        """The file with `status: open`."""
        self._replace(issue, self._noted(_with_status(_with_title(body, title), "open"), comment))

    def _noted(self, text: str, comment: str) -> str:
        end = "\r\n" if "\r\n" in text else "\n"
        return f"{text.rstrip()}{end}{end}> {self.today}: {comment}{end}"

    def _replace(self, issue: Existing, text: str) -> None:
        """Write, unless somebody was faster."""
        if text_of(self.folder / issue.number) != issue.body:
            raise TrackerError(f"{self.folder / issue.number} was changed meanwhile; run again")
        self._write(issue.number, text)

    def _write(self, name: str, text: str) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(self.folder / name, (text.encode(),))
        except OSError as error:
            raise TrackerError(f"{self.folder / name} cannot be written: {error.strerror}") from error


def text_of(path: Path) -> str:
    """The text of an issue file, with the line ends that it has."""
    try:
        return path.read_bytes().decode()
    except OSError as error:
        raise TrackerError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TrackerError(f"{path} is not UTF-8; save it as UTF-8, or move it elsewhere") from error


def _title(head: str) -> str:
    found = _TITLE.search(head)
    text = found[2].strip() if found else ""
    try:
        return str(json.loads(text)) if text.startswith('"') else text.strip("'")
    except ValueError:
        return text


def _in_head(text: str, change: Callable[[str], str]) -> str:
    match = _HEAD.search(text)
    return text[: match.start(1)] + change(match[1]) + text[match.end(1) :] if match else text


def _with_status(text: str, status: str) -> str:
    def change(head: str) -> str:
        if _STATUS.search(head):
            return _STATUS.sub(lambda found: f"{found[1]}{status}{found[3]}", head, count=1)
        return f"{head}status: {status}\n"

    if not _HEAD.search(text):
        text = f"---\n---\n\n{text}"
    return _in_head(text, change)


def _with_title(text: str, title: str) -> str:
    def change(head: str) -> str:
        if _title(head) in {"", title}:
            return head
        return _TITLE.sub(lambda found: found[1] + json.dumps(title, ensure_ascii=False), head, count=1)

    return _in_head(text, change)
