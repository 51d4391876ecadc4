"""Issues of kind needs-canonical-id: what they say, and the trackers that hold them."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path

FOLDER = "canonid-issues"
"""Where issues are kept as files, unless the settings name another folder."""


class Kind(StrEnum):
    """The trackers that there are."""

    MARKDOWN = "markdown"
    GITHUB = "github"
    GITLAB = "gitlab"


class Per(StrEnum):
    """How findings are gathered into issues."""

    PAGE = "page"
    FINDING = "finding"


def issue_files(folder: Path | None, root: Path) -> tuple[str, ...]:
    """Patterns for the issues that canonid keeps as files below `root`: they quote pages, and are none."""
    return (FOLDER, Path(os.path.relpath(folder, root)).as_posix()) if folder else (FOLDER,)
