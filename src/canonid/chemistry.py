"""Molecular formulas and weights: read, compared and computed (pure)."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

ATOMIC_WEIGHTS = {
    "H": 1.008, "Li": 6.94, "B": 10.81, "C": 12.011, "N": 14.007, "O": 15.999, "F": 18.998, "Na": 22.990,
    "Mg": 24.305, "Al": 26.982, "Si": 28.085, "P": 30.974, "S": 32.06, "Cl": 35.45, "K": 39.098, "Ca": 40.078,
    "Ti": 47.867, "V": 50.942, "Cr": 51.996, "Mn": 54.938, "Fe": 55.845, "Co": 58.933, "Ni": 58.693, "Cu": 63.546,
    "Zn": 65.38, "Ga": 69.723, "Ge": 72.630, "As": 74.922, "Se": 78.971, "Br": 79.904, "Sr": 87.62, "Y": 88.906,
    "Zr": 91.224, "Mo": 95.95, "Ag": 107.87, "Sn": 118.71, "Sb": 121.76, "I": 126.90, "Ba": 137.33, "Gd": 157.25,
    "Pt": 195.08, "Au": 196.97, "Hg": 200.59, "Bi": 208.98,
}  # fmt: skip
"""Standard atomic weights, abridged (IUPAC 2021), of the elements that substances of a knowledge base contain."""

_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁺⁻−·•∙", "0123456789+--...")
_ATOM = re.compile(r"([A-Z][a-z]?)([0-9]*)")
_PART = re.compile(r"([0-9]*)((?:[A-Z][a-z]?[0-9]*)+)(?:\(?[0-9]*[+-][0-9]*\)?)?")

WEIGHT_TOLERANCE = 0.005
"""Relative difference of two weights that rounding and other tables of atomic weights explain."""


@lru_cache(maxsize=50_000)
def read_formula(text: str) -> dict[str, int] | None:
    """Atoms by element of a molecular formula; None for anything else (polymers with an n, Markush, prose).

    Subscripts, charges and the parts of a salt or hydrate (`C4H11N5.HCl`) are understood.
    """
    atoms: Counter[str] = Counter()
    for part in text.translate(_SUBSCRIPTS).replace(" ", "").split("."):
        match = _PART.fullmatch(part)
        if match is None:
            return None
        for element, count in _ATOM.findall(match[2]):
            if element not in ATOMIC_WEIGHTS or len(count) > 6:
                return None
            atoms[element] += int(count or 1) * int(match[1] or 1)
    return dict(atoms)


def weigh(atoms: dict[str, int]) -> float:
    """The average molecular weight in daltons."""
    return sum(ATOMIC_WEIGHTS[element] * count for element, count in atoms.items())


def is_same_weight(weight: float, other: float) -> bool:
    """Whether two weights differ by no more than rounding; 1 Da is allowed to weights given without decimals."""
    allowed = max(WEIGHT_TOLERANCE * max(weight, other), 1.0)
    return abs(weight - other) <= allowed


def is_other_protonation(atoms: dict[str, int], other: dict[str, int]) -> bool:
    """Whether two formulas differ by one to four hydrogens only: the same molecule at another charge."""
    rest = {element: count for element, count in atoms.items() if element != "H"}
    difference = abs(atoms.get("H", 0) - other.get("H", 0))
    return rest == {element: count for element, count in other.items() if element != "H"} and 1 <= difference <= 4


_HALIDES = frozenset({"F", "Cl", "Br", "I"})
_ALKALI = frozenset({"Li", "Na", "K"})


def counter_ion(atoms: dict[str, int], other: dict[str, int]) -> str | None:
    """The element of the counter-ions by which two formulas differ, such as Cl; None if anything else differs.

    A halide comes with up to one hydrogen each (an acid's salt) or with none (that of a quaternary ion), an alkali
    metal in place of up to one: a chlorine in place of a hydrogen is another molecule.
    """
    more = {element: atoms.get(element, 0) - other.get(element, 0) for element in atoms.keys() | other.keys()}
    hydrogens = more.pop("H", 0)
    changed = [element for element, count in more.items() if count]
    if len(changed) != 1:
        return None
    element, count = changed[0], more[changed[0]]
    follows = hydrogens * count if element in _HALIDES else -hydrogens * count
    is_ion = element in _HALIDES | _ALKALI and follows >= 0 and abs(hydrogens) <= abs(count)
    return element if is_ion else None
