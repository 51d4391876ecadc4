"""`.canonid/waivers.toml`: read with the line of every mistake, and changed entry by entry.

A curator edits it by hand and reviews it as a diff, so that a change touches the lines of one entry and leaves
comments, order and spelling of all others as they are.
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from canonid.atomic import write_whole
from canonid.errors import SettingsError
from canonid.model import fingerprint_of
from canonid.waiver import Waiver

FILE = Path(".canonid", "waivers.toml")
"""Where it lies in the corpus root."""
_INTRODUCTION = (
    "# Discrepancies that curators decided to live with. `canonid discrepancies waive` adds to this file;\n"
    "# it may be edited by hand.\n"
)
_KEYS = ("fingerprint", "code", "subject", "field", "claimed", "who", "reason", "until")
_NEEDED = ("fingerprint", "code", "subject", "field", "who", "reason")
_HEADER = re.compile(r"\s*\[\[\s*waiver\s*\]\]\s*(?:#.*)?$")
_KEY = re.compile(r"\s*[\"']?([\w-]+)[\"']?\s*=")
_WHERE = re.compile(r"^(.*) \(at line (\d+), column \d+\)$", re.DOTALL)


def find_waivers(root: Path, paths: Sequence[Path]) -> Path:
    """The file of a corpus: in its root, or else nearest upward from what is checked of it."""
    starts = (Path(os.path.abspath(path)) for path in paths)  # noqa: PTH100 - Path.absolute keeps ".."
    folders = (root, *(folder for start in starts for folder in (start, *start.parents)))
    return next((file for folder in folders if (file := folder / FILE).is_file()), root / FILE)


def read_waivers(file: Path, root: Path) -> tuple[Waiver, ...]:
    """The waivers in `file`, none if it is not there; their origins are relative to `root`.

    Raises SettingsError, with path and line, for anything that is not as it should be: a mistake must not waive.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from error
    shown = Path(os.path.relpath(file, root)).as_posix()
    return tuple(parse_waivers(text, str(file), shown))


