"""What an issue says: claims, what each authority says of them, the edit, how to check and how to waive (pure)."""

from __future__ import annotations

import hashlib
import html
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from canonid.identifiers import AUTHORITIES, PREFIXES
from canonid.model import Answer, ById, Evidence, Finding, Found, Place, Question, Record, Unavailable
from canonid.rules import RULES

_GAP = "ID405"
_NO_KEY = "ID403"
"""Its finding is about a key that the page does not have."""
_MOST_RECORDS = 5
"""Records shown of one search: more are no help."""
_DATE = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b")
_ESCAPES = {ord(mark): f"\\{mark}" for mark in "\\`*_[]"} | {ord("@"): "&#64;", ord("#"): "&#35;"}


@dataclass(frozen=True, slots=True)
class Draft:
    """What the text of an issue is made of beside the findings."""

    link: Callable[[Place], str]
    """The address of a line; empty where there is none."""
    parse: Callable[[Evidence], Answer]
    """The meaning of a reply."""
    diff: Callable[[Sequence[Finding]], str]
    """The edits that findings propose, as a diff; empty if there are none."""


def render_title(findings: Sequence[Finding], kinds: Mapping[str, str]) -> str:
    """One line: the subject, and how many identifiers are wrong, missing …."""
    subject = findings[0].subject
    if len(findings) == 1:
        finding = findings[0]
        claimed = "null" if finding.claimed is None else finding.claimed
        value = "" if finding.code in {_GAP, _NO_KEY} else f" `{claimed}`"
        return " ".join(f"{subject}: {kinds[finding.code]}, {finding.field}{value} ({finding.code})".split())
    counts = Counter(kinds[finding.code] for finding in findings)
    return f"{subject}: " + ", ".join(f"{kind} ×{count}" for kind, count in sorted(counts.items()))


def digest(findings: Sequence[Finding], draft: Draft) -> str:
    """A hash of what the issue says, dates and releases of the evidence aside."""
    text = _DATE.sub("", _render(findings, draft, is_dated=False))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def render_body(findings: Sequence[Finding], draft: Draft) -> str:
    """The text of an issue about `findings`."""
    return _render(findings, draft, is_dated=True)


def _render(findings: Sequence[Finding], draft: Draft, *, is_dated: bool) -> str:
    sections = [_section(finding, draft, is_dated=is_dated) for finding in findings]
    return "\n\n".join([*sections, f"### Proposed edit\n\n{_edit(draft.diff(findings), findings)}", _waive(findings)])


def _section(finding: Finding, draft: Draft, *, is_dated: bool) -> str:
    rule = next(rule for rule in RULES if rule.code == finding.code)
    claimed = "null" if finding.claimed is None else finding.claimed
    what, where = (f": {_code(claimed)}", "Claimed at") if finding.code != _NO_KEY else ("", "Other identifiers at")
    lines = [
        f"### {_safe(finding.field)}{what} ({finding.code} {rule.name}, {finding.severity})",
        "",
        f"{_safe(finding.message)}.",
        "",
        f"- {where} " + ", ".join(_place(place, draft) for place in (finding.place, *finding.also)),
    ]
    if finding.proposal is not None:
        value = "null" if finding.proposal.value is None else finding.proposal.value
        why = _safe(finding.proposal.why)
        lines.append(f"- Proposed: {_code(value)}, with {finding.proposal.confidence} confidence ({why})")
    rows = list(dict.fromkeys(_rows(finding.evidence, draft, is_dated=is_dated)))
    if rows:
        lines += ["", "| authority | asked for | says | retrieved |", "|---|---|---|---|", *rows]
    _, found, remedy = rule.doc.partition("Remedy:")
    if found:
        check = " ".join(remedy.split())
        check = check[:1].upper() + check[1:]
        lines += ["", f"**To check by hand:** open the linked records and compare name and structure. {_safe(check)}"]
    return "\n".join(lines)


def _place(place: Place, draft: Draft) -> str:
    text = _code(f"{place.path}:{place.line}")
    address = draft.link(place)
    return f"[{text}]({address})" if address else text


def _rows(evidence: Iterable[Evidence], draft: Draft, *, is_dated: bool) -> Iterator[str]:
    for reply in evidence:
        when = f"{reply.retrieved_at:%Y-%m-%d}{f', {_cell(reply.release)}' if reply.release else ''}"
        name = AUTHORITIES.get(reply.authority, reply.authority)
        says = _says(draft.parse(reply))
        yield f"| {name} | {_asked(reply.question)} | {says} | {when if is_dated else ''} |"


def _asked(question: Question) -> str:
    if isinstance(question, ById):
        return _linked(question.reference.prefix, question.reference.identifier)
    return _cell(question.key.replace(":", ": ", 1))


def _linked(prefix: str, identifier: str) -> str:
    space = PREFIXES.get(prefix)
    return f"[{identifier}]({space.url.format(identifier)})" if space and space.url else _cell(identifier)


def _says(answer: Answer) -> str:
    if isinstance(answer, Unavailable):
        return f"could not be read: {_cell(answer.reason)}"
    if not isinstance(answer, Found):
        return "no such record"
    shown = [_record(record) for record in answer.records[:_MOST_RECORDS]]
    more = len(answer.records) - len(shown)
    return "; ".join([*shown, f"and {more} more"] if more else shown)


def _record(record: Record) -> str:
    parts = [_linked(*record.reference), _cell(record.name or "without a name")]
    parts += [_cell(part) for part in (record.inchikey, record.formula) if part]
    if record.status != "current":
        parts.append(str(record.status))
    if record.replaced_by is not None:
        parts.append(f"now {_linked(*record.replaced_by)}")
    return ", ".join(parts)


def _edit(diff: str, findings: Sequence[Finding]) -> str:
    """The diff, and what no diff can say: a key that is not there has no line to change."""
    proposed = [(item.code, f"{item.field}: {item.proposal.value}") for item in findings if item.proposal is not None]
    added = [f"Add to the front matter: {_code(line)}." for code, line in proposed if code == _NO_KEY]
    if diff:
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", diff)), default=0))
        return "\n\n".join([f"{fence}diff\n{diff.rstrip()}\n{fence}", *added])
    if added:
        return "\n\n".join(added)
    if proposed:
        return "None that changes just a value: carry out by hand what is proposed above."
    if {item.code for item in findings} == {_GAP}:
        return "None yet: another finding proposes the identifier that the tag asks for. Write it first."
    return "None: the evidence proves no value. Decide by hand."


def _waive(findings: Sequence[Finding]) -> str:
    ignores = sorted({f"`# canonid: ignore {finding.code} — reason`" for finding in findings})
    return (
        "### If the page is right\n\n"
        f"Put a comment on the line, {' or '.join(ignores)} (in the text of the page within "
        "`<!-- -->`), or close this issue as not planned, or label it `wontfix`: then it stays as it is."
    )


def _safe(text: str) -> str:
    """Text of others as plain text: it starts no tag, names no person and closes no issue."""
    return html.escape(" ".join(text.split()), quote=False).translate(_ESCAPES)


def _cell(text: str) -> str:
    return _safe(text).replace("|", "\\|")


def _code(text: str) -> str:
    """A code span, whatever is in it."""
    flat = " ".join(text.split()) or " "
    return f"`` {flat} ``" if "`" in flat else f"`{flat}`"
