"""Do the authorities say the same? Compared value by value, without deciding who is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from canonid.lookup.cards import Column
from canonid.model import Record
from canonid.names import name_key

_ROUNDING = 0.05
"""Daltons by which two masses of one formula may differ: authorities round, and use atomic weights of other years."""


def agreement(columns: Sequence[Column]) -> dict[str, bool]:
    """For each property that at least two records state: whether all that state it agree."""
    records = [column.record for column in columns if column.record is not None]
    said = {name: [record for record in records if states(record)] for name, (states, _) in _PROPERTIES.items()}
    return {name: _PROPERTIES[name][1](stating) for name, stating in said.items() if len(stating) > 1}


def _one_name(records: Sequence[Record]) -> bool:
    """Whether there is a name that all of them carry: a preferred name may be a synonym elsewhere."""
    keys = [{name_key(name) for name in (record.name or "", *record.synonyms)} for record in records]
    return bool(set.intersection(*keys) - {""})


def _one_mass(records: Sequence[Record]) -> bool:
    masses = [record.mass for record in records if record.mass is not None]
    return max(masses) - min(masses) <= _ROUNDING


_Records = Callable[[Sequence[Record]], bool]
_PROPERTIES: Mapping[str, tuple[Callable[[Record], object], _Records]] = {
    "name": (lambda record: record.name, _one_name),
    "formula": (lambda record: record.formula, lambda records: len({record.formula for record in records}) == 1),
    "mass": (lambda record: record.mass, _one_mass),
    "inchikey": (lambda record: record.inchikey, lambda records: len({record.inchikey for record in records}) == 1),
}
