"""A trial in the page's list of trials does not study the subject.

A list of trials is read as evidence about the subject; a wrong NCT number in it points to something else altogether.
Looked at are tables and list items under a heading for trials, on pages about one substance. The names of the subject
and of its records are compared with the interventions and titles of the trial; a trial that gives no intervention is
passed over. It stays an info: trials call what they test by codes that nobody knows.

Example: NCT03464422, listed as a trial of a senolytic, is a study of stigma.

Remedy: look the trial up; correct the number, or say in the list why it belongs there.
"""

from collections.abc import Iterator

from canonid.model import ClaimKind, Found, Predicate, Record, Severity, Verdict
from canonid.names import holds_words, name_key, word_keys
from canonid.rules.base import Hit, Rule, shown
from canonid.rules.case import Case

_SHORTEST_PART = 5
"""Keys of at least so many letters are also looked for inside of words (`trans-resveratrol`, `metforminHCl`)."""


def check(case: Case) -> Iterator[Hit]:
    """Hit every listed trial whose interventions and titles name the subject nowhere."""
    if not any(claim.reference and claim.predicate is Predicate.EXACT for claim in case.substance_claims):
        return  # a page about a class or a target lists trials of many substances
    for claim in case.claims:
        answer = case.answer(claim) if claim.kind is ClaimKind.TRIAL and claim.is_listed else None
        trial = answer.record.trial if isinstance(answer, Found) else None
        if isinstance(answer, Found) and trial and trial.interventions and not _names_subject(answer.record, case):
            studied = ", ".join(f"'{name}'" for name in trial.interventions[:3])
            title = f" ({answer.record.name})" if answer.record.name else ""
            yield Hit(claim, f"{shown(claim)}{title} studies {studied}: no name of the subject is among them")


def _names_subject(record: Record, case: Case) -> bool:
    """Whether a name of the subject stands in what the trial says of itself."""
    interventions = record.trial.interventions if record.trial else ()
    texts = [text for text in (record.name, *record.synonyms, *interventions) if text]
    return any(_holds(text, name) for name in _names(case) for text in texts)


def _holds(text: str, name: str) -> bool:
    key, part = name_key(name), word_keys(name)
    return bool(part) and (holds_words(word_keys(text), part) or (len(key) >= _SHORTEST_PART and key in name_key(text)))


def _names(case: Case) -> Iterator[str]:
    """Every name that the subject is known by, here or to an authority."""
    yield from case.profile.names.own.values()
    yield from case.profile.names.aliases.values()
    yield from case.subject.aliases
    for record in case.proven_records:
        yield from filter(None, (record.name, *record.synonyms))


RULE = Rule("ID606", "trial-of-something-else", Severity.INFO, Verdict.UNDETERMINED, check, __doc__)
