"""Counting what the store holds, and looking at all of it again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from canonid.authorities.base import Authority
from canonid.errors import StoreError
from canonid.gather import Freshness
from canonid.identifiers import CLINICALTRIALS, Reference
from canonid.inventory import Count, Damage, Verification, take_inventory, verify
from canonid.model import ById, ByName, Evidence, TrialSearch
from canonid.settings import Settings
from canonid.store.evidence import EvidenceStore
from canonid.wiring import open_authorities
from tests.store.samples import NOON, compound, evidence

MOLECULE = '{"molecule":{"molecule_chembl_id":"CHEMBL1","pref_name":"SYNTHETIC"}}'
TRIAL = ById(Reference(CLINICALTRIALS, "NCT05177822"))
SEARCH = TrialSearch(("anakinra",), ("RECRUITING",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "x.sqlite"


@pytest.fixture
def authorities(tmp_path: Path) -> Iterator[tuple[Authority, ...]]:
    """The real ones, of which nobody is asked."""
    with open_authorities(Settings(tmp_path / "x.sqlite")) as authorities:
        yield authorities


def store(path: Path, *items: Evidence) -> Path:
    with EvidenceStore(path) as opened:
        opened.put(items)
    return path


def days(number: float) -> timedelta:
    return timedelta(days=number)


def test_replies_are_counted_by_authority_and_kind_of_question(path: Path) -> None:
    """Found and not found apart, with the span of time, releases, and what was compiled by hand."""
    store(
        path,
        evidence(compound(1), at=NOON - days(2), release="ChEMBL_35"),
        evidence(compound(2), payload=None),
        evidence(compound(3), sources="a label"),
        evidence(ByName("x"), payload=None, release=None),
        evidence(SEARCH, authority="clinicaltrials"),
    )
    inventory = take_inventory(path, Freshness(), NOON)
    assert (inventory.replies, list(inventory.holdings)) == (5, ["chembl", "clinicaltrials"])
    chembl = inventory.holdings["chembl"]
    assert chembl.kinds == {"id": Count(2, 1), "name": Count(0, 1)}
    assert chembl.releases == {"ChEMBL_35": 1, "ChEMBL_36": 2, "none named": 1}
    assert (chembl.oldest[:10], chembl.newest[:10], chembl.compiled) == ("2026-01-03", "2026-01-05", 1)
    assert inventory.holdings["clinicaltrials"].kinds == {"trials": Count(1, 0)}
    assert inventory.bytes == path.stat().st_size


@pytest.mark.parametrize(
    ("item", "limit"),
    [
        (evidence(), 30),
        (evidence(payload=None), 3),
        (evidence(TRIAL, authority="clinicaltrials"), 7),
        (evidence(TRIAL, authority="clinicaltrials", payload=None), 7),
        (evidence(SEARCH, authority="clinicaltrials"), 7),
    ],
)
def test_what_is_past_its_age_is_what_a_run_would_ask_again(path: Path, item: Evidence, limit: int) -> None:
    """To the moment: the same limits as in a run, also for a reply from the future."""
    store(path, item)
    freshness = Freshness()
    moment = timedelta(microseconds=1)
    for now in (NOON + days(limit), NOON + days(limit) + moment, NOON - days(limit), NOON - days(limit) - moment):
        (holdings,) = take_inventory(path, freshness, now).holdings.values()
        assert bool(holdings.past_age) is not freshness.allows(item, now)


def test_replies_from_files_do_not_age(path: Path) -> None:
    """DrugBank's exports are read anew in every run."""
    store(path, evidence(ByName("x"), authority="drugbank", payload=None, at=NOON - days(1000)))
    assert take_inventory(path, Freshness(), NOON).holdings["drugbank"].past_age == 0


def test_a_store_that_was_never_used_holds_nothing(path: Path) -> None:
    """And is not made by counting."""
    inventory = take_inventory(path, Freshness(), NOON)
    assert (inventory.replies, inventory.bytes, path.exists()) == (0, None, False)


def test_a_damaged_row_is_counted_all_the_same(path: Path) -> None:
    """Counting is not judging."""
    store(path, evidence())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE evidence SET retrieved_at = x'ff', release = x'ff', question = x'3a'")
    assert take_inventory(path, Freshness(), NOON).replies == 1


