"""Pages of a tracker's lists as they were last read, so that what has not changed need not be sent again."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from canonid.atomic import write_whole


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list."""

    url: str
    etag: str
    """What the tracker called this state of the page."""
    items: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder with one file a page; for its owner's eyes, because the issues may be those of a private repository.

    Nothing depends on it: without it, or with a damaged file, everything is read anew.
    """

    folder: Path

    def get(self, url: str) -> Page | None:
        """The page of this address as it was last read."""
        try:
            page = Page(**json.loads(self._file(url).read_bytes()))
        except (OSError, ValueError, TypeError):
            return None
        is_whole = page.url == url and isinstance(page.items, list)
        is_sendable = isinstance(page.etag, str) and page.etag.isascii() and page.etag.isprintable()
        return page if is_whole and is_sendable and all(isinstance(item, dict) for item in page.items) else None

    def put(self, page: Page) -> None:
        """Keep a page instead of its former state; where that is not possible, the next run asks in full."""
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self._file(page.url), (json.dumps(asdict(page)).encode(),), mode=0o600)

    def _file(self, url: str) -> Path:
        return self.folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.json"
