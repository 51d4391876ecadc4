"""The image and the compose file, as far as can be told without an engine: their form, and the image's very steps."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from canonid.cli import app
from canonid.schedule.health import Status, serving_health
from canonid.settings import KEYS

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
HADOLINT = Path(sys.executable).with_name("hadolint")
SCHEDULING = (ROOT / "docs" / "scheduling.md").read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile line by line, continued lines joined and comments left out."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE).replace("\\\n", " ")
    lines = (line.split(maxsplit=1) for line in text.splitlines() if line.strip())
    return [(word, " ".join(rest.split())) for word, rest in lines]


def values_of(word: str) -> list[str]:
    return [rest for name, rest in instructions() if name == word]


def final_stage() -> list[tuple[str, str]]:
    steps = instructions()
    return steps[max(number for number, (word, _) in enumerate(steps) if word == "FROM") :]


# The image


@pytest.mark.skipif(not HADOLINT.exists(), reason="hadolint has no wheel for this machine")
def test_the_dockerfile_has_no_known_fault() -> None:
    """In the judgement of its linter."""
    linted = subprocess.run([HADOLINT, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)  # noqa: S603 - the linter
    assert (linted.returncode, linted.stdout) == (0, "")


def test_the_base_is_pinned_and_can_be_given_a_digest() -> None:
    """One place for both stages; no moving tag."""
    assert values_of("FROM") == ["python:${PYTHON} AS build", "python:${PYTHON}"]
    (pinned,) = values_of("ARG")
    assert re.fullmatch(r"PYTHON=3\.\d+-slim-[a-z]+", pinned)


def test_the_image_runs_as_nobody_in_particular() -> None:
    """A number, so that an orchestrator can see that it is not root."""
    assert [rest for word, rest in final_stage() if word == "USER"] == ["10001:10001"]
    assert "STOPSIGNAL" in dict(final_stage())


def test_nothing_is_built_in_the_final_stage() -> None:
    """It gets what was installed, and no sources, compilers or caches."""
    run = " ".join(rest for word, rest in final_stage() if word == "RUN")
    assert not re.search(r"\b(pip|apt|apt-get|gcc|make|curl)\b", run)
    assert [rest for word, rest in final_stage() if word == "COPY"] == ["--from=build /opt/canonid /opt/canonid"]


def test_the_builder_gets_what_it_copies_and_no_more() -> None:
    """Neither caches nor secrets that lie about."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = {word for rest in values_of("COPY") if "--from" not in rest for word in rest.split()[:-1]}
    assert lines[1] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == copied
    assert all((ROOT / name).exists() for name in copied)


@pytest.mark.parametrize("where", ["Dockerfile", "compose"])
@pytest.mark.parametrize("has_failed", [False, True])
def test_the_health_check_tells_well_from_unwell(where: str, has_failed: bool) -> None:
    """The command itself, against a real answer."""
    command = (
        json.loads(values_of("HEALTHCHECK")[0].partition("CMD ")[2])
        if where == "Dockerfile"
        else SERVICES["scheduler"]["healthcheck"]["test"][1:]
    )
    status = Status(datetime.now(UTC))
    status.has_failed = has_failed
    with serving_health(status, 0) as port:
        asked = [part.replace(":8080/", f":{port}/") for part in command]
        done = subprocess.run([sys.executable, *asked[1:]], capture_output=True, check=False, timeout=60)  # noqa: S603 - ours
    assert asked[0] == "python"
    assert (done.returncode != 0) is has_failed


# The steps of the image


