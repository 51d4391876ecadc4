from __future__ import annotations

import pytest

from canonid.errors import CorpusError
from tests.corpus.reading import brief, rows

TABLE = """subject,name,aliases,chembl-id,pubchem-cid,note,who-inn,molecular-weight-da
anakinra,Anakinra,Kineret | Antril,CHEMBL1201570,null,"x, y",anakinra,17300
fisetin,,,,5281614,,,

"""


def test_one_page_a_row() -> None:
    """A row is a subject with its claims; blank rows are nothing."""
    pages = rows(TABLE)
    assert [(page.subject.slug, page.subject.title) for page in pages] == [
        ("anakinra", "Anakinra"),
        ("fisetin", "fisetin"),
    ]
    assert [brief(page.claims) for page in pages] == [
        [("chembl-id", "CHEMBL1201570"), ("pubchem-cid", None)],
        [("pubchem-cid", "5281614")],
    ]


def test_subject_of_a_row() -> None:
    """Columns describe the subject as keys do."""
    subject = rows(TABLE)[0].subject
    assert (subject.aliases, subject.inn, subject.mass) == (("Kineret", "Antril"), "anakinra", 17300.0)


@pytest.mark.parametrize("break_", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_places_are_those_of_the_cells(break_: str, mark: str) -> None:
    """Line, column and span of a cell are exact, behind quoted cells with line ends too."""
    text = mark + break_.join(["subject,note,chembl-id,cas-number", f'a,"1 ""x""{break_}2", "CHEMBL25" , 50-78-2 ', ""])
    (page,) = rows(text)
    assert [str(claim.place) for claim in page.claims] == ["table.csv:3:6", "table.csv:3:18"]
    assert [text[claim.start : claim.end] for claim in page.claims] == ["CHEMBL25", "50-78-2"]


def test_tabs_divide_tsv() -> None:
    """The ending says what stands between the cells."""
    (page,) = rows("subject\tchembl-id\na\tCHEMBL25", "tsv")
    assert brief(page.claims) == [("chembl-id", "CHEMBL25")]


def test_trials_of_a_row() -> None:
    """A cell may name several trials; a malformed one is a claim too, none is none."""
    pages = rows("subject,nct-id\na,NCT00000001 NCT00000002\nb,NCT12\nc,null\nd,\n")
    assert [[claim.text for claim in page.claims] for page in pages] == [
        ["NCT00000001", "NCT00000002"],
        ["NCT12"],
        [],
        [],
    ]


def test_cell_with_doubled_quotes_spans_all_of_it() -> None:
    """Where text and file differ, the whole cell is the span."""
    text = 'subject,chembl-id\na,"CHEMBL""25"\n'
    (claim,) = rows(text)[0].claims
    assert (claim.text, text[claim.start : claim.end]) == ('CHEMBL"25', 'CHEMBL""25')


def test_text_behind_a_quote_belongs_to_the_cell() -> None:
    """A slip in quoting is shown, not dropped."""
    (claim,) = rows('subject,chembl-id\na,"CHEMBL25" x\n')[0].claims
    assert claim.text == "CHEMBL25x"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "table.csv:1: no column named subject"),
        ("name,chembl-id\na,b\n", "table.csv:1: no column named subject"),
        ("subject;chembl-id\na;b\n", "put commas between the cells"),
    ],
)
def test_table_without_subjects(text: str, message: str) -> None:
    """Without the column no row is about anything."""
    with pytest.raises(CorpusError, match=message):
        rows(text)


@pytest.mark.parametrize(
    ("row", "message", "column"),
    [
        (",CHEMBL25", "row without a subject; give it one", 1),
        ("a,b,c", "row has 3 cells, the header has 2; quote a cell that holds the delimiter", 5),
        ("a,b,", "row has 3 cells, the header has 2; quote a cell that holds the delimiter", 5),
        ('a,"b', "quoted cell is never closed; add the quote", 3),
    ],
)
def test_defects_of_rows(row: str, message: str, column: int) -> None:
    """A row that cannot be right is a problem with its place."""
    (page,) = rows(f"subject,chembl-id\n{row}")
    (problem,) = page.problems
    assert (problem.message, problem.place.line, problem.place.column) == (message, 2, column)


def test_short_rows_claim_less() -> None:
    """Missing cells are empty."""
    assert rows("subject,chembl-id\na\n")[0].claims == ()
