"""Is a record the subject? Graded evidence, and which relation holds when it is not the same.

Strong: the full InChIKey equals one that an independent record gives the subject. Good: the preferred name or a
synonym equals one of the subject's names, and nothing contradicts. Weak: words in common, skeleton, formula.
A contradiction beats weak agreement; a lone search hit is never an identity.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from canonid.chemistry import counter_ion, read_formula
from canonid.identifiers import AUTHORITIES
from canonid.model import Record
from canonid.names import ION_WORDS
from canonid.rules.profile import (
    NameMatch,
    Profile,
    describe_form,
    kin_of,
    label,
    name_match,
    record_keys,
    resembles,
    salt_of,
    same_skeleton,
    shared_names,
    vouches,
)


class Relation(StrEnum):
    """What a record is to the subject."""

    SAME = "same"
    OTHER_FORM = "other form"
    """Same skeleton or same base: another stereoisomer, salt, charge or isotope."""
    OTHER_STRUCTURE = "other structure"
    OTHER_SUBSTANCE = "other substance"
    """It has names, and none of them is one of the subject's."""
    THIN = "thin"
    """Neither name nor structure to compare."""
    UNPROVEN = "unproven"


WRONG = frozenset({Relation.OTHER_FORM, Relation.OTHER_STRUCTURE, Relation.OTHER_SUBSTANCE})
"""What makes a claim of the record wrong."""


class Fit(StrEnum):
    """How a record's structure meets those that are known of the subject."""

    EQUAL = "equal"
    SKELETON = "skeleton"
    DIFFERENT = "different"
    PAGE_EQUAL = "page equal"
    """Equal to the InChIKey that only the page gives."""
    PAGE_SKELETON = "page skeleton"
    PAGE_DIFFERENT = "page different"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Identity:
    """The relation of a record to the subject, with its grounds as one clause for messages."""

    relation: Relation
    grounds: str
    match: NameMatch = NameMatch.NONE
    fit: Fit = Fit.UNKNOWN

    @property
    def is_strong(self) -> bool:
        """Whether two independent grounds, name and structure, agree."""
        return self.relation is Relation.SAME and self.fit is Fit.EQUAL and self.match is not NameMatch.NONE


def identify(record: Record, profile: Profile, *, names_complete: bool = True) -> Identity:
    """The relation of `record` to the subject of `profile`.

    `names_complete` is False while synonyms of the record are still unasked or could not be had: then a missing
    name is no contradiction.
    """
    if record.is_thin:
        return Identity(Relation.THIN, "the record has neither a name nor a structure")
    match, (fit, other, sources) = name_match(record, profile.names), _fit(record, profile)
    salt = salt_of(record, profile.names)
    if fit is Fit.EQUAL:
        if salt:
            return Identity(Relation.UNPROVEN, f"named as a salt ({salt}) but drawn as the parent", match, fit)
        return Identity(Relation.SAME, _equal_grounds(record, profile, match, sources), match, fit)
    if salt:
        kind = "an ion" if salt in ION_WORDS else "a salt or solvate"
        return Identity(Relation.OTHER_FORM, f"{kind}: {salt}", match, fit)
    if match < NameMatch.SYNONYM and (family := _family(record, profile)):
        return Identity(Relation.OTHER_FORM, family, match, fit)
    if match is NameMatch.NONE:
        return _unnamed(record, profile, fit, other, names_complete)
    return _named(record, profile, match, fit, other)


def _family(record: Record, profile: Profile) -> str:
    """What an authority says a record is to the subject, as a clause; an empty text if it says nothing.

    Such as the salt of a parent, or a prodrug: ChEMBL lists most molecules as their own parent and active form.
    """
    ours = record.reference
    for anchor in profile.anchors:
        theirs, who = anchor.reference, AUTHORITIES[record.authority]
        if theirs == ours or theirs.prefix != ours.prefix:
            continue
        if record.parent == theirs:
            return f"a salt or other form: {who} names {label(anchor)} as its parent"
        if anchor.parent == ours:
            return f"the parent of {label(anchor)}, says {who}"
        if record.active == theirs:
            return f"a prodrug: {who} names {label(anchor)} as its active form"
        if anchor.active == ours:
            return f"the active form of {label(anchor)}, says {who}"
        if record.parent is not None and record.parent == anchor.parent:
            return f"of the same parent as {label(anchor)}, says {who}"
    return ""


