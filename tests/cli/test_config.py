"""`canonid config`: what is in force, and why."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from canonid.settings import KEYS
from tests.cli.conftest import Canonid


def test_the_text_names_the_file_and_the_origin_of_each_value(canonid: Canonid, tmp_path: Path) -> None:
    """A curator sees which of three places decided."""
    (tmp_path / "canonid.toml").write_text('offline = true\n[corpus.shared]\n"CHEMBL25" = "a reason"\n')
    ran = canonid("config", CANONID_CONTACT="curator@example.org")
    assert ran.stdout.startswith(f"# configuration file: {tmp_path / 'canonid.toml'}\n")
    assert f"\noffline = true  # {tmp_path / 'canonid.toml'}:1\n" in ran.stdout
    assert '\ncontact = "curator@example.org"  # environment CANONID_CONTACT\n' in ran.stdout
    assert "\n# max_requests is not set\n" in ran.stdout
    assert "\nfound_days = 30  # default\n" in ran.stdout


def test_the_text_is_a_configuration_that_says_the_same(canonid: Canonid, tmp_path: Path) -> None:
    """It can be saved as a start."""
    config = tmp_path / "canonid.toml"
    config.write_text(
        'drugbank = ["a \\"quoted\\" name.csv"]\n[corpus.fields]\n"x-id" = {prefix = "drugbank"}\n"chembl-id" = false\n'
    )
    first = canonid("config").stdout
    assert tomllib.loads(first)["corpus"]["fields"] == {"x-id": {"prefix": "drugbank"}, "chembl-id": False}
    config.write_text(first)
    values = [line.partition("  #")[0] for line in first.splitlines()]
    assert [line.partition("  #")[0] for line in canonid("config").stdout.splitlines()] == values


def test_json_has_every_key_with_value_and_origin(canonid: Canonid, tmp_path: Path) -> None:
    """For other programs."""
    document = json.loads(canonid("config", "--format", "json").stdout)
    assert document["config"] is None
    assert list(document["settings"]) == [key.name for key in KEYS]
    assert document["settings"]["database"] == {
        "value": str(tmp_path / "cache" / "canonid.sqlite"),
        "origin": "default",
    }


def test_a_path_shows_what_would_hold_for_it(canonid: Canonid, wiki: Path) -> None:
    """The nearest file upward from a page."""
    assert json.loads(canonid("config", wiki / "x.md", "--format", "json").stdout)["config"] == str(
        wiki.parent / "canonid.toml"
    )


def test_no_token_is_ever_printed(canonid: Canonid) -> None:
    """Tokens are no settings."""
    ran = canonid("config", GITHUB_TOKEN="hush-hush")
    assert "hush" not in ran.stdout + ran.stderr
