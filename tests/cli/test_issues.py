"""`canonid issues`, on pages that a supplied file of evidence answers for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Canonid
from tests.emulator.trackers import serve_trackers


def text_of(wiki: Path) -> tuple[Path, str]:
    """The one issue."""
    (file,) = (wiki.parent / "canonid-issues").iterdir()
    return file, file.read_text()


def repair(wiki: Path) -> None:
    (wiki / "adapalene.md").write_text("---\ntitle: Anakinra\nchembl-id: CHEMBL1201570\n---\n")
    (wiki / "anakinra.md").unlink()


def test_a_plan_prints_and_writes_nothing(canonid: Canonid, wiki: Path) -> None:
    """Dry run first; the exit code says that there is something to do."""
    ran = canonid("issues", "plan", wiki)

    assert ran.code == 1
    assert ran.stdout.startswith("create: adapalene: wrong id, chembl-id `CHEMBL12345678` (ID201)\n    <!-- canonid:")
    assert "[`wiki/adapalene.md:3`](../wiki/adapalene.md)" in ran.stdout
    assert not (wiki.parent / "canonid-issues").exists()


def test_a_second_sync_changes_nothing(canonid: Canonid, wiki: Path) -> None:
    """Same bytes; and the file is not taken for a page."""
    first = canonid("issues", "sync", wiki.parent)
    before = text_of(wiki)
    second = canonid("issues", "sync", wiki.parent, "-v")

    assert first.stdout.startswith("create: adapalene: wrong id")
    assert second.stdout.startswith("keep: adapalene: wrong id")
    assert text_of(wiki) == before


def test_no_issue_more_than_allowed(canonid: Canonid, wiki: Path) -> None:
    """Held back, and told."""
    ran = canonid("issues", "sync", wiki, "--max-issues", 0)

    assert ran.stdout.startswith("held back: adapalene")
    assert not (wiki.parent / "canonid-issues").exists()


def test_an_issue_is_closed_by_evidence(canonid: Canonid, wiki: Path) -> None:
    """And says why, below what people wrote."""
    canonid("issues", "sync", wiki)
    repair(wiki)
    ran = canonid("issues", "sync", wiki)

    assert ran.stdout.startswith("close: adapalene: wrong id")
    assert "status: closed\n" in text_of(wiki)[1]
    assert "checked `wiki/adapalene.md` and found nothing of this any more." in text_of(wiki)[1]


def test_an_outage_closes_nothing(canonid: Canonid, wiki: Path) -> None:
    """Without evidence a silent rule proves nothing."""
    canonid("issues", "sync", wiki)
    (wiki / "adapalene.md").write_text("---\ntitle: Adapalene\nchembl-id: CHEMBL1265\n---\n")
    ran = canonid("issues", "sync", wiki)

    assert (ran.code, ran.stdout) == (3, "")
    assert "status: open\n" in text_of(wiki)[1]


def test_a_page_that_cannot_be_read_closes_nothing(canonid: Canonid, wiki: Path) -> None:
    """Broken front matter makes no claims."""
    canonid("issues", "sync", wiki)
    (wiki / "adapalene.md").write_text("---\ntitle: [\n---\n")
    canonid("issues", "sync", wiki)

    assert "status: open\n" in text_of(wiki)[1]


def test_a_deleted_page_closes_its_issue(canonid: Canonid, wiki: Path) -> None:
    """Only in a run over its folder."""
    canonid("issues", "sync", wiki)
    (wiki / "adapalene.md").unlink()

    assert canonid("issues", "sync", wiki / "anakinra.md").stdout == ""
    assert canonid("issues", "sync", wiki).stdout.startswith("close: adapalene")


def test_codes_that_nobody_selected_close_nothing(canonid: Canonid, wiki: Path) -> None:
    """The finding is still there."""
    canonid("issues", "sync", wiki)

    assert canonid("issues", "sync", wiki, "--select", "ID301").stdout == ""


def test_wontfix_is_respected(canonid: Canonid, wiki: Path) -> None:
    """Told, and nothing else."""
    canonid("issues", "sync", wiki)
    file, text = text_of(wiki)
    file.write_text(text.replace("status: open", "status: wontfix"))
    ran = canonid("issues", "plan", wiki)

    assert (ran.code, ran.stdout.partition(":")[0]) == (3, "waived")


def test_a_page_with_conflicts_gets_an_issue_without_a_diff(canonid: Canonid, wiki: Path) -> None:
    """Whose text is right is not ours to say."""
    with (wiki / "adapalene.md").open("a") as page:
        page.write("<<<<<<< HEAD\n")

    assert "the evidence proves no value" in canonid("issues", "plan", wiki).stdout


def test_the_folder_can_be_chosen(canonid: Canonid, wiki: Path) -> None:
    """And is not read as part of the corpus."""
    config = wiki.parent / "canonid.toml"
    config.write_text(config.read_text() + '[issues]\nfolder = "wiki/todo"\nlabels = ["ids", "bot"]\n')
    canonid("issues", "sync", wiki)
    (file,) = (wiki / "todo").iterdir()

    assert 'tags: ["ids", "bot"]\n' in file.read_text()
    assert canonid("issues", "plan", wiki).stdout == ""


@pytest.mark.parametrize(("tracker", "repository"), [("github", "owner/wiki"), ("gitlab", "group/wiki")])
def test_a_plan_for_a_site_writes_nothing_there(canonid: Canonid, wiki: Path, tracker: str, repository: str) -> None:
    """It reads what is there, and shows no token."""
    config = wiki.parent / "canonid.toml"
    config.write_text(config.read_text() + f'[issues]\nrepository = "{repository}"\n')
    with serve_trackers() as site:
        urls = {"CANONID_GITHUB_URL": site.url, "CANONID_GITLAB_URL": site.url}
        ran = canonid(
            "issues", "plan", wiki, "--tracker", tracker, GITHUB_TOKEN="hush-hush", GITLAB_TOKEN="hush-hush", **urls
        )

    assert ran.stdout.startswith("create: adapalene")
    assert f"{repository}/" in ran.stdout
    assert "hush" not in ran.stdout + ran.stderr
    assert (site.writes, "hush-hush" in site.tokens[0]) == ([], True)


def test_a_site_needs_a_repository(canonid: Canonid, wiki: Path) -> None:
    """Said before the work."""
    ran = canonid("issues", "plan", wiki, "--tracker", "github")

    assert ran.code == 2
    assert "--tracker github needs issues.repository" in ran.stderr


def test_a_waiver_in_the_page_makes_no_issue(canonid: Canonid, wiki: Path) -> None:
    """What a curator decided to live with needs no issue."""
    page = "---\ntitle: Adapalene\nchembl-id: CHEMBL12345678  # canonid: ignore ID201 — test\n---\n"
    (wiki / "adapalene.md").write_text(page)

    assert canonid("issues", "plan", wiki).stdout == ""
