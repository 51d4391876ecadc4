"""One run from its beginning to its end: pages read, judged, compared with what is remembered, and recorded."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from canonid.corpus import fields_from
from canonid.gather import Progress
from canonid.judgement import Inputs, judge_corpus, program
from canonid.memory import Memory, changed_pages, held_elsewhere, recall, remember
from canonid.model import Page, Report
from canonid.settings import Settings, check_choice
from canonid.store.counts import read_counts
from canonid.store.lease import Holding, Lease, hold
from canonid.store.runs import record_run
from canonid.waiver_file import find_waivers, read_waivers
from canonid.wiring import (
    catalogue_path,
    corpus_root,
    folders_among,
    judgement_path,
    news_channels,
    open_session,
    read_texts,
)

if TYPE_CHECKING:
    from canonid.schedule.cron import Timetable
    from canonid.schedule.log import EventLog
    from canonid.schedule.service import Service


def run_job(
    settings: Settings,
    paths: Sequence[Path],
    *,
    remember: bool,
    progress: Progress | None = None,
    wait: float = 0.0,
    on_wait: Callable[[Holding], None] | None = None,
) -> Report:
    """Check `paths` and record the run; `remember` brings discrepancies and counts of trials up to date as well.

    Only one run at a time may do that on one store: another is waited for at most `wait` seconds, `on_wait` told of it.
    """
    if not remember:
        return run_leased(settings, paths, None, progress=progress)
    read_texts(settings, paths)  # or is refused, before another run is waited for
    with hold(settings.database, wait=wait, on_wait=on_wait) as lease:
        return run_leased(settings, paths, lease, progress=progress)


def run_leased(
    settings: Settings,
    paths: Sequence[Path],
    lease: Lease | None,
    *,
    stop: threading.Event | None = None,
    progress: Progress | None = None,
) -> Report:
    """The same under a lease that the caller has, None to remember nothing; `stop` ends it early with Stopped."""
    with open_run(settings, paths, lease, stop=stop, progress=progress) as (report, _, _):
        return report


Judge = Callable[[Sequence[Page]], Report]
"""Says of the pages of a run, some of them edited, what a run would say of them; nothing of it is recorded."""


@contextmanager
def open_run(
    settings: Settings,
    paths: Sequence[Path],
    lease: Lease | None,
    *,
    stop: threading.Event | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[Report, Sequence[Page], Judge]]:
    """The same, as long as more is to be learnt from the run: its report, its pages, and what judges these again."""
    check_choice(settings)
    root = corpus_root(settings, paths)
    waivers = read_waivers(find_waivers(root, paths), root)
    memory = Memory(settings.database, root, waivers, folders_among(paths))
    texts, fields = tuple(read_texts(settings, paths)), fields_from(settings.fields)
    is_scarce = settings.max_requests is not None and not settings.offline
    with open_session(settings, progress, stop) as session:
        inputs = Inputs(
            texts,
            fields,
            settings.shared,
            read_counts(settings.database),
            held_elsewhere(memory, {source.path for source, _ in texts}, fields),
            catalogue_path(settings),
        )
        pages, report = judge_corpus(
            inputs,
            session.gatherer,
            session.store,
            judgement_path(settings),
            keep=lease is not None,
            first=lambda pages: changed_pages(settings.database, pages) if is_scarce else (),
        )
        if lease is not None:
            lease.check()
            report = remember(memory, pages, report)
        else:
            report = recall(memory, pages, report)
        record_run(settings.database, report, str(root), counts=report.counts if lease is not None else ())

        def judge(edited: Sequence[Page]) -> Report:
            session.gatherer.start_over()
            return recall(memory, edited, inputs.judge(edited, session.gatherer))

        yield report, pages, judge


def open_service(
    settings: Settings, paths: Sequence[Path], timetable: Timetable | None, log: EventLog, *, lasts: float, wait: float
) -> Service:
    """The job as a service, which is due when `timetable` says so.

    Two schedulers are one schedule if they have timetable, time zone and paths in common.
    """
    from canonid.schedule.service import Service  # noqa: PLC0415 - brings servers and clients for the outside

    check_choice(settings)
    program()  # before anything else can be installed in the place of what is running
    where = " ".join(sorted({os.path.realpath(path) for path in paths}))

    def job(lease: Lease, stop: threading.Event) -> Report:
        return run_leased(settings, paths, lease, stop=stop)

    return Service(
        settings.database,
        job,
        log,
        timetable,
        f"{timetable.cron} {timetable.zone} {where}" if timetable else where,
        news_channels(settings),
        lasts,
        wait,
    )
