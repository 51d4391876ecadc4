"""The emulated PubChem, asked by PubChemPy and by plain HTTP. The salts and the SIDs are synthetic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pubchempy
import pytest

from tests.emulator import Emulator, World, compound, plain
from tests.emulator.limits import SlidingWindow

ASPIRIN = compound(
    2244,
    "Aspirin",
    "BSYNRYMUTXBXSQ-UHFFFAOYSA-N",
    "C9H8O4",
    "180.16",
    ["aspirin", "ACETYLSALICYLIC ACID", "50-78-2"],
    SMILES="CC(=O)OC1=CC=CC=C1C(=O)O",
    ConnectivitySMILES="CC(=O)OC1=CC=CC=C1C(=O)O",
    charge=0,
)
SALT = compound(23666729, "Aspirin sodium", "SYNTHETICSALTA-UHFFFAOYSA-M", parent=2244)
OTHER_SALT = compound(9, "Aspirin potassium", "SYNTHETICSALTA-UHFFFAOYSA-N")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """A small PubChem; PubChemPy is pointed at it."""
    world = World.of(ASPIRIN, SALT, OTHER_SALT)
    world.preferred[4644] = 135398752
    world.names["tocilizumab"] = [10150081]
    world.deposits.update({"DB00945": {46508175: [2244]}, "DB00026": {46504999: []}})
    world.registry["DB00945"] = [2244]
    with Emulator(world) as running:
        monkeypatch.setattr(pubchempy, "API_BASE", running.pubchem_url)
        yield running


def get(emulator: Emulator, path: str) -> Any:
    return plain.get(f"{emulator.pubchem_url}/{path}").json()


def test_properties_of_many_cids_cost_pubchempy_one_request(emulator: Emulator) -> None:
    """A batch is one POST; a CID that does not exist is dropped."""
    rows = pubchempy.get_properties(["Title", "InChIKey"], [2244, 23666729, 999999999])
    assert ([row["CID"] for row in rows], emulator.count("pubchem")) == ([2244, 23666729], 1)


def test_property_types(emulator: Emulator) -> None:
    """Weights are text, CIDs and charges numbers; what is not known is a missing key, not null."""
    row = get(emulator, "compound/cid/2244/property/MolecularWeight,Charge,XLogP/JSON")["PropertyTable"]["Properties"][
        0
    ]
    assert row == {"CID": 2244, "MolecularWeight": "180.16", "Charge": 0}


@pytest.mark.parametrize(("asked", "key"), [("CanonicalSMILES", "ConnectivitySMILES"), ("IsomericSMILES", "SMILES")])
def test_old_property_names_answer_under_the_new_key(emulator: Emulator, asked: str, key: str) -> None:
    """The rename of 2025."""
    row = get(emulator, f"compound/cid/2244/property/{asked}/JSON")["PropertyTable"]["Properties"][0]
    assert list(row) == ["CID", key]


def test_unknown_property(emulator: Emulator) -> None:
    """A property that does not exist is a bad request."""
    assert get(emulator, "compound/cid/2244/property/Colour/JSON")["Fault"]["Code"] == "PUGREST.BadRequest"


def test_unknown_cids_can_answer_as_thin_rows(emulator: Emulator) -> None:
    """The other manner seen: a row with only the CID."""
    emulator.world.unknown_cids = "thin"
    rows = pubchempy.get_properties("Title", [2244, 999999999])
    assert rows == [{"CID": 2244, "Title": "Aspirin"}, {"CID": 999999999}]


@pytest.mark.parametrize("manner", ["dropped", "thin"])
def test_nothing_but_unknown_cids_is_not_found(emulator: Emulator, manner: Any) -> None:
    """When nothing matches the answer is a 404, in either manner."""
    emulator.world.unknown_cids = manner
    with pytest.raises(pubchempy.NotFoundError):
        pubchempy.request([999999998, 999999999], "cid", operation="property/Title")


def test_a_nonlive_cid_answers_thin(emulator: Emulator) -> None:
    """A retired CID has a row with nothing in it."""
    assert pubchempy.get_properties("Title", [2244, 4644])[1] == {"CID": 4644}


@pytest.mark.parametrize(
    ("kind", "cids", "expected"),
    [
        ("preferred", "4644,2244", [135398752, 2244]),
        ("original", "4644", [4644]),
        ("parent", "23666729", [2244]),
        ("same_connectivity", "9", [23666729, 9]),
    ],
)
def test_related_cids(emulator: Emulator, kind: str, cids: str, expected: list[int]) -> None:
    """`cids_type` maps CIDs to CIDs, flat."""
    assert pubchempy.get_cids(cids, "cid", cids_type=kind) == expected


@pytest.mark.parametrize("query", ["cids_type=parent", "cids_type=component"])
def test_a_retired_cid_has_no_relations_but_preferred(emulator: Emulator, query: str) -> None:
    """Parent and component of a non-live CID are a fault."""
    assert get(emulator, f"compound/cid/4644/cids/JSON?{query}")["Fault"]["Code"] == "PUGREST.NotFound"


def test_grouped_relations_are_not_emulated(emulator: Emulator) -> None:
    """Nobody recorded their shape, so nothing may rest on it."""
    assert plain.get(f"{emulator.pubchem_url}/compound/cid/2244/cids/JSON?list_return=grouped").status_code == 501


@pytest.mark.parametrize(
    ("name", "namespace", "expected"),
    [
        ("aspirin", "name", [2244]),
        ("acetylsalicylic acid", "name", [2244]),
        ("tocilizumab", "name", [10150081]),
        ("anakinra", "name", []),
        ("aspirin,aspirin sodium", "name", []),
        ("BSYNRYMUTXBXSQ-UHFFFAOYSA-N", "inchikey", [2244]),
        ("CC(=O)OC1=CC=CC=C1C(=O)O", "smiles", [2244]),
        ("C", "smiles", [0]),
    ],
)
def test_cids_by(emulator: Emulator, name: str, namespace: str, expected: list[int]) -> None:
    """Names one at a time and in any case, InChIKeys, structures (0: not in the database)."""
    assert pubchempy.get_cids(name, namespace) == expected


def test_inchikeys_can_be_batched(emulator: Emulator) -> None:
    """Several InChIKeys in one request; which CID belongs to which shows their own InChIKey."""
    keys = "BSYNRYMUTXBXSQ-UHFFFAOYSA-N,SYNTHETICSALTA-UHFFFAOYSA-M"
    rows = pubchempy.get_properties("InChIKey", keys, "inchikey")
    assert [row["CID"] for row in rows] == [2244, 23666729]


def test_names_by_word(emulator: Emulator) -> None:
    """`name_type=word` finds longer names, too."""
    assert set(pubchempy.get_cids("aspirin", "name", name_type="word")) == {2244, 23666729, 9}


def test_the_not_found_fault(emulator: Emulator) -> None:
    """As quoted from live answers."""
    reply = plain.get(f"{emulator.pubchem_url}/compound/name/anakinra/cids/JSON")
    assert (reply.status_code, reply.json()) == (
        404,
        {
            "Fault": {
                "Code": "PUGREST.NotFound",
                "Message": "No CID found",
                "Details": ["No CID found that matches the given name"],
            }
        },
    )


def test_faults_can_be_text(emulator: Emulator) -> None:
    """Where text was asked for, the fault is text."""
    text = plain.get(f"{emulator.pubchem_url}/compound/name/anakinra/cids/TXT").text
    assert text.startswith("Status: 404\nCode: PUGREST.NotFound\nMessage: No CID found")


@pytest.mark.parametrize(
    ("path", "first"), [("compound/name/aspirin/cids/TXT", "2244"), ("compound/cid/2244/synonyms/TXT", "aspirin")]
)
def test_lists_as_text(emulator: Emulator, path: str, first: str) -> None:
    """One value a line."""
    assert plain.get(f"{emulator.pubchem_url}/{path}").text.splitlines()[0] == first


def test_synonyms(emulator: Emulator) -> None:
    """A compound without synonyms lacks the key."""
    entries = get(emulator, "compound/cid/2244,9/synonyms/JSON")["InformationList"]["Information"]
    assert entries == [{"CID": 2244, "Synonym": ["aspirin", "ACETYLSALICYLIC ACID", "50-78-2"]}, {"CID": 9}]


@pytest.mark.parametrize(
    ("operation", "entry"),
    [
        ("xrefs/RegistryID,RN", {"CID": 2244, "RegistryID": ["DB00945"], "RN": ["50-78-2"]}),
        ("sids", {"CID": 2244, "SID": [46508175]}),
        ("description", {"CID": 2244, "Title": "Aspirin"}),
    ],
)
def test_information_lists(emulator: Emulator, operation: str, entry: dict[str, object]) -> None:
    """What depositors say about a compound."""
    assert get(emulator, f"compound/cid/2244/{operation}/JSON") == {"InformationList": {"Information": [entry]}}


def test_registry_ids_lead_to_cids(emulator: Emulator) -> None:
    """By GET, as PubChemPy asks for cross-references."""
    assert pubchempy.get_cids("DB00945", "RegistryID", searchtype="xref") == [2244]


def test_registry_numbers_lead_to_cids(emulator: Emulator) -> None:
    """A CAS number is one of the names."""
    assert get(emulator, "compound/xref/RN/50-78-2/cids/JSON") == {"IdentifierList": {"CID": [2244]}}


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("substance/sourceid/DrugBank/DB00945/sids/JSON", {"IdentifierList": {"SID": [46508175]}}),
        (
            "substance/sourceid/DrugBank/DB00945/cids/JSON",
            {"InformationList": {"Information": [{"SID": 46508175, "CID": [2244]}]}},
        ),
        ("substance/sourceid/DrugBank/DB00945/cids/JSON?list_return=flat", {"IdentifierList": {"CID": [2244]}}),
        ("substance/sid/46508175/cids/JSON", {"InformationList": {"Information": [{"SID": 46508175, "CID": [2244]}]}}),
        ("substance/sourceid/DrugBank/DB00026/sids/JSON", {"IdentifierList": {"SID": [46504999]}}),
    ],
)
def test_substances(emulator: Emulator, path: str, answer: object) -> None:
    """What DrugBank deposited; a biologic has a SID and no CID."""
    assert get(emulator, path) == answer


@pytest.mark.parametrize(
    "path",
    [
        "substance/sourceid/DrugBank/DB00026/cids/JSON",
        "substance/sourceid/DrugBank/DB99999/sids/JSON",
        "substance/sourceid/Nobody/DB00026/sids/JSON",
        "substance/sid/1/cids/JSON",
    ],
)
def test_substances_that_are_not_there(emulator: Emulator, path: str) -> None:
    """All of these are NotFound."""
    assert get(emulator, path)["Fault"]["Code"] == "PUGREST.NotFound"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("protein/x/JSON", 400),
        ("compound/cid/abc/cids/JSON", 400),
        ("compound/cid/0/cids/JSON", 400),
        ("compound/cid/2244/property/Title/PNG", 405),
        ("compound/cid/2244/property/Title/TXT", 400),
        ("compound/cid/2244/nonsense/JSON", 400),
        ("compound/formula/C9H8O4/cids/JSON", 501),
        ("substance/sid/46508175/synonyms/JSON", 501),
    ],
)
def test_requests_that_are_refused(emulator: Emulator, path: str, status: int) -> None:
    """Faults carry the documented status."""
    assert plain.get(f"{emulator.pubchem_url}/{path}").status_code == status


def test_a_post_without_the_form_type_is_refused(emulator: Emulator) -> None:
    """The form's media type is obligatory."""
    reply = plain.post(f"{emulator.pubchem_url}/compound/cid/property/Title/JSON", content=b"cid=2244")
    assert reply.status_code == 400


