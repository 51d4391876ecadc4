"""`canonid discrepancies`: list, show, ack, waive, reopen and history, and what the next run makes of it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from canonid.model import fingerprint_of
from canonid.store.database import writing
from tests.cli.conftest import Canonid, Ran

WRONG = fingerprint_of("ID201", "adapalene", "chembl-id", "CHEMBL12345678")
SPELT = fingerprint_of("ID103", "metformin", "chembl-id", "chembl1431")
REASON = ("--reason", "the label has it so", "--who", "A. Curator")
TODAY = datetime.now(UTC).date()


@pytest.fixture
def corpus(canonid: Canonid, wiki: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the configuration and now of the reader; one run has found an error and a warning."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(wiki.parents[1]))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.chdir(wiki.parent)
    assert canonid("reconcile", "wiki").code == 1
    return wiki.parent


@pytest.fixture
def call(canonid: Canonid, corpus: Path) -> Canonid:
    """Runs a command of the group."""

    def run(*args: object, **environment: str) -> Ran:
        return canonid("discrepancies", *args, **environment)

    return run


def states(call: Canonid) -> dict[str, str]:
    """All discrepancies by code."""
    listed: Any = json.loads(call("list", "--state", "all", "--format", "json").stdout)
    return {item["code"]: item["state"] for item in listed["discrepancies"]}


def waivers(corpus: Path) -> str:
    return (corpus / ".canonid" / "waivers.toml").read_text(encoding="utf-8")


# list


def test_the_list_has_a_line_each_and_a_count(call: Canonid) -> None:
    """Nothing is said on stderr."""
    ran = call("list")
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        f"{WRONG[:10]}  open          ID201  wiki/adapalene.md:3:12  chembl-id CHEMBL12345678",
        f"{SPELT[:10]}  open          ID103  wiki/metformin.md:3:12  chembl-id chembl1431",
        "",
        "2 discrepancies: 2 open",
    ]


def test_what_is_wrong_with_a_file_is_said_once(call: Canonid, corpus: Path, canonid: Canonid) -> None:
    """Its message names the front matter already."""
    (corpus / "wiki" / "broken.md").write_text("---\ntitle: a: b\n---\n", encoding="utf-8")
    canonid("reconcile", "wiki")
    (line,) = call("list", "-q", "--code", "ID504").stdout.splitlines()
    assert line.split("  ")[-1].startswith("front matter is not valid YAML")


def test_the_list_is_filtered_sorted_and_cut(call: Canonid) -> None:
    """Each option reaches the database."""
    first = f"{WRONG[:10]}  open          ID201  wiki/adapalene.md:3:12  chembl-id CHEMBL12345678\n"
    second = f"{SPELT[:10]}  open          ID103  wiki/metformin.md:3:12  chembl-id chembl1431\n"
    for options, shown in (
        (("--code", "ID1"), second),
        (("--severity", "error"), first),
        (("--subject", "Metformin"), second),
        (("--field", "ChEMBL-ID", "--path", "wiki/a*"), first),
        (("--authority", "chembl", "--authority", "pubchem", "--subject", "adapalene"), first),
        (("--sort", "code"), second + first),
        (("--sort", "code", "--limit", 1), second),
        (("--state", "resolved"), ""),
    ):
        assert call("list", "-q", *options).stdout == shown


def test_resolved_ones_are_listed_only_when_asked_for(call: Canonid, corpus: Path, canonid: Canonid) -> None:
    """Nobody has to act on them."""
    (corpus / "wiki" / "adapalene.md").unlink()
    canonid("reconcile", "wiki")
    assert call("list").stdout.endswith("\n\n1 discrepancy: 1 open\n")
    assert call("list", "--state", "all").stdout.endswith("\n\n2 discrepancies: 1 open, 1 resolved\n")


def test_the_list_as_json_has_counts(call: Canonid) -> None:
    """By state, severity and code."""
    document = json.loads(call("list", "--format", "json").stdout)
    assert document["schema_version"] == 1
    assert document["counts"] == {
        "state": {"open": 2},
        "severity": {"error": 1, "warning": 1},
        "code": {"ID103": 1, "ID201": 1},
    }
    assert [item["fingerprint"] for item in document["discrepancies"]] == [WRONG, SPELT]


def test_an_empty_list_is_said_to_be_one(call: Canonid) -> None:
    """In every form."""
    nothing = ("list", "--state", "resolved")
    assert call(*nothing).stdout == "No discrepancies.\n"
    assert json.loads(call(*nothing, "--format", "json").stdout)["discrepancies"] == []
    assert call(*nothing, "--format", "csv").stdout.count("\n") == 1
    assert call(*nothing, "--count-by", "code").stdout == "No discrepancies.\n"


@pytest.mark.parametrize("command", ["list", "show adapalene", "history adapalene", "ack adapalene"])
def test_without_a_store_nothing_is_said_of_discrepancies(canonid: Canonid, tmp_path: Path, command: str) -> None:
    """No database is made, and the advice says where to look."""
    ran = canonid("discrepancies", *command.split())
    assert (ran.code, ran.stdout, list(tmp_path.iterdir())) == (2, "", [])
    assert ran.stderr.startswith(f"canonid: error: there is no store at {tmp_path}/cache/canonid.sqlite; ")
    assert "the folder of the wiki with --corpus" in ran.stderr


def test_the_store_of_a_run_is_found_from_elsewhere(
    call: Canonid, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the settings of the wiki."""
    monkeypatch.chdir(tmp_path)
    assert call("list").code == 2
    assert WRONG[:10] in call("list", "--corpus", corpus / "wiki").stdout
    for folder in (corpus, corpus / "wiki"):
        assert ">     3 | chembl-id: CHEMBL12345678" in call("show", WRONG, "--corpus", folder).stdout


