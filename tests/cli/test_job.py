"""`canonid reconcile` and `canonid check`: report, memory and exit code."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from canonid.model import State
from canonid.store.discrepancies import list_discrepancies
from canonid.store.runs import last_runs
from tests.cli.conftest import Canonid
from tests.emulator.faults import HTTP_403
from tests.emulator.server import Emulator
from tests.emulator.wire import AUTHORITIES
from tests.emulator.world import World
from tests.store.samples import stored


def database(wiki: Path) -> Path:
    """Where the store is by default: beside the configuration."""
    return wiki.parent / "cache" / "canonid.sqlite"


def test_the_report_is_on_stdout_and_nothing_else_is_said(canonid: Canonid, wiki: Path) -> None:
    """Places start at the working directory; a wrong id makes the exit code 1."""
    ran = canonid("reconcile", wiki)
    assert "corpus/wiki/adapalene.md:3:12 ID201 chembl-id CHEMBL12345678: " in ran.stdout
    assert "corpus/wiki/anakinra.md:3:12 confirmed chembl-id CHEMBL1201570: " in ran.stdout
    assert (ran.code, ran.stderr) == (1, "")


def test_a_check_of_what_has_changed_leaves_the_rest_alone(
    canonid: Canonid, wiki: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page with the mistake is as it was; nothing changed at all is said, and is no failure."""
    for name, value in (("GLOBAL", os.devnull), ("NOSYSTEM", "1")):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    git = ("git", "-c", "user.name=A. Curator", "-c", "user.email=curator@example.org", "-C", str(wiki))
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "all")):
        subprocess.run([*git, *words], check=True, capture_output=True)  # noqa: S603 - fixed words
    ran = canonid("check", wiki, "--changed-since", "HEAD")
    assert (ran.code, ran.stdout, ran.stderr) == (0, "", "canonid: no page was changed since HEAD\n")
    (wiki / "anakinra.md").write_text("---\ntitle: Anakinra\nchembl-id: CHEMBL12345678\n---\n")
    ran = canonid("check", wiki, "--changed-since", "HEAD", "-q")
    assert ran.stdout.count("ID201") == 1
    assert ran.stdout.startswith("corpus/wiki/anakinra.md:3:12 ID201 ")
    (wiki / "anakinra.md").write_text("# Nothing to check\n")
    ran = canonid("check", wiki, "--changed-since", "HEAD")
    assert (ran.code, ran.stdout) == (0, "")
    assert "no claim found in 1 file" in ran.stderr


def test_reconcile_remembers_and_check_does_not(canonid: Canonid, wiki: Path) -> None:
    """Both record their run; only the job touches the table of discrepancies."""
    canonid("check", wiki)
    assert list_discrepancies(database(wiki)) == ()
    canonid("reconcile", wiki)
    assert {item.code for item in list_discrepancies(database(wiki))} >= {"ID201"}
    assert len(last_runs(database(wiki))) == 2


def test_over_the_same_pages_a_run_says_the_same_and_over_others_it_does_not(canonid: Canonid, wiki: Path) -> None:
    """The second takes over what the first worked out; a check, which sees other pages, leaves that alone."""
    first, again = (json.loads(canonid("reconcile", wiki, "--format", "json").stdout) for _ in range(2))
    kept = database(wiki).with_name("canonid.judgement").read_bytes()
    canonid("check", wiki / "anakinra.md")
    unchanged = database(wiki).with_name("canonid.judgement").read_bytes()
    (wiki / "adapalene.md").write_text("# Adapalene\n", encoding="utf-8")
    changed = json.loads(canonid("reconcile", wiki, "--format", "json").stdout)

    assert first.pop("run") != again.pop("run")
    assert first == again
    assert unchanged == kept
    assert [claim["subject"] for claim in changed["claims"]] == ["anakinra", "metformin"]


