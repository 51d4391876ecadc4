"""Comparing names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonid.names import holds_words, name_key, split_salt, word_keys, words


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Anakinra", "ANAKINRA"),
        ("β-Nicotinamide", "beta nicotinamide"),
        ("A-1331852", "a1331852"),
        ("Tazarotène", "tazarotene"),
        ("Sirolimús", "sirolimus"),
        ("UK-14304", "UK 14304"),
        ("Doxycycline", "DOXYCYCLINE ANHYDROUS"),
        ("(−)-Epicatechin", "(-)-epicatechin"),
        ("2′-Fucosyllactose", "2'-FUCOSYLLACTOSE"),
        ("Glucophage™", "glucophage"),
        ("St. John's wort", "St Johns wort"),
    ],
)
def test_two_spellings_of_one_name_are_equal(name: str, other: str) -> None:
    """Case, accents, Greek letters, hyphens and spaces do not make another name."""
    assert name_key(name) == name_key(other)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("metformin", "metformin hydrochloride"),
        ("(+)-catechin", "(-)-catechin"),
        ("1,2-dichloroethane", "12-dichloroethane"),
        ("(R)-warfarin", "warfarin"),
        ("levocetirizine", "cetirizine"),
        ("(±)-catechin", "(+)-catechin"),
        ("4'-hydroxytamoxifen", "4-hydroxytamoxifen"),
        ("Витамин D3", "D3"),
    ],
)
def test_names_of_different_things_stay_apart(name: str, other: str) -> None:
    """Salts, signs of rotation, locants, stereo labels and words of other alphabets are part of the name."""
    assert name_key(name) != name_key(other)


def test_salt_words_are_kept_apart_from_the_base() -> None:
    """The base tells which parent a salt has; the salt words say which salt."""
    assert split_salt("Metformin Hydrochloride") == ("metformin", "hydrochloride")
    assert split_salt("Brimonidine tartrate") == ("brimonidine", "tartrate")
    assert split_salt("Anakinra") == ("anakinra", "")


def test_a_name_made_of_salt_words_keeps_its_first() -> None:
    """Sodium chloride is a substance, not a salt of nothing."""
    assert split_salt("sodium chloride") == ("sodium", "chloride")
    assert split_salt("zinc") == ("zinc", "")


def test_words_leave_out_salts_and_short_ones() -> None:
    """Only words that could belong to a name of the substance are compared."""
    assert words("ESCIN IA") == {"escin"}
    assert words("ertapenem sodium") == {"ertapenem"}
    assert words("Compound 48480") == {"compound"}


@given(st.text())
def test_any_text_has_a_key(text: str) -> None:
    """Folding never raises, and a key is its own key but for the marks it keeps."""
    assert name_key(text) == name_key(text.upper().lower()) or not text.isascii()


def test_the_words_of_a_name_keep_their_order() -> None:
    """Each folded by itself, so that one name can be looked for in another."""
    assert word_keys("Gemcitabine + nab-Paclitaxel") == ("gemcitabine", "nab", "paclitaxel")


@pytest.mark.parametrize(
    ("part", "is_held"), [("nab-paclitaxel", True), ("Gemcitabine", True), ("gemcitabine paclitaxel", False)]
)
def test_a_name_is_held_in_one_piece(part: str, is_held: bool) -> None:
    """Words that stand apart are another name."""
    assert holds_words(word_keys("Gemcitabine + nab-Paclitaxel"), word_keys(part)) is is_held