@functools.cache
def installing() -> str:
    """The one step of the build stage that installs."""
    (step,) = (rest for rest in values_of("RUN") if "install.sh" in rest)
    return step


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the build stage leaves, made by its own instructions in a clean folder.

    Save for what needs a network: dependencies are those of the environment of the tests.
    """
    folder = tmp_path_factory.mktemp("image")
    source, target = folder / "src", folder / "opt" / "canonid"
    source.mkdir()
    for rest in values_of("COPY"):
        if "--from" not in rest:
            *names, into = rest.split()
            for name in names:
                _copy(ROOT / name, source / (name if into == "./" else into))
    subprocess.run(  # noqa: S603 - our own script
        installing().replace("/opt/canonid", str(target)).split(),
        cwd=source,
        env={
            **os.environ,
            "PYTHON_EXECUTABLE": sys.executable,
            "PIP_NO_DEPS": "1",
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # which is how pip spells "none"
            "PYTHONPATH": sysconfig.get_path("purelib"),
        },
        check=True,
        timeout=300,
    )
    return target


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy2(source, target)


def test_the_steps_of_the_image_make_something_that_runs(image: Path, tmp_path: Path) -> None:
    """The installed command, away from the sources, with the settings of the image."""
    environ = {
        "PATH": f"{image / 'bin'}:/usr/bin:/bin",
        "PYTHONPATH": sysconfig.get_path("purelib"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "CANONID_DATABASE": str(tmp_path / "cache" / "canonid.sqlite"),
        "HOME": str(tmp_path),
    }
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    done = subprocess.run(  # noqa: S603 - our own command
        [image / "bin" / "canonid", "schedule", "--once", "--log-format", "json", "examples/wiki"],
        cwd=tmp_path, env=environ, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["event"] for line in done.stderr.splitlines()] == ["run.started", "run.finished"]


def test_all_bytecode_is_there_and_no_pip(image: Path) -> None:
    """The file system is read-only, and nothing is installed later."""
    sources = [path for path in image.rglob("canonid/**/*.py") if path.name != "__main__.py"]
    compiled = {path.name.split(".")[0] for path in image.rglob("canonid/**/__pycache__/*.pyc")}
    assert sources
    assert {path.stem for path in sources} <= compiled
    assert not list(image.rglob("site-packages/pip"))


# The compose file


@pytest.mark.parametrize("name", ["scheduler", "reconcile", "lookup"])
def test_services_may_do_no_more_than_they_must(name: str) -> None:
    """No root, nothing writable but the cache and a small /tmp, no capabilities; the wiki can only be read."""
    service = SERVICES[name]
    mounts = {volume["target"]: volume for volume in service["volumes"]}
    assert (service["user"], service["read_only"], service["cap_drop"]) == ("10001:10001", True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert mounts["/wiki"]["read_only"] is True
    assert (mounts["/cache"]["type"], mounts["/cache"]["source"]) == ("volume", "cache")
    assert [tmp.partition(":")[0] for tmp in service["tmpfs"]] == ["/tmp"]  # noqa: S108 - in the container
    assert "privileged" not in service
    assert "ports" not in service


def test_the_volume_that_is_mounted_is_declared() -> None:
    """And is where the image keeps its store."""
    assert list(COMPOSE["volumes"]) == ["cache"]
    assert "CANONID_DATABASE=/cache/canonid.sqlite" in values_of("ENV")[0]


def test_only_the_scheduler_starts_by_itself() -> None:
    """The others are tools, one call each."""
    assert {name: service.get("profiles") for name, service in SERVICES.items()} == {
        "scheduler": None, "reconcile": ["tools"], "lookup": ["tools"],
    }  # fmt: skip


def test_the_scheduler_has_time_to_stop() -> None:
    """More than the ten seconds that it may take."""
    scheduler = SERVICES["scheduler"]
    assert int(scheduler["stop_grace_period"].removesuffix("s")) > 10
    assert scheduler["restart"] == "unless-stopped"


def defaults(word: str) -> str:
    """A value of the compose file when nothing is set."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", word)


@pytest.mark.parametrize("name", ["scheduler", "reconcile"])
def test_the_commands_are_understood(name: str) -> None:
    """Every word of them, with the defaults in place."""
    words = [defaults(word) for word in SERVICES[name]["command"]]
    command = typer.main.get_command(app).commands[words[0]]  # type: ignore[attr-defined]  # it is a group
    context = command.make_context(words[0], words[1:], resilient_parsing=False)
    assert context.params["paths"] == [Path("/wiki")]
    assert context.params.get("cron", "0 3 * * *") == "0 3 * * *"
    assert context.params.get("health_port", 8080) == 8080


def test_variables_of_ours_are_settings_and_all_are_explained() -> None:
    """In the table of the guide."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    named = set(re.findall(r"\$\{(\w+)", text))
    assert {name for name in named if name.startswith("CANONID_")} <= {key.environment for key in KEYS}
    assert named - {"PYTHON", "CANONID_DRUGBANK"} <= set(re.findall(r"`(\w+)`", SCHEDULING))
