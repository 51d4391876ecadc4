"""The one data flow: claims, questions, evidence, answers, dossiers, rules, findings, verdicts."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType

from canonid.errors import NoClaim
from canonid.gather import Gatherer
from canonid.identifiers import Reference
from canonid.model import (
    Answers,
    Asked,
    Claim,
    ClaimKind,
    Dossier,
    Finding,
    Judged,
    Page,
    Predicate,
    Report,
    Run,
    TrialCount,
    Unavailable,
)
from canonid.rules import RULES
from canonid.rules.base import Rule, run_rules
from canonid.rules.case import Case
from canonid.rules.counts import new_baselines
from canonid.rules.profile import names_of
from canonid.rules.questions import next_questions
from canonid.rules.verdicts import judge

_SHARED = "canonid: shared"
"""A comment on a claim's line that declares that other pages may rightly carry the identifier too."""
Baselines = Mapping[tuple[str, str], TrialCount]
"""Earlier counts of trials, by subject and field."""
_NO_BASELINES: Baselines = MappingProxyType({})
Held = Mapping[Reference, frozenset[str]]
"""The subjects of pages outside of the run, by the identifiers that they rightly have."""
_NONE_HELD: Held = MappingProxyType({})
_MOST_ROUNDS = 8
"""Questions come in rounds: ids, then structures, then names, then synonyms; more would be an endless loop."""


def reconcile(
    pages: Sequence[Page],
    gatherer: Gatherer,
    *,
    shared: Iterable[str] = (),
    first: Collection[str] = (),
    rules: Sequence[Rule] = RULES,
    baselines: Baselines = _NO_BASELINES,
    held: Held = _NONE_HELD,
) -> Report:
    """Check the claims of `pages` and report.

    `shared` lists identifiers that several pages may rightly claim, `first` the paths of the pages whose questions come
    before all others, which matters where there are not requests enough for all; `baselines` are the counts of trials
    that earlier runs kept, `held` the identifiers that no page of these may be proposed.
    Raises NoClaim if the pages make no claim at all: an empty check must not look like a clean one.
    """
    if not any(page.claims or page.problems for page in pages):
        files = f"{len(pages)} file{'s' if len(pages) > 1 else ''}"
        raise NoClaim(f"no claim found in {files}; is this the right folder, and are its fields known?")
    started = datetime.now(UTC)
    if early := [page for page in pages if page.path in first]:
        gather_cases(early, gatherer, shared)
    cases = gather_cases(pages, gatherer, shared, baselines, held)
    findings: list[Finding] = []
    judged: list[Judged] = []
    for case in cases:
        gatherer.heed()
        verdicts, found = judge_case(case, rules)
        judged += verdicts
        findings += found
    unanswered = frozenset(_unanswered(cases, gatherer.answers))
    run = Run(_run_id(started), started, datetime.now(UTC), gatherer.offline, gatherer.uses())
    subjects = len({item.claim.subject for item in judged})
    judged.sort(key=_claim_order)
    findings.sort(key=_finding_order)
    counts = tuple(baseline for case in cases for baseline in new_baselines(case))
    return Report(run, subjects, tuple(judged), tuple(findings), unanswered, counts=counts)


def repeated(report: Report, gatherer: Gatherer) -> Report:
    """An earlier report as that of this run, which comes to the same and need ask nobody."""
    local = {authority.name for authority in gatherer.authorities if authority.is_local}
    uses = {
        name: replace(use, requests=0, status="from store" if use.status == "ok" and name not in local else use.status)
        for name, use in report.run.authorities.items()
    }
    started = datetime.now(UTC)
    return replace(report, run=Run(_run_id(started), started, datetime.now(UTC), gatherer.offline, uses))


def _unanswered(cases: Iterable[Case], answers: Answers) -> Iterator[tuple[str, str]]:
    """The subjects with an open question, and the authority that left it open."""
    if not any(isinstance(answer, Unavailable) for answer in answers.values()):
        return
    for case in cases:
        for asked in next_questions(case):
            if isinstance(answers.get(asked), Unavailable):
                yield case.subject.slug, asked[0]


