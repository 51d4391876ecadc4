"""What is known of a subject: its names, and the structures that independent records give it.

Evidence is graded. A record *vouches* for the subject when its preferred name is one of the subject's names, or when
a curated authority lists the subject's own name as a synonym. Names that anyone may deposit (PubChem synonyms) do not
vouch: they are wrong often enough to make one error confirm another. Nor do aliases of the page: a page about a class
lists its members as aliases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from canonid.identifiers import INCHIKEY, Reference, is_standard, skeleton, spoken
from canonid.model import Claim, Kind, Predicate, Record, Subject
from canonid.names import ION_WORDS, SALT_WORDS, ascii_spelling, holds_words, name_key, split_salt, word_keys, words

# Shorter aliases (NR, D3, MRA) are shared by too many substances to say anything.
_SHORTEST_ALIAS = 4
_SUBTITLE = re.compile(r"\s+[—–-]\s+|:\s+")
# Brackets that explain a name, not those that belong to it: (R), (-), (18F), (99mTc), (I-131), (S-enantiomer), (17α),
# (25-OH), (d6), (enanthate), (… conjugate) and whatever a hyphen joins to the name make another substance.
_BRACKETS = re.compile(
    r"(?<=[\w'’)®™] )\((?![RSEZ+±/\s−–-]*\)|[A-Z]\)|DL\)|[αβ]\)|[0-9]+m?[A-Z]{0,2}\)"
    r"|[0-9,]+['′]?(?:[αβ]|-?(?:OH|hydroxy|oxo|keto)\w*)\)|(?-i:d[0-9]{1,2})\)"
    rf"|(?:[\w-]+ )*(?:complex|conjugate|ester|liposomal|pegylated|{'|'.join(sorted(SALT_WORDS))})\)"
    r"|(?:F|C|I|N|O|Cu|Ga|In|Lu|Rb|Sm|Sr|Tc|Tl|Y|Zr)[ -][0-9]{2,3}m?\)"
    r"|[RSEZDL+±−–-]+[ -](?:enantiomer|isomer|form)\))([^()]*)\)(?!-)",
    re.IGNORECASE,
)
# What `name_key` makes of locants, signs of configuration and the like in front of a name.
_DESCRIPTORS = re.compile(
    r"(?:[0-9,']|alpha|beta|gamma|delta|plus|minus|racemic|rac|cis|trans|meso|epi|nor|des|iso|hydroxy|deoxy|[dlrsez])+"
)
_CURATED = frozenset({"chembl", "drugbank"})


class NameMatch(IntEnum):
    """How a record's names meet the subject's, from nothing to the preferred name itself."""

    NONE = 0
    ALIAS = 1
    """A synonym of the record is an alias of the subject."""
    NAMED_ALIAS = 2
    """The preferred name is an alias of the subject."""
    SYNONYM = 3
    """A synonym of the record is the subject's own name."""
    PREFERRED = 4
    """The preferred name is the subject's own name (title, slug or INN)."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a subject by `name_key`: its own ones, and its aliases."""

    own: dict[str, str]
    aliases: dict[str, str]

    def __contains__(self, key: str) -> bool:
        return key in self.own or key in self.aliases


@lru_cache(maxsize=100_000)
def names_of(subject: Subject) -> Names:
    """The names under which `subject` may be known to an authority."""
    head = _SUBTITLE.split(subject.title)[0]
    bare = _BRACKETS.sub(" ", head).strip()
    bracketed = [part for group in _BRACKETS.findall(head) for part in re.split(r"[/,;]", group)]
    inn, file = subject.inn or "", subject.slug.replace("-", " ").replace("_", " ")
    bases = [name for name in (inn, file) if _is_base_of(name, bare)]
    own = _keyed((bare, "" if inn in bases else inn), 2) or _keyed((file,), 2)
    more = _keyed((head, "" if file in bases else file), _SHORTEST_ALIAS)
    # Authorities search for a spelling: the title's rather than that of the file's name, which has lost its hyphens.
    own = own | more | {key: name for key, name in own.items() if name.isascii()}
    aliases = _keyed((*subject.aliases, *bracketed, *bases), _SHORTEST_ALIAS)
    return Names(own, {key: name for key, name in aliases.items() if key not in own})


