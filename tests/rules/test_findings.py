"""What findings carry beside their sentence: the replies they rest on, and a proposal that no other one contradicts."""

import pytest

from canonid.identifiers import DRUGBANK, Reference
from canonid.model import GAP, Finding, Gap, Page, Place, Record, Status
from canonid.reconcile import judge_case
from tests.rules.records import ADAPALENE, DB_ADAPALENE, ERTAPENEM, METFORMIN, case, page, record

WRONG = page("Adapalene", chembl_id="CHEMBL1232", drugbank_id="DB00210")


def findings(about: Page, *records: Record) -> list[Finding]:
    return judge_case(case(about, *records))[1]


def shown(finding: Finding) -> list[str]:
    return [f"{reply.authority} {reply.question.key}" for reply in finding.evidence]


def test_a_finding_rests_on_the_record_that_it_proposes_too() -> None:
    """And on the one that has the same structure: whoever reads the finding can open all three."""
    (finding,) = findings(WRONG, ERTAPENEM, ADAPALENE, DB_ADAPALENE)

    assert shown(finding) == [
        "chembl id:chembl.compound:CHEMBL1232",
        "chembl inchikey:LZCDAPDGXCYOEH-UHFFFAOYSA-N",
        "drugbank id:drugbank:DB00210",
    ]


def test_a_gap_rests_on_what_settles_its_claims() -> None:
    """A curator who closes the tag wants to see the record."""
    about = page("Adapalene", chembl_id="CHEMBL1265")
    gap = Gap(Place("adapalene.md", 9, 1), f"- ChEMBL ID still to be checked {GAP}")
    tagged = Page(about.path, about.subject, about.claims, gaps=(gap,))

    (finding,) = [item for item in findings(tagged, ADAPALENE) if item.code == "ID405"]

    assert shown(finding) == ["chembl id:chembl.compound:CHEMBL1265"]


def test_two_tags_for_one_identifier_are_one_finding() -> None:
    """Reports, issues and waivers know a finding by its fingerprint, which holds no line."""
    about = page("Adapalene", chembl_id="CHEMBL1265")
    places = [Place("adapalene.md", line, 1) for line in (9, 30)]
    gaps = tuple(Gap(place, f"- ChEMBL ID still to be checked {GAP}") for place in places)

    found = findings(Page(about.path, about.subject, about.claims, gaps=gaps), ADAPALENE)

    assert [(item.place, item.also) for item in found if item.code == "ID405"] == [(places[0], (places[1],))]


def test_the_spelling_of_a_wrong_identifier_is_no_proposal() -> None:
    """Two values for one claim would both be sure."""
    wrong = page("Adapalene", chembl_id="chembl1232", drugbank_id="DB00210")
    right = page("Metformin", chembl_id="chembl1431")

    of_wrong = {item.code: item.proposal for item in findings(wrong, ERTAPENEM, ADAPALENE, DB_ADAPALENE)}
    (of_right,) = findings(right, METFORMIN)

    assert of_wrong["ID103"] is None
    assert of_wrong["ID301"] is not None
    assert of_right.proposal is not None
    assert of_right.proposal.value == "CHEMBL1431"


@pytest.mark.parametrize("written", ["db02439", "db09999"])
def test_the_spelling_of_an_accession_that_was_replaced_or_never_given_is_no_proposal(written: str) -> None:
    """The current one may be, and for what does not exist there is none."""
    current = Reference(DRUGBANK, "DB00877")
    old = record(DRUGBANK, "DB02439", "Sirolimus", status=Status.SECONDARY, replaced_by=current)

    found = findings(page("Sirolimus", drugbank_id=written), old)

    assert [item.proposal for item in found if item.code == "ID103"] == [None]
