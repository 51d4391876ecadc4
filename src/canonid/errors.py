"""Every error that canonid raises on purpose, under one root.

    CanonidError
    ├── UsageError               what was asked for cannot be done (exit code 2)
    │   ├── SettingsError        an unknown key or a bad value in flags, environment or canonid.toml
    │   └── CorpusError          no such path, no file matched, a page that cannot be read
    │       └── NoClaim          the pages claim nothing
    ├── StoreError               the database cannot be opened, read or written (exit code 2)
    │   ├── LeaseTaken           another run is at work on the same store
    │   └── LeaseLost            another run took over while this one was held up
    ├── ExportError              a DrugBank export is not what it should be; names file, line and reason (exit code 2)
    ├── TrackerError             an issue tracker cannot be read or written; what was done stays done (exit code 2)
    ├── AuthorityUnavailable     an authority could not be asked; never means "no such record"
    └── Stopped                  a run was asked to stop, and did where nothing is left half done (exit code 130)

A message says what is wrong and what to do next; it is shown to the user as it stands.
"""

from __future__ import annotations


class CanonidError(Exception):
    """Root of all errors that canonid raises on purpose."""


class UsageError(CanonidError):
    """The command cannot be carried out as given."""


class SettingsError(UsageError):
    """A setting is unknown or has a value that cannot be used."""


class CorpusError(UsageError):
    """The corpus cannot be read, or holds nothing to check."""


class NoClaim(CorpusError):
    """The pages can be read and claim nothing: the wrong folder, or fields that nobody knows."""


class StoreError(CanonidError):
    """The database cannot be opened, read or written."""


class LeaseTaken(StoreError):
    """Another run is at work on the same store."""


class LeaseLost(StoreError):
    """Another run took over while this one was held up, for longer than its lease lasts."""


class ExportError(CanonidError):
    """A supplied export is truncated, hostile or of an unknown form."""


class TrackerError(CanonidError):
    """An issue tracker cannot be read or written; never holds a token."""


class AuthorityUnavailable(CanonidError):
    """An authority cannot be asked now.

    `reason` is a sentence for the report ("PubChem did not answer within 30 s; try again later").
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Stopped(CanonidError):
    """A run was asked to stop; what it had received is stored, and nothing is left half done."""
