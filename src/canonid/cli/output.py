"""Where the data of a command goes: to standard output, or into a file that is replaced in one step."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TextIO

from canonid.atomic import write_whole
from canonid.errors import UsageError

WIDEST = 120
"""Columns; longer lines are hard to read on the widest terminal."""


def write(text: str, output: Path | None) -> None:
    """Print `text`, or put it into `output`."""
    write_lines((text,), output)


def write_lines(lines: Iterable[str], output: Path | None) -> None:
    """Print `lines` (with their ends) as they come, or put them into `output` when all are there."""
    if output is None:
        _print(lines)
    else:
        _replace(output, lines)


def _print(lines: Iterable[str]) -> None:
    """Print, and do not mind a reader that has seen enough (`canonid … | head`): the exit code is that of the job."""
    try:
        sys.stdout.writelines(lines)
        sys.stdout.flush()
    except BrokenPipeError:
        silence(sys.stdout)
    except OSError as error:
        silence(sys.stdout)
        raise UsageError(f"standard output cannot be written: {error.strerror}") from error


def silence(stream: TextIO) -> None:
    """Send what is still buffered nowhere: it would raise again, and change the exit code, at the very end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def say(message: str) -> None:
    """Put a line on standard error; that nobody can read it changes neither the work nor the exit code."""
    try:
        sys.stderr.write(message + "\n")
        sys.stderr.flush()
    except OSError:
        silence(sys.stderr)


def prepare_streams() -> None:
    """Make standard output and error fit for any text, even where they are closed (`>&-`)."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open to the very end
        # A terminal or pipe with a narrow encoding must not turn a Greek letter into a crash.
        getattr(sys, name).reconfigure(errors="backslashreplace")


def append(text: str, file: Path) -> None:
    """Add `text` to a file that others write to as well.

    A build does not fail for want of its summary: what cannot be written is said on standard error.
    """
    try:
        with file.open("a", encoding="utf-8") as summary:
            summary.write(text)
    except OSError as error:
        say(f"canonid: {file} cannot be written: {error.strerror}")


def check_output(output: Path | None) -> None:
    """Find out before the work whether its outcome can be written.

    Raises UsageError if it cannot.
    """
    if output is None:
        return
    try:
        if output.is_dir():
            raise UsageError(f"--output {output} is a directory; name a file in it")
        folder = Path(os.path.realpath(output)).parent
        if not folder.is_dir():
            raise UsageError(f"--output {output}: there is no directory {folder}; create it first")
        is_device = output.exists() and not output.is_file()
    except OSError as error:
        raise UsageError(f"--output {output} cannot be written: {error.strerror}") from error
    if not os.access(output if is_device else folder, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise UsageError(f"--output {output} cannot be written: no right to write in {folder}; name another file")


def _replace(output: Path, lines: Iterable[str]) -> None:
    try:
        if output.exists() and not output.is_file():  # a pipe or a device
            with output.open("w", encoding="utf-8") as pipe:
                pipe.writelines(lines)
            return
        write_whole(output, (line.encode() for line in lines))
    except OSError as error:
        raise UsageError(f"--output {output} cannot be written: {error.strerror}") from error


def wants_color(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Colour on a terminal only, unless `NO_COLOR` or `FORCE_COLOR` says otherwise."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environ.get("TERM") != "dumb"


def page_width(stream: TextIO, environ: Mapping[str, str]) -> int:
    """Columns to wrap at: those of the terminal, and 80 for a file or pipe unless `COLUMNS` says otherwise."""
    if stream.isatty() or environ.get("COLUMNS"):
        return min(shutil.get_terminal_size().columns, WIDEST)
    return 80
