"""One verdict a claim: from the findings on it, else from what its evidence says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from canonid.identifiers import AUTHORITIES, CAS, DRUGBANK, INCHIKEY, PREFIXES, UNII, Reference, is_standard
from canonid.model import (
    Claim,
    ClaimKind,
    Finding,
    Found,
    Judged,
    NotFound,
    Predicate,
    Record,
    Severity,
    Unavailable,
    Verdict,
)
from canonid.rules.base import Rule, claimed_text, shown
from canonid.rules.case import Case
from canonid.rules.counts import count_of, scope_of
from canonid.rules.identity import Identity, Relation
from canonid.rules.nulls import Absence, assess_null
from canonid.rules.profile import label
from canonid.rules.trials import read_status

Opinion = tuple[Verdict, str]


def judge(case: Case, findings: Iterable[Finding], rules: Mapping[str, Rule]) -> tuple[Judged, ...]:
    """The verdict on each claim of the page, in the order of the file.

    An explicit none in a weaker field (`pubchem-cid-alt: null`) claims nothing that could be checked: left out.
    """
    by_claim: dict[tuple[str, str | None], list[Finding]] = {}
    for finding in findings:
        by_claim.setdefault((finding.field, finding.claimed), []).append(finding)
    return tuple(
        _judge_claim(claim, case, by_claim.get((claim.field, claimed_text(claim)), []), rules)
        for claim in case.claims
        if not (claim.is_none and claim.predicate is not Predicate.EXACT)
    )


def _judge_claim(claim: Claim, case: Case, findings: list[Finding], rules: Mapping[str, Rule]) -> Judged:
    verdict, reason = _by_findings(findings, rules) or _by_evidence(claim, case)
    # A finding's message begins with field and value, which stand before every reason anyway.
    reason = reason.removeprefix(shown(claim)).lstrip(":, ")
    codes = tuple(sorted({finding.code for finding in findings}))
    return Judged(claim, verdict, reason, codes, case.evidence(claim))


def _by_findings(findings: list[Finding], rules: Mapping[str, Rule]) -> Opinion | None:
    """What the findings make of the claim: a discrepancy outweighs a doubt."""
    for verdict in (Verdict.DISCREPANT, Verdict.UNDETERMINED):
        for finding in findings:
            implied = rules[finding.code].verdict
            if implied is Verdict.DISCREPANT and finding.severity is Severity.INFO:
                implied = Verdict.UNDETERMINED  # old rather than wrong
            if implied is verdict:
                return verdict, finding.message
    return None


def _by_evidence(claim: Claim, case: Case) -> Opinion:
    if claim.kind is ClaimKind.TRIAL:
        return _judge_trial(claim, case)
    if claim.kind is ClaimKind.TRIAL_STATUS:
        return _judge_status(claim, case)
    if claim.kind is ClaimKind.COUNT:
        return _judge_count(claim, case)
    if claim.is_none:
        return _judge_null(claim, case)
    if claim.prefix == INCHIKEY:
        return _judge_inchikey(claim, case)
    if claim.prefix in {CAS, UNII}:
        return _judge_number(claim, case)
    return _judge_reference(claim, case)


def _judge_reference(claim: Claim, case: Case) -> Opinion:
    answer = case.answer(claim)
    if isinstance(answer, Unavailable):
        return _judge_deposit(claim, case) or (Verdict.UNAVAILABLE, answer.reason)
    identity, record = case.claim_identity(claim), case.record(claim)
    if identity is None or record is None:
        return Verdict.UNDETERMINED, "not asked"
    if claim.predicate is not Predicate.EXACT:
        return _judge_weaker(claim, record, identity, case)
    if identity.relation is Relation.SAME:
        return Verdict.CONFIRMED, f"{label(record)}: {identity.grounds}"
    return Verdict.UNDETERMINED, f"{label(record)}: {identity.grounds}{_blocked(case)}"


def _judge_deposit(claim: Claim, case: Case) -> Opinion | None:
    """A DrugBank accession without an export: DrugBank's own deposit at PubChem points from it to compounds.

    A pointer to the subject's compound together with the identity of that compound confirms; a pointer to another
    compound only raises a doubt.
    """
    records = case.deposited_records(claim) if claim.prefix == DRUGBANK else ()
    who = "DrugBank deposited it at PubChem for" if case.is_deposited(claim) else "depositors at PubChem list it for"
    for record in records:
        identity = case.identity(record)
        if identity.relation is Relation.SAME and case.is_deposited(claim):
            return Verdict.CONFIRMED, f"{who} {label(record)}: {identity.grounds}"
    if not records:
        return None
    shown = ", ".join(label(record) for record in records)
    proven = all(case.identity(record).relation is Relation.SAME for record in records)
    doubt = "anyone may list it" if proven else "not proven to be the subject"
    return Verdict.UNDETERMINED, f"{who} {shown}; {doubt}"


def _judge_weaker(claim: Claim, record: Record, identity: Identity, case: Case) -> Opinion:
    """A field for alternatives accepts other forms and members of the family; one for metabolites the active form."""
    if claim.predicate is Predicate.CLOSE and identity.relation in {Relation.SAME, Relation.OTHER_FORM}:
        return Verdict.CONFIRMED, f"{label(record)}: {identity.grounds}"
    for own in case.proven_records:
        if claim.predicate is Predicate.RELATED and own.active == record.reference != own.reference:
            return Verdict.CONFIRMED, f"{label(record)}: {AUTHORITIES[own.authority]} names it as the active form"
        if (
            claim.predicate is Predicate.CLOSE
            and record.parent is not None
            and record.parent in {own.parent, own.reference}
        ):
            return Verdict.CONFIRMED, f"{label(record)}: a form of the same parent as {label(own)}"
    return (
        Verdict.UNDETERMINED,
        f"{label(record)} exists; that it belongs to the subject is not stated by the authority",
    )


def _blocked(case: Case) -> str:
    """What could not be asked and might have decided, as the end of a sentence."""
    reasons = sorted({answer.reason for answer in case.all_searches() if isinstance(answer, Unavailable)})
    return f" ({reasons[0]})" if reasons else ""


def _nothing_to_compare(what: str, case: Case) -> Opinion:
    """No record of the subject has what the page claims: an answer only if everybody could be asked."""
    blocked = _blocked(case)
    return (Verdict.UNAVAILABLE if blocked else Verdict.UNDETERMINED), what + blocked


def _judge_null(claim: Claim, case: Case) -> Opinion:
    nullity = assess_null(claim, case)
    verdict = {
        Absence.JUSTIFIED: Verdict.CONFIRMED_NULL,
        Absence.CONTRADICTED: Verdict.DISCREPANT,
        Absence.OPEN: Verdict.UNDETERMINED,
        Absence.UNCHECKED: Verdict.UNAVAILABLE,
    }[nullity.absence]
    return verdict, nullity.reason


def _judge_inchikey(claim: Claim, case: Case) -> Opinion:
    if claim.reference is not None and not is_standard(claim.reference.identifier):
        return Verdict.UNDETERMINED, "a non-standard InChIKey cannot be compared with the standard ones of authorities"
    known = case.profile.structures()
    same = [record for record in case.proven_records if Reference(INCHIKEY, record.inchikey or "") == claim.reference]
    if same:
        return Verdict.CONFIRMED, f"InChIKey of {' and '.join(label(record) for record in same[:2])}"
    if known:
        return Verdict.UNDETERMINED, f"same skeleton as {min(known)}, but another form"
    return _nothing_to_compare("no record of the subject gives a structure to compare with", case)


def _judge_number(claim: Claim, case: Case) -> Opinion:
    """CAS numbers and UNIIs: no authority is asked for them, but records list them."""
    reference, what = claim.reference, PREFIXES[claim.prefix].label
    sources = {record: numbers for record in case.proven_records if (numbers := record.xref(claim.prefix))}
    curated = {record: numbers for record, numbers in sources.items() if record.authority == DRUGBANK}
    listed: dict[str, str] = {}
    for record, numbers in (curated or sources).items():  # at PubChem, anyone may list the number of a salt
        for number in numbers:
            listed.setdefault(number, label(record))
    if reference is not None and reference.identifier in listed:
        return Verdict.CONFIRMED, f"listed by {listed[reference.identifier]}"
    if listed:
        number, source = next(iter(listed.items()))
        return Verdict.UNDETERMINED, f"{source} lists {what} {number}; a substance may have several"
    return _nothing_to_compare(f"no record of the subject lists a {what}", case)


def _judge_trial(claim: Claim, case: Case) -> Opinion:
    answer = case.answer(claim)
    if isinstance(answer, Found):
        trial, title = answer.record.trial, answer.record.name
        status = f" ({trial.status})" if trial and trial.status else ""
        return Verdict.CONFIRMED, f"registered{f': {title}' if title else ''}{status}"
    if isinstance(answer, Unavailable):
        return Verdict.UNAVAILABLE, answer.reason
    return Verdict.UNDETERMINED, "not asked"


def _judge_status(claim: Claim, case: Case) -> Opinion:
    answer = case.trial_answer(claim)
    if isinstance(answer, Unavailable):
        return Verdict.UNAVAILABLE, answer.reason
    if isinstance(answer, NotFound):
        return Verdict.UNDETERMINED, "the registry has no such trial"
    trial = answer.record.trial if isinstance(answer, Found) else None
    if trial is None or not trial.status:
        return Verdict.UNDETERMINED, "the registry gives no status"
    if trial.status == read_status(claim.text or ""):
        return Verdict.CONFIRMED, f"ClinicalTrials.gov says {trial.status}"
    return Verdict.UNDETERMINED, "not a status that the registry uses"


def _judge_count(claim: Claim, case: Case) -> Opinion:
    """A count of some trials only is not compared, but the trials that came and went are named."""
    count, answer, scope = count_of(claim, case), case.count_answer(claim), scope_of(claim)
    if count is None:
        if isinstance(answer, Unavailable):
            return Verdict.UNAVAILABLE, answer.reason
        return Verdict.UNDETERMINED, "the page gives its subject no name to search trials by"
    found = f"the registry has {count.found}"
    if scope:
        why = f"the page limits its count ('{scope}'), so that it cannot be compared: {found}"
        return Verdict.UNDETERMINED, why + (count.changes if count.earlier else "")
    if count.drift and not count.is_tolerable:
        return Verdict.DISCREPANT, found
    return Verdict.CONFIRMED, f"{found}{', a difference within tolerance' if count.drift else ''}"
