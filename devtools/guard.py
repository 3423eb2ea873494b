"""Nothing leaves the machine: a connection to any address but loopback is refused.

Many callers swallow a failed connection, so each one is also kept: whoever installs the
guard looks at `violations` at the end and fails.
"""

import functools
import ipaddress
import logging
import socket
import traceback
from urllib.parse import urlsplit

_logger = logging.getLogger("devtools.guard")

violations = []
_LOCAL_NAMES = {"", "localhost", "localhost.localdomain", "ip6-localhost"}


class OutsideConnection(ConnectionRefusedError):
    """Raised in place of a connection that would leave the machine."""


def is_loopback(host):
    """Whether an address or a name means this machine; no name is looked up."""
    if host is None:
        return True
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    host = host.strip("[]").rstrip(".").lower()
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return host in _LOCAL_NAMES


def install():
    """Guard every socket that Python code of this process opens from now on."""
    for name in ("connect", "connect_ex", "sendto"):
        _guard_method(name)
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        _guard_lookup(name)


def install_in_odoo_tests(common):
    """Let a request that Odoo's test classes would quietly block fail the test.

    `common` is the module `odoo.tests.common`.
    """
    original = common.BaseCase._request_handler.__func__

    def guarded(cls, session, request, /, **options):
        url = urlsplit(request.url)
        if url.scheme != "file" and not is_loopback(url.hostname):
            _refuse(request.method, url.hostname)
        return original(cls, session, request, **options)

    common.BaseCase._request_handler = classmethod(guarded)


def _refuse(what, host):
    violations.append(f"{what} {host}")
    stack = "".join(traceback.format_stack(limit=12)[:-2])
    _logger.error("connection to the outside refused: %s %s\n%s", what, host, stack)
    raise OutsideConnection(f"nothing may leave the machine: {what} {host}")


def _guard_method(name):
    original = getattr(socket.socket, name)
    if hasattr(original, "__wrapped__"):
        return

    @functools.wraps(original)
    def guarded(self, *args):
        # The address comes last, in sendto too.
        internet = self.family in (socket.AF_INET, socket.AF_INET6)
        if internet and isinstance(args[-1], tuple) and not is_loopback(args[-1][0]):
            _refuse(name, args[-1][0])
        return original(self, *args)

    setattr(socket.socket, name, guarded)


def _guard_lookup(name):
    original = getattr(socket, name)
    if hasattr(original, "__wrapped__"):
        return

    @functools.wraps(original)
    def guarded(host, *args, **kwargs):
        if host == socket.gethostname():
            # smtplib asks what its own machine is called; no name server has to know.
            host = "127.0.0.1"
        if not is_loopback(host):
            _refuse(name, host)
        return original(host, *args, **kwargs)

    setattr(socket, name, guarded)
