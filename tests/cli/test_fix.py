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


def test_a_page_alone_is_not_given_what_a_page_that_is_not_read_rightly_has(wiki: Path) -> None:
    """As the last run over the whole wiki found it; before such a run, nobody knows."""
    right = wiki / "adapalene.md"
    right.write_text(right.read_text().replace("CHEMBL1232", "CHEMBL1265"))
    (wiki / "gel.md").write_text("---\nchembl-id: CHEMBL1232\n---\n# Adapalene\n")
    before = fix(wiki / "gel.md").stdout
    subprocess.run([sys.executable, "-m", "canonid", "reconcile", "-q", str(wiki)], check=False, capture_output=True)  # noqa: S603 - our own command

    assert "+chembl-id: CHEMBL1265" in before
    assert fix(wiki / "gel.md").stdout == fix(wiki).stdout.partition("--- a/wiki/gel.md")[1] == ""
    right.unlink()
    assert fix(wiki / "gel.md").stdout == before


def test_one_bad_page_stops_no_other(wiki: Path) -> None:
    """Neither conflict markers nor a page that leads to itself: the others are fixed, and the exit code tells."""
    bad = wiki / "adapalene.md"
    bad.write_text(bad.read_text() + "<<<<<<< ours\n")
    (wiki / "loop.md").symlink_to("loop.md")
    shown, applied = fix(wiki), fix(wiki, "--apply")

    assert (shown.returncode, applied.returncode) == (2, 2)
    assert "+drugbank-id: DB07795\n" in shown.stdout
    assert "not every file can be changed\n  wiki/adapalene.md:" in shown.stderr
    assert "drugbank-id: DB07795" in (wiki / "fisetin.md").read_text()
    assert "CHEMBL1232" in bad.read_text()


def test_what_is_left_out_is_told(wiki: Path) -> None:
    """A status in words is not replaced, and that is said unless nobody wants to know."""
    told = "left out, ID603 at wiki/trial-watch.md:13:54, "

    assert told in fix(wiki).stderr
    assert told not in fix(wiki, "--quiet").stderr
