"""The file's front matter cannot be relied on.

Front matter that is not valid YAML, or that gives a key twice, is read differently by every tool; one bad block can
stop the whole site from being built. The claims that could be read are checked all the same. A comment
`canonid: ignore …` that is not understood is reported here too: it waives nothing. So is, as information, an
identifier that is not read at all, because it stands below another key or comes from a YAML alias.

Example: `chembl-id:` given on two lines, with two values.

Remedy: mend the block at the line given.
"""

from collections.abc import Iterator

from canonid.model import Severity
from canonid.rules.base import Hit, Rule
from canonid.rules.case import Case


def check(case: Case) -> Iterator[Hit]:
    """Hit every defect that reading the file brought up."""
    for problem in case.dossier.page.problems:
        yield Hit(problem, problem.message, severity=None if problem.is_defect else Severity.INFO)


RULE = Rule("ID504", "invalid-front-matter", Severity.ERROR, None, check, __doc__)
