"""Machines that follow links and load images: scanners, previews, privacy proxies."""

import re

# Scanners of mail and previews of links name themselves. "cubot" is a phone.
_SCANNERS = re.compile(
    r"(?<!cu)bot\b|crawler|spider|barracuda|mimecast|proofpoint|urldefense|fireeye"
    r"|messagelabs|trendmicro|forcepoint|websense|ironport|zscaler|bitdefender"
    r"|safelinks|sophos|kaspersky|linkpreview|link preview|urlpreview|bingpreview"
    r"|facebookexternalhit|whatsapp/|skypeuripreview|google-safety|headlesschrome"
    r"|phantomjs|python-requests|python-urllib|^curl/|^wget/|go-http-client|^java/"
    r"|apache-httpclient|libwww-perl|node-fetch|^axios/|^okhttp/",
    re.IGNORECASE,
)
# Mail Privacy Protection loads every image, read or not, and says no more than this.
_PREFETCHERS = {"mozilla/5.0"}


def is_automatic_click(method: str, agent: str | None) -> bool:
    """Whether a request for a link comes from a machine, by what it says of itself.

    :param method: of the request; who reads asks for the page itself
    :param agent: the User-Agent header; a browser always sends one
    """
    return method.upper() == "HEAD" or not agent or bool(_SCANNERS.search(agent))


def is_automatic_open(agent: str | None) -> bool:
    """Whether the image that tells of an opening was loaded by a machine.

    The proxies of Gmail and Yahoo load it when somebody reads: they are none.
    """
    text = (agent or "").strip()
    return text.lower() in _PREFETCHERS or bool(_SCANNERS.search(text))
