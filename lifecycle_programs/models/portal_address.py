"""The addresses of the portal channels: a contact, where others have a mailbox."""

IN_APP = "in_app"
PUSH = "push"
PORTAL_CHANNELS = (IN_APP, PUSH)


def portal_address(channel, partner):
    """The address of a contact on one of the portal channels."""
    return f"{channel}:{partner.id}"


def read_address(address):
    """The channel and the id of the contact of such an address; None for others."""
    channel, _colon, number = (address or "").partition(":")
    if channel in PORTAL_CHANNELS and number.isdecimal():
        return channel, int(number)
    return None
