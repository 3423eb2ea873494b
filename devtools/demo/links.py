"""What a reader sees in a mail or on a page: links, images, a form."""

from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Link:
    """A link as a reader sees it: where it goes and what it says."""

    url: str
    text: str

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def tracked(self) -> bool:
        """Whether it is one of Odoo's short links."""
        return self.path.startswith("/r/")

    def is_for(self, *purposes: str) -> bool:
        """Whether it is one of the addon's personal links, for one of the purposes that
        stand in its path."""
        return any(self.path.startswith(f"/lifecycle/{each}/") for each in purposes)


def read_links(html: str) -> list[Link]:
    """The links of a page or a mail, in order."""
    reader = _LinkReader()
    reader.feed(html)
    return reader.links


def read_images(html: str) -> list[str]:
    """The images a mail program loads when the mail is opened."""
    reader = _LinkReader()
    reader.feed(html)
    return reader.images


class _LinkReader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.images = [], []
        self._url, self._text = "", []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "a" and values.get("href"):
            self._url, self._text = values["href"], []
        elif tag == "img" and values.get("src"):
            self.images.append(values["src"])

    def handle_data(self, data):
        if self._url:
            self._text.append(data)

    def handle_endtag(self, tag):
        if tag == "a" and self._url:
            self.links.append(Link(self._url, " ".join("".join(self._text).split())))
            self._url = ""


class Form(HTMLParser):
    """The first form of a page that is sent by POST, with the values it carries."""

    def __init__(self):
        super().__init__()
        self.action, self.values, self.found = "", {}, False
        self._inside = False

    @classmethod
    def read(cls, page: str):
        form = cls()
        form.feed(page)
        return form if form.found else None

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "form" and (values.get("method") or "").lower() == "post":
            if not self.found:
                self.action, self.found, self._inside = values.get("action"), True, True
        elif self._inside and tag in ("input", "button") and values.get("name"):
            kind = (values.get("type") or "text").lower()
            if kind not in ("checkbox", "radio") or "checked" in values:
                self.values[values["name"]] = values.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "form":
            self._inside = False
