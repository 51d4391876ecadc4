"""Claims out of files: pages of a Markdown wiki and tables, with the exact place of every value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from canonid.corpus.fields import Fields, FieldSpec, Role, fields_from
from canonid.model import Page, Subject

if TYPE_CHECKING:
    from canonid.corpus.files import File

__all__ = ["FieldSpec", "Fields", "Role", "fields_from", "read_corpus"]


def read_corpus(paths: Sequence[Path], root: Path, fields: Fields, exclude: Sequence[str] = ()) -> Iterator[Page]:
    """Every page under `paths`, in the order of their paths, which are given relative to `root`.

    Folders are searched for .md and .markdown files; a file that is named itself is read as a table if it ends in
    .csv or .tsv and as a page otherwise. A file that cannot be read as text gives a page with that problem, so that
    the others are still checked. Raises CorpusError at once for a path that does not exist and when nothing is to be
    read; a table without a `subject` column raises it when its turn comes.
    """
    from canonid.corpus.files import find_files  # noqa: PLC0415 - only a run that reads needs it

    return _pages(find_files(paths, root, exclude), fields)


def _pages(files: Sequence[File], fields: Fields) -> Iterator[Page]:
    from canonid.corpus.files import read_source  # noqa: PLC0415 - loads PyYAML
    from canonid.corpus.table import DELIMITERS, read_table  # noqa: PLC0415 - loads PyYAML
    from canonid.corpus.wiki import read_page, slug_words  # noqa: PLC0415 - loads PyYAML

    for file in files:
        source, problem = read_source(file)
        slug = Path(file.shown).stem
        if problem is not None:
            yield Page(file.shown, Subject(slug, slug_words(slug)), problems=(problem,))
        elif delimiter := DELIMITERS.get(file.path.suffix.lower()):
            yield from read_table(source, delimiter, fields)
        else:
            yield read_page(source, slug, fields)
