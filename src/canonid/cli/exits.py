"""What the exit code of a command says."""

from __future__ import annotations

from enum import IntEnum

from canonid.model import Report, Severity, State, Verdict
from canonid.settings import FailOn


class ExitCode(IntEnum):
    """The exit codes, the same for every command."""

    CLEAN = 0
    """Nothing at or above `--fail-on`."""
    DISCREPANT = 1
    """At least one finding at or above `--fail-on`."""
    USAGE = 2
    """The command could not be carried out: usage, configuration, files, database, or a fault of canonid."""
    UNCHECKED = 3
    """No such finding, but something could not be checked."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C."""


_LEAST_RANK = {FailOn.ERROR: Severity.ERROR.rank, FailOn.WARNING: Severity.WARNING.rank}


def exit_code(report: Report, fail_on: FailOn) -> ExitCode:
    """The code for a report.

    Waived findings do not count. `FailOn.NEVER` silences findings only: what could not be checked is still said.
    """
    least = _LEAST_RANK.get(fail_on)
    counted = (finding for finding in report.findings if finding.state is not State.WAIVED)
    if least is not None and any(finding.severity.rank >= least for finding in counted):
        return ExitCode.DISCREPANT
    return ExitCode.UNCHECKED if _is_unchecked(report) else ExitCode.CLEAN


def _is_unchecked(report: Report) -> bool:
    """Whether a claim could not be checked, or stays open while an authority that might have decided it was silent.

    DrugBank without an export is no outage: claims of its own ids are unavailable anyway, others may do without it.
    """
    if any(judged.verdict is Verdict.UNAVAILABLE for judged in report.claims):
        return True
    silent = {subject for subject, authority in report.unanswered if authority != "drugbank"}
    undecided = (judged.claim.subject for judged in report.claims if judged.verdict is Verdict.UNDETERMINED)
    return any(subject in silent for subject in undecided)