def test_a_run_heeds_what_the_settings_declare_as_shared(canonid: Canonid, wiki: Path) -> None:
    """At once, though no page has changed."""
    (wiki / "kineret.md").write_text("---\ntitle: Kineret\nchembl-id: CHEMBL1201570\n---\n# Kineret\n")
    before = canonid("reconcile", wiki, "--select", "ID501").stdout
    with (wiki.parent / "canonid.toml").open("a") as config:
        config.write('[corpus.shared]\n"CHEMBL1201570" = "two pages on purpose"\n')
    after = canonid("reconcile", wiki, "--select", "ID501").stdout

    assert ("ID501" in before, "ID501" in after) == (True, False)


def test_a_run_heeds_an_export_that_was_imported_since_the_last(canonid: Canonid, wiki: Path) -> None:
    """What was open for want of it is decided, though no page has changed."""
    (wiki / "metformin.md").write_text("---\ndrugbank-id: DB00331\n---\n# Metformin\n")
    vocabulary = wiki.parent / "vocabulary.csv"
    head = "DrugBank ID,Accession Numbers,Common name,CAS,UNII,Synonyms,Standard InChI Key"
    vocabulary.write_text(f"{head}\nDB00331,APRD01099,Metformin,657-24-9,9100L32L2N,,XZWYZXLIPXDOLR-UHFFFAOYSA-N\n")
    verdicts = []
    for _ in range(2):
        claims = json.loads(canonid("reconcile", wiki, "--format", "json").stdout)["claims"]
        verdicts += [claim["verdict"] for claim in claims if claim["field"] == "drugbank-id"]
        canonid("drugbank", "import", vocabulary, "--database", f"sqlite:///{database(wiki)}")

    assert verdicts == ["unavailable", "confirmed"]


def test_a_discrepancy_is_resolved_when_its_page_is_mended_and_reopened_when_it_returns(
    canonid: Canonid, wiki: Path
) -> None:
    """The life of a finding over four runs, each shown by the report of the last."""
    page = wiki / "adapalene.md"
    wrong = page.read_text(encoding="utf-8")
    canonid("reconcile", wiki)
    page.write_text(wrong.replace("CHEMBL12345678", "CHEMBL1201570").replace("Adapalene", "Anakinra"), encoding="utf-8")
    canonid("reconcile", wiki)
    assert {item.state for item in list_discrepancies(database(wiki)) if item.code == "ID201"} == {State.RESOLVED}
    page.write_text(wrong, encoding="utf-8")
    assert "[reopened]" in canonid("check", wiki).stdout
    assert "[reopened]" in canonid("reconcile", wiki).stdout


def test_the_discrepancies_of_a_deleted_page_are_resolved_only_by_a_run_over_its_folder(
    canonid: Canonid, wiki: Path
) -> None:
    """A run over another page cannot know that it is gone."""
    canonid("reconcile", wiki)
    (wiki / "adapalene.md").unlink()
    canonid("reconcile", wiki / "anakinra.md")
    assert State.OPEN in {item.state for item in list_discrepancies(database(wiki)) if item.code == "ID201"}
    canonid("reconcile", wiki)
    assert {item.state for item in list_discrepancies(database(wiki)) if item.code == "ID201"} == {State.RESOLVED}


def test_what_is_ignored_is_remembered_all_the_same(canonid: Canonid, wiki: Path) -> None:
    """Hiding a finding for a moment must not resolve it."""
    ran = canonid("reconcile", wiki, "--ignore", "ID2")
    assert " ID201 " not in ran.stdout
    assert "more not shown because of --select or --ignore" in ran.stdout
    assert {item.state for item in list_discrepancies(database(wiki)) if item.code == "ID201"} == {State.OPEN}


