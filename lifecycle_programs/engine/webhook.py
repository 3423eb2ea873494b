"""Webhooks: what is signed, who may be called, when it is tried again."""

import hashlib
import hmac
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3

# Minutes until the next try; the last goes on until the day is over.
RETRY_MINUTES = (1, 5, 15, 60, 120, 240)
# Addresses that translate to others, which cannot be told from here.
_TRANSLATED = (
    ipaddress.ip_network("64:ff9b::/96"),
    ipaddress.ip_network("64:ff9b:1::/48"),
)
# Seconds to wait for a connection, and for an answer.
TIMEOUT = urllib3.Timeout(connect=5, read=10)


class Refused(ValueError):
    """The address may not be called: not a web address, not encrypted, or private."""


@dataclass(frozen=True)
class Answer:
    """What came back.

    :param status: HTTP status, None when there was no answer
    :param error: why there was none
    :param retry_after: seconds that the other side asks for
    """

    status: int | None = None
    error: str = ""
    retry_after: int | None = None

    @property
    def is_done(self):
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_passing(self):
        """Whether another try may succeed: too many calls, or nobody there."""
        return self.status is None or self.status == 429 or self.status >= 500


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """``v1=`` and HMAC-SHA256, in hex, over ``timestamp.body``.

    The timestamp cannot be taken off and the call played again later.
    """
    if not secret:
        raise ValueError("A call cannot be signed without a secret")
    text = b"%d.%s" % (timestamp, body)
    return "v1=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def retry_minutes(tries: int, answer: Answer) -> int:
    """Minutes until the next try after so many tries; at least what was asked for."""
    minutes = RETRY_MINUTES[min(tries, len(RETRY_MINUTES)) - 1]
    return max(minutes, -(-(answer.retry_after or 0) // 60))


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the internet, not to a network of somebody's
    own, to this machine, or to the machines that host it."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    if mapped:
        ip = mapped
    translated = any(ip in network for network in _TRANSLATED)
    return ip.is_global and not ip.is_multicast and not translated


def check_url(url: str, *, allow_private: bool = False) -> tuple:
    """The parts of an address that may be called.

    :return: scheme, host, port, path with query
    :raise Refused: for anything but https, or http inside where that is allowed
    """
    try:
        parts = urlsplit(url or "")
        port = parts.port
    except ValueError as error:
        raise Refused(str(error)) from None
    allowed = ("https", "http") if allow_private else ("https",)
    if parts.scheme not in allowed or not parts.hostname:
        raise Refused(f"The address has to begin with {allowed[0]}://")
    if parts.username or parts.password:
        raise Refused("The address may not contain a password")
    path = parts.path or "/"
    if parts.query:
        path += f"?{parts.query}"
    default = 443 if parts.scheme == "https" else 80
    return parts.scheme, parts.hostname, port or default, path


def post(url: str, body: bytes, headers: dict, *, allow_private=False) -> Answer:
    """Send a call. No redirect is followed, no proxy asked, only the status read.

    The name is resolved once and that address is called, so that a name cannot point
    elsewhere after the check.

    :raise Refused: when the address may not be called
    """
    scheme, host, port, path = check_url(url, allow_private=allow_private)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise Refused(f"{host} is not a name") from None
    except OSError as error:
        return Answer(error=f"{host}: {error.strerror or error}")
    addresses = [entry[4][0] for entry in found]
    if not allow_private and not all(map(is_public, addresses)):
        raise Refused(f"{host} is a private address")
    headers = {
        "Host": host if port in (80, 443) else f"{host}:{port}",
        "Content-Type": "application/json",
        "User-Agent": "Lifecycle Programs",
    } | headers
    with _pool(scheme, host, addresses[0], port) as pool:
        try:
            response = pool.urlopen(
                "POST",
                path,
                body=body,
                headers=headers,
                redirect=False,
                retries=False,
                preload_content=False,
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return Answer(error=f"{type(error).__name__}: {error}"[:500])
        wait = response.headers.get("Retry-After", "")
        answer = Answer(
            response.status, retry_after=int(wait) if wait.isdecimal() else None
        )
        response.close()
    return answer


def _pool(scheme, host, address, port):
    if scheme == "http":
        return urllib3.HTTPConnectionPool(address, port, timeout=TIMEOUT)
    # The certificate is that of the name, not of the address.
    return urllib3.HTTPSConnectionPool(
        address, port, timeout=TIMEOUT, server_hostname=host, assert_hostname=host
    )
