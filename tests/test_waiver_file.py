"""`.canonid/waivers.toml`: what is read from it, what is said about mistakes, and how little a change touches."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from canonid.errors import SettingsError
from canonid.model import fingerprint_of
from canonid.waiver import Waiver
from canonid.waiver_file import drop_waivers, find_waivers, put_waivers, read_waivers
from tests.store.samples import folder_of_another_user, unprivileged

PRINT = fingerprint_of("ID301", "adapalene", "chembl-id", "CHEMBL1232")
ENTRY = f"""\
[[waiver]]
fingerprint = "{PRINT}"
code = "ID301"
subject = "adapalene"
field = "chembl-id"
claimed = "CHEMBL1232"
who = "A. Curator"
reason = "the label has it so"
until = 2027-01-01
"""


def waiver(
    subject: str = "adapalene",
    claimed: str | None = "CHEMBL1232",
    reason: str = "the label has it so",
    until: date | None = date(2027, 1, 1),
) -> Waiver:
    named = ("ID301", subject, "chembl-id", claimed)
    return Waiver(fingerprint_of(*named), *named, "A. Curator", reason, until, ".canonid/waivers.toml:1")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the file is to be."""
    return tmp_path / ".canonid" / "waivers.toml"


def written(file: Path, text: str) -> Path:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def read(file: Path) -> tuple[Waiver, ...]:
    return read_waivers(file, file.parents[1])


def complaint(file: Path, text: str) -> str:
    """What is said of a file with `text`, from the number of the line on."""
    with pytest.raises(SettingsError) as caught:
        read(written(file, text))
    assert str(caught.value).startswith(f"{file}:")
    return str(caught.value).removeprefix(f"{file}:")


def test_no_file_is_no_waiver(file: Path) -> None:
    """Most corpora have none."""
    assert read(file) == ()


def test_an_entry_is_read_with_its_place(file: Path) -> None:
    """The place is that of its header, relative to the corpus root."""
    assert read(written(file, "# why\n\n" + ENTRY)) == (
        Waiver(PRINT, "ID301", "adapalene", "chembl-id", "CHEMBL1232", "A. Curator", "the label has it so",
               date(2027, 1, 1), ".canonid/waivers.toml:3"),
    )  # fmt: skip


def test_the_last_day_may_be_missing_or_in_quotes(file: Path) -> None:
    """Both are what hands write."""
    assert [item.until for item in read(written(file, ENTRY.replace("until = 2027-01-01\n", "")))] == [None]
    assert [item.until for item in read(written(file, ENTRY.replace("2027-01-01", '"2027-01-01"')))] == [
        date(2027, 1, 1)
    ]


