"""Identifiers: spellings, check digits, other spaces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonid.identifiers import (
    CAS,
    CHEMBL,
    CLINICALTRIALS,
    DRUGBANK,
    INCHIKEY,
    PREFIXES,
    PUBCHEM,
    UNII,
    Reference,
    Spelling,
    cas_check_digit,
    guess_references,
    read_identifier,
)


@pytest.mark.parametrize("prefix", PREFIXES.values(), ids=lambda prefix: prefix.name)
def test_the_example_of_every_prefix_is_canonical(prefix: object) -> None:
    """What a message shows as an example must itself pass."""
    space = PREFIXES[getattr(prefix, "name", "")]
    reading = read_identifier(space.name, space.example)

    assert (reading.spelling, reading.reference) == (Spelling.CANONICAL, Reference(space.name, space.example))
    assert space.pattern.fullmatch(space.example)


@pytest.mark.parametrize(
    ("prefix", "text", "canonical"),
    [
        (CHEMBL, "chembl1431", "CHEMBL1431"),
        (CHEMBL, "CHEMBL 25", "CHEMBL25"),
        (CHEMBL, "https://www.ebi.ac.uk/chembl/explore/compound/CHEMBL25", "CHEMBL25"),
        (CHEMBL, "https://www.ebi.ac.uk/chembl/g/#report_card/CHEMBL25", "CHEMBL25"),
        (CHEMBL, "chembl.compound:CHEMBL25", "CHEMBL25"),
        (PUBCHEM, "CID 2244", "2244"),
        (PUBCHEM, "CID:2244", "2244"),
        (PUBCHEM, "02244", "2244"),
        (PUBCHEM, "https://pubchem.ncbi.nlm.nih.gov/compound/2244", "2244"),
        (DRUGBANK, "db00026", "DB00026"),
        (DRUGBANK, "https://go.drugbank.com/drugs/DB00026", "DB00026"),
        (DRUGBANK, "btd 00060", "BTD00060"),
        (CLINICALTRIALS, "nct05177822", "NCT05177822"),
        (CLINICALTRIALS, "NCT5177822", "NCT05177822"),
        (CAS, "CAS 528-48-3", "528-48-3"),
        (CAS, "528–48–3", "528-48-3"),
        (INCHIKEY, "InChIKey=XHEFDIBZLJXQHF-UHFFFAOYSA-N", "XHEFDIBZLJXQHF-UHFFFAOYSA-N"),
        (INCHIKEY, "xhefdibzljxqhf-uhfffaoysa-n", "XHEFDIBZLJXQHF-UHFFFAOYSA-N"),
        (UNII, "UNII: 9013DUQ28K", "9013DUQ28K"),
    ],
)
def test_other_spellings_of_one_identifier_are_understood(prefix: str, text: str, canonical: str) -> None:
    """A spelling that means one identifier beyond doubt is read, and known not to be canonical."""
    assert read_identifier(prefix, text).spelling is Spelling.VARIANT
    assert read_identifier(prefix, text).reference == Reference(prefix, canonical)


@pytest.mark.parametrize(
    ("prefix", "text"),
    [
        (CHEMBL, "CHEMBL"),
        (CHEMBL, "CHEMBL0"),
        (CHEMBL, "1201570"),
        (CHEMBL, "not a thing"),
        (PUBCHEM, "0"),
        (PUBCHEM, "-12"),
        (PUBCHEM, "12345678901"),
        (PUBCHEM, "²244"),
        (DRUGBANK, "DB26"),
        (DRUGBANK, "DB000260"),
        (CLINICALTRIALS, "NCT00000000"),
        (CLINICALTRIALS, "NCT051778221"),
        (CAS, "528483"),
        (INCHIKEY, "C15H10O6"),
        (CHEMBL, ""),
    ],
)
def test_what_is_no_identifier_is_malformed(prefix: str, text: str) -> None:
    """No guess is made at what a malformed value could have meant."""
    assert read_identifier(prefix, text).spelling is Spelling.MALFORMED
    assert read_identifier(prefix, text).reference is None


@pytest.mark.parametrize(
    ("prefix", "text", "other"),
    [
        (CHEMBL, "DB00331", DRUGBANK),
        (DRUGBANK, "CHEMBL1431", CHEMBL),
        (PUBCHEM, "CHEMBL1431", CHEMBL),
        (PUBCHEM, "657-24-9", CAS),
        (CHEMBL, "XHEFDIBZLJXQHF-UHFFFAOYSA-N", INCHIKEY),
        (CAS, "NCT05177822", CLINICALTRIALS),
    ],
)
def test_the_shape_of_another_authority_is_named(prefix: str, text: str, other: str) -> None:
    """An accession in the wrong field is told apart from a malformed one."""
    reading = read_identifier(prefix, text)

    assert reading.spelling is Spelling.OTHER_PREFIX
    assert reading.reference is not None
    assert reading.reference.prefix == other


@pytest.mark.parametrize("text", ["528-48-4", "50-00-1"])
def test_a_wrong_cas_check_digit_is_found(text: str) -> None:
    """The reference is kept, for the message."""
    assert read_identifier(CAS, text).spelling is Spelling.CHECK_FAILED


@pytest.mark.parametrize(
    "text", ["XHEFDIBZLJXQHF-UHFFFAOYSX-N", "XHEFDIBZLJXQHF-UHFFFAOYSA", "XHEFDIBZLJXQH-UHFFFAOYSA-N"]
)
def test_an_inchikey_of_the_wrong_form_is_found(text: str) -> None:
    """Fixed letters and block lengths are an InChIKey's check digit."""
    assert read_identifier(INCHIKEY, text).spelling is Spelling.CHECK_FAILED


def test_the_check_digit_of_a_cas_number_follows_the_published_rule() -> None:
    """7732-18-5 is CAS's own worked example (water)."""
    assert cas_check_digit("7732-18-5") == "5"


def test_an_identifier_of_unknown_origin_is_guessed_by_its_shape() -> None:
    """A lookup may be given any id; a bare number can only be a CID."""
    assert guess_references("CHEMBL25") == (Reference(CHEMBL, "CHEMBL25"),)
    assert guess_references("2244") == (Reference(PUBCHEM, "2244"),)
    assert guess_references("anakinra") == ()


def test_a_curie_without_colon_is_refused() -> None:
    """Stored CURIEs are written by canonid: anything else is an error of the store."""
    assert Reference.from_curie("drugbank:DB00026").curie == "drugbank:DB00026"
    with pytest.raises(ValueError, match="not a CURIE"):
        Reference.from_curie("DB00026")


@given(st.sampled_from(sorted(PREFIXES)), st.text())
def test_any_text_gets_a_reading(prefix: str, text: str) -> None:
    """Reading never raises, and what is canonical matches the pattern of its space."""
    reading = read_identifier(prefix, text)

    if reading.spelling is Spelling.CANONICAL:
        assert reading.reference is not None
        assert PREFIXES[prefix].pattern.fullmatch(reading.reference.identifier)
        assert read_identifier(prefix, reading.reference.identifier).spelling is Spelling.CANONICAL
