"""One page under examination: its dossier, and what follows from it, worked out once for all rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from canonid.identifiers import CHEMBL, PREFIXES, PUBCHEM, PUBCHEM_SUBSTANCE, Reference
from canonid.model import (
    Answer,
    ById,
    ByName,
    ByStructure,
    Claim,
    ClaimKind,
    Dossier,
    Evidence,
    Found,
    NotFound,
    Predicate,
    Record,
    Status,
    Subject,
    Synonyms,
    TrialSearch,
    Unavailable,
)
from canonid.rules.doubts import tempered
from canonid.rules.identity import Identity, Relation, identify
from canonid.rules.profile import NameMatch, Profile, build_profile, name_match, names_of, without_brackets
from canonid.rules.trials import active_trials

SUBSTANCE_AUTHORITIES = ("chembl", "drugbank", "pubchem")
"""The authorities that hold records of substances, in the order in which their names are trusted."""
PUBCHEM_AUTHORITY = "pubchem"
CHEAP_BY_NAME = ("chembl", "drugbank")
"""The authorities that take names in batches, or cost no request."""
_XREFS = {"chembl": CHEMBL, "pubchem": PUBCHEM}
"""The identifiers of other authorities that DrugBank lists."""
_MOST_NAMES = {"chembl": 20, "drugbank": 40, "pubchem": 12}
"""How many names an authority is searched by: each costs PubChem a request, and ChEMBL a part of one."""
_MOST_TRIAL_NAMES = 8
_LONGEST_NAME = 80
_MOST_WORDS = 4
_MOST_COMPOUNDS = 3


def authority_of(claim: Claim) -> str | None:
    """The authority that can be asked for the claimed reference, None for properties, CAS numbers and the like."""
    return PREFIXES[claim.prefix].authority if claim.prefix else None


class Case:
    """A dossier with its profile, identities and candidates, each computed at most once."""

    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier
        self._identities: dict[Reference, Identity] = {}
        self._records: dict[Reference, Record] = {}
        self._claimed: dict[Reference, Record | None] = {}

    @property
    def subject(self) -> Subject:
        """The subject of the page."""
        return self.dossier.subject

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims of the page, in the order of the file."""
        return self.dossier.page.claims

    @cached_property
    def substance_claims(self) -> tuple[Claim, ...]:
        """The claims about the identity of the subject (trials left out)."""
        return tuple(claim for claim in self.claims if claim.kind is ClaimKind.IDENTIFIER)

    def claims_of(self, authority: str) -> tuple[Claim, ...]:
        """Those of them that `authority` can be asked about."""
        return tuple(claim for claim in self.substance_claims if authority_of(claim) == authority)

    def answer(self, claim: Claim) -> Answer | None:
        """What the authority says under the claimed reference; None if it was not asked or cannot be."""
        reference = claim.reference
        authority = authority_of(claim)
        if reference is None or authority is None:
            return None
        return self.dossier.answer(authority, ById(reference))

    def record(self, claim: Claim) -> Record | None:
        """The record under the claimed reference, with its synonyms when they were asked."""
        reference = claim.reference
        if reference is None:
            return None
        if reference not in self._claimed:
            answer = self.answer(claim)
            self._claimed[reference] = self._enriched(answer.record) if isinstance(answer, Found) else None
        return self._claimed[reference]

    def _enriched(self, record: Record) -> Record:
        """`record` with the synonyms that a separate question brought."""
        if record.reference not in self._records:
            self._records[record.reference] = self._with_synonyms(record)
        return self._records[record.reference]

    def _with_synonyms(self, record: Record) -> Record:
        answer = self.dossier.answer(record.authority, Synonyms(record.reference))
        if not isinstance(answer, Found):
            return record
        more = answer.record
        return replace(record, synonyms=record.synonyms + more.synonyms, xrefs=record.xrefs + more.xrefs)

    def names_complete(self, record: Record) -> bool:
        """Whether all names of the record are known; PubChem gives synonyms only when asked again."""
        if record.reference.prefix != PUBCHEM or record.synonyms:
            return True
        return isinstance(self.dossier.answer(PUBCHEM_AUTHORITY, Synonyms(record.reference)), Found | NotFound)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """The names worth a search, own names first.

        Long names are descriptions, and a title with brackets is there without them, too.
        """
        names = names_of(self.subject)
        own = (name for name in names.own.values() if without_brackets(name) not in names.own)
        return tuple(name for name in (*own, *names.aliases.values()) if len(name) <= _LONGEST_NAME)

    @cached_property
    def whole_names(self) -> tuple[str, ...]:
        """The names with brackets that the subject has without them, too: `Hyaluronidase (ovine)`."""
        own = names_of(self.subject).own
        return tuple(name for name in own.values() if without_brackets(name) in own)

    @cached_property
    def trial_names(self) -> tuple[str, ...]:
        """The names to search trials by: what the title of a trial may say."""
        aliases = names_of(self.subject).aliases.values()
        clumsy = {name for name in aliases if "," in name or len(name.split()) > _MOST_WORDS}
        return tuple(name for name in self._names if name not in clumsy)[:_MOST_TRIAL_NAMES]

    def names_for(self, authority: str) -> tuple[str, ...]:
        """The names to search an authority by.

        PubChem takes one a request, so it gets aliases only for a null, and not for a biologic without structure:
        depositors name small molecules after biologics' brands and targets, and each further name would be a further
        decoy. ChEMBL takes names in batches, but those with a comma one by one: systematic names, which a structure
        finds better.
        """
        names = self._names
        if authority == PUBCHEM_AUTHORITY and not self._takes_aliases:
            own = names_of(self.subject).own.values()
            names = tuple(name for name in names if name in own)
        elif authority == "chembl":
            names = tuple(name for name in names if "," not in name)
        return names[: _MOST_NAMES[authority]]

    def unsearched(self, authority: str) -> tuple[str, ...]:
        """The names of the subject that `authority` is not searched by though it may know the subject under them."""
        if authority == PUBCHEM_AUTHORITY and not self._takes_aliases:
            return ()
        return tuple(name for name in self._names if name not in self.names_for(authority))

    @property
    def _takes_aliases(self) -> bool:
        return self._has_null(PUBCHEM_AUTHORITY) and not self._first_profile.is_biologic

    def _has_null(self, authority: str) -> bool:
        return any(authority_of(claim) == authority for claim in self.exact_nulls())

    @cached_property
    def _first_profile(self) -> Profile:
        """The profile from the claimed references and the searches by name, before any search by structure."""
        return build_profile(self.subject, self.claims, self._records_by_claim_and_name())

    @cached_property
    def profile(self) -> Profile:
        """The profile from everything that the page's questions brought."""
        records = [*self._first_profile.anchors, *self._records_by_structure(self._first_profile.inchikeys())]
        return build_profile(self.subject, self.claims, records)

    def _records_by_claim_and_name(self) -> Iterator[Record]:
        for claim in self.substance_claims:
            record = self.record(claim) if claim.predicate is Predicate.EXACT else None
            if record is not None and record.status is not Status.OTHER_ENTITY:
                yield record
        for authority in SUBSTANCE_AUTHORITIES:
            for name in self._names:
                yield from self._found(authority, ByName.of(name))

    def _records_by_structure(self, inchikeys: tuple[str, ...]) -> Iterator[Record]:
        for authority in SUBSTANCE_AUTHORITIES:
            for inchikey in inchikeys:
                yield from self._found(authority, ByStructure(inchikey))

    def _found(self, authority: str, question: ByName | ByStructure) -> Iterator[Record]:
        answer = self.dossier.answer(authority, question)
        if isinstance(answer, Found):
            yield from map(self._enriched, answer.records)

    @cached_property
    def is_waiting(self) -> bool:
        """Whether claimed references are still unasked: their records may bring names and structures."""
        return any(
            claim.reference is not None and authority_of(claim) is not None and self.answer(claim) is None
            for claim in self.substance_claims
        )

    def all_searches(self) -> Iterator[Answer]:
        """The answers to all searches for this subject, whatever the authority."""
        for authority in SUBSTANCE_AUTHORITIES:
            yield from self.searched(authority).values()

    def searched(self, authority: str) -> dict[ByName | ByStructure, Answer]:
        """The searches of `authority` for this subject that have an answer."""
        questions: list[ByName | ByStructure] = [ByStructure(key) for key in self.profile.inchikeys()]
        questions += [ByName.of(name) for name in self.names_for(authority)]
        answers = {question: self.dossier.answer(authority, question) for question in questions}
        return {question: answer for question, answer in answers.items() if answer is not None}

    def hits(self, authority: str) -> tuple[Record, ...]:
        """The current records that searches of `authority` or pointers of DrugBank brought, each once."""
        answers = (answer for answer in self.searched(authority).values() if isinstance(answer, Found))
        records = (*(record for answer in answers for record in answer.records), *self.pointed_records(authority))
        found = {record.reference: self._enriched(record) for record in records if record.status is Status.CURRENT}
        return tuple(found.values())

    def pointed(self, authority: str) -> dict[Reference, Record]:
        """The identifiers of `authority` that DrugBank lists for the subject, each with the entry that lists it."""
        return {
            xref: entry
            for entry in self.profile.anchors
            for xref in entry.xrefs
            if entry.authority == "drugbank" and _XREFS.get(authority) == xref.prefix
        }

    def pointed_records(self, authority: str) -> tuple[Record, ...]:
        """The records under those identifiers, as far as they were asked for."""
        answers = (self.dossier.answer(authority, ById(xref)) for xref in self.pointed(authority))
        return tuple(answer.record for answer in answers if isinstance(answer, Found))

    def deposited_compounds(self, claim: Claim) -> tuple[Reference, ...]:
        """The CIDs for which DrugBank deposited the claimed accession at PubChem; none for most biologics."""
        answer = self.dossier.answer(PUBCHEM_AUTHORITY, ById(claim.reference)) if claim.reference else None
        if not isinstance(answer, Found):
            return ()
        return tuple(reference for reference in answer.record.xrefs if reference.prefix == PUBCHEM)[:_MOST_COMPOUNDS]

    def is_deposited(self, claim: Claim) -> bool:
        """Whether DrugBank itself deposited the accession, not just some depositor who mentions it."""
        answer = self.dossier.answer(PUBCHEM_AUTHORITY, ById(claim.reference)) if claim.reference else None
        return isinstance(answer, Found) and bool(answer.record.xref(PUBCHEM_SUBSTANCE))

    def deposited_records(self, claim: Claim) -> tuple[Record, ...]:
        """The records of those compounds, as far as they are known."""
        answers = (self.dossier.answer(PUBCHEM_AUTHORITY, ById(cid)) for cid in self.deposited_compounds(claim))
        return tuple(self._enriched(answer.record) for answer in answers if isinstance(answer, Found))

    def hits_for(self, claim: Claim) -> tuple[Record, ...]:
        """The records that searches for the claimed kind of identifier brought."""
        authority = authority_of(claim)
        return self.hits(authority) if authority else ()

    @cached_property
    def trial_search(self) -> TrialSearch | None:
        """The question for the active trials of the subject; None without a name to search by."""
        return active_trials(self.trial_names)

    def count_answer(self, claim: Claim) -> Answer | None:
        """What the registry says to that question; None for claims other than counts, and if it was not asked."""
        if claim.kind is not ClaimKind.COUNT or self.trial_search is None:
            return None
        return self.dossier.answer("clinicaltrials", self.trial_search)

    def trial_answer(self, claim: Claim) -> Answer | None:
        """What the registry says of the trial whose status is claimed."""
        return None if claim.trial is None else self.dossier.answer("clinicaltrials", ById(claim.trial))

    def identity(self, record: Record) -> Identity:
        """The relation of a record to the subject, in view of what else its authority holds."""
        if record.reference not in self._identities:
            self._identities[record.reference] = self._identify(record)
        return self._identities[record.reference]

    def _identify(self, record: Record) -> Identity:
        """The relation by the record itself, tempered by what else is known and what could not be asked."""
        identity = identify(record, self.profile, names_complete=self.names_complete(record))
        return tempered(record, identity, self)

    def claim_identity(self, claim: Claim) -> Identity | None:
        """The relation of the claimed record to the subject; None without a record of a substance."""
        record = self.record(claim)
        if record is None or record.status is Status.OTHER_ENTITY:
            return None
        return self.identity(record)

    @cached_property
    def exact_records(self) -> tuple[tuple[Claim, Record, Identity], ...]:
        """The exact-match claims that lead to a record of a substance, with that record and its relation."""
        exact = (claim for claim in self.substance_claims if claim.predicate is Predicate.EXACT)
        found = ((claim, self.record(claim), self.claim_identity(claim)) for claim in exact)
        return tuple(
            (claim, record, identity)
            for claim, record, identity in found
            if record is not None and identity is not None
        )

    @cached_property
    def proven_records(self) -> tuple[Record, ...]:
        """The records of the subject: those that vouch for it, and those that its claims name and a name confirms."""
        named = (
            record
            for _, record, identity in self.exact_records
            if identity.relation is Relation.SAME and identity.match >= NameMatch.NAMED_ALIAS
        )
        records = {record.reference: record for record in (*self.profile.anchors, *named)}
        return tuple(records.values())

    @cached_property
    def named_records(self) -> tuple[Record, ...]:
        """All records that have come up and carry a name of the subject or of a member of its class."""
        claimed = (record for _, record, _ in self.exact_records)
        hits = (hit for authority in SUBSTANCE_AUTHORITIES for hit in self.hits(authority))
        records = {record.reference: record for record in (*self.profile.anchors, *claimed, *hits)}
        names = self.profile.names
        return tuple(record for record in records.values() if name_match(record, names) >= NameMatch.NAMED_ALIAS)

    def exact_nulls(self) -> Iterator[Claim]:
        """The explicit nones of fields that name the subject itself."""
        return (claim for claim in self.substance_claims if claim.is_none and claim.predicate is Predicate.EXACT)

    def evidence(self, claim: Claim) -> tuple[Evidence, ...]:
        """The replies that the verdict on `claim` rests on."""
        answer = self.count_answer(claim) or self.trial_answer(claim) or self.answer(claim)
        if isinstance(answer, Found | NotFound):
            return (answer.evidence,)
        authority = authority_of(claim)
        if authority is None and not claim.is_none:  # a property is compared with what the subject's records say
            known = (self.dossier.answer(anchor.authority, ById(anchor.reference)) for anchor in self.profile.anchors)
            return tuple(answer.evidence for answer in known if isinstance(answer, Found))
        if authority is None or not claim.is_none:
            return ()
        answers = self.searched(authority).values()
        return tuple(answer.evidence for answer in answers if not isinstance(answer, Unavailable))

    def witnesses(self, reference: Reference) -> tuple[Evidence, ...]:
        """The replies that show the record under `reference`, and those of the records that share its structure."""
        authority = PREFIXES[reference.prefix].authority if reference.prefix else None
        hits = self.hits(authority) if authority in SUBSTANCE_AUTHORITIES else ()
        shown = next((record for record in (*hits, *self.profile.anchors) if record.reference == reference), None)
        if shown is None:
            return ()
        peers = [anchor for anchor in self.profile.anchors if anchor.inchikey and anchor.inchikey == shown.inchikey]
        replies = (self._reply_with(record) for record in (shown, *peers))
        return tuple(dict.fromkeys(reply for reply in replies if reply is not None))

    def _reply_with(self, record: Record) -> Evidence | None:
        """The reply that brought a record."""
        questions: list[ById | ByStructure | ByName] = [ById(record.reference)]
        questions += [ByStructure(record.inchikey)] if record.inchikey else []
        questions += [ByName.of(name) for name in self._names]
        for question in questions:
            answer = self.dossier.answer(record.authority, question)
            if isinstance(answer, Found) and any(found.reference == record.reference for found in answer.records):
                return answer.evidence
        return None
