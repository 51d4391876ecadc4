"""The diagnosis as text: what `canonid doctor` cannot show in every state of a machine."""

from __future__ import annotations

from pathlib import Path

from canonid.doctor import Changed, Surroundings, examine
from canonid.reports import View
from canonid.reports.doctor import render_diagnosis


def shown(folder: Path, *settings: Changed) -> str:
    about = Surroundings(folder / "x.sqlite", folder / "x.drugbank.sqlite", {}, {}, settings)
    return render_diagnosis(examine(about, []), View())


def test_settings_at_their_defaults_are_one_line(tmp_path: Path) -> None:
    """Nobody wants to read nineteen lines that say nothing."""
    assert "\nSettings\n  configuration file  none\n  all at their defaults\n" in shown(tmp_path)


def test_what_stands_in_a_setting_does_not_steer_the_terminal(tmp_path: Path) -> None:
    """Its value and its place are shown without control characters."""
    text = shown(tmp_path, Changed("contact", "x", "\x1b[31mfile:1"))
    assert "\x1b" not in text
    assert 'contact             "x"  (\ufffd[31mfile:1)' in text
