"""Schedulers as processes: two at once, stopped half-way, killed, and asked how they are."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from canonid.model import State
from canonid.store.history import past_runs
from tests.emulator.exchange import Exchange
from tests.emulator.faults import Fault, when
from tests.flow.conftest import Place, environment
from tests.flow.pairs import Pair, prepare, start_pair
from tests.store.samples import holding_of

NIGHTLY = ("schedule", "wiki", "--cron", "0 3 * * *", "--timezone", "UTC", "--log-format", "json")


class Trap:
    """Holds every search by structure for ever, and says when the first has come."""

    def __init__(self) -> None:
        self.sprung = threading.Event()
        self.fault = when(Fault("trap", self._hold), lambda request: b"inchi_key__in" in request.body)

    def _hold(self, exchange: Exchange) -> None:
        self.sprung.set()
        exchange.hang()


@pytest.fixture
def trapped(place: Place) -> Trap:
    """A run hangs after its first round of questions."""
    trap = Trap()
    place.services.always("chembl", trap.fault)
    return trap


def finish(process: subprocess.Popen[str]) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and log of a process that is about to end."""
    stdout, stderr = process.communicate(timeout=60)
    assert stdout == ""
    return process.returncode, [json.loads(line) for line in stderr.splitlines()]


def events(log: list[dict[str, Any]]) -> list[str]:
    return [line["event"] for line in log]


# Two at once


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small wiki, evidence for it, and an empty store with its schema, to be copied."""
    folder = tmp_path_factory.mktemp("pairs")
    prepare(folder)
    return folder


@pytest.mark.parametrize("number", range(20))
def test_of_two_schedulers_started_together_exactly_one_runs(prepared: Path, tmp_path: Path, number: int) -> None:
    """The other one finds it done, and both end well."""
    shutil.copytree(prepared, tmp_path / "pair")
    assert start_pair(tmp_path / "pair", environment()) == Pair(runs=1, ran=1, skipped=1, codes=(0, 0))


def test_a_run_by_hand_waits_for_the_scheduled_one_or_says_who_is_at_work(place: Place, trapped: Trap) -> None:
    """Two never overlap, whoever starts them."""
    scheduler = place.start(*NIGHTLY, "--once")
    assert trapped.sprung.wait(60)
    refused = place.start("reconcile", "wiki")
    _, stderr = refused.communicate(timeout=60)
    waiting = place.start("reconcile", "wiki", "--wait", "60", "--format", "json")
    assert waiting.stderr is not None
    assert "waiting for another run" in waiting.stderr.readline()
    place.services.calm()
    scheduler.send_signal(signal.SIGTERM)
    assert finish(scheduler)[0] == 130
    stdout, _ = waiting.communicate(timeout=60)
    assert refused.returncode == 2
    assert f"process {scheduler.pid} on " in stderr
    assert (waiting.returncode, json.loads(stdout)["summary"]["findings"]["error"]) == (1, 1)


# Stopped and killed


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT], ids=lambda sign: sign.name)
def test_a_service_stops_within_ten_seconds_and_keeps_what_it_received(
    place: Place, trapped: Trap, sign: signal.Signals
) -> None:
    """No discrepancy is touched, the lease is free, and the next start goes on from there."""
    service = place.start(*NIGHTLY)
    assert trapped.sprung.wait(60)
    began = time.monotonic()
    service.send_signal(sign)
    code, log = finish(service)
    assert time.monotonic() - began < 10
    assert code == 0
    assert events(log) == ["service.started", "run.started", "service.stopping", "run.stopped", "service.stopped"]
    assert {name for name, _ in place.stored()} == {"chembl", "pubchem", "clinicaltrials"}
    assert (place.states(), holding_of(place.settings.database)) == ({}, None)
    place.services.calm()
    place.new_requests()
    assert finish(place.start(*NIGHTLY, "--once"))[0] == 0
    assert place.new_requests() == {"chembl": 2, "pubchem": 0, "clinicaltrials": 0}  # the release, and the search
    assert place.states() == {("ID301", "CHEMBL1232"): State.OPEN}


def test_a_killed_scheduler_is_taken_over_by_one_that_waits(place: Place, trapped: Trap) -> None:
    """At once on the same machine, elsewhere when its lease ends."""
    first = place.start(*NIGHTLY)
    assert trapped.sprung.wait(60)
    second = place.start(*NIGHTLY, "--once", "--lease", "1")
    assert second.stderr is not None
    waiting = json.loads(second.stderr.readline())
    first.kill()
    first.communicate(timeout=60)
    place.services.calm()
    code, log = finish(second)
    assert (waiting["event"], waiting["holder"].split()[1]) == ("run.waiting", str(first.pid))
    assert (code, events(log)) == (0, ["run.started", "run.finished"])
    assert place.states() == {("ID301", "CHEMBL1232"): State.OPEN}
    assert len(past_runs(place.settings.database)) == 1


# Health


def health(url: str) -> tuple[int, dict[str, Any]]:
    try:
        with urllib.request.urlopen(url, timeout=10) as reply:  # noqa: S310 - our own, on the loopback interface
            return reply.status, json.loads(reply.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_a_service_tells_how_it_is(place: Place, trapped: Trap) -> None:
    """While it runs, and after a run that failed."""
    service = place.start(*NIGHTLY, "--health-port", "0")
    assert service.stderr is not None
    url = json.loads(service.stderr.readline())["url"]
    assert trapped.sprung.wait(60)
    code, document = health(url)
    assert (code, document["state"], document["last_run"]) == (200, "running", None)
    service.terminate()
    assert finish(service)[0] == 0
    (place.wiki / "adapalene.md").unlink()
    shutil.rmtree(place.wiki)
    failing = place.start(*NIGHTLY, "--health-port", "0")
    assert failing.stderr is not None
    url = json.loads(failing.stderr.readline())["url"]
    while json.loads(failing.stderr.readline())["event"] != "run.failed":
        pass
    code, document = health(url)
    failing.terminate()
    failing.communicate(timeout=60)
    assert (code, document["problems"]) == (503, ["the last run failed"])
    assert "wiki" in document["last_error"]["message"]


# Budget


def test_pages_that_have_changed_come_first_when_requests_are_scarce(place: Place, only_substances: None) -> None:
    """Before what is merely too old."""
    place.run()
    place.write("metformin", "---\npubchem-cid: 4091\nchembl-id: CHEMBL1265\n---\n# Metformin\n")
    place.new_requests()
    report = place.run(max_requests=2, found_days=0)
    asked = {item.claim.subject for item in report.claims if any(not each.stale for each in item.evidence)}
    assert place.new_requests()["chembl"] + place.new_requests()["pubchem"] <= 2
    assert asked == {"metformin"}
