"""The command as processes: stopped half-way, and two at once on one database."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from collections.abc import Callable

import pytest

from canonid.model import State
from canonid.store.runs import last_runs
from tests.emulator.exchange import Exchange
from tests.emulator.faults import Fault, when
from tests.emulator.wire import Request
from tests.flow.conftest import Place, verdicts
from tests.flow.test_runs import EXPECTED


class Trap:
    """Holds every request that meets a condition for ever, and says when the first has come."""

    def __init__(self, condition: Callable[[Request], bool] = lambda request: b"inchi_key__in" in request.body) -> None:
        self.sprung = threading.Event()
        self.fault = when(Fault("trap", self._hold), condition)

    def _hold(self, exchange: Exchange) -> None:
        self.sprung.set()
        exchange.hang()


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a process that is about to end."""
    stdout, stderr = process.communicate(timeout=60)
    return process.returncode, stdout, stderr


def test_the_command_reports_what_the_job_finds(place: Place) -> None:
    """From a fresh process, with the settings from the environment."""
    exit_code, stdout, stderr = finish(place.start("reconcile", "wiki", "--format", "json"))
    assert (exit_code, stderr) == (1, "")
    report = json.loads(stdout)
    assert {(item["subject"], item["field"], item["value"]): item["verdict"] for item in report["claims"]} == EXPECTED
    assert {name: use["requests"] for name, use in report["run"]["authorities"].items()} == {
        **place.new_requests(),
        "drugbank": 0,
    }


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda sign: sign.name)
def test_a_run_that_was_stopped_is_taken_up_where_it_was(place: Place, sign: signal.Signals) -> None:
    """Stopped in the second round of questions: the answers of the first are stored, and no half-written ones."""
    trap = Trap()
    place.services.always("chembl", trap.fault)
    process = place.start("reconcile", "wiki")
    assert trap.sprung.wait(60)
    process.send_signal(sign)
    exit_code, stdout, stderr = finish(process)
    assert stdout == ""
    if sign is signal.SIGINT:
        assert exit_code == 130
        assert stderr == "interrupted; answers received so far are kept, run the same command again to go on\n"
    else:
        assert exit_code == -sign
    assert {name for name, _ in place.stored()} == {"chembl", "pubchem", "clinicaltrials"}
    assert place.states() == {}
    place.services.calm()
    place.new_requests()
    assert verdicts(place.run()) == EXPECTED
    assert place.new_requests() == {"chembl": 2, "pubchem": 0, "clinicaltrials": 0}  # the release, and the search
    assert place.states() == {("ID301", "CHEMBL1232"): State.OPEN}


def test_a_killed_run_has_kept_what_it_asked_one_by_one(place: Place) -> None:
    """Names go singly to PubChem, five a second: all but the last second's answers are stored."""
    trap = Trap(lambda _: len(place.services.requests("pubchem")) > 12)
    for number in range(20):
        place.write(f"nowhere{number}", f"---\npubchem-cid: null\n---\n# Nowhere{'abcdefghijklmnopqrst'[number]}ol\n")
    place.services.always("pubchem", trap.fault)
    process = place.start("reconcile", "wiki")
    assert trap.sprung.wait(60)
    process.kill()
    finish(process)
    assert sum(name == "pubchem" and question.key.startswith("name:") for name, question in place.stored()) >= 5


def test_two_runs_at_once_on_one_database_get_in_nobodys_way(place: Place) -> None:
    """One after the other, both end as one alone would, and the store is whole."""
    processes = [place.start("reconcile", "wiki", "--format", "json", "--wait", "60") for _ in range(2)]
    ended = [finish(process) for process in processes]
    assert [exit_code for exit_code, _, _ in ended] == [1, 1]
    assert {stderr.partition(" (")[0] for _, _, stderr in ended} <= {"", "canonid: waiting for another run"}
    ids = {json.loads(stdout)["run"]["id"] for _, stdout, _ in ended}
    assert {run.id for run in last_runs(place.settings.database)} == ids
    assert len(ids) == 2
    assert place.states() == {("ID301", "CHEMBL1232"): State.OPEN}
    assert len(place.stored()) == 7
    place.new_requests()
    place.run()
    assert sum(place.new_requests().values()) == 0