def test_a_sound_store_is_sound(path: Path, authorities: tuple[Authority, ...]) -> None:
    """Every reply was hashed and parsed."""
    trials = '{"studies":[],"totalCount":0}'
    drug = '{"entries":[{"id":"DB00026","name":"Anakinra"}]}'
    store(
        path,
        evidence(compound(1), payload=MOLECULE),
        evidence(compound(2), payload=None),
        evidence(SEARCH, authority="clinicaltrials", payload=trials),
        evidence(ByName("anakinra"), authority="drugbank", payload=drug),
        evidence(ByName("anakinra"), authority="pubchem", payload=None),
    )
    assert verify(path, authorities) == Verification(path, 5, (), ())
    assert verify(path, authorities).is_sound


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (evidence(compound(1), payload='{"molecule":[]}'), "stored"),
        (evidence(compound(1), payload="{}"), "stored"),
        (evidence(compound(1), payload='{"a": 1}'), "not a compact JSON object"),
        (evidence(TRIAL, authority="clinicaltrials", payload="{}"), "stored"),
        (evidence(ByName("x"), authority="pubchem", payload="{}"), "stored"),
        (evidence(ByName("x"), authority="drugbank", payload="{}"), "stored"),
        (evidence(ByName("x"), authority="wikidata"), "there is no authority of this name"),
    ],
)
def test_a_reply_that_cannot_be_used_is_named(
    path: Path, authorities: tuple[Authority, ...], item: Evidence, reason: str
) -> None:
    """By authority and question, beside a sound one."""
    store(path, item, evidence(compound(2), payload=None))
    outcome = verify(path, authorities)
    assert not outcome.is_sound
    (damage,) = outcome.damage
    assert damage.reply == f"{item.authority} {item.question.key}"
    assert reason in damage.reason


def test_a_changed_payload_is_found_by_its_hash(path: Path, authorities: tuple[Authority, ...]) -> None:
    """Even if it still parses."""
    store(path, evidence(compound(1), payload=MOLECULE))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE evidence SET payload = replace(payload, 'SYNTH', 'BOGUS')")
    reason = "payload and sha256 do not agree: one of them was changed after it was stored"
    assert verify(path, authorities).damage == (Damage("chembl id:chembl.compound:CHEMBL1", reason),)


def test_verifying_writes_nothing(path: Path, authorities: tuple[Authority, ...]) -> None:
    """Neither into the file nor into its log."""
    store(path, evidence(compound(1), payload=MOLECULE))
    before = path.read_bytes()
    verify(path, authorities)
    assert (path.read_bytes(), path.with_name("x.sqlite-wal").stat().st_size) == (before, 0)


def test_progress_is_told_now_and_then(path: Path, authorities: tuple[Authority, ...]) -> None:
    """Not for every row."""
    store(path, *(evidence(compound(number), payload=None) for number in range(1, 1102)))
    told: list[tuple[str, int, int]] = []
    verify(path, authorities, lambda *step: told.append(step))
    assert told == [("evidence", 500, 1101), ("evidence", 1000, 1101)]


def test_a_file_that_breaks_off_is_verified_as_far_as_it_goes(path: Path, authorities: tuple[Authority, ...]) -> None:
    """Damage of the file is reported, and no crash."""
    payload = '{"molecule":{"molecule_chembl_id":"CHEMBL1","x":"' + "x" * 2000 + '"}}'
    store(path, *(evidence(compound(number), payload=payload) for number in range(1, 200)))
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xa5" * (size // 2))
    outcome = verify(path, authorities)
    assert outcome.replies < 200
    assert outcome.file
    assert not outcome.is_sound


def test_a_store_that_is_not_there_is_not_sound(path: Path, authorities: tuple[Authority, ...]) -> None:
    """Nothing looked at is not nothing wrong."""
    with pytest.raises(StoreError, match="there is no store at"):
        verify(path, authorities)


def test_an_error_that_is_no_damage_ends_the_look(path: Path, authorities: tuple[Authority, ...]) -> None:
    """Here a table is missing: nobody knows what that means for the rest."""
    store(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TABLE evidence")
    with pytest.raises(StoreError, match="no such table"):
        verify(path, authorities)
