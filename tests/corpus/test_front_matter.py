from __future__ import annotations

import pytest

from canonid.corpus.front_matter import FrontMatter, read_front_matter
from canonid.corpus.source import Source
from tests.corpus.reading import page


def front(text: str) -> FrontMatter:
    return read_front_matter(Source("p.md", text))


def values(text: str) -> dict[str, list[str]]:
    return {entry.key: [scalar.text for scalar in entry.values] for entry in front(text).entries}


def complaint(text: str) -> str:
    (problem,) = front(text).problems
    return f"{problem.place.line}:{problem.place.column} {problem.message}"


def test_values_are_the_text_as_written() -> None:
    """YAML's own reading of a value would destroy it."""
    text = "---\na: ON\nb: 0123\nc: 12:30:45\nd: 'it''s'\ne: \"x\"\n---\n"
    assert values(text) == {"a": ["ON"], "b": ["0123"], "c": ["12:30:45"], "d": ["it's"], "e": ["x"]}


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_spans_are_exact(break_: str, mark: str) -> None:
    """A fix can replace just the value, whatever the line ends and with a byte order mark."""
    text = mark + break_.join(["---", "ä: é😀", "chembl-id: 'CHEMBL25'  # note", "---", ""])
    scalar = front(text).entries[1].values[0]
    assert (text[scalar.start : scalar.end], scalar.text, scalar.comment) == ("CHEMBL25", "CHEMBL25", "note")


def test_empty_value_is_a_key_without_a_value() -> None:
    """`drugbank-id:` and `drugbank-id: ""` say nothing."""
    assert values('---\na:\nb:   # optional\nc: ""\nd: []\n---\n') == {"a": [], "b": [], "c": [], "d": []}


def test_list_has_one_value_an_item() -> None:
    """Lists in either style, nested ones and mappings left out."""
    text = "---\na: [1, [2], {x: 3}, 4] # both\nb:\n  - 5 # five\n  - 6\nc: {x: 7}\n? [q]\n: 8\n---\n"
    assert values(text) == {"a": ["1", "4"], "b": ["5", "6"], "c": []}


def test_comments_of_list_items() -> None:
    """An item has its own comment, or that of the whole list."""
    entries = front("---\na: [1, 2] # both\nb:\n  - 5 # five\n---\n").entries
    assert [scalar.comment for entry in entries for scalar in entry.values] == ["both", "both", "five"]


def test_body_begins_after_the_block() -> None:
    """The closing line belongs to the block; `...` closes too."""
    assert front("---\na: 1\n...\nbody").end == len("---\na: 1\n...\n")


@pytest.mark.parametrize("text", ["", "# T", "---", "---\n\ntext", "text\n---\na: 1\n---\n", "\n---\n\ntext\n---\n"])
def test_no_front_matter(text: str) -> None:
    """A rule across the page is not front matter."""
    assert front(text) == FrontMatter()


@pytest.mark.parametrize("text", ["---\n---\n", "---\n# nothing\n---\n"])
def test_empty_front_matter(text: str) -> None:
    """An empty block holds nothing and is in order."""
    assert front(text) == FrontMatter(end=len(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "---\na: b: c\n---\n",
            "2:5 front matter is not valid YAML: mapping values are not allowed in this context; put",
        ),
        ("---\na: 'x\n---\n", "3:1 front matter is not valid YAML: found unexpected end of stream"),
        ("---\na: b\n\tc: d\n---\n", "3:1 front matter is not valid YAML"),
        ("---\na: \x01\n---\n", "2:4 front matter is not valid YAML: a control character is not allowed"),
        ("---\n- a\n---\n", "2:1 front matter is not valid YAML: it is not a list of keys with values"),
        ("---\na: *x\n---\n", "2:4 front matter is not valid YAML: *x refers to nothing; put the value in quotes"),
        ("---\na: 1\n--- b\n---\n", "3:1 front matter is not valid YAML: there is a second document in it"),
        ("---\na: " + "[" * 300 + "\n---\n", "2:204 front matter is not valid YAML: brackets are nested too deeply"),
        ("---\nq: 1\nb: 2\nq: 3\n---\n", "4:1 key q stands twice; keep one"),
        ("---\nchembl-id: 1\nChEMBL_ID: 2\n---\n", "3:1 key ChEMBL_ID says what chembl-id says; keep one"),
        ("---\na: 1\n\nbody\n", "1:1 front matter is not closed: add a line ---"),
        ("---\na: 1", "1:1 front matter is not closed: add a line ---"),
        ("\n\n---\na: 1\n---\n", "3:1 front matter must begin on the first line of the file"),
    ],
)
def test_defects_are_problems_with_a_place(text: str, expected: str) -> None:
    """Whatever a strict reader would stumble over is reported where it stands."""
    assert complaint(text).startswith(expected)


def test_one_bad_line_hides_no_claim() -> None:
    """The keys that can be read alone are read, so that a discrepancy does not vanish behind a stray colon."""
    text = "---\nchembl-id: CHEMBL25 # x\nscope: a: b\naliases: [A,\n  B]\ncas-number: 50-78-2\n---\n# T\n"
    read = page(text)
    assert [(claim.text, text[claim.start : claim.end]) for claim in read.claims] == [
        ("CHEMBL25", "CHEMBL25"),
        ("50-78-2", "50-78-2"),
    ]
    assert read.subject.aliases == ("A", "B")


def test_unclosed_block_still_makes_claims() -> None:
    """The lines up to the first blank one are read."""
    assert values("---\na: 1\nb: 2\n\ntext: 3\n") == {"a": ["1"], "b": ["2"]}


@pytest.mark.parametrize(
    "block", ["a: " + "- " * 30_000, "? " * 30_000, "a: &x [1, 1]\nb: [*x, *x]\nc: *x", "a: [[[1], 2], 3]"]
)
def test_hostile_nesting_is_read_over(block: str) -> None:
    """Depth and aliases cost no recursion and no expansion."""
    assert front(f"---\n{block}\n---\n").end > 0


def test_alias_bomb_is_not_expanded() -> None:
    """Ten levels of ten aliases stay ten short lists."""
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert values("---\n" + "\n".join(lines) + "\n---\n")["a0"] == ["x"]


def test_balanced_brackets_in_number_are_no_nesting() -> None:
    """Many short lists are not deep."""
    assert front("---\n" + "\n".join(f"k{n}: [1]" for n in range(300)) + "\n---\n").problems == ()


def test_value_with_escapes_spans_the_whole_scalar() -> None:
    """Where text and file differ, a fix must replace quotes and all."""
    text = '---\na: "x\\ty"\n---\n'
    scalar = front(text).entries[0].values[0]
    assert (scalar.text, text[scalar.start : scalar.end]) == ("x\ty", '"x\\ty"')
