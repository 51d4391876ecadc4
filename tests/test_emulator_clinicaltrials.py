"""The emulated ClinicalTrials.gov, asked by httpx."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator import Emulator, World, plain, study
from tests.emulator.essie import BadQuery, read_query

ANAKINRA = study(
    "NCT00000010",
    "Interleukin-1 blockade",
    "RECRUITING",
    [{"type": "BIOLOGICAL", "name": "Anakinra 100 mg", "otherNames": ["Kineret"]}],
    conditions=["Gout"],
    secondary_ids=["2010-01234-56"],
    phases=["PHASE1", "PHASE2"],
)
MENTION = study("NCT00000011", "Canakinumab", "COMPLETED", ["Canakinumab"], summary="Compared with anakinra (daily).")
OTHER = study("NCT00000012", "Metformin in ageing", "UNKNOWN", ["Metformin"], last_known_status="RECRUITING")
MERGED = study("NCT00010647", "The study that stayed", aliases=["NCT00009113"])


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(World.of(ANAKINRA, MENTION, OTHER, MERGED)) as running:
        yield running


def search(emulator: Emulator, **parameters: str) -> Any:
    named = {name.replace("__", "."): value for name, value in parameters.items()}
    reply = plain.get(f"{emulator.clinicaltrials_url}/studies", params=named)
    return reply.json() if reply.status_code == 200 else (reply.status_code, reply.text)


def found(answer: Any) -> list[str]:
    return [row["protocolSection"]["identificationModule"]["nctId"] for row in answer["studies"]]


def test_version(emulator: Emulator) -> None:
    """API version and the moment of the data, without zone letter."""
    answer = plain.get(f"{emulator.clinicaltrials_url}/version").json()
    assert answer == {"apiVersion": "2.0.5", "dataTimestamp": "2026-03-25T09:00:05"}


def test_keys_without_value_are_omitted(emulator: Emulator) -> None:
    """Never null, never empty."""
    row = plain.get(f"{emulator.clinicaltrials_url}/studies/NCT00000012").json()
    modules = row["protocolSection"]
    assert "descriptionModule" not in modules
    assert modules["statusModule"]["lastKnownStatus"] == "RECRUITING"
    assert modules["designModule"] == {"studyType": "INTERVENTIONAL"}


@pytest.mark.parametrize("spelling", ["NCT00000010", "nct00000010", "NCT10", "NCT0000000010"])
def test_ids_are_read_tolerantly(emulator: Emulator, spelling: str) -> None:
    """Case and leading zeros do not count; the answer has the canonical number."""
    row = plain.get(f"{emulator.clinicaltrials_url}/studies/{spelling}").json()
    assert row["protocolSection"]["identificationModule"]["nctId"] == "NCT00000010"


@pytest.mark.parametrize(
    ("identifier", "status", "text"),
    [
        ("NCT99999999", 404, "NCT number NCT99999999 not found"),
        ("NCT00000000", 400, "Parameter `nctId` has incorrect format"),
        ("DB00026", 400, "Parameter `nctId` has incorrect format"),
    ],
)
def test_errors_are_plain_text(emulator: Emulator, identifier: str, status: int, text: str) -> None:
    """As quoted from live answers."""
    reply = plain.get(f"{emulator.clinicaltrials_url}/studies/{identifier}")
    assert (reply.status_code, reply.text, reply.headers["content-type"][:10]) == (status, text, "text/plain")


def test_an_alias_redirects(emulator: Emulator) -> None:
    """301 to the study that stayed, the query kept."""
    reply = plain.get(f"{emulator.clinicaltrials_url}/studies/NCT00009113?fields=NCTId")
    assert (reply.status_code, reply.headers["location"]) == (301, "/api/v2/studies/NCT00010647?fields=NCTId")


def test_a_followed_alias_answers_with_another_number(emulator: Emulator) -> None:
    """So that the asked number must be compared."""
    row = plain.get(f"{emulator.clinicaltrials_url}/studies/NCT00009113", follow_redirects=True).json()
    assert row["protocolSection"]["identificationModule"]["nctId"] == "NCT00010647"


def test_batch_leaves_out_unknown_and_alias(emulator: Emulator) -> None:
    """Well-formed numbers that are not there are just missing, whatever separates them."""
    answer = search(emulator, filter__ids="NCT00000010|NCT99999999|NCT00009113,nct12")
    assert found(answer) == ["NCT00000010", "NCT00000012"]


def test_one_bad_number_spoils_a_batch(emulator: Emulator) -> None:
    """The whole batch is a 400."""
    assert search(emulator, filter__ids="NCT00000010|NCT00000000") == (
        400,
        "Parameter `filter.ids` has incorrect format",
    )


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("anakinra", ["NCT00000010", "NCT00000011"]),
        ("Kineret", ["NCT00000010"]),
        ('"anakinra 100"', ["NCT00000010"]),
        ('"anakinra" OR "metformin"', ["NCT00000010", "NCT00000011", "NCT00000012"]),
        ("(anakinra OR metformin) AND NOT canakinumab", ["NCT00000010", "NCT00000012"]),
        ("anakin", []),
    ],
)
def test_intervention_search(emulator: Emulator, query: str, numbers: list[str]) -> None:
    """Whole words in interventions, other names, titles and descriptions: a hit need not be an intervention."""
    assert found(search(emulator, query__intr=query)) == numbers


@pytest.mark.parametrize(
    ("area", "query", "numbers"),
    [
        ("titles", "blockade", ["NCT00000010"]),
        ("titles", "kineret", []),
        ("cond", "gout", ["NCT00000010"]),
        ("id", "2010-01234-56", ["NCT00000010"]),
        ("id", "NCT00009113", ["NCT00010647"]),
        ("term", "metformin", ["NCT00000012"]),
    ],
)
def test_other_areas(emulator: Emulator, area: str, query: str, numbers: list[str]) -> None:
    """Each area looks into its own fields."""
    assert found(search(emulator, **{f"query__{area}": query})) == numbers


@pytest.mark.parametrize("text", ["(anakinra", "anakinra)", 'an"akinra', "a [b]", "x:y", "OR", "a NOT", ""])
def test_reserved_characters_are_syntax_errors(text: str) -> None:
    """Names must be quoted."""
    with pytest.raises(BadQuery, match="Error parsing query in intr"):
        read_query("intr", text)


def test_unknown_area(emulator: Emulator) -> None:
    """What is not emulated says so."""
    assert search(emulator, query__lead="x") == (400, "query.lead is not emulated")


def test_status_filter(emulator: Emulator) -> None:
    """One or more statuses."""
    assert found(search(emulator, filter__overallStatus="RECRUITING|UNKNOWN")) == ["NCT00000010", "NCT00000012"]


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"filter__overallStatus": "BAD"}, "Invalid value in parameter `overallStatus`: `BAD`"),
        ({"sort": "a:b"}, "Item 1 in parameter `sort` has incorrect format"),
        ({"pageSize": "ten"}, "Parameter `pageSize` has incorrect format"),
        ({"pageToken": "!"}, "Parameter `pageToken` has incorrect format"),
        ({"fields": "Colour"}, "Parameter 'fields' contains invalid field name: 'Colour'"),
    ],
)
def test_bad_parameters(emulator: Emulator, parameters: dict[str, str], text: str) -> None:
    """400 with a text that names the parameter."""
    assert search(emulator, **parameters) == (400, text)


def test_classic_field_names_make_the_server_stumble(emulator: Emulator) -> None:
    """500, which looks transient and is not."""
    assert search(emulator, fields="ConditionList")[0] == 500


def test_pages(emulator: Emulator) -> None:
    """The total stands on the first page only, the token is absent on the last."""
    first = search(emulator, pageSize="3", countTotal="true")
    last = search(emulator, pageSize="3", countTotal="true", pageToken=first["nextPageToken"])
    assert (first["totalCount"], list(last), len(found(first) + found(last))) == (4, ["studies"], 4)


def test_a_token_belongs_to_its_query(emulator: Emulator) -> None:
    """Changing a parameter between pages is an error."""
    token = search(emulator, pageSize="3")["nextPageToken"]
    assert search(emulator, pageSize="2", pageToken=token)[0] == 400


@pytest.mark.parametrize(("size", "rows"), [(None, 10), ("0", 0), ("1000", 1000), ("5000", 1000)])
def test_page_size(size: str | None, rows: int) -> None:
    """Ten unless asked, never more than 1,000."""
    world = World.of(*(study(f"NCT{number:08d}", "t") for number in range(1, 1003)))
    with Emulator(world) as emulator:
        answer = search(emulator, **({"pageSize": size} if size else {}))
    assert len(answer["studies"]) == rows


def test_leaf_fields_strip_their_siblings(emulator: Emulator) -> None:
    """Name without type; everything else is gone."""
    answer = search(emulator, fields="NCTId|InterventionName", filter__ids="NCT00000010")
    assert answer["studies"] == [
        {
            "protocolSection": {
                "identificationModule": {"nctId": "NCT00000010"},
                "armsInterventionsModule": {"interventions": [{"name": "Anakinra 100 mg"}]},
            }
        }
    ]


@pytest.mark.parametrize("field", ["StatusModule", "protocolSection.statusModule", "StatusModule|OverallStatus"])
def test_module_fields_keep_the_module(emulator: Emulator, field: str) -> None:
    """A module by piece name or by dotted path, whatever leaf stands beside it."""
    answer = search(emulator, fields=field, filter__ids="NCT00000010")
    assert answer["studies"] == [{"protocolSection": {"statusModule": ANAKINRA["protocolSection"]["statusModule"]}}]


def test_only_get(emulator: Emulator) -> None:
    """The API is read-only."""
    assert plain.post(f"{emulator.clinicaltrials_url}/studies").status_code == 405


def test_unknown_path(emulator: Emulator) -> None:
    """404 for what is not emulated."""
    assert plain.get(f"{emulator.clinicaltrials_url}/stats/size").status_code == 404


@pytest.mark.parametrize(("statuses", "expected"), [({}, "UNKNOWN"), ({"NCT00000077": "TERMINATED"}, "TERMINATED")])
def test_in_a_partial_world_unknown_studies_exist(emulator: Emulator, statuses: dict[str, str], expected: str) -> None:
    """A number that an incomplete world lacks is a study that calls itself synthetic."""
    emulator.world.partial = True
    emulator.world.statuses = statuses
    modules = search(emulator, filter__ids="NCT00000077")["studies"][0]["protocolSection"]
    facts = (modules["identificationModule"]["briefTitle"], modules["statusModule"]["overallStatus"])
    assert facts == ("(synthetic) NCT00000077", expected)