def _fit(record: Record, profile: Profile) -> tuple[Fit, str, tuple[Record, ...]]:
    """How the structure fits, the InChIKey it was compared with, and the records that give that one."""
    known = profile.structures(besides=record.reference)
    key = record.inchikey
    if key is None or not (known or profile.page_inchikeys):
        return Fit.UNKNOWN, "", ()
    if key in known:
        return Fit.EQUAL, key, known[key]
    if other := same_skeleton(key, known):
        return Fit.SKELETON, other, known[other]
    if known:
        other, sources = next(iter(sorted(known.items())))
        return Fit.DIFFERENT, other, sources
    if key in profile.page_inchikeys:
        return Fit.PAGE_EQUAL, key, ()
    if other := same_skeleton(key, profile.page_inchikeys):
        return Fit.PAGE_SKELETON, other, ()
    return Fit.PAGE_DIFFERENT, min(profile.page_inchikeys), ()


def _equal_grounds(record: Record, profile: Profile, match: NameMatch, sources: tuple[Record, ...]) -> str:
    name = f"{_name_grounds(record, profile, match)}; " if match else ""
    return f"{name}InChIKey equals that of {label(sources[0])}"


def _name_grounds(record: Record, profile: Profile, match: NameMatch) -> str:
    shared = shared_names(record, profile.names)
    if match is NameMatch.PREFERRED:
        return f"preferred name {record.name}"
    return f"shares the name {shared[0]}"


def _unnamed(record: Record, profile: Profile, fit: Fit, other: str, names_complete: bool) -> Identity:
    """A record without any name of the subject: only a structure can still make it the subject."""
    if fit in {Fit.SKELETON, Fit.PAGE_SKELETON}:
        form = describe_form(record.inchikey or "", other)
        return Identity(Relation.OTHER_FORM, f"same skeleton, {form}", NameMatch.NONE, fit)
    if fit is Fit.PAGE_EQUAL:
        return Identity(Relation.UNPROVEN, "the InChIKey is the page's own, but no name is shared", fit=fit)
    differs = fit in {Fit.DIFFERENT, Fit.PAGE_DIFFERENT}
    if not record.name or not names_complete:
        known = profile.structures(besides=record.reference).get(other, ())
        if fit is Fit.DIFFERENT and record.formula and record.formula in {item.formula for item in known}:
            why = f"the formula of {label(known[0])}, but another InChIKey: a tautomer or an isomer"
            return Identity(Relation.UNPROVEN, why, fit=fit)
        if fit is Fit.DIFFERENT:
            return Identity(Relation.OTHER_STRUCTURE, f"InChIKey differs from {other}", fit=fit)
        return Identity(Relation.UNPROVEN, "its names could not be compared", fit=fit)
    if differs:
        kin = "by its name a form, ester or parent of it" if kin_of(record, profile.names) else "no shared name"
        return Identity(Relation.OTHER_SUBSTANCE, f"{kin}; InChIKey differs", fit=fit)
    return _by_names_alone(record, profile)


