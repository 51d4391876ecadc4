"""The one place that builds store, authorities and clients from the settings, and hands them to the work."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from canonid.authorities.base import Authority
from canonid.authorities.chembl import ChemblAuthority
from canonid.authorities.clinicaltrials import ClinicalTrialsAuthority
from canonid.authorities.drugbank import DrugBankAuthority
from canonid.authorities.drugbank.catalogue import import_exports
from canonid.authorities.drugbank.lookup import Catalogue, ImportedExport
from canonid.authorities.pacing import Budget, Rationed, SharedPacer
from canonid.authorities.pubchem import PubChemAuthority
from canonid.authorities.transport import Courier, EvenPacer, Pacer
from canonid.corpus import fields_from, pages_of, read_files
from canonid.corpus.files import find_files, would_be_found
from canonid.doctor import Changed, Diagnosis, Surroundings, examine
from canonid.errors import SettingsError
from canonid.gather import Freshness, Gatherer, Progress
from canonid.git import changed_files
from canonid.inventory import Inventory, Verification, take_inventory, verify
from canonid.issues import issue_files
from canonid.lookup import Card, lookup, lookup_page
from canonid.model import Page
from canonid.settings import KEYS, Settings, check_choice, plain
from canonid.store.evidence import EvidenceStore, read_evidence_file
from canonid.triage import Desk
from canonid.waive import check_codes

if TYPE_CHECKING:
    from canonid.corpus.source import Text
    from canonid.schedule.notify import Channels

_CHEMBL_SECONDS = 0.2
"""Between two requests; ChEMBL publishes no limit, and this is the pace that PubChem asks of its guests."""
_CLINICALTRIALS_SECONDS = 1.0
"""Between two requests; ClinicalTrials.gov publishes no limit either, and is known to block fast clients."""
_PROBE_SECONDS = 10.0
"""Who asks for a diagnosis waits for it; an authority that takes longer is of no use to a curator."""


def corpus_root(settings: Settings, paths: Sequence[Path]) -> Path:
    """What the paths in a report are relative to.

    The directory of the configuration file if it holds all of `paths`; else the one directory that was named; else
    the working directory if it holds them; else what they have in common.
    """
    absolute = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100 - Path.absolute keeps ".."
    if settings.config is not None and all(path.is_relative_to(settings.home) for path in absolute):
        return settings.home
    if len(absolute) == 1 and is_folder(absolute[0]):
        return absolute[0]
    if all(path.is_relative_to(Path.cwd()) for path in absolute):
        return Path.cwd()
    return Path(os.path.commonpath([path.parent for path in absolute]))


def is_folder(path: Path) -> bool:
    """Whether `path` is a directory; one that cannot be looked at is left to the reader, which says so."""
    try:
        return path.is_dir()
    except OSError:
        return False


def folders_among(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Those of `paths` that a run goes over as a whole."""
    return tuple(Path(os.path.abspath(path)) for path in paths if is_folder(path))  # noqa: PTH100 - as above


def base_of(root: Path) -> str:
    """The way from the working directory to `root`, in front of a place so that a terminal can open it."""
    way = Path(os.path.relpath(root)).as_posix()
    return "" if way == "." else way


def read_texts(settings: Settings, paths: Sequence[Path]) -> Iterator[Text]:
    """The files under `paths`; issues that canonid keeps as files are no pages."""
    root = corpus_root(settings, paths)
    return read_files(paths, root, _excluded(settings, root))


def read_pages(settings: Settings, paths: Sequence[Path]) -> list[Page]:
    """The pages under `paths`, read as the settings say."""
    return list(check_codes(pages_of(read_texts(settings, paths), fields_from(settings.fields))))


def pages_among(settings: Settings, paths: Sequence[Path]) -> list[Path]:
    """Those of `paths` that a search of the corpus would come upon; a file that is named is otherwise always read."""
    root = corpus_root(settings, paths)
    return [path for path in paths if would_be_found(path, root, _excluded(settings, root))]