def test_a_wiki_that_is_not_there_is_refused(call: Canonid) -> None:
    """The discrepancies of the wiki where the reader happens to be are not those of the one that was meant."""
    ran = call("list", "--corpus", "wikki")
    assert (ran.code, ran.stdout) == (2, "")
    assert "'wikki' does not exist" in ran.stderr


def test_a_code_that_no_rule_has_is_refused(call: Canonid) -> None:
    """It would look like a clean wiki; small letters and commas are as good elsewhere."""
    ran = call("list", "--code", "ID999")
    assert (ran.code, ran.stdout) == (2, "")
    assert "no rule has a code that begins with 'ID999'" in ran.stderr
    assert len(call("list", "-q", "--code", "id2,ID103").stdout.splitlines()) == 2


def test_the_list_as_csv_goes_into_a_file(call: Canonid, corpus: Path) -> None:
    """For a spreadsheet."""
    assert call("list", "--format", "csv", "--output", "d.csv").stdout == ""
    rows = list(csv.DictReader(io.StringIO((corpus / "d.csv").read_text(encoding="utf-8"))))
    assert [(row["fingerprint"], row["proposal"]) for row in rows] == [(WRONG, ""), (SPELT, "CHEMBL1431")]


def test_the_list_comes_in_the_forms_of_reports_as_well(call: Canonid) -> None:
    """With place, message, proposal and fingerprint as the table has them."""
    assert "| 3 | ⚠️ warning **ID103** |" in call("list", "--format", "markdown").stdout
    assert call("list", "--format", "github", "--code", "ID2").stdout.startswith(
        "::error file=wiki/adapalene.md,line=3,"
    )
    lines = call("list", "--format", "jsonl", "--sort", "code").stdout.splitlines()
    assert [json.loads(line)["fingerprint"] for line in lines] == [SPELT, WRONG]
    (run,) = json.loads(call("list", "--format", "sarif").stdout)["runs"]
    assert {fingerprint for item in run["results"] for fingerprint in item["partialFingerprints"].values()} == {
        WRONG,
        SPELT,
    }


