"""`canonid schedule` in one process: what it refuses, what `--once` does, and where secrets come from."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from canonid.errors import SettingsError
from canonid.schedule.notify import Channels, Payload
from canonid.settings import load_settings
from canonid.store import lease
from canonid.store.history import past_runs
from canonid.wiring import news_channels
from tests.cli.conftest import Canonid, Ran
from tests.schedule.listeners import webhook


def once(canonid: Canonid, wiki: Path, *words: object, **environment: str) -> Ran:
    return canonid("schedule", "--once", "--log-format", "json", *words, wiki, **environment)


def events(ran: Ran) -> list[str]:
    return [json.loads(line)["event"] for line in ran.stderr.splitlines()]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "say when the job is due"),
        (["--once", "--timezone", "UTC"], "say when the job is due"),
        (["--cron", "0 3 * *"], "should have five fields"),
        (["--cron", "0 3 * * *", "--timezone", "Nowhere"], "there is no time zone 'Nowhere'"),
    ],
)
def test_what_cannot_be_scheduled_is_refused_at_once(canonid: Canonid, words: list[str], reason: str) -> None:
    """Not at three in the night."""
    ran = canonid("schedule", *words)
    assert ran.code == 2
    assert reason in ran.stderr


def test_once_carries_out_the_job_whatever_it_finds(canonid: Canonid, wiki: Path) -> None:
    """The exit code says that it was carried out; nothing is printed but the log."""
    ran = once(canonid, wiki)
    assert (ran.code, ran.stdout, events(ran)) == (0, "", ["run.started", "run.finished"])
    assert past_runs(wiki.parent / "cache" / "canonid.sqlite")[0].new == 2


def test_once_with_a_due_time_carries_it_out_once(canonid: Canonid, wiki: Path) -> None:
    """Two machines with the same line in their crontab."""
    runs = [once(canonid, wiki, "--cron", "0 3 * * *") for _ in range(2)]
    assert [ran.code for ran in runs] == [0, 0]
    assert events(runs[1]) == ["run.skipped"]


def test_once_that_cannot_be_carried_out_has_exit_code_2(canonid: Canonid, wiki: Path) -> None:
    """For cron, systemd and their kin."""
    ran = once(canonid, wiki / "nowhere")
    assert (ran.code, events(ran)) == (2, ["run.started", "run.failed"])


def test_once_that_waited_in_vain_has_exit_code_2(canonid: Canonid, wiki: Path) -> None:
    """Somebody else is at work, and still is at the end of the wait."""
    lease.take(wiki.parent / "cache" / "canonid.sqlite", lease.RUN, "17@other/x/1/0", 60, datetime.now(UTC))
    ran = once(canonid, wiki, "--wait", 0)
    assert (ran.code, events(ran)) == (2, ["run.refused"])


def test_reconcile_says_who_is_at_work(canonid: Canonid, wiki: Path) -> None:
    """And does nothing; check does not mind."""
    lease.take(wiki.parent / "cache" / "canonid.sqlite", lease.RUN, "17@other/x/1/0", 60, datetime.now(UTC))
    ran = canonid("reconcile", wiki)
    assert (ran.code, ran.stdout) == (2, "")
    assert "process 17 on other, since " in ran.stderr
    assert canonid("check", wiki).code == 1


def test_reconcile_waits_if_told_to(canonid: Canonid, wiki: Path) -> None:
    """It says for whom, then does its work."""
    lease.take(wiki.parent / "cache" / "canonid.sqlite", lease.RUN, "17@other/x/1/0", 4.0, datetime.now(UTC))
    ran = canonid("reconcile", "--wait", 30, wiki)
    assert ran.code == 1
    assert ran.stderr.startswith("canonid: waiting for another run (process 17 on other, since ")


def test_news_go_to_the_webhook_whose_address_is_in_the_environment(canonid: Canonid, wiki: Path) -> None:
    """It is neither logged nor stored."""
    with (wiki.parent / "canonid.toml").open("a") as file:
        file.write('[notify]\nwebhook = "env:HOOK"\n')
    with webhook(500) as hook:
        ran = once(canonid, wiki, HOOK=hook.url)
    assert len(hook.received) == 1
    assert "token" not in ran.stderr + canonid("config", wiki).stdout
    assert not any(b"/services/T00" in file.read_bytes() for file in (wiki.parent / "cache").iterdir())


# Settings


def channels(tmp_path: Path, text: str, **environment: str) -> Channels:
    (tmp_path / "canonid.toml").write_text(f"[notify]\n{text}")
    return news_channels(load_settings(cwd=tmp_path, environ={}), environment)


MAIL = 'mail_server = "env:SMTP"\nmail_from = "a@example.org"\nmail_to = ["b@example.org"]\n'


def test_channels_come_from_settings_and_environment(tmp_path: Path) -> None:
    """What is secret from the latter."""
    text = 'webhook = "env:HOOK"\nwebhook_sends = "text"\n' + MAIL
    found = channels(tmp_path, text, HOOK=" https://hook/x\n", SMTP="smtps://me:x@host")
    assert found.mail is not None
    assert (found.webhook, found.payload) == ("https://hook/x", Payload.TEXT)
    assert (found.mail.server, found.mail.sender, found.mail.to) == (
        "smtps://me:x@host", "a@example.org", ("b@example.org",),
    )  # fmt: skip


def test_nobody_is_told_by_default(tmp_path: Path) -> None:
    """No channel."""
    assert channels(tmp_path, "") == Channels()


@pytest.mark.parametrize(
    ("text", "environment", "reason"),
    [
        ('webhook = "env:HOOK"', {}, "environment variable HOOK, which is not set"),
        ('webhook = "env:HOOK"', {"HOOK": "ftp://hush"}, "should hold an address that starts with https://"),
        (MAIL, {"SMTP": "hush"}, "should hold an address that starts with smtp://"),
        ('mail_server = "env:SMTP"', {"SMTP": "smtp://hush"}, "needs notify.mail_from and notify.mail_to"),
        ('webhook = "https://hooks/hush"', {}, 'should be "env:NAME"'),
        ('mail_server = "env:smtp://me:hush@host"', {}, 'should be "env:NAME"'),
        ('webhook_sends = "all"', {}, "one of full, text"),
        ('mail_to = ["nobody"]', {}, "an e-mail address"),
    ],
)
def test_what_cannot_work_is_refused_without_repeating_a_secret(
    tmp_path: Path, text: str, environment: dict[str, str], reason: str
) -> None:
    """Before the first run."""
    with pytest.raises(SettingsError) as caught:
        channels(tmp_path, text, **environment)
    assert reason in str(caught.value)
    assert "hush" not in str(caught.value)
