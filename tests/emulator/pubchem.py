"""PubChem's PUG REST: compounds by cid, name, inchikey and xref; substances by sid and by DrugBank accession.

Texts of faults beyond "No CID found" are synthetic; their codes and statuses are the documented ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, unquote

from tests.emulator.pubchem_lookup import cids_by_inchikey, cids_by_name, cids_by_structure, existing, is_known, related
from tests.emulator.wire import Json, Reply, Request, json_reply, text_reply
from tests.emulator.world import Compound, World

GREEN = "Request Count status: Green (0%), Request Time status: Green (0%), Service status: Green (20%)"
_RENAMED = {"CanonicalSMILES": "ConnectivitySMILES", "IsomericSMILES": "SMILES"}
_PROPERTIES = frozenset(
    """
    Title MolecularFormula MolecularWeight SMILES ConnectivitySMILES CanonicalSMILES IsomericSMILES InChI InChIKey
    IUPACName XLogP ExactMass MonoisotopicMass TPSA Complexity Charge HBondDonorCount HBondAcceptorCount
    RotatableBondCount HeavyAtomCount IsotopeAtomCount AtomStereoCount DefinedAtomStereoCount
    UndefinedAtomStereoCount BondStereoCount DefinedBondStereoCount UndefinedBondStereoCount CovalentUnitCount
    """.split()
)
_CAS = re.compile(r"[1-9]\d{1,6}-\d\d-\d")


class Fault(Exception):
    """A PUG REST fault: status, code, message and an optional detail."""

    def __init__(self, status: int, code: str, message: str, detail: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.document: Json = {"Code": f"PUGREST.{code}", "Message": message}
        if detail is not None:
            self.document["Details"] = [detail]

    def reply(self, output: str = "JSON") -> Reply:
        """The fault as it goes out: JSON, or lines of text where text was asked for."""
        if output in ("TXT", "PNG"):
            lines = [f"Status: {self.status}", *(f"{key}: {value}" for key, value in self.document.items())]
            return text_reply("\n".join(lines), self.status)
        return json_reply({"Fault": self.document}, self.status)


def no_cid(what: str) -> Fault:
    """The fault that means absence."""
    return Fault(404, "NotFound", "No CID found", f"No CID found that matches the given {what}")


def busy() -> Fault:
    """The fault of a caller who asks too fast; it has no details."""
    return Fault(503, "ServerBusy", "Too many requests or server too busy")


@dataclass(frozen=True, slots=True)
class Ask:
    """A request in PUG REST's own terms; `arguments` still as text, commas and all."""

    domain: str
    namespace: str
    argument: str
    operation: str
    tags: str
    output: str
    options: dict[str, str]

    @property
    def integers(self) -> list[int]:
        """The argument as a list of ids, each once.

        Raises Fault for anything but whole numbers above zero.
        """
        parts = [part.strip() for part in self.argument.split(",")]
        if not all(part.isdigit() and int(part) > 0 for part in parts):
            raise Fault(400, "BadRequest", "Invalid ID list", f"Bad identifier in {self.argument[:80]!r}")
        return list(dict.fromkeys(int(part) for part in parts))


def answer(world: World, request: Request) -> Reply:
    """The reply of PubChem to a request, with the throttle header that every answer carries."""
    output = "JSON"
    try:
        ask = read_ask(request)
        output = ask.output
        document = _document(world, ask)
        reply = text_reply(_lines(document)) if output == "TXT" else json_reply(document)
    except Fault as fault:
        reply = fault.reply(output)
    return replace(reply, headers=(*reply.headers, ("X-Throttling-Control", GREEN)))


