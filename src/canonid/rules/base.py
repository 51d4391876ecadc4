"""What a rule is, and how its hits become findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from canonid.identifiers import Reference
from canonid.model import Claim, ClaimKind, Evidence, Finding, Place, Problem, Proposal, Severity, Verdict
from canonid.rules.candidates import candidate_for
from canonid.rules.case import SUBSTANCE_AUTHORITIES, Case, authority_of


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule has to say about one claim, or about a defect of the file."""

    on: Claim | Problem
    message: str
    proposal: Proposal | None = None
    severity: Severity | None = None
    """Overrides that of the rule, where one case of it weighs less."""
    evidence: tuple[Evidence, ...] = ()
    """What a defect of the file rests on; for a claim, its own evidence is named anyway."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One check, with the text that `canonid explain`, the docs and issues print."""

    code: str
    name: str
    severity: Severity
    verdict: Verdict | None
    """What a hit makes of the verdict on its claim; None leaves the verdict to the evidence."""
    check: Callable[[Case], Iterable[Hit]]
    doc: str
    """Why, an example, and the remedy."""
    compares_pages: bool = False
    """Whether a finding on one page rests on others: a run that did not read those has nothing to say of it."""

    @property
    def summary(self) -> str:
        """The first line of the text."""
        return self.doc.strip().partition("\n")[0]


def run_rules(case: Case, rules: Iterable[Rule]) -> Iterator[Finding]:
    """All findings of `rules` on one page, each claim or defect named once however often the page repeats it."""
    for rule in rules:
        merged: dict[str, Finding] = {}
        for hit in rule.check(case):
            finding = _finding(rule, hit, case)
            earlier = merged.get(finding.fingerprint)
            also = (*earlier.also, finding.place) if earlier else ()
            merged[finding.fingerprint] = replace(earlier, also=also) if earlier else finding
        yield from merged.values()


def _finding(rule: Rule, hit: Hit, case: Case) -> Finding:
    severity = hit.severity or rule.severity
    slug = case.subject.slug
    if isinstance(hit.on, Problem):
        problem = hit.on
        # The message tells two defects of one file apart; a line number would change with every edit.
        return Finding(
            rule.code,
            rule.name,
            severity,
            slug,
            problem.field or "front matter",
            problem.message,
            problem.place,
            hit.message,
            evidence=hit.evidence,
        )
    claim = hit.on
    return Finding(
        code=rule.code,
        rule=rule.name,
        severity=severity,
        subject=slug,
        field=claim.field,
        claimed=claimed_text(claim),
        place=claim.place,
        message=hit.message,
        proposal=hit.proposal,
        evidence=_evidence(claim, hit.proposal, case),
        authorities=_rests_on(claim, case),
    )


def _evidence(claim: Claim, proposal: Proposal | None, case: Case) -> tuple[Evidence, ...]:
    """The replies about what is claimed, and those that show what is proposed instead."""
    proposed = case.witnesses(Reference(claim.prefix, proposal.value or "")) if proposal else ()
    return tuple(dict.fromkeys((*case.evidence(claim), *proposed)))


def proposing(claim: Claim, message: str, case: Case) -> Hit:
    """A hit whose message ends with the record that the claim should name, if one is proven."""
    candidate = candidate_for(claim, case)
    if candidate is None:
        return Hit(claim, message)
    return Hit(claim, f"{message}; {candidate.sentence}", candidate.proposal)


def claimed_text(claim: Claim) -> str | None:
    """The claimed value as findings and discrepancies name it; a status is named with its trial."""
    if claim.trial is not None:
        return f"{claim.trial.identifier}: {claim.text}"
    return claim.text


def _rests_on(claim: Claim, case: Case) -> tuple[str, ...]:
    """The authorities without which the finding could not have been made."""
    own = authority_of(claim)
    if claim.kind in {ClaimKind.TRIAL, ClaimKind.TRIAL_STATUS, ClaimKind.COUNT}:
        return (own,) if own else ()
    used = {anchor.authority for anchor in case.profile.anchors} | ({own} if own else set())
    return tuple(name for name in SUBSTANCE_AUTHORITIES if name in used)


def shown(claim: Claim) -> str:
    """How a message begins: the field and the value as written (`chembl-id CHEMBL1232`), in quotes if it has blanks."""
    value = "null" if claim.text is None else claim.text
    return f"{claim.field} '{value}'" if " " in value else f"{claim.field} {value}"


def places(claims: Iterable[Claim]) -> str:
    """The places of claims for a sentence, at most three."""
    named: list[Place] = sorted({claim.place for claim in claims}, key=lambda place: (place.path, place.line))
    more = f" and {len(named) - 3} more" if len(named) > 3 else ""
    return ", ".join(f"{place.path}:{place.line}" for place in named[:3]) + more
