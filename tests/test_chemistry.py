"""Formulas and weights."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonid.chemistry import counter_ion, is_other_protonation, is_same_weight, read_formula, weigh


@pytest.mark.parametrize(
    ("text", "atoms"),
    [
        ("C28H28O3", {"C": 28, "H": 28, "O": 3}),
        ("C₂₈H₂₈O₃", {"C": 28, "H": 28, "O": 3}),
        ("C20H18NO4+", {"C": 20, "H": 18, "N": 1, "O": 4}),
        ("C7H16NO2⁺", {"C": 7, "H": 16, "N": 1, "O": 2}),
        ("C4H11N5.ClH", {"C": 4, "H": 12, "N": 5, "Cl": 1}),
        ("C22H24N2O8·2H2O", {"C": 22, "H": 28, "N": 2, "O": 10}),
        ("Co", {"Co": 1}),
        ("CO", {"C": 1, "O": 1}),
    ],
)
def test_a_formula_is_read_with_subscripts_charges_and_parts(text: str, atoms: dict[str, int]) -> None:
    """As curators and authorities write it."""
    assert read_formula(text) == atoms


@pytest.mark.parametrize("text", ["", "(C2H4O)n", "C28H28O3 (free base)", "unknown", "Xx2", "C-H", "C12345678"])
def test_what_is_no_molecular_formula_is_not_read(text: str) -> None:
    """Polymers, prose and unknown elements cannot be compared."""
    assert read_formula(text) is None


def test_the_weight_of_a_formula_is_that_of_its_atoms() -> None:
    """Adapalene: 412.5 by its page, 412.53 by addition."""
    assert weigh({"C": 28, "H": 28, "O": 3}) == pytest.approx(412.53, abs=0.01)


@pytest.mark.parametrize(
    ("weight", "other", "same"),
    [(412.5, 412.53, True), (17300, 17258, True), (336.4, 371.8, False), (384.6, 396.7, False), (18, 18.9, True)],
)
def test_rounding_makes_no_other_weight(weight: float, other: float, same: bool) -> None:
    """Half a per cent or one dalton."""
    assert is_same_weight(weight, other) is same


def test_another_protonation_differs_by_hydrogens_only() -> None:
    """Berberine and its hydride, not berberine and its chloride."""
    assert is_other_protonation({"C": 2, "H": 4, "O": 2}, {"C": 2, "H": 3, "O": 2})
    assert not is_other_protonation({"C": 2, "H": 4, "O": 2}, {"C": 2, "H": 4, "O": 2})
    assert not is_other_protonation({"C": 2, "H": 4}, {"C": 2, "H": 3, "Cl": 1})
    assert is_other_protonation({"C": 4, "H": 8}, {"C": 4, "H": 4})
    assert not is_other_protonation({"C": 4, "H": 9}, {"C": 4, "H": 4})


@given(st.text(alphabet="CHNOSPFBrl0123456789.+-() ·₂", max_size=30))
def test_any_text_is_read_or_not(text: str) -> None:
    """Never an error, and never a weight below nothing."""
    atoms = read_formula(text)
    assert atoms is None or weigh(atoms) >= 0


@pytest.mark.parametrize(
    ("formula", "other", "element"),
    [
        ("C6H15N2O2+", "C6H15ClN2O2", "Cl"),  # carbamoylcholine, carbachol
        ("C4H11N5", "C4H12ClN5", "Cl"),  # metformin and its hydrochloride
        ("C4H8O2", "C4H7NaO2", "Na"),  # butyric acid and its sodium salt
        ("C12H18Cl2O", "C12H20Cl4O", "Cl"),
        ("C6H6", "C6H5Cl", None),  # a chlorine in place of a hydrogen is another molecule
        ("C6H5Na", "C6H6Na2", None),
        ("C4H11N5", "C4H13ClN5O", None),
        ("C4H11N5", "C4H12N5", None),  # charge alone
        ("C4H11N5", "C4H14ClN5", None),
    ],
)
def test_formulas_that_differ_by_counter_ions_tell_by_which(formula: str, other: str, element: str | None) -> None:
    """In either order: which of the two is the salt is not said."""
    ours, theirs = read_formula(formula), read_formula(other)
    assert ours is not None
    assert theirs is not None

    assert (counter_ion(ours, theirs), counter_ion(theirs, ours)) == (element, element)
