"""The first run of a stranger: the examples, without a network, as a process of its own."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.flow.conftest import environment

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def closed_port() -> Iterator[int]:
    """A port that nobody listens on, and that nobody else gets meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples and an empty cache, as in a fresh clone."""
    repository = tmp_path_factory.mktemp("clone")
    shutil.copytree(REPOSITORY / "examples", repository / "examples")
    (repository / "cache").mkdir()
    return repository


Outcome = tuple[int, str, str]


def reconcile(copy: Path, port: int, *arguments: str) -> Outcome:
    """Exit code, standard output and standard error of the command, with services that nobody can reach."""
    url = f"http://127.0.0.1:{port}"
    ran = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "canonid", "reconcile", "examples/wiki", *arguments],
        cwd=copy,
        env=environment(
            HOME=str(copy),
            COLUMNS="80",
            CANONID_CHEMBL_URL=url,
            CANONID_PUBCHEM_URL=url,
            CANONID_CLINICALTRIALS_URL=url,
        ),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return ran.returncode, ran.stdout, ran.stderr


@pytest.fixture(scope="module")
def first(copy: Path, closed_port: int) -> Outcome:
    """The first run, as the README shows it."""
    return reconcile(copy, closed_port)


@pytest.fixture(scope="module")
def report(copy: Path, closed_port: int, first: Outcome) -> dict[str, Any]:
    """The second run, for programs."""
    exit_code, stdout, stderr = reconcile(copy, closed_port, "--format", "json")
    assert (exit_code, stderr) == (1, "")
    document: dict[str, Any] = json.loads(stdout)
    return document


def test_the_exit_code_says_that_pages_are_wrong(first: Outcome) -> None:
    """Several are, on purpose; nothing is said on standard error."""
    assert (first[0], first[2]) == (1, "")


def words(text: str) -> str:
    """The text in one line, however it was wrapped."""
    return " ".join(text.split())


@pytest.mark.parametrize(
    "sentence",
    [
        "examples/wiki/anakinra.md:6:12 confirmed chembl-id CHEMBL1201570: CHEMBL1201570 ANAKINRA: preferred name",
        "examples/wiki/anakinra.md:7:14 confirmed drugbank-id DB00026: DB00026 Anakinra: preferred name",
        "examples/wiki/anakinra.md:5:14 confirmed_null pubchem-cid null: CHEMBL1201570 ANAKINRA is of type protein",
        "chembl-id CHEMBL1232 is ERTAPENEM SODIUM, not Adapalene (no shared name; InChIKey differs)",
        "ADAPALENE is CHEMBL1265 (pref_name, InChIKey LZCDAPDGXCYOEH-UHFFFAOYSA-N)",
        "proposal: CHEMBL1265 (high confidence",
        "proposal: CHEMBL31574 (high confidence",
        "proposal: CHEMBL295124 (high confidence",
    ],
)
def test_the_first_run_prints_what_the_readme_promises(first: Outcome, sentence: str) -> None:
    """Right ids, a null with its reason, and wrong ids with the right ones."""
    assert sentence in words(first[1])


WRONG = {
    ("adapalene", "CHEMBL1232"): "CHEMBL1265",
    ("fisetin", "CHEMBL25"): "CHEMBL31574",
    ("berberine", "CHEMBL25"): "CHEMBL295124",
}


@pytest.mark.parametrize(("claim", "proposal"), WRONG.items(), ids=lambda value: str(value[0]))
def test_a_wrong_id_is_discrepant_and_the_right_one_proposed(
    report: dict[str, Any], claim: tuple[str, str], proposal: str
) -> None:
    """An id of another substance, twice the one that a template leaked."""
    found = [item for item in report["findings"] if (item["subject"], item["claimed"]) == claim]
    assert {item["proposal"]["value"] for item in found if item["code"] == "ID301"} == {proposal}
    judged = [item for item in report["claims"] if (item["subject"], item["value"]) == claim]
    assert {item["verdict"] for item in judged} == {"discrepant"}


def test_an_id_on_two_pages_is_found(report: dict[str, Any]) -> None:
    """Fisetin and berberine cannot both be CHEMBL25."""
    assert {item["subject"] for item in report["findings"] if item["code"] == "ID501"} == {"fisetin", "berberine"}


@pytest.mark.parametrize("subject", ["metformin", "rapamycin", "captopril", "canakinumab", "anakinra"])
def test_a_page_that_is_right_is_called_right(report: dict[str, Any], subject: str) -> None:
    """Nothing falsely red; a hint for information is none."""
    assert {item["severity"] for item in report["findings"] if item["subject"] == subject} <= {"info"}
    verdicts = {item["verdict"] for item in report["claims"] if item["subject"] == subject}
    assert verdicts <= {"confirmed", "confirmed_null"}


def test_the_example_run_asks_nobody(report: dict[str, Any]) -> None:
    """All comes from the files beside it."""
    assert report["run"]["offline"]
    assert {use["requests"] for use in report["run"]["authorities"].values()} == {0}


def test_what_the_run_leaves_behind_is_in_the_cache(copy: Path, first: Outcome) -> None:
    """Nothing appears among the pages or elsewhere."""
    own = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}
    given = {path.relative_to(REPOSITORY).as_posix() for path in (REPOSITORY / "examples").rglob("*") if path.is_file()}
    assert {path.split("/")[0] for path in own - given} == {"cache"}
    assert given <= own


def test_the_two_runs_say_the_same(copy: Path, closed_port: int, first: Outcome) -> None:
    """Same inputs, same words: only what opened is no news any more."""
    assert reconcile(copy, closed_port)[1] == first[1]
