"""``python -m devtools.screenshots --url URL``: take the pictures of a running demo."""

import argparse
import io
import json
import sys
from pathlib import Path

from PIL import Image

from .. import console, paths
from .chrome import Chrome
from .pages import ADMIN, DESKTOP, PAGES, STEP_PAGES
from .server import find
from .steps import every_step

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


def main(arguments):
    """Take the pictures; 1 when a page could not be taken, or complained."""
    parser = argparse.ArgumentParser(prog="./dev screenshots", allow_abbrev=False)
    parser.add_argument("--url", required=True, help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*", help="which pictures (default: all)")
    options = parser.parse_args(arguments)
    known = {page.name: page for page in (*PAGES, *STEP_PAGES)}
    if unknown := set(options.names) - known.keys():
        parser.error(f"no picture {', '.join(sorted(unknown))}; known: {[*known]}")
    wanted = [known[name] for name in options.names or known]
    steps = [page for page in wanted if page in STEP_PAGES]
    others = [page for page in wanted if page not in STEP_PAGES]
    with Chrome() as chrome:
        chrome.resize(*DESKTOP)
        failed = take_all(chrome, options.url, others)
        if steps:
            log_in(chrome, options.url, ADMIN)
            with every_step(chrome):
                failed += take_all(chrome, options.url, steps)
    return 1 if failed else 0


def take_all(chrome, url, pages):
    """The pictures of these pages.

    :return: how many complaints there were
    """
    failed = 0
    login = None
    for page in sorted(pages, key=lambda page: page.login):
        try:
            if page.login != login:
                login = page.login
                log_in(chrome, url, login)
            take(chrome, url, page)
        except RuntimeError as error:
            chrome.errors.append(str(error))
        failed += len(chrome.errors)
        for error in chrome.errors:
            console.step(f"{page.name}: {error}")
        chrome.errors.clear()
    return failed


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
    path = IMAGES / f"{page.name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    image.quantize(COLOURS).save(path, optimize=True)
    console.step(f"docs/images/{page.name}.png")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
