"""A `#gap/needs-canonical-id` tag can be closed.

The tag asks for an identifier that the evidence now confirms, proposes, or shows not to exist. Tags about other
things (genes, diseases, literature) are left alone.

Example: `- **DrugBank ID:** DB12340 #gap/needs-canonical-id`, where DrugBank confirms DB12340.

Remedy: remove the tag, after taking the proposed identifier if there is one.
"""

import re
from collections.abc import Iterator

from canonid.identifiers import CHEMBL, DRUGBANK, PUBCHEM
from canonid.model import GAP, Claim, Confidence, Evidence, Gap, Predicate, Problem, Severity
from canonid.rules.base import Hit, Rule, shown
from canonid.rules.case import Case
from canonid.rules.identity import Relation
from canonid.rules.nulls import Absence, assess_null
from canonid.rules.profile import label

_LABELS = {
    CHEMBL: re.compile(r"\bChEMBL(?:[ -]?ID)?\b", re.IGNORECASE),
    DRUGBANK: re.compile(r"\bDrugBank(?:[ -]?ID| accession)?\b", re.IGNORECASE),
    PUBCHEM: re.compile(r"\b(?:PubChem|CID)\b", re.IGNORECASE),
}
# Words that say that the tag is about something else than an identifier of the substance.
_ELSEWHERE = re.compile(
    r"\b(?:DOI|PMID|GenAge|HAGR|ICD|ENSG|Open Targets|UniProt|HGNC|NCBI|Cell Ontology|KEGG|HMDB|ChEBI|patent|FDA"
    r"|CAS|InChIKey|SID|SMILES|UNII|ChEMBL[- ](?:assay|document|receptor|target)s?)\b",
    re.IGNORECASE,
)


def check(case: Case) -> Iterator[Hit]:
    """Hit every gap tag whose identifier is settled."""
    for gap in case.dossier.page.gaps:
        claims = list(_claims_meant(gap, case))
        remarks = [remark for claim in claims if (remark := _settled(claim, case)) is not None]
        if claims and len(remarks) == len(claims):
            field = "+".join(dict.fromkeys(claim.field for claim in claims))
            message = f"the gap tag can be closed: {'; '.join(dict.fromkeys(remarks))}"
            yield Hit(Problem(gap.place, GAP, field), message, evidence=tuple(_evidence(claims, case)))


def _evidence(claims: list[Claim], case: Case) -> Iterator[Evidence]:
    """What settles the claims, each reply once."""
    for claim in claims:
        yield from case.evidence(claim)
        if claim.is_none and (candidate := assess_null(claim, case).candidate):
            yield from case.witnesses(candidate.record.reference)


def _claims_meant(gap: Gap, case: Case) -> Iterator[Claim]:
    """The claims on the tag's line; else those of the front matter whose label the line names."""
    exact = [claim for claim in case.substance_claims if claim.predicate is Predicate.EXACT]
    here = [claim for claim in exact if claim.place.line == gap.place.line]
    if here or _ELSEWHERE.search(gap.line):
        yield from here
        return
    named = {prefix for prefix, pattern in _LABELS.items() if pattern.search(gap.line)}
    yield from (claim for claim in exact if claim.prefix in named and not claim.in_body)


def _settled(claim: Claim, case: Case) -> str | None:
    """What settles the claim, None if it is still open."""
    if claim.is_none:
        nullity = assess_null(claim, case)
        candidate = nullity.candidate
        sure = candidate is not None and candidate.confidence is Confidence.HIGH
        settled = nullity.absence is Absence.JUSTIFIED or sure
        return f"{shown(claim)}: {nullity.reason}" if settled else None
    record, identity = case.record(claim), case.claim_identity(claim)
    if record is None or identity is None or identity.relation is not Relation.SAME:
        return None
    return f"{claim.field} {label(record)}: {identity.grounds}"


RULE = Rule("ID405", "gap-can-be-closed", Severity.INFO, None, check, __doc__)
