"""Telling people what is new and what was resolved: by webhook and by e-mail.

Addresses with passwords or tokens in them are secrets: they are used here and appear in no message of this module.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from enum import StrEnum
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from canonid.model import State
from canonid.store.history import Change, PastRun

_SECONDS = 5.0
"""For each step of a notification; a service that is told to stop has ten for everything."""
_MOST_LINES = 20
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Payload(StrEnum):
    """What a webhook is sent."""

    FULL = "full"
    """`text` beside run, counts and every change."""
    TEXT = "text"
    """Nothing but `text`, for receivers that refuse what they do not know."""


@dataclass(frozen=True, slots=True)
class Mail:
    """How an e-mail leaves."""

    server: str
    """`smtp://user:password@host:587`, or `smtps://…` for TLS from the first byte; a secret."""
    sender: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Channels:
    """Where news go; nowhere by default."""

    webhook: str | None = None
    """Its address; a secret."""
    payload: Payload = Payload.FULL
    mail: Mail | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be written down."""
        server = self.mail.server if self.mail else ""
        password = urlsplit(server).password or ""
        return tuple(text for text in (self.webhook, server, password, unquote(password)) if text)


@dataclass(frozen=True, slots=True)
class News:
    """What there is to tell of a run."""

    run: PastRun | None = None
    changes: tuple[Change, ...] = ()
    failure: str | None = None
    """Why the run could not be carried out."""

    @property
    def is_worth_telling(self) -> bool:
        """Whether anything is new, resolved, back or broken."""
        return bool(self.changes or self.failure)

    @property
    def headline(self) -> str:
        """One line: the subject of an e-mail."""
        if self.failure:
            return "canonid: the run failed"
        counts = ((self._count(state), word) for state, word in _WORDS.items())
        return "canonid: " + ", ".join(f"{count} {word}" for count, word in counts if count)

    @property
    def text(self) -> str:
        """The headline, a line a change, and where to read on."""
        lines = [self.headline, *([self.failure] if self.failure else [])]
        lines += [_line(change) for change in self.changes[:_MOST_LINES]]
        if len(self.changes) > _MOST_LINES:
            lines.append(f"and {len(self.changes) - _MOST_LINES} more")
        if self.run is not None:
            lines.append(f"canonid runs show {self.run.id}")
        return "\n".join(lines)

    def _count(self, state: State) -> int:
        return sum(change.state is state for change in self.changes)


_WORDS = {State.OPEN: "new", State.REOPENED: "back", State.RESOLVED: "resolved"}


def news_of(run: PastRun, changes: Sequence[Change]) -> News:
    """What a run is worth telling of; a curator's own acts are no news."""
    return News(run, tuple(change for change in changes if change.state in _WORDS))


def notify(channels: Channels, news: News) -> Iterator[tuple[str, str | None]]:
    """Send `news` on every channel; the name of each, and why it failed or None."""
    if channels.webhook is not None:
        yield "webhook", _post(channels.webhook, _document(news, channels.payload))
    if channels.mail is not None:
        yield "mail", _send(channels.mail, news)


def _line(change: Change) -> str:
    place = f"{change.path}:{change.line}"
    return f"{_WORDS[change.state]}: {change.code} {place} {change.message}"


def _document(news: News, payload: Payload) -> dict[str, Any]:
    """What the webhook gets; `text` as Slack wants it, in which a page must not be able to call a whole channel."""
    text = news.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if payload is Payload.TEXT:
        return {"text": text}
    changes = [
        {
            "change": _WORDS[change.state],
            "fingerprint": change.fingerprint,
            "code": change.code,
            "severity": change.severity,
            "path": change.path,
            "line": change.line,
            "subject": change.subject,
            "field": change.field,
            "claimed": change.claimed,
            "message": change.message,
        }
        for change in news.changes
    ]
    run = news.run
    return {
        "text": text,
        "schema_version": 1,
        "event": "run.failed" if news.failure else "run.finished",
        "error": news.failure,
        "run": run and {"id": run.id, "verdicts": dict(run.verdicts), "findings": dict(run.findings)},
        "changes": changes,
    }


def _post(address: str, document: dict[str, Any]) -> str | None:
    """Why it failed, in words of our own: those of the library may quote the address."""
    import httpx  # noqa: PLC0415 - only for who wants to be told

    try:
        reply = httpx.post(address, json=document, timeout=_SECONDS, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return f"the webhook could not be reached ({type(error).__name__})"
    return None if reply.is_success else f"the webhook answered {reply.status_code}"


def _send(mail: Mail, news: News) -> str | None:
    server = urlsplit(mail.server)
    try:
        with _connected(server) as smtp:
            smtp.send_message(_message(mail, news))
    except smtplib.SMTPResponseException as error:
        return f"the mail server answered {error.smtp_code} ({type(error).__name__})"
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return f"the mail could not be sent ({type(error).__name__})"
    except _Unsafe:
        return "the mail server offers no encryption, and a password is not sent without"
    return None


class _Unsafe(Exception):
    """A password would have to be sent in the clear."""


def _connected(server: SplitResult) -> smtplib.SMTP:
    """A session that is encrypted where the server can, and always before a password, save on this very machine."""
    context, host = ssl.create_default_context(), server.hostname or ""
    if server.scheme == "smtps":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, server.port or 465, timeout=_SECONDS, context=context)
    else:
        smtp = smtplib.SMTP(host, server.port or 587, timeout=_SECONDS)
    try:
        smtp.ehlo()
        if server.scheme != "smtps" and smtp.has_extn("starttls"):
            smtp.starttls(context=context)
            smtp.ehlo()
        if server.username:
            if not isinstance(smtp.sock, ssl.SSLSocket) and host not in _LOOPBACK:
                raise _Unsafe
            smtp.login(unquote(server.username), unquote(server.password or ""))
    except BaseException:
        smtp.close()
        raise
    return smtp


def _message(mail: Mail, news: News) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = news.headline
    message["From"] = mail.sender
    message["To"] = ", ".join(mail.to)
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid("canonid", mail.sender.rpartition("@")[2].rstrip(">"))
    message["Auto-Submitted"] = "auto-generated"  # no out-of-office replies
    message.set_content(news.text + "\n")
    return message
