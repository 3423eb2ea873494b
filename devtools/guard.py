"""Nothing leaves the machine: a connection to any address but loopback is refused.

Many callers swallow a failed connection, so each one is also kept: whoever starts the
guard asks for `violations` at the end and fails.
"""

import ipaddress
import logging
import socket
import traceback

_logger = logging.getLogger("devtools.guard")

violations = []
_LOCAL_NAMES = {"localhost", "localhost.localdomain", "ip6-localhost"}


class OutsideConnection(ConnectionRefusedError):
    """Raised in place of a connection that would leave the machine."""


def is_loopback(host):
    """Whether an address or name means this machine; no name is looked up."""
    if host is None:
        return True
    if isinstance(host, (bytes, bytearray)):
        host = bytes(host).decode("ascii", "replace")
    host = host.strip("[]").rstrip(".").lower()
    if host in _LOCAL_NAMES or host == "":
        return True
    try:
        address = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    return getattr(address, "ipv4_mapped", None) is None and address.is_loopback


def install():
    """Guard every socket that Python code of this process opens from now on."""
    for name in ("connect", "connect_ex", "sendto"):
        _guard_method(name)
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        _guard_lookup(name)


def _refuse(what, host):
    place = "".join(traceback.format_stack(limit=12)[:-2])
    violations.append(f"{what} {host}")
    _logger.error("connection to the outside refused: %s %s\n%s", what, host, place)
    raise OutsideConnection(f"nothing may leave the machine: {what} {host}")


def _guard_method(name):
    original = getattr(socket.socket, name)
    if hasattr(original, "unguarded"):
        return

    def guarded(self, *args):
        # The address is the last argument of sendto too.
        address = args[-1] if args else None
        internet = self.family in (socket.AF_INET, socket.AF_INET6)
        if internet and isinstance(address, tuple) and not is_loopback(address[0]):
            _refuse(name, address[0])
        return original(self, *args)

    guarded.unguarded = original
    setattr(socket.socket, name, guarded)


def _guard_lookup(name):
    original = getattr(socket, name)
    if hasattr(original, "unguarded"):
        return

    def guarded(host, *args, **kwargs):
        if not is_loopback(host):
            _refuse(name, host)
        return original(host, *args, **kwargs)

    guarded.unguarded = original
    setattr(socket, name, guarded)
