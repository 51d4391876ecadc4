"""The emulated ChEMBL, asked by the client library and by plain HTTP. The salt is synthetic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from chembl_webresource_client.query_set import Model, QuerySet
from chembl_webresource_client.settings import Settings

from tests.emulator import Emulator, World, lookup, molecule, plain

ASPIRIN = molecule(
    "CHEMBL25",
    "ASPIRIN",
    inchikey="BSYNRYMUTXBXSQ-UHFFFAOYSA-N",
    formula="C9H8O4",
    weight="180.16",
    synonyms=["Acetylsalicylic acid", "8-hour bayer"],
    max_phase="4.0",
    first_approval=1950,
)
SODIUM_SALT = molecule("CHEMBL2260549", "ASPIRIN SODIUM", parent="CHEMBL25", inchikey="SYNTHETICSALTA-UHFFFAOYSA-M")
ANAKINRA = molecule("CHEMBL1201570", "ANAKINRA", molecule_type="Protein")
JSON = {"Accept": "application/json"}


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    rows = (ASPIRIN, SODIUM_SALT, ANAKINRA, lookup("CHEMBL203", "TARGET"), lookup("CHEMBL3990002", status="OBS"))
    with Emulator(World.of(*rows)) as running:
        yield running


@pytest.fixture
def molecules(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client library's own query object, pointed at the emulator."""
    settings = Settings.Instance()
    values = {"NEW_CLIENT_URL": emulator.chembl_url, "MAX_LIMIT": 1000, "CACHING": False, "TOTAL_RETRIES": 0}
    for name, value in values.items():
        monkeypatch.setattr(settings, name, value, raising=False)
    return QuerySet(Model("molecule", "molecules", ["json"], True))


def post(emulator: Emulator, resource: str, *pairs: tuple[str, object]) -> dict[str, Any]:
    """The answer to a list asked by POST."""
    reply = plain.post(
        f"{emulator.chembl_url}/{resource}.json", headers={"X-HTTP-Method-Override": "GET"}, json=list(pairs)
    )
    reply.raise_for_status()
    document: dict[str, Any] = reply.json()
    return document


def ids(rows: list[dict[str, Any]]) -> set[str]:
    return {row["molecule_chembl_id"] for row in rows}


def test_many_ids_cost_the_client_one_request(emulator: Emulator, molecules: Any) -> None:
    """A list of ids is one POST, and unknown ids are just missing."""
    asked = ["CHEMBL25", "CHEMBL1201570", *(f"CHEMBL{number}" for number in range(900_000, 900_998))]
    rows = list(molecules.filter(molecule_chembl_id__in=asked))
    assert (ids(rows), emulator.count("chembl")) == ({"CHEMBL25", "CHEMBL1201570"}, 1)


def test_the_client_gets_one_molecule_by_id(molecules: Any) -> None:
    """Detail by id, which the client asks for without a suffix."""
    assert molecules.get("chembl25")["pref_name"] == "ASPIRIN"


def test_the_client_gets_a_set(molecules: Any) -> None:
    """A list of ids given to `get` is a set request, answered without page_meta."""
    assert ids(molecules.get(["CHEMBL25", "CHEMBL1201570", "CHEMBL77"])) == {"CHEMBL25", "CHEMBL1201570"}


def test_quoted_filter_values_are_unquoted(molecules: Any) -> None:
    """The client percent-quotes text inside the JSON; the server undoes it."""
    rows = list(molecules.filter(molecule_synonyms__molecule_synonym__iexact="acetylsalicylic acid"))
    assert ids(rows) == {"CHEMBL25"}


def test_quoted_list_items_are_unquoted(emulator: Emulator) -> None:
    """List items are unquoted as well, although the client does not quote them."""
    answer = post(emulator, "molecule", ("molecule_synonyms__molecule_synonym__in", ["Acetylsalicylic%20acid"]))
    assert ids(answer["molecules"]) == {"CHEMBL25"}


def test_search_finds_hits_and_pads_them(molecules: Any) -> None:
    """A search returns unrelated rows after the hits, so that row 0 alone proves nothing."""
    rows = list(molecules.search("acetylsalicylic"))
    assert (rows[0]["molecule_chembl_id"], len(rows)) == ("CHEMBL25", 3)


