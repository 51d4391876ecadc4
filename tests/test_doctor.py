"""The diagnosis: what is found wrong, and how grave that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from canonid import __version__
from canonid.authorities.drugbank.catalogue import import_exports
from canonid.authorities.probe import Pulse
from canonid.doctor import Diagnosis, Surroundings, examine, versions
from canonid.errors import AuthorityUnavailable
from canonid.model import Severity
from tests.authorities import drugbank_files

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
URLS = {"chembl": "https://chembl.example/", "pubchem": "https://pubchem.example/"}


@dataclass
class Answering:
    """An authority that answers at once."""

    name: str = "chembl"
    ahead: timedelta = timedelta()
    state: Mapping[str, str] = field(default_factory=dict)
    asked: int = 0

    def probe(self) -> Pulse:
        self.asked += 1
        return Pulse(0.25, NOW + self.ahead, "release 1", state=self.state)


@dataclass
class Timeless(Answering):
    """One that does not say what time it is."""

    def probe(self) -> Pulse:
        return Pulse(0.25)


@dataclass
class Silent(Answering):
    """One that is down."""

    def probe(self) -> Pulse:
        raise AuthorityUnavailable("ChEMBL refused the connection; check the network")


def surroundings(
    folder: Path, *, offline: bool = False, contact: str | None = "me@example.org", drugbank: tuple[Path, ...] = ()
) -> Surroundings:
    return Surroundings(
        folder / "x.sqlite",
        folder / "x.drugbank.sqlite",
        URLS,
        {"drugbank": drugbank, "evidence": ()},
        offline=offline,
        contact=contact,
    )


@pytest.fixture
def vocabulary(tmp_path: Path) -> Path:
    path = tmp_path / "vocabulary.csv"
    path.write_text(drugbank_files.whole_vocabulary(drugbank_files.ANAKINRA), encoding="utf-8")
    return path


@pytest.fixture
def sound(tmp_path: Path, vocabulary: Path) -> Surroundings:
    """Where nothing is wrong: an export of today, a contact, a database to be."""
    about = surroundings(tmp_path)
    import_exports(about.catalogue, [vocabulary])
    return about


def today() -> datetime:
    return datetime.now(UTC)


def said(diagnosis: Diagnosis) -> list[tuple[Severity, str]]:
    return [(remark.severity, remark.about) for remark in diagnosis.remarks]


def test_where_all_is_well_there_is_nothing_to_do(sound: Surroundings) -> None:
    """Every authority was asked once."""
    chembl = Answering(ahead=today() - NOW)
    diagnosis = examine(sound, [chembl])
    assert (diagnosis.remarks, diagnosis.is_unusable, diagnosis.is_cut_off, chembl.asked) == ((), False, False, 1)
    (health,) = diagnosis.authorities
    assert (health.name, health.url, health.standing) == ("chembl", "https://chembl.example/", "ok")


def test_offline_nobody_is_asked(sound: Surroundings, tmp_path: Path) -> None:
    """Which is not the same as being cut off."""
    chembl = Answering()
    diagnosis = examine(surroundings(tmp_path, offline=True), [chembl])
    assert [each.standing for each in diagnosis.authorities] == ["not asked"]
    assert (diagnosis.is_cut_off, chembl.asked) == (False, 0)


def test_an_authority_that_is_down_is_a_warning(sound: Surroundings) -> None:
    """Runs go on without it; the others are asked all the same."""
    diagnosis = examine(sound, [Silent(), Answering("pubchem", today() - NOW)])
    assert [each.standing for each in diagnosis.authorities] == ["unreachable", "ok"]
    assert said(diagnosis) == [(Severity.WARNING, "chembl")]
    assert diagnosis.remarks[0].text == "ChEMBL refused the connection; check the network"
    assert (diagnosis.is_cut_off, diagnosis.is_unusable) == (True, False)


@pytest.mark.parametrize(
    ("state", "warns"),
    [("Green (20%)", False), ("UP", False), ("Yellow (60%)", True), ("Red (80%)", True), ("MAINTENANCE", True)],
)
def test_an_authority_under_strain_is_a_warning(sound: Surroundings, state: str, warns: bool) -> None:
    """In its own words."""
    diagnosis = examine(sound, [Answering("pubchem", today() - NOW, {"Request Count": state})])
    assert said(diagnosis) == ([(Severity.WARNING, "pubchem")] if warns else [])
    assert not diagnosis.is_cut_off


@pytest.mark.parametrize(
    ("minutes", "complaint"),
    [
        (4, None),
        (-4, None),
        (6, "is 6 minutes behind that of ChEMBL"),
        (-1500, "is 1,500 minutes ahead of that of"),
        (-2881, "is 2 days ahead of that of"),
    ],
)
def test_a_clock_that_is_far_off_is_a_warning(sound: Surroundings, minutes: int, complaint: str | None) -> None:
    """More than five minutes; the age of replies is counted by it."""
    diagnosis = examine(sound, [Answering(ahead=timedelta(minutes=minutes))], clock=lambda: NOW)
    clock = [remark.text for remark in diagnosis.remarks if remark.about == "clock"]
    assert bool(clock) is (complaint is not None)
    assert all((complaint or "") in text for text in clock)


def test_an_authority_without_a_clock_says_nothing_about_ours(sound: Surroundings) -> None:
    """A proxy may drop the header."""
    diagnosis = examine(sound, [Timeless()])
    assert diagnosis.authorities[0].skew is None
    assert said(diagnosis) == []


def test_a_database_that_cannot_be_used_comes_first(tmp_path: Path) -> None:
    """An error: no run can begin."""
    (tmp_path / "x.sqlite").write_text("these are notes, longer than the header of a database " * 20)
    diagnosis = examine(surroundings(tmp_path, contact=None), [Silent()])
    assert said(diagnosis) == [
        (Severity.ERROR, "database"),
        (Severity.WARNING, "chembl"),
        (Severity.INFO, "drugbank"),
        (Severity.INFO, "settings"),
    ]
    assert diagnosis.is_unusable


def test_a_file_of_the_settings_that_is_gone_is_an_error(sound: Surroundings, tmp_path: Path) -> None:
    """Every run would end with it."""
    diagnosis = examine(surroundings(tmp_path, drugbank=(tmp_path / "gone.csv", tmp_path)), [])
    assert said(diagnosis) == [(Severity.ERROR, "settings")] * 2
    assert "gone.csv cannot be read; no run begins without it" in diagnosis.remarks[0].text


def test_without_an_export_the_way_to_one_is_told(tmp_path: Path) -> None:
    """No fault, but DrugBank ids stay unchecked."""
    diagnosis = examine(surroundings(tmp_path), [])
    assert said(diagnosis) == [(Severity.INFO, "drugbank")]
    assert "canonid drugbank import FILE" in diagnosis.remarks[0].text


def test_an_old_export_is_a_warning(sound: Surroundings) -> None:
    """Counted from the newest, after a year."""
    (export,) = examine(sound, []).drugbank.exports
    dated = datetime.combine(export.dated or date.min, datetime.min.time(), UTC)
    assert said(examine(sound, [], clock=lambda: dated + timedelta(days=365))) == []
    assert said(examine(sound, [], clock=lambda: dated + timedelta(days=366))) == [(Severity.WARNING, "drugbank")]


def test_an_excerpt_is_pointed_out(tmp_path: Path) -> None:
    """Its silence proves nothing."""
    about = surroundings(tmp_path)
    file = tmp_path / "links.csv"
    file.write_text(LINKS, encoding="utf-8")
    import_exports(about.catalogue, [file])
    diagnosis = examine(about, [])
    assert said(diagnosis) == [(Severity.INFO, "drugbank")]
    assert "are excerpts" in diagnosis.remarks[0].text


def test_a_catalogue_that_cannot_be_read_cuts_drugbank_off(tmp_path: Path) -> None:
    """It is an authority that does not answer."""
    about = surroundings(tmp_path)
    about.catalogue.write_text("not a database, and longer than the header of one " * 20)
    diagnosis = examine(about, [])
    assert said(diagnosis) == [(Severity.WARNING, "drugbank")]
    assert "import the export again" in diagnosis.remarks[0].text
    assert diagnosis.is_cut_off


def test_versions_name_what_a_report_of_a_fault_needs() -> None:
    """canonid, Python, SQLite and the libraries."""
    found = versions()
    assert found["canonid"] == __version__
    assert {"Python", "SQLite", "system", "pubchempy", "httpx"} <= found.keys()
    assert "missing" not in found.values()
    assert versions(["no-such-library"])["no-such-library"] == "missing"


LINKS = "DrugBank ID,Name,CAS Number,Drug Type\nDB00026,Anakinra,143090-92-0,BiotechDrug\n"