def test_a_list_for_a_browser_has_findings_and_no_empty_chart(call: Canonid) -> None:
    """With what is claimed in its column; nothing is said of the claims that are right."""
    page = call("list", "--format", "html").stdout
    assert "2 discrepancies on 2 pages" in page
    assert "<code>chembl1431</code>" in page
    assert 'class="tile' not in page
    assert 'id="overview"' not in page


def test_as_mappings_the_list_is_empty(call: Canonid) -> None:
    """What is wrong or open is no mapping."""
    lines = call("list", "--format", "sssom").stdout.splitlines()
    assert lines[-1].startswith("subject_id\t")


@pytest.mark.parametrize("form", ["markdown", "github", "jsonl", "sarif", "html", "sssom"])
def test_an_empty_list_is_fine_in_the_forms_of_reports_as_well(call: Canonid, form: str) -> None:
    """Nothing to tell is no fault."""
    ran = call("list", "--state", "resolved", "--format", form)
    assert (ran.code, ran.stderr) == (0, "")


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("text", "1  ID103\n1  ID201\n"),
        ("csv", "code,count\r\nID103,1\r\nID201,1\r\n"),
        (
            "json",
            '{\n  "schema_version": 1,\n  "by": "code",\n  "counts": {\n    "ID103": 1,\n    "ID201": 1\n  }\n}\n',
        ),
    ],
)
def test_counts_in_place_of_a_list(call: Canonid, form: str, shown: str) -> None:
    """In every form."""
    assert call("list", "--count-by", "code", "--format", form).stdout.replace("\r", "") == shown.replace("\r", "")


def test_colours_tell_what_counts(call: Canonid) -> None:
    """Red codes for errors; what is waived steps back."""
    call("waive", SPELT, *REASON)
    lines = call("list", FORCE_COLOR="1").stdout.splitlines()
    assert "\x1b[31mID201\x1b[0m" in lines[0]
    assert lines[1].startswith("\x1b[2m")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--state", "closed"), "there is no state 'closed'; there are open, acknowledged"),
        (("--authority", "drugs"), "there is no authority 'drugs'"),
    ],
)
def test_what_does_not_exist_is_refused(call: Canonid, options: tuple[str, ...], said: str) -> None:
    """With what there is."""
    ran = call("list", *options)
    assert ran.code == 2
    assert said in " ".join(re.sub(r"[│╭╮╰╯─\n]", " ", ran.stderr).split())


# show and history


def test_a_sheet_has_claim_evidence_proposal_and_history(call: Canonid) -> None:
    """By subject; the claim is marked in its lines."""
    out = call("show", "metformin").stdout
    assert out.splitlines()[0] == f"ID103 spelling (warning)  {SPELT}  open"
    assert ">     3 | chembl-id: chembl1431" in out
    assert "      2 | title: Metformin" in out
    assert "Proposal: CHEMBL1431 (high confidence" in out
    assert "\n          ChEMBL\n" in out
    assert "\nname      METFORMIN\n" in out
    assert "open          found for the first time (canonid, run\n" in out


def test_a_reply_that_there_is_no_record_is_shown_as_such(call: Canonid) -> None:
    """Absence is evidence, too."""
    assert "\nanswer    no such record\n" in call("show", WRONG[:8]).stdout


def test_the_claim_is_looked_for_where_the_page_has_changed(call: Canonid, corpus: Path) -> None:
    """Moved, gone, or no page at all."""
    page = corpus / "wiki" / "adapalene.md"
    page.write_text(page.read_text().replace("---\ntitle", "---\ntype: compound\ntitle", 1))
    moved = call("show", WRONG).stdout
    assert ">     4 | chembl-id: CHEMBL12345678" in moved
    assert "the claim was on line 3 when it was last seen" in moved
    page.write_text(page.read_text().replace("CHEMBL12345678", "CHEMBL1265"))
    assert "the claim is not near line 3 any more; run" in " ".join(call("show", WRONG).stdout.split())
    page.unlink()
    assert "adapalene.md is not there; --corpus names the folder" in " ".join(call("show", WRONG).stdout.split())


