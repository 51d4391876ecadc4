"""The action for GitHub: its steps are run as a runner runs them, in a surrounding made up for them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
CI = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Ran:
    """How a step ended, and what it left."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str


def run_step(name: str, folder: Path, **environ: str) -> Ran:
    """Run the script of a step in `folder` with the variables that a runner sets."""
    step = next(step for step in STEPS if name in {step.get("id"), step.get("name")})
    out, summary = folder / "out", folder / "summary.md"
    out.write_text("")
    temp = folder / "temp"
    given = {
        "PATH": os.environ["PATH"], "RUNNER_TEMP": str(temp), "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(out), "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_WORKSPACE": str(folder),
        "CANONID": str(Path(sys.executable).with_name("canonid")), "CANONID_DATABASE": str(temp / "store/s.sqlite"),
        "PATHS": "", "DRUGBANK": "", "OFFLINE": "true", "FORMATS": "sarif",
    }  # fmt: skip
    done = subprocess.run(  # noqa: S603 - our own script, as `shell: bash` starts it
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],  # noqa: S607 - whichever is installed
        cwd=folder, env={**given, **environ}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    outputs = dict(line.split("=", 1) for line in out.read_text().splitlines())
    return Ran(done.returncode, done.stdout + done.stderr, outputs, summary.read_text() if summary.exists() else "")


def test_no_input_becomes_part_of_a_script() -> None:
    """A path with a quote or a `$(…)` in it would be run."""
    assert [step for step in STEPS if "${{" in step.get("run", "")] == []


def test_foreign_actions_are_pinned_to_a_commit() -> None:
    """A tag can be moved."""
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert used
    assert all(re.fullmatch(r"actions/[\w/-]+@[0-9a-f]{40}", name) for name in used)


def test_every_input_is_used_and_explained() -> None:
    """And nothing else is."""
    named = set(re.findall(r"inputs\.([\w-]+)", json.dumps(ACTION)))
    assert named == set(ACTION["inputs"])
    assert named <= set(re.findall(r"`([\w-]+)`", CI))


def test_every_value_comes_from_a_step_before() -> None:
    """A misspelt one would be empty, in silence."""
    names = [step.get("id") for step in STEPS]
    for number, step in enumerate(STEPS):
        assert set(re.findall(r"steps\.(\w+)\.", json.dumps(step))) <= set(names[:number])
    assert set(re.findall(r"steps\.(\w+)\.", json.dumps(ACTION["outputs"]))) <= set(names)


def test_findings_are_annotated_summed_up_and_written_to_files(wiki: Path) -> None:
    """The step itself goes on, so that the answers can be kept; the last one fails."""
    ran = run_step("check", wiki.parent, PATHS="wiki/adapalene.md\n\nwiki/anakinra.md\n", FORMATS="sarif csv")
    assert "::error file=wiki/adapalene.md,line=3,col=12,title=ID201 no-such-record::" in ran.log
    assert ran.summary.startswith("# Identifiers\n")
    assert (ran.code, ran.outputs["exit-code"]) == (0, "1")
    results = json.loads(Path(ran.outputs["sarif"]).read_text())["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == ["ID201"]
    assert {path.name for path in Path(ran.outputs["folder"]).iterdir()} == {"canonid.sarif", "canonid.csv"}


def test_what_a_path_says_is_not_run(wiki: Path) -> None:
    """It is a name that is not there, and no report is made up for it."""
    ran = run_step("check", wiki.parent, PATHS='$(touch "spliced")`touch spliced`; touch spliced')
    assert "no such file or folder" in ran.log
    assert ran.outputs == {"exit-code": "2"}
    assert not (wiki.parent / "spliced").exists()


def test_a_format_that_is_none_is_told(wiki: Path) -> None:
    """Rather than a file that is missing later."""
    assert run_step("check", wiki.parent, PATHS="wiki/anakinra.md", FORMATS="serif").outputs["exit-code"] == "2"


@pytest.mark.parametrize(("code", "ends"), [("0", 0), ("1", 1), ("2", 2), ("3", 0)])
def test_the_action_fails_for_findings_and_not_for_an_outage(tmp_path: Path, code: str, ends: int) -> None:
    """What could not be checked is a warning."""
    ran = run_step("Judge", tmp_path, CODE=code)
    assert (ran.code, "::warning" in ran.log) == (ends, code == "3")
