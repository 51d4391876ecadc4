"""A report in which pages and registries say the worst: markup, formulas, commands, control and wide characters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from canonid.identifiers import CLINICALTRIALS
from canonid.model import AuthorityUse, ClaimKind, Evidence, Finding, Judged, Place, Severity, State, Verdict
from canonid.waiver import Standing, Waiver
from tests.reports.samples import CONFIRMED, DISCREPANT, ERTAPENEM, MIXED, RUN, SPELLING, TRIAL_STATUS, WRONG, report

SCRIPT = "</script><script>window.owned=1</script>"
IMAGE = "<img src=x onerror=window.owned=1>\"'><svg/onload=window.owned=1>"
NASTY = f"=1+1|{SCRIPT}{IMAGE}\n::error::owned\r\x1b[31m\u2028`[x](javascript:alert(1))` 50 %, a:b \udcff β-NMN 𝛼"
NAMES = ("wiki/ä b#?&%.md", "wiki/-dash,comma:colon.md", "wiki/\udcff.md", f"wiki/{NASTY[:40]}.md")

EVIDENCE = Evidence(
    NASTY, ERTAPENEM.question, NASTY, ERTAPENEM.retrieved_at, "javascript:window.owned=1//", None, True, NASTY
)
CLAIMS = tuple(
    replace(
        DISCREPANT,
        claim=replace(DISCREPANT.claim, subject=NASTY, field=NASTY, text=NASTY, place=Place(name, 6, 12)),
        reason=NASTY,
        evidence=(EVIDENCE,),
    )
    for name in NAMES
)
FINDINGS: tuple[Finding, ...] = tuple(
    replace(
        WRONG,
        subject=NASTY,
        field=NASTY,
        claimed=NASTY,
        message=NASTY,
        place=Place(name, 6, 12),
        also=(),
        proposal=WRONG.proposal and replace(WRONG.proposal, value=NASTY, why=NASTY),
    )
    for name in NAMES
)
ODD = report(
    *CLAIMS,
    findings=FINDINGS,
    run=replace(RUN, authorities={NASTY: AuthorityUse(NASTY, 1, f"unavailable: {NASTY}")}),
)

WAIVER = Waiver(
    SPELLING.fingerprint, "ID103", "adapalene", "chembl-id", "CHEMBL1232", "A. Curator", "the label has it so",
    date(2027, 1, 1), ".canonid/waivers.toml:3", Standing.USED,
)  # fmt: skip
WAIVED = replace(SPELLING, state=State.WAIVED, waiver=WAIVER)
SPANNED = replace(DISCREPANT, claim=replace(DISCREPANT.claim, start=100, end=110))
"""The wrong claim, with the place of its value in the file."""
REPEATED = replace(SPANNED, claim=replace(SPANNED.claim, place=Place("wiki/adapalene.md", 41, 20), start=700, end=710))
LOOSE = replace(
    WRONG,
    code="ID504",
    rule="invalid-front-matter",
    field="front matter",
    claimed="not valid",
    message="front matter is not valid YAML",
    place=Place("wiki/broken.md", 2, 1),
    proposal=None,
    also=(),
    evidence=(),
)
STATUS = replace(TRIAL_STATUS, claim=replace(TRIAL_STATUS.claim, start=10, end=20), verdict=Verdict.DISCREPANT)
FULL = replace(
    MIXED,
    claims=(*(item for item in MIXED.claims if item is not DISCREPANT), SPANNED, REPEATED, TRIAL_STATUS),
    findings=(LOOSE, WAIVED, WRONG, replace(SPELLING, code="ID405", severity=Severity.INFO)),
)
"""Every verdict, severity and state that matters, a repeated claim and a finding on no claim."""
EMPTY = report()
TRIAL = Judged(
    replace(CONFIRMED.claim, field="nct-id", kind=ClaimKind.TRIAL, prefix=CLINICALTRIALS, text="NCT05177822"),
    Verdict.CONFIRMED,
    "registered",
)
REPORTS = {"mixed": MIXED, "full": FULL, "odd": ODD, "empty": EMPTY}
