"""The number of active trials is not the registry's any more.

Trials open and close while pages stand still. The registry is searched by the names of the subject; counted is what is
recruiting, or active and not recruiting, and has an intervention of such a name. A page may also count what the
registry lists without looking at interventions, and active trials that it cites: any number in between is right. Off
by no more than two trials and a tenth of its number, the page counts as confirmed. A page that says that it counted
only some trials ("aging endpoints only") is not compared. The first count is kept, so that later ones can tell which
trials came and went.

Example: a page about anakinra says 3; the registry has 29.

Remedy: look at the search and the trials that came and went; write the number with the day of the query behind it
(`# queried 2026-11-22`), and what it is limited to, if it is.
"""

from collections.abc import Iterator

from canonid.model import ClaimKind, Confidence, Proposal, Severity
from canonid.rules.base import Hit, Rule, shown
from canonid.rules.case import Case
from canonid.rules.counts import count_of, scope_of


def check(case: Case) -> Iterator[Hit]:
    """Hit every count that differs from the registry's, but for those of some trials only."""
    for claim in case.claims:
        if claim.kind is not ClaimKind.COUNT or scope_of(claim):
            continue
        count = count_of(claim, case)
        if count is not None and count.drift:
            why = "trials of the registry with an intervention of one of these names"
            proposal = Proposal(str(len(count.trials)), Confidence.MEDIUM, why)
            message = f"{shown(claim)}: the registry has {count.found}{count.changes}"
            yield Hit(claim, message, proposal, Severity.INFO if count.is_tolerable else None)


RULE = Rule("ID604", "trial-count-drifted", Severity.WARNING, None, check, __doc__)