def _is_base_of(name: str, title: str) -> bool:
    """Whether the title is of a salt or isomer of what `name` names: then that is not its own name.

    A page `(R)-Lipoic acid` may stand in `lipoic-acid.md`, one on a salt may give the INN of its parent.
    """
    key, whole = name_key(name), name_key(title)
    if not key or key == whole:
        return False
    base, salt = split_salt(title)
    is_salt = bool(salt) and name_key(base) == key
    return is_salt or (whole.endswith(key) and _DESCRIPTORS.fullmatch(whole.removesuffix(key)) is not None)


def without_brackets(name: str) -> str:
    """The key of `name` without what stands in brackets; an empty text if it has none."""
    bare = _BRACKETS.sub(" ", name)
    return "" if bare == name else name_key(bare)


def _keyed(names: Iterable[str], shortest: int) -> dict[str, str]:
    """Names by key, spelt as the first of each is, with letters such as β written out as authorities do."""
    keyed: dict[str, str] = {}
    for name in names:
        keyed.setdefault(name_key(name), ascii_spelling(" ".join(name.split())))
    return {key: name for key, name in keyed.items() if len(key) >= shortest}


@lru_cache(maxsize=100_000)
def record_keys(record: Record) -> tuple[str, frozenset[str]]:
    """The key of the preferred name, and those of the synonyms."""
    return name_key(record.name or ""), frozenset(name_key(name) for name in record.synonyms) - {""}


def shared_names(record: Record, names: Names) -> tuple[str, ...]:
    """The subject's names, as the page spells them, that the record carries too."""
    preferred, synonyms = record_keys(record)
    keys = synonyms | {preferred}
    return tuple(name for key, name in (names.own | names.aliases).items() if key in keys)


def name_match(record: Record, names: Names) -> NameMatch:
    """How well the record's names meet those of the subject."""
    preferred, synonyms = record_keys(record)
    if preferred and preferred in names.own:
        return NameMatch.PREFERRED
    # A short name is the preferred one of few substances, but somebody's abbreviation of many (ALA, DHA, NR).
    if any(len(key) >= _SHORTEST_ALIAS for key in synonyms & names.own.keys()):
        return NameMatch.SYNONYM
    if preferred and preferred in names.aliases:
        return NameMatch.NAMED_ALIAS
    return NameMatch.NONE if synonyms.isdisjoint(names.aliases) else NameMatch.ALIAS


def salt_of(record: Record, names: Names) -> str:
    """The words for a salt or ion by which the preferred name differs from one of the subject's own, or an empty text.

    An ion that has the subject's own name as well is what the authority holds of the subject (`Lithium cation`).
    """
    preferred, synonyms = record_keys(record)
    if not record.name or preferred in names.own:
        return ""
    base, salt = split_salt(record.name)
    if not salt or name_key(base) not in names.own:
        return ""
    return "" if salt in ION_WORDS and not synonyms.isdisjoint(names.own) else salt


def kin_of(record: Record, names: Names) -> str:
    """The subject's own name that the record's preferred name says more, or less, of; an empty text if there is none.

    Curated records list the names of their esters and salts, or that of the parent, as synonyms: testosterone is one
    of testosterone cypionate in ChEMBL, tolperisone hydrochloride one of tolperisone.
    """
    theirs = _telling_words(record.name or "")
    for name in names.own.values():
        ours = () if without_brackets(name) in names.own else _telling_words(name)
        if theirs and ours and theirs != ours and (holds_words(theirs, ours) or holds_words(ours, theirs)):
            return name
    return ""


@lru_cache(maxsize=100_000)
def _telling_words(name: str) -> tuple[str, ...]:
    """The words of a name, without those that say no more than that it is an ion."""
    return tuple(word for word in word_keys(name) if word not in ION_WORDS)


def vouches(record: Record, names: Names) -> bool:
    """Whether the record may speak for the subject: see the module's docstring."""
    match = name_match(record, names)
    if match is not NameMatch.SYNONYM:
        return match is NameMatch.PREFERRED
    return record.authority in _CURATED and not salt_of(record, names) and not kin_of(record, names)


