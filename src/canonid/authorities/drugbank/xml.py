"""The full database: more than a gigabyte of XML from outside, read as a stream with everything dangerous off.

No entity is resolved, no document type is accepted, nothing is fetched, and no more is held than one drug without the
rows of its longest lists. Nested `drug` elements (pathways have them) and nested `drugbank-id` elements (interactions
have hundreds) are not entries: only a `drug` whose parent is the root is read, and only its direct children count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import IO, TypedDict, cast

from lxml import etree

from canonid.authorities.drugbank.entry import ACCESSION, SPACES, Entry, Located, one_line, refusal, secondaries, tidy
from canonid.errors import ExportError

LARGEST_DRUG = 32 * 1024 * 1024
"""Bytes that may pass without a complete entry."""

MOST_MARKS = 350_000
"""`<` and `=` that may: a byte of `<a/>` takes 33 times its size in memory, a byte of text one."""

_UNREAD_LISTS = ("products", "mixtures", "drug-interactions")
"""Lists of a drug that may have ten thousand rows."""

_CHUNK = 64 * 1024
_PLACE = re.compile(r",? line [0-9]+, column [0-9]+.*")
_OVERSIZED = re.compile(r"(?i)huge|depth|too (?:long|deep|large|big)|limit")
_NUCLEOTIDES = frozenset("ACGTUN")
_TEXTS = {"name": "name", "cas-number": "cas", "unii": "unii", "average-mass": "mass"}
_SALT_TEXTS = {"drugbank-id": "id", "name": "name", "cas-number": "cas", "unii": "unii", "inchikey": "inchikey"}
_PROPERTIES = {"Molecular Formula": "formula", "Molecular Weight": "mass", "InChIKey": "inchikey"}

TELLING_CATEGORIES = frozenset(
    {
        "Antibodies, Monoclonal",
        "Vaccines",
        "Cell- and Tissue-Based Therapy",
        "Genetic Therapy",
        "Oligonucleotides",
        "Oligonucleotides, Antisense",
        "RNA, Small Interfering",
    }
)
"""MeSH headings that say what sort of biologic a drug is; the many others are left in the export."""


class Hardening(TypedDict):
    """The parser options that make XML from outside safe to read, and leave out what is never looked at."""

    resolve_entities: bool
    no_network: bool
    load_dtd: bool
    huge_tree: bool
    remove_comments: bool
    remove_pis: bool
    remove_blank_text: bool


HARDENED = Hardening(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
    remove_blank_text=True,
)


@dataclass(frozen=True, slots=True)
class Root:
    """What the root element says of the export."""

    namespace: str
    """In lxml's spelling, `{http://www.drugbank.ca}`, or empty."""
    version: str
    exported_on: date | None


def read_root(path: Path, head: bytes) -> Root:
    """The root element in the first bytes of a file.

    Raises ExportError for XML that is broken or declares a document type, and for another root than `drugbank`.
    """
    parser = etree.XMLPullParser(events=("start",), **HARDENED)
    failure = _feed(parser, head)
    root = next(_elements(parser), None)
    if root is None:
        raise _syntax_refusal(path, *failure) if failure else refusal(path, "XML without a root element", 1)
    # A failure behind the root's start tag is met again, with its line, when the file is read.
    document = root.getroottree().docinfo
    if document.internalDTD is not None or document.externalDTD is not None:
        raise refusal(path, "declares a document type (DOCTYPE), which no DrugBank export does: refused", 1)
    name = etree.QName(root)
    if name.localname != "drugbank":
        raise refusal(path, f"XML of another kind: its root is <{name.localname}>, not <drugbank>", _line(root))
    namespace = f"{{{name.namespace}}}" if name.namespace else ""
    return Root(namespace, root.get("version", ""), _day(root.get("exported-on", "")))


def _feed(parser: etree.XMLPullParser, data: bytes) -> tuple[str, int] | None:
    """Feed the parser; what is wrong and on which line, if anything is.

    An undeclared entity is logged as fatal, but not raised, and the parser would start afresh with the next chunk.
    """
    try:
        parser.feed(data)
    except etree.XMLSyntaxError as error:
        return error.msg or "", error.lineno or 0
    fatal = parser.feed_error_log.filter_from_errors()
    return (fatal[0].message, fatal[0].line) if len(fatal) else None


def _elements(parser: etree.XMLPullParser) -> Iterator[etree._Element]:
    """The elements of the events met so far."""
    for _, element in parser.read_events():
        yield cast("etree._Element", element)


