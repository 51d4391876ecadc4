"""Notifications: what they say, what they never say, and what becomes of them when nobody listens."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from canonid.model import State
from canonid.schedule.notify import Channels, Mail, News, Payload, news_of, notify
from canonid.store.history import Change, PastRun
from tests.schedule.listeners import mail_server, webhook

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def change(state: State, number: int = 1, message: str = "chembl-id is another substance") -> Change:
    return Change(
        state, f"f{number}", "ID301", "error", "a", "chembl-id", f"CHEMBL{number}", "a.md", number, message, "note"
    )


def run() -> PastRun:
    return PastRun("20260105T120000Z-abc", NOON, NOON, False, 1, {"discrepant": 2}, {"error": 2}, 2, 1, 0, {})


NEWS = news_of(run(), [change(State.OPEN), change(State.OPEN, 2), change(State.RESOLVED, 3)])
TEXT = """canonid: 2 new, 1 resolved
new: ID301 a.md:1 chembl-id is another substance
new: ID301 a.md:2 chembl-id is another substance
resolved: ID301 a.md:3 chembl-id is another substance
canonid runs show 20260105T120000Z-abc"""


def mail(server: str) -> Channels:
    return Channels(mail=Mail(server, "canonid@example.org", ("a@example.org", "b@example.org")))


@contextmanager
def deaf() -> Iterator[int]:
    """A port on which nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield closed.getsockname()[1]


def test_news_are_counted_listed_and_lead_on() -> None:
    """The text that a chat shows."""
    assert NEWS.text == TEXT


def test_a_long_list_is_cut() -> None:
    """Twenty lines say enough; the rest is in the store."""
    news = news_of(run(), [change(State.REOPENED, number) for number in range(1, 31)])
    lines = news.text.splitlines()
    assert (lines[0], lines[-2], len(lines)) == ("canonid: 30 back", "and 10 more", 23)


def test_what_a_curator_decided_is_no_news() -> None:
    """Who waived it knows."""
    assert not news_of(run(), [change(State.WAIVED), change(State.ACKNOWLEDGED)]).is_worth_telling


def test_a_failure_is_worth_telling() -> None:
    """With its reason."""
    news = News(failure="the disk is full")
    assert (news.is_worth_telling, news.text) == (True, "canonid: the run failed\nthe disk is full")


# Webhook


def test_a_webhook_gets_text_for_a_chat_and_the_rest_for_programs() -> None:
    """In one object."""
    with webhook() as hook:
        assert list(notify(Channels(hook.url), NEWS)) == [("webhook", None)]
    (sent,) = hook.received
    changes = sent.pop("changes")
    assert sent == {
        "text": TEXT,
        "schema_version": 1,
        "event": "run.finished",
        "error": None,
        "run": {"id": "20260105T120000Z-abc", "verdicts": {"discrepant": 2}, "findings": {"error": 2}},
    }
    assert [item["change"] for item in changes] == ["new", "new", "resolved"]
    assert changes[0]["fingerprint"] == "f1"


def test_a_receiver_that_refuses_the_rest_can_have_the_text_alone() -> None:
    """`webhook_sends = "text"`."""
    with webhook() as hook:
        list(notify(Channels(hook.url, Payload.TEXT), NEWS))
    assert hook.received == [{"text": TEXT}]


def test_a_page_cannot_call_a_whole_channel() -> None:
    """What Slack takes for commands stands in angle brackets."""
    news = news_of(run(), [change(State.OPEN, message="is <!channel> & more")])
    with webhook() as hook:
        list(notify(Channels(hook.url), news))
    assert "is &lt;!channel&gt; &amp; more" in hook.received[0]["text"]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_does_not_take_it_is_reported(status: int) -> None:
    """By its answer; a redirect is not followed, since it may lead anywhere."""
    with webhook(status) as hook:
        assert list(notify(Channels(hook.url), NEWS)) == [("webhook", f"the webhook answered {status}")]
    assert len(hook.received) == 1


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:{port}/secret", "http://[bad/secret", "http://127.0.0.1:secret/"]
)
def test_a_webhook_that_cannot_be_reached_is_reported_without_its_address(address: str) -> None:
    """Which is a secret."""
    with deaf() as port:
        ((_, failure),) = notify(Channels(address.format(port=port)), NEWS)
    assert failure is not None
    assert failure.startswith("the webhook could not be reached (")
    assert "secret" not in failure


