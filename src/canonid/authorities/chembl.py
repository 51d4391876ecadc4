"""ChEMBL: 1,000 identifiers a request, InChIKeys and names in batches, and the lookup for ids that are hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import quote

from canonid.authorities.chembl_client import PAGE, ChemblClient, Query, Row
from canonid.authorities.chembl_parse import carried_names, inchikey_of, parse_chembl
from canonid.authorities.payloads import dump_payload, text_of
from canonid.authorities.probe import Pulse, odd_reply, one_question
from canonid.authorities.transport import Courier, Refusal, user_agent
from canonid.identifiers import CHEMBL
from canonid.model import Answer, ById, ByName, ByStructure, Evidence, Forms, Question, Unanswered

Q = TypeVar("Q", ById, ByStructure, ByName, Forms)

_LONGEST_NAME = 200
_INCHIKEY = "molecule_structures__standard_inchi_key"
_PREF_NAME = "pref_name"
_SYNONYM = "molecule_synonyms__synonyms"
_AS_WRITTEN = "molecule_synonyms__molecule_synonym"
"""The same synonyms in the case of their source; the other column is upper case for most."""
_FIELDS = (
    "cross_references", "first_approval", "max_phase", "molecule_chembl_id", "molecule_hierarchy",
    "molecule_properties", "molecule_structures", "molecule_synonyms", "molecule_type", "pref_name", "structure_type",
    "withdrawn_flag",
)  # fmt: skip


class ChemblAuthority:
    """ChEMBL at `base_url` (`https://www.ebi.ac.uk/chembl/api/data`); `contact` goes into the User-Agent.

    `singles` bounds the requests for single names in the life of the object; what is left waits for the next run.
    """

    name = "chembl"
    is_local = False

    def __init__(self, base_url: str, courier: Courier, contact: str, singles: int = 200) -> None:
        self._base = base_url.rstrip("/")
        self._courier = courier
        self._client = ChemblClient(base_url, courier, user_agent(contact))
        self._release: str | None = None
        self._release_asked = False
        self._synonyms_in_batches = True
        self._singles_left = singles

    @property
    def requests(self) -> int:
        """How many requests have been made so far."""
        return self._courier.requests

    def close(self) -> None:
        """Nothing stays open between requests."""

    def accepts(self, question: Question) -> bool:
        """ChEMBL can be asked for its ids, for InChIKeys, and for names that its columns can hold."""
        match question:
            case ById(reference):
                return reference.prefix == CHEMBL
            case Forms(parent):
                return parent.prefix == CHEMBL
            case ByStructure():
                return True
            case ByName(name):
                return 2 <= len(name) <= _LONGEST_NAME and name.isprintable()
        return False

    def fetch(self, questions: Sequence[Question]) -> Iterator[Evidence | Unanswered]:
        """Ask in batches; see `Authority.fetch`."""
        if not questions:
            return
        self._learn_release()
        ids = {q.reference.identifier: q for q in questions if isinstance(q, ById)}
        keys = {q.inchikey: q for q in questions if isinstance(q, ByStructure)}
        names = {q.name: q for q in questions if isinstance(q, ByName)}
        yield from self._fetch_ids(ids)
        for batch_of_keys in _batches(keys, PAGE // 2):
            yield from self._fetch_structures(batch_of_keys)
        yield from self._fetch_names(names)
        for parents in _batches({q.parent.identifier: q for q in questions if isinstance(q, Forms)}, PAGE // 10):
            yield from self._fetch_forms(parents)

    def parse(self, evidence: Evidence) -> Answer:
        """The meaning of a stored reply."""
        return parse_chembl(evidence)

    def probe(self) -> Pulse:
        """Ask for the release only: does it answer, and how quickly?

        Raises AuthorityUnavailable, with what to do, if it does not.
        """
        with one_question(self._courier):
            status = self._client.status()
            release = text_of(status.get("chembl_db_version"))
            if release is None:
                raise odd_reply()
        ear, state = self._client.ear, text_of(status.get("status"))
        released = text_of(status.get("chembl_release_date"))
        return Pulse(ear.seconds, ear.clock, release, released, {"status": state} if state else {})

    def _learn_release(self) -> None:
        """Ask once for the release; evidence without it is worth less, but worth having."""
        if self._release_asked:
            return
        self._release_asked = True
        try:
            self._release = text_of(self._client.status().get("chembl_db_version"))
        except Refusal:
            self._release = None

    def _fetch_ids(self, questions: Mapping[str, ById]) -> Iterator[Evidence | Unanswered]:
        """Molecules in batches; what none of them shows is looked up together, in one request as a rule."""
        key = "molecule_chembl_id"
        missing: dict[str, ById] = {}
        for batch in _batches(questions, PAGE):
            belongs = partial(_has_id_in, batch, key)
            query = Query("molecule", f"{key}__in", tuple(batch), key, belongs, _FIELDS, unique=True)
            try:
                rows = {row[key]: row for row in self._client.rows(query)}
            except Refusal as refusal:
                yield from self._unanswered(batch.values(), refusal)
                continue
            for identifier, row in rows.items():
                yield self._evidence(batch[identifier], f"molecule/{identifier}.json", {"molecule": row})
            missing |= {identifier: question for identifier, question in batch.items() if identifier not in rows}
        for batch in _batches(missing, PAGE):
            yield from self._fetch_lookups(batch)

    def _fetch_lookups(self, batch: Mapping[str, ById]) -> Iterator[Evidence | Unanswered]:
        """Ask what became of ids that the molecule resource does not show: only the lookup knows retired ones."""
        key = "chembl_id"
        belongs = partial(_has_id_in, batch, key)
        query = Query("chembl_id_lookup", f"{key}__in", tuple(batch), key, belongs, unique=True)
        try:
            rows = {row[key]: row for row in self._client.rows(query)}
        except Refusal as refusal:
            yield from self._unanswered(batch.values(), refusal)
            return
        for identifier, question in batch.items():
            payload = {"lookup": rows[identifier]} if identifier in rows else None
            yield self._evidence(question, f"chembl_id_lookup/{identifier}.json", payload)

    def _fetch_structures(self, batch: Mapping[str, ByStructure]) -> Iterator[Evidence | Unanswered]:
        query = _molecules(f"{_INCHIKEY}__in", batch, lambda row: inchikey_of(row) in batch)
        try:
            rows = self._client.rows(query)
        except Refusal as refusal:
            yield from self._unanswered(batch.values(), refusal)
            return
        for key, question in batch.items():
            found = [row for row in rows if inchikey_of(row) == key]
            yield self._evidence(question, f"molecule.json?{_INCHIKEY}={key}", _payload(found))

    def _fetch_forms(self, batch: Mapping[str, Forms]) -> Iterator[Evidence | Unanswered]:
        """The families of parents; a parent that ChEMBL does not know, or that was downgraded, has none."""
        column = "parent_chembl_id"
        key = "molecule_chembl_id"
        query = Query("molecule_form", f"{column}__in", tuple(batch), key, lambda row: row.get(column) in batch)
        try:
            rows = self._client.rows(query)
        except Refusal as refusal:
            yield from self._unanswered(batch.values(), refusal)
            return
        for parent, question in batch.items():
            family = sorted((row for row in rows if row[column] == parent), key=lambda row: str(row[key]))
            payload = {"forms": family} if family else None
            yield self._evidence(question, f"molecule_form/{parent}.json", payload)

    def _fetch_names(self, names: Mapping[str, ByName]) -> Iterator[Evidence | Unanswered]:
        """Preferred names, then synonyms, in batches; one by one only what no batch can hold: a comma ends a value."""
        singly = {name: question for name, question in names.items() if "," in name}
        for batch in _batches({name: q for name, q in names.items() if name not in singly}, PAGE // 2):
            try:
                hits = self._search_in_batches(tuple(batch))
            except Refusal as refusal:
                yield from self._unanswered(batch.values(), refusal)
                continue
            for name, question in batch.items():
                if name in hits or self._synonyms_in_batches:
                    yield self._name_evidence(question, hits.get(name, []))
                else:
                    singly[name] = question
        for name, question in singly.items():
            yield self._fetch_single(question, (_PREF_NAME, _SYNONYM) if "," in name else (_SYNONYM,))

    def _search_in_batches(self, names: Sequence[str]) -> dict[str, list[Row]]:
        """The molecules by name: each further column is asked only for the names that are still open."""
        hits = self._search(f"{_PREF_NAME}__in", names, lambda name: (name.upper(),))
        for column in (_SYNONYM, _AS_WRITTEN):
            left = [name for name in names if name not in hits]
            if not left or not self._synonyms_in_batches:
                break
            try:
                hits |= self._search(f"{column}__in", left, _spellings)
            except Refusal as refusal:
                if refusal.status != 400:
                    raise
                self._synonyms_in_batches = False
        return hits

    def _fetch_single(self, question: ByName, columns: Sequence[str]) -> Evidence | Unanswered:
        if self._singles_left < len(columns):
            why = "ChEMBL takes some names only one by one, and enough were asked in this run; run again"
            return Unanswered(question, why)
        self._singles_left -= len(columns)
        try:
            for column in columns:
                hits = self._search(f"{column}__iexact", [question.name], lambda name: (name,))
                if hits:
                    return self._name_evidence(question, hits[question.name])
        except Refusal as refusal:
            return Unanswered(question, self._courier.explain(refusal))
        return self._name_evidence(question, [])

    def _search(
        self, filter_: str, names: Sequence[str], spell: Callable[[str], Iterable[str]]
    ) -> dict[str, list[Row]]:
        """The molecules that carry each of the names, which are asked for in the spellings that `spell` gives."""
        wanted = frozenset(names)
        values = dict.fromkeys(spelling for name in names for spelling in spell(name))
        query = _molecules(filter_, values, lambda row: not wanted.isdisjoint(carried_names(row)))
        hits: dict[str, list[Row]] = {}
        for row in self._client.rows(query):
            for name in wanted & carried_names(row):
                hits.setdefault(name, []).append(row)
        return hits

    def _name_evidence(self, question: ByName, rows: list[Row]) -> Evidence:
        return self._evidence(question, f"molecule.json?{_PREF_NAME}__iexact={quote(question.name)}", _payload(rows))

    def _evidence(self, question: Question, path: str, payload: Mapping[str, Any] | None) -> Evidence:
        text = None if payload is None else dump_payload(payload)
        return Evidence(self.name, question, self._release, datetime.now(UTC), f"{self._base}/{path}", text)

    def _unanswered(self, questions: Iterable[Question], refusal: Refusal) -> Iterator[Unanswered]:
        reason = self._courier.explain(refusal)
        return (Unanswered(question, reason) for question in questions)


def _has_id_in(batch: Mapping[str, ById], key: str, row: Row) -> bool:
    return row[key] in batch


def _molecules(filter_: str, values: Iterable[str], belongs: Callable[[Row], bool]) -> Query:
    return Query("molecule", filter_, tuple(values), "molecule_chembl_id", belongs, _FIELDS)


def _payload(rows: list[Row]) -> dict[str, Any] | None:
    return {"molecules": sorted(rows, key=lambda row: str(row["molecule_chembl_id"]))} if rows else None


def _spellings(name: str) -> tuple[str, ...]:
    """The ways in which ChEMBL spells a synonym: filters on lists are sensitive to case."""
    return (name.upper(), name.capitalize(), name.title(), name, name.title().replace(" Hcl", " HCl"))


def _batches(questions: Mapping[str, Q], size: int) -> Iterator[dict[str, Q]]:
    items = iter(questions.items())
    while batch := dict(islice(items, size)):
        yield batch