@dataclass(frozen=True, slots=True)
class Profile:
    """The subject as names and structures, with the records that vouch for them."""

    names: Names
    anchors: tuple[Record, ...]
    """Records that vouch for the subject."""
    page_inchikeys: frozenset[str]
    """InChIKeys that the page itself claims: a claim among others, weaker than an authority's."""

    def structures(self, besides: Reference | None = None) -> dict[str, tuple[Record, ...]]:
        """The InChIKeys that anchors give the subject, each with its anchors, leaving out the record `besides`."""
        given: dict[str, tuple[Record, ...]] = {}
        for anchor in self.anchors:
            if anchor.inchikey and anchor.reference != besides:
                given[anchor.inchikey] = (*given.get(anchor.inchikey, ()), anchor)
        return given

    def inchikeys(self) -> tuple[str, ...]:
        """All InChIKeys worth a search, those of authorities first."""
        return tuple(dict.fromkeys((*sorted(self.structures()), *sorted(self.page_inchikeys))))

    def pooled_keys(self, besides: Reference | None = None, *, curated: bool) -> set[str]:
        """Keys of every name of the subject and of its anchors; with `curated`, without synonyms anyone may deposit."""
        keys = {*self.names.own, *self.names.aliases}
        for anchor in self.anchors:
            if anchor.reference != besides:
                preferred, synonyms = record_keys(anchor)
                keys |= {preferred} if curated and anchor.authority not in _CURATED else synonyms | {preferred}
        return keys - {""}

    def preferred_keys(self, besides: Reference) -> set[str]:
        """Keys of the preferred names of anchors, without short ones, leaving out the record `besides`."""
        preferred = (record_keys(anchor)[0] for anchor in self.anchors if anchor.reference != besides)
        return {key for key in preferred if len(key) >= _SHORTEST_ALIAS}

    @property
    def is_biologic(self) -> bool:
        """Whether an anchor is of a biological kind and none has a structure."""
        return any(anchor.kind in BIOLOGIC for anchor in self.anchors) and not self.structures()

    def biologic(self, besides: Reference | None = None) -> Record | None:
        """An anchor that proves a kind without a discrete structure, unless another anchor has a structure.

        The record `besides` is left out: a compound named after an antibody does not make it one with a structure.
        """
        if self.structures(besides):
            return None
        return next((anchor for anchor in self.anchors if anchor.kind in STRUCTURELESS), None)


STRUCTURELESS = frozenset({Kind.ANTIBODY, Kind.CELL, Kind.GENE, Kind.VACCINE})
"""Kinds that PubChem files as substances only, because no structure can be standardised. Proteins are not among them:
ChEMBL calls peptides such as semaglutide proteins too, and those do have CIDs."""

BIOLOGIC = STRUCTURELESS | {Kind.PROTEIN, Kind.PEPTIDE}
"""Kinds for which a name is no proof of a compound: depositors name conjugates, fragments and salts after them."""


def build_profile(subject: Subject, claims: Iterable[Claim], records: Iterable[Record]) -> Profile:
    """The profile of a subject from its page's claims and all records that its questions brought."""
    names = names_of(subject)
    anchors = {record.reference: record for record in records if not record.is_thin and vouches(record, names)}
    keys = frozenset(
        claim.reference.identifier
        for claim in claims
        if claim.prefix == INCHIKEY and claim.predicate is Predicate.EXACT and claim.reference is not None
        if is_standard(claim.reference.identifier)
    )
    return Profile(names, tuple(anchors.values()), keys)


def resembles(record: Record, profile: Profile) -> bool:
    """Whether a word of the record's name is also in a name of the subject: too close to call it another substance."""
    theirs = words(record.name or "").union(*(words(name) for name in record.synonyms[:50]))
    ours = frozenset().union(*(words(name) for name in _all_names(profile)))
    return any(_alike(word, other) for word in theirs for other in ours)


def _all_names(profile: Profile) -> Iterator[str]:
    yield from profile.names.own.values()
    yield from profile.names.aliases.values()


def _alike(word: str, other: str) -> bool:
    """Equal, or the same stem with another ending (tazarotene, tazarotenic)."""
    stem = min(len(word), len(other), 7)
    return word == other or (stem == 7 and word[:stem] == other[:stem])


def describe_form(inchikey: str, other: str) -> str:
    """How a structure of the same skeleton differs from `other`, in words for a message."""
    if inchikey[15:25] == other[15:25]:
        return "other protonation or charge"
    if inchikey[15:25].startswith("UHFFFAOYS"):
        return "without stereochemistry"
    if other[15:25].startswith("UHFFFAOYS"):
        return "one stereoisomer of it"
    return "other stereochemistry or isotopes"


def same_skeleton(inchikey: str, others: Iterable[str]) -> str | None:
    """One of `others` with the same connectivity, if any."""
    return next((other for other in others if skeleton(other) == skeleton(inchikey)), None)


def label(record: Record) -> str:
    """How a message names a record: its authority's label for it and its name."""
    return f"{spoken(record.reference)} {record.name}" if record.name else spoken(record.reference)