def test_a_corpus_that_has_moved_can_be_named(call: Canonid, corpus: Path, tmp_path: Path) -> None:
    """As when a report of another machine is looked at."""
    (corpus / "wiki").rename(tmp_path / "wiki")
    assert ">     3 | chembl-id" in call("show", WRONG, "--corpus", tmp_path).stdout


def test_a_sheet_as_json(call: Canonid) -> None:
    """All of it."""
    call("waive", WRONG, *REASON, "--until", "2999-01-01")
    (item,) = json.loads(call("show", WRONG, "--format", "json").stdout)["discrepancies"]
    assert (item["fingerprint"], item["state"], item["excerpt"]["line"]) == (WRONG, "waived", 3)
    assert item["waiver"]["until"] == "2999-01-01"
    assert [event["to"] for event in item["history"]] == ["open", "waived"]
    assert (item["evidence"][0]["found"], item["evidence"][0]["record"]) == (False, None)


def test_a_history_is_told_by_itself(call: Canonid) -> None:
    """As text and as JSON."""
    call("ack", WRONG, "--who", "A. Curator", "--note", "asked the author")
    text = call("history", "adapalene").stdout
    assert text.startswith("ID201 adapalene chembl-id CHEMBL12345678 (wiki/adapalene.md:3:12)\n  2")
    assert "acknowledged  asked the author (A. Curator)\n" in text
    events = json.loads(call("history", WRONG, "--format", "json").stdout)["events"]
    assert [(event["from"], event["to"], event["actor"]) for event in events] == [
        (None, "open", "canonid"),
        ("open", "acknowledged", "A. Curator"),
    ]


# ack, waive, reopen


def test_what_is_acknowledged_still_counts(call: Canonid, canonid: Canonid) -> None:
    """Somebody knows; the page is as wrong as before. A second time changes nothing."""
    said = call("ack", WRONG[:8], SPELT, "--who", "A. Curator").stdout
    assert f"{WRONG}  acknowledged: ID201 adapalene chembl-id CHEMBL12345678" in said
    assert f"{WRONG}  is acknowledged already, nothing changed: " in call("ack", WRONG).stdout
    assert canonid("reconcile", "wiki").code == 1
    assert states(call) == {"ID201": "acknowledged", "ID103": "acknowledged"}


def test_what_is_waived_does_not_count(call: Canonid, canonid: Canonid, corpus: Path) -> None:
    """Neither for the run nor for a check, where nothing but the file is known."""
    until = TODAY + timedelta(days=30)
    ran = call("waive", WRONG[:8], *REASON, "--until", until)
    assert ran.stdout.startswith(f"{WRONG}  waived: ID201 adapalene")
    assert ran.stderr == f"written to {corpus / '.canonid' / 'waivers.toml'}\n"
    assert states(call)["ID201"] == "waived"
    checked = canonid("check", "wiki", "--database", "other.sqlite")
    assert canonid("reconcile", "wiki").code == checked.code == 0
    assert f"is waived until {until} (A. Curator): the label has it so" in " ".join(checked.stdout.split())
    assert "(1 of them waived)" in checked.stdout


def test_the_file_of_waivers_is_for_review(call: Canonid, corpus: Path) -> None:
    """What a colleague sees in the diff; a second time changes what is different."""
    call("waive", WRONG, *REASON)
    before = waivers(corpus)
    assert before.splitlines()[3:] == [
        "[[waiver]]",
        f'fingerprint = "{WRONG}"',
        'code = "ID201"',
        'subject = "adapalene"',
        'field = "chembl-id"',
        'claimed = "CHEMBL12345678"',
        'who = "A. Curator"',
        'reason = "the label has it so"',
    ]
    call("waive", WRONG, *REASON, "--until", "2999-01-01")
    assert waivers(corpus) == before + "until = 2999-01-01\n"


