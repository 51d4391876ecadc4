"""What counts as a name of the subject, who may speak for it, and how forms differ."""

import pytest

from canonid.identifiers import CHEMBL, DRUGBANK, PUBCHEM, Reference
from canonid.model import Kind, Record, Subject
from canonid.rules.profile import (
    NameMatch,
    Profile,
    build_profile,
    describe_form,
    label,
    name_match,
    names_of,
    resembles,
    salt_of,
    same_skeleton,
    shared_names,
    vouches,
)
from tests.rules.records import (
    ADAPALENE,
    ADAPALENE_KEY,
    ANAKINRA,
    DB_ADAPALENE,
    FLAT_SIROLIMUS_KEY,
    METFORMIN,
    METFORMIN_HCL,
    SIROLIMUS,
    SIROLIMUS_KEY,
    TOCILIZUMAB,
    claim,
    record,
)


def subject(title: str, *aliases: str, slug: str = "", inn: str | None = None) -> Subject:
    return Subject(slug or title.casefold().replace(" ", "-"), title, aliases, inn)


def profile(about: Subject, *records: Record) -> Profile:
    return build_profile(about, (), records)


def own(about: Subject) -> set[str]:
    return set(names_of(about).own)


def aliases(about: Subject) -> set[str]:
    return set(names_of(about).aliases)


# Names


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Metformin — the old drug", "metformin"),
        ("Metformin: a review", "metformin"),
        ("Metformin (biguanide)", "metformin"),
        ("β-Carotene", "betacarotene"),
        ("L-Carnitine", "lcarnitine"),
    ],
)
def test_the_title_is_an_own_name_without_its_trimmings(title: str, name: str) -> None:
    """Subtitles and remarks in brackets are not part of the name."""
    assert name in own(subject(title))


def test_remarks_in_brackets_are_aliases() -> None:
    """`Vitamin D3 (cholecalciferol / D3)` has another name in brackets; short ones say too little."""
    assert "cholecalciferol" in aliases(subject("Vitamin D3 (cholecalciferol / D3)"))
    assert "d3" not in aliases(subject("Vitamin D3 (cholecalciferol / D3)"))


def test_brackets_that_belong_to_a_name_stay_in_it() -> None:
    """(R)-lipoic acid is not lipoic acid."""
    assert "lipoicacid" not in own(subject("(R)-lipoic acid"))


def test_the_inn_and_the_slug_are_own_names() -> None:
    """A page may be filed under one name, titled with another, and state a third."""
    assert {"rapamycin", "sirolimus", "ay22989"} <= own(subject("Rapamycin", inn="sirolimus", slug="ay-22989"))


@pytest.mark.parametrize(
    ("title", "slug", "name"),
    [
        ("N-Acetylcysteine", "n-acetylcysteine", "N-Acetylcysteine"),
        ("β-Carotene", "beta-carotene", "beta-Carotene"),
        ("β-Carotene", "page-12", "beta-Carotene"),
        ("4′‐Hydroxytamoxifen", "page-12", "4'-Hydroxytamoxifen"),
    ],
)
def test_a_name_is_spelt_as_authorities_may_spell_it(title: str, slug: str, name: str) -> None:
    """Searches go by spelling: hyphens as in the title, not the file's name, but typed as authorities type them."""
    assert name in names_of(subject(title, slug=slug)).own.values()


@pytest.mark.parametrize("alias", ["NR", "D3", "MRA", "  "])
def test_short_aliases_say_nothing(alias: str) -> None:
    """Three letters are shared by too many substances."""
    assert aliases(subject("Nicotinamide riboside", alias)) == set()


def test_an_alias_that_is_the_title_is_no_second_name() -> None:
    """Spelt with a capital or a hyphen, it is still the same name."""
    assert aliases(subject("Beta carotene", "beta-carotene", "Solatene")) == {"solatene"}


def test_a_title_of_nothing_but_brackets_leaves_the_slug() -> None:
    """Some name must be left to search by."""
    assert "compound17" in own(subject("(?)", slug="compound-17"))