def gather_cases(
    pages: Sequence[Page],
    gatherer: Gatherer,
    shared: Iterable[str] = (),
    baselines: Baselines = _NO_BASELINES,
    held: Held = _NONE_HELD,
) -> list[Case]:
    """Ask in rounds until no page has a question left, and return the pages with all that is known of them."""
    corpus = replace(Corpus.of(pages, frozenset(shared)), baselines=baselines, held=held)
    settled: dict[int, Case] = {}
    unsettled = list(range(len(pages)))
    for _ in range(_MOST_ROUNDS):
        new: set[Asked] = set()
        waiting = []
        for number in unsettled:
            case = _case(pages[number], gatherer.answers, corpus)
            open_questions = {asked for asked in next_questions(case) if asked not in gatherer.answers}
            if open_questions:
                new |= open_questions
                waiting.append(number)
            else:
                settled[number] = case  # nothing that is still to come can change what this case has worked out
        gatherer.ask(new)
        unsettled = waiting
    settled |= {number: _case(pages[number], gatherer.answers, corpus) for number in unsettled}
    return [settled[number] for number in range(len(pages))]


def judge_case(case: Case, rules: Sequence[Rule] = RULES) -> tuple[tuple[Judged, ...], list[Finding]]:
    """The verdicts on the claims of one page, and the findings."""
    findings = list(run_rules(case, rules))
    return judge(case, findings, {rule.code: rule for rule in rules}), findings


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a page is seen beside, other pages and earlier runs: see the fields of `Dossier`."""

    claimants: Mapping[Reference, tuple[Claim, ...]]
    examples: Mapping[Reference, tuple[Claim, ...]]
    titles: Mapping[str, tuple[str, ...]]
    baselines: Baselines = field(default_factory=dict)
    held: Held = field(default_factory=dict)

    @classmethod
    def of(cls, pages: Iterable[Page], shared: frozenset[str] = frozenset()) -> Corpus:
        """The relations between `pages`; identifiers in `shared` are nobody's own."""
        pages = tuple(pages)
        examples = (claim for page in pages for claim in page.examples)
        return cls(exact_claims(pages, shared), _by_reference(examples), _titles(pages))


def _case(page: Page, answers: Answers, corpus: Corpus) -> Case:
    return Case(Dossier(page, answers, corpus.claimants, corpus.examples, corpus.titles, corpus.baselines, corpus.held))


def exact_claims(pages: Iterable[Page], shared: frozenset[str] = frozenset()) -> dict[Reference, tuple[Claim, ...]]:
    """Who claims which reference as exactly its subject; identifiers that are declared as shared are nobody's own.

    They are declared in `shared` or by a comment on one of the claims.
    """
    claims = (claim for page in pages for claim in page.claims if claim.kind is ClaimKind.IDENTIFIER)
    claimants = _by_reference(claim for claim in claims if claim.predicate is Predicate.EXACT)
    return {
        reference: held
        for reference, held in claimants.items()
        if reference.identifier not in shared and reference.curie not in shared
        if not any(_SHARED in claim.comment for claim in held)
    }


def _by_reference(claims: Iterable[Claim]) -> dict[Reference, tuple[Claim, ...]]:
    grouped: dict[Reference, list[Claim]] = {}
    for claim in claims:
        if claim.reference is not None:
            grouped.setdefault(claim.reference, []).append(claim)
    return {reference: tuple(held) for reference, held in grouped.items()}


def _titles(pages: Iterable[Page]) -> dict[str, tuple[str, ...]]:
    """The paths of pages about substances, by the keys of their own names."""
    titles: dict[str, list[str]] = {}
    for page in pages:
        if any(claim.kind is ClaimKind.IDENTIFIER for claim in page.claims):
            for key in names_of(page.subject).own:
                titles.setdefault(key, []).append(page.path)
    return {key: tuple(paths) for key, paths in titles.items()}


def _run_id(started: datetime) -> str:
    """Sorts by time, and differs between two processes that start together."""
    return f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def _claim_order(judged: Judged) -> tuple[str, int, int, str]:
    place = judged.claim.place
    return (place.path, place.line, place.column, judged.claim.field)


def _finding_order(finding: Finding) -> tuple[str, int, int, str]:
    return (finding.place.path, finding.place.line, finding.place.column, finding.code)
