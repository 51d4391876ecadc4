"""Settings: which layer wins, what is refused, and how the message helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from canonid.errors import SettingsError
from canonid.reports import Format
from canonid.settings import FailOn, Settings, load_settings
from tests.store.samples import folder_of_another_user, unprivileged


def load(
    cwd: Path, *, flags: dict[str, object] | None = None, environ: dict[str, str] | None = None, path: str = ""
) -> Settings:
    """The settings as seen from `cwd`, with nothing taken from the real environment."""
    return load_settings(flags, paths=[Path(path)] if path else [], environ=environ or {}, cwd=cwd)


def refusal(cwd: Path, text: str, name: str = "canonid.toml") -> str:
    """The message with which a configuration file of this text is refused."""
    (cwd / name).write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load(cwd)
    return str(caught.value)


def test_without_a_file_the_defaults_hold_and_the_database_is_under_the_working_directory(tmp_path: Path) -> None:
    """Nothing set: everything is a default and says so."""
    settings = load(tmp_path)
    assert settings.database == tmp_path / "cache" / "canonid.sqlite"
    assert (settings.found_days, settings.not_found_days, settings.trials_days) == (30, 3, 7)
    assert (settings.config, settings.home) == (None, tmp_path)
    assert set(settings.origins.values()) == {"default"}


def test_flag_before_environment_before_file(tmp_path: Path) -> None:
    """Each layer gives way to the one above it, and the origin names the winner."""
    (tmp_path / "canonid.toml").write_text(
        'chembl_url = "https://file.example"\npubchem_url = "https://file.example/"\ncontact = "file@example.org"\n'
    )
    environ = {"CANONID_CHEMBL_URL": "https://env.example", "CANONID_CONTACT": "env@example.org"}
    settings = load(tmp_path, flags={"contact": "flag@example.org"}, environ=environ)
    assert settings.contact == "flag@example.org"
    assert settings.chembl_url == "https://env.example"
    assert settings.pubchem_url == "https://file.example"
    assert [settings.origins[key] for key in ("contact", "chembl_url", "pubchem_url")] == [
        "flag --contact",
        "environment CANONID_CHEMBL_URL",
        f"{tmp_path / 'canonid.toml'}:2",
    ]


def test_every_key_is_read_from_a_file(tmp_path: Path) -> None:
    """The file of the documentation, with every key, comes out as written; paths start at the file."""
    (tmp_path / "canonid.toml").write_text(
        """
database = "run/store.sqlite"
offline = true
contact = "curator@example.org"
drugbank = ["exports/vocabulary.csv", "/abs/full.xml"]
evidence = ["evidence.jsonl"]
clinicaltrials_url = "http://localhost:1/api"
fail_on = "warning"
select = ["id3", "ID401,ID402"]
ignore = ["ID302"]
format = "json"
max_requests = 50

[freshness]
found_days = 1
not_found_days = 2
trials_days = 0

[corpus]
exclude = ["templates/*"]

[corpus.fields]
"my-chembl" = "chembl.compound"
"chembl-id" = false

[corpus.shared]
CHEMBL25 = "aspirin and its brand share a record"

[notify]
webhook = "env:HOOK"
webhook_sends = "text"
mail_server = "env:MAIL"
mail_from = "canonid@example.org"
mail_to = ["curator@example.org"]

[issues]
repository = "owner/wiki"
labels = ["ids"]
folder = "todo"
dashboard = "ids.md"
close_after_runs = 3
close_after_days = 0
""",
        encoding="utf-8",
    )
    settings = load(tmp_path)
    assert settings.database == tmp_path / "run" / "store.sqlite"
    assert settings.offline is True
    assert settings.drugbank == (tmp_path / "exports" / "vocabulary.csv", Path("/abs/full.xml"))
    assert settings.evidence == (tmp_path / "evidence.jsonl",)
    assert settings.fail_on is FailOn.WARNING
    assert settings.select == ("ID3", "ID401", "ID402")
    assert settings.ignore == ("ID302",)
    assert settings.format is Format.JSON
    assert (settings.max_requests, settings.found_days, settings.not_found_days, settings.trials_days) == (50, 1, 2, 0)
    assert settings.exclude == ("templates/*",)
    assert settings.fields == {"my-chembl": "chembl.compound", "chembl-id": False}
    assert settings.shared == {"CHEMBL25": "aspirin and its brand share a record"}
    assert (settings.repository, settings.labels, settings.folder) == ("owner/wiki", ("ids",), tmp_path / "todo")
    assert (settings.close_after_runs, settings.close_after_days, settings.dashboard) == (3, 0, tmp_path / "ids.md")
    assert "default" not in {origin for key, origin in settings.origins.items() if not key.endswith("_url")}


def test_the_nearest_file_upward_from_the_first_path_is_read(tmp_path: Path) -> None:
    """A page deep in a wiki finds the wiki's file, not one further up."""
    wiki = tmp_path / "wiki" / "molecules"
    wiki.mkdir(parents=True)
    (tmp_path / "canonid.toml").write_text('contact = "far@example.org"')
    (tmp_path / "wiki" / "canonid.toml").write_text('contact = "near@example.org"')
    settings = load(tmp_path, path="wiki/molecules/anakinra.md")
    assert settings.contact == "near@example.org"
    assert settings.home == tmp_path / "wiki"


