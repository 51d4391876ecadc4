"""Two schedulers on one store, started together."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from canonid.store.database import open_writer
from canonid.store.history import past_runs

_SCHEDULE = ("schedule", "--once", "--cron", "0 3 * * *", "--timezone", "UTC", "--log-format", "json", "wiki")


@dataclass(frozen=True, slots=True)
class Pair:
    """What two schedulers did."""

    runs: int
    """In the store."""
    ran: int
    """By their logs."""
    skipped: int
    codes: tuple[int, ...]


def prepare(folder: Path) -> None:
    """A wiki of one page, evidence for it, and a store with its schema, which takes longest to make."""
    (folder / "wiki").mkdir(parents=True)
    (folder / "wiki" / "adapalene.md").write_text("---\nchembl-id: CHEMBL1265\n---\n# Adapalene\n")
    record = {"molecule": {"molecule_chembl_id": "CHEMBL1265", "pref_name": "ADAPALENE"}}
    line = {
        "authority": "chembl",
        "question": "id:chembl.compound:CHEMBL1265",
        "release": "synthetic",
        "retrieved_at": "2026-01-01T00:00:00Z",
        "url": "https://chembl.example/",
        "payload": record,
        "sources": "synthetic",
    }
    (folder / "evidence.jsonl").write_text(json.dumps(line) + "\n")
    (folder / "canonid.toml").write_text('offline = true\nevidence = ["evidence.jsonl"]\n')
    open_writer(folder / "cache" / "canonid.sqlite").close()


def start_pair(folder: Path, environ: Mapping[str, str]) -> Pair:
    """Start two schedulers in a prepared folder at the same moment, and wait for both."""
    processes = [
        subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "canonid", *_SCHEDULE],
            cwd=folder,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    logs = [process.communicate(timeout=120)[1] for process in processes]
    events = [json.loads(line)["event"] for log in logs for line in log.splitlines()]
    return Pair(
        len(past_runs(folder / "cache" / "canonid.sqlite")),
        events.count("run.finished"),
        events.count("run.skipped"),
        tuple(process.returncode for process in processes),
    )
