"""One Markdown page read into a `Page`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from canonid.corpus import body, counts, trials
from canonid.corpus.fields import Fields, FieldSpec, Role, fold_key
from canonid.corpus.front_matter import Entry, FrontMatter, Scalar, read_front_matter
from canonid.corpus.ignores import find_ignores
from canonid.corpus.markdown import Table, fences, plain, read_tables, without_code, without_quotes
from canonid.corpus.source import Source
from canonid.corpus.values import Value, read_name, read_prose, read_scalar, trimmed
from canonid.model import GAP, Claim, ClaimKind, Gap, Page, Problem, Subject

_HEADING = re.compile(r"^#[ \t]+([^\n]{1,300})", re.MULTILINE)
_MASS = re.compile(r"[~≈\s]*([0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?)(?![0-9,–-])\s*(k?)")
_EXAMPLE = re.compile(r"^[ \t]*(?P<key>[A-Za-z][\w-]{1,40}):[ \t]+(?P<value>[^\s#][^\n#]{0,80})", re.MULTILINE)
_SECTIONS = frozenset(
    "abstract background description details identifiers identity introduction notes overview profile summary".split()
)
_LOCANTS = re.compile(r"[0-9'′],[0-9]")
_LONGEST_TITLE = 60
_LINES_FOR_TITLE = 20


@dataclass(slots=True)
class SubjectParts:
    """What keys say about the subject, gathered while they are read."""

    title: str = ""
    aliases: list[str] = field(default_factory=list)
    inn: str | None = None
    biologic: bool | None = None
    formula: str | None = None
    mass: float | None = None

    def add(self, role: Role, text: str) -> None:
        """Take one value of a key with this role; "none" and remarks add nothing."""
        value = read_scalar(text)
        if value is None or value.text is None:
            return
        if role is Role.ALIASES:
            if any(char.isalpha() for char in value.text):  # a bare locant split off by YAML is no name
                self.aliases.append(value.text)
        elif role is Role.INN:
            self.inn = self.inn or read_name(value.text)
        elif role is Role.BIOLOGIC:
            self.biologic = {"true": True, "yes": True, "false": False, "no": False}.get(value.text.lower())
        elif role is Role.FORMULA:
            self.formula = value.text
        elif role is Role.MASS:
            self.mass = read_mass(value.text)
        else:
            self.title = value.text

    def subject(self, slug: str, title: str, justification: str = "") -> Subject:
        """The subject, once everything is read."""
        return Subject(
            slug, title, tuple(self.aliases), self.inn, self.biologic, self.formula, self.mass, justification
        )


def read_mass(text: str) -> float | None:
    """A molecular weight in daltons out of `~136700`, `17,300` or `145 kDa`; None for a range or anything else."""
    match = _MASS.match(text)
    if match is None:
        return None
    mass = float(match[1].replace(",", "")) * (1000 if match[2] else 1)
    return mass if math.isfinite(mass) else None


def slug_words(slug: str) -> str:
    """A file stem as a title."""
    return " ".join(re.split(r"[-_\s]+", slug)).strip() or slug


def field_claim(  # noqa: PLR0917 - the parts of a claim
    source: Source, subject: str, name: str, spec: FieldSpec, value: Value, span: tuple[int, int]
) -> Claim:
    """The claim that `value` makes under the key `name`; `span` is where it stands in the file."""
    return Claim(
        subject=subject,
        field=name,
        kind=spec.kind,
        prefix=spec.prefix,
        text=value.text,
        place=source.place(span[0]),
        predicate=spec.predicate,
        comment=value.comment,
        start=span[0],
        end=span[1],
    )


def read_page(source: Source, slug: str, fields: Fields) -> Page:
    """Everything that the page claims, in the order of the file."""
    front = read_front_matter(source, lambda key: _is_wanted(fields, key))
    parts = SubjectParts()
    properties: list[Claim] = []
    claims = list(_front_claims(source, slug, fields, front, parts, properties))
    title = _title(source.text, front.end, parts.title) or slug_words(slug)
    labelled, cites = body.has_labels(source.text, front.end), trials.may_cite(source.text)
    gaps: list[int] = []
    if labelled or cites or GAP in source.text:  # most pages of a wiki are not about compounds
        text = without_code(source.text, front.end)
        gaps = body.find_gaps(text)
        text = without_quotes(text, front.end)
        tables = tuple(read_tables(text, front.end, _is_row_wanted)) if labelled or cites else ()
        if labelled:
            labels = _labels(text, front.end, tables, [title, title.split("(")[0], slug], parts)
            claims += _body_claims(source, slug, fields, labels)
        listed = trials.listed_trials(text, front.end, tables) if cites else frozenset()
        claims += trials.trial_claims(source, slug, trials.find_trials(text), front.end, listed)
        claims += trials.status_claims(source, slug, tables)
        claims += trials.prose_claims(source, slug, text, front.end) if cites else ()
    claims = list(counts.with_remarks(claims, source.text, front.end))
    claims.sort(key=lambda claim: claim.start)
    subject = parts.subject(slug, title, _justification(claims))
    ignores, mistakes = find_ignores(source, front.end)
    return Page(
        source.path,
        subject,
        tuple(claims),
        (*front.problems, *_unread(source, fields, front), *mistakes),
        gaps=tuple(Gap(source.place(gap), source.line(gap)) for gap in gaps),
        properties=tuple(properties),
        examples=tuple(_examples(source, slug, fields, front.end)),
        ignores=ignores,
    )


def _is_wanted(fields: Fields, written: str) -> bool:
    key = fold_key(written)
    return fields.role(key) is not None or fields.spec(key) is not None


def _is_row_wanted(line: str) -> bool:
    return trials.may_cite(line) or body.is_labelled_row(line)


def _examples(source: Source, slug: str, fields: Fields, start: int) -> Iterator[Claim]:
    """Lines `key: identifier` in fenced code: the examples of a template."""
    for begin, end in fences(source.text, start):
        for match in _EXAMPLE.finditer(source.text, begin, end):
            spec, value = fields.spec(fold_key(match["key"])), read_scalar(match["value"])
            if spec and value and value.text is not None and spec.kind is ClaimKind.IDENTIFIER:
                span = (match.start("value") + value.start, match.start("value") + value.end)
                yield field_claim(source, slug, fold_key(match["key"]), spec, value, span)


def _front_claims(  # noqa: PLR0917 - what reading one block brings, in its parts
    source: Source, slug: str, fields: Fields, front: FrontMatter, parts: SubjectParts, properties: list[Claim]
) -> Iterator[Claim]:
    for entry in front.entries:
        key = fold_key(entry.key)
        role = fields.role(key)
        if role is not None:
            for scalar in _rejoined(entry.values, source.text):
                parts.add(role, scalar.text)
                properties += _property(source, slug, role, scalar)
            continue
        spec = fields.spec(key)
        if spec is not None:
            yield from _entry_claims(source, slug, key, spec, entry)


def _rejoined(scalars: Iterable[Scalar], text: str) -> list[Scalar]:
    """The items of a list, those that YAML cut out of a systematic name made one again.

    In `[Fisetin, 3,7,3',4'-tetrahydroxyflavone]` nobody quoted the name: its locants have no blank behind the comma.
    """
    joined: list[Scalar] = []
    for scalar in scalars:
        last = joined[-1] if joined else None
        if last and last.end + 1 == scalar.start and _LOCANTS.match(text, last.end - 1):
            joined[-1] = replace(last, text=text[last.start : scalar.end], end=scalar.end, comment=scalar.comment)
        else:
            joined.append(scalar)
    return joined


def _unread(source: Source, fields: Fields, front: FrontMatter) -> Iterator[Problem]:
    """Identifiers of the front matter that are no claims, because of where they stand or how they are given."""
    for entry in front.entries:
        if entry.is_alias and (entry.key == "<<" or _is_identifier(fields, entry.key)):
            what = "the keys of a YAML merge (<<)" if entry.key == "<<" else f"{entry.key}, a YAML alias,"
            message = f"{what} cannot be read; write the value out"
            yield Problem(source.place(entry.start), message, entry.key, is_defect=False)
        for key, start in entry.below:
            if _is_identifier(fields, key):
                message = f"{key} below {entry.key} is not read; if it is the subject's, put it at the top level"
                yield Problem(source.place(start), message, f"{entry.key}.{key}", is_defect=False)


def _is_identifier(fields: Fields, key: str) -> bool:
    spec = fields.spec(fold_key(key))
    return spec is not None and spec.kind is ClaimKind.IDENTIFIER


def _property(source: Source, slug: str, role: Role, scalar: Scalar) -> Iterator[Claim]:
    value = read_scalar(scalar.text)
    if role is not Role.TITLE and value is not None and value.text is not None:
        spec = FieldSpec("", kind=ClaimKind.PROPERTY)
        yield field_claim(source, slug, role.value, spec, value, _span(source, scalar, value))


def _entry_claims(source: Source, slug: str, key: str, spec: FieldSpec, entry: Entry) -> Iterator[Claim]:
    for scalar in entry.values:
        value = read_scalar(scalar.text)
        if value is None:
            continue
        if spec.kind is ClaimKind.IDENTIFIER:
            value = trimmed(value)
        if spec.kind is ClaimKind.TRIAL and (value.text is None or any(trials.find_trials(value.text))):
            continue  # well-formed numbers are found with all others; "no trial" is nothing that could be checked
        if spec.kind is ClaimKind.COUNT and not counts.is_count(value):
            continue
        value = Value(value.text, value.start, value.end, scalar.comment or value.comment)
        yield field_claim(source, slug, key, spec, value, _span(source, scalar, value))


def _span(source: Source, scalar: Scalar, value: Value) -> tuple[int, int]:
    """Where the value stands in the file: the whole scalar if its letters do not stand in it (escapes, line breaks)."""
    if scalar.end - scalar.start == len(scalar.text):
        return scalar.start + value.start, scalar.start + value.end
    raw = source.text[scalar.start : scalar.end]
    literal = scalar.text[value.start : value.end]
    if raw.count(literal) == 1:
        start = scalar.start + raw.index(literal)
        return start, start + len(literal)
    return scalar.start, scalar.end


def _labels(
    text: str, start: int, tables: tuple[Table, ...], names: list[str], parts: SubjectParts
) -> Iterator[body.Labelled]:
    """The labels of the body; a WHO INN goes to the subject, the rest are handed on."""
    names = [*names, *parts.aliases, *([parts.inn] if parts.inn else [])]
    for label in body.own_labels(text, start, tables, names):
        if label.field == Role.INN.value:
            parts.inn = parts.inn or read_name(label.text)
        else:
            yield label


def _body_claims(source: Source, slug: str, fields: Fields, labels: Iterable[body.Labelled]) -> Iterator[Claim]:
    for label in labels:
        spec = fields.spec(label.field)
        value = read_prose(spec.prefix, label.text) if spec else None
        if spec and value:
            yield Claim(
                subject=slug,
                field=label.field,
                kind=spec.kind,
                prefix=spec.prefix,
                text=value.text,
                place=source.place(label.start + value.start),
                predicate=spec.predicate,
                comment=value.comment,
                in_body=True,
                start=label.start + value.start,
                end=label.start + value.end,
            )


def _title(text: str, start: int, given: str) -> str:
    """The first heading of the first level, else the title that a key gives, else a first short line on its own.

    A heading that every page may have names a section.
    """
    heading = _HEADING.search(text, start)
    if heading and any(mark in text[start : heading.start()] for mark in ("```", "~~~", "<!--")):
        text = without_code(text, start)
        heading = _HEADING.search(text, start)
    title = plain(heading[1].rstrip().rstrip("#")) if heading else ""
    if title.casefold() in _SECTIONS:
        return given
    return title or given or _short_line(text, start)


def _short_line(text: str, start: int) -> str:
    for line in text[start : start + 20_000].split("\n")[:_LINES_FOR_TITLE]:
        short = line.strip().lstrip("\ufeff")
        if short and len(short) <= _LONGEST_TITLE and short[0].isalnum() and short[-1] not in ".:;,|":
            return plain(short)
    return ""


def _justification(claims: Iterable[Claim]) -> str:
    """What the page writes about a missing identifier, at most length where it says it more than once."""
    remarks = (re.sub(r"#gap/[\w/-]+", "", claim.comment).strip(" ;—") for claim in claims if claim.is_none)
    return max(remarks, key=len, default="")