def test_a_path_without_a_file_above_it_falls_back_to_the_working_directory(tmp_path: Path) -> None:
    """A wiki elsewhere is checked with the settings of where the command is run."""
    here, wiki = tmp_path / "here", tmp_path / "wiki"
    here.mkdir()
    wiki.mkdir()
    (here / "canonid.toml").write_text('contact = "here@example.org"')
    assert load(here, path="../wiki").contact == "here@example.org"


def test_a_pyproject_counts_only_if_it_speaks_of_canonid(tmp_path: Path) -> None:
    """A project without `[tool.canonid]`, even a broken one, is passed over on the way up."""
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text("[project\n")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n[tool.canonid]\ncontact = "a@example.org"\n')
    settings = load(inner)
    assert settings.contact == "a@example.org"
    assert settings.origins["contact"] == f"{tmp_path / 'pyproject.toml'}:4"


def test_canonid_toml_comes_before_pyproject(tmp_path: Path) -> None:
    """Of two files in one directory the one of its own wins."""
    (tmp_path / "pyproject.toml").write_text('[tool.canonid]\ncontact = "project@example.org"\n')
    (tmp_path / "canonid.toml").write_text('contact = "own@example.org"\n')
    assert load(tmp_path).contact == "own@example.org"


@pytest.mark.parametrize(
    ("text", "line", "meant"),
    [
        ('\nofline = true\n[corpus]\nexclude = ["a"]', 2, "offline"),
        ("[freshness]\n# days\nfound_day = 3", 3, "freshness.found_days"),
        ("found_days = 3", 1, "freshness.found_days"),
        ("fail-on = 'never'", 1, "fail_on"),
        ("[freshnes]\nfound_days = 3", 1, "freshness"),
    ],
)
def test_an_unknown_key_is_refused_with_its_line_and_what_was_meant(
    tmp_path: Path, text: str, line: int, meant: str
) -> None:
    """A typo must not be silently without effect."""
    message = refusal(tmp_path, text)
    assert message.startswith(f"{tmp_path / 'canonid.toml'}:{line}: there is no setting ")
    assert f"did you mean {meant!r}?" in message


def test_a_key_like_no_other_is_answered_with_all_that_exist(tmp_path: Path) -> None:
    """Where no suggestion can be made, the list helps."""
    assert "the settings are: database, offline" in refusal(tmp_path, "qqqqqqqq = 1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('offline = "yes"', "offline should be true or false, not 'yes'"),
        ("max_requests = true", "max_requests should be a whole number, 0 or more, not True"),
        ("max_requests = -1", "max_requests should be a whole number, 0 or more, not -1"),
        ("[freshness]\nfound_days = 99999999999", "freshness.found_days should be a number of days, at most 36500"),
        ("drugbank = 'one.csv'", "drugbank should be a list of paths, not 'one.csv'"),
        ("drugbank = [1]", "drugbank should be a path, not [1]"),
        ("chembl_url = 'ebi.ac.uk'", "chembl_url should be a URL that starts with https:// or http://"),
        ("chembl_url = 1", "chembl_url should be a URL that starts"),
        ("fail_on = 'info'", "fail_on should be one of error, warning, never, not 'info'"),
        ("contact = ''", "contact should be a text, not ''"),
        ('contact = "a\\r\\nX-Evil: 1"', "contact should be an e-mail address or URL in plain ASCII, on one line"),
        ("select = 'ID3'", "select should be a list of codes"),
        ("database = 'postgresql://host/db'", "database should be a path, or sqlite:/// and a path"),
        ("corpus = 1", "'corpus' is a table; write [corpus] on a line of its own"),
        ("select = ['']", 'select should be a list of codes such as ["ID301", "ID4"]'),
        ("ignore = ['ID3,']", "ignore should be a list of codes"),
        ("database = ':memory:'", "database should be a path: the store has to outlive the run"),
        ("chembl_url = 'http://'", "chembl_url should be a URL with a host"),
        ("chembl_url = 'http://host:99999/'", "chembl_url should be a URL with a host and, if any, a valid port"),
        ("pubchem_url = 'http://[::1'", "pubchem_url should be a URL with a host"),
        ("pubchem_url = 'http://ho st/x'", "pubchem_url should be a URL with a host"),
        ("pubchem_url = 'https://me:pass@host/x'", "pubchem_url should be a URL without user name and password"),
        ("[corpus]\nfields = 1", "corpus.fields should be a table"),
        ("[corpus.shared]\nCHEMBL25 = ''", "corpus.shared should be a table of identifiers with the reason"),
    ],
)
def test_a_value_of_the_wrong_type_is_named(tmp_path: Path, text: str, expected: str) -> None:
    """The message says which key, what is expected and what was found."""
    assert expected in refusal(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "database = 'postgresql://me:s3cret@host/db'",
        "chembl_url = 'https://me:s3cret@host/x'",
        "drugbank = 'https://me:s3cret@host/x.csv'",
    ],
)
def test_an_address_is_not_repeated_since_it_may_hold_a_secret(tmp_path: Path, text: str) -> None:
    """Messages end up in the logs of build servers."""
    assert "s3cret" not in refusal(tmp_path, text)


