"""The curator's desk: a discrepancy with all that is known of it, and the decisions about it."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from canonid.authorities.base import Authority
from canonid.errors import UsageError
from canonid.git import author
from canonid.model import Evidence, Found, Record, State
from canonid.store.discrepancies import Discrepancy
from canonid.store.renames import former_fingerprints
from canonid.store.triage import Decision, Event, decide, find_all, find_one, history, replies_of, root_of
from canonid.store.waivers import keep_waivers, read_mirror
from canonid.waiver import Waiver
from canonid.waiver_file import FILE, drop_waivers, put_waivers, read_waivers

_AROUND = 2
"""Lines shown before and after the claim."""
_FAR = 50
"""Lines by which a claim may have moved and is still looked for."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The claim in its page as it is now."""

    lines: tuple[tuple[int, str], ...]
    """Number and text."""
    line: int | None
    """The line with the claim; None if it is not found."""
    note: str = ""
    """What is to be said if it is not where it was."""


@dataclass(frozen=True, slots=True)
class Basis:
    """A reply that the finding rests on, and the record in it."""

    evidence: Evidence
    record: Record | None
    """None for "no such record", and for a search that found several."""
    is_newer: bool
    """True if it was received anew since, and says something else than it did."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything about one discrepancy."""

    item: Discrepancy
    excerpt: Excerpt
    basis: tuple[Basis, ...]
    waiver: Waiver | None
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a curator works with."""

    database: Path
    home: Path
    """The corpus root where nothing says otherwise."""
    corpus: Path | None
    """The corpus root if the curator says so."""
    authorities: Sequence[Authority]
    """To read replies with; nobody is asked."""

    def root(self, item: Discrepancy) -> Path:
        """The corpus root: as it was said, or else as it was in the run that saw the discrepancy last.

        Somebody may have named a folder of the corpus, and mean the root above it.
        """
        if self.corpus is not None:
            folders = (self.corpus, *self.corpus.parents)
            return next((folder for folder in folders if (folder / item.place.path).exists()), self.corpus)
        remembered = root_of(self.database, item.run_id)
        return Path(remembered) if remembered and Path(remembered).is_dir() else self.home

    def sheets(self, text: str) -> tuple[Sheet, ...]:
        """All about the discrepancy with this fingerprint, or those of this subject; see `find_all`."""
        waivers = read_mirror(self.database)
        return tuple(self._sheet(item, waivers.get(item.fingerprint)) for item in find_all(self.database, text))

    def _sheet(self, item: Discrepancy, waiver: Waiver | None) -> Sheet:
        parsers = {authority.name: authority for authority in self.authorities}
        basis = []
        for reply in replies_of(self.database, item):
            answer = parsers[reply.evidence.authority].parse(reply.evidence)
            record = answer.record if isinstance(answer, Found) and len(answer.records) == 1 else None
            basis.append(Basis(reply.evidence, record, reply.is_newer))
        waiver = waiver if item.state is State.WAIVED else None
        return Sheet(item, _excerpt(self.root(item), item), tuple(basis), waiver, self.events(item))

    def events(self, item: Discrepancy) -> tuple[Event, ...]:
        """Its history."""
        return history(self.database, item.fingerprint)

    def find(self, texts: Iterable[str]) -> tuple[Discrepancy, ...]:
        """The discrepancies with these fingerprints, each once."""
        found = [find_one(self.database, text) for text in texts]
        return tuple({item.fingerprint: item for item in found}.values())

    def acknowledge(self, items: Sequence[Discrepancy], who: str | None, note: str | None) -> tuple[str, ...]:
        """Say that somebody has seen them; which of them nobody had acknowledged before."""
        decision = self._decision(State.ACKNOWLEDGED, items, who, note or "acknowledged")
        return decide(self.database, _names(items), decision, {State.OPEN, State.REOPENED})

    def waive(
        self, items: Sequence[Discrepancy], who: str | None, reason: str, until: date | None
    ) -> dict[Path, tuple[Waiver, ...]]:
        """Write waivers into the files of their corpora, and let them hold at once; what was written where."""
        if not reason.strip():
            raise UsageError("a waiver needs a reason: say in --reason why the discrepancy may stay")
        decision = self._decision(State.WAIVED, items, who, "")
        if until is not None and until < decision.at.date():
            raise UsageError(f"--until {until} is over; name the last day on which the waiver is to hold")
        for item in items:
            if item.state is State.RESOLVED:
                raise UsageError(f"{item.fingerprint} is resolved: there is nothing to waive")
        written: dict[Path, tuple[Waiver, ...]] = {}
        for item in items:
            named = (item.fingerprint, item.code, item.subject, item.field, item.claimed)
            waiver = Waiver(*named, decision.actor, reason.strip(), until, FILE.as_posix())
            file = self.root(item) / FILE
            written[file] = (*written.get(file, ()), waiver)
        for file, waivers in written.items():
            put_waivers(file, waivers)
            keep_waivers(self.database, waivers)
            terms = Decision(State.WAIVED, decision.actor, waivers[0].terms, decision.at)
            anything = set(State) - {State.RESOLVED}
            decide(self.database, [waiver.fingerprint for waiver in waivers], terms, anything)
        return written

    def reopen(self, items: Sequence[Discrepancy], who: str | None, note: str | None) -> tuple[str, ...]:
        """Take back what was decided, waivers in the file included; which of them were not open."""
        decision = self._decision(State.REOPENED, items, who, note or "reopened")
        dropped: dict[Path, list[str]] = {}
        for item in items:
            if item.state is State.RESOLVED:
                raise UsageError(f"{item.fingerprint} is resolved: a run reopens it if it finds it again")
            if item.state is State.WAIVED:
                file, names = self._filed(item)
                dropped[file] = [*dropped.get(file, []), *names]
        for file, names in dropped.items():
            drop_waivers(file, names)
        decided = [item for item in items if item.state in {State.ACKNOWLEDGED, State.WAIVED}]
        return decide(self.database, _names(decided), decision, {State.ACKNOWLEDGED, State.WAIVED})

    def _filed(self, item: Discrepancy) -> tuple[Path, list[str]]:
        """The file that waives a discrepancy, and the fingerprints under which it does; none if nothing does any more.

        Raises UsageError if a comment on the page does.
        """
        root = self.root(item)
        formers = {former for former, now in former_fingerprints(self.database).items() if now == item.fingerprint}
        names = {waiver.fingerprint for waiver in read_waivers(root / FILE, root)} & {item.fingerprint, *formers}
        mirrored = read_mirror(self.database).get(item.fingerprint)
        if not names and mirrored is not None and FILE.name not in mirrored.origin:
            raise UsageError(
                f"{item.fingerprint} is waived by a comment at {mirrored.origin}; take that out of the page, and the "
                "next run reopens it"
            )
        return root / FILE, sorted(names)

    def _decision(self, after: State, items: Sequence[Discrepancy], who: str | None, note: str) -> Decision:
        folder = self.root(items[0]) if items else self.home
        return Decision(after, actor(who, folder), note, datetime.now(UTC))


def _names(items: Iterable[Discrepancy]) -> list[str]:
    return [item.fingerprint for item in items]


def actor(who: str | None, folder: Path) -> str:
    """Who decides: as given, as Git signs in `folder`, or as the system calls the user."""
    if who is not None:
        if not who.strip():
            raise UsageError("--who is empty; give a name")
        return who.strip()
    if signed := author(folder):
        return signed
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a user of that number
        return f"user {os.getuid()}"


def _excerpt(root: Path, item: Discrepancy) -> Excerpt:
    """The lines around the claim, looked for nearby if the page has changed."""
    file = root / item.place.path
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        why = "is not there" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
        return Excerpt((), None, f"{file} {why}; --corpus names the folder that {item.place.path} is relative to")
    line = _find(lines, item)
    centre = item.place.line if line is None else line
    shown = range(max(centre - _AROUND, 1), min(centre + _AROUND, len(lines)) + 1)
    note = ""
    if line is None:
        note = f"the page has changed: the claim is not near line {item.place.line} any more; run `canonid reconcile`"
    elif line != item.place.line:
        note = f"the claim was on line {item.place.line} when it was last seen"
    return Excerpt(tuple((number, lines[number - 1]) for number in shown), line, note)


def _find(lines: Sequence[str], item: Discrepancy) -> int | None:
    """The line nearest to the old place that has the claim."""
    wanted = item.claimed.rpartition(": ")[2] if item.claimed is not None else item.field
    if item.code == "ID504":  # a defect of the file, whose claimed value is the complaint
        return item.place.line if item.place.line <= len(lines) else None
    near = sorted(range(1, len(lines) + 1), key=lambda number: abs(number - item.place.line))
    for number in near[: 2 * _FAR]:
        text = lines[number - 1]
        if wanted.casefold() in text.casefold():
            return number
    return item.place.line if item.claimed is None and item.place.line <= len(lines) else None
