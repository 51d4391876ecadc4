"""Which files belong to a corpus, and their text."""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from canonid.corpus.source import Source, Text
from canonid.errors import CorpusError

PAGE_ENDINGS = (".md", ".markdown")
_SKIPPED_FOLDERS = frozenset({"node_modules"})


@dataclass(frozen=True, slots=True)
class File:
    """A file to read, with its path relative to the root of the corpus."""

    path: Path
    shown: str
    is_misnamed: bool = False
    """True if the shown path stands for one that is no text: no report and no database could hold it."""


def find_files(paths: Sequence[Path], root: Path, exclude: Sequence[str] = ()) -> list[File]:
    """The files under `paths`, each once, sorted by their path.

    A folder is searched for pages; hidden folders and files, node_modules and what matches `exclude` are passed over.
    A file that is named itself is taken whatever its name. Raises CorpusError for a path that does not exist, for a
    pipe or a device, which might never end, for a folder that cannot be listed and when there is nothing to read.
    """
    base = Path(os.path.abspath(root))  # noqa: PTH100 - Path.absolute keeps "..", and resolve follows links
    found: dict[str, File] = {}
    for path in paths:
        for file in _files_at(path, base, exclude):
            found.setdefault(os.path.realpath(file.path) if file.path.is_symlink() else str(file.path), file)
    if not found:
        places = ", ".join(map(str, paths)) or "the paths given"
        raise CorpusError(f"nothing to read: no {' or '.join(PAGE_ENDINGS)} file under {places}; name a page or folder")
    return sorted(map(_with_text, found.values()), key=lambda file: file.shown)


def would_be_found(path: Path, root: Path, exclude: Sequence[str] = ()) -> bool:
    """Whether a search of the root would come upon the file: nothing on the way to it is passed over."""
    parts = Path(_shown(path, Path(os.path.abspath(root)))).parts  # noqa: PTH100 - as above
    ways = ("/".join(parts[: number + 1]) for number in range(len(parts)))
    return not any(_is_passed_over(way, exclude) for way in ways)


def _with_text(file: File) -> File:
    """The file with a shown path that can be printed and stored, with escapes for bytes that are no UTF-8."""
    shown = os.fsencode(file.shown)
    text = shown.decode(errors="backslashreplace")
    return File(file.path, text, is_misnamed=text.encode() != shown)


def _files_at(path: Path, base: Path, exclude: Sequence[str]) -> Iterator[File]:
    try:
        is_folder, is_there = path.is_dir(), path.exists() or path.is_symlink()
        is_endless = path.exists() and not (is_folder or path.is_file())
    except OSError as error:
        raise CorpusError(f"cannot look at {path}: {error.strerror}") from None
    if is_endless:
        raise CorpusError(f"{path} is neither a file nor a folder; name a page, a table or a folder")
    if is_folder:
        yield from _walk(path, base, exclude)
    elif is_there:
        yield File(Path(os.path.realpath(path.parent)) / path.name, _shown(path, base))
    else:
        raise CorpusError(f"no such file or folder: {path}; name one that exists")


def _walk(folder: Path, base: Path, exclude: Sequence[str]) -> Iterator[File]:
    """The pages under `folder`; links come last, so that a page has its own path, and no folder is searched twice."""
    shown = _shown(folder, base)
    pending = [(os.path.realpath(folder), "" if shown == "." else shown)]
    linked: list[tuple[os.DirEntry[str], str]] = []
    seen: set[str] = set()
    while pending or linked:
        if not pending:
            entry, path = linked.pop(0)
            if not _is_folder(entry):
                yield File(Path(entry.path), path)
                continue
            pending.append((os.path.realpath(entry.path), path))
        real, shown = pending.pop()
        if real in seen:
            continue
        seen.add(real)
        for entry, path in _entries(real, shown, exclude):
            if entry.is_symlink():
                linked.append((entry, path))
            elif _is_folder(entry):
                pending.append((entry.path, path))
            else:
                yield File(Path(entry.path), path)


def _entries(real: str, shown: str, exclude: Sequence[str]) -> Iterator[tuple[os.DirEntry[str], str]]:
    """The folders and pages in one folder, with the paths that they are shown by."""
    try:
        entries = sorted(os.scandir(real), key=lambda entry: entry.name)
    except OSError as error:
        raise CorpusError(f"cannot list the folder {shown or real}: {error.strerror}; check its rights") from None
    for entry in entries:
        path = f"{shown}/{entry.name}" if shown else entry.name
        if _is_passed_over(path, exclude):
            continue
        if _is_folder(entry) or (entry.name.lower().endswith(PAGE_ENDINGS) and _is_file_or_broken(entry)):
            yield entry, path


def _is_passed_over(path: str, exclude: Sequence[str]) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith(".") or name in _SKIPPED_FOLDERS or _is_excluded(path, exclude)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder, or a link to one; False for a link that leads in a circle or where we may not look."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_file_or_broken(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file or a link that leads to nothing: a page that cannot be read is reported, not passed over."""
    try:
        return entry.is_file() or not Path(entry.path).exists()
    except OSError:
        return True


def _is_excluded(path: str, exclude: Sequence[str]) -> bool:
    """Whether a glob matches the path, its last part, or the whole folder (`drafts`, `drafts/`, `drafts/**`)."""
    name = path.rpartition("/")[2]
    for pattern in exclude:
        glob = pattern.removeprefix("./").removesuffix("/**").removesuffix("/")
        anywhere = glob.removeprefix("**/")
        if any(fnmatch.fnmatchcase(text, form) for text, form in ((path, glob), (path, anywhere), (name, anywhere))):
            return True
    return False


def _shown(path: Path, base: Path) -> str:
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - as for the root
    return absolute.relative_to(base).as_posix() if absolute.is_relative_to(base) else absolute.as_posix()


def read_file(file: File) -> Text:
    """The text of `file`; if it cannot be read as text, an empty one and the reason."""
    nothing = Source(file.shown, "")
    if file.is_misnamed:
        return Text(nothing, nothing.problem(0, "the path of this file is not UTF-8, so it was not read; rename it"))
    try:
        data = file.path.read_bytes()
    except OSError as error:
        return Text(nothing, nothing.problem(0, f"cannot be read: {error.strerror or error}"))
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        before = Source(file.shown, data[: error.start].decode())
        byte = f"byte 0x{data[error.start]:02X}"
        return Text(nothing, before.problem(len(before.text), f"not UTF-8 ({byte}); save the file as UTF-8"))
    return text_of(file.shown, text)


def text_of(path: str, text: str) -> Text:
    """`text` as that of a file with this shown path; an empty one and the reason if nobody can have written it."""
    source = Source(path, text)
    if (nul := text.find("\0")) >= 0:
        problem = source.problem(nul, "a NUL byte: this is not a text file, or it is damaged")
        return Text(Source(path, ""), problem)
    return Text(source)
