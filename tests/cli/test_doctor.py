"""`canonid doctor` against the emulated services."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.authorities.drugbank_files import ANAKINRA, whole_vocabulary
from tests.cli.conftest import Canonid, Ran
from tests.emulator import Emulator, World, faults
from tests.emulator.wire import AUTHORITIES

Doctor = Callable[..., Ran]


@pytest.fixture
def services() -> Iterator[Emulator]:
    with Emulator(World.of()) as services:
        yield services


@pytest.fixture
def doctor(canonid: Canonid, services: Emulator) -> Doctor:
    """The command, pointed at the emulated services."""
    urls = {
        "CANONID_CHEMBL_URL": services.chembl_url,
        "CANONID_PUBCHEM_URL": services.pubchem_url,
        "CANONID_CLINICALTRIALS_URL": services.clinicaltrials_url,
    }
    return lambda *args, **environment: canonid("doctor", *args, **urls, **environment)


def flat(ran: Ran) -> str:
    return " ".join(ran.stdout.split())


def test_all_is_well(doctor: Doctor, services: Emulator, tmp_path: Path) -> None:
    """One request an authority, exit code 0, and nothing is left behind."""
    ran = doctor()
    assert (ran.code, ran.stderr) == (0, "")
    assert [services.count(name) for name in AUTHORITIES] == [1, 1, 1]
    assert "ChEMBL_37 of 2026-05-01, status: UP" in flat(ran)
    assert "Request Count: Green" in flat(ran)
    assert "2026-03-25T09:00:05" in flat(ran)
    assert "not there yet; the first run makes it" in ran.stdout
    assert not list(tmp_path.iterdir())


def test_the_page_fits_its_width(doctor: Doctor) -> None:
    """80 columns, unless a path is longer."""
    assert [line for line in doctor().stdout.splitlines() if len(line) > 80 and "/" not in line] == []


def test_an_authority_that_is_down_makes_the_exit_code_3(doctor: Doctor, services: Emulator) -> None:
    """Not asked a second time; the sentence says what to do."""
    services.always("chembl", faults.HTTP_503_HTML)
    ran = doctor()
    assert ran.code == 3
    assert "ChEMBL unreachable" in flat(ran)
    assert "warning: ChEMBL answered 503 with a web page; try again later" in flat(ran)
    assert services.count("chembl") == 1


def test_offline_nobody_is_asked(doctor: Doctor, services: Emulator) -> None:
    """Exit code 0."""
    ran = doctor("--offline")
    assert ran.code == 0
    assert ran.stdout.count("not asked") == 3
    assert [services.count(name) for name in AUTHORITIES] == [0, 0, 0]


def test_a_budget_for_runs_does_not_blind_the_doctor(doctor: Doctor, tmp_path: Path) -> None:
    """It makes three requests whatever the limit of a run."""
    (tmp_path / "canonid.toml").write_text("max_requests = 0\n")
    assert doctor().code == 0


def test_a_database_that_cannot_be_used_makes_the_exit_code_2(doctor: Doctor, tmp_path: Path) -> None:
    """Before all else in what there is to do."""
    (tmp_path / "notes.txt").write_text("these are notes, longer than the header of a database " * 20)
    ran = doctor("--offline", "--database", "notes.txt")
    assert ran.code == 2
    assert "cannot be used (see below)" in ran.stdout
    assert "What to do error: the database" in flat(ran)


def test_a_file_that_is_gone_makes_the_exit_code_2(doctor: Doctor) -> None:
    """As every run with these settings would."""
    ran = doctor("--offline", "--drugbank", "gone.csv")
    assert ran.code == 2
    assert "gone.csv cannot be read" in flat(ran)


def test_settings_that_cannot_be_read_make_the_exit_code_2(doctor: Doctor, tmp_path: Path) -> None:
    """With file and line; so does a code that no rule has."""
    (tmp_path / "canonid.toml").write_text("ofline = true\n")
    ran = doctor()
    assert ran.code == 2
    assert "canonid.toml:1: there is no setting 'ofline'; did you mean 'offline'?" in ran.stderr
    (tmp_path / "canonid.toml").write_text('select = ["ID999"]\n')
    assert doctor().code == 2


def test_settings_that_were_changed_are_listed(doctor: Doctor, tmp_path: Path) -> None:
    """With their origin; the rest is not."""
    (tmp_path / "canonid.toml").write_text('contact = "me@example.org"\n[freshness]\nfound_days = 5\n')
    ran = doctor("--offline")
    assert f'contact "me@example.org" ({tmp_path / "canonid.toml"}:1)' in flat(ran)
    assert "freshness.found_days 5 (" in flat(ran)
    assert "trials_days" not in ran.stdout
    assert "no contact is set" not in flat(ran)


def test_what_was_done_before_is_shown(canonid: Canonid, wiki: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replies, discrepancies and the last run, found by the configuration nearest upward."""
    canonid("reconcile", wiki)
    monkeypatch.chdir(wiki)
    ran = canonid("doctor")
    shown = flat(ran)
    assert ran.code == 0
    assert "state sound and writable, " in shown
    assert "replies 3 " in shown
    assert "discrepancies 2 open " in shown
    assert "last run 20" in shown