def test_a_file_that_cannot_be_looked_for_stops_the_command() -> None:
    """Going on with other settings than those that are meant could check the wrong things, all green."""
    with folder_of_another_user() as folder:
        (folder / "locked").mkdir(mode=0)
        with unprivileged(), pytest.raises(SettingsError, match=r"locked/canonid\.toml cannot be looked for: Perm"):
            load(folder, path="locked")


def test_a_path_longer_than_any_file_name_is_not_looked_for(tmp_path: Path) -> None:
    """Whoever reads the path says that it does not exist."""
    assert load(tmp_path, path="a" * 300).config is None


def test_a_file_that_is_not_toml_is_refused_with_the_place(tmp_path: Path) -> None:
    """The parser's own place is passed on."""
    message = refusal(tmp_path, "offline = \n")
    assert "canonid.toml is not valid TOML" in message
    assert "line 1" in message


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    """An encoding error is a sentence, not a traceback."""
    (tmp_path / "canonid.toml").write_bytes(b'contact = "\xff"')
    with pytest.raises(SettingsError, match=r"canonid\.toml cannot be read"):
        load(tmp_path)


def test_the_environment_gives_lists_and_truth_values_as_text(tmp_path: Path) -> None:
    """Files are separated as in PATH; relative ones start at the working directory."""
    environ = {"CANONID_OFFLINE": "On", "CANONID_DRUGBANK": "a.csv:/b.xml", "CANONID_DATABASE": "sqlite:////x/y.sqlite"}
    settings = load(tmp_path, environ=environ)
    assert settings.offline is True
    assert settings.drugbank == (tmp_path / "a.csv", Path("/b.xml"))
    assert settings.database == Path("/x/y.sqlite")


def test_a_truth_value_nobody_understands_is_refused(tmp_path: Path) -> None:
    """`CANONID_OFFLINE=maybe` must not silently go online."""
    with pytest.raises(SettingsError, match="CANONID_OFFLINE should be true or false, not 'maybe'"):
        load(tmp_path, environ={"CANONID_OFFLINE": "maybe"})


def test_an_empty_variable_is_as_good_as_none(tmp_path: Path) -> None:
    """Container files set variables to nothing when they mean to leave them out."""
    assert load(tmp_path, environ={"CANONID_CONTACT": ""}).contact is None


def test_a_misspelt_variable_is_refused(tmp_path: Path) -> None:
    """A typo in the environment must not be silently without effect either."""
    with pytest.raises(SettingsError, match="CANONID_OFLINE is not known; did you mean CANONID_OFFLINE"):
        load(tmp_path, environ={"CANONID_OFLINE": "1"})


def test_variables_of_others_are_left_alone(tmp_path: Path) -> None:
    """Images and pipelines set variables such as a version under the same prefix."""
    assert load(tmp_path, environ={"CANONID_VERSION": "1", "CANONID_GITHUB_URL": "https://x"}).offline is False


def test_a_flag_of_the_wrong_form_is_named_as_the_flag(tmp_path: Path) -> None:
    """Somebody who typed a flag is told of the flag."""
    with pytest.raises(SettingsError, match="--database should be a path, or sqlite:/// and a path"):
        load(tmp_path, flags={"database": "mysql://x/y"})


def test_a_path_from_a_flag_starts_at_the_working_directory(tmp_path: Path) -> None:
    """What the shell completes is what is meant, wherever the file is."""
    (tmp_path / "canonid.toml").write_text("")
    here = tmp_path / "sub"
    here.mkdir()
    settings = load(here, flags={"drugbank": [Path("v.csv")], "database": "s.sqlite"})
    assert settings.drugbank == (here / "v.csv",)
    assert settings.database == here / "s.sqlite"
