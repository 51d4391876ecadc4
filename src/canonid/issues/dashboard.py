"""Issues as tasks of one Markdown file in the wiki, which people may rearrange and write into."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path

from canonid.atomic import write_whole
from canonid.errors import TrackerError
from canonid.issues.block import COMMENT, END, State, read_state
from canonid.issues.markdown import text_of
from canonid.issues.plan import Existing

_START = re.compile(rf"^(?:<!-- canonid:begin[^\n]*-->\s*)?{COMMENT}", re.MULTILINE)
_TASK = re.compile(r"^([ \t]*[-*+] \[)(.)(\][ \t]+)([^\r\n]*?)[ \t]+(\^canonid-\S+)[^\r\n]*", re.MULTILINE)
_CLOSED, _DECLINED = {"x", "X"}, {"-"}
_HEAD = """\
---
title: needs-canonical-id
tags: {tags}
---

# Identifiers to settle

Each task is an issue. Tick it when it is done; `[-]` instead of `[ ]`, or `#wontfix` in its line, waives it. What you
write outside of the hidden marks stays.
"""


@dataclass(frozen=True, slots=True)
class _Section:
    """An issue in the file: its task, found by the block id in its line, and our text, wherever people moved them."""

    task: re.Match[str] | None
    """Groups: before the mark, the mark, before the title, the title, the block id."""
    start: int
    end: int
    existing: Existing


@dataclass(frozen=True, slots=True)
class DashboardTracker:
    """One task an issue: `[ ]` is open, `[x]` closed, `[-]` waived."""

    file: Path
    labels: Sequence[str]
    """They become the `tags:` of a new file."""
    today: date
    """For what is written below the text when an issue is closed or opened again."""

    def read(self) -> list[Existing]:
        """The tasks that are ours."""
        return [section.existing for section in _sections(self._text())] if self.file.exists() else []

    def create(self, title: str, body: str) -> str:
        """A new task at the end."""
        state = read_state(body)
        if state is None:
            raise TrackerError("this text has no fingerprint, so it would never be found again")
        tags = json.dumps(list(self.labels), ensure_ascii=False)
        text = self._text() if self.file.exists() else _HEAD.format(tags=tags)
        added = f"\n- [ ] {title} {_anchor(state)}\n\n{body}\n"
        self._write(text.rstrip() + _as_in(text, f"\n{added}"))
        return _anchor(state)

    def update(self, issue: Existing, title: str, body: str) -> None:
        """Title and text."""
        self._change(issue, title, body, "")

    def close(self, issue: Existing, comment: str) -> None:
        """The task ticked, and why below its text."""
        self._change(issue, issue.title, f"{issue.body}\n\n> {self.today}: {comment}", "x")

    def reopen(self, issue: Existing, title: str, body: str, comment: str) -> None:
        """The task not ticked any more."""
        self._change(issue, title, f"{body}\n\n> {self.today}: {comment}", " ")

    def _change(self, issue: Existing, title: str, body: str, mark: str) -> None:
        """Put in title, text and mark (empty: the one that it has), unless somebody was faster."""
        text = self._text()
        # The plan may know the issue as that of a page which was renamed since; its text is as it was read.
        asis = (section for section in _sections(text) if replace(section.existing, state=issue.state) == issue)
        section = next(asis, None)
        if section is None:
            raise TrackerError(f"{self.file} was changed meanwhile; run again")
        parts = [(section.start, section.end, _as_in(text, body))]
        if section.task:
            before, old, between = section.task.group(1, 2, 3)
            parts.append((section.task.start(), section.task.end(4), f"{before}{mark or old}{between}{title}"))
            parts.append((*section.task.span(5), _anchor(read_state(body) or issue.state)))
        else:  # somebody deleted it
            task = f"- [{mark or ' '}] {title} {_anchor(issue.state)}\n\n"
            parts.append((section.start, section.start, _as_in(text, task)))
        for start, end, new in sorted(parts, reverse=True):
            text = text[:start] + new + text[end:]
        self._write(text)

    def _text(self) -> str:
        return text_of(self.file)

    def _write(self, text: str) -> None:
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.file, (text.encode(),))
        except OSError as error:
            raise TrackerError(f"{self.file} cannot be written: {error.strerror}") from error


def _sections(text: str) -> Iterator[_Section]:
    """Our parts of the file; one whose end mark is lost ends with its hidden state, and what follows is theirs."""
    starts = [(match, state) for match in _START.finditer(text) if (state := read_state(match[0])) is not None]
    limits = [*(match.start() for match, _ in starts[1:]), len(text)]
    parts = []
    for (match, state), limit in zip(starts, limits, strict=False):  # a file with no part of ours has a limit, too
        closing = text.rfind(END, match.end(), limit)
        parts.append((match.start(), closing + len(END) if closing >= 0 else match.end(), state))
    tasks = _tasks(text, [(start, end) for start, end, _ in parts])
    for start, end, state in parts:
        yield _section(text, start, end, state, tasks.get(_anchor(state)))


def _tasks(text: str, parts: Sequence[tuple[int, int]]) -> dict[str, re.Match[str]]:
    """The tasks by block id; a line of a page that one of our parts quotes is none."""
    tasks: dict[str, re.Match[str]] = {}
    gaps = pairwise([0, *(offset for part in parts for offset in part), len(text)])
    for start, end in [*gaps][::2]:
        for match in _TASK.finditer(text, start, end):
            tasks.setdefault(match[5], match)
    return tasks


def _section(text: str, start: int, end: int, state: State, task: re.Match[str] | None) -> _Section:
    mark, title = (task[2], task[4]) if task else (" ", state.title)
    is_declined = mark in _DECLINED or (task is not None and bool(re.search(r"#wontfix\b", task[0])))
    is_open = mark not in _CLOSED | _DECLINED
    return _Section(task, start, end, Existing(_anchor(state), title, text[start:end], is_open, is_declined, state))


def _anchor(state: State) -> str:
    """A block id of Obsidian, which links can name."""
    return f"^canonid-{state.key[:8]}"


def _as_in(text: str, new: str) -> str:
    return new.replace("\r\n", "\n").replace("\n", "\r\n") if "\r\n" in text else new