def test_a_post_without_its_argument_is_refused(emulator: Emulator) -> None:
    """The form must hold the namespace of the path."""
    url = f"{emulator.pubchem_url}/compound/cid"
    assert plain.post(url + "/JSON", content=b"name=x", headers=FORM).status_code == 400


def test_other_methods_are_refused(emulator: Emulator) -> None:
    """Only GET and POST."""
    assert plain.request("PUT", f"{emulator.pubchem_url}/compound/cid/2244/cids/JSON").status_code == 405


def test_a_name_may_be_a_query_argument(emulator: Emulator) -> None:
    """Names with a slash go there."""
    assert get(emulator, "compound/name/cids/JSON?name=aspirin") == {"IdentifierList": {"CID": [2244]}}


def test_records_hold_the_identity(emulator: Emulator) -> None:
    """PubChemPy's own record object can be built, without atoms."""
    assert pubchempy.Compound.from_cid(2244).inchikey == "BSYNRYMUTXBXSQ-UHFFFAOYSA-N"


@pytest.mark.parametrize("path", ["compound/cid/2244/cids/JSON", "compound/name/anakinra/cids/JSON"])
def test_every_answer_carries_the_throttle_header(emulator: Emulator, path: str) -> None:
    """Answers and faults alike."""
    reply = plain.get(f"{emulator.pubchem_url}/{path}")
    assert reply.headers["X-Throttling-Control"].startswith("Request Count status: Green (0%), Request Time status:")


