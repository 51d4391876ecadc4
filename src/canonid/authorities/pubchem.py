"""PubChem over PUG REST, asked through pubchempy in as few requests as it allows.

CIDs go 100 to a request, names and InChIKeys one by one: PubChem does not say that lists of those are understood.
Synonyms are a question of their own (`Synonyms`), `cids_type=preferred` is asked only about CIDs whose row is missing
or empty, because most claims are settled by title and InChIKey.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from canonid.authorities.payloads import dump_payload
from canonid.authorities.probe import Pulse, one_question
from canonid.authorities.pubchem_batches import Batches, Reply, spoilt, unless_too_broad
from canonid.authorities.pubchem_parse import parse_payload
from canonid.authorities.pubchem_seam import BLOCKED, Seam, Throttle, load_pubchempy
from canonid.authorities.transport import Courier, Refusal
from canonid.errors import AuthorityUnavailable
from canonid.identifiers import DRUGBANK, PREFIXES, PUBCHEM, Reference
from canonid.model import Answer, ById, ByName, ByStructure, Evidence, Question, Synonyms, Unanswered

Row = dict[str, Any]

PROPERTIES = ("Title", "MolecularFormula", "MolecularWeight", "InChIKey", "Charge")
_PROPERTY = "property/" + ",".join(PROPERTIES)
_SURE = 241
"""Benzene: in PubChem from the start, its row is as small as any, and no drug's retired CID is replaced by it."""
_INNER = {"PropertyTable": "Properties", "InformationList": "Information"}


