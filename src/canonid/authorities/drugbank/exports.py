"""What the operator may supply: which of DrugBank's exports a file is, by its content, and the way to read it."""

from __future__ import annotations

import hashlib
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from io import BufferedReader
from pathlib import Path
from typing import IO

from canonid.authorities.drugbank import page, tables
from canonid.authorities.drugbank.entry import Located, refusal
from canonid.errors import ExportError

_HEAD = 64 * 1024
_LARGEST_RATIO = 100  # the full database packs about 10 to 1; nothing that DrugBank publishes comes near this
_SMALL = 64 * 1024 * 1024  # up to here a strange ratio cannot hurt
_ENCRYPTED = 0x1


class Format(StrEnum):
    """The exports that canonid reads, the richest first: where two disagree, the richer one stands."""

    DATABASE = "full database"
    STRUCTURE_LINKS = "structure links"
    DRUG_LINKS = "drug links"
    VOCABULARY = "vocabulary"
    PAGE = "page copy"

    @property
    def rank(self) -> int:
        """0 for the richest."""
        return list(Format).index(self)


@dataclass(frozen=True, slots=True)
class Export:
    """A supplied file, recognised."""

    path: Path
    format: Format
    sha256: str
    """Of the file as supplied, packed or not."""
    version: str
    """The version that the export states; only the full database does."""
    dated: date
    """The day that the export states, else that of the file."""
    states_day: bool
    """Whether the export states it: a copied or checked-out file has a day of its own."""
    size: int
    """Bytes to read, unpacked."""
    stamp: tuple[int, int]
    """Size and modification time (ns) of the file when it was hashed."""

    @property
    def release(self) -> str:
        """What this is, of when, and the start of its hash: `vocabulary, file of 2024-03-14 (sha256:0123456789ab)`."""
        version = f" {self.version}" if self.version else ""
        day = f"{'' if self.states_day else ', file'} of {self.dated.isoformat()}"
        return f"{self.format}{version}{day} (sha256:{self.sha256[:12]})"


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of an export, unpacked, with their number and the day of the file."""

    stream: IO[bytes]
    size: int
    dated: date


@contextmanager
def opened(path: Path) -> Iterator[Content]:
    """The content of `path`, out of its zip archive if it is in one.

    Raises ExportError for a file that cannot be read and for an archive that is broken, hostile or has several members.
    """
    try:
        with _opened(path) as file:
            day = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
            if file.read(4) != b"PK\x03\x04":
                file.seek(0)
                yield Content(file, path.stat().st_size, day)
                return
            with _archive(path, file) as archive:
                member = _only_member(path, archive)
                with archive.open(member) as stream:
                    yield Content(stream, member.file_size, _packed_on(member, day))
    except OSError as error:
        raise refusal(path, f"cannot be read: {error.strerror or error}") from error
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError) as error:
        raise _damaged(path, error) from error


def _opened(path: Path) -> BufferedReader:
    if path.is_fifo():  # it would be waited for, and is empty when it is read again
        raise refusal(path, "is a pipe; write its content to a file first")
    return path.open("rb")


def _archive(path: Path, file: IO[bytes]) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except ValueError as error:  # a name that is no text, an offset before the beginning
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> ExportError:
    return refusal(path, f"the zip archive is damaged ({error}); download it again")


def _only_member(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) != 1:
        names = ", ".join(member.filename for member in members[:3])
        raise refusal(
            path, f"the zip archive holds {len(members)} files ({names}); unpack it and name the one to import"
        )
    member = members[0]
    if member.flag_bits & _ENCRYPTED:
        raise refusal(path, "the zip archive is encrypted; unpack it first")
    if member.file_size > max(_SMALL, _LARGEST_RATIO * member.compress_size):
        raise refusal(path, f"{member.filename} would unpack to {member.file_size:,} bytes: refused as a zip bomb")
    return member


def _packed_on(member: zipfile.ZipInfo, otherwise: date) -> date:
    try:
        return date(*member.date_time[:3])
    except ValueError:
        return otherwise


def recognise(path: Path) -> Export:
    """Which export `path` is, by its content; its name does not count.

    Raises ExportError for anything that is not one of DrugBank's exports.
    """
    with opened(path) as content:
        stat = path.stat()
        head = content.stream.read(_HEAD)
        format_, version, dated = _sniff(path, head, content)
        return Export(
            path, format_, hash_file(path), version, dated or content.dated, dated is not None, content.size,
            (stat.st_size, stat.st_mtime_ns),
        )  # fmt: skip


def _sniff(path: Path, head: bytes, content: Content) -> tuple[Format, str, date | None]:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if re.match(rb"(?i)<!doctype html|<html", start):
        raise refusal(path, "is an HTML page, not an export (a login or error page?); download it again", 1)
    if start[:1] == b"<" or head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return _sniff_xml(path, head)
    if header := tables.find_header(head):
        return Format(header.format), "", None
    if page.is_page(head):
        whole = head + content.stream.read(page.LARGEST)
        return Format.PAGE, "", page.dated(whole)
    raise refusal(
        path,
        "is none of DrugBank's exports: expected the full database (XML), the vocabulary, drug links or structure "
        "links (CSV whose header starts with `DrugBank ID`), or the text of a drug's page",
        1,
    )


def _sniff_xml(path: Path, head: bytes) -> tuple[Format, str, date | None]:
    from canonid.authorities.drugbank import xml  # noqa: PLC0415 - lxml takes 20 ms to import

    root = xml.read_root(path, head)
    return Format.DATABASE, root.version, root.exported_on


def read_entries(export: Export) -> Iterator[Located]:
    """The entries of `export`, as a stream.

    Raises ExportError, possibly after part of them, where the file is not what it should be.
    """
    with opened(export.path) as content:
        if export.format is Format.DATABASE:
            from canonid.authorities.drugbank import xml  # noqa: PLC0415 - the same

            yield from xml.read_database(export.path, content.stream)
        elif export.format is Format.PAGE:
            yield page.read_page(export.path, content.stream.read(page.LARGEST + 1))
        else:
            yield from tables.read_table(export.path, content.stream)


def hash_file(path: Path) -> str:
    """The SHA-256 of the file as it is.

    Raises ExportError if it cannot be read.
    """
    try:
        with _opened(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise refusal(path, f"cannot be read: {error.strerror or error}") from error
