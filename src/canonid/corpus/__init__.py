"""Claims out of files: pages of a Markdown wiki and tables, with the exact place of every value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from canonid.corpus.fields import Fields, FieldSpec, Role, fields_from
from canonid.model import Page, Subject

if TYPE_CHECKING:
    from canonid.corpus.source import Text

__all__ = ["FieldSpec", "Fields", "Role", "fields_from", "pages_of", "read_corpus", "read_files"]


def read_corpus(paths: Sequence[Path], root: Path, fields: Fields, exclude: Sequence[str] = ()) -> Iterator[Page]:
    """Every page under `paths`, in the order of their paths: see `read_files` and `pages_of`."""
    return pages_of(read_files(paths, root, exclude), fields)


def read_files(paths: Sequence[Path], root: Path, exclude: Sequence[str] = ()) -> Iterator[Text]:
    """Every file under `paths`, in the order of their paths, which are given relative to `root`.

    Folders are searched for .md and .markdown files; a file that is named itself is always read. Raises CorpusError at
    once for a path that does not exist or might never end, and when nothing is to be read.
    """
    from canonid.corpus.files import find_files, read_file  # noqa: PLC0415 - only a run that reads needs it

    return map(read_file, find_files(paths, root, exclude))


def pages_of(texts: Iterable[Text], fields: Fields) -> Iterator[Page]:
    """The pages in `texts`: a table has one a row, any other file is one.

    Tables are the files that end in .csv or .tsv. A file that cannot be read as text gives a page with that problem,
    so that the others are still checked. A table without a `subject` column raises CorpusError when its turn comes.
    """
    from canonid.corpus.table import DELIMITERS, read_table  # noqa: PLC0415 - loads PyYAML
    from canonid.corpus.wiki import read_page, slug_words  # noqa: PLC0415 - loads PyYAML

    for source, problem in texts:
        name = Path(source.path)
        if problem is not None:
            yield Page(source.path, Subject(name.stem, slug_words(name.stem)), problems=(problem,))
        elif delimiter := DELIMITERS.get(name.suffix.lower()):
            yield from read_table(source, delimiter, fields)
        else:
            yield read_page(source, name.stem, fields)