# E-mail


def test_an_e_mail_has_a_headline_and_the_text() -> None:
    """To everybody, and marked so that nobody's machine answers."""
    with mail_server() as box:
        assert list(notify(mail(f"smtp://127.0.0.1:{box.port}"), NEWS)) == [("mail", None)]
    (sent,) = box.mails
    assert sent["Subject"] == "canonid: 2 new, 1 resolved"
    assert (sent["From"], sent["To"]) == ("canonid@example.org", "a@example.org, b@example.org")
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent.get_content().splitlines() == TEXT.splitlines()


def test_a_password_is_sent_on_this_machine_without_encryption() -> None:
    """Nobody can listen in between; the name and the password may hold any character."""
    with mail_server() as box:
        list(notify(mail(f"smtp://me%40x:p%40ss@127.0.0.1:{box.port}"), NEWS))
    (sent,) = [command.removeprefix("AUTH PLAIN ") for command in box.commands if command.startswith("AUTH PLAIN ")]
    assert base64.b64decode(sent) == b"\0me@x\0p@ss"
    assert len(box.mails) == 1


def test_a_refused_password_is_reported_without_what_the_server_says() -> None:
    """It may repeat what it was sent."""
    with mail_server(login="535 no such user me with the password secret") as box:
        ((_, failure),) = notify(mail(f"smtp://me:secret@127.0.0.1:{box.port}"), NEWS)
    assert failure == "the mail server answered 535 (SMTPAuthenticationError)"


def test_a_password_is_not_sent_in_the_clear_to_others() -> None:
    """Here to another address of the loopback interface, of which nobody knows that it is one."""
    with mail_server("127.0.0.2") as box:
        ((_, failure),) = notify(mail(f"smtp://me:secret@127.0.0.2:{box.port}"), NEWS)
    assert failure == "the mail server offers no encryption, and a password is not sent without"
    assert not any(command.startswith("AUTH") for command in box.commands)


def test_a_mail_server_that_refuses_is_reported() -> None:
    """By its answer."""
    with mail_server(refuses=True) as box:
        ((_, failure),) = notify(mail(f"smtp://127.0.0.1:{box.port}"), NEWS)
    assert failure == "the mail could not be sent (SMTPRecipientsRefused)"


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_mail_server_that_cannot_be_reached_is_reported_without_its_address(scheme: str) -> None:
    """Which holds a password."""
    with deaf() as port:
        ((_, failure),) = notify(mail(f"{scheme}://me:secret@127.0.0.1:{port}"), NEWS)
    assert failure == "the mail could not be sent (ConnectionRefusedError)"


def test_a_server_that_speaks_no_tls_where_it_should_is_reported() -> None:
    """`smtps://` is never anything but encrypted."""
    with mail_server() as box:
        ((_, failure),) = notify(mail(f"smtps://me:secret@127.0.0.1:{box.port}"), NEWS)
    assert failure == "the mail could not be sent (SSLError)"
    assert box.mails == []


def test_every_channel_is_tried() -> None:
    """The failure of one does not keep the other from being used."""
    with webhook(500) as hook, mail_server() as box:
        channels = Channels(hook.url, mail=mail(f"smtp://127.0.0.1:{box.port}").mail)
        assert [failure is None for _, failure in notify(channels, NEWS)] == [False, True]


def test_secrets_are_known_as_such() -> None:
    """As written in the address and as sent."""
    channels = Channels("https://hook/token", mail=mail("smtp://me:p%40ss@host").mail)
    assert set(channels.secrets) == {"https://hook/token", "smtp://me:p%40ss@host", "p%40ss", "p@ss"}
    assert Channels().secrets == ()
