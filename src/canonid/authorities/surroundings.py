"""What the environment says about the way to the network, and that a library could not make use of it."""

from __future__ import annotations

from canonid.authorities.transport import Refusal


def refusal_of_surroundings() -> Refusal:
    """The refusal of a proxy or of certificates that cannot be used; a proxy's address may hold a password: unsaid."""
    return Refusal(
        "cannot be asked with the proxy or the certificates that the environment names",
        retry=False,
        advice="check HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and REQUESTS_CA_BUNDLE",
    )
