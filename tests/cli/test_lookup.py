"""`canonid lookup`: what is printed where, and what the exit code says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Canonid, Ran
from tests.desk import Desk, open_desk
from tests.emulator.faults import HTTP_403
from tests.emulator.wire import AUTHORITIES
from tests.store.samples import folder_of_another_user, stored, unprivileged


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that has metformin, an unknown name and a trial in its store."""
    with open_desk(tmp_path_factory.mktemp("desk")) as opened:
        for query in ("metformin", "no such drug", "Exemplar", "NCT05177822"):
            opened.look(query)
        yield opened


def look(canonid: Canonid, desk: Desk, *args: object) -> Ran:
    """The command, answering from the store of the desk."""
    return canonid("lookup", *args, "--offline", "--database", desk.database)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("metformin", 0),
        ("NCT05177822", 0),
        ("no such drug", 1),
        ("Exemplar", 1),
        ("never asked", 3),
        ("", 2),
        ("657-24-0", 2),
        ("met\x1bformin", 2),
        ("https://example.org/", 2),
        ("absent.md", 2),
        ("./", 2),
    ],
)
def test_the_exit_code_tells_found_not_found_refused_and_not_asked(
    canonid: Canonid, desk: Desk, query: str, code: int
) -> None:
    """An ambiguous name counts as not found: nothing is proven to be meant."""
    ran = look(canonid, desk, query)
    assert (ran.code, bool(ran.stdout), bool(ran.stderr)) == (code, code != 2, code == 2)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "canonid: error: nothing to look up: give a name, an identifier or a page\n"),
        (
            "absent.md",
            "canonid: error: there is no page absent.md; look at the path, or give the name of the substance\n",
        ),
        ("./", "canonid: error: ./ is a directory; name one page in it, or check all with `canonid check ./`\n"),
    ],
)
def test_a_refusal_says_what_to_give_instead(canonid: Canonid, desk: Desk, query: str, message: str) -> None:
    """In one line, on standard error."""
    assert look(canonid, desk, query).stderr == message


@pytest.mark.parametrize("query", ["x" * 5000, "no\x00such drug"])
def test_what_can_be_no_file_name_is_no_fault(canonid: Canonid, desk: Desk, query: str) -> None:
    """The file system is asked first, and must not have the last word."""
    assert "fault in canonid" not in look(canonid, desk, query).stderr


def test_a_page_that_cannot_be_looked_at_is_not_taken_for_a_name(canonid: Canonid, desk: Desk) -> None:
    """The authorities have no business with the paths of a user."""
    with folder_of_another_user() as folder:
        (folder / "locked").mkdir(mode=0)
        with unprivileged():
            ran = canonid("lookup", folder / "locked" / "page.md", "--offline")
    assert (ran.code, ran.stdout) == (2, "")
    assert "locked/page.md: Permission denied" in ran.stderr


def test_the_card_is_printed_without_colour_into_a_pipe(canonid: Canonid, desk: Desk) -> None:
    """At 80 columns; `FORCE_COLOR` says otherwise."""
    plain = look(canonid, desk, "metformin").stdout
    assert plain.startswith("Metformin\n")
    assert "\x1b" not in plain
    assert (
        "\x1b[1mMetformin"
        in canonid("lookup", "metformin", "--offline", "--database", desk.database, FORCE_COLOR="1").stdout
    )


def test_json_is_for_programs(canonid: Canonid, desk: Desk) -> None:
    """Whatever was found."""
    document = json.loads(look(canonid, desk, "metformin", "--format", "json").stdout)
    assert (document["schema_version"], document["cards"][0]["front_matter"][0]) == (1, "chembl-id: CHEMBL1431")


def test_a_form_of_reports_is_refused(canonid: Canonid, desk: Desk) -> None:
    """A card has no findings to annotate; printing something else in silence would be worse."""
    ran = look(canonid, desk, "metformin", "--format", "csv")
    assert (ran.code, ran.stdout) == (2, "")


