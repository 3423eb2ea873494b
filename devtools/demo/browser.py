"""People's web browser: requests go through Odoo's own WSGI application.

So opens, clicks, unsubscriptions and answers pass the real controllers, with their
tokens and checks, as they would over a socket.
"""

import hashlib
from urllib.parse import urljoin, urlsplit

from werkzeug.test import Client

from odoo import http

from .links import Form

USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


class Browser:
    """One visitor after the other; each mail address has its own machine.

    :param base_url: Odoo's own address: only this host is ever asked.
    """

    def __init__(self, base_url: str):
        self.base_url = base_url
        self.failures = []
        self._host = urlsplit(base_url).netloc

    def is_ours(self, url: str) -> bool:
        return urlsplit(url).netloc in ("", self._host)

    def get(self, url: str, visitor: str) -> str:
        """Open a page and follow its redirects as long as they stay with Odoo."""
        client = Client(http.root)
        for _hop in range(5):
            response = self._open(client, url, visitor)
            target = response.headers.get("Location")
            if not target or not self.is_ours(urljoin(url, target)):
                break
            url = urljoin(url, target)
        return response.get_data().decode("utf-8", "replace")

    def submit(self, url: str, visitor: str, values: dict | None = None) -> bool:
        """Open a page and press the button of its form.

        :param values: fields to fill in, over what the form carries.
        :return: whether there was a form.
        """
        client = Client(http.root)
        page = self._open(client, url, visitor).get_data(as_text=True)
        form = Form.read(page)
        if form is None:
            return False
        data = form.values | (values or {})
        self._open(client, urljoin(url, form.action or url), visitor, data)
        return True

    def post(self, url: str, visitor: str, values: dict) -> None:
        """Post without a page before, as mail programs do for one-click links."""
        self._open(Client(http.root), url, visitor, values)

    def _open(self, client, url, visitor, data=None):
        parts = urlsplit(url)
        response = client.open(
            parts.path or "/",
            query_string=parts.query,
            base_url=self.base_url,
            method="GET" if data is None else "POST",
            data=data,
            headers={"User-Agent": USER_AGENT},
            environ_overrides={"REMOTE_ADDR": _machine(visitor)},
        )
        if response.status_code >= 400:
            self.failures.append(f"{response.status} {parts.path}")
        return response


def _machine(visitor: str) -> str:
    """The loopback address of a visitor, the same on every visit."""
    one, two, three = hashlib.sha256(visitor.encode()).digest()[:3]
    return f"127.{one}.{two}.{max(three, 2)}"
