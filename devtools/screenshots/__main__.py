"""``python -m devtools.screenshots --url URL``: take the pictures of a running demo."""

import argparse
import io
import json
import sys
from pathlib import Path

from PIL import Image

from .. import console, paths
from .chrome import Chrome
from .pages import DESKTOP, PAGES

IMAGES = Path(paths.ROOT, "docs", "images")
COLOURS = 256
LOGIN = """
    (async () => {
        await fetch("/web/session/logout");
        const page = await (await fetch("/web/login")).text();
        const form = new DOMParser().parseFromString(page, "text/html");
        const token = form.querySelector("input[name=csrf_token]").value;
        const values = {csrf_token: token, login: LOGIN, password: LOGIN};
        const body = new URLSearchParams(values);
        const answer = await fetch("/web/login", {method: "POST", body});
        return !answer.url.includes("/web/login");
    })()
"""
FIND = """
    (async () => {
        const params = %s;
        const answer = await fetch("/web/dataset/call_kw", {
            method: "POST",
            headers: {"Content-Type": "application/json"},
            body: JSON.stringify({jsonrpc: "2.0", method: "call", params}),
        });
        const {result, error} = await answer.json();
        if (error) {
            throw new Error(error.data.message);
        }
        return result[0];
    })()
"""


def main(arguments):
    """Take the pictures; 1 when a page could not be taken, or complained."""
    parser = argparse.ArgumentParser(prog="./dev screenshots", allow_abbrev=False)
    parser.add_argument("--url", required=True, help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*", help="which pictures (default: all)")
    options = parser.parse_args(arguments)
    known = {page.name: page for page in PAGES}
    if unknown := set(options.names) - known.keys():
        parser.error(f"no picture {', '.join(sorted(unknown))}; known: {[*known]}")
    IMAGES.mkdir(parents=True, exist_ok=True)
    failed = 0
    wanted = [known[name] for name in options.names or known]
    with Chrome() as chrome:
        chrome.resize(*DESKTOP)
        login = None
        for page in sorted(wanted, key=lambda page: page.login):
            try:
                if page.login != login:
                    login = page.login
                    log_in(chrome, options.url, login)
                take(chrome, options.url, page)
            except RuntimeError as error:
                chrome.errors.append(str(error))
            failed += len(chrome.errors)
            for error in chrome.errors:
                console.step(f"{page.name}: {error}")
            chrome.errors.clear()
    return 1 if failed else 0


def log_in(chrome, url, login):
    """Look as somebody of the demo from now on.

    :raises RuntimeError: when there is no such user
    """
    chrome.open(f"{url}/web/login")
    chrome.wait_for("form.oe_login_form, .o_main_navbar")
    if not chrome.run(LOGIN.replace("LOGIN", json.dumps(login))):
        raise RuntimeError(f"Nobody can log in as {login}: run ./dev demo first")


def take(chrome, url, page):
    """One picture into docs/images."""
    chrome.resize(*page.size)
    path = page.path
    if page.record:
        path = path.format(id=find(chrome, *page.record))
    chrome.open(url + path)
    for selector in page.clicks:
        chrome.wait_for(selector)
        chrome.run(f"document.querySelector({json.dumps(selector)}).click()")
    chrome.wait_for(page.ready)
    if page.until_gone:
        chrome.wait_for(page.until_gone, is_there=False)
    chrome.settle()
    image = Image.open(io.BytesIO(chrome.picture(page.part))).convert("RGB")
    image.quantize(COLOURS).save(IMAGES / f"{page.name}.png", optimize=True)
    console.step(f"docs/images/{page.name}.png")


def find(chrome, model, domain, field):
    """The id in a field of the first record.

    :raises RuntimeError: when there is none
    """
    call = {
        "model": model,
        "method": "search_read",
        "args": [domain, [field]],
        "kwargs": {"limit": 1},
    }
    found = chrome.run(FIND % json.dumps(call))
    if not found:
        raise RuntimeError(f"no {model} with {domain}: run ./dev demo first")
    value = found[field]
    # A record is told with its name.
    return value[0] if isinstance(value, list) else value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