@pytest.mark.parametrize(
    ("expression", "value", "expected"),
    [
        ("molecule_chembl_id__in", ["CHEMBL25", "CHEMBL1201570"], {"CHEMBL25", "CHEMBL1201570"}),
        ("molecule_chembl_id__in", ["chembl25"], set()),
        ("molecule_chembl_id", "CHEMBL25", {"CHEMBL25"}),
        ("chembl_id", "CHEMBL25", {"CHEMBL25"}),
        ("pref_name__in", ["ASPIRIN", "anakinra"], {"CHEMBL25"}),
        ("pref_name__exact", "ANAKINRA", {"CHEMBL1201570"}),
        ("pref_name__iexact", "anakinra", {"CHEMBL1201570"}),
        ("pref_name__istartswith", "aspirin", {"CHEMBL25", "CHEMBL2260549"}),
        ("pref_name__isnull", "true", set()),
        ("molecule_structures__standard_inchi_key__in", ["BSYNRYMUTXBXSQ-UHFFFAOYSA-N"], {"CHEMBL25"}),
        ("molecule_synonyms__synonyms__in", ["ACETYLSALICYLIC ACID"], {"CHEMBL25"}),
        ("molecule_synonyms__molecule_synonym__in", ["ACETYLSALICYLIC ACID"], set()),
        ("molecule_hierarchy__parent_chembl_id", "CHEMBL25", {"CHEMBL25", "CHEMBL2260549"}),
        ("max_phase__gte", 3, {"CHEMBL25"}),
    ],
)
def test_filters(emulator: Emulator, expression: str, value: object, expected: set[str]) -> None:
    """Ids and names are compared as spelt; only the `i…` types ignore case."""
    assert ids(post(emulator, "molecule", (expression, value))["molecules"]) == expected


def test_filters_narrow_each_other(emulator: Emulator) -> None:
    """Two filters must both hold."""
    pairs = (("pref_name__istartswith", "aspirin"), ("molecule_hierarchy__parent_chembl_id", "CHEMBL25"))
    assert post(emulator, "molecule", *pairs, ("limit", 1))["page_meta"]["total_count"] == 2


@pytest.mark.parametrize("expression", ["chembl_id__in", "molecule_chembl_id_in", "inchikey"])
def test_unknown_filters_are_ignored_in_silence(emulator: Emulator, expression: str) -> None:
    """The trap: an unknown first path element answers with every molecule."""
    assert post(emulator, "molecule", (expression, ["CHEMBL25"]))["page_meta"]["total_count"] == 3


@pytest.mark.parametrize("expression", ["molecule_structures__standard_inchi", "pref_name__wild", "max_phase__gte"])
def test_bad_lookups_are_loud(emulator: Emulator, expression: str) -> None:
    """A bad lookup on a known field is a 400 with an error message."""
    reply = plain.get(f"{emulator.chembl_url}/molecule.json", params={expression: "x"})
    assert (reply.status_code, list(reply.json())) == (400, ["error_message"])


def test_a_row_has_the_keys_and_types_of_the_wire(emulator: Emulator) -> None:
    """35 alphabetical keys; numbers as text where ChEMBL sends text; flags as numbers and booleans."""
    row = plain.get(f"{emulator.chembl_url}/molecule/CHEMBL25.json").json()
    facts = (len(row), list(row) == sorted(row), row["max_phase"], row["prodrug"], row["oral"])
    assert facts == (35, True, "4.0", -1, False)


def test_a_protein_has_no_structure(emulator: Emulator) -> None:
    """Structures and properties are null, and the structure type says why."""
    row = plain.get(f"{emulator.chembl_url}/molecule/CHEMBL1201570.json").json()
    assert (row["molecule_structures"], row["molecule_properties"], row["structure_type"]) == (None, None, "SEQ")


def test_only_keeps_top_level_keys(emulator: Emulator) -> None:
    """A nested name in `only` keeps the whole parent object."""
    pairs = (("molecule_chembl_id", "CHEMBL25"), ("only", ["pref_name", "molecule_structures__standard_inchi_key"]))
    row = post(emulator, "molecule", *pairs)["molecules"][0]
    assert (list(row), len(row["molecule_structures"])) == (["molecule_structures", "pref_name"], 4)


def test_get_pages_are_linked_by_path(emulator: Emulator) -> None:
    """`next` is a path without host; following it reaches every row, the last page has none."""
    origin = emulator.chembl_url.removesuffix("/chembl/api/data")
    path, seen = "/chembl/api/data/molecule.json?limit=2", set()
    while path:
        page = plain.get(origin + path).json()
        seen |= ids(page["molecules"])
        path = page["page_meta"]["next"]
    assert seen == {"CHEMBL25", "CHEMBL2260549", "CHEMBL1201570"}


