"""One small request to each authority: what it shows, and what is said when it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from canonid.authorities.chembl import ChemblAuthority
from canonid.authorities.clinicaltrials import ClinicalTrialsAuthority
from canonid.authorities.probe import Ear, Pulse
from canonid.authorities.pubchem import PubChemAuthority
from canonid.authorities.transport import Courier
from canonid.errors import AuthorityUnavailable
from tests.emulator import Emulator, World, compound, faults
from tests.emulator.faults import Fault
from tests.emulator.wire import AUTHORITIES, AuthorityName

Probed = ChemblAuthority | PubChemAuthority | ClinicalTrialsAuthority


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(World.of(compound(241, "Benzene"))) as emulator:
        yield emulator


@contextmanager
def probed(emulator: Emulator, name: AuthorityName) -> Iterator[Probed]:
    """The authority, asked once at most and not waited for."""
    kinds: dict[AuthorityName, Callable[[Courier], Probed]] = {
        "chembl": lambda courier: ChemblAuthority(emulator.chembl_url, courier, "me"),
        "pubchem": lambda courier: PubChemAuthority(emulator.pubchem_url, courier, "me"),
        "clinicaltrials": lambda courier: ClinicalTrialsAuthority(emulator.clinicaltrials_url, courier, "me"),
    }
    with closing(kinds[name](Courier(name, deadline=0.5, attempts=1))) as authority:
        yield authority


def probe(emulator: Emulator, name: AuthorityName) -> Pulse:
    with probed(emulator, name) as authority:
        return authority.probe()


@pytest.mark.parametrize("name", AUTHORITIES)
def test_a_probe_is_one_request(emulator: Emulator, name: AuthorityName) -> None:
    """And measures it, with the clock at the other end."""
    pulse = probe(emulator, name)
    assert emulator.count(name) == 1
    assert 0 < pulse.seconds < 5
    assert pulse.clock is not None
    assert abs(pulse.clock - datetime.now(UTC)) < timedelta(seconds=5)


def test_chembl_names_its_release_and_state(emulator: Emulator) -> None:
    """From the status document."""
    pulse = probe(emulator, "chembl")
    assert (pulse.release, pulse.released, pulse.state) == ("ChEMBL_37", "2026-05-01", {"status": "UP"})


def test_clinicaltrials_names_the_date_of_its_data(emulator: Emulator) -> None:
    """From the version document."""
    pulse = probe(emulator, "clinicaltrials")
    assert (pulse.release, pulse.state) == ("2026-03-25T09:00:05", {})


def test_pubchem_says_how_near_its_limits_we_are(emulator: Emulator) -> None:
    """It has no release, but a header about throttling."""
    emulator.play("pubchem", faults.YELLOW)
    pulse = probe(emulator, "pubchem")
    assert pulse.release is None
    assert pulse.state == {
        "Request Count": "Yellow (60%)",
        "Request Time": "Green (5%)",
        "Service": "Green (20%)",
    }


def test_pubchem_answers_even_if_it_does_not_know_the_compound(emulator: Emulator) -> None:
    """A fault of the form "not found" comes from PubChem itself."""
    emulator.world.compounds.clear()
    emulator.world.changed()
    assert probe(emulator, "pubchem").seconds > 0


def test_a_missing_throttle_header_says_nothing(emulator: Emulator) -> None:
    """Some of PubChem's servers leave it out."""
    emulator.play("pubchem", faults.NO_THROTTLE_HEADER)
    assert probe(emulator, "pubchem").state == {}


def test_pubchem_that_blocks_is_not_reachable(emulator: Emulator) -> None:
    """Black: the advice is to stop for hours."""
    emulator.play("pubchem", faults.BLACK)
    with pytest.raises(AuthorityUnavailable, match="ask nothing for some hours"):
        probe(emulator, "pubchem")


UNSOUND = (faults.HTTP_500, faults.HTTP_503_HTML, faults.HTML_200, faults.WRONG_KEYS, faults.WRONG_LIST, faults.RESET)


@pytest.mark.parametrize("fault", [*UNSOUND, faults.HANG, faults.EMPTY_404_HTML], ids=str)
@pytest.mark.parametrize("name", AUTHORITIES)
def test_whatever_goes_wrong_is_one_request_and_a_sentence_with_advice(
    emulator: Emulator, name: AuthorityName, fault: Fault
) -> None:
    """No retry: whoever asks for a diagnosis wants to know now."""
    emulator.always(name, fault)
    with pytest.raises(AuthorityUnavailable, match=rf"^{name} .*; \w+"):
        probe(emulator, name)
    assert emulator.count(name) == 1


@pytest.mark.parametrize("name", AUTHORITIES)
def test_a_closed_port_is_said_to_be_one(emulator: Emulator, name: AuthorityName) -> None:
    """With what to check."""
    emulator.always(name, faults.REFUSED)
    with pytest.raises(AuthorityUnavailable, match="refused the connection; check the network"):
        probe(emulator, name)


def test_a_front_end_that_refuses_httpx_is_reached_over_urllib(emulator: Emulator) -> None:
    """As in a run: the diagnosis must not be gloomier than the work."""
    emulator.always("clinicaltrials", faults.HTTPX_403)
    assert probe(emulator, "clinicaltrials").release == "2026-03-25T09:00:05"


@pytest.mark.parametrize(
    ("date", "clock"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sun, 06 Nov 1994 09:49:37 +0100", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sun, 06 Nov 1994 08:49:37 -0000", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("yesterday", None),
        (None, None),
    ],
)
def test_a_date_header_is_read_if_it_can_be(date: str | None, clock: datetime | None) -> None:
    """Always in UTC; a proxy's nonsense is no clock."""
    ear = Ear()
    ear.listen()
    ear.hear(date)
    assert ear.clock == clock
