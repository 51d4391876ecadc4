"""Counts of trials from run to run: asked once a week, kept once, compared from then on."""

from __future__ import annotations

from canonid.model import Report
from canonid.store.counts import read_counts
from tests.emulator import study
from tests.flow.conftest import Place

PAGE = "---\naliases: [Kineret]\nclinical-trials-active: 1\n---\n# Anakinra\n"
KEY = ("anakinra", "clinical-trials-active")


def said(report: Report) -> list[tuple[str, str]]:
    return [(finding.code, finding.message.rpartition("; ")[2]) for finding in report.findings]


def test_a_count_is_kept_and_later_ones_say_what_came_and_went(place: Place) -> None:
    """The first run keeps it, the second asks nobody, and the third, a week later, finds a trial more."""
    for file in place.wiki.glob("*.md"):
        file.unlink()
    place.write("anakinra", PAGE)
    looked = place.run(remember=False)
    assert ([code for code, _ in said(looked)], read_counts(place.settings.database)) == (["ID605"], {})
    place.run()
    kept = read_counts(place.settings.database)
    assert (kept[KEY].trials, kept[KEY].note) == (("NCT05177822",), "first count; the page says 1")
    place.new_requests()
    assert (said(place.run()), place.new_requests()["clinicaltrials"]) == ([], 0)
    place.services.world.add(study("NCT06336733", "(synthetic)", "RECRUITING", [{"type": "DRUG", "name": "Kineret"}]))
    place.services.world.changed()
    day = f"{kept[KEY].asked_at:%Y-%m-%d}"
    assert said(place.run(trials_days=0)) == [("ID604", f"since the count of {day}: +NCT06336733")]
    assert read_counts(place.settings.database) == kept