def test_without_a_path_the_current_directory_is_checked(
    canonid: Canonid, wiki: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As linters do."""
    monkeypatch.chdir(wiki)
    assert "\nanakinra.md" in "\n" + canonid("check").stdout.replace("../wiki/", "")


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["adapalene.md"], 1),
        (["adapalene.md", "--fail-on", "warning"], 1),
        (["adapalene.md", "--fail-on", "never"], 0),
        (["adapalene.md", "--ignore", "id201"], 0),
        (["adapalene.md", "--select", "ID1,ID3"], 0),
        (["adapalene.md", "--select", "ID1", "--select", "ID201"], 1),
        (["anakinra.md"], 0),
        (["metformin.md"], 0),
        (["metformin.md", "--fail-on", "warning"], 1),
    ],
)
def test_the_exit_code_follows_the_findings_that_are_shown(
    canonid: Canonid, wiki: Path, args: list[str], code: int
) -> None:
    """0 and 1, by severity and selection: adapalene has an error, metformin a warning, anakinra nothing."""
    assert canonid("check", wiki / args[0], *args[1:]).code == code


def test_what_could_not_be_checked_makes_the_exit_code_3(canonid: Canonid, wiki: Path) -> None:
    """Offline, with an empty store, nobody could be asked."""
    (wiki.parent / "canonid.toml").write_text("offline = true")
    ran = canonid("check", wiki / "anakinra.md")
    assert ran.code == 3
    assert " unavailable " in ran.stdout
    assert "run again with --online" in " ".join(ran.stdout.split())


def test_quiet_does_not_hide_that_something_was_not_checked(canonid: Canonid, wiki: Path) -> None:
    """An exit code of 3 without a word would puzzle whoever reads the log; standard output is still only findings."""
    (wiki / "adapalene.md").write_text("---\ntitle: Adapalene\nchembl-id: CHEMBL1265\n---\n")
    ran = canonid("check", "-q", wiki / "adapalene.md")
    assert (ran.code, ran.stdout) == (3, "")
    assert ran.stderr == "canonid: not everything could be checked; run without -q to see what, and why\n"


def test_an_authority_that_is_down_is_never_taken_for_an_answer(canonid: Canonid, wiki: Path) -> None:
    """All refuse to answer: exit code 3, the reason in the report, and nothing stored as "not found"."""
    (wiki.parent / "canonid.toml").write_text("")
    (wiki / "anakinra.md").write_text("---\nchembl-id: CHEMBL1201570\npubchem-cid: 1\nnct-id: NCT05177822\n---\n")
    with Emulator(World.of()) as services:
        for authority in AUTHORITIES:
            services.always(authority, HTTP_403)
        ran = canonid(
            "check",
            wiki / "anakinra.md",
            CANONID_CHEMBL_URL=services.chembl_url,
            CANONID_PUBCHEM_URL=services.pubchem_url,
            CANONID_CLINICALTRIALS_URL=services.clinicaltrials_url,
        )
    assert ran.code == 3
    assert "chembl, clinicaltrials, pubchem could not be asked everything" in " ".join(ran.stdout.split())
    assert stored(database(wiki)) == []


def test_json_goes_into_a_file_in_one_step(canonid: Canonid, wiki: Path, tmp_path: Path) -> None:
    """With `--output` nothing is printed, and the file is as readable as any other new one."""
    file = tmp_path / "report.json"
    ran = canonid("check", wiki, "--format", "json", "--output", file)
    assert (ran.code, ran.stdout) == (1, "")
    assert {claim["path"] for claim in json.loads(file.read_text(encoding="utf-8"))["claims"]} == {
        "wiki/adapalene.md",
        "wiki/anakinra.md",
        "wiki/metformin.md",
    }
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(file.stat().st_mode) == 0o666 & ~mask
    assert not list(tmp_path.glob(".report*"))


@pytest.mark.parametrize(("output", "reason"), [(".", "is a directory"), ("no/where.txt", "there is no directory")])
def test_an_output_that_cannot_be_written_is_refused_before_the_work(
    canonid: Canonid, wiki: Path, output: str, reason: str
) -> None:
    """Not after half an hour of requests."""
    ran = canonid("check", wiki, "--output", output)
    assert (ran.code, ran.stdout) == (2, "")
    assert reason in ran.stderr
    assert not database(wiki).exists()


def test_the_format_of_the_configuration_holds_until_a_flag_says_otherwise(canonid: Canonid, wiki: Path) -> None:
    """Flag before file, through the whole command."""
    with (wiki.parent / "canonid.toml").open("a") as config:
        config.write('format = "json"\n')
    assert json.loads(canonid("check", wiki).stdout)["schema_version"] == 1
    assert canonid("check", wiki, "--format", "text", "-q").stdout.startswith("corpus/wiki/adapalene.md:3:12 ID201 ")


def test_colour_is_there_when_it_is_forced_and_never_in_a_file(canonid: Canonid, wiki: Path, tmp_path: Path) -> None:
    """A pipe gets plain text unless asked otherwise."""
    assert "\x1b[" not in canonid("check", wiki).stdout
    assert "\x1b[" in canonid("check", wiki, FORCE_COLOR="1").stdout
    canonid("check", wiki, "--output", tmp_path / "r.txt", FORCE_COLOR="1")
    assert "\x1b[" not in (tmp_path / "r.txt").read_text(encoding="utf-8")


def error(canonid: Canonid, *args: object, **environment: str) -> str:
    """The one line with which a command is refused."""
    ran = canonid(*args, **environment)
    assert (ran.code, ran.stdout) == (2, "")
    assert ran.stderr.startswith("canonid: error: ")
    assert ran.stderr.count("\n") == 1
    return ran.stderr


def test_a_path_that_does_not_exist_is_an_error(canonid: Canonid) -> None:
    """A typo must not look like a clean corpus."""
    assert "nowhere" in error(canonid, "check", "nowhere")


def test_a_pipe_is_an_error(canonid: Canonid, tmp_path: Path) -> None:
    """Nobody may ever write into it."""
    os.mkfifo(tmp_path / "pipe.md")
    ran = canonid("check", "pipe.md")
    assert (ran.code, ran.stdout) == (2, "")
    assert "pipe.md is neither a file nor a folder" in ran.stderr


def test_a_folder_without_pages_is_an_error(canonid: Canonid, tmp_path: Path) -> None:
    """Nothing checked is not nothing wrong."""
    assert "nothing to read" in error(canonid, "check", tmp_path)


def test_pages_without_a_claim_are_an_error(canonid: Canonid, tmp_path: Path) -> None:
    """The same, one step later."""
    (tmp_path / "note.md").write_text("# Nothing to check\n")
    assert "no claim found" in error(canonid, "check", tmp_path)


def test_a_code_that_no_rule_has_is_an_error(canonid: Canonid, wiki: Path) -> None:
    """A typo in `--ignore` would let something through; one in `--select` everything."""
    assert "did you mean ID201?" in error(canonid, "check", wiki, "--select", "ID2O1")
    assert "`canonid explain` lists them" in error(canonid, "check", wiki, "--ignore", "zzzzzz")


def test_a_bad_setting_is_an_error(canonid: Canonid, wiki: Path) -> None:
    """Configuration and environment alike."""
    assert "CANONID_OFFLINE" in error(canonid, "check", wiki, CANONID_OFFLINE="maybe")


def test_a_database_that_is_none_is_an_error(canonid: Canonid, wiki: Path, tmp_path: Path) -> None:
    """And says what to do."""
    (tmp_path / "notes.txt").write_text("these are notes, longer than the header of a database file " * 20)
    assert "--database" in error(canonid, "check", wiki, "--database", tmp_path / "notes.txt")


def test_an_export_that_is_none_is_an_error(canonid: Canonid, wiki: Path, tmp_path: Path) -> None:
    """The file is named."""
    (tmp_path / "e.csv").write_text("just,some,table\n1,2,3\n")
    assert "e.csv" in error(canonid, "check", wiki, "--drugbank", tmp_path / "e.csv")