def test_previous_page_is_linked(emulator: Emulator) -> None:
    """A later page links back."""
    meta = plain.get(f"{emulator.chembl_url}/molecule.json", params={"limit": 1, "offset": 2}).json()["page_meta"]
    assert meta["previous"] == "/chembl/api/data/molecule.json?limit=1&offset=1"


def test_post_pages_are_not_linked(emulator: Emulator) -> None:
    """By POST the caller counts offsets itself."""
    assert list(post(emulator, "molecule", ("offset", 1))["page_meta"]) == ["limit", "offset", "total_count"]


@pytest.mark.parametrize(("sent", "limit"), [("0", 1000), ("5000", 1000), ("many", 20), ("7", 7)])
def test_limits(emulator: Emulator, sent: str, limit: int) -> None:
    """At most 1,000 rows a page; what cannot be read becomes 20 in silence."""
    assert post(emulator, "molecule", ("limit", sent))["page_meta"]["limit"] == limit


def test_order_by(emulator: Emulator) -> None:
    """Rows come by primary key unless an order is asked for."""
    rows = post(emulator, "molecule", ("order_by", "-pref_name"))["molecules"]
    assert [row["pref_name"] for row in rows] == ["ASPIRIN SODIUM", "ASPIRIN", "ANAKINRA"]


@pytest.mark.parametrize("path", ["molecule/CHEMBL77.json", "molecule/DB00945.json", "nonsense.json", "molecule/a/b/c"])
def test_missing_is_an_empty_page(emulator: Emulator, path: str) -> None:
    """404 comes without a body and calls itself HTML."""
    reply = plain.get(f"{emulator.chembl_url}/{path}")
    assert (reply.status_code, reply.content, reply.headers["content-type"]) == (404, b"", "text/html; charset=utf-8")


def test_outside_the_service_there_is_nothing(emulator: Emulator) -> None:
    """A path outside the root is a plain 404."""
    assert plain.get(emulator.chembl_url.replace("/chembl/api/data", "/other")).status_code == 404


def test_detail_by_inchikey(emulator: Emulator) -> None:
    """A full InChIKey stands for an id in the path."""
    row = plain.get(f"{emulator.chembl_url}/molecule/BSYNRYMUTXBXSQ-UHFFFAOYSA-N.json").json()
    assert row["molecule_chembl_id"] == "CHEMBL25"


def test_set_names_what_it_lacks(emulator: Emulator) -> None:
    """`not_found` is there only when something missed."""
    answer = plain.get(f"{emulator.chembl_url}/molecule/set/CHEMBL25;CHEMBL77.json").json()
    assert (ids(answer["molecules"]), answer["not_found"]) == ({"CHEMBL25"}, ["CHEMBL77"])


def test_lookup_tells_what_a_missing_molecule_is(emulator: Emulator) -> None:
    """Targets, removed and present compounds, in one batch; unknown ids are missing."""
    asked = ["CHEMBL25", "CHEMBL203", "CHEMBL3990002", "CHEMBL77"]
    rows = post(emulator, "chembl_id_lookup", ("chembl_id__in", asked))["chembl_id_lookups"]
    assert {(row["chembl_id"], row["entity_type"], row["status"]) for row in rows} == {
        ("CHEMBL25", "COMPOUND", "ACTIVE"),
        ("CHEMBL203", "TARGET", "ACTIVE"),
        ("CHEMBL3990002", "COMPOUND", "OBS"),
    }


def test_lookup_by_other_fields(emulator: Emulator) -> None:
    """The lookup is filtered by kind and status, too."""
    rows = post(emulator, "chembl_id_lookup", ("entity_type", "COMPOUND"), ("status", "OBS"))["chembl_id_lookups"]
    assert [row["chembl_id"] for row in rows] == ["CHEMBL3990002"]


def test_lookup_detail(emulator: Emulator) -> None:
    """One row, in the shape that was recorded."""
    row = plain.get(f"{emulator.chembl_url}/chembl_id_lookup/CHEMBL203.json").json()
    assert row == {
        "chembl_id": "CHEMBL203",
        "entity_type": "TARGET",
        "last_active": 37,
        "resource_url": "/chembl/api/data/target/CHEMBL203",
        "status": "ACTIVE",
    }


def test_downgraded_molecules_are_hidden(emulator: Emulator) -> None:
    """A molecule that the lookup calls INACTIVE has no molecule row."""
    emulator.world.add(lookup("CHEMBL25", status="INACTIVE"))
    assert plain.get(f"{emulator.chembl_url}/molecule/CHEMBL25.json").status_code == 404


