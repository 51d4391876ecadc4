"""DrugBank as an authority: what it answers from imported exports, and what it must not claim."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonid.authorities.drugbank import DrugBankAuthority
from canonid.authorities.drugbank.catalogue import import_exports
from canonid.errors import AuthorityUnavailable, ExportError
from canonid.identifiers import Reference
from canonid.model import (
    ById,
    ByName,
    ByStructure,
    Evidence,
    Found,
    Kind,
    NotFound,
    Question,
    Record,
    Status,
    TrialSearch,
    Unanswered,
    Unavailable,
)
from tests.authorities.drugbank_files import (
    ANAKINRA,
    BIOTECH,
    FISETIN,
    PAGE,
    SIROLIMUS,
    SMALL_MOLECULE,
    database,
    vocabulary,
    whole_vocabulary,
    write,
)


def by_id(accession: str) -> ById:
    return ById(Reference("drugbank", accession))


def authority(folder: Path, *texts: str) -> DrugBankAuthority:
    """The authority over exports with these texts."""
    path = folder / "drugbank.sqlite"
    import_exports(path, [write(folder, text, f"export {number}") for number, text in enumerate(texts)])
    return DrugBankAuthority(path)


def ask(drugbank: DrugBankAuthority, question: Question) -> Evidence:
    (reply,) = drugbank.fetch([question])
    assert isinstance(reply, Evidence)
    return reply


def record(drugbank: DrugBankAuthority, question: Question) -> Record:
    answer = drugbank.parse(ask(drugbank, question))
    assert isinstance(answer, Found)
    return answer.record


def unanswered(drugbank: DrugBankAuthority, question: Question) -> str:
    (reply,) = drugbank.fetch([question])
    assert isinstance(reply, Unanswered)
    return reply.reason


def test_it_is_local_and_makes_no_requests(tmp_path: Path) -> None:
    """So it is asked anew in every run."""
    drugbank = authority(tmp_path, vocabulary(ANAKINRA))
    ask(drugbank, by_id("DB00026"))
    assert (drugbank.name, drugbank.is_local, drugbank.requests) == ("drugbank", True, 0)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (by_id("DB00026"), True),
        (ByStructure("XHEFDIBZLJXQHF-UHFFFAOYSA-N"), True),
        (ByName.of("Anakinra"), True),
        (ByName.of("-"), False),
        (ById(Reference("chembl.compound", "CHEMBL25")), False),
        (TrialSearch(("anakinra",), ()), False),
    ],
)
def test_it_accepts_what_can_be_looked_up(question: Question, *, expected: bool) -> None:
    """Its own accessions, structures and names with something left to compare."""
    assert DrugBankAuthority(None).accepts(question) is expected


def test_a_question_that_it_does_not_accept_stays_unanswered(tmp_path: Path) -> None:
    """Asked all the same, it says so."""
    reason = unanswered(authority(tmp_path, vocabulary(ANAKINRA)), TrialSearch(("anakinra",), ()))
    assert "searched by accession, CAS number, UNII, InChIKey and name only" in reason


@pytest.mark.parametrize("where", [None, "absent.sqlite"])
def test_without_an_export_it_is_unavailable(tmp_path: Path, where: str | None) -> None:
    """Never "no such record"; the message says what to do."""
    drugbank = DrugBankAuthority(tmp_path / where if where else None)
    with pytest.raises(AuthorityUnavailable, match="no DrugBank export supplied; download the vocabulary"):
        list(drugbank.fetch([by_id("DB00026")]))


def test_after_a_first_import_that_failed_it_is_unavailable(tmp_path: Path) -> None:
    """The catalogue exists, but holds nothing."""
    path = tmp_path / "drugbank.sqlite"
    with pytest.raises(ExportError):
        import_exports(path, [write(tmp_path, vocabulary("DB1"))])
    with pytest.raises(AuthorityUnavailable, match="no DrugBank export supplied"):
        list(DrugBankAuthority(path).fetch([by_id("DB00026")]))


def test_a_damaged_catalogue_makes_it_unavailable(tmp_path: Path) -> None:
    """A fault of ours is no statement about a drug."""
    path = tmp_path / "drugbank.sqlite"
    path.write_bytes(b"damaged" * 1000)
    with pytest.raises(AuthorityUnavailable, match=r"drugbank\.sqlite cannot be read .*import the export again"):
        list(DrugBankAuthority(path).fetch([by_id("DB00026")]))


def test_a_catalogue_damaged_inside_makes_it_unavailable(tmp_path: Path) -> None:
    """Damage that shows only when a page is read counts too."""
    drugbank = authority(tmp_path, vocabulary(*(f"DB{number},,Drug {number},,,," for number in range(20_000, 22_000))))
    path = tmp_path / "drugbank.sqlite"
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xee" * (len(content) - 8192))
    with pytest.raises(AuthorityUnavailable, match="import the export again"):
        list(drugbank.fetch([by_id("DB20005")]))


def test_the_evidence_says_which_export_answered(tmp_path: Path) -> None:
    """With the page that a person can open."""
    evidence = ask(authority(tmp_path, vocabulary(ANAKINRA)), by_id("DB00026"))
    assert evidence.authority == "drugbank"
    assert evidence.release is not None
    assert evidence.release.startswith("vocabulary, file of ")
    assert evidence.url == "https://go.drugbank.com/drugs/DB00026"
    assert evidence.retrieved_at.tzinfo is UTC


def test_the_payload_is_compact_json_with_sorted_keys(tmp_path: Path) -> None:
    """The same entry gives the same bytes in every run."""
    payload = ask(authority(tmp_path, vocabulary(ANAKINRA, SIROLIMUS)), by_id("DB00877")).payload
    assert payload is not None
    again = json.dumps(json.loads(payload), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert payload == again
    assert "Sirolimús" in payload


def test_a_vocabulary_entry_becomes_a_record(tmp_path: Path) -> None:
    """Without a type its kind is unknown, and an empty InChIKey is no proof that there is no structure."""
    assert record(authority(tmp_path, vocabulary(ANAKINRA)), by_id("DB00026")) == Record(
        authority="drugbank",
        reference=Reference("drugbank", "DB00026"),
        name="Anakinra",
        synonyms=("Anakinra", "IL-1RA", "Interleukin-1 receptor antagonist anakinra"),
        kind=Kind.UNKNOWN,
        structured=None,
        xrefs=(Reference("cas", "143090-92-0"), Reference("unii", "9013DUQ28K")),
        secondary=("BIOD00060", "BTD00060"),
    )


def test_a_database_entry_becomes_a_full_record(tmp_path: Path) -> None:
    """Structure, formula, mass, pointers and groups; of its salts the names only."""
    assert record(authority(tmp_path, database(SMALL_MOLECULE)), by_id("DB90001")) == Record(
        authority="drugbank",
        reference=Reference("drugbank", "DB90001"),
        name="Exemplarin",
        synonyms=("Exemplarin", "Exemplarine longue"),
        kind=Kind.SMALL_MOLECULE,
        structured=True,
        inchikey="XHEFDIBZLJXQHF-UHFFFAOYSA-N",
        formula="C15H10O6",
        mass=286.2363,
        xrefs=(
            Reference("cas", "528-48-3"),
            Reference("unii", "OO2ABO9578"),
            Reference("chembl.compound", "CHEMBL900001"),
            Reference("pubchem.compound", "900001"),
            Reference("pubchem.substance", "900002"),
        ),
        approval="approved, investigational",
        secondary=("DB90009", "EXPT90001"),
        salts=("Exemplarin sodium",),
    )


@pytest.mark.parametrize("accession", ["DB02439", "APRD00178"])
def test_a_secondary_accession_names_the_primary(tmp_path: Path, accession: str) -> None:
    """It is not wrong, it was merged: the record says into what."""
    found = record(authority(tmp_path, vocabulary(SIROLIMUS)), by_id(accession))
    assert found.reference == Reference("drugbank", accession)
    assert (found.status, found.replaced_by) == (Status.SECONDARY, Reference("drugbank", "DB00877"))


def test_an_accession_that_the_vocabulary_lacks_does_not_exist(tmp_path: Path) -> None:
    """The vocabulary lists every entry, and the evidence says which release did not have it."""
    drugbank = authority(tmp_path, whole_vocabulary(ANAKINRA))
    evidence = ask(drugbank, by_id("DB99999"))
    assert (evidence.payload, (evidence.release or "")[:20]) == (None, "vocabulary, file of ")
    assert drugbank.parse(evidence) == NotFound(evidence)


@pytest.mark.parametrize(
    ("question", "respect"),
    [
        (by_id("DB00027"), "every drug"),
        (ByName.of("Anakinra"), "every drug with all names"),
        (ByStructure("XHEFDIBZLJXQHF-UHFFFAOYSA-N"), "every drug with all InChIKeys"),
    ],
)
def test_a_page_copy_says_nothing_of_other_drugs(tmp_path: Path, question: Question, respect: str) -> None:
    """It holds one drug; the rest stays unanswered."""
    assert unanswered(authority(tmp_path, PAGE), question) == (
        "the supplied DrugBank export holds only DB90002; "
        f"import the whole vocabulary (CC0) or the full database, which hold {respect}"
    )


def test_an_excerpt_is_described_by_its_size(tmp_path: Path) -> None:
    """A long list of accessions would help nobody."""
    rows = "".join(f"DB{number},Drug {number}\n" for number in range(20_000, 21_234))
    reason = unanswered(authority(tmp_path, "DrugBank ID,Name\n" + rows), by_id("DB00026"))
    assert reason.startswith("the supplied DrugBank export holds only 1,234 entries; ")


def test_a_page_copy_beside_the_vocabulary_does_not_hide_that_an_accession_is_unknown(tmp_path: Path) -> None:
    """One complete export is enough to know it."""
    evidence = ask(authority(tmp_path, PAGE, whole_vocabulary(ANAKINRA)), by_id("DB99999"))
    assert evidence.payload is None


def test_a_structure_may_have_several_entries(tmp_path: Path) -> None:
    """All are records; the page to open is the search for it."""
    twin = FISETIN.replace("DB07795", "DB90001").replace("Fisetin", "Twin")
    drugbank = authority(tmp_path, vocabulary(FISETIN, twin))
    evidence = ask(drugbank, ByStructure("XHEFDIBZLJXQHF-UHFFFAOYSA-N"))
    answer = drugbank.parse(evidence)
    assert isinstance(answer, Found)
    assert [item.reference.identifier for item in answer.records] == ["DB07795", "DB90001"]
    assert evidence.url.endswith("?searcher=drugs&query=XHEFDIBZLJXQHF-UHFFFAOYSA-N")


def test_a_name_is_found_in_any_spelling(tmp_path: Path) -> None:
    """A secondary name leads to the current entry, whose page is given."""
    drugbank = authority(tmp_path, vocabulary(SIROLIMUS))
    question = ByName.of("sirolimus")
    assert record(drugbank, question).reference.identifier == "DB00877"
    assert ask(drugbank, question).url == "https://go.drugbank.com/drugs/DB00877"


@pytest.mark.parametrize("number", [Reference("cas", "53123-88-9"), Reference("unii", "W36ZG6FT64")])
def test_another_registrys_number_leads_to_the_entry_that_lists_it(tmp_path: Path, number: Reference) -> None:
    """The record is that of the accession; nothing but the page to open is taken from the question."""
    drugbank = authority(tmp_path, vocabulary(ANAKINRA, SIROLIMUS))
    found = record(drugbank, ById(number))
    assert (found.reference.identifier, found.status, found.replaced_by) == ("DB00877", Status.CURRENT, None)
    assert ask(drugbank, ById(number)).url == "https://go.drugbank.com/drugs/DB00877"


def test_that_no_entry_lists_a_number_proves_nothing(tmp_path: Path) -> None:
    """DrugBank gives one CAS number a drug, and a drug may have several."""
    reason = unanswered(authority(tmp_path, vocabulary(SIROLIMUS)), ById(Reference("cas", "657-24-9")))
    assert reason == "no entry of the supplied DrugBank export has it as its CAS number; each lists one at most"


def test_a_name_that_the_vocabulary_lacks_is_not_found(tmp_path: Path) -> None:
    """With the search that a person can repeat."""
    evidence = ask(authority(tmp_path, whole_vocabulary(SIROLIMUS)), ByName.of("No Such Drug"))
    assert (evidence.payload, evidence.url[-30:]) == (None, "earcher=drugs&query=no+such+drug"[-30:])


def kind_of(entry: dict[str, object]) -> Kind:
    answer = DrugBankAuthority(None).parse(evidence_of(json.dumps({"entries": [{"id": "DB90001", **entry}]})))
    assert isinstance(answer, Found)
    return answer.record.kind


def evidence_of(payload: str | None, question: Question | None = None) -> Evidence:
    return Evidence("drugbank", question or by_id("DB90001"), "r", datetime(2024, 1, 2, tzinfo=UTC), "u", payload)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({}, Kind.UNKNOWN),
        ({"type": "allergen"}, Kind.UNKNOWN),
        ({"type": "small molecule"}, Kind.SMALL_MOLECULE),
        ({"type": "small molecule", "categories": ["Vaccines"]}, Kind.SMALL_MOLECULE),
        ({"type": "small molecule", "classification": ["Polypeptides"]}, Kind.PEPTIDE),
        ({"type": "biotech"}, Kind.OTHER),
        ({"type": "biotech", "classification": ["Peptides"]}, Kind.OTHER),
        ({"type": "biotech", "classification": ["Protein Based Therapies", "Interleukins"]}, Kind.PROTEIN),
        (
            {"type": "biotech", "classification": ["Protein Based Therapies", "Monoclonal antibody (mAb)"]},
            Kind.ANTIBODY,
        ),
        ({"type": "biotech", "categories": ["Antibodies, Monoclonal"], "residues": 449}, Kind.ANTIBODY),
        ({"type": "biotech", "categories": ["Vaccines"], "residues": 449}, Kind.VACCINE),
        ({"type": "biotech", "categories": ["Cell- and Tissue-Based Therapy"]}, Kind.CELL),
        ({"type": "biotech", "categories": ["Genetic Therapy"]}, Kind.GENE),
        ({"type": "biotech", "categories": ["Oligonucleotides, Antisense"]}, Kind.OLIGONUCLEOTIDE),
        ({"type": "biotech", "residues": 41}, Kind.PROTEIN),
        ({"type": "biotech", "residues": 40}, Kind.PEPTIDE),
        ({"type": "biotech", "residues": "many"}, Kind.OTHER),
    ],
)
def test_the_kind_is_what_the_export_states(entry: dict[str, object], expected: Kind) -> None:
    """A biotech drug may be a protein, a vaccine or a cell: nothing is guessed from the type alone."""
    assert kind_of(entry) is expected


def test_a_biologic_of_the_database_is_a_protein_by_its_sequence(tmp_path: Path) -> None:
    """Its 65 residues prove it."""
    found = record(authority(tmp_path, database(BIOTECH)), by_id("DB90002"))
    assert (found.kind, found.structured, found.mass) == (Kind.PROTEIN, None, 6979.0)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("17257.6 Da", 17257.6), ("286", 286.0), ("Not Available", None), ("", None)],
)
def test_a_weight_may_carry_its_unit(written: str, expected: float | None) -> None:
    """Text that is no number is no weight."""
    answer = DrugBankAuthority(None).parse(evidence_of(json.dumps({"entries": [{"id": "DB90001", "mass": written}]})))
    assert isinstance(answer, Found)
    assert answer.record.mass == expected


def test_pointers_that_are_no_identifiers_are_left_out() -> None:
    """A wrong check digit, an unknown space or another shape would only raise false alarms."""
    entry = {
        "id": "DB90001",
        "cas": "528-48-4",
        "inchikey": "BROKEN",
        "xrefs": {"pubchem.compound": ["x", "7", "7"], "rxcui": ["1"], "chembl.compound": "CHEMBL25"},
    }
    answer = DrugBankAuthority(None).parse(evidence_of(json.dumps({"entries": [entry]})))
    assert isinstance(answer, Found)
    assert (answer.record.inchikey, answer.record.xrefs) == (None, (Reference("pubchem.compound", "7"),))


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "{",
        "[]",
        "null",
        '{"entries":[]}',
        '{"entries":{}}',
        '{"entries":7}',
        '{"entries":[7]}',
        '{"entries":[{}]}',
        '{"entries":[{"id":"CHEMBL25"}]}',
        '{"entries":[{"id":"DB90002"}]}',
        "[" * 100_000,
    ],
)
def test_a_reply_that_cannot_be_read_is_unavailable(payload: str) -> None:
    """Neither found nor absent; it never raises."""
    answer = DrugBankAuthority(None).parse(evidence_of(payload))
    assert isinstance(answer, Unavailable)
    assert "cannot be read" in answer.reason


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("aB7-. é\u00a0", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["pubchem.compound", "cas"]), inner),
    max_leaves=6,
)
FIELDS = [
    "secondary",
    "name",
    "synonyms",
    "cas",
    "unii",
    "inchikey",
    "type",
    "groups",
    "formula",
    "mass",
    "xrefs",
    "residues",
]


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_parsing_never_raises(entry: dict[str, object]) -> None:
    """Whatever type a field has in a stored reply."""
    answer = DrugBankAuthority(None).parse(evidence_of(json.dumps({"entries": [{"id": "DB90001", **entry}]})))
    assert isinstance(answer, Found)