# Matches


@pytest.mark.parametrize(
    ("about", "match"),
    [
        (subject("Adapalene"), NameMatch.PREFERRED),
        (subject("Differin"), NameMatch.SYNONYM),
        (subject("Acne gel", "adapalene"), NameMatch.NAMED_ALIAS),
        (subject("Acne gel", "CD-271"), NameMatch.ALIAS),
        (subject("Tazarotene"), NameMatch.NONE),
    ],
)
def test_a_preferred_name_counts_more_than_a_synonym_and_an_own_name_more_than_an_alias(
    about: Subject, match: NameMatch
) -> None:
    """The grades in which a record's names can meet the subject's."""
    assert name_match(ADAPALENE, names_of(about)) is match


def test_shared_names_are_given_as_the_page_spells_them() -> None:
    """A message quotes the page."""
    assert shared_names(ADAPALENE, names_of(subject("ADApalene", "cd 271", "something"))) == ("ADApalene", "cd 271")


def test_a_salt_is_told_by_the_words_that_its_name_adds() -> None:
    """Metformin hydrochloride adds one to metformin, and nothing to a page about itself."""
    assert salt_of(METFORMIN_HCL, names_of(subject("Metformin"))) == "hydrochloride"
    assert salt_of(METFORMIN_HCL, names_of(subject("Metformin hydrochloride"))) == ""
    assert salt_of(METFORMIN_HCL, names_of(subject("Phenformin"))) == ""
    assert salt_of(record(CHEMBL, "CHEMBL1"), names_of(subject("Metformin"))) == ""


# Who may speak for the subject


@pytest.mark.parametrize(
    ("known", "about", "may"),
    [
        (ADAPALENE, subject("Adapalene"), True),
        (SIROLIMUS, subject("Rapamycin"), True),
        (record(PUBCHEM, "5040", "rapamycin"), subject("Rapamycin"), True),
        (record(PUBCHEM, "1", "something", synonyms=("rapamycin",)), subject("Rapamycin"), False),
        (record(DRUGBANK, "DB12039", "Epicatechin"), subject("Flavan-3-ols", "epicatechin"), False),
        (record(CHEMBL, "CHEMBL1703", "METFORMIN HYDROCHLORIDE", synonyms=("Metformin",)), subject("Metformin"), False),
    ],
)
def test_who_may_vouch_for_the_subject(known: Record, about: Subject, may: bool) -> None:
    """Not depositors' synonyms, not aliases of the page (a class lists its members), not salts."""
    assert vouches(known, names_of(about)) is may


def test_a_thin_record_does_not_vouch() -> None:
    """It says nothing that could be compared."""
    assert profile(subject("Adapalene"), record(CHEMBL, "CHEMBL1")).anchors == ()


def test_each_record_vouches_once() -> None:
    """The same record comes by its id, by name and by structure."""
    assert profile(subject("Adapalene"), ADAPALENE, DB_ADAPALENE, ADAPALENE).anchors == (ADAPALENE, DB_ADAPALENE)


def test_structures_are_those_of_the_other_records() -> None:
    """A record is not compared with itself."""
    known = profile(subject("Adapalene"), ADAPALENE, DB_ADAPALENE)

    assert known.structures() == {ADAPALENE_KEY: (ADAPALENE, DB_ADAPALENE)}
    assert known.structures(besides=ADAPALENE.reference) == {ADAPALENE_KEY: (DB_ADAPALENE,)}


def test_the_structure_of_the_page_is_searched_after_those_of_authorities() -> None:
    """Its own InChIKey is a claim among others."""
    about = subject("Adapalene")
    known = build_profile(about, (claim("adapalene", "inchikey", FLAT_SIROLIMUS_KEY),), (ADAPALENE,))

    assert known.inchikeys() == (ADAPALENE_KEY, FLAT_SIROLIMUS_KEY)


