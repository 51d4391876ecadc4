"""What is written about canonid: commands, screens, tables, numbers and links say what the program does."""

from __future__ import annotations

import inspect
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from canonid import wiring
from canonid.authorities import chembl_client, clinicaltrials, pubchem_batches
from canonid.authorities.pacing import SharedPacer
from canonid.authorities.transport import RETRY_AFTER_CAP, TRANSIENT_STATUSES, Courier
from canonid.cli import app
from canonid.cli.exits import ExitCode
from canonid.corpus import fields_from, read_corpus
from canonid.identifiers import CHEMBL, PREFIXES, PUBCHEM
from canonid.model import Claim, ClaimKind, Dossier, Page, Place, Predicate, Subject, Verdict
from canonid.reports import Format
from canonid.rules import RULES
from canonid.rules.base import Rule
from canonid.rules.case import Case
from canonid.settings import KEYS, Settings, load_settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
EXTENDING = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
DOCS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "examples" / "README.md", ROOT / "llms.txt")
)


def commands_of(group: Any, words: str = "") -> Iterator[tuple[str, Any]]:
    """Every command with the words that call it; those of a group one by one."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands_of(command, f"{words}{name} ")
        else:
            yield words + name, command


COMMANDS = dict(commands_of(typer.main.get_command(app)))
GROUPS = {words.partition(" ")[0] for words in COMMANDS if " " in words}

GAP = "…"
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_INDENTED = re.compile(r"^ {4}(\S.*)$", re.MULTILINE)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return [body for name, body in _FENCE.findall(text) if name == language]


def code_of(text: str) -> Iterator[str]:
    """Every piece of code: code spans, and the lines of blocks."""
    for body in (body for _, body in _FENCE.findall(text)):
        yield from body.splitlines()
    rest = _FENCE.sub("", text)
    yield from _CODE.findall(rest)
    yield from _INDENTED.findall(rest)


def calls_of(text: str) -> Iterator[tuple[str, list[str]]]:
    """Every call of canonid with a command, as the command and its words."""
    for code in code_of(text):
        for match in re.finditer(r"(?:^|[\s/])canonid ([a-z][\w-]*)([^|&#]*)", code):
            command, words = match[1], match[2].split()
            if command in GROUPS and not words:
                continue  # a sentence about all of its commands
            if command in GROUPS:
                command, words = f"{command} {words[0]}", words[1:]
            yield command, words


def options_of(command: str) -> set[str]:
    """The options that a command takes."""
    parameters = COMMANDS[command].params
    declared = {name for parameter in parameters for name in (*parameter.opts, *parameter.secondary_opts)}
    return {"--help", "-h"} | {name for name in declared if name.startswith("-")}


def rows_of(text: str, heading: str) -> list[list[str]]:
    """The cells of the table that has `heading` as its first column."""
    table = text.partition(f"| {heading} |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


# Commands, options, settings


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    """A curator finds each command in the table of commands."""
    words = {"canonid", *command.split()}
    assert any(words <= set(re.findall(r"[\w-]+", row[0])) for row in rows_of(README, "command"))


@pytest.mark.parametrize("name", DOCS)
def test_commands_and_their_options_exist(name: str) -> None:
    """A call that a reader copies is understood."""
    unknown = [
        f"canonid {command} {' '.join(words)}"
        for command, words in calls_of(text_of(name))
        if command not in COMMANDS
        or not {word.partition("=")[0] for word in words if word.startswith("-")} <= options_of(command)
    ]
    assert unknown == []


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "docs/ci.md", "docs/operating.md", "examples/README.md"])
def test_options_named_by_themselves_exist(name: str) -> None:
    """`--format json` in a sentence is an option of some command."""
    named = {option for code in code_of(text_of(name)) for option in re.findall(r"^--[a-z][a-z-]+", code)}
    assert named <= set().union(*map(options_of, COMMANDS))


@pytest.mark.parametrize("name", DOCS)
def test_environment_variables_exist(name: str) -> None:
    """A variable with our prefix is one that the settings read."""
    named = set(re.findall(r"\bCANONID_[A-Z_]+", text_of(name)))
    assert named <= {key.environment for key in KEYS}


@pytest.mark.parametrize("name", [name for name in DOCS if name != "docs/extending.md"])
def test_codes_exist(name: str) -> None:
    """A code in the text is that of a rule."""
    assert set(re.findall(r"\bID[0-9]{3}\b", text_of(name))) <= {rule.code for rule in RULES}


def test_the_configuration_of_the_readme_is_understood(tmp_path: Path) -> None:
    """Every key of the example is a setting, and says what the comment says."""
    (example,) = blocks(README, "toml")
    (tmp_path / "canonid.toml").write_text(example, encoding="utf-8")
    settings = load_settings(cwd=tmp_path, environ={})
    fields = fields_from(settings.fields)
    form = fields.spec("salt-form")
    assert settings.contact == "curator@example.org"
    assert settings.drugbank == (tmp_path / "exports" / "drugbank_vocabulary.csv",)
    assert list(settings.shared) == ["CHEMBL25"]
    assert (form.prefix, form.predicate) == (CHEMBL, Predicate.CLOSE) if form else form
    assert fields.role("other-names") is not None


def test_the_page_of_the_readme_makes_the_claims_that_it_shows(tmp_path: Path) -> None:
    """Three identifiers and an explicit none."""
    page = next(block for block in blocks(README, "yaml") if block.startswith("---"))
    (tmp_path / "anakinra.md").write_text(page, encoding="utf-8")
    (read,) = read_corpus([tmp_path], tmp_path, fields_from({}))
    assert [(claim.field, claim.text) for claim in read.claims] == [
        ("chembl-id", "CHEMBL1201570"),
        ("drugbank-id", "DB00026"),
        ("pubchem-cid", None),
        ("cas-number", "143090-92-0"),
    ]
    assert (read.subject.aliases, read.problems) == (("Kineret",), ())


# Screens


@dataclass(frozen=True)
class Screen:
    """What a command printed, its exit code, and the store that it left."""

    lines: list[str]
    code: int
    database: Path


@pytest.fixture(scope="module")
def screen_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Screen]:
    """Runs a command in the root of the repository as a first-time user does, with a store of its own, once."""

    @cache
    def run(command: str) -> Screen:
        database = tmp_path_factory.mktemp("store") / "canonid.sqlite"
        ours = ("CANONID_", "FORCE_COLOR", "COLUMNS", "GITHUB_")
        environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        words = [*shlex.split(command)[1:], "--database", str(database)]
        done = subprocess.run(  # noqa: S603 - our own command, with the arguments that the README shows
            [Path(sys.executable).with_name("canonid"), *words],
            cwd=ROOT, env=environ, capture_output=True, text=True, encoding="utf-8", check=False, timeout=60,
        )  # fmt: skip
        assert done.stderr == ""
        return Screen(done.stdout.splitlines(), done.returncode, database)

    return run


def shown_screens() -> dict[str, list[str]]:
    """The screens in the README: the lines under each command."""
    lines = (block.splitlines() for block in blocks(README, "console"))
    return {first.removeprefix("$ "): rest for first, *rest in lines}


SCREENS = shown_screens()
FIRST_RUN = "canonid reconcile examples/wiki"


def is_excerpt(shown: list[str], printed: list[str]) -> bool:
    """Whether `shown` is `printed` with lines left out only where it says so."""
    if not shown:
        return not printed
    if shown[0] == GAP:
        return any(is_excerpt(shown[1:], printed[start:]) for start in range(len(printed) + 1))
    return bool(printed) and shown[0] == printed[0] and is_excerpt(shown[1:], printed[1:])


@pytest.mark.parametrize("command", SCREENS)
def test_the_screens_of_the_readme_are_what_the_command_prints(
    command: str, screen_of: Callable[[str], Screen]
) -> None:
    """Nothing is made up, changed or left out in silence."""
    shown, printed = SCREENS[command], screen_of(command).lines
    assert [line for line in shown if line != GAP and line not in printed] == []
    assert is_excerpt(shown, printed), "lines are out of order, or left out without the mark"


def test_an_excerpt_may_leave_out_lines_only_where_it_says_so() -> None:
    """The comparison above can fail."""
    assert is_excerpt(["a", GAP, "c"], ["a", "b", "c"])
    assert not is_excerpt(["a", "c"], ["a", "b", "c"])
    assert not is_excerpt(["a"], ["a", "b"])


def test_the_first_run_is_shown_and_ends_as_the_readme_says(screen_of: Callable[[str], Screen]) -> None:
    """The command to try ends with exit code 1."""
    assert screen_of(FIRST_RUN).code == ExitCode.DISCREPANT
    assert "The exit code is 1, because" in README


def test_the_reply_that_the_guide_looks_up_is_found(screen_of: Callable[[str], Screen]) -> None:
    """The query of "Replaying a verdict" finds one reply in the store of the first run."""
    (query,) = re.findall(r"```sql\n(.*?)```", OPERATING, re.DOTALL)
    with closing(sqlite3.connect(screen_of(FIRST_RUN).database)) as store:
        rows = store.execute(query).fetchall()
    assert len(rows) == 1


# Tables and numbers


def test_the_exit_codes_are_those_of_the_program() -> None:
    """Each code has one row."""
    assert [row[0] for row in rows_of(README, "code")] == [str(code.value) for code in ExitCode]


def test_the_verdicts_are_those_of_the_program() -> None:
    """Each verdict has one row."""
    assert [row[0].strip("`") for row in rows_of(README, "verdict")] == [verdict.value for verdict in Verdict]


def test_the_formats_are_those_of_the_program() -> None:
    """Each format has one row."""
    assert sorted(row[0].strip("`") for row in rows_of(README, "format")) == sorted(Format)


def test_the_ages_are_the_defaults() -> None:
    """How old an answer may be."""
    defaults = Settings(database=ROOT)
    shown = {row[1].strip("`"): int(row[2]) for row in rows_of(OPERATING, "answer")}
    assert shown == {name: getattr(defaults, name) for name in ("found_days", "not_found_days", "trials_days")}


def default_of(function: Any, name: str) -> Any:
    return inspect.signature(function).parameters[name].default


NUMBERS = [
    f"{chembl_client.PAGE:,} IDs; {chembl_client.PAGE // 2} InChIKeys or names | {wiring._CHEMBL_SECONDS:g} s",
    f"{pubchem_batches.LARGEST} CIDs; one InChIKey or name | {default_of(SharedPacer, 'interval'):g} s",
    f"{clinicaltrials._CHUNK} numbers | {wiring._CLINICALTRIALS_SECONDS:g} s",
    f"{default_of(SharedPacer, 'per_minute')} a minute",
    f"given up after {default_of(Courier, 'deadline'):g} s",
    f"at most {default_of(Courier, 'attempts')} attempts within {default_of(Courier, 'patience'):g} s",
    f"obeyed up to {RETRY_AFTER_CAP:g} s",
    f"({default_of(Courier, 'spare_retries')} are always allowed)",
    f"After {default_of(Courier, 'failures_in_a_row')} requests in a row",
    "{}, {}, {}, {} or {}".format(*sorted(TRANSIENT_STATUSES)),
]


@pytest.mark.parametrize("phrase", NUMBERS)
def test_the_numbers_of_the_guide_are_those_of_the_program(phrase: str) -> None:
    """Batches, pauses and bounds, as code has them."""
    assert phrase in " ".join(OPERATING.split())


def test_the_readme_promises_the_same_batches_and_pauses() -> None:
    """The short version of the guide."""
    readme = " ".join(README.split())
    batches = (
        f"{chembl_client.PAGE:,} ChEMBL IDs, {pubchem_batches.LARGEST} CIDs or {clinicaltrials._CHUNK} NCT numbers "
        "a request"
    )
    assert batches in readme
    assert f"{default_of(SharedPacer, 'interval'):g} s apart for PubChem" in readme
    assert f"{wiring._CHEMBL_SECONDS:g} s for ChEMBL, {wiring._CLINICALTRIALS_SECONDS:g} s for ClinicalTrials" in readme


# Links and files


@pytest.mark.parametrize("name", DOCS)
def test_links_lead_somewhere(name: str) -> None:
    """Files that are linked exist, and headings within them."""
    dead = []
    for target in _LINK.findall(_FENCE.sub("", text_of(name))):
        if target.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, heading = target.partition("#")
        file = (ROOT / name).parent / path if path else ROOT / name
        if not file.exists() or (heading and heading not in anchors_of(file)):
            dead.append(target)
    assert dead == []


def anchors_of(file: Path) -> set[str]:
    """The anchors that the headings of a file get."""
    headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/extending.md", "docs/operating.md"])
def test_files_that_are_named_exist(name: str) -> None:
    """A path in the text is one of the repository; `…` stands for what differs."""
    named = {code for code in code_of(text_of(name)) if re.match(r"(src|tests|docs|benchmarks|\.ci)/\S*$", code)}
    example = {path for path in named if "ID901" in path}
    assert [path for path in named - example if not any(ROOT.glob(path.rstrip("/").replace(GAP, "*")))] == []


# Commands for developers


@pytest.mark.parametrize("ending", ["canonid reconcile examples/wiki", "pytest"])
def test_each_set_up_command_is_one_line(ending: str) -> None:
    """`.ci/run` reads both out of the README and runs them."""
    lines = [line for block in blocks(README, "sh") for line in block.splitlines() if line.endswith(ending)]
    assert len(lines) == 1
    assert lines[0].startswith("python3 -m venv ")


def test_the_command_for_the_tests_is_the_same_everywhere() -> None:
    """README and CONTRIBUTING."""
    (command,) = (line for line in README.splitlines() if line.endswith("/pytest"))
    assert command in text_of("CONTRIBUTING.md").splitlines()


def test_the_checks_of_a_change_can_be_run() -> None:
    """The script is there, executable, and bash can read it."""
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)  # noqa: S603, S607 - our own script, whichever bash there is


def test_the_rule_of_the_guide_works() -> None:
    """The example of docs/extending.md is a rule, and reports what it says."""
    (source,) = blocks(EXTENDING, "python")
    namespace: dict[str, Any] = {}
    exec(compile(source, "extending.md", "exec"), namespace)  # noqa: S102 - the example, run as a reader would
    rule = namespace["RULE"]
    place = Place("fisetin.md", 3, 1)
    claim = Claim("fisetin", "pubchem-cid", ClaimKind.IDENTIFIER, PUBCHEM, "5281614", place)
    page = Page("fisetin.md", Subject("fisetin", "Fisetin"), (claim,))
    (hit,) = rule.check(Case(Dossier(page, {})))
    assert isinstance(rule, Rule)
    assert rule.summary == "The page gives a PubChem CID without an InChIKey."
    assert hit.message.startswith("pubchem-cid 5281614 stands without an InChIKey")
    assert rule.code not in {known.code for known in RULES}


def test_the_spaces_that_the_readme_lists_are_those_that_are_checked() -> None:
    """Every identifier space that pages claim by default is named in the first paragraph."""
    labels = {PREFIXES[spec.prefix].label for spec in fields_from({}).specs.values() if spec}
    introduction = " ".join(README.split("##")[0].split())
    assert {label for label in labels if f"{label}s" not in introduction} == set()


def test_unreleased_changes_are_kept() -> None:
    """The changelog has a place for what comes next."""
    assert "## [Unreleased]" in text_of("CHANGELOG.md")
