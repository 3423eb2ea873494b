"""Signatures for public links: who may do what, without a login."""

import base64
import hashlib
import hmac


def sign(secret: str, purpose: str, *parts) -> str:
    """URL-safe signature over a purpose and its parts.

    :param secret: kept in the database, never shown
    :param purpose: "unsubscribe", "survey", ...: one link cannot be used as another
    :param parts: what the link is about; compared as texts
    """
    if not secret:
        raise ValueError("A link cannot be signed without a secret")
    digest = hmac.digest(secret.encode(), _message(purpose, parts), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def verify(secret: str, token: str | None, purpose: str, *parts) -> bool:
    """Whether a signature belongs to this purpose and these parts, in constant time."""
    if not secret or not isinstance(token, str):
        return False
    expected = sign(secret, purpose, *parts).encode()
    return hmac.compare_digest(expected, token.encode("utf-8", "replace"))


def _message(purpose, parts):
    # Lengths first: ("ab", "c") and ("a", "bc") are different links.
    texts = [str(part).encode() for part in (purpose, *parts)]
    return b"".join(b"%d:%s" % (len(text), text) for text in texts)
