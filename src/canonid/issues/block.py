"""Our part of an issue's text: the markers around it, and the state in its hidden comment (pure)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_BEGIN = "<!-- canonid:begin; what is written outside of these two marks is kept -->"
END = "<!-- canonid:end -->"
COMMENT = r"<!-- canonid: (\{[^\n]*\}) -->"
_STATE = re.compile(f"^{COMMENT}", re.MULTILINE)
"""At the start of a line: in a diff, where a page may say what it likes, every line has a mark before it."""
_BLOCK = re.compile(r"<!-- canonid:begin[^\n]*-->.*<!-- canonid:end -->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class State:
    """What canonid has to know of an issue when it meets it again; kept in the issue itself and nowhere else."""

    key: str
    """Names the issue: made of the subject or the discrepancy, never of a line."""
    subject: str
    path: str
    findings: tuple[str, ...]
    """The fingerprints of the discrepancies that it is about."""
    title: str
    """The title that canonid gave it; another one is somebody's edit, and stays."""
    digest: str
    """The hash of our text without its dates: the same facts fetched later are no news."""


def hidden(state: State) -> str:
    """The state as a comment that no reader sees."""
    document = {
        "fingerprint": state.key, "subject": state.subject, "path": state.path, "findings": state.findings,
        "title": state.title, "digest": state.digest,
    }  # fmt: skip
    # A comment may hold neither `--` nor `>`, and a title may hold both.
    text = json.dumps(document).replace("-", "\\u002d").replace(">", "\\u003e").replace("<", "\\u003c")
    return f"<!-- canonid: {text} -->"


def read_state(body: str) -> State | None:
    """The state in a text, None if canonid has no part in it."""
    match = _STATE.search(body)
    try:
        document = json.loads(match[1]) if match else {}
        texts = [document[name] for name in ("fingerprint", "subject", "path", "title", "digest")]
        findings = [*document["findings"]]
    except (ValueError, KeyError, TypeError):
        return None
    if not all(isinstance(text, str) for text in (*texts, *findings)):
        return None
    key, subject, path, title, digest = texts
    return State(key, subject, path, tuple(findings), title, digest)


def block_of(state: State, text: str) -> str:
    """Our whole part: marker, hidden state, text, marker."""
    return f"{_BEGIN}\n{hidden(state)}\n\n{text.rstrip()}\n\n{END}"


def merged(body: str, block: str) -> str:
    """`body` with our part replaced by `block`, everything else as it is, line ends too.

    Where somebody deleted a marker, the new part goes to the end, and nothing is lost but the old hidden comment.
    """
    if "\r\n" in body:
        block = block.replace("\n", "\r\n")
    if _BLOCK.search(body):
        return _BLOCK.sub(lambda _: block, body, count=1)
    rest = _STATE.sub("", body).rstrip()
    return f"{rest}\n\n{block}\n" if rest else block
