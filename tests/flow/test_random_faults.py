"""Some five hundred requests that fail by chance, over real runs: nothing lost, nothing wrong, nobody pestered.

`benchmarks/faults.py` does the same with more than ten thousand.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator import faults
from tests.emulator.faults import Fault
from tests.emulator.wire import AUTHORITIES, AuthorityName
from tests.flow.weather import Place, Said, endure, face_the_dead, open_place

QUICK = 0.1
"""Seconds of deadline: what is slower is one more failure."""
_PAGES = 24


@pytest.fixture(scope="module")
def calm_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, Said]]:
    """A corpus with its services, and what is true of it."""
    with open_place(3, _PAGES, tmp_path_factory.mktemp("weather")) as place:
        yield place, place.run(place.new_store(), 30.0)


def test_in_fair_weather_the_claims_are_what_they_were_drawn_to_be(calm_place: tuple[Place, Said]) -> None:
    """Right, wrong, missing, removed, of another kind, of another form: otherwise the rest would prove nothing."""
    place, truth = calm_place
    expected = {}
    for substance in place.substances:
        for text, verdict in (
            (substance.chembl, "confirmed"),
            (substance.salt_chembl, "discrepant"),
            (f"CHEMBL{7000 + substance.number}", "discrepant"),
            (f"CHEMBL{8000 + substance.number}", "discrepant"),
            ("CHEMBL999999", "discrepant"),
        ):
            expected[substance.name, text] = verdict
    told = {
        (subject, text): verdict
        for (subject, name, text, _), verdict in truth.verdicts.items()
        if name == "chembl-id" and text is not None
    }
    drawn = {key: verdict for key, verdict in told.items() if key in expected}
    assert drawn == {key: expected[key] for key in drawn}
    assert set(drawn.values()) == {"confirmed", "discrepant"}
    assert {verdict for key, verdict in told.items() if key not in expected} <= {"discrepant", "undetermined"}


@pytest.mark.parametrize("seed", [1, 2])
def test_random_faults_lose_nothing_and_make_nothing_wrong(seed: int, tmp_path: Path) -> None:
    """Every verdict is the true one or a doubt; run again until all is answered, and all is as if nothing had been."""
    with open_place(seed, _PAGES, tmp_path) as place:
        truth = place.run(place.new_store(), 30.0)
        assert endure(place, 0.65, seed, truth, deadline=QUICK) == []
        assert place.tally.total > 200


@pytest.mark.parametrize(
    "fault", [faults.REFUSED, faults.HTTP_503_HTML, faults.HTML_200, faults.WRONG_KEYS, faults.REDIRECT_LOOP], ids=str
)
def test_the_dead_are_left_alone(calm_place: tuple[Place, Said], fault: Fault) -> None:
    """With all authorities down a run makes a handful of requests, decides nothing and ends."""
    place, truth = calm_place
    assert face_the_dead(place, fault, truth, deadline=QUICK) == []


@pytest.mark.parametrize("name", AUTHORITIES)
def test_one_that_is_down_makes_no_verdict_of_the_others_wrong(
    calm_place: tuple[Place, Said], name: AuthorityName
) -> None:
    """What the silent one would have contradicted is a doubt, not a confirmation."""
    place, truth = calm_place
    assert face_the_dead(place, faults.REFUSED, truth, deadline=5.0, names=[name]) == []
