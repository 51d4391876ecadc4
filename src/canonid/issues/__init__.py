"""Issues of kind needs-canonical-id: what they say, and the trackers that hold them."""

from __future__ import annotations

import os
from collections.abc import Iterable
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


def issue_files(places: Iterable[Path | None], root: Path) -> tuple[str, ...]:
    """Patterns for the files below `root` in which canonid keeps issues: they quote pages, and are none."""
    return (FOLDER, *(Path(os.path.relpath(place, root)).as_posix() for place in places if place))