def test_a_waiver_that_has_ended_reopens(call: Canonid, canonid: Canonid, corpus: Path) -> None:
    """The run says so, and the exit code is that of an error again."""
    call("waive", WRONG, *REASON, "--until", TODAY)
    assert canonid("reconcile", "wiki").code == 0
    file = corpus / ".canonid" / "waivers.toml"
    file.write_text(waivers(corpus).replace(f"until = {TODAY}", "until = 2020-01-01"))
    ran = canonid("reconcile", "wiki")
    assert (ran.code, states(call)["ID201"]) == (1, "reopened")
    said = " ".join(ran.stdout.split())
    assert "the waiver at .canonid/waivers.toml:4 (ID201 adapalene chembl-id) ended on 2020-01-01" in said
    assert "the waiver ended on 2020-01-01 (canonid, run" in " ".join(call("history", WRONG).stdout.split())


def test_a_waiver_of_what_was_mended_is_pointed_out(call: Canonid, canonid: Canonid, corpus: Path) -> None:
    """It can go."""
    call("waive", SPELT, *REASON)
    page = corpus / "wiki" / "metformin.md"
    page.write_text(page.read_text().replace("chembl1431", "CHEMBL1431"))
    assert "is of nothing that is found any more" in " ".join(canonid("reconcile", "wiki").stdout.split())
    document = json.loads(canonid("check", "wiki", "--format", "json").stdout)
    assert [(waiver["fingerprint"], waiver["standing"]) for waiver in document["waivers"]] == [(SPELT, "unused")]


@pytest.fixture
def copied(canonid: Canonid, corpus: Path) -> Path:
    """A page with the identifier of another, that a run over both has found; no answer is missing."""
    absent = {
        "question": "name:aspirin", "release": "synthetic", "retrieved_at": "2026-01-01T00:00:00Z",
        "url": "https://absent.example/", "payload": None, "sources": "synthetic",
    }  # fmt: skip
    with (corpus / "evidence.jsonl").open("a") as evidence:
        evidence.writelines(json.dumps({"authority": name, **absent}) + "\n" for name in ("chembl", "drugbank"))
    page = corpus / "wiki" / "aspirin.md"
    page.write_text("---\ntitle: Aspirin\nchembl-id: CHEMBL1201570\n---\n", encoding="utf-8")
    canonid("reconcile", "wiki")
    return page


def test_a_run_that_reads_one_of_two_pages_resolves_nothing_between_them(
    call: Canonid, canonid: Canonid, copied: Path
) -> None:
    """It did not see the other claim; a run over both does."""
    canonid("reconcile", copied)
    assert states(call)["ID501"] == "open"
    (copied.parent / "anakinra.md").write_text("---\ntitle: Anakinra\n---\n", encoding="utf-8")
    canonid("reconcile", "wiki")
    assert states(call)["ID501"] == "resolved"


def test_a_page_that_is_gone_shares_nothing(call: Canonid, canonid: Canonid, copied: Path) -> None:
    """Also for a run that is given the pages by name, as a shell does it for `wiki/*.md`."""
    (copied.parent / "anakinra.md").unlink()
    canonid("reconcile", *sorted(copied.parent.glob("*.md")))
    assert states(call)["ID501"] == "resolved"


def test_one_of_two_pages_is_enough_where_it_no_longer_says_so(call: Canonid, canonid: Canonid, copied: Path) -> None:
    """Without the claim there is nothing to compare."""
    copied.write_text("---\ntitle: Aspirin\nchembl-id: null\n---\n", encoding="utf-8")
    canonid("reconcile", copied)
    assert states(call)["ID501"] == "resolved"