def test_an_entry_without_a_claimed_value_is_of_an_explicit_none(file: Path) -> None:
    """TOML has no null."""
    text = ENTRY.replace('claimed = "CHEMBL1232"\n', "").replace(
        PRINT, fingerprint_of("ID301", "adapalene", "chembl-id", None)
    )
    assert [item.claimed for item in read(written(file, text))] == [None]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (ENTRY.replace("reason", "because"), "8: a waiver has no key 'because'; its keys are fingerprint, code"),
        (ENTRY.replace('reason = "the label has it so"\n', ""), '1: this waiver has no reason; add a line reason = '),
        (ENTRY.replace('"the label has it so"', '" "'), "8: reason should be a text in quotes, not ' '"),
        (ENTRY.replace('"A. Curator"', "7"), "7: who should be a text in quotes, not 7"),
        (ENTRY.replace("2027-01-01", '"soon"'), "9: until should be a date such as 2027-01-31, not 'soon'"),
        (ENTRY.replace("2027-01-01", "2027"), "9: until should be a date such as 2027-01-31, not '2027'"),
        (
            ENTRY.replace("2027-01-01", "2027-01-01T00:00:00Z"),
            "9: until should be a date such as 2027-01-31, not '2027-01-01 00:00:00+00:00'",
        ),
        (ENTRY.replace("2027-01-01", "2027-02-30"), "9: not valid TOML: "),
        (ENTRY.replace("[[waiver]]", "[[waiver]"), "1: not valid TOML: "),
        (ENTRY + 'reason = "', "10: not valid TOML: "),
        (ENTRY.replace("[[waiver]]", "[waiver]"), "1: begin each waiver with a line [[waiver]]"),
        ("waiver = [1]\n", "1: begin each waiver with a line [[waiver]]"),
        ("\n" + ENTRY.replace("[[waiver]]", "[[waivers]]"), "2: there is no 'waivers' here; the file has only"),
        (ENTRY + "\n" + ENTRY, f"12: fingerprint {PRINT} has a waiver already on line 2; keep one"),
        (ENTRY.replace('"ID301"', '"ID302"'), f"2: fingerprint {PRINT} is not that of ID302 adapalene chembl-id"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_its_line(file: Path, changed: str, said: str) -> None:
    """A waiver that is not understood must not pass for none, nor for another."""
    assert complaint(file, changed).startswith(said)


def test_the_line_is_found_in_the_right_entry(file: Path) -> None:
    """Also where another one has the same key further up."""
    put_waivers(file, [waiver("a"), waiver("b")])
    text = file.read_text()
    bad = text[: text.index('subject = "b"')] + text[text.index('subject = "b"') :].replace("reason", "because")
    line = bad.splitlines().index('because = "the label has it so"') + 1
    assert complaint(file, bad).startswith(f"{line}: a waiver has no key 'because'")


def test_a_file_of_another_form_is_read_without_lines(file: Path) -> None:
    """Inline tables are TOML, too; only the line of a mistake is not known then."""
    values = ENTRY.removeprefix("[[waiver]]\n").strip().replace("\n", ", ")
    assert [item.fingerprint for item in read(written(file, f"waiver = [{{{values}}}]\n"))] == [PRINT]
    with pytest.raises(SettingsError, match=re.escape(f"{file}: fingerprint {PRINT} has a waiver already; keep one")):
        read(written(file, f"waiver = [{{{values}}}, {{{values}}}]\n"))
    with pytest.raises(SettingsError, match="a form that canonid cannot change"):
        put_waivers(written(file, f"waiver = [{{{values}}}]\n"), [waiver("b")])


def test_bytes_that_are_no_text_are_refused(file: Path) -> None:
    """As everywhere."""
    written(file, "").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="cannot be read"):
        read(file)


def test_what_is_put_is_read(file: Path) -> None:
    """Whatever the reason has in it."""
    odd = waiver(reason='"quotes", \\back\\, Greek β, a\ttab and \x7f', until=None)
    put_waivers(file, [odd, waiver("fisetin", None)])
    assert [(item.reason, item.until, item.claimed) for item in read(file)] == [
        (odd.reason, None, "CHEMBL1232"),
        ("the label has it so", date(2027, 1, 1), None),
    ]


def test_entries_are_written_in_order_with_a_blank_line_between(file: Path) -> None:
    """In whatever order they come, the file is the same; it begins with what it is."""
    put_waivers(file, [waiver("b"), waiver("a")])
    put_waivers(file, [waiver("aa")])
    other = file.with_name("other.toml")
    put_waivers(other, [waiver("a"), waiver("aa"), waiver("b")])
    text = file.read_text()
    assert text == other.read_text()
    assert re.findall(r'subject = "(\w+)"', text) == ["a", "aa", "b"]
    assert text.startswith("# Discrepancies that curators decided to live with.")
    assert (text.count("\n\n"), text.count("\n\n\n"), text[-2:]) == (3, 0, "1\n")


HANDMADE = f"""\
# Ours.

# The label of 2024, page 3.
{ENTRY.replace('who = "A. Curator"', "who   = 'A. Curator' # on leave")}# ask again in 2027

# to do: fisetin
"""


def test_a_change_touches_its_lines_only(file: Path) -> None:
    """Comments, spelling and order of all else stay."""
    put_waivers(written(file, HANDMADE), [waiver(until=date(2028, 1, 1))])
    assert file.read_text() == HANDMADE.replace("2027-01-01", "2028-01-01")


def test_what_is_new_in_an_entry_follows_its_other_keys(file: Path) -> None:
    """And what it no longer has goes."""
    without = HANDMADE.replace("until = 2027-01-01\n", "")
    put_waivers(written(file, without), [waiver()])
    assert file.read_text() == HANDMADE
    put_waivers(file, [waiver(until=None)])
    assert file.read_text() == without


def test_an_entry_among_others_leaves_them_alone(file: Path) -> None:
    """It goes where the order wants it, comments above an entry stay with it."""
    put_waivers(written(file, HANDMADE), [waiver("aaa"), waiver("zzz")])
    text = file.read_text()
    assert re.findall(r'subject = "(\w+)"', text) == ["aaa", "adapalene", "zzz"]
    assert HANDMADE.partition("\n\n")[2].strip() in text
    assert text.startswith("# Ours.\n\n[[waiver]]\n")