def pages_changed(settings: Settings, paths: Sequence[Path], revision: str) -> list[Path]:
    """The pages under `paths` that were changed since `revision`; raises UsageError if Git cannot tell."""
    root = corpus_root(settings, paths)
    files = find_files(paths, root, _excluded(settings, root))
    folders = {path if is_folder(path) else path.parent for path in paths}
    changed = {os.path.realpath(file) for folder in folders for file in changed_files(folder, revision)}
    return [root / file.shown for file in files if os.path.realpath(file.path) in changed]


def _excluded(settings: Settings, root: Path) -> tuple[str, ...]:
    return (*settings.exclude, *issue_files((settings.folder, settings.dashboard), root))


@contextmanager
def open_store(settings: Settings) -> Iterator[EvidenceStore]:
    """The store, with the supplied evidence files loaded into it."""
    with EvidenceStore(settings.database) as store:
        for file in settings.evidence:
            store.put(read_evidence_file(file))
        yield store


@contextmanager
def open_authorities(settings: Settings) -> Iterator[tuple[Authority, ...]]:
    """The authorities, ready to be asked; nothing is sent before the first question."""
    with open_remote(settings) as (chembl, pubchem, trials):
        yield chembl, pubchem, _drugbank(settings), trials


Remote = tuple[ChemblAuthority, PubChemAuthority, ClinicalTrialsAuthority]


@contextmanager
def open_remote(settings: Settings, *, deadline: float = 30.0, attempts: int = 4) -> Iterator[Remote]:
    """The authorities that are asked over the network; each request may be tried so often, and take so many seconds."""
    contact, budget = settings.contact or "", Budget(settings.max_requests)

    def courier(label: str, pacer: Pacer) -> Courier:
        return Courier(label, deadline=deadline, attempts=attempts, pacer=Rationed(pacer, budget))

    shared = SharedPacer(_beside(settings, f"{urlsplit(settings.pubchem_url).hostname}.pace"))
    chembl = ChemblAuthority(settings.chembl_url, courier("ChEMBL", EvenPacer(_CHEMBL_SECONDS)), contact)
    pubchem = PubChemAuthority(settings.pubchem_url, courier("PubChem", shared), contact, shared)
    pace = EvenPacer(_CLINICALTRIALS_SECONDS)
    trials = ClinicalTrialsAuthority(settings.clinicaltrials_url, courier("ClinicalTrials.gov", pace), contact)
    with closing(trials):
        yield chembl, pubchem, trials


def _drugbank(settings: Settings) -> DrugBankAuthority:
    """DrugBank from the supplied exports, or from those imported earlier."""
    catalogue = catalogue_path(settings)
    if settings.drugbank:
        import_exports(catalogue, settings.drugbank)
    return DrugBankAuthority(catalogue)


def catalogue_path(settings: Settings) -> Path:
    """Where imported DrugBank exports are kept: beside the database."""
    return _beside(settings, f"{settings.database.stem}.drugbank.sqlite")


def judgement_path(settings: Settings) -> Path:
    """Where what the pages came to in the last run is kept: there, too."""
    return _beside(settings, f"{settings.database.stem}.judgement")


def _beside(settings: Settings, name: str) -> Path:
    return settings.database.with_name(name)


def freshness_of(settings: Settings) -> Freshness:
    """For how long replies may be used."""
    return Freshness(
        found=timedelta(days=settings.found_days),
        not_found=timedelta(days=settings.not_found_days),
        trials=timedelta(days=settings.trials_days),
    )


@dataclass(frozen=True, slots=True)
class Session:
    """What a command works with."""

    store: EvidenceStore
    gatherer: Gatherer


@contextmanager
def open_session(
    settings: Settings, progress: Progress | None = None, stop: threading.Event | None = None
) -> Iterator[Session]:
    """Store and authorities, put together for one run, which ends early with Stopped when `stop` is set."""
    with open_store(settings) as store, open_authorities(settings) as authorities:
        yield Session(
            store,
            Gatherer(
                authorities,
                store,
                freshness=freshness_of(settings),
                offline=settings.offline,
                progress=progress,
                stop=stop or threading.Event(),
            ),
        )