def test_output_goes_into_a_file_uncoloured(canonid: Canonid, desk: Desk, tmp_path: Path) -> None:
    """And nothing else is printed."""
    file = tmp_path / "card.txt"
    command = ("lookup", "metformin", "--offline", "--database", desk.database, "--output", file)
    ran = canonid(*command, FORCE_COLOR="1")
    assert (ran.code, ran.stdout, ran.stderr) == (0, "", "")
    assert file.read_text(encoding="utf-8").startswith("Metformin\n")


def test_an_output_that_cannot_be_written_is_refused_first(canonid: Canonid, desk: Desk) -> None:
    """Before anybody is asked."""
    assert look(canonid, desk, "metformin", "--output", "no/where.txt").code == 2


def test_quiet_prints_what_is_to_be_pasted(canonid: Canonid, desk: Desk) -> None:
    """And the exit code still says whether anything was found."""
    ran = look(canonid, desk, "metformin", "-q")
    assert ran.stdout.splitlines() == [
        "chembl-id: CHEMBL1431",
        "pubchem-cid: 4091",
        "drugbank-id: DB00331",
        "inchikey: XZWYZXLIPXDOLR-UHFFFAOYSA-N",
    ]
    unknown = look(canonid, desk, "no such drug", "-q")
    assert (unknown.code, unknown.stdout) == (1, "")


def test_a_page_is_looked_up_by_its_path(canonid: Canonid, wiki: Path) -> None:
    """With the settings beside it, and the verdicts on its claims."""
    ran = canonid("lookup", wiki / "anakinra.md")
    assert "The page claims:\n  confirmed, line 3: chembl-id CHEMBL1201570: " in ran.stdout


def test_a_name_that_is_also_a_directory_is_a_name(canonid: Canonid, desk: Desk, tmp_path: Path) -> None:
    """A folder beside the curator does not hide a drug."""
    (tmp_path / "metformin").mkdir()
    assert look(canonid, desk, "metformin").code == 0


def test_the_services_are_asked_what_the_store_does_not_have(canonid: Canonid, desk: Desk, tmp_path: Path) -> None:
    """Through the real wiring; afterwards the store has it."""
    database = tmp_path / "new.sqlite"
    ran = canonid(
        "lookup",
        "NCT05177822",
        "--database",
        database,
        CANONID_CLINICALTRIALS_URL=desk.services.clinicaltrials_url,
    )
    assert (ran.code, "nct-id: NCT05177822" in ran.stdout) == (0, True)
    assert len(stored(database)) == 1


def test_services_that_refuse_leave_it_open(canonid: Canonid, tmp_path: Path) -> None:
    """Exit code 3, and nothing stored."""
    with open_desk(tmp_path) as desk:
        for authority in AUTHORITIES:
            desk.services.always(authority, HTTP_403)
        ran = canonid(
            "lookup",
            "metformin",
            "--database",
            tmp_path / "new.sqlite",
            CANONID_CHEMBL_URL=desk.services.chembl_url,
            CANONID_PUBCHEM_URL=desk.services.pubchem_url,
        )
    assert (ran.code, "Front matter" in ran.stdout) == (3, False)
    assert stored(tmp_path / "new.sqlite") == []


def test_verbose_shows_long_lists_in_full(canonid: Canonid, desk: Desk) -> None:
    """As the help says."""
    assert "Show long lists in full" in " ".join(canonid("lookup", "--help").stdout.split())
    assert look(canonid, desk, "metformin", "-v").code == 0


def test_a_name_tells_what_the_wiki_claims_and_whether_it_is_right(
    canonid: Canonid, desk: Desk, tmp_path: Path
) -> None:
    """As the last run over the wiki judged it."""
    store = shutil.copy(desk.database, tmp_path)
    page = tmp_path / "metformin.md"
    page.write_text("---\nchembl-id: CHEMBL1431\npubchem-cid: null\n---\n# Metformin\n", encoding="utf-8")
    canonid("check", page, "--offline", "--database", store)
    shown = canonid("lookup", "metformin", "--offline", "--database", store).stdout.partition("The wiki claims")[2]
    assert "\n  confirmed, metformin.md:2: chembl-id CHEMBL1431: " in shown
    assert "\n  discrepant, metformin.md:3: pubchem-cid null: " in shown