def _by_names_alone(record: Record, profile: Profile) -> Identity:
    """No structure to compare and no name shared: wrong only if the subject is well known under other names."""
    preferred, synonyms = record_keys(record)
    theirs = synonyms | {preferred}
    curated = profile.pooled_keys(besides=record.reference, curated=True)
    if preferred in curated or not synonyms.isdisjoint(profile.preferred_keys(besides=record.reference)):
        return Identity(Relation.SAME, "shares a name with a record of the subject", NameMatch.ALIAS)
    if not theirs.isdisjoint(curated):
        return Identity(Relation.UNPROVEN, "shares only a synonym with a record of the subject")
    if not theirs.isdisjoint(profile.pooled_keys(besides=record.reference, curated=False)):
        return Identity(Relation.UNPROVEN, "shares only a deposited synonym with a record of the subject")
    if pointer := next((anchor for anchor in profile.anchors if record.reference in anchor.xrefs), None):
        return Identity(Relation.UNPROVEN, f"no shared name, but {label(pointer)} points to it")
    anchored = any(anchor.reference != record.reference for anchor in profile.anchors)
    if anchored and not resembles(record, profile):
        return Identity(Relation.OTHER_SUBSTANCE, "no shared name")
    return Identity(Relation.UNPROVEN, "no shared name, and nothing else to compare")


def _named(record: Record, profile: Profile, match: NameMatch, fit: Fit, other: str) -> Identity:
    """A record that carries a name of the subject: a structure may still contradict it."""
    grounds = _name_grounds(record, profile, match)
    if fit in {Fit.UNKNOWN, Fit.PAGE_EQUAL}:
        own = "; InChIKey equals the page's" if fit is Fit.PAGE_EQUAL else ""
        return Identity(Relation.SAME, grounds + own, match, fit)
    if fit in {Fit.SKELETON, Fit.PAGE_SKELETON}:
        form = describe_form(record.inchikey or "", other)
        return Identity(Relation.OTHER_FORM, f"{grounds}, but {form}; others give {other}", match, fit)
    if match is NameMatch.PREFERRED:
        return _preferred_but_different(record, profile, grounds, fit, other)
    known = profile.structures(besides=record.reference).get(other, ())
    if ion := _ion(record, known):
        return Identity(Relation.OTHER_FORM, f"{grounds}, but {ion}", match, fit)
    if _outweighs(known, record, match, profile):
        return Identity(Relation.OTHER_STRUCTURE, f"{grounds}, but its InChIKey differs from {other}", match, fit)
    whose = f"{label(known[0])} has {other}" if known else f"the page has {other}"
    return Identity(Relation.UNPROVEN, f"{grounds}, but its InChIKey differs: {whose}", match, fit)


def _ion(record: Record, others: tuple[Record, ...]) -> str:
    """How the record differs from another by counter-ions only, as a clause; an empty text if it does not."""
    for other in others:
        ours, theirs = read_formula(record.formula or ""), read_formula(other.formula or "")
        if ours and theirs and (element := counter_ion(ours, theirs)):
            return f"differs from {label(other)} by the counter-ion ({element})"
    return ""


def _outweighs(sources: tuple[Record, ...], record: Record, match: NameMatch, profile: Profile) -> bool:
    """Whether records of the subject's own name contradict one that has it as a synonym.

    One of them does if the synonym may be anyone's; against a curated synonym it takes two authorities.
    """
    authorities = {item.authority for item in sources if name_match(item, profile.names) is NameMatch.PREFERRED}
    curated = match is NameMatch.SYNONYM and vouches(record, profile.names)
    return len(authorities) >= (2 if curated else 1)


def _preferred_but_different(record: Record, profile: Profile, grounds: str, fit: Fit, other: str) -> Identity:
    """Equal preferred names with different skeletons: tautomers, or a conflict between authorities."""
    formulas = {anchor.formula for anchor in profile.anchors if anchor.reference != record.reference}
    if record.formula and record.formula in formulas:
        why = f"{grounds} and formula {record.formula}; InChIKey differs from {other} (tautomer or other drawing)"
        return Identity(Relation.SAME, why, NameMatch.PREFERRED, fit)
    if fit is Fit.PAGE_DIFFERENT:
        return Identity(Relation.SAME, f"{grounds}; the page's own InChIKey differs", NameMatch.PREFERRED, fit)
    return Identity(Relation.UNPROVEN, f"{grounds}, but its InChIKey differs from {other}", NameMatch.PREFERRED, fit)