def take_stock(settings: Settings) -> Inventory:
    """What the store holds, and how much of it is past its age."""
    return take_inventory(settings.database, freshness_of(settings), datetime.now(UTC))


def verify_evidence(settings: Settings, progress: Progress | None = None) -> Verification:
    """Hash and parse everything in the store anew; nobody is asked."""
    with open_remote(settings) as remote:
        return verify(settings.database, (*remote, DrugBankAuthority(None)), progress)


def diagnose(settings: Settings) -> Diagnosis:
    """Whether canonid can work with these settings; one request an authority, none if they say offline."""
    check_choice(settings)
    about = Surroundings(
        database=settings.database,
        catalogue=catalogue_path(settings),
        urls={name: getattr(settings, f"{name}_url") for name in ("chembl", "pubchem", "clinicaltrials")},
        files={"drugbank": settings.drugbank, "evidence": settings.evidence},
        settings=tuple(
            Changed(key.name, plain(getattr(settings, key.attribute)), settings.origins[key.name])
            for key in KEYS
            if settings.origins[key.name] != "default"
        ),
        config=settings.config,
        contact=settings.contact,
        offline=settings.offline,
    )
    unlimited = replace(settings, max_requests=None)  # a limit for runs, which may be used up or nought
    with open_remote(unlimited, deadline=_PROBE_SECONDS, attempts=1) as remote:
        return examine(about, remote)


def import_drugbank(
    settings: Settings, files: Sequence[Path], progress: Progress | None = None, workers: int = 1
) -> Sequence[ImportedExport]:
    """Make the DrugBank authority answer from `files`; see `import_exports`."""
    return import_exports(catalogue_path(settings), files, progress, workers=workers)


def imported_drugbank(settings: Settings) -> Sequence[ImportedExport]:
    """The exports that the DrugBank authority answers from."""
    with Catalogue.opened(catalogue_path(settings)) as catalogue:
        return catalogue.exports if catalogue else ()


def look_up(settings: Settings, query: str, page: Path | None, progress: Progress | None = None) -> tuple[Card, ...]:
    """The cards for `query`, or for the subjects of `page` if it is a file."""
    with open_session(settings, progress) as session:
        if page is None:
            return lookup(query, session.gatherer, session.store)
        return tuple(lookup_page(item, session.gatherer, session.store) for item in read_pages(settings, [page]))


@contextmanager
def open_desk(settings: Settings, corpus: Path | None = None) -> Iterator[Desk]:
    """Where a curator decides about discrepancies; `corpus` is their corpus root, if it is known."""
    with open_remote(settings) as remote:
        yield Desk(settings.database, settings.home, corpus, (*remote, DrugBankAuthority(None)))


def news_channels(settings: Settings, environ: Mapping[str, str] = os.environ) -> Channels:
    """Where news go, with the secrets from the environment.

    Raises SettingsError if a variable is not set, or what is needed beside it.
    """
    from canonid.schedule.notify import Channels, Mail, Payload  # noqa: PLC0415 - as above

    def secret(name: str, value: str | None, starts: tuple[str, ...]) -> str | None:
        if value is None:
            return None
        variable = value.removeprefix("env:")
        text = environ.get(variable, "").strip()
        if not text.startswith(starts):
            what = "is not set" if not text else f"should hold an address that starts with {' or '.join(starts)}"
            raise SettingsError(f"{name} names the environment variable {variable}, which {what}")
        return text

    webhook = secret("notify.webhook", settings.webhook, ("https://", "http://"))
    server = secret("notify.mail_server", settings.mail_server, ("smtp://", "smtps://"))
    if server and not (settings.mail_from and settings.mail_to):
        raise SettingsError("notify.mail_server needs notify.mail_from and notify.mail_to beside it")
    mail = Mail(server, settings.mail_from or "", settings.mail_to) if server else None
    return Channels(webhook, Payload(settings.webhook_sends), mail)