def read_ask(request: Request) -> Ask:
    """The request taken apart.

    Raises Fault where PUG REST would not understand it.
    """
    if request.method not in ("GET", "HEAD", "POST"):
        raise Fault(405, "NotAllowed", "Request not allowed")
    options = dict(request.query)
    steps = [unquote(step) for step in request.path.strip("/").split("/")]
    if len(steps) < 3 or steps[0] not in ("compound", "substance"):
        raise Fault(400, "BadRequest", "Invalid request", "The path is not understood")
    domain, namespace, rest = steps[0], steps[1], steps[2:]
    if namespace in ("xref", "sourceid", "sourceall"):
        namespace, rest = f"{namespace}/{rest[0]}", rest[1:]
    form = _form(request)
    key = namespace if namespace.startswith("xref") else namespace.split("/")[0]
    argument = form.get(key) or form.get(key.split("/")[0]) or options.pop(key, None)
    if argument is None:
        if not rest:
            raise Fault(400, "BadRequest", "Missing identifier")
        argument, rest = rest[0], rest[1:]
    *operation, output = rest or ["record", "JSON"]
    if output not in ("JSON", "TXT"):
        raise Fault(405, "NotAllowed", "Output format not allowed", f"{output} is not emulated")
    tags = operation[1] if len(operation) > 1 else ""
    return Ask(domain, namespace, argument, operation[0] if operation else "record", tags, output, options | form)


def _form(request: Request) -> dict[str, str]:
    """The form of a POST; its media type is obligatory."""
    if request.method != "POST":
        return {}
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise Fault(400, "BadRequest", "Unsupported content type", "POST needs application/x-www-form-urlencoded")
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True))


def _document(world: World, ask: Ask) -> Json:
    if ask.domain == "substance":
        return _substances(world, ask)
    if ask.namespace == "cid":
        return _by_cid(world, ask, ask.integers)
    cids = _search(world, ask)
    return {"IdentifierList": {"CID": cids}} if ask.operation == "cids" else _by_cid(world, ask, cids)


def _search(world: World, ask: Ask) -> list[int]:
    """The CIDs that a namespace other than cid leads to.

    Raises Fault if there is none.
    """
    if ask.namespace == "name":
        cids, what = cids_by_name(world, ask.argument, word=ask.options.get("name_type") == "word"), "name"
    elif ask.namespace == "inchikey":
        cids, what = cids_by_inchikey(world, ask.argument.split(",")), "InChI key"
    elif ask.namespace in ("smiles", "inchi"):
        cids, what = cids_by_structure(world, ask.namespace, ask.argument), "structure"
    elif ask.namespace == "xref/RegistryID":
        cids, what = world.registry.get(ask.argument, []), "xref"
    elif ask.namespace == "xref/RN":
        cids, what = cids_by_name(world, ask.argument), "xref"
    else:
        raise Fault(501, "Unimplemented", "Not emulated", f"namespace {ask.namespace}")
    if not cids:
        raise no_cid(what)
    return cids


def _by_cid(world: World, ask: Ask, cids: Sequence[int]) -> Json:
    match ask.operation:
        case "property":
            return {"PropertyTable": {"Properties": _properties(world, ask.tags.split(","), cids)}}
        case "cids":
            return _related(world, ask, cids)
        case "synonyms":
            entries = [_entry(row, Synonym=list(row.synonyms)) for row in _rows(world, cids)]
        case "description":
            entries = [_entry(row, Title=row.properties.get("Title")) for row in _rows(world, cids)]
        case "sids":
            entries = [_entry(row, SID=_sids(world, row.cid)) for row in _rows(world, cids)]
        case "xrefs":
            entries = [_entry(row, **_xrefs(world, row, ask.tags.split(","))) for row in _rows(world, cids)]
        case "record":
            return {"PC_Compounds": [_record(row) for row in _rows(world, cids)]}
        case _:
            raise Fault(400, "BadRequest", "Invalid operation", f"{ask.operation} is not emulated")
    return {"InformationList": {"Information": entries}}


def _rows(world: World, cids: Sequence[int]) -> list[Compound]:
    """The compounds of these CIDs, as a batch answers them.

    Raises Fault if there is none at all.
    """
    rows = [row for cid in cids if (row := existing(world, cid)) is not None]
    if not rows or not any(is_known(world, cid) for cid in cids):
        raise no_cid("identifier")
    return rows


