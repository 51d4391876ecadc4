"""What can be seen of a run while it waits for authorities."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from canonid.gather import Progress


@contextmanager
def show_progress(*, quiet: bool, in_bytes: bool = False) -> Iterator[Progress | None]:
    """A bar an authority (or a file, `in_bytes`) on standard error while the block runs; none if nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only for somebody who watches
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - as above
    from rich.progress import Progress as Bars  # noqa: PLC0415 - as above

    amount = DownloadColumn() if in_bytes else MofNCompleteColumn()
    columns = (TextColumn("{task.description:<14}"), BarColumn(), amount, TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks = {}

        def advance(authority: str, answered: int, asked: int) -> None:
            if authority not in tasks:
                tasks[authority] = bars.add_task(authority)
            bars.update(tasks[authority], completed=answered, total=asked)

        yield advance
