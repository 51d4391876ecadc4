"""The edge of every command: each way of failing becomes one message and one exit code."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from canonid.cli.exits import ExitCode
from canonid.cli.output import say
from canonid.errors import CanonidError, Stopped

VERBOSE = "canonid.verbose"
"""Key in the context's `meta` under which `-v` leaves word for this module."""


class Boundary(TyperGroup):
    """The group of all commands, which turns errors into messages."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what it raises ends here."""
        try:
            return super().invoke(ctx)
        except Stopped as error:
            _stop(str(error), ExitCode.INTERRUPTED)
        except CanonidError as error:
            _stop(f"canonid: error: {error}", ExitCode.USAGE)
        except KeyboardInterrupt:
            _stop(
                "interrupted; answers received so far are kept, run the same command again to go on",
                ExitCode.INTERRUPTED,
            )
        except Exception as error:
            if isinstance(error, typer.Abort) or hasattr(error, "exit_code"):
                raise  # Typer's own: usage errors and planned exits
            _apologise(error, verbose=ctx.meta.get(VERBOSE, False))


def _stop(message: str, code: ExitCode) -> NoReturn:
    say(message)
    raise typer.Exit(code)


def _apologise(error: Exception, *, verbose: bool) -> NoReturn:
    """Say that the fault is ours; never with the exit code of a discrepancy."""
    if verbose:
        import traceback  # noqa: PLC0415 - only when something went wrong

        traceback.print_exception(error, file=sys.stderr)
    advice = "" if verbose else "; run again with -v for the details"
    _stop(
        f"canonid: sorry, this is a fault in canonid: {type(error).__name__}: {error}{advice}",
        ExitCode.USAGE,
    )
