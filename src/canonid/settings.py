"""What the user has set, and where: flag before environment before `canonid.toml` before default.

Tokens are no settings: they come from the environment alone, where the code that needs one reads it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from canonid import setting_kinds as kinds
from canonid.config_file import find_config, read_config
from canonid.errors import SettingsError
from canonid.reports import Format


class FailOn(StrEnum):
    """The least severity that makes the exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a command needs to know before it starts; every path is absolute."""

    database: Path
    offline: bool = False
    contact: str | None = None
    """An e-mail address for the User-Agent, so that an authority can write before it blocks."""
    drugbank: tuple[Path, ...] = ()
    evidence: tuple[Path, ...] = ()
    chembl_url: str = "https://www.ebi.ac.uk/chembl/api/data"
    pubchem_url: str = "https://pubchem.ncbi.nlm.nih.gov/rest/pug"
    clinicaltrials_url: str = "https://clinicaltrials.gov/api/v2"
    fail_on: FailOn = FailOn.ERROR
    select: tuple[str, ...] = ()
    """Codes or beginnings of codes to show; empty means all."""
    ignore: tuple[str, ...] = ()
    format: Format = Format.TEXT
    max_requests: int | None = None
    found_days: int = 30
    not_found_days: int = 3
    trials_days: int = 7
    exclude: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Front-matter keys in addition to (or instead of) the built-in ones, as `[corpus.fields]` has them."""
    shared: Mapping[str, str] = field(default_factory=dict)
    """Identifiers that several pages may rightly carry, with the reason."""
    webhook: str | None = None
    """`env:NAME`: the variable that holds the address to which news of a scheduled run are sent."""
    webhook_sends: str = "full"
    mail_server: str | None = None
    """`env:NAME`: the variable that holds `smtp://user:password@host:port`."""
    mail_from: str | None = None
    mail_to: tuple[str, ...] = ()
    github_url: str = "https://api.github.com"
    gitlab_url: str = "https://gitlab.com/api/v4"
    repository: str | None = None
    """Where issues live: `owner/name` at GitHub, the path or number of a project at GitLab."""
    labels: tuple[str, ...] = ("needs-canonical-id",)
    """Of new issues; by the first one canonid finds them again."""
    folder: Path | None = None
    """Where issues are kept as files; by default `canonid-issues` beside `canonid.toml`."""
    dashboard: Path | None = None
    """One file in which issues are kept instead."""
    close_after_runs: int = 2
    """An issue is closed when so many runs that could have found it again did not …"""
    close_after_days: int = 1
    """… and the first of them is so many days ago."""
    config: Path | None = None
    """The file that was read, if there is one."""
    home: Path = field(default_factory=Path)
    """The directory of that file, or the working directory."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Where the value of each key comes from, by dotted key."""


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: how it is spelt in a file, which attribute holds it, and how a raw value is read.

    `read` gets the raw value and the directory that relative paths start from; it raises ValueError with what it
    expected.
    """

    name: str
    read: kinds.Read
    environment: str | None = None
    from_text: Callable[[str], object] = str
    """Makes of a text, which is all that the environment has, what a file would say."""
    may_be_secret: bool = False
    """Whether somebody may have written a secret there by mistake, which no message must repeat."""

    @property
    def attribute(self) -> str:
        """The attribute of `Settings`: the last part of the dotted name."""
        return self.name.rpartition(".")[2]


KEYS: tuple[Key, ...] = (
    Key("database", kinds.read_database, "CANONID_DATABASE"),
    Key("offline", kinds.read_flag, "CANONID_OFFLINE", kinds.flag_from_text),
    Key("contact", kinds.read_contact, "CANONID_CONTACT"),
    Key("drugbank", kinds.read_paths, "CANONID_DRUGBANK", kinds.paths_from_text),
    Key("evidence", kinds.read_paths),
    Key("chembl_url", kinds.read_url, "CANONID_CHEMBL_URL"),
    Key("pubchem_url", kinds.read_url, "CANONID_PUBCHEM_URL"),
    Key("clinicaltrials_url", kinds.read_url, "CANONID_CLINICALTRIALS_URL"),
    Key("github_url", kinds.read_url, "CANONID_GITHUB_URL"),
    Key("gitlab_url", kinds.read_url, "CANONID_GITLAB_URL"),
    Key("fail_on", kinds.one_of(FailOn)),
    Key("select", kinds.read_codes),
    Key("ignore", kinds.read_codes),
    Key("format", kinds.one_of(Format)),
    Key("max_requests", kinds.read_count),
    Key("freshness.found_days", kinds.read_days),
    Key("freshness.not_found_days", kinds.read_days),
    Key("freshness.trials_days", kinds.read_days),
    Key("corpus.exclude", kinds.list_of(kinds.read_text, "a list of patterns")),
    Key("corpus.fields", kinds.read_table),
    Key("corpus.shared", kinds.read_reasons),
    Key("notify.webhook", kinds.read_variable, may_be_secret=True),
    Key("notify.webhook_sends", kinds.read_sent),
    Key("notify.mail_server", kinds.read_variable, may_be_secret=True),
    Key("notify.mail_from", kinds.read_address),
    Key("notify.mail_to", kinds.list_of(kinds.read_address, "a list of e-mail addresses")),
    Key("issues.repository", kinds.read_repository),
    Key("issues.labels", kinds.read_labels),
    Key("issues.folder", kinds.read_path),
    Key("issues.dashboard", kinds.read_page),
    Key("issues.close_after_runs", kinds.read_count),
    Key("issues.close_after_days", kinds.read_days),
)
_BY_NAME = {key.name: key for key in KEYS}
_TABLES = frozenset(key.name.partition(".")[0] for key in KEYS if "." in key.name)


@dataclass(frozen=True, slots=True)
class _Value:
    value: Any
    origin: str


def load_settings(
    flags: Mapping[str, object] | None = None,
    *,
    paths: Sequence[Path] = (),
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Settings:
    """The settings in force for a command that was given `paths`.

    `flags` holds those that were really given, by key. Raises SettingsError, naming the place, for what cannot be used.
    """
    cwd = Path.cwd() if cwd is None else cwd
    config = find_config(paths, cwd)
    home = config.parent if config else cwd
    layers = (
        _read_flags(flags or {}, cwd),
        _read_environment(os.environ if environ is None else environ, cwd),
        _read_config(config) if config else {},
    )
    values: dict[str, _Value] = {"database": _Value(home / "cache" / "canonid.sqlite", "default")}
    for layer in reversed(layers):
        values.update(layer)
    return Settings(
        **{_BY_NAME[name].attribute: value.value for name, value in values.items()},
        config=config,
        home=home,
        origins={key.name: values[key.name].origin if key.name in values else "default" for key in KEYS},
    )


def _read_flags(flags: Mapping[str, object], cwd: Path) -> dict[str, _Value]:
    values = {}
    for name, raw in flags.items():
        flag = "--" + name.replace("_", "-")
        values[name] = _Value(_read(_BY_NAME[name], raw, cwd, flag), f"flag {flag}")
    return values


def _read_environment(environ: Mapping[str, str], cwd: Path) -> dict[str, _Value]:
    known = {key.environment: key for key in KEYS if key.environment is not None}
    values = {}
    for variable, raw in sorted(environ.items()):
        if (key := known.get(variable)) is not None:
            if raw:
                values[key.name] = _Value(_read(key, key.from_text(raw), cwd, variable), f"environment {variable}")
        elif variable.startswith("CANONID_"):
            _refuse_typo(variable, known)
    return values


def _refuse_typo(variable: str, known: Iterable[str]) -> None:
    """Stop at a variable that is nearly one of ours; leave the rest alone, others may set `CANONID_VERSION`."""
    names = {name.removeprefix("CANONID_"): name for name in known}
    if meant := closest(variable.removeprefix("CANONID_"), names, cutoff=0.8):
        raise SettingsError(f"environment variable {variable} is not known; did you mean {names[meant]}?")


def _read_config(file: Path) -> dict[str, _Value]:
    values = {}
    for entry in read_config(file, _TABLES):
        if entry.name not in _BY_NAME:
            raise SettingsError(f"{entry.place}: {_unknown(entry.name)}")
        value = _read(_BY_NAME[entry.name], entry.value, file.parent, f"{entry.place}: {entry.name}")
        values[entry.name] = _Value(value, entry.place)
    return values


def _read(key: Key, raw: object, base: Path, place: str) -> Any:
    try:
        return key.read(raw, base)
    except ValueError as error:
        if key.may_be_secret or "://" in repr(raw):  # an address may hold a password, wherever somebody puts it
            raise SettingsError(f"{place} should be {error}") from None
        raise SettingsError(f"{place} should be {error}, not {raw!r}") from error


def _unknown(name: str) -> str:
    if name in _TABLES:
        return f"{name!r} is a table; write [{name}] on a line of its own, and its keys below"
    words = {table: table for table in _TABLES}
    words |= {key.attribute: key.name for key in KEYS} | {key.name: key.name for key in KEYS}
    meant = closest(name, words) or closest(name.rpartition(".")[2], words)
    if meant:
        return f"there is no setting {name!r}; did you mean {words[meant]!r}?"
    return f"there is no setting {name!r}; the settings are: {', '.join(_BY_NAME)}"


def plain(value: Any) -> Any:
    """A value of `Settings` as JSON and TOML have it."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value


def check_choice(settings: Settings) -> None:
    """Raise SettingsError for a code in `select` or `ignore` that no rule has."""
    check_codes("select", settings.select)
    check_codes("ignore", settings.ignore)


def check_codes(name: str, wanted: Iterable[str]) -> None:
    """Raise SettingsError for a code that no rule's begins with: a typo would hide or show too much."""
    from canonid.rules import RULES  # noqa: PLC0415 - `--help` needs no rules

    codes = [rule.code for rule in RULES]
    for code in wanted:
        if not any(known.startswith(code) for known in codes):
            meant = closest(code, codes)
            advice = f"did you mean {meant}?" if meant else "`canonid explain` lists them"
            raise SettingsError(f"{name}: no rule has a code that begins with {code!r}; {advice}")


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word that `word` was most likely meant to be, or None if nothing comes near."""
    import difflib  # noqa: PLC0415 - only when something is misspelt

    by_fold = {name.casefold(): name for name in known}
    matches = difflib.get_close_matches(word.casefold(), by_fold, n=1, cutoff=cutoff)
    return by_fold[matches[0]] if matches else None
