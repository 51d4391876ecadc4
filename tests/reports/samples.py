"""Small reports made by hand; what they say of substances is true, when and how it was asked is made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from canonid.identifiers import CHEMBL, CLINICALTRIALS, DRUGBANK, PUBCHEM, Reference
from canonid.model import (
    AuthorityUse,
    ById,
    Claim,
    ClaimKind,
    Confidence,
    Evidence,
    Finding,
    Judged,
    Place,
    Proposal,
    Report,
    Run,
    Severity,
    State,
    Verdict,
)
from canonid.waiver import Standing, Waiver

ASKED = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def claim(path: str, line: int, field: str, prefix: str, text: str | None) -> Claim:
    """A claim of the page `path`, in column 12."""
    slug = path.rpartition("/")[2].removesuffix(".md")
    return Claim(slug, field, ClaimKind.IDENTIFIER, prefix, text, Place(path, line, 12))


def evidence(authority: str, reference: Reference) -> Evidence:
    """A synthetic reply about `reference`."""
    return Evidence(authority, ById(reference), "synthetic 1", ASKED, f"https://{authority}.example/", "{}")


ANAKINRA = evidence("chembl", Reference(CHEMBL, "CHEMBL1201570"))
ERTAPENEM = evidence("chembl", Reference(CHEMBL, "CHEMBL1232"))

CONFIRMED = Judged(
    claim("wiki/anakinra.md", 4, "chembl-id", CHEMBL, "CHEMBL1201570"),
    Verdict.CONFIRMED,
    "ChEMBL's preferred name ANAKINRA is the title",
    evidence=(ANAKINRA,),
)
CONFIRMED_NULL = Judged(
    claim("wiki/anakinra.md", 5, "pubchem-cid", PUBCHEM, None),
    Verdict.CONFIRMED_NULL,
    "ANAKINRA is a protein (ChEMBL), and PubChem gives CIDs to discrete structures only",
    evidence=(ANAKINRA,),
)
DISCREPANT = Judged(
    claim("wiki/adapalene.md", 6, "chembl-id", CHEMBL, "CHEMBL1232"),
    Verdict.DISCREPANT,
    "the record is of another substance",
    codes=("ID301",),
    evidence=(ERTAPENEM,),
)
UNDETERMINED = Judged(
    claim("wiki/bakuchiol.md", 7, "pubchem-cid", PUBCHEM, "5468522"),
    Verdict.UNDETERMINED,
    "no name or structure to compare with",
)
UNAVAILABLE = Judged(
    claim("wiki/bakuchiol.md", 8, "drugbank-id", DRUGBANK, "DB12345"),
    Verdict.UNAVAILABLE,
    "no DrugBank export supplied",
)

WRONG = Finding(
    "ID301",
    "other-substance",
    Severity.ERROR,
    "adapalene",
    "chembl-id",
    "CHEMBL1232",
    DISCREPANT.claim.place,
    "chembl-id CHEMBL1232 is ERTAPENEM SODIUM, not adapalene (no shared name; InChIKey differs); ADAPALENE is"
    " CHEMBL1265 (pref_name, InChIKey LZCDAPDGXCYOEH-UHFFFAOYSA-N)",
    Proposal("CHEMBL1265", Confidence.HIGH, "name and InChIKey agree"),
    also=(Place("wiki/adapalene.md", 41, 20),),
    evidence=(ERTAPENEM,),
    authorities=("pubchem", "chembl"),
)
SPELLING = replace(
    WRONG,
    code="ID103",
    rule="not-canonical",
    severity=Severity.WARNING,
    message="chembl-id chembl1232 should be written CHEMBL1232",
    proposal=None,
    also=(),
    evidence=(),
)

TRIAL_STATUS = Judged(
    replace(
        claim("wiki/trials.md", 9, "trial-status", CLINICALTRIALS, "recruiting"),
        kind=ClaimKind.TRIAL_STATUS,
        trial=Reference(CLINICALTRIALS, "NCT05177822"),
    ),
    Verdict.CONFIRMED,
    "RECRUITING in the registry",
)

RUN = Run(
    "run-1",
    ASKED,
    ASKED,
    False,
    {
        "pubchem": AuthorityUse(None, 2, "degraded: did not answer within 30 s"),
        "chembl": AuthorityUse("synthetic 1", 1, "ok"),
        "drugbank": AuthorityUse(None, 0, "unavailable: no DrugBank export supplied"),
    },
)


def report(*claims: Judged, findings: tuple[Finding, ...] = (), run: Run = RUN) -> Report:
    """A report of these claims, counting a page a path."""
    return Report(run, len({judged.claim.place.path for judged in claims}), claims, findings)


MIXED = report(UNAVAILABLE, CONFIRMED, DISCREPANT, CONFIRMED_NULL, UNDETERMINED, findings=(WRONG,))
"""One claim of each verdict, not in order."""

WAIVER = Waiver(
    WRONG.fingerprint,
    WRONG.code,
    WRONG.subject,
    WRONG.field,
    WRONG.claimed,
    "A. Curator",
    "known",
    date(2026, 4, 1),
    ".canonid/waivers.toml:3",
    Standing.USED,
)
EXPIRED = replace(WAIVER, fingerprint="0" * 16, subject="fisetin", until=date(2026, 1, 1), standing=Standing.EXPIRED)
IDLE = Waiver("", "ID103", "metformin", "", None, "comment", "so", None, "wiki/metformin.md:4", Standing.UNUSED)
WAIVED = replace(
    MIXED,
    findings=(replace(WRONG, state=State.WAIVED, waiver=WAIVER),),
    waivers=(WAIVER, EXPIRED, IDLE),
)
"""`MIXED` with its error waived, and two waivers of nothing."""
