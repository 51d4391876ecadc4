"""Which compounds PubChem finds: by name, by InChIKey, by relation, and how non-live and unknown CIDs answer."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from tests.emulator.world import Compound, World

BENZENE = 241


def existing(world: World, cid: int) -> Compound | None:
    """The compound that a batch answers with for a CID; one without properties where that is the custom."""
    if cid in world.compounds:
        return world.compounds[cid]
    manner = world.nonlive_cids if cid in world.preferred else world.unknown_cids
    return Compound(cid, {}) if world.partial or manner == "thin" else None


def is_known(world: World, cid: int) -> bool:
    """Whether there is such a CID, live or not; no world is without benzene, which is asked beside doubtful CIDs."""
    return world.partial or cid in world.compounds or cid in world.preferred or cid == BENZENE


def cids_by_name(world: World, name: str, *, word: bool = False) -> list[int]:
    """The CIDs of a name, those with that title first; `word` finds it as a word of longer names, too."""
    asked = name.strip().lower()
    if asked in world.names:
        return world.names[asked]
    index: dict[str, list[int]] = world.derived("names", lambda: _names(world))
    if not word:
        return index.get(asked, [])
    found = (cids for key, cids in index.items() if asked in re.split(r"[^\w]+", key))
    return sorted({cid for cids in found for cid in cids})


def _names(world: World) -> dict[str, list[int]]:
    index: dict[str, list[int]] = {}
    for row in world.compounds.values():
        if title := row.properties.get("Title"):
            index.setdefault(str(title).lower(), []).append(row.cid)
    for row in world.compounds.values():
        for synonym in row.synonyms:
            cids = index.setdefault(synonym.lower(), [])
            if row.cid not in cids:
                cids.append(row.cid)
    return index


def cids_by_inchikey(world: World, inchikeys: Iterable[str]) -> list[int]:
    """The CIDs of these InChIKeys together; which belongs to which is for the caller to find out."""
    index: dict[str, list[int]] = world.derived("inchikeys", lambda: _inchikeys(world))
    return list(dict.fromkeys(cid for key in inchikeys for cid in index.get(key.strip().upper(), ())))


def _inchikeys(world: World) -> dict[str, list[int]]:
    index: dict[str, list[int]] = defaultdict(list)
    for row in world.compounds.values():
        if inchikey := row.properties.get("InChIKey"):
            index[str(inchikey)].append(row.cid)
    return index


def cids_by_structure(world: World, namespace: str, text: str) -> list[int]:
    """The CIDs of a SMILES or an InChI; [0] for a structure that could be standardised but is not in the database."""
    key = {"smiles": "SMILES", "inchi": "InChI"}[namespace]
    return [row.cid for row in world.compounds.values() if row.properties.get(key) == text] or [0]


def _inchikey(row: Compound) -> str:
    return str(row.properties.get("InChIKey", ""))


def related(world: World, kind: str, cids: Sequence[int]) -> list[int]:
    """The CIDs that stand in a `cids_type` relation to these, flat and each once; unknown ones are left out."""
    found: list[int] = []
    for cid in cids:
        row = world.compounds.get(cid)
        if kind == "original" and is_known(world, cid):
            found.append(cid)
        elif kind == "preferred" and is_known(world, cid):
            found.append(world.preferred.get(cid, cid))
        elif kind == "parent" and row is not None and row.parent is not None:
            found.append(row.parent)
        elif kind == "same_connectivity" and row is not None:
            block = str(row.properties.get("InChIKey", "none"))[:14]
            found += [other.cid for other in world.compounds.values() if _inchikey(other).startswith(block)]
    return list(dict.fromkeys(found))
