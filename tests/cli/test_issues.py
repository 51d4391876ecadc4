"""`canonid issues`, on pages that a supplied file of evidence answers for."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from canonid.store.lease import hold
from tests.cli.conftest import Canonid
from tests.emulator.trackers import serve_trackers

DOCS = Path(__file__).parents[2] / "docs"
ABSENT = {
    "authority": "chembl", "release": "synthetic", "retrieved_at": "2026-01-01T00:00:00Z",
    "url": "https://chembl.example/", "payload": None, "sources": "synthetic",
}  # fmt: skip
"""A reply that there is nothing."""


def text_of(wiki: Path) -> tuple[Path, str]:
    """The one issue."""
    (file,) = (wiki.parent / "canonid-issues").iterdir()
    return file, file.read_text()


def repair(wiki: Path) -> None:
    (wiki / "adapalene.md").write_text("---\ntitle: Anakinra\nchembl-id: CHEMBL1201570\n---\n")
    (wiki / "anakinra.md").unlink()


def configure(wiki: Path, lines: str) -> None:
    """Settings of the table `issues`."""
    config = wiki.parent / "canonid.toml"
    config.write_text(f"{config.read_text()}[issues]\n{lines}\n")


def test_a_plan_prints_and_writes_nothing(canonid: Canonid, wiki: Path) -> None:
    """Dry run first; the exit code says that there is something to do."""
    ran = canonid("issues", "plan", wiki)

    assert ran.code == 1
    assert ran.stdout.startswith("create: adapalene: wrong id, chembl-id `CHEMBL12345678` (ID201)\n    <!-- canonid:")
    assert "[`wiki/adapalene.md:3`](../wiki/adapalene.md)" in ran.stdout
    assert not (wiki.parent / "canonid-issues").exists()


def test_a_plan_can_be_had_as_json(canonid: Canonid, wiki: Path) -> None:
    """As the schema says, with the findings behind each step; the exit code is the same."""
    report, plan = (
        json.loads((DOCS / name).read_text(encoding="utf-8"))
        for name in ("report.schema.json", "issues-plan.schema.json")
    )
    known = Registry().with_resource("report.schema.json", DRAFT202012.create_resource(report))
    configure(wiki, "close_after_days = 0")
    planned = canonid("issues", "plan", wiki, "--format", "json")
    canonid("issues", "sync", wiki)
    repair(wiki)
    waiting = canonid("issues", "plan", wiki, "--format", "json")
    (create,), (wait,) = (json.loads(ran.stdout)["steps"] for ran in (planned, waiting))

    for ran in (planned, waiting):
        Draft202012Validator(plan, registry=known).validate(json.loads(ran.stdout))
    assert set(create) == set(plan["$defs"]["step"]["properties"])
    assert (planned.code, create["action"], create["number"], create["path"]) == (
        1, "create", None, "wiki/adapalene.md",
    )  # fmt: skip
    assert [(finding["code"], finding["kind"]) for finding in create["findings"]] == [("ID201", "wrong id")]
    assert create["key"] in create["body"]
    assert (waiting.code, wait["action"], wait["number"]) == (0, "wait", text_of(wiki)[0].name)
    assert wait["comment"].startswith("not reported any more by 1 run since ")


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
    """Not by the run before the last that the settings ask for; and it says why, below what people wrote."""
    configure(wiki, "close_after_days = 0")
    canonid("issues", "sync", wiki)
    repair(wiki)
    first, is_open = canonid("issues", "sync", wiki), "status: open\n" in text_of(wiki)[1]
    second = canonid("issues", "sync", wiki)

    assert first.stdout.startswith("wait: adapalene: wrong id")
    assert "not reported any more by 1 run since " in first.stdout
    assert first.stdout.endswith("; to be closed after 2 runs\n")
    assert is_open
    assert second.stdout.startswith("close: adapalene: wrong id")
    assert "status: closed\n" in text_of(wiki)[1]
    assert (
        "checked `wiki/adapalene.md` and has nothing of this to report any more, as has no run since"
        in text_of(wiki)[1]
    )


def test_days_have_to_pass(canonid: Canonid, wiki: Path) -> None:
    """Two runs of one hour are not two witnesses."""
    canonid("issues", "sync", wiki)
    repair(wiki)
    actions = [canonid("issues", "sync", wiki).stdout.partition(":")[0] for _ in range(2)]
    with closing(sqlite3.connect(wiki.parent / "cache" / "canonid.sqlite")) as store, store:
        store.execute("UPDATE run SET started_at = strftime('%Y-%m-%dT%H:%M:%fZ', started_at, '-1 day')")

    assert actions == ["wait", "wait"]
    assert canonid("issues", "sync", wiki).stdout.startswith("close: adapalene")


def test_an_outage_is_no_run(canonid: Canonid, wiki: Path) -> None:
    """It neither closes an issue nor counts among the runs that do."""
    configure(wiki, "close_after_days = 0")
    canonid("issues", "sync", wiki)
    (wiki / "adapalene.md").write_text("---\ntitle: Adapalene\nchembl-id: CHEMBL1265\n---\n")
    outages = [canonid("issues", "sync", wiki) for _ in range(3)]
    repair(wiki)

    assert [(ran.code, ran.stdout) for ran in outages] == [(3, "")] * 3
    assert canonid("issues", "sync", wiki).stdout.startswith("wait: adapalene")
    assert canonid("issues", "sync", wiki).stdout.startswith("close: adapalene")


def test_an_authority_that_the_issue_does_not_rest_on_may_be_silent(canonid: Canonid, wiki: Path) -> None:
    """Without a DrugBank export, an issue about a ChEMBL ID can be closed all the same."""
    configure(wiki, "close_after_days = 0")
    canonid("issues", "sync", wiki)
    repair(wiki)
    with (wiki / "adapalene.md").open("a") as page:
        page.write("\n- **DrugBank ID:** DB00026\n")
    canonid("issues", "sync", wiki)
    ran = canonid("issues", "sync", wiki)

    assert (ran.code, ran.stdout.partition(":")[0]) == (3, "close")


def test_an_outage_closes_nothing(canonid: Canonid, wiki: Path) -> None:
    """Without evidence a silent rule proves nothing."""
    canonid("issues", "sync", wiki)
    (wiki / "adapalene.md").write_text("---\ntitle: Adapalene\nchembl-id: CHEMBL1265\n---\n")
    ran = canonid("issues", "sync", wiki)

    assert (ran.code, ran.stdout) == (3, "")
    assert "status: open\n" in text_of(wiki)[1]


def test_a_page_that_cannot_be_read_closes_nothing(canonid: Canonid, wiki: Path) -> None:
    """Broken front matter makes no claims; nor does such a run count afterwards."""
    configure(wiki, "close_after_days = 0")
    canonid("issues", "sync", wiki)
    (wiki / "adapalene.md").write_text("---\ntitle: [\n---\n")
    broken = [canonid("issues", "sync", wiki).stdout for _ in range(3)]
    repair(wiki)

    assert broken == [""] * 3
    assert "not reported any more by 1 run" in canonid("issues", "sync", wiki).stdout


def test_a_deleted_page_closes_its_issue(canonid: Canonid, wiki: Path) -> None:
    """Only in runs over its folder."""
    configure(wiki, "close_after_days = 0")
    canonid("issues", "sync", wiki)
    (wiki / "adapalene.md").unlink()

    assert canonid("issues", "sync", wiki / "anakinra.md").stdout == ""
    assert canonid("issues", "sync", wiki).stdout.startswith("wait: adapalene")
    assert canonid("issues", "sync", wiki).stdout.startswith("close: adapalene")


def test_a_sync_of_one_of_two_pages_takes_nothing_out_that_rests_on_both(canonid: Canonid, wiki: Path) -> None:
    """The issue of a copied identifier names the page that it was copied from, which was not read now."""
    page = wiki / "aspirin.md"
    page.write_text("---\ntitle: Aspirin\nchembl-id: CHEMBL1201570\n---\n")
    with (wiki.parent / "evidence.jsonl").open("a") as evidence:
        evidence.write(json.dumps({**ABSENT, "question": "name:aspirin"}) + "\n")
    canonid("issues", "sync", wiki)

    assert canonid("issues", "plan", page).stdout == ""
    (wiki / "anakinra.md").unlink()
    assert "aspirin" in canonid("issues", "plan", *sorted(wiki.glob("*.md"))).stdout


def test_codes_that_nobody_selected_close_nothing(canonid: Canonid, wiki: Path) -> None:
    """The finding is still there, and no answer is missing."""
    with (wiki.parent / "evidence.jsonl").open("a") as evidence:
        evidence.write(json.dumps({**ABSENT, "question": "name:adapalene"}) + "\n")
    canonid("issues", "sync", wiki)

    assert canonid("issues", "sync", wiki, "--select", "ID301").stdout == ""


def test_a_page_that_is_passed_over_closes_nothing(canonid: Canonid, wiki: Path) -> None:
    """It is still there, though the run did not look at it."""
    canonid("issues", "sync", wiki)
    config = wiki.parent / "canonid.toml"
    config.write_text(f'{config.read_text()}[corpus]\nexclude = ["adapalene.md"]\n')

    assert canonid("issues", "sync", wiki).stdout == ""


def test_what_a_curator_waives_afterwards_is_closed(canonid: Canonid, wiki: Path) -> None:
    """The finding is still there, but nobody has to act on it."""
    with (wiki.parent / "evidence.jsonl").open("a") as evidence:
        evidence.write(json.dumps({**ABSENT, "question": "name:adapalene"}) + "\n")
    canonid("issues", "sync", wiki)
    page = wiki / "adapalene.md"
    page.write_text(page.read_text().replace("12345678", "12345678  # canonid: ignore ID201 — the label has it so"))

    assert canonid("issues", "sync", wiki).stdout.startswith("wait: adapalene")


def test_one_sync_at_a_time(canonid: Canonid, wiki: Path) -> None:
    """Two would make every issue twice; a plan may be had meanwhile."""
    canonid("reconcile", wiki)
    with hold(wiki.parent / "cache" / "canonid.sqlite"):
        synced, planned = canonid("issues", "sync", wiki), canonid("issues", "plan", wiki)

    assert (synced.code, planned.code) == (2, 1)
    assert not (wiki.parent / "canonid-issues").exists()


def test_wontfix_is_respected(canonid: Canonid, wiki: Path) -> None:
    """Told, and nothing else."""
    canonid("issues", "sync", wiki)
    file, text = text_of(wiki)
    file.write_text(text.replace("status: open", "status: wontfix"))
    ran = canonid("issues", "plan", wiki)

    assert (ran.code, ran.stdout.partition(":")[0]) == (3, "waived")


@pytest.mark.parametrize(
    ("setting", "mark", "declined"),
    [("", "status: open", "status: wontfix"), ('dashboard = "ids.md"', "- [ ]", "- [-]")],
    ids=["folder", "dashboard"],
)
def test_what_is_new_beside_what_was_declined_leaves_the_decision_alone(
    canonid: Canonid, wiki: Path, setting: str, mark: str, declined: str
) -> None:
    """It gets an issue of its own, is not taken for declined as well, and what was decided is not asked again."""
    configure(wiki, setting)
    canonid("issues", "sync", wiki)
    file = wiki.parent / "ids.md" if setting else text_of(wiki)[0]
    decided = file.read_text().replace(mark, declined) + "Decided on Monday.\n"
    file.write_text(decided)
    with (wiki / "adapalene.md").open("a") as page:
        page.write("\n- **DrugBank ID:** DB0021\n")
    made = canonid("issues", "sync", wiki).stdout.splitlines()
    again = canonid("issues", "sync", wiki).stdout.splitlines()

    assert [line.partition(" (")[0] for line in made] == [
        "create: adapalene: wrong id, drugbank-id `DB0021`",
        "waived: adapalene: wrong id, chembl-id `CHEMBL12345678`",
    ]
    assert file.read_text().startswith(decided.rstrip())
    assert again == made[1:]


def test_a_page_under_a_new_name_keeps_its_task(canonid: Canonid, wiki: Path) -> None:
    """Under the block id of today, so that it is found again."""
    configure(wiki, 'dashboard = "ids.md"')
    canonid("reconcile", wiki)
    canonid("issues", "sync", wiki)
    (wiki / "adapalene.md").rename(wiki / "differin.md")
    canonid("reconcile", wiki)
    moved = canonid("issues", "sync", wiki).stdout

    text = (wiki.parent / "ids.md").read_text()
    key = text.partition('"fingerprint": "')[2][:8]
    assert moved.startswith("update: differin: wrong id")
    assert text.count("\n- [ ] ") == text.count(f" ^canonid-{key}\n") == 1
    assert canonid("issues", "sync", wiki).stdout == ""


def test_a_page_with_conflicts_gets_an_issue_without_a_diff(canonid: Canonid, wiki: Path) -> None:
    """Whose text is right is not ours to say."""
    with (wiki / "adapalene.md").open("a") as page:
        page.write("<<<<<<< HEAD\n")

    assert "the evidence proves no value" in canonid("issues", "plan", wiki).stdout


def test_the_folder_can_be_chosen(canonid: Canonid, wiki: Path) -> None:
    """And is not read as part of the corpus."""
    configure(wiki, 'folder = "wiki/todo"\nlabels = ["ids", "bot"]')
    canonid("issues", "sync", wiki)
    (file,) = (wiki / "todo").iterdir()

    assert 'tags: ["ids", "bot"]\n' in file.read_text()
    assert canonid("issues", "plan", wiki).stdout == ""


def test_a_dashboard_is_one_file_and_no_page(canonid: Canonid, wiki: Path) -> None:
    """It lies among the pages, is not read as one, and a cancelled task waives."""
    configure(wiki, 'dashboard = "wiki/todo/ids.md"')
    made = canonid("issues", "sync", wiki.parent)
    text = (wiki / "todo" / "ids.md").read_text()
    pages = canonid("check", wiki.parent, "--format", "json").stdout
    again = canonid("issues", "sync", wiki.parent)
    (wiki / "todo" / "ids.md").write_text(text.replace("- [ ]", "- [-]"))

    assert made.stdout.startswith("create: adapalene: wrong id")
    assert "[`wiki/adapalene.md:3`](../../wiki/adapalene.md)" in text
    assert "ids.md" not in pages
    assert again.stdout == ""
    assert canonid("issues", "sync", wiki.parent).stdout.startswith("waived: adapalene")


@pytest.mark.parametrize(("tracker", "repository"), [("github", "owner/wiki"), ("gitlab", "group/wiki")])
def test_a_plan_for_a_site_writes_nothing_there(canonid: Canonid, wiki: Path, tracker: str, repository: str) -> None:
    """It reads what is there, shows no token, and gives away none but that of the site."""
    configure(wiki, f'repository = "{repository}"')
    with serve_trackers() as site:
        urls = {"CANONID_GITHUB_URL": site.url, "CANONID_GITLAB_URL": site.url}
        ran = canonid(
            "issues", "plan", wiki, "--tracker", tracker, GITHUB_TOKEN="hush-github", GITLAB_TOKEN="hush-gitlab", **urls
        )

    assert ran.stdout.startswith("create: adapalene")
    assert f"{repository}/" in ran.stdout
    assert "hush" not in ran.stdout + ran.stderr
    assert site.writes == []
    assert {token.removeprefix("Bearer ") for token in site.tokens} == {f"hush-{tracker}"}


def test_a_second_sync_of_a_site_is_sent_nothing_again(canonid: Canonid, wiki: Path) -> None:
    """The list is kept beside the store, the token nowhere."""
    configure(wiki, 'repository = "owner/wiki"')
    with serve_trackers() as site:
        command = ("issues", "sync", wiki, "--tracker", "github")
        for _ in range(3):
            canonid(*command, GITHUB_TOKEN="hush-hush", CANONID_GITHUB_URL=site.url)

    assert site.statuses == [200, 201, 200, 304, 200]
    kept = [file for file in (wiki.parent / "cache").rglob("*") if file.is_file()]
    assert not any(b"hush" in file.read_bytes() for file in kept)


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
