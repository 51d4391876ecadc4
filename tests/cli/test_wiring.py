"""What the settings become: corpus root, store and authorities."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest

from canonid.judgement import program
from canonid.running import open_service
from canonid.schedule.log import EventLog
from canonid.settings import Settings
from canonid.wiring import base_of, corpus_root, open_session


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`here` is the working directory, `there` another one."""
    for folder in ("here/wiki", "there/wiki"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.md").write_text("")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def root(tree: Path, *paths: str, config: str | None = None) -> str:
    """The corpus root as seen from `tree`."""
    home = tree / (config or "here")
    settings = Settings(tree / "db", config=home / "canonid.toml" if config else None, home=home)
    return corpus_root(settings, [Path(path) for path in paths]).relative_to(tree).as_posix()


def test_the_directory_of_the_configuration_is_the_root_of_what_it_holds(tree: Path) -> None:
    """Whatever part of the corpus is checked, a page has one path."""
    assert root(tree, "wiki", config="here") == "here"
    assert root(tree, "../there/wiki/a.md", config="there") == "there"


def test_a_single_directory_is_its_own_root(tree: Path) -> None:
    """Without a configuration, or outside of it."""
    assert root(tree, "wiki") == "here/wiki"
    assert root(tree, "../there/wiki", config="here") == "there/wiki"


def test_files_within_the_working_directory_are_relative_to_it(tree: Path) -> None:
    """As a pre-commit hook passes them."""
    assert root(tree, "wiki/a.md") == "here"


def test_paths_from_anywhere_share_what_they_have_in_common(tree: Path) -> None:
    """The last resort."""
    assert root(tree, "wiki/a.md", "../there/wiki/a.md") == "."
    assert root(tree, "../there/wiki/a.md") == "there/wiki"


def test_the_way_to_the_root_is_relative(tree: Path) -> None:
    """Nothing when the reader stands there."""
    assert base_of(tree / "here") == ""
    assert base_of(tree / "there" / "wiki") == "../there/wiki"


def test_a_session_has_all_authorities_and_the_limits_of_the_settings(tmp_path: Path) -> None:
    """In the order in which they are shown; nobody has been asked."""
    settings = Settings(tmp_path / "db.sqlite", offline=True, found_days=1, trials_days=2)
    with open_session(settings) as session:
        gatherer = session.gatherer
        assert [authority.name for authority in gatherer.authorities] == [
            "chembl",
            "pubchem",
            "drugbank",
            "clinicaltrials",
        ]
        assert [authority.requests for authority in gatherer.authorities] == [0, 0, 0, 0]
        assert gatherer.offline
        assert (gatherer.freshness.found, gatherer.freshness.trials) == (timedelta(days=1), timedelta(days=2))


def test_a_service_knows_what_runs_before_it_runs(tmp_path: Path) -> None:
    """What is installed while it waits for its first due time is not what it judges by."""
    program.cache_clear()
    log = EventLog(io.StringIO())
    open_service(Settings(tmp_path / "db"), [tmp_path], None, log, lasts=1.0, wait=0.0)

    assert program.cache_info().currsize == 1
