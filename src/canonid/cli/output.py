"""Where the data of a command goes: to standard output, or into a file that is replaced in one step."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TextIO

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
        # What is still buffered would raise again when the interpreter shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def check_output(output: Path | None) -> None:
    """Find out before the work whether its outcome can be written.

    Raises UsageError if it cannot.
    """
    if output is None:
        return
    if output.is_dir():
        raise UsageError(f"--output {output} is a directory; name a file in it")
    if not output.absolute().parent.is_dir():
        raise UsageError(f"--output {output}: there is no directory {output.absolute().parent}; create it first")


def _replace(output: Path, lines: Iterable[str]) -> None:
    try:
        if output.exists() and not output.is_file():  # a pipe or a device
            with output.open("w", encoding="utf-8") as pipe:
                pipe.writelines(lines)
            return
        target = output.resolve()
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.writelines(lines)
            Path(name).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(f"--output {output} cannot be written: {error.strerror}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


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