def test_what_is_put_and_dropped_again_leaves_no_trace(file: Path) -> None:
    """No blank line either, wherever the entry stood."""
    put_waivers(file, [waiver("b"), waiver("d")])
    before = file.read_text()
    added = [waiver(subject) for subject in "ace"]
    put_waivers(file, added)
    drop_waivers(file, [item.fingerprint for item in added])
    assert file.read_text() == before


def test_an_entry_goes_with_its_comments(file: Path) -> None:
    """What is not part of it stays."""
    put_waivers(written(file, HANDMADE), [waiver("fisetin")])
    drop_waivers(file, [PRINT, "absent"])
    assert re.findall(r'subject = "(\w+)"', file.read_text()) == ["fisetin"]
    assert "The label of 2024" not in file.read_text()
    assert file.read_text().startswith("# Ours.\n\n# ask again in 2027\n\n# to do: fisetin\n\n[[waiver]]\n")


def test_a_last_line_without_an_end_gets_one(file: Path) -> None:
    """Editors differ."""
    put_waivers(written(file, ENTRY.rstrip()), [waiver("fisetin")])
    assert [item.subject for item in read(file)] == ["adapalene", "fisetin"]
    put_waivers(written(file, ENTRY.replace("until = 2027-01-01", "").rstrip()), [waiver()])
    assert file.read_text() == ENTRY


def test_what_could_not_be_read_again_is_not_written(file: Path) -> None:
    """A waiver that is not complete would stop every run."""
    put_waivers(file, [waiver("a")])
    before = file.read_text()
    with pytest.raises(SettingsError, match="reason should be a text in quotes"):
        put_waivers(file, [waiver(reason=" ")])
    assert file.read_text() == before


def test_a_file_that_is_not_there_belongs_to_the_root(file: Path) -> None:
    """Not to the folder that one happens to be in; one that is there is found upward from a page."""
    root = file.parents[1]
    page = root / "wiki" / "adapalene.md"
    assert find_waivers(root / "wiki", [page]) == root / "wiki" / ".canonid" / "waivers.toml"
    assert find_waivers(root / "wiki", [page]) != find_waivers(root / "wiki", [written(file, ENTRY)])


def test_a_text_over_several_lines_is_left_to_hands(file: Path) -> None:
    """It can be read, and others can be added, but it is not changed."""
    text = ENTRY.replace('"the label has it so"', '"""the label\nhas it so"""')
    put_waivers(written(file, text), [waiver("fisetin")])
    assert [item.reason for item in read(file)] == ["the label\nhas it so", "the label has it so"]
    with pytest.raises(SettingsError, match=r":1: this waiver has a text over several lines"):
        drop_waivers(file, [PRINT])


def test_a_file_with_a_mistake_is_not_changed(file: Path) -> None:
    """Who knows what it was to say."""
    written(file, "[[waiver]]\n")
    with pytest.raises(SettingsError, match="has no fingerprint"):
        put_waivers(file, [waiver()])
    assert file.read_text() == "[[waiver]]\n"


def test_the_file_keeps_its_rights_and_a_link_stays_one(file: Path, tmp_path: Path) -> None:
    """It is replaced in one step, and nothing else is left behind."""
    real = written(tmp_path / "elsewhere" / "w.toml", ENTRY)
    real.chmod(0o640)
    file.parent.mkdir()
    file.symlink_to(real)
    put_waivers(file, [waiver("fisetin")])
    assert (file.is_symlink(), oct(real.stat().st_mode & 0o777)) == (True, "0o640")
    assert list(real.parent.iterdir()) == [real]


def test_a_folder_that_takes_no_file_is_reported() -> None:
    """Nothing is changed."""
    refused = pytest.raises(SettingsError, match=r"waivers.toml cannot be written \(Permission denied\)")
    with folder_of_another_user() as folder, unprivileged(), refused:
        put_waivers(folder / ".canonid" / "waivers.toml", [waiver()])


def test_it_is_toml(file: Path) -> None:
    """What other programs read in it."""
    put_waivers(file, [waiver()])
    (entry,) = tomllib.loads(file.read_text())["waiver"]
    assert (entry["fingerprint"], entry["until"]) == (PRINT, date(2027, 1, 1))