def parse_waivers(text: str, file: str, shown: str) -> Iterator[Waiver]:
    """The waivers in the text of a file; `file` names it in errors, `shown` in origins."""
    tree = _toml(text, file)
    if unknown := [key for key in tree if key != "waiver"]:
        line = _line_of(text, unknown[0])
        raise SettingsError(f"{file}:{line}: there is no {unknown[0]!r} here; the file has only [[waiver]] entries")
    entries = tree.get("waiver", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise SettingsError(f"{file}:{_line_of(text, 'waiver')}: begin each waiver with a line [[waiver]]")
    blocks = list(_blocks(text))
    seen: dict[str, int] = {}
    for number, entry in enumerate(entries):
        block = blocks[number] if len(blocks) == len(entries) else None
        waiver = _waiver(entry, block, file, shown)
        line = block.line_of("fingerprint") if block else 0
        if waiver.fingerprint in seen:
            raise SettingsError(
                f"{_place(file, line)}: fingerprint {waiver.fingerprint} has a waiver already"
                f"{f' on line {seen[waiver.fingerprint]}' if block else ''}; keep one"
            )
        seen[waiver.fingerprint] = line
        yield waiver


def _toml(text: str, file: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - only where there is a file to read

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = _WHERE.match(str(error))
        said, line = (where[1], where[2]) if where else (str(error), str(text.count("\n") + 1))
        raise SettingsError(f"{file}:{line}: not valid TOML: {said}") from error


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines of one entry, the comments directly above it included; `start` counts from 0."""

    lines: tuple[str, ...]
    start: int

    @property
    def header(self) -> int:
        """The number of the line `[[waiver]]`, from 1."""
        return self.start + 1 + next(number for number, line in enumerate(self.lines) if _HEADER.match(line))

    def line_of(self, key: str) -> int:
        """The number of the line of `key`, or that of the header."""
        for number, line in enumerate(self.lines):
            if (match := _KEY.match(line)) and match[1] == key:
                return self.start + 1 + number
        return self.header

    @property
    def end_of_keys(self) -> int:
        """How many of the lines there are up to its last key."""
        return 1 + max(number for number, line in enumerate(self.lines) if _KEY.match(line) or _HEADER.match(line))


def _split(text: str) -> list[str]:
    """The lines with their ends, where TOML sees them."""
    return io.StringIO(text).readlines()


def _blocks(text: str) -> Iterator[_Block]:
    """The entries, each from the comments above it to those above the next one."""
    lines = _split(text)
    starts = [_with_comments(lines, number) for number, line in enumerate(lines) if _HEADER.match(line)]
    for start, end in pairwise([*starts, len(lines)]):
        yield _Block(tuple(lines[start:end]), start)


def _with_comments(lines: Sequence[str], number: int) -> int:
    while number > 0 and lines[number - 1].lstrip().startswith("#"):
        number -= 1
    return number


def _line_of(text: str, key: str) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        if re.match(rf"\s*\[*\s*[\"']?{re.escape(key)}\b", line):
            return number
    return 1


def _place(file: str, line: int) -> str:
    return f"{file}:{line}" if line else file


def _waiver(entry: dict[str, Any], block: _Block | None, file: str, shown: str) -> Waiver:
    if fault := _fault(entry):
        key, complaint = fault
        raise SettingsError(f"{_place(file, block.line_of(key) if block else 0)}: {complaint}")
    named = (entry["code"], entry["subject"], entry["field"], entry.get("claimed"))
    origin = f"{shown}:{block.header if block else 1}"
    return Waiver(entry["fingerprint"], *named, entry["who"], entry["reason"], _until(entry), origin)


def _fault(entry: dict[str, Any]) -> tuple[str, str] | None:
    """What is wrong with an entry: the key to look at, and what to do."""
    for key in entry:
        if key not in _KEYS:
            return key, f"a waiver has no key {key!r}; its keys are {', '.join(_KEYS)}"
    for key in _NEEDED:
        if key not in entry:
            return key, f'this waiver has no {key}; add a line {key} = "…"'
    for key, value in entry.items():
        if key != "until" and not (isinstance(value, str) and (value.strip() or key == "claimed")):
            return key, f"{key} should be a text in quotes, not {value!r}"
    try:
        _until(entry)
    except ValueError:
        return "until", f"until should be a date such as 2027-01-31, not {str(entry['until'])!r}"
    named = (entry["code"], entry["subject"], entry["field"], entry.get("claimed"))
    if entry["fingerprint"] != (right := fingerprint_of(*named)):
        complaint = f"fingerprint {entry['fingerprint']} is not that of {_claim(*named)}, which is {right}"
        return "fingerprint", f"{complaint}; `canonid discrepancies show` has both"
    return None


def _until(entry: dict[str, Any]) -> date | None:
    """The last day; raises ValueError if it is not a date."""
    until = entry.get("until")
    if isinstance(until, str):
        return date.fromisoformat(until)
    if until is not None and (not isinstance(until, date) or isinstance(until, datetime)):
        raise ValueError("not a date")
    return until


def _claim(code: str, subject: str, field: str, claimed: str | None) -> str:
    return f"{code} {subject} {field} {'null' if claimed is None else claimed}"


def put_waivers(file: Path, waivers: Sequence[Waiver]) -> None:
    """Write `waivers` into `file`, each in its sorted place or over the entry with its fingerprint."""
    text = _text(file)
    for waiver in waivers:
        text = _with(text, waiver, file)
    _replace(file, text)


def drop_waivers(file: Path, fingerprints: Sequence[str]) -> None:
    """Take the waivers with these fingerprints out of `file`."""
    text = _text(file)
    for fingerprint in fingerprints:
        block = _find(text, fingerprint, file)
        if block is not None:
            lines = _split(text)
            end = block.start + block.end_of_keys
            while end < len(lines) and not lines[end].strip():
                end += 1
            text = "".join([*lines[: block.start], *lines[end:]]).rstrip("\n") + "\n"
    _replace(file, text)


def _text(file: Path) -> str:
    """The file as it is; it must be understood before it is changed."""
    read_waivers(file, file.parent)
    try:
        text = file.read_bytes().decode()
    except FileNotFoundError:
        return _INTRODUCTION
    if len(list(_blocks(text))) != len(_toml(text, str(file)).get("waiver", [])):
        raise SettingsError(f"{file} has a form that canonid cannot change; give each waiver its own line [[waiver]]")
    return text


def _find(text: str, fingerprint: str, file: Path) -> _Block | None:
    entries = _toml(text, "").get("waiver", [])
    pairs = zip(entries, _blocks(text), strict=True)
    block = next((block for entry, block in pairs if entry["fingerprint"] == fingerprint), None)
    if block is not None and any(quotes in line for line in block.lines for quotes in ('"""', "'''")):
        raise SettingsError(
            f"{file}:{block.header}: this waiver has a text over several lines, which canonid does not change; "
            "change it by hand"
        )
    return block


def _with(text: str, waiver: Waiver, file: Path) -> str:
    if text and not text.endswith("\n"):
        text += "\n"
    lines = _split(text)
    if (block := _find(text, waiver.fingerprint, file)) is not None:
        return "".join(lines[: block.start] + _changed(block, waiver) + lines[block.start + len(block.lines) :])
    entries = _toml(text, "").get("waiver", [])
    pairs = zip(entries, _blocks(text), strict=True)
    after = next((block.start for entry, block in pairs if _entry_order(entry) > _order(waiver)), None)
    new = ["[[waiver]]\n", *_lines(waiver).values()]
    if after is not None:
        return "".join([*lines[:after], *new, "\n", *lines[after:]])
    while lines and not lines[-1].strip():
        lines.pop()
    return "".join([*lines, "\n", *new] if lines else new)


def _changed(block: _Block, waiver: Waiver) -> list[str]:
    """The lines of an entry with only those changed whose value differs; comments stay."""
    (entry,) = _toml("".join(block.lines), "")["waiver"]
    wanted = _lines(waiver)
    kept: list[str] = []
    for line in block.lines[: block.end_of_keys]:
        match = _KEY.match(line)
        if match is None:
            kept.append(line)
        elif (new := wanted.pop(match[1], None)) is not None:
            kept.append(line if _line(match[1], entry[match[1]]) == new else new)
    return [*kept, *wanted.values(), *block.lines[block.end_of_keys :]]


def _lines(waiver: Waiver) -> dict[str, str]:
    values = {key: getattr(waiver, key) for key in _KEYS}
    return {key: _line(key, value) for key, value in values.items() if value is not None}


def _line(key: str, value: Any) -> str:
    """A line of TOML, whose texts are JSON's but for the one character that TOML wants escaped besides."""
    shown = str(value) if key == "until" else json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"{key} = {shown}\n"


def _order(waiver: Waiver) -> tuple[str, str, str, str]:
    return (waiver.subject, waiver.field, waiver.code, waiver.claimed or "")


def _entry_order(entry: dict[str, Any]) -> tuple[str, str, str, str]:
    return (entry["subject"], entry["field"], entry["code"], entry.get("claimed", ""))


def _replace(file: Path, text: str) -> None:
    """Put `text` in place of the file in one step, once it is sure to be understood."""
    list(parse_waivers(text, str(file), file.name))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, (text.encode(),))
    except OSError as error:
        raise SettingsError(f"{file} cannot be written ({error.strerror}); make it and its folder writable") from error