@pytest.mark.parametrize("is_comment", [True, False])
def test_a_waiver_between_two_pages_is_not_idle_where_one_was_read(
    call: Canonid, canonid: Canonid, copied: Path, is_comment: bool
) -> None:
    """Nobody is told to take it out before a run over both finds nothing; after that, a run over one says so, too."""
    if is_comment:
        copied.write_text("---\ntitle: Aspirin\nchembl-id: CHEMBL1201570  # canonid: ignore ID501 — both\n---\n")
    else:
        call("waive", fingerprint_of("ID501", "aspirin", "chembl-id", "CHEMBL1201570"), *REASON)
    canonid("reconcile", "wiki")
    told = [canonid("reconcile", copied).stdout]
    (copied.parent / "anakinra.md").write_text("---\ntitle: Anakinra\n---\n", encoding="utf-8")
    told += [canonid("reconcile", path).stdout for path in ("wiki", copied)]
    assert ["is of nothing that is found" in " ".join(text.split()) for text in told] == [False, True, True]


def test_reopening_takes_the_waiver_out(call: Canonid, canonid: Canonid, corpus: Path) -> None:
    """Of several the others stay; it counts again."""
    call("waive", WRONG, SPELT, *REASON)
    assert call("reopen", WRONG, "--who", "B. Curator", "--note", "no").stdout.startswith(f"{WRONG}  reopened: ")
    assert re.findall(r'subject = "(\w+)"', waivers(corpus)) == ["metformin"]
    shown = json.loads(call("show", WRONG, "--format", "json").stdout)["discrepancies"]
    assert [item["waiver"] for item in shown] == [None]
    assert canonid("reconcile", "wiki").code == 1
    assert states(call) == {"ID201": "reopened", "ID103": "waived"}
    assert "is reopened already, nothing changed" in call("reopen", WRONG).stdout


def test_what_was_acknowledged_can_be_reopened(call: Canonid) -> None:
    """What is open stays so."""
    call("ack", WRONG)
    call("reopen", WRONG, SPELT)
    assert states(call) == {"ID201": "reopened", "ID103": "open"}


def test_a_comment_on_the_line_waives(call: Canonid, canonid: Canonid, corpus: Path) -> None:
    """And is taken back where it stands."""
    page = corpus / "wiki" / "adapalene.md"
    text = page.read_text()
    page.write_text(text.replace("12345678", "12345678  # canonid: ignore ID201 until 2999-01-01 — being asked for"))
    assert canonid("reconcile", "wiki").code == 0
    assert "waived until 2999-01-01 (comment on the page): being asked for" in " ".join(
        call("show", WRONG).stdout.split()
    )
    ran = call("reopen", WRONG)
    assert (ran.code, states(call)["ID201"]) == (2, "waived")
    assert "is waived by a comment at wiki/adapalene.md:3; take that out of the page" in ran.stderr
    page.write_text(text)
    assert canonid("reconcile", "wiki").code == 1
    assert states(call)["ID201"] == "reopened"


def test_a_comment_that_is_not_understood_is_reported(call: Canonid, canonid: Canonid, corpus: Path) -> None:
    """It waives nothing, and says what to write."""
    page = corpus / "wiki" / "adapalene.md"
    page.write_text(page.read_text().replace("12345678", "12345678  # canonid: ignore ID201"))
    ran = canonid("check", "wiki")
    assert ran.code == 1
    said = " ".join(ran.stdout.split())
    assert "wiki/adapalene.md:3:30 ID504 waiver gives no reason behind a dash; write `canonid: ignore ID303" in said


