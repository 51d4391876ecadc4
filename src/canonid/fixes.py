"""Edits that carry out proposals: exact spans of a file, and nothing else of it (pure but for `apply`)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from canonid.atomic import write_whole
from canonid.errors import CorpusError
from canonid.identifiers import read_identifier
from canonid.model import GAP, Claim, Confidence, Finding, Page, Place, Proposal, Report, State

_CLOSING = "ID405"
_CONFLICT = re.compile(r"^(?:<{7}|>{7})(?:[ \r\n]|$)", re.MULTILINE)
"""A line of seven `=` alone may underline a heading."""
_REST_OF_LINE = re.compile(r"[^\r\n]*")
_NOTHING_BEFORE = re.compile(r"\ufeff?(?:.*\|)?[ \t]*(?:[-*+>]|[0-9]+[.)])?[ \t]*(?:\[.\])?[ \t]*")
"""Of a line or of a table's cell: at most the mark of a list."""
_AWAY = re.compile(r"[ \t]*[.;,:—–-]?[ \t]*")
_BLANKS = re.compile(r"[ \t]*")
_END_OF_CLAUSE = re.compile(r"[ \t]*(?:[.,;:!?)\]|]|-->|\Z)")
_LED_TO = re.compile(r"(?:(?:[ \t]*[;,—–])?(?:[ \t]+|(?<=\())see)?[ \t]*[;,—–]?[ \t]*\Z|[ \t]+#[ \t]*\Z")
_FOR_WHAT = re.compile(
    r"[ \t]+for (?:an? |the )?(?:ChEMBL|DrugBank|PubChem)(?: (?:accession|CID|ID|identifier))?"
    r"(?=[ \t]*(?:[.,;:!?)\]|\r\n]|-->|\Z))",
    re.IGNORECASE,
)
"""Behind a tag: which identifier it misses."""
_OPEN_TASK = re.compile(
    r"[ \t]*[(:;,—–-]*[ \t]*(?:(?:please |to )?(?:re-?|cross-?)?(?:check|verif|confirm)"
    r"|(?:add|ask|find|if|look|needs|pending|query|resolve|search|tbd|to be|todo|until|whether)\b)",
    re.IGNORECASE,
)
"""What asks for more than the identifier that the tag missed."""
_ENDED = (".", "!", "?", ":")
_PERIOD = re.compile(r"[ \t]*[.,;:]")
_URL = re.compile(r"https?://[^\s<>|\"'\[\]()]+")
_LINK = re.compile(r"[^\[\]\n]*\]\([ \t]*<?")
_REFERENCE_LINK = re.compile(r"[^\[\]\n]*\]\[(?!\^)")
"""What stands between a value in the text of a link and where the link leads."""
_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*\r?$", re.DOTALL | re.MULTILINE)
# Why a proposal is left to a curator, as `canonid fix` says it.
_LINKED = "a link beside the value names the old identifier, too; change both by hand"
_CLASH = "they propose different changes of the same characters; decide by hand"
_UNSURE = "too unsure for any edit; decide by hand"
_MEDIUM = "of medium confidence; --unsafe takes them"
_NO_KEY = "the key is missing; add it by hand"
_WORDS = "the page says it in words; rewrite them by hand"
_TASK = "the tag stands before something that is still to do; take it out when that is done"
_AWAITED = "the tag stays until the identifier that is proposed for it is written; write that first"


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replace the characters `start` to `end` of a file by `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class FilePlan:
    """The edits of one file, and the text that they were planned for."""

    path: str
    before: str
    edits: tuple[Edit, ...]

    @property
    def after(self) -> str:
        """The text with all edits made."""
        parts, done = [], 0
        for edit in self.edits:
            parts += [self.before[done : edit.start], edit.text]
            done = edit.end
        return "".join([*parts, self.before[done:]])

    def then(self, edits: Iterable[Edit]) -> FilePlan:
        """The plan with edits of its `after` made, too; those that touch the same characters become one."""
        made = self.edits
        for edit in sorted(edits, reverse=True):  # from the end, so that the offsets of the others still hold
            made = _joined(made, edit)
        return replace(self, edits=tuple(one for one in made if self.before[one.start : one.end] != one.text))

    def diff(self) -> str:
        """The edits as a unified diff."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            f"a/{self.path}",
            f"b/{self.path}",
        )
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _joined(made: Iterable[Edit], edit: Edit) -> tuple[Edit, ...]:
    """The edits of a text that do what `made` and, in the text that they give, `edit` do."""
    start, end, text = edit.start, edit.end, edit.text
    apart: list[Edit] = []
    shift = before = within = 0  # characters that `made` added: so far, in front of the new edit, and where it is made
    for one in made:
        begin, added = one.start + shift, len(one.text) - (one.end - one.start)
        stop, shift = begin + len(one.text), shift + added
        if begin < edit.end and stop > edit.start:
            text = one.text[: max(edit.start - begin, 0)] + text + one.text[edit.end - begin :]
            start, end, within = min(start, begin), max(end, stop), within + added
            continue
        apart.append(one)
        before += added if stop <= edit.start else 0
    return tuple(sorted((*apart, Edit(start - before, end - before - within, text))))


@dataclass(frozen=True, slots=True)
class Left:
    """A proposal that is not carried out, or not at this place."""

    code: str
    place: Place
    why: str


@dataclass(frozen=True, slots=True)
class Fixes:
    """What can be changed, what is left to a curator, and why files are left alone that could be changed."""

    plans: tuple[FilePlan, ...] = ()
    left: tuple[Left, ...] = ()
    refused: tuple[CorpusError, ...] = ()


_Steps = tuple[Edit | Left, ...]


def plan_fixes(
    report: Report,
    pages: Iterable[Page],
    texts: Mapping[str, str],
    *,
    only: Iterable[Finding] | None = None,
    unsafe: bool = False,
) -> Fixes:
    """The edits that the report's proposals ask for, by file and in the order of the file.

    `texts` are the files as they were read, by path. Of the report's findings those in `only` are carried out, but a
    gap tag waits for what any of them proposes. Only proposals of high confidence are taken, with `unsafe` also those
    of medium confidence.
    """
    claims: dict[str, list[Claim]] = {}
    for page in pages:
        claims.setdefault(page.path, []).extend(page.claims)
    asked: dict[str, list[tuple[Finding, _Steps]]] = {}
    for finding in report.findings if only is None else only:
        path = finding.place.path
        if finding.state is State.WAIVED or path not in texts:
            continue  # a curator decided to live with it, or the file cannot be read
        steps = tuple(_gap_steps(finding, texts[path], report)) if finding.code == _CLOSING else ()
        if finding.proposal is not None:
            steps = _value_steps(finding, finding.proposal, claims.get(path, ()), texts[path], unsafe=unsafe)
        asked.setdefault(path, []).append((finding, steps))
    made = [_fixes_of(path, texts[path], asked[path]) for path in sorted(asked)]
    return Fixes(
        tuple(plan for one in made for plan in one.plans),
        tuple(left for one in made for left in one.left),
        tuple(error for one in made for error in one.refused),
    )


def _fixes_of(path: str, text: str, asked: Sequence[tuple[Finding, _Steps]]) -> Fixes:
    """The fixes of one file."""
    clashing = _clashing(asked)
    left = [step for _, steps in asked for step in steps if isinstance(step, Left)]
    left += [Left(asked[number][0].code, asked[number][0].place, _CLASH) for number in sorted(clashing)]
    edits = {
        step for number, (_, steps) in enumerate(asked) if number not in clashing
        for step in steps if isinstance(step, Edit)
    }  # fmt: skip
    if edits and (match := _CONFLICT.search(text)):
        line = text.count("\n", 0, match.start()) + 1
        error = CorpusError(f"{path}:{line}: the file has conflict markers; resolve them first")
        return Fixes((), tuple(left), (error,))
    return Fixes((FilePlan(path, text, tuple(sorted(edits))),) if edits else (), tuple(left))


def _clashing(asked: Sequence[tuple[Finding, _Steps]]) -> set[int]:
    """Which of the findings want to change the same characters in different ways: none of them is safe, or in part."""
    owners: dict[Edit, set[int]] = {}
    for number, (_, steps) in enumerate(asked):
        for step in steps:
            if isinstance(step, Edit):
                owners.setdefault(step, set()).add(number)
    clashing: set[int] = set()
    for edit, following in pairwise(sorted(owners)):
        if edit.end > following.start or edit.start == following.start:
            clashing |= owners[edit] | owners[following]
    return clashing


def _value_steps(finding: Finding, proposal: Proposal, claims: Iterable[Claim], text: str, *, unsafe: bool) -> _Steps:
    """The span of the value, in front matter and wherever the page repeats the same identifier."""
    places, key = {finding.place, *finding.also}, (finding.field, finding.claimed)
    meant = [claim for claim in claims if claim.place in places and (claim.field, claim.text) == key]
    if proposal.confidence is Confidence.LOW or proposal.value is None:
        return (Left(finding.code, finding.place, _UNSURE),)
    if not meant:
        return (Left(finding.code, finding.place, _NO_KEY if finding.claimed is None else _WORDS),)
    if proposal.confidence is Confidence.MEDIUM and not unsafe:
        return (Left(finding.code, finding.place, _MEDIUM),)
    steps: list[Edit | Left] = []
    for claim in meant:
        if claim.start < 0 or (claim.is_none and claim.in_body):
            steps.append(Left(finding.code, claim.place, _WORDS))
        elif (addresses := _addresses(claim, text)) is None:
            steps.append(Left(finding.code, claim.place, _LINKED))
        else:
            steps += (Edit(*span, proposal.value) for span in [(claim.start, claim.end), *addresses])
    return tuple(steps)


def _addresses(claim: Claim, text: str) -> list[tuple[int, int]] | None:
    """Where addresses on the line of a claim name its identifier, too: they have to lead to the new record.

    None if one of them does so in a form that is not known: a new value above an old link would deceive.
    """
    if claim.text is None:
        return []
    if _REFERENCE_LINK.match(text, claim.end):
        return None
    old = claim.reference.identifier if claim.reference else claim.text
    named = re.compile(rf"(?<![\w.-]){re.escape(old)}(?![\w-])", re.IGNORECASE)
    line, end = text.rfind("\n", 0, claim.start) + 1, text.find("\n", claim.end)
    spans = []
    for url in _URL.finditer(text, line, len(text) if end < 0 else end):
        found = named.search(url[0])
        if found is None or claim.start <= url.start() < claim.end:
            continue
        if _leads_to(claim, url[0]):
            spans.append((url.start() + found.start(), url.start() + found.end()))
        elif not old.isdigit() or _LINK.fullmatch(text, claim.end, url.start()):  # a number may mean anything
            return None
    return spans


def _leads_to(claim: Claim, url: str) -> bool:
    """Whether an address is that of the claimed record, a part of its page and what ends a sentence aside."""
    forms = (url.rstrip(".,;:"), re.split(r"[?#](?!report_card)", url, maxsplit=1)[0])
    return claim.reference is not None and any(
        read_identifier(claim.prefix, form).reference == claim.reference for form in forms
    )


def _gap_steps(finding: Finding, text: str, report: Report) -> Iterator[Edit | Left]:
    """The tags, with what would make no sense without; left alone while a value that they ask for is only proposed."""
    proposed = {(item.subject, item.field) for item in report.findings if item.proposal is not None}
    if any((finding.subject, field) in proposed for field in finding.field.split("+")):
        yield Left(finding.code, finding.place, _AWAITED)
        return
    for place in (finding.place, *finding.also):
        start = offset_of(text, place)
        if text.startswith(GAP, start):
            is_task = _OPEN_TASK.match(text, _tag_end(text, start)) is not None
            yield Left(finding.code, place, _TASK) if is_task else Edit(*_gap_span(text, start), "")


def _gap_span(text: str, start: int) -> tuple[int, int]:
    """What goes with the tag at `start`: blanks, and marks and words of its line that led to it or away from it."""
    end = _tag_end(text, start)
    line = text.rfind("\n", 0, start) + 1
    stop = end + len(_REST_OF_LINE.match(text, end)[0])  # type: ignore[index] # it may be nothing
    head, tail = text[line:start], text[end:stop]
    if _NOTHING_BEFORE.fullmatch(head):
        away = end + _lead(_AWAY, tail)
        is_whole_line = away == stop and "|" not in head
        return (line, text.find("\n", stop) + 1 or stop) if is_whole_line else (start, away)
    if not _END_OF_CLAUSE.match(tail):
        if head[-1] not in " \t":
            return start, end + _lead(_BLANKS, tail)
        # After a sentence that has ended, a dash would begin the next one.
        has_ended = head.rstrip(" \t*_").endswith((*_ENDED, "·"))
        return (start, end + _lead(_AWAY, tail)) if has_ended else (start - 1, end)
    kept = head[: len(head) - len(_LED_TO.search(head)[0])]  # type: ignore[index] # it may be nothing, too
    if kept.endswith("(") and tail.startswith(")"):
        return line + len(kept[:-1].rstrip(" \t")), end + 1
    return line + len(kept), end + (_lead(_PERIOD, tail) if kept.endswith(_ENDED) else 0)


def _tag_end(text: str, start: int) -> int:
    """Where the tag at `start` ends, with the name of the identifier that it misses."""
    named = _FOR_WHAT.match(text, start + len(GAP))
    return named.end() if named else start + len(GAP)


def _lead(pattern: re.Pattern[str], text: str) -> int:
    """How many characters at the beginning of `text` are `pattern`."""
    match = pattern.match(text)
    return match.end() if match else 0


def offset_of(text: str, place: Place) -> int:
    """The offset of a place in the text of its file, in which a byte order mark takes no column."""
    position = 0
    for _ in range(place.line - 1):
        position = text.find("\n", position) + 1
    mark = 1 if place.line == 1 and text.startswith("\ufeff") else 0
    return position + mark + place.column - 1


def read_texts(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """The files by path, decoded as the reader does it, so that its offsets hold; those that cannot be read are no key.

    The reader could not read them either: it knows of nothing in them that could be changed.
    """
    texts = {}
    for path in paths:
        with suppress(OSError, UnicodeDecodeError):
            texts[path] = (root / path).read_bytes().decode("utf-8")
    return texts


def apply(plan: FilePlan, root: Path) -> None:
    """Write the file with its edits, in one step.

    Raises CorpusError if the file is not what it was when the plan was made, if its front matter would not hold, or if
    it cannot be written.
    """
    path = root / plan.path
    if not plan.edits:
        return
    try:
        current = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{plan.path}: cannot be read again: {error}") from error
    if current != plan.before:
        raise CorpusError(f"{plan.path}: the file changed while it was checked; run again")
    check_front_matter(plan)
    try:
        write_whole(path, (plan.after.encode("utf-8"),))
    except OSError as error:
        raise CorpusError(f"{plan.path}: cannot be written ({error.strerror}); nothing was changed in it") from error


def apply_all(plans: Iterable[FilePlan], root: Path) -> Iterator[tuple[FilePlan, CorpusError | None]]:
    """Write the files one by one; each comes back with the reason if it could not be written, which stops no other."""
    for plan in plans:
        try:
            apply(plan, root)
        except CorpusError as error:
            yield plan, error
        else:
            yield plan, None


def check_front_matter(plan: FilePlan) -> None:
    """Raise CorpusError unless the front matter, if valid before, is valid YAML after the edits."""
    import yaml  # noqa: PLC0415 - only for files that are changed

    before, after = _FRONT_MATTER.match(plan.before), _FRONT_MATTER.match(plan.after)
    if before is None:
        return
    try:
        yaml.safe_load(before[1])
    except yaml.YAMLError:
        return  # it is no worse afterwards
    try:
        yaml.safe_load(after[1] if after else "\0")
    except yaml.YAMLError as error:
        raise CorpusError(f"{plan.path}: the edits would break the front matter; nothing was written") from error
