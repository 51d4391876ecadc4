"""`canonid check`: the same without memory."""

from __future__ import annotations

from canonid.cli import options
from canonid.cli.job import run_job


def check(
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
    since: options.Since = None,
    hook: options.Hook = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Check all claims, leaving the discrepancies alone.

    For pre-commit and continuous integration: the report and the exit code are those of `reconcile`.
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
    run_job(paths, flags, remember=False, output=output, quiet=quiet, verbose=verbose, hook=hook, since=since)
