"""The command run in process, away from the real environment."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from canonid.cli import app


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
    for name in [name for name in os.environ if name.startswith(("CANONID_", "GITHUB_"))]:
        monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*args: object, **environment: str) -> Ran:
        result = CliRunner().invoke(app, [str(arg) for arg in args], env=dict(environment), prog_name="canonid")
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


# The facts are ChEMBL's; the records were shortened by hand, hence `sources`.
RECORDS = {"CHEMBL12345678": None, "CHEMBL1201570": "ANAKINRA", "CHEMBL1431": "METFORMIN"}
CLAIMS = {"Adapalene": "CHEMBL12345678", "Anakinra": "CHEMBL1201570", "Metformin": "chembl1431"}
"""An error, nothing, and a warning."""


@pytest.fixture
def wiki(tmp_path: Path) -> Path:
    """Three pages with a ChEMBL ID on line 3, beside a configuration that answers from evidence for them."""
    folder = tmp_path / "corpus" / "wiki"
    folder.mkdir(parents=True)
    for title, chembl in CLAIMS.items():
        (folder / f"{title.lower()}.md").write_text(f"---\ntitle: {title}\nchembl-id: {chembl}\n---\n# {title}\n")
    lines = (
        {
            "authority": "chembl",
            "question": f"id:chembl.compound:{chembl}",
            "release": "synthetic",
            "retrieved_at": "2026-01-01T00:00:00Z",
            "url": "https://chembl.example/",
            "payload": name and {"molecule": {"molecule_chembl_id": chembl, "pref_name": name}},
            "sources": "synthetic",
        }
        for chembl, name in RECORDS.items()
    )
    (folder.parent / "evidence.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder.parent / "canonid.toml").write_text('offline = true\nevidence = ["evidence.jsonl"]\n')
    return folder
