"""What Git tells: who works there and what was renamed; in real repositories, and where there is none."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from canonid import git
from canonid.errors import UsageError

PAGE = "---\nchembl-id: CHEMBL1232\n---\n# Adapalene\n" + "A line of the page.\n" * 10


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one committed page in the folder `wiki`, away from the configuration of who runs the test."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    run(tmp_path, "init", "-q")
    run(tmp_path, "config", "user.name", "A. Curator")
    run(tmp_path, "config", "user.email", "curator@example.org")
    (tmp_path / "wiki").mkdir()
    (tmp_path / "wiki" / "adapalene.md").write_text(PAGE)
    commit(tmp_path)
    return tmp_path


def run(folder: Path, *words: str) -> str:
    words = ("git", "-C", str(folder), *words)
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603 - fixed words


def commit(folder: Path) -> None:
    run(folder, "add", "-A")
    run(folder, "commit", "-q", "-m", "change")


def test_the_author_is_whom_git_signs_for(repo: Path) -> None:
    """Name and address, or what there is of them."""
    assert git.author(repo) == "A. Curator <curator@example.org>"
    run(repo, "config", "--unset", "user.email")
    assert git.author(repo) == "A. Curator"
    run(repo, "config", "--unset", "user.name")
    assert git.author(repo) is None


def test_renames_are_found_in_commits(repo: Path) -> None:
    """One after another, with what was changed on the way; paths are relative to the folder that was asked about."""
    (repo / "wiki" / "adapalene.md").rename(repo / "wiki" / "differin.md")
    commit(repo)
    (repo / "wiki" / "differin.md").write_text(PAGE + "More.\n")
    commit(repo)
    (repo / "wiki" / "new").mkdir()
    (repo / "wiki" / "differin.md").rename(repo / "wiki" / "new" / "α b.md")
    commit(repo)
    assert git.renamed_files(repo / "wiki") == {"adapalene.md": "new/α b.md", "differin.md": "new/α b.md"}
    assert git.renamed_files(repo)["wiki/adapalene.md"] == "wiki/new/α b.md"


def test_renames_are_found_before_they_are_committed(repo: Path) -> None:
    """Once Git has been told of the new file."""
    run(repo, "mv", "wiki/adapalene.md", "wiki/differin.md")
    assert git.renamed_files(repo / "wiki") == {"adapalene.md": "differin.md"}


def test_what_was_changed_since_a_revision_is_found(repo: Path) -> None:
    """Committed, not committed and new; not what is gone, ignored or elsewhere."""
    wiki = repo / "wiki"
    for name in ("gone.md", "kept.md"):
        (wiki / name).write_text(PAGE)
    commit(repo)
    run(repo, "tag", "then")
    (wiki / "α b.md").write_text(PAGE)
    (repo / "elsewhere.md").write_text(PAGE)
    (repo / ".gitignore").write_text("draft.md\n")
    (wiki / "gone.md").unlink()
    commit(repo)
    for name in ("adapalene.md", "new.md", "draft.md"):
        (wiki / name).write_text("changed")
    assert git.changed_files(wiki, "then") == [wiki / name for name in ("adapalene.md", "new.md", "α b.md")]


def test_what_changed_on_the_other_branch_is_not_ours(repo: Path) -> None:
    """The main branch has gone on since this one began."""
    run(repo, "branch", "other")
    (repo / "wiki" / "adapalene.md").write_text("changed")
    commit(repo)
    run(repo, "branch", "main-line")
    run(repo, "checkout", "-q", "other")
    assert git.changed_files(repo, "main-line") == []


@pytest.mark.parametrize("revision", ["nothing", "--output=x", ""])
def test_a_revision_that_is_not_there_is_refused(repo: Path, revision: str) -> None:
    """Otherwise nothing would be checked, and look right."""
    with pytest.raises(UsageError, match="Git knows no revision"):
        git.changed_files(repo, revision)


def test_a_comparison_that_fails_is_not_taken_for_no_change(repo: Path) -> None:
    """As in a copy of a repository that lacks what a commit consists of."""
    tree = run(repo, "rev-parse", "HEAD^{tree}")
    (repo / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(UsageError, match="cannot tell what changed"):
        git.changed_files(repo, "HEAD")


def test_without_a_repository_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor without Git."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git.renamed_files(tmp_path) == {}
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (git.renamed_files(tmp_path), git.author(tmp_path)) == ({}, None)


def test_a_repository_runs_nothing_of_its_own(repo: Path) -> None:
    """A corpus is text; looking at it must not execute what somebody put into its configuration."""
    trace = repo / "ran"
    hook = repo / "hook.sh"
    hook.write_text(f"#!/bin/sh\ntouch {trace}\n")
    hook.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "diff.md.textconv"):
        run(repo, "config", key, str(hook))
    (repo / ".gitattributes").write_text("*.md diff=md\n")
    (repo / "wiki" / "adapalene.md").write_text("changed")
    git.renamed_files(repo)
    assert not trace.exists()
