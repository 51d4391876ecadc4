"""Whether canonid can work here: authorities, clock, database, exports, settings and versions, and what to do."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from canonid import __version__
from canonid.authorities.drugbank.lookup import Catalogue, ImportedExport
from canonid.authorities.probe import Pulse
from canonid.errors import AuthorityUnavailable, StoreError
from canonid.identifiers import AUTHORITIES
from canonid.model import Severity
from canonid.store.health import DatabaseHealth, examine_database

_MOST_SKEW = timedelta(minutes=5)
_OLD_EXPORT = timedelta(days=365)
_RELEASES = "https://go.drugbank.com/releases"
_SOUND_STATES = ("green", "up")
_LIBRARIES = (
    "chembl-webresource-client", "httpx", "lxml", "pubchempy", "pyyaml", "rich", "sqlmodel", "tenacity", "typer",
)  # fmt: skip


class Probed(Protocol):
    """An authority that can be asked whether it is there."""

    @property
    def name(self) -> str:
        """As in `identifiers.AUTHORITIES`."""
        ...

    def probe(self) -> Pulse:
        """Make one small request; raises AuthorityUnavailable with what to do."""
        ...


@dataclass(frozen=True, slots=True)
class AuthorityHealth:
    """What became of asking one authority."""

    name: str
    url: str
    pulse: Pulse | None = None
    skew: timedelta | None = None
    """How far its clock is ahead of ours; None if it does not say."""
    reason: str | None = None
    """Why it cannot be reached, and what to do."""

    @property
    def standing(self) -> str:
        """`ok`, `unreachable` or `not asked`."""
        if self.reason is not None:
            return "unreachable"
        return "not asked" if self.pulse is None else "ok"


@dataclass(frozen=True, slots=True)
class ExportsHealth:
    """The DrugBank exports that were imported."""

    catalogue: Path
    exports: tuple[ImportedExport, ...] = ()
    problem: str | None = None
    """Why the catalogue cannot be read."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A setting that is not at its default."""

    name: str
    value: Any
    origin: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the diagnosis is about."""

    database: Path
    catalogue: Path
    urls: Mapping[str, str]
    """By authority."""
    files: Mapping[str, Sequence[Path]]
    """The files that settings name, by setting: without them no run begins."""
    settings: tuple[Changed, ...] = ()
    config: Path | None = None
    contact: str | None = None
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to do, or to know."""

    severity: Severity
    """ERROR: no run can do its work; WARNING: it will do less than it could; INFO: good to know."""
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that was found."""

    at: datetime
    about: Surroundings
    authorities: tuple[AuthorityHealth, ...]
    database: DatabaseHealth
    drugbank: ExportsHealth
    versions: Mapping[str, str]
    remarks: tuple[Remark, ...]
    """The gravest first."""

    @property
    def is_unusable(self) -> bool:
        """Whether no run can begin: the database or a file that the settings name cannot be used."""
        return any(remark.severity is Severity.ERROR for remark in self.remarks)

    @property
    def is_cut_off(self) -> bool:
        """Whether some authority cannot answer."""
        return any(each.reason for each in self.authorities) or self.drugbank.problem is not None


def examine(
    about: Surroundings, authorities: Sequence[Probed], clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Diagnosis:
    """Look at everything; each authority is asked once, all at the same time, and none if `about.offline`."""
    probed = _probe_all(about, authorities, clock)
    database, drugbank = examine_database(about.database), _examine_exports(about.catalogue)
    remarks = [
        *_on_files(about, database),
        *_on_authorities(probed),
        *_on_clock(probed),
        *_on_exports(drugbank, clock().date()),
        *_on_settings(about),
    ]
    remarks.sort(key=lambda remark: -remark.severity.rank)
    return Diagnosis(clock(), about, probed, database, drugbank, versions(), tuple(remarks))


def versions(libraries: Sequence[str] = _LIBRARIES) -> dict[str, str]:
    """What is installed, for a report of a fault."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - 20 ms to import

    found = {
        "canonid": __version__,
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "system": platform.platform(),
    }
    for library in libraries:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = "missing"
    return found