def _line(element: etree._Element) -> int:
    return cast("int | None", element.sourceline) or 0


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_database(path: Path, stream: IO[bytes]) -> Iterator[Located]:
    """The entries of the full database, in its order and in flat memory.

    Raises ExportError with the line where the file is truncated, broken or larger in some part than a real one is.
    """
    head = stream.read(_CHUNK)
    read = DrugReader(path, read_root(path, head).namespace)
    yield from read_drugs(read, chain((head,), iter(lambda: stream.read(_CHUNK), b"")))


def read_drugs(read: DrugReader, chunks: Iterable[bytes]) -> Iterator[Located]:
    """The entries of a document, or of a part of it between the tags of its root, that comes in chunks.

    Raises ExportError as `read_database` does.
    """
    parser = etree.XMLPullParser(events=("start", "end"), tag=(read.tag, *read.lists), **HARDENED)
    kept = _Kept(read.path)
    done = 0
    for chunk in chunks:
        failure = _feed(parser, chunk)
        done += len(chunk)
        events = [(event, cast("etree._Element", element)) for event, element in parser.read_events()]
        for event, element in events:
            if element.tag != read.tag:
                kept.enter(element if event == "start" else None)
                if event == "end":
                    del element[:]
            elif event == "end" and (entry := read.entry(element)) is not None:
                kept.restart()
                yield Located(entry, _line(element), done)
                _forget(element)
        if failure:
            raise _syntax_refusal(read.path, *failure)
        kept.take(chunk, is_amid=not events)
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        raise refusal(read.path, "ends before </drugbank>: it is truncated; download it again", error.lineno) from error


def read_at_once(read: DrugReader, document: bytes) -> list[Entry]:
    """The entries of a small document, which is held as a tree: quicker than a stream.

    Raises ExportError if it is not well-formed.
    """
    try:
        root = etree.fromstring(document, etree.XMLParser(**HARDENED))
    except etree.XMLSyntaxError as error:
        raise _syntax_refusal(read.path, error.msg or "", error.lineno or 0) from error
    return [entry for drug in root.iterchildren(read.tag) if (entry := read.entry(drug)) is not None]