def _properties(world: World, names: Sequence[str], cids: Sequence[int]) -> list[Json]:
    """Property rows; old names are served under the new key, and what a row lacks is left out."""
    for name in names:
        if name not in _PROPERTIES:
            raise Fault(400, "BadRequest", "Invalid property", f"{name} is not a property")
    keys = [_RENAMED.get(name, name) for name in names]
    return [
        {"CID": row.cid, **{key: row.properties[key] for key in keys if key in row.properties}}
        for row in _rows(world, cids)
    ]


def _related(world: World, ask: Ask, cids: Sequence[int]) -> Json:
    kind = ask.options.get("cids_type", "original")
    if ask.options.get("list_return", "flat") != "flat":
        raise Fault(501, "Unimplemented", "Not emulated", "compounds of compounds in groups: nobody recorded the shape")
    found = related(world, kind, cids)
    if not found:
        raise no_cid("identifier")
    return {"IdentifierList": {"CID": found}}


def _entry(row: Compound, **lists: object) -> Json:
    """One entry of an InformationList; empty values are keys that it lacks."""
    return {"CID": row.cid, **{key: value for key, value in lists.items() if value}}


def _sids(world: World, cid: int) -> list[int]:
    return [sid for deposit in world.deposits.values() for sid, cids in deposit.items() if cid in cids]


def _xrefs(world: World, row: Compound, tags: Sequence[str]) -> Json:
    found: Json = {}
    if "RegistryID" in tags:
        found["RegistryID"] = [identifier for identifier, cids in world.registry.items() if row.cid in cids]
    if "RN" in tags:
        found["RN"] = [name for name in row.synonyms if _CAS.fullmatch(name)]
    return found


def _record(row: Compound) -> Json:
    """A full record without atoms: just the identity, for clients that ask for records."""
    labels = {"InChIKey": "sval", "MolecularFormula": "sval", "MolecularWeight": "sval"}
    urns = {"InChIKey": "InChIKey", "MolecularFormula": "Molecular Formula", "MolecularWeight": "Molecular Weight"}
    props = [
        {"urn": {"label": urns[key], "name": "Standard"}, "value": {kind: row.properties[key]}}
        for key, kind in labels.items()
        if key in row.properties
    ]
    return {"id": {"id": {"cid": row.cid}}, "atoms": {"aid": [], "element": []}, "props": props}


def _substances(world: World, ask: Ask) -> Json:
    """Substances: sid or sourceid to SIDs and CIDs."""
    if ask.namespace == "sid":
        every = {sid: cids for deposit in world.deposits.values() for sid, cids in deposit.items()}
        held = {sid: every[sid] for sid in ask.integers if sid in every}
    elif ask.namespace == "sourceid/DrugBank":
        held = world.deposits.get(ask.argument, {})
    else:
        raise Fault(404, "NotFound", "No SID found", f"Nothing is deposited under {ask.namespace}")
    if not held:
        raise Fault(404, "NotFound", "No SID found", "No SID found that matches the given source id")
    if ask.operation == "sids":
        return {"IdentifierList": {"SID": list(held)}}
    if ask.operation != "cids":
        raise Fault(501, "Unimplemented", "Not emulated", f"operation {ask.operation}")
    if not any(held.values()):
        raise Fault(404, "NotFound", "No CIDs found for the given SID(s)")
    if ask.options.get("list_return") == "flat":
        return {"IdentifierList": {"CID": list(dict.fromkeys(cid for cids in held.values() for cid in cids))}}
    entries = [{"SID": sid, **({"CID": cids} if cids else {})} for sid, cids in held.items()]
    return {"InformationList": {"Information": entries}}


def _lines(document: Json) -> str:
    """A list as text: one value a line."""
    if "IdentifierList" in document:
        return "\n".join(str(item) for items in document["IdentifierList"].values() for item in items) + "\n"
    entries = document.get("InformationList", {}).get("Information", [])
    names = [name for entry in entries for name in entry.get("Synonym", ())]
    if not names:
        raise Fault(400, "BadRequest", "Output format not available")
    return "\n".join(names) + "\n"
