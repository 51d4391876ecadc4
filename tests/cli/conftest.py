"""The command run in process, away from the real environment."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from canonid.cli import app

EXAMPLES = Path(__file__).parents[2] / "examples"


class Ran:
    """What a command left behind."""

    def __init__(self, code: int, stdout: str, stderr: str) -> None:
        self.code = code
        self.stdout = stdout
        self.stderr = stderr


Canonid = Callable[..., Ran]


@pytest.fixture
def canonid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Canonid:
    """Runs the command in `tmp_path` with nothing set in the environment but what is given by name."""
    for name in [name for name in os.environ if name.startswith("CANONID_")]:
        monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*args: object, **environment: str) -> Ran:
        result = CliRunner().invoke(app, [str(arg) for arg in args], env=dict(environment), prog_name="canonid")
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def wiki(tmp_path: Path) -> Path:
    """The example pages and their evidence, where a test may write."""
    folder = tmp_path / "corpus"
    (folder / "wiki").mkdir(parents=True)
    for name in ("anakinra", "adapalene", "resveratrol"):
        (folder / "wiki" / f"{name}.md").write_bytes((EXAMPLES / "wiki" / f"{name}.md").read_bytes())
    for name in ("evidence.jsonl", "drugbank_vocabulary.csv"):
        (folder / name).write_bytes((EXAMPLES / name).read_bytes())
    (folder / "canonid.toml").write_text(
        'offline = true\nevidence = ["evidence.jsonl"]\ndrugbank = ["drugbank_vocabulary.csv"]\n'
    )
    return folder / "wiki"
