"""The command as a whole: help, version, start, and the ways in which it ends."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from canonid import __version__
from canonid.cli import app
from canonid.cli.boundary import Boundary
from canonid.cli.options import Verbose
from canonid.errors import StoreError
from tests.cli.conftest import Canonid

COMMANDS = sorted(str(command.callback.__name__) for command in app.registered_commands if command.callback)
GROUPS = {str(group.name): group.typer_instance for group in app.registered_groups}
SUBCOMMANDS = [
    f"{name} {command.name}"
    for name, group in GROUPS.items()
    for command in (group.registered_commands if group else ())
]


def test_help_names_every_command(canonid: Canonid) -> None:
    """On stdout, with the exit codes."""
    ran = canonid("--help")
    assert ran.code == 0
    assert [command for command in [*COMMANDS, *GROUPS] if f"\n  {command} " not in ran.stdout] == []
    assert "Exit codes: 0 " in ran.stdout


@pytest.mark.parametrize("group", ["", *GROUPS])
def test_no_summary_in_the_help_is_cut_off(canonid: Canonid, group: str) -> None:
    """The first sentence of every command fits on a line of 80 columns."""
    listed = canonid(*group.split(), "-h").stdout.partition("Commands:")[2]
    assert listed
    assert "..." not in listed


@pytest.mark.parametrize("command", [*COMMANDS, *SUBCOMMANDS])
def test_every_option_of_every_command_is_described(canonid: Canonid, command: str) -> None:
    """No option stands there bare."""
    ran = canonid(*command.split(), "--help")
    assert ran.code == 0
    lines = ran.stdout.partition("Options:")[2].splitlines()
    bare = [
        line
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
        if line.startswith("  -") and "  " not in line.strip() and not following.startswith("     ")
    ]
    assert bare == []


def test_version(canonid: Canonid) -> None:
    """One line, for bug reports."""
    assert canonid("--version").stdout == f"canonid {__version__}\n"


def test_an_unknown_option_is_a_usage_error(canonid: Canonid) -> None:
    """Exit code 2, said on stderr."""
    ran = canonid("check", "--ofline")
    assert (ran.code, ran.stdout) == (2, "")
    assert "--offline" in ran.stderr


def failing(error: BaseException) -> typer.Typer:
    """A program of one command that raises, inside the boundary."""
    program = typer.Typer(cls=Boundary, rich_markup_mode=None, pretty_exceptions_enable=False)

    @program.callback()
    def group() -> None:
        pass

    @program.command()
    def fail(*, verbose: Verbose = False) -> None:
        raise error

    return program


def test_an_error_of_ours_is_one_line() -> None:
    """Exit code 2."""
    result = CliRunner().invoke(failing(StoreError("the database is locked; try again later")), ["fail"])
    assert result.stderr == "canonid: error: the database is locked; try again later\n"
    assert result.exit_code == 2


def test_a_fault_of_ours_never_looks_like_a_discrepancy() -> None:
    """An apology with type and message, exit code 2, and no traceback."""
    result = CliRunner().invoke(failing(ZeroDivisionError("by zero")), ["fail"])
    assert result.exit_code == 2
    assert result.stderr == (
        "canonid: sorry, this is a fault in canonid: ZeroDivisionError: by zero; run again with -v for the details\n"
    )


def test_verbose_shows_the_traceback_of_a_fault() -> None:
    """What a bug report needs."""
    result = CliRunner().invoke(failing(ZeroDivisionError("by zero")), ["fail", "-v"])
    assert result.exit_code == 2
    assert "Traceback (most recent call last)" in result.stderr


def test_ctrl_c_says_that_nothing_is_lost() -> None:
    """Exit code 130, as shells expect."""
    result = CliRunner().invoke(failing(KeyboardInterrupt()), ["fail"])
    assert result.exit_code == 130
    assert result.stderr == ("interrupted; answers received so far are kept, run the same command again to go on\n")


def test_a_planned_exit_passes() -> None:
    """The boundary leaves the exit codes of the commands alone."""
    assert CliRunner().invoke(failing(typer.Exit(3)), ["fail"]).exit_code == 3


START = "from canonid.cli import main; main()"


def python(code: str, *args: str, **environment: str) -> subprocess.Popen[bytes]:
    """This interpreter in a process of its own, running `code`."""
    return subprocess.Popen(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code, *args],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_the_installed_command_runs(tmp_path: Path) -> None:
    """As a process: the script, the exit code, the stream of the error."""
    script = Path(sys.executable).with_name("canonid")
    done = subprocess.run(  # noqa: S603 - the command under test
        [script, "check", "nowhere"], cwd=tmp_path, capture_output=True, check=False, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("canonid: error: ")


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    """`canonid explain | head -1` ends quietly and with the exit code of the work."""
    with python(START, "explain") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        assert (process.wait(), said) == (0, b"")


def test_help_needs_no_heavy_library() -> None:
    """What makes `--help` quick: no client, no database schema, no terminal library is imported for it."""
    heavy = "{'rich', 'httpx', 'requests', 'sqlmodel', 'pubchempy', 'chembl_webresource_client', 'yaml'}"
    with python(f"import sys, canonid.cli; print(sorted({heavy} & set(sys.modules)))") as process:
        assert process.communicate()[0] == b"[]\n"


def test_an_output_that_cannot_hold_a_letter_does_not_break_the_report(wiki: Path) -> None:
    """A pipe in ASCII gets an escape where the page has a Greek letter."""
    (wiki / "greek.md").write_text("---\ntitle: α-carotene\ncas-number: β\n---\n", encoding="utf-8")
    with python(START, "check", str(wiki / "greek.md"), PYTHONIOENCODING="ascii") as process:
        shown, said = process.communicate()
    assert b"\\u03b2" in shown
    assert (process.returncode, said) == (1, b"")


FULL = "Linux has a device that is always full"


def run_in_shell(command: str, *args: str | Path) -> subprocess.CompletedProcess[str]:
    """The command with its streams as a shell sets them up: `"$@"` is canonid with `args`."""
    words = ["sh", "-c", command, "sh", sys.executable, "-c", START, *map(str, args)]
    return subprocess.run(words, capture_output=True, check=False, text=True)  # noqa: S603 - our own


@pytest.mark.skipif(not Path("/dev/full").exists(), reason=FULL)
@pytest.mark.parametrize("argument", ["explain", "config", "--help", "--version"])
def test_a_full_disk_under_standard_output_is_an_error(argument: str) -> None:
    """One line and exit code 2: nobody must take a cut report for a short one."""
    done = run_in_shell('"$@" > /dev/full', argument)
    assert done.stderr == "canonid: error: standard output cannot be written: No space left on device\n"
    assert done.returncode == 2


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_stream_changes_no_exit_code(wiki: Path, closed: str) -> None:
    """1 for a discrepancy and 2 for an error, whether or not they can be said."""
    found, failed = run_in_shell(f'"$@" {closed}', "check", wiki), run_in_shell(f'"$@" {closed}', "check", "nowhere")
    assert (found.returncode, failed.returncode) == (1, 2)
    assert "Traceback" not in found.stderr + failed.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason=FULL)
def test_an_error_that_cannot_be_said_is_an_error_all_the_same() -> None:
    """Exit code 1 would read as a discrepancy."""
    assert run_in_shell('"$@" 2> /dev/full', "check", "nowhere").returncode == 2


SURROUNDINGS = "cannot be asked with the proxy or the certificates that the environment names"
PAGE_OF_ALL = """---
title: Aspirin
chembl-id: CHEMBL25
pubchem-cid: 2244
---
NCT03430037 is cited.
"""


@pytest.mark.parametrize(
    ("variable", "value", "authorities"),
    [
        ("ALL_PROXY", "socks5://me:s3cret@127.0.0.1:9", {"ChEMBL", "ClinicalTrials.gov"}),
        ("HTTPS_PROXY", "ftp://me:s3cret@127.0.0.1:9", {"ChEMBL", "ClinicalTrials.gov"}),
        ("REQUESTS_CA_BUNDLE", "/nowhere.pem", {"ChEMBL", "PubChem"}),
        ("SSL_CERT_FILE", "/nowhere.pem", {"ClinicalTrials.gov"}),
    ],
)
def test_a_proxy_or_certificates_that_cannot_be_used_are_no_fault(
    tmp_path: Path, variable: str, value: str, authorities: set[str]
) -> None:
    """Each client reads the environment in its own way; the sentence is the same, and tells no password."""
    (tmp_path / "page.md").write_text(PAGE_OF_ALL)
    urls = dict.fromkeys(("CHEMBL", "PUBCHEM", "CLINICALTRIALS"), "https://127.0.0.1:9/api")
    environment = {f"CANONID_{name}_URL": url for name, url in urls.items()}
    database = str(tmp_path / "store.sqlite")
    arguments = ("check", str(tmp_path / "page.md"), "--database", database, "--format", "json")
    with python(START, *arguments, **environment, **{variable: value}) as process:
        shown, said = process.communicate()
    uses = json.loads(shown)["run"]["authorities"].values()
    refused = [use["status"].removeprefix("unavailable: ") for use in uses if SURROUNDINGS in use["status"]]
    assert {status.partition(" cannot")[0] for status in refused} == authorities
    assert (process.returncode, said, b"s3cret" in shown) == (3, b"", False)


@pytest.mark.parametrize(
    "environment",
    [
        {"_CANONID_COMPLETE": "complete_bash", "COMP_WORDS": "canonid check --format s", "COMP_CWORD": "3"},
        {"_CANONID_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "canonid check --format s"},
        {
            "_CANONID_COMPLETE": "complete_fish",
            "_TYPER_COMPLETE_ARGS": "canonid check --format s",
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        },
    ],
    ids=["bash", "zsh", "fish"],
)
def test_a_shell_completes_what_is_typed(canonid: Canonid, environment: dict[str, str]) -> None:
    """With the values of an option, as its lines from `--show-completion` ask for them."""
    shown = canonid(**environment).stdout
    assert set(re.findall(r"\b(?:sarif|sssom|text|csv)\b", shown)) == {"sarif", "sssom"}
