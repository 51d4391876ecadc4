"""The hook for pre-commit: what its entry does with the files of a commit."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Canonid, Ran

MANIFEST = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"
(HOOK,) = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
RIGHT, WRONG = "anakinra.md", "adapalene.md"


@pytest.fixture
def commit(canonid: Canonid, wiki: Path, monkeypatch: pytest.MonkeyPatch) -> Canonid:
    """Calls the entry as pre-commit does: in the root of the repository, with the paths of changed files."""
    monkeypatch.chdir(wiki.parent)
    name, *words = shlex.split(HOOK["entry"])
    assert name == "canonid"

    def run(*names: object, **environment: str) -> Ran:
        return canonid(*words, *(f"wiki/{name}" for name in names), **environment)

    return run


def test_the_manifest_has_what_pre_commit_needs() -> None:
    """And shows what a hook says that lets a commit pass."""
    assert HOOK.keys() >= {"id", "name", "entry", "language"}
    assert (HOOK["id"], HOOK["language"], HOOK["verbose"]) == ("canonid", "python", True)


def test_a_commit_of_right_pages_passes_in_silence(commit: Canonid) -> None:
    """Nothing to read."""
    ran = commit(RIGHT)
    assert (ran.code, ran.stdout, ran.stderr) == (0, "", "")


def test_a_commit_with_a_wrong_page_fails(commit: Canonid) -> None:
    """With the finding and no more."""
    ran = commit(RIGHT, WRONG)
    assert ran.stdout.startswith(f"wiki/{WRONG}:3:12 ID201 ")
    assert (ran.code, ran.stderr) == (1, "")


def test_a_commit_is_not_stopped_by_a_store_without_answers(commit: Canonid, wiki: Path) -> None:
    """It is said what was not checked, why, and what to do."""
    (wiki.parent / "canonid.toml").unlink()
    ran = commit(WRONG)
    assert (ran.code, ran.stdout) == (0, "")
    assert "1 of 1 claim not checked, which is no reason to stop the commit; `canonid check`" in ran.stderr
    assert "chembl: unavailable: offline, and the store has no reply" in ran.stderr


def test_a_wrong_page_stops_the_commit_whatever_else_could_not_be_checked(commit: Canonid, wiki: Path) -> None:
    """Both are said."""
    (wiki / RIGHT).write_text("---\ntitle: Anakinra\npubchem-cid: 2244\n---\n", encoding="utf-8")
    ran = commit(RIGHT, WRONG)
    assert ran.code == 1
    assert "1 of 2 claims not checked" in ran.stderr


def test_a_commit_of_a_page_that_claims_nothing_passes(commit: Canonid, wiki: Path) -> None:
    """A text beside the wiki is no fault, but no check either."""
    (wiki / "README.md").write_text("# About\n", encoding="utf-8")
    ran = commit("README.md")
    assert (ran.code, ran.stdout) == (0, "")
    assert "no claim found" in ran.stderr


@pytest.mark.parametrize("folder", ["drafts", ".obsidian", "node_modules", "canonid-issues"])
def test_what_a_check_of_the_wiki_would_not_read_is_passed_over(commit: Canonid, wiki: Path, folder: str) -> None:
    """Excluded and hidden files, and issues that canonid keeps as files."""
    settings = wiki.parent / "canonid.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + '[corpus]\nexclude = ["drafts/"]\n', encoding="utf-8")
    (wiki / folder).mkdir()
    (wiki / WRONG).rename(wiki / folder / WRONG)
    ran = commit(f"{folder}/{WRONG}")
    assert (ran.code, ran.stdout, ran.stderr) == (0, "", "")
