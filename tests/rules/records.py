"""Records and pages for tests of the rules; facts from the ChEMBL, PubChem and DrugBank records named."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from canonid.identifiers import CAS, CHEMBL, DRUGBANK, INCHIKEY, PUBCHEM, Reference
from canonid.model import (
    Answer,
    ById,
    ByName,
    ByStructure,
    Claim,
    ClaimKind,
    Dossier,
    Evidence,
    Found,
    Kind,
    NotFound,
    Page,
    Place,
    Predicate,
    Question,
    Record,
    Subject,
)
from canonid.names import name_key
from canonid.reconcile import Corpus
from canonid.rules.case import SUBSTANCE_AUTHORITIES, Case
from canonid.rules.questions import next_questions

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FIELDS = {"chembl-id": CHEMBL, "pubchem-cid": PUBCHEM, "drugbank-id": DRUGBANK, "inchikey": INCHIKEY, "cas-number": CAS}

ADAPALENE_KEY = "LZCDAPDGXCYOEH-UHFFFAOYSA-N"
ERTAPENEM_KEY = "ZXNAQFZBWUNWJM-HRXMHBOMSA-M"
METFORMIN_KEY = "XZWYZXLIPXDOLR-UHFFFAOYSA-N"
SIROLIMUS_KEY = "QFJCIRLUMZQUOT-HPLJOQBZSA-N"
FLAT_SIROLIMUS_KEY = "QFJCIRLUMZQUOT-UHFFFAOYSA-N"


def record(prefix: str, identifier: str, name: str | None = None, **more: object) -> Record:
    authority = {CHEMBL: "chembl", PUBCHEM: "pubchem", DRUGBANK: "drugbank"}[prefix]
    return Record(authority, Reference(prefix, identifier), name, **more)  # type: ignore[arg-type]  # test shorthand


ADAPALENE = record(
    CHEMBL, "CHEMBL1265", "ADAPALENE", synonyms=("CD-271", "Differin"), inchikey=ADAPALENE_KEY, formula="C28H28O3"
)
ERTAPENEM = record(CHEMBL, "CHEMBL1232", "ERTAPENEM SODIUM", synonyms=("Invanz",), inchikey=ERTAPENEM_KEY)
DB_ADAPALENE = record(DRUGBANK, "DB00210", "Adapalene", inchikey=ADAPALENE_KEY, xrefs=(Reference(CAS, "106685-40-9"),))
METFORMIN = record(CHEMBL, "CHEMBL1431", "METFORMIN", inchikey=METFORMIN_KEY)
METFORMIN_HCL = record(
    CHEMBL,
    "CHEMBL1703",
    "METFORMIN HYDROCHLORIDE",
    synonyms=("Glucophage",),
    inchikey="OETHQSJEHLVLGH-UHFFFAOYSA-N",
    parent=Reference(CHEMBL, "CHEMBL1431"),
)
DB_METFORMIN = record(DRUGBANK, "DB00331", "Metformin", inchikey=METFORMIN_KEY)
SIROLIMUS = record(CHEMBL, "CHEMBL413", "SIROLIMUS", synonyms=("Rapamycin",), inchikey=SIROLIMUS_KEY)
DB_SIROLIMUS = record(DRUGBANK, "DB00877", "Sirolimus", synonyms=("Rapamycin",), inchikey=SIROLIMUS_KEY)
FLAT_RAPAMYCIN = record(PUBCHEM, "5040", "rapamycin", inchikey=FLAT_SIROLIMUS_KEY)
RAPAMYCIN = record(PUBCHEM, "5284616", "rapamycin", inchikey=SIROLIMUS_KEY)
ANAKINRA = record(CHEMBL, "CHEMBL1201570", "ANAKINRA", synonyms=("Kineret",), kind=Kind.PROTEIN, structured=False)
TOCILIZUMAB = record(CHEMBL, "CHEMBL1237022", "TOCILIZUMAB", kind=Kind.ANTIBODY, structured=False)
DECOY_KEY = "AAAAAAAAAAAAAA-BBBBBBBBSA-N"
DECOY = record(PUBCHEM, "10150081", "a small molecule", synonyms=("tocilizumab",), inchikey=DECOY_KEY)


def page(title: str, aliases: tuple[str, ...] = (), *, slug: str = "", **values: str | None) -> Page:
    """A page that claims `values`, keys with underscores for hyphens."""
    slug = slug or title.lower().replace(" ", "-")
    claims = tuple(
        claim(slug, field.replace("_", "-"), text, line) for line, (field, text) in enumerate(values.items(), start=2)
    )
    return Page(f"{slug}.md", Subject(slug, title, aliases), claims)


def claim(slug: str, field: str, text: str | None, line: int = 2, predicate: Predicate = Predicate.EXACT) -> Claim:
    prefix = FIELDS[field.removesuffix("-alt")]
    return Claim(slug, field, ClaimKind.IDENTIFIER, prefix, text, Place(f"{slug}.md", line, 12), predicate)


def case(subject_page: Page, *records: Record, others: Iterable[Page] = ()) -> Case:
    """The page with the answers of authorities that hold just `records`, asked as a run would ask."""
    answers: dict[tuple[str, Question], Answer] = {}
    corpus = Corpus.of([subject_page, *others])
    while True:
        current = Case(Dossier(subject_page, answers, corpus.claimants, corpus.examples, corpus.titles))
        new = {asked for asked in next_questions(current) if asked not in answers}
        if not new:
            return current
        answers |= {(authority, question): answer_of(authority, question, records) for authority, question in new}


def answer_of(authority: str, question: Question, records: Iterable[Record]) -> Answer:
    """What an authority that holds just `records` answers."""
    assert authority in SUBSTANCE_AUTHORITIES
    evidence = Evidence(authority, question, "test", NOW, "", "{}")
    found = tuple(item for item in records if item.authority == authority and _fits(item, question))
    return Found(found, evidence) if found else NotFound(evidence)


def _fits(item: Record, question: Question) -> bool:
    if isinstance(question, ById):
        return item.reference == question.reference
    if isinstance(question, ByStructure):
        return item.inchikey == question.inchikey
    if isinstance(question, ByName):
        return name_key(question.name) in {name_key(name) for name in (item.name or "", *item.synonyms)}
    return False