class PubChemAuthority:
    """PubChem's compounds, their synonyms, and what DrugBank deposited there.

    `throttle` is the pacer of `courier`: it is told when PubChem's X-Throttling-Control header turns yellow or red.
    """

    name = "pubchem"
    is_local = False

    def __init__(
        self,
        base_url: str,
        courier: Courier,
        contact: str,
        throttle: Throttle | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._courier = courier
        self._seam = Seam(base_url, contact, courier.deadline, throttle)
        self._now = now
        self._batches = Batches()

    @property
    def requests(self) -> int:
        """How many HTTP requests this object has made so far (retries count)."""
        return self._courier.requests

    def accepts(self, question: Question) -> bool:
        """CIDs, InChIKeys and names; and DrugBank accessions, for what DrugBank deposited under them."""
        match question:
            case ById(reference):
                return reference.prefix in {PUBCHEM, DRUGBANK} and _is_canonical(reference)
            case Synonyms(reference):
                return reference.prefix == PUBCHEM and _is_canonical(reference)
            case ByStructure(text) | ByName(text):
                return bool(text) and text.isprintable()
        return False

    def close(self) -> None:
        """Nothing stays open between requests."""

    def parse(self, evidence: Evidence) -> Answer:
        """The meaning of a stored reply; never raises."""
        return parse_payload(evidence)

    def probe(self) -> Pulse:
        """Ask for the properties of one CID: does PubChem answer, how quickly, and how near its limits are we?

        Raises AuthorityUnavailable, with what to do, if it does not. There is no release to learn: PubChem has none.
        """
        with one_question(self._courier):
            load_pubchempy()
            self._send(partial(self._ask_properties, [_SURE]))
        return Pulse(self._seam.ear.seconds, self._seam.ear.clock, state=self._seam.shares())

    def fetch(self, questions: Sequence[Question]) -> Iterator[Evidence | Unanswered]:
        """Ask in batches; CIDs that need a second look come last."""
        asked = dict.fromkeys(questions)
        compounds, synonyms, deposits = {}, {}, []
        searches: list[ByStructure | ByName] = []
        for question in asked:
            match question:
                case _ if not self.accepts(question):
                    yield Unanswered(question, f"PubChem cannot be asked for {question.key}")
                case ById(reference) if reference.prefix == PUBCHEM:
                    compounds[int(reference.identifier)] = question
                case ById():
                    deposits.append(question)
                case Synonyms(reference):
                    synonyms[int(reference.identifier)] = question
                case ByStructure() | ByName():
                    searches.append(question)
        yield from self._fetch_compounds(compounds)
        yield from self._fetch_synonyms(synonyms)
        yield from self._fetch_deposits(deposits)
        for search in searches:
            yield self._fetch_search(search)

    def _fetch_compounds(self, questions: Mapping[int, ById]) -> Iterator[Evidence | Unanswered]:
        """Property rows by CID; rows that are missing or empty may be retired CIDs and are asked for once more."""
        doubtful: dict[int, Row | None] = {}
        for cid, row in self._rows(list(questions)):
            if isinstance(row, Refusal):
                yield from self._unanswered([questions[cid]], row)
            elif row is not None and len(row) > 1:
                yield self._evidence(questions[cid], {"properties": row})
            else:
                doubtful[cid] = row
        live: list[int] = []
        for cid, preferred in self._prefer(list(doubtful)):
            row = doubtful[cid]
            if isinstance(preferred, Refusal):
                yield from self._unanswered([questions[cid]], preferred)
            elif preferred is None and row is None:
                yield self._evidence(questions[cid], None)
            elif preferred == cid and row is None:
                live.append(cid)  # another CID of its batch took the row away
            else:
                yield self._evidence(questions[cid], {"properties": row or {"CID": cid}, "preferred": preferred})
        for cid, row in self._rows(live):
            if isinstance(row, Refusal):
                yield from self._unanswered([questions[cid]], row)
            else:
                yield self._evidence(questions[cid], {"properties": row or {"CID": cid}, "preferred": cid})

    def _rows(self, cids: list[int]) -> Iterator[tuple[int, Row | Refusal | None]]:
        """The property row of each CID; None where PubChem gave none."""
        for batch, reply in self._in_batches(cids, self._ask_properties):
            if isinstance(reply, Refusal):
                yield from ((cid, reply) for cid in batch)
                continue
            rows = {row["CID"]: row for row in reply or ()}
            yield from ((cid, rows.get(cid)) for cid in batch)

    def _prefer(self, cids: list[int]) -> Iterator[tuple[int, int | Refusal | None]]:
        """The CID that PubChem prefers to each of `cids`, None if it names none.

        The reply is a flat list that does not say which answer belongs to which CID. So a list of several is only
        believed in what needs no pairing, and split until one CID stands alone.
        """
        for batch, reply in self._in_batches(cids, self._ask_preferred):
            if isinstance(reply, Refusal):
                if len(batch) == 1 and reply.status == 404 and self._knows_benzene():
                    yield batch[0], None  # PubChem answers, only not with this CID in the list
                    continue
                yield from ((cid, reply) for cid in batch)
                continue
            named = {cid for cid in reply or () if cid}
            lost = [cid for cid in batch if cid not in named]
            yield from ((cid, cid) for cid in batch if cid in named)
            if not named:
                yield from ((cid, None) for cid in lost)
            elif len(batch) == 1 and lost:
                yield batch[0], named.pop() if len(named) == 1 else Refusal("named several CIDs in place of one")
            elif len(lost) == len(batch):
                middle = len(lost) // 2
                yield from self._prefer(lost[:middle])
                yield from self._prefer(lost[middle:])
            elif lost:
                yield from self._prefer(lost)

    def _knows_benzene(self) -> bool:
        try:
            self._send(partial(self._ask_preferred, []))
        except Refusal:
            return False
        return True

    def _fetch_synonyms(self, questions: Mapping[int, Synonyms]) -> Iterator[Evidence | Unanswered]:
        for batch, reply in self._in_batches(list(questions), self._ask_synonyms):
            if isinstance(reply, Refusal):
                yield from self._unanswered([questions[cid] for cid in batch], reply)
                continue
            rows = {row["CID"]: row for row in reply or ()}
            for cid in batch:
                payload = {"synonyms": rows[cid].get("Synonym", [])} if cid in rows else None
                yield self._evidence(questions[cid], payload)

    def _fetch_deposits(self, questions: Sequence[ById]) -> Iterator[Evidence | Unanswered]:
        """SIDs one accession a request, then the CIDs of all those SIDs in batches."""
        deposits: dict[ById, list[int]] = {}
        for question in questions:
            try:
                sids = self._send(partial(self._ask_sids, question.reference.identifier))
            except Refusal as refusal:
                yield from self._unanswered([question], refusal)
                continue
            if sids:
                deposits[question] = sids
            else:
                yield self._fetch_registry(question)
        cids: dict[int, list[int] | Refusal] = {}
        for batch, reply in self._in_batches(sorted({s for sids in deposits.values() for s in sids}), self._ask_cids):
            found = {} if isinstance(reply, Refusal) else {row["SID"]: row.get("CID", []) for row in reply or ()}
            cids |= {sid: reply if isinstance(reply, Refusal) else found.get(sid, []) for sid in batch}
        for question, sids in deposits.items():
            yield from self._deposit(question, sids, cids)

    def _fetch_registry(self, question: ById) -> Evidence | Unanswered:
        """The compounds that any depositor lists under the accession: weaker than DrugBank's own deposit."""
        try:
            cids = self._send(partial(self._ask_registry, question.reference.identifier))
        except Refusal as refusal:
            return Unanswered(question, self._courier.explain(refusal))
        found = sorted({cid for cid in cids or () if cid})
        return self._evidence(question, {"sids": [], "cids": found} if found else None)

    def _deposit(
        self, question: ById, sids: list[int], cids: Mapping[int, list[int] | Refusal]
    ) -> Iterator[Evidence | Unanswered]:
        found: set[int] = set()
        for sid in sids:
            match cids[sid]:
                case Refusal() as refusal:
                    yield from self._unanswered([question], refusal)
                    return
                case numbers:
                    found.update(cid for cid in numbers if cid)
        yield self._evidence(question, {"sids": sorted(sids), "cids": sorted(found)})

    def _fetch_search(self, question: ByStructure | ByName) -> Evidence | Unanswered:
        """Rows by InChIKey or name, best first; CID 0 is PubChem's way of saying "a structure, but no record"."""
        namespace, text = ("name", question.name) if isinstance(question, ByName) else ("inchikey", question.inchikey)
        try:
            rows = self._send(partial(self._ask_found, text, namespace))
        except Refusal as refusal:
            return Unanswered(question, self._courier.explain(refusal))
        compounds = [row for row in rows or () if row["CID"]]
        return self._evidence(question, {"compounds": compounds} if compounds else None)

    def _in_batches(
        self, numbers: list[int], ask: Callable[[list[int]], Reply]
    ) -> Iterator[tuple[list[int], Reply | Refusal]]:
        return self._batches.asked(numbers, lambda batch: self._send(partial(unless_too_broad, ask, batch)))

    def _send(self, attempt: Callable[[], Reply]) -> Reply:
        if self._seam.is_blocked:
            raise AuthorityUnavailable(BLOCKED)
        load_pubchempy()
        return self._courier.send(attempt)

    def _ask_properties(self, cids: list[int]) -> Reply:
        return self._ask_rows(cids, "cid", _PROPERTY)

    def _ask_found(self, text: str, namespace: str) -> Reply:
        return self._ask_rows(text, namespace, _PROPERTY)

    def _ask_synonyms(self, cids: list[int]) -> Reply:
        rows = self._ask_rows(cids, "cid", "synonyms", table="InformationList")
        if rows is None and len(cids) > 1:
            raise spoilt()
        return rows

    def _ask_cids(self, sids: list[int]) -> Reply:
        return self._ask_rows(sids, "sid", "cids", table="InformationList", key="SID", cids_type="standardized")

    def _ask_preferred(self, cids: list[int]) -> Reply:
        """A CID that all know is asked with them: "not found" may mean one of a list, and is then said of them all.

        How PubChem answers a list with an unassigned CID in it is nowhere documented.
        """
        reply = self._seam.ask(list(dict.fromkeys([*cids, _SURE])), "cid", "compound", "cids", cids_type="preferred")
        numbers = [] if reply is None else _numbers(reply, "CID")
        if _SURE not in numbers:
            raise spoilt()
        if _SURE not in cids:
            numbers.remove(_SURE)
        return numbers

    def _ask_sids(self, accession: str) -> Reply:
        # pubchempy has no call for an id within a source; as an operation the path comes out right.
        reply = self._seam.ask("DrugBank", "sourceid", "substance", f"{quote(accession, safe='')}/sids")
        return None if reply is None else _numbers(reply, "SID")

    def _ask_registry(self, accession: str) -> Reply:
        reply = self._seam.ask(accession, "RegistryID", "compound", "cids", searchtype="xref")
        return None if reply is None else _numbers(reply, "CID")

    def _ask_rows(
        self,
        identifier: str | list[int],
        namespace: str,
        operation: str,
        *,
        table: str = "PropertyTable",
        key: str = "CID",
        **options: str,
    ) -> list[Row] | None:
        """The rows of a table, each with a number under `key`; only such rows as were asked for."""
        domain = "substance" if key == "SID" else "compound"
        reply = self._seam.ask(identifier, namespace, domain, operation, **options)
        if reply is None:
            return None
        inner = reply.get(table)
        rows = inner.get(_INNER[table]) if isinstance(inner, dict) else None
        if not isinstance(rows, list) or not rows or not all(_is_row(row, key) for row in rows):
            raise _odd()
        if isinstance(identifier, list) and not {row[key] for row in rows} <= set(identifier):
            raise Refusal("answered about other records than those asked for", retry=True)
        return rows

    def _unanswered(self, questions: Sequence[Question], refusal: Refusal) -> Iterator[Unanswered]:
        reason = self._courier.explain(refusal)
        return (Unanswered(question, reason) for question in questions)

    def _evidence(self, question: Question, payload: Row | None) -> Evidence:
        """The reply as evidence. PubChem has no releases: the date of the reply stands for one."""
        now = self._now()
        text = None if payload is None else dump_payload(payload)
        url = f"{self._seam.base_url}/{_path(question)}/JSON"
        return Evidence(self.name, question, f"{now:%Y-%m-%d}", now, url, text)


def _is_canonical(reference: Reference) -> bool:
    return bool(PREFIXES[reference.prefix].pattern.fullmatch(reference.identifier))


def _is_row(row: Any, key: str) -> bool:
    """Whether a row says what it is about, and lists are lists where canonid reads on."""
    is_about = isinstance(row, dict) and type(row.get(key)) is int
    return is_about and all(isinstance(row.get(name, []), list) for name in ("Synonym", "CID") if name != key)


def _numbers(reply: Row, key: str) -> list[int]:
    """The numbers of a flat list; a list that is left out is an empty one."""
    inner = reply.get("IdentifierList")
    numbers = inner.get(key, []) if isinstance(inner, dict) else None
    if not isinstance(numbers, list) or not all(type(number) is int for number in numbers):
        raise _odd()
    return numbers


def _odd() -> Refusal:
    return Refusal("answered with JSON of an unknown shape", retry=True)


def _path(question: Question) -> str:
    """Where a person finds the same answer with a browser; batches themselves are POSTed."""
    match question:
        case ById(reference) if reference.prefix == DRUGBANK:
            return f"substance/sourceid/DrugBank/{quote(reference.identifier, safe='')}/cids"
        case ById(reference):
            return f"compound/cid/{reference.identifier}/{_PROPERTY}"
        case Synonyms(reference):
            return f"compound/cid/{reference.identifier}/synonyms"
        case ByStructure(inchikey):
            return f"compound/inchikey/{quote(inchikey, safe='')}/{_PROPERTY}"
        case _:
            return f"compound/name/{quote(getattr(question, 'name', ''), safe='')}/{_PROPERTY}"