def test_a_mistake_in_the_file_stops_the_run(call: Canonid, canonid: Canonid, corpus: Path) -> None:
    """Before anything else; path and line are named."""
    call("waive", WRONG, *REASON)
    file = corpus / ".canonid" / "waivers.toml"
    file.write_text(waivers(corpus).replace("reason", "because"))
    for command in ("reconcile", "check"):
        ran = canonid(command, "wiki")
        assert (ran.code, ran.stdout) == (2, "")
        assert f"{file}:11: a waiver has no key 'because'" in ran.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("waive", WRONG), "Missing option '--reason'"),
        (("waive", WRONG, "--reason", " "), "a waiver needs a reason"),
        (("waive", WRONG, *REASON, "--until", "soon"), "'soon' does not match the format"),
        (("waive", WRONG, *REASON, "--until", "2020-01-01"), "--until 2020-01-01 is over"),
        (("waive", WRONG, "--reason", "so", "--who", " "), "--who is empty; give a name"),
        (("ack", "beef"), "there is no discrepancy beef"),
        (("show", "nothing"), "no discrepancy of a subject 'nothing'"),
    ],
)
def test_what_cannot_be_done_is_refused(call: Canonid, corpus: Path, args: tuple[str, ...], said: str) -> None:
    """With what to do; nothing is written."""
    ran = call(*args)
    assert ran.code == 2
    assert said in " ".join(re.sub(r"[│╭╮╰╯─\n]", " ", ran.stderr).split())
    assert not (corpus / ".canonid").exists()


def test_what_is_resolved_cannot_be_decided_about(call: Canonid, canonid: Canonid, corpus: Path) -> None:
    """There is nothing left."""
    (corpus / "wiki" / "adapalene.md").unlink()
    canonid("reconcile", "wiki")
    for args in (("waive", WRONG, *REASON), ("reopen", WRONG), ("ack", WRONG)):
        ran = call(*args)
        assert ran.code == 2
        assert f"{WRONG} is resolved: " in ran.stderr
    assert not (corpus / ".canonid").exists()


def test_who_decides_is_whom_git_signs_for(call: Canonid, corpus: Path) -> None:
    """Or else the user of the system."""
    (corpus / "gitconfig").write_text("[user]\nname = G. Curator\nemail = g@example.org\n")
    call("ack", WRONG, GIT_CONFIG_GLOBAL=str(corpus / "gitconfig"))
    call("ack", SPELT, LOGNAME="somebody")
    events = [json.loads(call("history", name, "--format", "json").stdout)["events"][-1] for name in (WRONG, SPELT)]
    assert [event["actor"] for event in events] == ["G. Curator <g@example.org>", "somebody"]


def test_a_waiver_goes_to_the_corpus_of_the_run(canonid: Canonid, wiki: Path, tmp_path: Path) -> None:
    """Without a configuration beside the reader, the run knows where the pages are."""
    (wiki.parent / "canonid.toml").unlink()
    evidence = wiki.parent / "evidence.jsonl"
    canonid("evidence", "import", evidence)
    assert canonid("reconcile", wiki, "--offline").code == 1
    canonid("discrepancies", "waive", WRONG, *REASON)
    assert (wiki / ".canonid" / "waivers.toml").is_file()
    assert canonid("reconcile", wiki, "--offline").code == 0
    assert canonid("check", wiki / "adapalene.md", "--offline").code == 0
    assert not (tmp_path / ".canonid").exists()


def test_a_root_that_is_gone_is_replaced_by_the_folder_of_the_reader(call: Canonid, corpus: Path) -> None:
    """A store may come from another machine."""
    with writing(corpus / "cache" / "canonid.sqlite") as connection:
        connection.execute("UPDATE run SET root = '/nowhere'")
    assert ">     3 | chembl-id" in call("show", WRONG).stdout


def test_a_page_under_a_new_name_keeps_state_and_waiver(call: Canonid, canonid: Canonid, corpus: Path) -> None:
    """The file still has the former fingerprint, which leads to the present one."""
    call("waive", WRONG, *REASON)
    (corpus / "wiki" / "adapalene.md").rename(corpus / "wiki" / "differin.md")
    assert canonid("reconcile", "wiki").code == 0
    now = fingerprint_of("ID201", "differin", "chembl-id", "CHEMBL12345678")
    (item,) = json.loads(call("show", WRONG, "--format", "json").stdout)["discrepancies"]
    assert (item["fingerprint"], item["state"], item["path"]) == (now, "waived", "wiki/differin.md")
    assert [event["to"] for event in item["history"]] == ["open", "waived", "waived"]
    call("reopen", WRONG)
    assert canonid("reconcile", "wiki").code == 1
