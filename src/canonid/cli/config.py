"""`canonid config`: the settings in force, and where each comes from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from canonid.cli import options
from canonid.cli.output import write
from canonid.reports import Format
from canonid.settings import KEYS, Settings, load_settings, plain


def config(
    path: Annotated[Path | None, typer.Argument(metavar="PATH", help="As it would be given to `check`.")] = None,
    form: options.FormatOption = None,
) -> None:
    """Print the settings in force and where each comes from.

    The text is a valid canonid.toml.
    """
    settings = load_settings(paths=[path] if path else [])
    write(_as_json(settings) if form is Format.JSON else _as_toml(settings), None)


def _as_json(settings: Settings) -> str:
    values = {
        key.name: {"value": plain(getattr(settings, key.attribute)), "origin": settings.origins[key.name]}
        for key in KEYS
    }
    document = {"config": plain(settings.config), "settings": values}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _as_toml(settings: Settings) -> str:
    lines = [f"# configuration file: {settings.config or 'none found'}"]
    table = ""
    for key in KEYS:
        owner, _, name = key.name.rpartition(".")
        if owner != table:
            lines += ["", f"[{owner}]"]
            table = owner
        value, origin = plain(getattr(settings, key.attribute)), settings.origins[key.name]
        lines.append(f"# {name} is not set" if value is None else f"{name} = {_toml(value)}  # {origin}")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    """A value as TOML; JSON's texts, numbers, booleans and lists are TOML's too."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