def test_a_database_without_a_run_says_so(canonid: Canonid, tmp_path: Path) -> None:
    """Evidence may be imported before the first one."""
    (tmp_path / "e.jsonl").write_text("")
    canonid("evidence", "import", "e.jsonl")
    assert "replies 0 discrepancies none last run none" in flat(canonid("doctor", "--offline"))


def test_exports_are_shown_with_their_age(doctor: Doctor, tmp_path: Path, canonid: Canonid) -> None:
    """And a catalogue that is broken is said to be."""
    (tmp_path / "v.csv").write_text(
        "DrugBank ID,Accession Numbers,Common name,CAS,UNII,Synonyms,Standard InChI Key\n"
        "DB00026,BTD00060 | BIOD00060,Anakinra,143090-92-0,9013DUQ28K,,\n"
    )
    canonid("drugbank", "import", "v.csv")
    assert f": 1 entry, 0 days old, from {tmp_path / 'v.csv'}" in flat(doctor("--offline"))
    (tmp_path / "cache" / "canonid.drugbank.sqlite").write_text("no database, and longer than its header " * 20)
    ran = doctor("--offline")
    assert (ran.code, "DrugBank exports cannot be read (see below)" in flat(ran)) == (3, True)


def test_json_has_it_all(doctor: Doctor, services: Emulator, tmp_path: Path) -> None:
    """For monitoring, into a file."""
    services.play("pubchem", faults.YELLOW)
    services.always("clinicaltrials", faults.HTTP_500)
    ran = doctor("--format", "json", "--output", "d.json", CANONID_CONTACT="me@example.org")
    document = json.loads((tmp_path / "d.json").read_text())
    assert (ran.code, ran.stdout, document["schema_version"], document["status"]) == (3, "", 1, "cut off")
    chembl, trials = document["authorities"]["chembl"], document["authorities"]["clinicaltrials"]
    assert (chembl["status"], chembl["release"], chembl["released"]) == ("ok", "ChEMBL_37", "2026-05-01")
    assert abs(chembl["clock_skew_seconds"]) < 60
    assert document["authorities"]["pubchem"]["state"]["Request Count"] == "Yellow (60%)"
    assert (trials["status"], trials["seconds"]) == ("unreachable", None)
    assert document["database"]["bytes"] is None
    assert document["settings"]["contact"] == {
        "value": "me@example.org",
        "origin": "environment CANONID_CONTACT",
    }
    assert {remark["about"] for remark in document["remarks"]} == {"pubchem", "clinicaltrials", "drugbank"}
    assert document["versions"]["canonid"]


def test_json_names_run_and_exports(canonid: Canonid, wiki: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When there are any."""
    monkeypatch.chdir(wiki)
    vocabulary = wiki.parent / "v.csv"
    vocabulary.write_text(
        "DrugBank ID,Accession Numbers,Common name,CAS,UNII,Synonyms,Standard InChI Key\nDB00026,,Anakinra,,,,\n"
    )
    canonid("drugbank", "import", vocabulary)
    canonid("reconcile", wiki)
    document = json.loads(canonid("doctor", "--format", "json").stdout)
    assert (document["status"], document["database"]["schema"]) == ("ok", 3)
    assert document["database"]["last_run"]["finished_at"].endswith("Z")
    assert [item["entries"] for item in document["drugbank"]["exports"]] == [1]


def test_an_unusable_state_is_named_in_json(doctor: Doctor) -> None:
    """The gravest word wins."""
    ran = doctor("--offline", "--drugbank", "gone.csv", "--format", "json")
    assert (ran.code, json.loads(ran.stdout)["status"]) == (2, "unusable")


def test_colour_is_for_terminals(doctor: Doctor) -> None:
    """Headings and gravity."""
    assert "\x1b[" not in doctor("--offline").stdout
    shown = doctor("--offline", FORCE_COLOR="1").stdout
    assert "\x1b[1mAuthorities\x1b[0m" in shown
    assert "\x1b[36minfo:\x1b[0m" in shown


def test_nothing_to_do_is_said(canonid: Canonid, tmp_path: Path) -> None:
    """When there is an export, a contact, and nothing else to say."""
    (tmp_path / "v.csv").write_text(whole_vocabulary(ANAKINRA))
    canonid("drugbank", "import", "v.csv")
    ran = canonid("doctor", "--offline", CANONID_CONTACT="me@example.org")
    assert ran.stdout.endswith("What to do\n  nothing; all is well\n")