def test_in_a_partial_world_unknown_cids_are_thin(emulator: Emulator) -> None:
    """A CID that an incomplete world lacks exists without properties; searches still find nothing."""
    emulator.world.partial = True
    answers = (pubchempy.get_properties("Title", 77), pubchempy.get_cids(77, "cid", cids_type="preferred"))
    assert (*answers, pubchempy.get_cids("anakinra", "name")) == ([{"CID": 77}], [77], [])


def test_the_sixth_request_in_a_second_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With limits on: 503 ServerBusy and a red header."""
    with Emulator(World.of(ASPIRIN), pubchem_limits=True) as emulator, plain.Client() as client:
        replies = [client.get(f"{emulator.pubchem_url}/compound/cid/2244/cids/JSON") for _ in range(6)]
        found = ([reply.status_code for reply in replies], "Red" in replies[-1].headers["X-Throttling-Control"])
    assert (found, emulator.refusals) == (([200, 200, 200, 200, 200, 503], True), 1)


def test_evenly_spaced_requests_are_admitted_up_to_400_a_minute() -> None:
    """Five a second pass one window; the other ends at 400."""
    window = SlidingWindow()
    assert sum(window.admits(number * 0.25) for number in range(200)) == 200
    window = SlidingWindow(a_second=50)
    assert sum(window.admits(number * 0.125) for number in range(480)) == 400