class _Kept:
    """What has to be kept of the drug that is being read; the rows of a list that is never looked at need not be."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._list: etree._Element | None = None
        self.restart()

    def restart(self) -> None:
        """Begin with the next drug."""
        self._bytes = self._marks = 0

    def enter(self, unread: etree._Element | None) -> None:
        """Be within a list that nobody reads, or within none."""
        self._list = unread

    def take(self, chunk: bytes, *, is_amid: bool) -> None:
        """Let go of the complete rows of the list; what is not `is_amid` one stays, and is counted.

        Raises ExportError if it is more than any drug has.
        """
        if self._list is not None and len(self._list) > 1:
            del self._list[:-1]
            if is_amid:
                return
        self._bytes += len(chunk)
        self._marks += chunk.count(b"<") + chunk.count(b"=")
        if self._bytes > LARGEST_DRUG:
            raise refusal(self._path, f"more than {LARGEST_DRUG:,} bytes without a complete <drug>: refused")
        if self._marks > MOST_MARKS:
            raise refusal(self._path, f"more than {MOST_MARKS:,} tags without a complete <drug>: refused")


def _forget(drug: etree._Element) -> None:
    """Free all that stands before a drug that was read; it is freed itself when the next one was."""
    root = drug.getparent()
    while root is not None and drug.getprevious() is not None:
        del root[0]


def _syntax_refusal(path: Path, message: str, line: int) -> ExportError:
    reason = _PLACE.sub("", one_line(message)).rstrip(" ,")
    if _OVERSIZED.search(reason):
        return refusal(path, f"longer or deeper than any DrugBank record: refused ({reason})", line)
    return refusal(path, f"not well-formed XML ({reason}); download it again", line)


class DrugReader:
    """Reads the direct children of a top-level `drug`; holds the element names in the file's namespace."""

    def __init__(self, path: Path, namespace: str) -> None:
        self.path = path
        self.tag = f"{namespace}drug"
        self.lists = tuple(namespace + name for name in _UNREAD_LISTS)
        self._namespace = namespace
        self._cut = len(namespace)
        self._readers: dict[str, Callable[[etree._Element, dict[str, object]], None]] = {
            "drugbank-id": self._read_accession,
            "groups": self._read_groups,
            "classification": self._read_classification,
            "salts": self._read_salts,
            "synonyms": self._read_synonyms,
            "categories": self._read_categories,
            "atc-codes": self._read_atc,
            "sequences": self._read_sequences,
            "calculated-properties": self._read_properties,
            "experimental-properties": self._read_properties,
            "external-identifiers": self._read_pointers,
        }
        self._children = tuple(namespace + name for name in (*_TEXTS, *self._readers))

    def entry(self, drug: etree._Element) -> Entry | None:
        """What `drug` states, or None if it is nested in another record.

        Raises ExportError if it has no primary accession.
        """
        root = drug.getparent()
        if root is None or root.getparent() is not None:
            return None
        fields: dict[str, object] = {"type": drug.get("type", "")}
        for child in drug.iterchildren(*self._children):
            name = child.tag[self._cut :]
            if field := _TEXTS.get(name):
                fields[field] = one_line(child.text)
            else:
                self._readers[name](child, fields)
        accession = str(fields.get("id", ""))
        if not ACCESSION.fullmatch(accession):
            raise refusal(self.path, f"a <drug> without a primary accession ({accession!r})", _line(drug))
        others = cast("list[str]", fields.pop("others", []))
        return tidy({**fields, "id": accession, "secondary": secondaries(others, accession)})

    def _read_accession(self, child: etree._Element, fields: dict[str, object]) -> None:
        text = one_line(child.text)
        if child.get("primary") == "true" and "id" not in fields:
            fields["id"] = text
        else:
            cast("list[str]", fields.setdefault("others", [])).append(text)

    def _read_groups(self, child: etree._Element, fields: dict[str, object]) -> None:
        fields["groups"] = self._texts(child, "group")

    def _read_synonyms(self, child: etree._Element, fields: dict[str, object]) -> None:
        fields["synonyms"] = list(dict.fromkeys(self._texts(child, "synonym")))

    def _read_classification(self, child: etree._Element, fields: dict[str, object]) -> None:
        fields["classification"] = self._texts(child, "direct-parent")

    def _read_categories(self, child: etree._Element, fields: dict[str, object]) -> None:
        # `category` holds `category` and `mesh-id`: the outer one has no text of its own.
        names = (one_line(node.text) for node in child.iter(f"{self._namespace}category"))
        fields["categories"] = [name for name in names if name in TELLING_CATEGORIES]

    def _read_atc(self, child: etree._Element, fields: dict[str, object]) -> None:
        codes = (node.get("code", "") for node in child.iterchildren(f"{self._namespace}atc-code"))
        fields["atc"] = [code for code in codes if code]

    def _read_salts(self, child: etree._Element, fields: dict[str, object]) -> None:
        salts = (self._salt(salt) for salt in child.iterchildren(f"{self._namespace}salt"))
        fields["salts"] = [salt for salt in salts if salt]

    def _salt(self, salt: etree._Element) -> dict[str, str]:
        texts = {_SALT_TEXTS.get(node.tag[self._cut :]): one_line(node.text) for node in salt.iterchildren("{*}*")}
        return {field: text for field, text in texts.items() if field and text}

    def _read_sequences(self, child: etree._Element, fields: dict[str, object]) -> None:
        fields["residues"] = max((_residues(text) for text in self._texts(child, "sequence", wrapped=True)), default=0)

    def _read_properties(self, child: etree._Element, fields: dict[str, object]) -> None:
        # Calculated properties come first and stand; biotech drugs have experimental ones only.
        for kind in child.iter(f"{self._namespace}kind"):
            field = _PROPERTIES.get(kind.text or "")
            value = kind.getnext() if field else None
            if field and value is not None and not fields.get(field):
                fields[field] = one_line(value.text).removeprefix("InChIKey=")

    def _read_pointers(self, child: etree._Element, fields: dict[str, object]) -> None:
        xrefs: dict[str, list[str]] = {}
        for resource in child.iter(f"{self._namespace}resource"):
            prefix = SPACES.get(resource.text or "")
            identifier = resource.getnext() if prefix else None
            if prefix and identifier is not None and (text := one_line(identifier.text)):
                xrefs.setdefault(prefix, []).append(text)
        fields["xrefs"] = xrefs

    def _texts(self, parent: etree._Element, name: str, *, wrapped: bool = False) -> list[str]:
        """The texts of the children `name`, each on one line unless its lines mean something (`wrapped`)."""
        texts = (node.text or "" for node in parent.iterchildren(self._namespace + name))
        return [text for raw in texts if (text := raw if wrapped else one_line(raw))]


def _residues(fasta: str) -> int:
    """The length of an amino acid chain, 0 for a chain of nucleotides."""
    chain = "".join(line.strip() for line in fasta.splitlines() if not line.lstrip().startswith(">"))
    return 0 if set(chain.upper()) <= _NUCLEOTIDES else len(chain)
