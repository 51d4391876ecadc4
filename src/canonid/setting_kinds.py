"""What a setting can be: each function reads one kind of value, and raises ValueError with what it expected.

A reader gets the raw value and the directory that relative paths start from.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Read = Callable[[Any, Path], Any]


def _need(condition: bool, expected: str) -> None:
    if not condition:
        raise ValueError(expected)


def read_text(value: Any, _: Path) -> str:
    """Any text that is not blank."""
    _need(isinstance(value, str) and bool(value.strip()), "a text")
    return str(value).strip()


def read_contact(value: Any, base: Path) -> str:
    """A text that can stand in a header."""
    text = read_text(value, base)
    # It becomes part of a header: a line break in it would start another one.
    _need(text.isprintable() and text.isascii(), "an e-mail address or URL in plain ASCII, on one line")
    return text


def read_flag(value: Any, _: Path) -> bool:
    """True or false."""
    _need(isinstance(value, bool), "true or false")
    return bool(value)


def flag_from_text(text: str) -> object:
    """What a file would say for a word such as `yes`."""
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    return words.get(text.strip().lower(), text)


def read_count(value: Any, _: Path) -> int:
    """A whole number that is not negative."""
    _need(isinstance(value, int) and not isinstance(value, bool) and value >= 0, "a whole number, 0 or more")
    return int(value)


def read_days(value: Any, base: Path) -> int:
    """A number of days."""
    days = read_count(value, base)
    _need(days <= 36_500, "a number of days, at most 36500")
    return days


def read_url(value: Any, base: Path) -> str:
    """An address without user name and password, and without a slash at the end."""
    text = read_text(value, base) if isinstance(value, str) else ""
    _need(text.startswith(("http://", "https://")), "a URL that starts with https:// or http://")
    _need(text.isprintable() and " " not in text and _has_host(text), "a URL with a host and, if any, a valid port")
    # Addresses are shown, and kept with every reply: what is part of one is no secret.
    _need("@" not in text.split("/")[2], "a URL without user name and password")
    return text.rstrip("/")


def _has_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def read_path(value: Any, base: Path) -> Path:
    """An absolute path."""
    if isinstance(value, Path):
        value = str(value)
    _need(isinstance(value, str) and bool(value), "a path")
    return Path(os.path.normpath(base / Path(value).expanduser()))


def read_page(value: Any, base: Path) -> Path:
    """The absolute path of a Markdown file."""
    path = read_path(value, base)
    _need(path.suffix == ".md", "the path of a file that ends in .md")
    return path


def read_database(value: Any, base: Path) -> Path:
    """The absolute path of a database that outlives the run."""
    if isinstance(value, str) and "://" in value:
        scheme, _, rest = value.partition("://")
        _need(scheme == "sqlite" and rest.startswith("/") and len(rest) > 1, "a path, or sqlite:/// and a path")
        value = rest[1:]
    _need(value != ":memory:", "a path: the store has to outlive the run")
    return read_path(value, base)


def list_of(read: Read, expected: str) -> Read:
    """A reader of lists, of whose parts each is read by `read`."""

    def read_list(value: Any, base: Path) -> tuple[Any, ...]:
        _need(isinstance(value, (list, tuple)), expected)
        return tuple(read(part, base) for part in value)

    return read_list


def paths_from_text(text: str) -> object:
    """The parts of a list as `PATH` has them."""
    return [part for part in text.split(os.pathsep) if part]


def read_codes(value: Any, _: Path) -> tuple[str, ...]:
    """Codes or their beginnings, in capitals."""
    expected = 'a list of codes such as ["ID301", "ID4"]'
    _need(isinstance(value, (list, tuple)) and all(isinstance(text, str) for text in value), expected)
    codes = [code.strip().upper() for text in value for code in text.split(",")]
    _need(all(codes), expected)  # an empty one begins every code: the variable of a script that was never set
    return tuple(codes)


def one_of(choices: type[StrEnum]) -> Read:
    """A reader of the members of an enumeration."""

    def read(value: Any, _: Path) -> StrEnum:
        _need(value in list(choices), "one of " + ", ".join(choices))
        return choices(value)

    return read


def read_variable(value: Any, base: Path) -> str:
    """`env:NAME`."""
    text = read_text(value, base) if isinstance(value, str) else ""
    name = text.removeprefix("env:")
    _need(
        text.startswith("env:") and name.isascii() and name.isidentifier(),
        '"env:NAME" with the name of an environment variable (the address itself is a secret, not for a file)',
    )
    return text


def read_address(value: Any, base: Path) -> str:
    """An e-mail address."""
    text = read_text(value, base) if isinstance(value, str) else ""
    _need("@" in text and text.isprintable(), "an e-mail address")
    return text


def read_repository(value: Any, base: Path) -> str:
    """Where issues live."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    text = read_text(text, base) if isinstance(text, str) else ""
    is_plain = all(char.isalnum() or char in "._-/" for char in text)
    _need(is_plain and ".." not in text and bool(text.strip("./")), "owner/name, or the path or number of a project")
    return text.strip("/")


def read_labels(value: Any, base: Path) -> tuple[str, ...]:
    """At least one label."""
    expected = "a list of at least one label, none with a comma"
    labels = list_of(read_text, expected)(value, base)
    _need(bool(labels) and not any("," in label for label in labels), expected)
    return tuple(labels)


def read_sent(value: Any, _: Path) -> str:
    """What of the news is sent."""
    _need(value in {"full", "text"}, "one of full, text")
    return str(value)


def read_table(value: Any, _: Path) -> dict[str, Any]:
    """A table."""
    _need(isinstance(value, dict), "a table")
    return dict(value)


def read_reasons(value: Any, base: Path) -> dict[str, str]:
    """A table of texts."""
    table = read_table(value, base)
    _need(
        all(isinstance(reason, str) and reason.strip() for reason in table.values()),
        'a table of identifiers with the reason why pages may share each ("CHEMBL25" = "…")',
    )
    return table


read_paths = list_of(read_path, "a list of paths")
"""A list of absolute paths."""