def test_a_family_of_forms(emulator: Emulator) -> None:
    """Salt and parent are one family, reached from either."""
    forms = plain.get(f"{emulator.chembl_url}/molecule_form/CHEMBL2260549.json").json()["molecule_forms"]
    assert {(form["molecule_chembl_id"], form["is_parent"]) for form in forms} == {
        ("CHEMBL25", True),
        ("CHEMBL2260549", False),
    }


def test_forms_of_an_unknown_molecule(emulator: Emulator) -> None:
    """An unknown id has no family: 404."""
    assert plain.get(f"{emulator.chembl_url}/molecule_form/CHEMBL77.json").status_code == 404


@pytest.mark.parametrize(
    ("expression", "count"), [("molecule_chembl_id__in", 2), ("parent_chembl_id__in", 2), ("nonsense", 0)]
)
def test_forms_by_list(emulator: Emulator, expression: str, count: int) -> None:
    """Forms can be asked for by member or by parent."""
    answer = post(emulator, "molecule_form", (expression, ["CHEMBL25", "CHEMBL2260549"]))
    assert len(answer["molecule_forms"]) == count


def test_status_names_the_release(emulator: Emulator) -> None:
    """The release is found in status, misspelt key and all."""
    status = plain.get(f"{emulator.chembl_url}/status.json").json()
    assert (status["chembl_db_version"], "disinct_compounds" in status) == ("ChEMBL_37", True)


def test_spore_describes_the_models(emulator: Emulator) -> None:
    """What the client library reads at import."""
    methods = plain.get(f"{emulator.chembl_url}/spore").json()["methods"]
    assert methods["GET_molecule_api_dispatch_detail"]["collection_name"] == "molecules"


def test_without_asking_for_json_xml_comes(emulator: Emulator) -> None:
    """The default format is XML."""
    reply = plain.get(f"{emulator.chembl_url}/molecule/CHEMBL25")
    assert reply.headers["content-type"] == "application/xml"


@pytest.mark.parametrize("how", [{"headers": JSON}, {"params": {"format": "json"}}])
def test_json_can_be_asked_for_without_suffix(emulator: Emulator, how: dict[str, dict[str, str]]) -> None:
    """By the Accept header or by the format parameter."""
    reply = plain.get(f"{emulator.chembl_url}/molecule/CHEMBL25", **how)  # type: ignore[arg-type]  # one of two keywords
    assert reply.json()["pref_name"] == "ASPIRIN"


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_other_methods_are_not_allowed(emulator: Emulator, method: str) -> None:
    """A POST needs the header that makes it a GET."""
    assert plain.request(method, f"{emulator.chembl_url}/molecule.json", json=[]).status_code == 405


@pytest.mark.parametrize("body", [b'{"limit": 1}', b"limit=1", b"[1, 2]"])
def test_a_body_must_be_a_list_of_pairs(emulator: Emulator, body: bytes) -> None:
    """Anything else is a 400."""
    url = f"{emulator.chembl_url}/molecule.json"
    reply = plain.post(url, content=body, headers={"X-HTTP-Method-Override": "GET"})
    assert (reply.status_code, "not serialised" in reply.json()["error_message"]) == (400, True)


def test_too_many_fields(emulator: Emulator) -> None:
    """`__in` goes as one list, not as many keys."""
    pairs = [["molecule_chembl_id__in", "CHEMBL25"]] * 1001
    url = f"{emulator.chembl_url}/molecule.json"
    assert plain.post(url, json=pairs, headers={"X-HTTP-Method-Override": "GET"}).status_code == 400


def test_short_search_is_refused(emulator: Emulator) -> None:
    """A search needs three characters."""
    reply = plain.get(f"{emulator.chembl_url}/molecule/search.json", params={"q": "as"})
    assert reply.json() == {"error_message": "Search query too short"}


def test_in_a_partial_world_unknown_ids_are_thin(emulator: Emulator) -> None:
    """An id that an incomplete world lacks has a row without name and structure, and an active lookup."""
    emulator.world.partial = True
    row = post(emulator, "molecule", ("molecule_chembl_id__in", ["CHEMBL77"]))["molecules"][0]
    status = plain.get(f"{emulator.chembl_url}/chembl_id_lookup/CHEMBL77.json").json()["status"]
    assert (row["pref_name"], row["molecule_structures"], status) == (None, None, "ACTIVE")
