"""The list of discrepancies: what the filters keep, the orders, and the forms that the database makes."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from canonid.model import Finding, Severity, State
from canonid.store.database import writing
from canonid.store.discrepancies import update_discrepancies
from canonid.store.listing import COLUMNS, Part, Sort, Wanted, as_csv, as_json, count_by, listing
from tests.store.samples import finding, report

FOUND: tuple[tuple[Finding, State], ...] = (
    (finding("a", path="wiki/a.md"), State.OPEN),
    (finding("b", path="wiki/x/b.md", code="ID103", severity=Severity.WARNING), State.WAIVED),
    (replace(finding("c", path="wikis/c.md", authorities=("chembl", "pubchem")), field="pubchem-cid"), State.OPEN),
    (replace(finding("d", path="d [1].md", code="ID401"), claimed=None, proposal=None), State.RESOLVED),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with `FOUND`, each a day after the one before."""
    path = tmp_path / "canonid.sqlite"
    for day, (item, _) in enumerate(FOUND):
        update_discrepancies(path, report(item, days=day), checked_pages=set(), answered=set())
    with writing(path) as connection:
        for item, state in FOUND:
            connection.execute(
                "UPDATE discrepancy SET state = ? WHERE fingerprint = ?", (state.value, item.fingerprint)
            )
    return path


def subjects(path: Path, wanted: Wanted, sort: Sort = Sort.PLACE, limit: int | None = None) -> str:
    """Whose discrepancies are listed, in order."""
    fingerprints = {item.fingerprint: item.subject for item, _ in FOUND}
    with listing(path, wanted, sort, limit) as rows:
        return "".join(fingerprints[row[0]] for row in rows)


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        (Wanted(), "dabc"),
        (Wanted(states=(State.OPEN,)), "ac"),
        (Wanted(states=(State.WAIVED, State.RESOLVED)), "db"),
        (Wanted(codes=("ID3",)), "ac"),
        (Wanted(codes=("id103", "ID4")), "db"),
        (Wanted(codes=("ID*",)), ""),
        (Wanted(severities=(Severity.WARNING,)), "b"),
        (Wanted(subjects=("a", "d")), "da"),
        (Wanted(fields=("pubchem-cid",)), "c"),
        (Wanted(authorities=("pubchem",)), "c"),
        (Wanted(authorities=("pub",)), ""),
        (Wanted(authorities=("chembl", "pubchem")), "dabc"),
        (Wanted(paths=("wiki",)), "ab"),
        (Wanted(paths=("./wiki/",)), "ab"),
        (Wanted(paths=("wiki/a.md", "d [1].md")), "da"),
        (Wanted(paths=("wiki*",)), "abc"),
        (Wanted(paths=("*/?.md",)), "abc"),
        (Wanted(paths=(".",)), "dabc"),
        (Wanted(states=(State.OPEN,), paths=("wiki",)), "a"),
        (Wanted(subjects=("' OR 1=1 --",)), ""),
    ],
)
def test_filters(path: Path, wanted: Wanted, kept: str) -> None:
    """Any value of one, and all of several; a code by its beginning, a folder with all that is in it."""
    assert subjects(path, wanted) == kept


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (Sort.PLACE, "dabc"),
        (Sort.CODE, "bacd"),
        (Sort.SEVERITY, "dacb"),
        (Sort.STATE, "acdb"),
        (Sort.SUBJECT, "abcd"),
        (Sort.FIRST_SEEN, "abcd"),
        (Sort.LAST_SEEN, "dcba"),
    ],
)
def test_orders(path: Path, sort: Sort, order: str) -> None:
    """What is alike is sorted by place."""
    assert subjects(path, Wanted(), sort) == order


def test_a_limit_cuts_the_list(path: Path) -> None:
    """None has none."""
    assert (subjects(path, Wanted(), limit=2), subjects(path, Wanted(), limit=0)) == ("da", "")


def test_the_usual_list_is_read_along_an_index(path: Path) -> None:
    """It need not be sorted, however long it is."""
    with writing(path) as connection:
        plan = connection.execute(
            'EXPLAIN QUERY PLAN SELECT field FROM discrepancy ORDER BY path, line, "column", code, fingerprint LIMIT -1'
        ).fetchall()
    assert [step[3] for step in plan] == ["SCAN discrepancy USING INDEX discrepancy_by_place"]


def test_json_has_every_column(path: Path) -> None:
    """Lists and objects as such, null for an explicit none."""
    with as_json(path, Wanted()) as rows:
        first, *_, last = [json.loads(row) for row in rows]
    assert tuple(first) == COLUMNS
    assert (first["claimed"], first["proposal"], last["authorities"]) == (None, None, ["chembl", "pubchem"])
    assert last["proposal"] == {"value": "CHEMBL1265", "confidence": "high", "why": "pref_name and InChIKey agree"}
    assert (first["line"], first["first_seen"]) == (4, "2026-01-08T12:00:03.123456Z")


def test_csv_has_every_column(path: Path) -> None:
    """`null` for an explicit none, the proposed value, authorities with blanks between."""
    with as_csv(path, Wanted()) as rows:
        first, *_, last = [dict(zip(COLUMNS, cells, strict=True)) for cells in csv.reader(rows)]
    assert (first["claimed"], first["proposal"], first["path"]) == ("null", "", "d [1].md")
    assert (last["claimed"], last["proposal"], last["authorities"]) == ("CHEMBL1232", "CHEMBL1265", "chembl pubchem")


@pytest.mark.parametrize("odd", ['a "b", c', "β,\n;", "\\", "\x07"])
def test_odd_values_survive(tmp_path: Path, odd: str) -> None:
    """Whatever a page says, a program reads the same."""
    path = tmp_path / "x.sqlite"
    item = replace(finding(message=odd), claimed=odd)
    update_discrepancies(path, report(item), checked_pages=set(), answered=set())
    with as_json(path, Wanted()) as rows:
        (as_object,) = [json.loads(row) for row in rows]
    with as_csv(path, Wanted()) as rows:
        (cells,) = csv.reader(f"{row}\r\n" for row in rows)
    assert (as_object["claimed"], as_object["message"]) == (odd, odd)
    assert (cells[COLUMNS.index("claimed")], cells[COLUMNS.index("message")]) == (odd, odd)


@pytest.mark.parametrize(
    ("part", "counts"),
    [
        (Part.STATE, {"open": 2, "resolved": 1, "waived": 1}),
        (Part.SEVERITY, {"error": 3, "warning": 1}),
        (Part.FIELD, {"chembl-id": 3, "pubchem-cid": 1}),
        (Part.CODE, {"ID301": 2, "ID103": 1, "ID401": 1}),
    ],
)
def test_counts(path: Path, part: Part, counts: dict[str, int]) -> None:
    """The most frequent first."""
    assert list(count_by(path, Wanted(), part)[part].items()) == list(counts.items())


def test_counts_are_of_what_the_filters_keep(path: Path) -> None:
    """As the list is."""
    assert count_by(path, Wanted(paths=("wiki",)), Part.STATE, Part.CODE) == {
        Part.STATE: {"open": 1, "waived": 1},
        Part.CODE: {"ID103": 1, "ID301": 1},
    }


def test_before_the_first_run_there_is_nothing(tmp_path: Path) -> None:
    """Asking does not create the database."""
    path = tmp_path / "x.sqlite"
    counts = count_by(path, Wanted(), Part.STATE)
    assert (subjects(path, Wanted()), counts, path.exists()) == ("", {Part.STATE: {}}, False)