def _probe_all(
    about: Surroundings, authorities: Sequence[Probed], clock: Callable[[], datetime]
) -> tuple[AuthorityHealth, ...]:
    if about.offline or not authorities:
        return tuple(AuthorityHealth(authority.name, about.urls[authority.name]) for authority in authorities)
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only where somebody is asked

    with ThreadPoolExecutor(len(authorities)) as pool:
        return tuple(pool.map(lambda authority: _probe(about.urls[authority.name], authority, clock), authorities))


def _probe(url: str, authority: Probed, clock: Callable[[], datetime]) -> AuthorityHealth:
    try:
        pulse = authority.probe()
    except AuthorityUnavailable as error:
        return AuthorityHealth(authority.name, url, reason=error.reason)
    return AuthorityHealth(authority.name, url, pulse, pulse.clock - clock() if pulse.clock else None)


def _examine_exports(catalogue: Path) -> ExportsHealth:
    try:
        with Catalogue.opened(catalogue) as found:
            return ExportsHealth(catalogue, found.exports if found else ())
    except StoreError as error:
        return ExportsHealth(catalogue, problem=str(error))


def _on_files(about: Surroundings, database: DatabaseHealth) -> Iterator[Remark]:
    yield from (Remark(Severity.ERROR, "database", problem) for problem in database.problems)
    for setting, files in about.files.items():
        for file in files:
            if not os.access(file, os.R_OK) or not file.is_file():
                text = f"{file} cannot be read; no run begins without it: put it there, or change the setting {setting}"
                yield Remark(Severity.ERROR, "settings", text)


def _on_authorities(authorities: Sequence[AuthorityHealth]) -> Iterator[Remark]:
    for each in authorities:
        if each.reason is not None:
            yield Remark(Severity.WARNING, each.name, each.reason)
        for what, state in each.pulse.state.items() if each.pulse else ():
            if not state.lower().startswith(_SOUND_STATES):
                text = f"{AUTHORITIES[each.name]} says {what}: {state}; canonid asks more slowly, or wait a while"
                yield Remark(Severity.WARNING, each.name, text)


def _on_clock(authorities: Sequence[AuthorityHealth]) -> Iterator[Remark]:
    off = [each for each in authorities if each.skew is not None and abs(each.skew) > _MOST_SKEW]
    if off:
        skew = off[0].skew or timedelta()
        length = abs(skew)
        far = f"{length.days:,} days" if length.days > 1 else f"{round(length.total_seconds() / 60):,} minutes"
        yield Remark(
            Severity.WARNING,
            "clock",
            f"the clock of this machine is {far} {'behind' if skew > timedelta() else 'ahead of'} "
            f"that of {', '.join(AUTHORITIES[each.name] for each in off)}; set it, because the age of every reply "
            "is counted by it",
        )


def _on_exports(drugbank: ExportsHealth, today: date) -> Iterator[Remark]:
    if drugbank.problem is not None:
        yield Remark(Severity.WARNING, "drugbank", drugbank.problem)
    elif not drugbank.exports:
        text = (
            f"no DrugBank export was imported, so DrugBank ids stay unchecked; download the vocabulary (CC0) or "
            f"another export from {_RELEASES} and run `canonid drugbank import FILE`"
        )
        yield Remark(Severity.INFO, "drugbank", text)
    days = [day for export in drugbank.exports if (day := export.dated)]
    if days and today - max(days) > _OLD_EXPORT:
        text = f"the newest DrugBank export is of {max(days)}; import a newer one from {_RELEASES}"
        yield Remark(Severity.WARNING, "drugbank", text)
    if drugbank.exports and not any("id" in export.decides for export in drugbank.exports):
        text = (
            "the DrugBank exports are excerpts, so that an id that they lack stays unchecked; import the whole "
            "vocabulary"
        )
        yield Remark(Severity.INFO, "drugbank", text)


def _on_settings(about: Surroundings) -> Iterator[Remark]:
    if about.contact is None:
        text = (
            "no contact is set; give an e-mail address (contact in canonid.toml, or CANONID_CONTACT) so that an "
            "authority can write before it blocks"
        )
        yield Remark(Severity.INFO, "settings", text)
