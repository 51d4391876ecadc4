"""Finding and reading `canonid.toml`: which file counts, and on which line each of its keys stands."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from errno import ENAMETOOLONG
from pathlib import Path
from typing import Any

from canonid.errors import SettingsError

CONFIG_NAME = "canonid.toml"


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a file: its dotted name, its value as TOML has it, and `file:line` where it stands."""

    name: str
    value: Any
    place: str


def find_config(paths: Sequence[Path], cwd: Path) -> Path | None:
    """The configuration file nearest upward from the first path, or else from the working directory.

    In each directory `canonid.toml` comes before a `pyproject.toml` with a table `[tool.canonid]`. Raises SettingsError
    where that cannot be told: to go on without the settings that are meant would be to check something else.
    """
    starts = [cwd / paths[0], cwd] if paths else [cwd]
    for start in (Path(os.path.normpath(start)) for start in starts):
        for directory in (start, *start.parents):
            if _is_file(file := directory / CONFIG_NAME):
                return file
            # Somebody else's pyproject.toml may be broken: that is not ours to report unless it speaks of us.
            if _is_file(file := directory / "pyproject.toml") and "[tool.canonid" in _read_text(file):
                return file
    return None


def read_config(file: Path, tables: Set[str]) -> list[Entry]:
    """The keys of `file`; those of the tables named in `tables` with a dotted name.

    Raises SettingsError if the file cannot be read or is not TOML.
    """
    import tomllib  # noqa: PLC0415 - only when there is a file to read

    text = _read_text(file)
    try:
        tree: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not valid TOML: {error}") from error
    prefix = ""
    if file.name != CONFIG_NAME:
        tree, prefix = tree.get("tool", {}).get("canonid", {}), "tool.canonid."
    lines = dict(_key_lines(text))
    return [
        Entry(name, value, f"{file}:{lines[prefix + name]}" if prefix + name in lines else str(file))
        for name, value in _flatten(tree, tables)
    ]


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError as error:
        if error.errno == ENAMETOOLONG:
            return False
        raise SettingsError(f"{file} cannot be looked for: {error.strerror}") from error


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file} cannot be read: {error}; save it as UTF-8") from error


def _flatten(tree: Mapping[str, Any], tables: Set[str], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if not prefix and key in tables and isinstance(value, dict):
            yield from _flatten(value, tables, f"{key}.")
        else:
            yield prefix + key, value


def _key_lines(text: str) -> Iterator[tuple[str, int]]:
    """The line of each dotted key, as far as plain reading finds it (a multi-line text may mislead it)."""
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if stripped.startswith("[") and "=" not in stripped:
            table = stripped.partition("]")[0].strip("[ ").replace('"', "")
            yield table, number
        elif "=" in stripped and not stripped.startswith("#"):
            key = stripped.partition("=")[0].strip().replace('"', "")
            yield f"{table}.{key}" if table else key, number