def test_deposited_synonyms_are_pooled_only_on_demand() -> None:
    """Names that anyone may deposit are kept apart from curated ones."""
    deposited = record(PUBCHEM, "5040", "rapamycin", synonyms=("AGN-PC-00IKSQ",))
    known = profile(subject("Rapamycin"), SIROLIMUS, deposited)

    assert known.pooled_keys(curated=True) == {"rapamycin", "sirolimus"}
    assert known.pooled_keys(curated=False) == {"rapamycin", "sirolimus", "agnpc00iksq"}


def test_a_biologic_is_one_by_the_kind_of_a_record_without_structure() -> None:
    """An antibody proves it; a protein is a biologic too, but may be a peptide with a CID."""
    antibody, protein = profile(subject("Tocilizumab"), TOCILIZUMAB), profile(subject("Anakinra"), ANAKINRA)

    assert (antibody.is_biologic, antibody.biologic()) == (True, TOCILIZUMAB)
    assert (protein.is_biologic, protein.biologic()) == (True, None)


def test_a_structure_makes_a_biologic_a_compound() -> None:
    """Whatever one authority calls it: what has an InChIKey can have a CID."""
    drawn = record(DRUGBANK, "DB99999", "Tocilizumab", inchikey=SIROLIMUS_KEY)
    known = profile(subject("Tocilizumab"), TOCILIZUMAB, drawn)

    assert (known.is_biologic, known.biologic()) == (False, None)


def test_a_small_molecule_is_no_biologic() -> None:
    """Nor is a record that does not say what it is."""
    plain = record(CHEMBL, "CHEMBL1", "PLAIN", kind=Kind.SMALL_MOLECULE)

    assert not profile(subject("Plain"), plain).is_biologic


# Likeness and forms


@pytest.mark.parametrize(
    ("name", "like"),
    [("ESCIN IA", True), ("TAZAROTENIC ACID", False), ("Escinate of lysine", False), ("ASPIRIN", False)],
)
def test_a_word_in_common_is_too_close_to_call_another_substance(name: str, like: bool) -> None:
    """Escin Ia is a part of escin."""
    assert resembles(record(CHEMBL, "CHEMBL1", name), profile(subject("Escin", "horse chestnut"))) is like


def test_a_stem_of_seven_letters_is_a_likeness() -> None:
    """Tazarotenic acid is what becomes of tazarotene."""
    assert resembles(record(CHEMBL, "CHEMBL1201375", "TAZAROTENIC ACID"), profile(subject("Tazarotene")))


@pytest.mark.parametrize(
    ("inchikey", "other", "difference"),
    [
        (FLAT_SIROLIMUS_KEY, SIROLIMUS_KEY, "without stereochemistry"),
        (SIROLIMUS_KEY, FLAT_SIROLIMUS_KEY, "one stereoisomer of it"),
        ("CBQGYUDMJHNJBX-OALUTQOASA-N", "CBQGYUDMJHNJBX-RTBURBONSA-N", "other stereochemistry or isotopes"),
        ("DAYLJWODMCOQEW-WYOJIJJFSA-O", "DAYLJWODMCOQEW-WYOJIJJFSA-N", "other protonation or charge"),
    ],
)
def test_the_second_block_tells_how_forms_differ(inchikey: str, other: str, difference: str) -> None:
    """The first block is the skeleton, the second stereo and isotopes, the last letter protonation."""
    assert describe_form(inchikey, other) == difference


def test_the_same_skeleton_is_found_among_others() -> None:
    """Only the first block counts."""
    assert same_skeleton(FLAT_SIROLIMUS_KEY, [ADAPALENE_KEY, SIROLIMUS_KEY]) == SIROLIMUS_KEY
    assert same_skeleton(FLAT_SIROLIMUS_KEY, [ADAPALENE_KEY]) is None


def test_a_label_says_number_and_name() -> None:
    """A bare CID would read like a count."""
    assert label(METFORMIN) == "CHEMBL1431 METFORMIN"
    assert label(Record("pubchem", Reference(PUBCHEM, "4091"))) == "CID 4091"
