"""`canonid reconcile`: the job."""

from __future__ import annotations

from canonid.cli import options
from canonid.cli.job import run_job


def reconcile(
    *,
    paths: options.Paths = None,
    form: options.ReportFormat = None,
    output: options.Output = None,
    offline: options.Offline = None,
    database: options.Database = None,
    drugbank: options.Drugbank = None,
    select: options.Select = None,
    ignore: options.Ignore = None,
    fail_on: options.FailOnOption = None,
    max_requests: options.MaxRequests = None,
    wait: options.Wait = 0.0,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Check all claims and keep the discrepancies up to date.

    This is the main job: it records the run and what is new, gone or back since the last one. Only one such run at a
    time may work on one store.
    """
    flags = options.given(
        format=form,
        offline=offline,
        database=database,
        drugbank=drugbank,
        select=select,
        ignore=ignore,
        fail_on=fail_on,
        max_requests=max_requests,
    )
    run_job(paths, flags, remember=True, output=output, quiet=quiet, verbose=verbose, wait=wait)
