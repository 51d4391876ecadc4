"""The judgement of a corpus: that of the last run if it rests on the very same, and worked out otherwise.

No verdict is taken over unless everything that it follows from is the same: every byte of every page, every reply, the
counts to compare with, the settings, and the program itself, so that a better parser or rule always judges anew.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import canonid
from canonid.corpus import Fields, pages_of
from canonid.corpus.source import Text
from canonid.gather import Gatherer
from canonid.model import Asked, Found, NotFound, Page, Report
from canonid.reconcile import Baselines, Held, reconcile, repeated
from canonid.store.evidence import EvidenceStore
from canonid.store.judgement import Judgement, Mark, load_judgement, mark_of, save_judgement
from canonid.waive import check_codes


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is judged, beside the replies."""

    texts: Sequence[Text]
    fields: Fields
    shared: Collection[str]
    """Identifiers that several pages may rightly claim."""
    baselines: Baselines
    held: Held
    local: Path
    """The file that local authorities answer from; it need not exist."""

    def judge(self, pages: Sequence[Page], gatherer: Gatherer, first: Collection[str] = ()) -> Report:
        """The report on `pages`, be they those of the texts or edited ones; see `reconcile`."""
        return reconcile(pages, gatherer, shared=self.shared, first=first, baselines=self.baselines, held=self.held)

    def basis(self, gatherer: Gatherer) -> bytes:
        """The hash of everything that a judgement follows from beside the replies."""
        digest = hashlib.sha256()
        for part in self._parts(gatherer):
            data = part.encode(errors="surrogatepass")
            digest.update(b"%d:" % len(data) + data)
        return digest.digest()

    def _parts(self, gatherer: Gatherer) -> Iterator[str]:
        yield from program()
        yield repr((gatherer.offline, gatherer.freshness, self.fields, sorted(self.shared), self.baselines))
        yield repr([(*reference, *sorted(subjects)) for reference, subjects in sorted(self.held.items())])
        yield repr([_state(self.local.with_name(self.local.name + end)) for end in ("", "-wal")])
        for source, problem in self.texts:
            yield from (source.path, source.text, repr(problem))


def judge_corpus(
    inputs: Inputs,
    gatherer: Gatherer,
    store: EvidenceStore,
    file: Path,
    *,
    keep: bool,
    first: Callable[[Sequence[Page]], Collection[str]],
) -> tuple[Sequence[Page], Report]:
    """The pages of `inputs` and the report on them; for `first` see `reconcile`.

    `file` is where the judgement of the last run is, and with `keep` this one is put in its place.
    Raises NoClaim as `reconcile` does.
    """
    basis = inputs.basis(gatherer)
    known = load_judgement(file, basis, store.get)
    if known is not None and known.report.run.started_at <= gatherer.now < known.until:
        return known.pages, repeated(known.report, gatherer)
    pages = tuple(check_codes(pages_of(inputs.texts, inputs.fields)))
    report = inputs.judge(pages, gatherer, first(pages))
    if keep and (until := gatherer.good_until()) is not None:
        save_judgement(file, basis, Judgement(until, pages, report), _replies(gatherer))
    return pages, report


def _replies(gatherer: Gatherer) -> Iterator[tuple[Asked, Mark | None]]:
    """What was asked, and what the reply is known by; None if there was none.

    A look into a local file is dated anew in each run, so its date says nothing.
    """
    local = {authority.name for authority in gatherer.authorities if authority.is_local}
    for asked, answer in gatherer.answers.items():
        if isinstance(answer, Found | NotFound):
            yield asked, mark_of(answer.evidence, is_dated=asked[0] not in local or answer.evidence.stale)
        else:
            yield asked, None


@cache
def program() -> tuple[str, ...]:
    """What is run: the state of its own files, and the versions of everything that it may use.

    A process that runs for weeks calls it when it starts: what is installed later is not what it judges by.
    """
    own = (f"{path} {_state(path)}" for path in sorted(Path(canonid.__file__).parent.rglob("*.py")))
    others = sorted(info.name for folder in sys.path for info in Path(folder).glob("*-info"))
    return sys.version, *others, *own


def _state(path: Path) -> tuple[int, ...] | None:
    """What changes with a file or with the right to read it; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
