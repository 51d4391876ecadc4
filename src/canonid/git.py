"""What Git knows of a corpus: who works on it, which files were renamed and which changed; nothing without Git."""

from __future__ import annotations

import subprocess
from pathlib import Path

from canonid.errors import UsageError

_SECONDS = 20.0
_MOST_COMMITS = 2000
"""With a rename in them; a page that was renamed further back was seen by a run since."""
# Nothing that the repository configures is run, and no lock of a colleague's is waited for.
_GIT = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
_RENAMES = ("--find-renames", "--diff-filter=R", "--name-status", "-z", "--relative", "--no-ext-diff", "--no-textconv")
_CHANGES = ("--no-renames", "--diff-filter=d", "--name-only", "-z", "--relative", "--no-ext-diff", "--no-textconv")


def author(folder: Path) -> str | None:
    """`Name <address>` as Git would sign a commit there; None if it has not been told."""
    name, address = (_ask(folder, "config", f"user.{key}").strip() for key in ("name", "email"))
    if name and address:
        return f"{name} <{address}>"
    return name or address or None


def renamed_files(root: Path) -> dict[str, str]:
    """Files under `root` by their old path, with the path they have now; in commits and in what is not committed."""
    log = _ask(root, "log", "--format=", f"--max-count={_MOST_COMMITS}", *_RENAMES)
    pairs = [*reversed(_pairs(log)), *_pairs(_ask(root, "diff", *_RENAMES, "HEAD"))]
    now: dict[str, str] = {}
    for old, new in pairs:
        for first, last in now.items():
            if last == old:
                now[first] = new
        now[old] = new
    return now


def changed_files(folder: Path, revision: str) -> list[Path]:
    """Files under `folder` that are not as they were where `revision` and the present parted ways; new ones included.

    What was committed since, what was not, and what Git does not follow yet count alike; what it ignores does not.
    Raises UsageError if Git cannot tell.
    """
    start = _ask(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").strip()
    if not start:
        raise UsageError(f"Git knows no revision {revision!r} in {folder}; name a commit, branch or tag that is there")
    start = _ask(folder, "merge-base", start, "HEAD").strip() or start
    changed = _answer(folder, "diff", *_CHANGES, start, "--", ".")
    unknown = _answer(folder, "ls-files", "-z", "--others", "--exclude-standard", "--", ".")
    if changed is None or unknown is None:  # nothing would be checked, and look right
        raise UsageError(f"Git cannot tell what changed in {folder}; `git diff {revision}` there may say why")
    return [folder / name for name in sorted({*changed.split("\0"), *unknown.split("\0")} - {""})]


def _pairs(output: str) -> list[tuple[str, str]]:
    """Old and new path of each rename, out of `R100`, old, new between zeros."""
    parts = [part.strip("\n") for part in output.split("\0")]
    found = []
    while len(parts) >= 3:
        if parts[0].startswith("R") and parts[0][1:].isdigit():
            found.append((parts[1], parts[2]))
            parts = parts[3:]
        else:
            parts = parts[1:]
    return found


def _ask(folder: Path, *words: str) -> str:
    """What Git answers in `folder`; nothing if it cannot."""
    return _answer(folder, *words) or ""


def _answer(folder: Path, *words: str) -> str | None:
    """The same; None if it cannot, which is not the same as having nothing to say."""
    try:
        ran = subprocess.run(  # noqa: S603 - a fixed command
            [*_GIT, "-C", str(folder), *words], capture_output=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return ran.stdout.decode("utf-8", "surrogateescape") if ran.returncode == 0 else None
