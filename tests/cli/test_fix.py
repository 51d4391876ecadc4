"""`canonid fix`, on a copy of the examples."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def wiki(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLES, tmp_path / "examples", ignore=shutil.ignore_patterns("*.sqlite*"))
    config = tmp_path / "examples" / "canonid.toml"
    config.write_text(config.read_text().replace("../cache/", ""))
    return tmp_path / "examples" / "wiki"


def fix(wiki: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "canonid", "fix", str(wiki), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command


def test_the_diff_shows_and_changes_nothing(wiki: Path) -> None:
    """Dry run first: exit code 1 says that there is something to do."""
    before = {path: path.read_bytes() for path in wiki.iterdir()}
    outcome = fix(wiki)

    assert outcome.returncode == 1
    assert "-chembl-id: CHEMBL1232\n+chembl-id: CHEMBL1265\n" in outcome.stdout
    assert {path: path.read_bytes() for path in wiki.iterdir()} == before


def test_what_is_applied_need_not_be_fixed_again(wiki: Path) -> None:
    """The second run has nothing left to do, and only proposed values have changed."""
    before = (wiki / "fisetin.md").read_text()
    applied, again = fix(wiki, "--apply"), fix(wiki)

    assert (applied.returncode, again.returncode, again.stdout) == (0, 0, "")
    assert "wiki/fisetin.md: 2 changed" in applied.stderr
    expected = before.replace("CHEMBL25\n", "CHEMBL31574\n").replace("drugbank-id: null", "drugbank-id: DB07795", 1)
    assert (wiki / "fisetin.md").read_text() == expected


def test_unsafe_takes_proposals_of_medium_confidence(wiki: Path) -> None:
    """Semaglutide's CID rests on its structure alone."""
    assert "+pubchem-cid: 56843331" not in fix(wiki).stdout
    assert "+pubchem-cid: 56843331" in fix(wiki, "--unsafe").stdout


def test_codes_can_be_chosen(wiki: Path) -> None:
    """Only spellings, say."""
    outcome = fix(wiki, "--select", "ID103")

    assert "+chembl-id: CHEMBL1140" in outcome.stdout
    assert "CHEMBL1265" not in outcome.stdout
