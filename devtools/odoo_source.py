"""Odoo 19's code: `ODOO_PATH`, else an importable `odoo`, else Debian's package.

Whichever it is, a `.pth` file makes it importable in the virtual environment.
"""

import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass

from . import console, debian, paths

PACKAGE, SUITE = "odoo-19", "unstable"
# Odoo's own code links into these packages instead of carrying the files.
LINKED = re.compile(r"fonts-|gsfonts$|libjs-|node-")
# Background blur in calls: no free source code, so Debian has none.
LEFT_OUT = ("mail/static/lib/selfie_segmentation/selfie_segmentation.js",)
MAJOR = 19
FETCHED = os.path.join(paths.ODOO, "usr", "lib", "python3", "dist-packages")
# The commands of `dev` that run Odoo, mostly.
RUN_ODOO = ("demo", "test", "serve", "shell", "db", "bench")


@dataclass(frozen=True)
class Source:
    """Odoo's code: the folder that holds the package `odoo`, and its version."""

    root: str
    version: str

    @property
    def addons(self):
        """Folders of addons outside the package: a checkout has one, Debian none."""
        inside = os.path.join(self.root, "odoo", "addons", "crm")
        return [] if os.path.exists(inside) else [os.path.join(self.root, "addons")]


def ensure():
    """Odoo's code, fetched if need be and importable in this environment."""
    link = os.path.join(sysconfig.get_paths()["purelib"], "lifecycle-odoo.pth")
    root = os.environ.get("ODOO_PATH") or _importable(link)
    if not root:
        root = FETCHED
        _ensure_fetched()
        _complete(root)
    root = os.path.abspath(root)
    source = Source(root, _version(root))
    console.write_if_changed(link, root + "\n")
    return source


@contextlib.contextmanager
def fetching(verb):
    """Fetch Odoo while the block waits for something else, if a command of `dev` will
    want it. What goes wrong here is said by `ensure`, which then does it again.

    Runs on a bare Python.

    :param verb: the command's name in a list, or an empty one
    """
    is_there = os.environ.get("ODOO_PATH") or _importable("") or os.path.exists(FETCHED)
    if is_there or not set(verb) & set(RUN_ODOO):
        yield
        return
    process = subprocess.Popen(
        [sys.executable, "-m", __name__],
        cwd=paths.ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    except BaseException:
        process.terminate()
        process.wait()
        raise


def _ensure_fetched():
    if not os.path.exists(FETCHED):
        with console.lock("odoo"):
            if not os.path.exists(FETCHED):
                _fetch()


def _importable(link):
    """Where Python finds an Odoo that we did not put there ourselves, or None."""
    ours = set()
    if os.path.exists(link):
        with open(link) as handle:
            ours = {handle.read().strip()}
    for place in sys.path:
        if place not in ours and os.path.exists(os.path.join(place, "odoo/release.py")):
            return place
    spec = importlib.util.find_spec("odoo")  # An editable installation has a finder.
    for place in (spec and spec.submodule_search_locations) or []:
        root = os.path.dirname(place)
        if root not in ours and os.path.exists(os.path.join(place, "release.py")):
            return root
    return None


def _version(root):
    try:
        with open(os.path.join(root, "odoo", "release.py")) as handle:
            text = handle.read()
    except FileNotFoundError:
        raise console.Stop(
            f"{root} holds no Odoo: set ODOO_PATH to the folder of a checkout of "
            "Odoo 19 (the one with odoo/release.py)."
        ) from None
    match = re.search(r"(?m)^version_info = \((\d+), (\d+), (\d+)", text)
    if not match or int(match.group(1)) != MAJOR:
        raise console.Stop(f"The Odoo in {root} is not version {MAJOR}: see ODOO_PATH.")
    return ".".join(match.groups())


def _fetch():
    """Fetch Debian's package and what its links point to; unpack all, then rename."""
    apt = debian.Apt(SUITE)
    apt.prepare()
    wanted, names = [PACKAGE], []
    while wanted:
        names += wanted
        found = [other for name in wanted for other in apt.depends(name)]
        wanted = sorted({n for n in found if LINKED.match(n)} - set(names))
    console.step(f"fetching Odoo 19 from Debian ({len(names)} packages, about 125 MB)")
    files = apt.download(names)
    console.step("unpacking Odoo 19 into .dev/odoo (about 1.1 GB)")
    part = paths.ODOO + ".part"
    shutil.rmtree(part, ignore_errors=True)
    try:
        debian.unpack(files, part)
    except subprocess.CalledProcessError as error:
        if shutil.disk_usage(paths.DEV).free < 100 * 1024 * 1024:
            raise console.Stop(console.DISK_FULL) from error
        raise
    _mend_links(part)
    os.rename(part, paths.ODOO)
    for name in files:
        os.unlink(name)


def _complete(root):
    """Put an empty file where Debian leaves one out that an asset bundle names.

    Odoo then logs no error for the bundle; what the file does is missing either way.
    """
    for name in LEFT_OUT:
        path = os.path.join(root, "odoo", "addons", name)
        if not os.path.exists(path):
            console.write_if_changed(path, "// Not in Debian's package.\n")


def _mend_links(folder):
    """Point links that lead nowhere at the file that took the place of their target.

    A font package may have renamed `X.otf` to `X-Regular.otf` since Odoo's package was
    made. A link without such a file is dropped and named: Odoo runs without a font.
    """
    lost = debian.dangling_links(folder)
    if not lost:
        return
    files = {
        name: os.path.join(parent, name)
        for parent, _folders, names in os.walk(os.path.join(folder, "usr", "share"))
        for name in names
    }
    for link in lost:
        stem, extension = os.path.splitext(os.path.basename(os.readlink(link)))
        heir = files.get(stem + extension) or files.get(f"{stem}-Regular{extension}")
        os.unlink(link)
        if heir:
            os.symlink(os.path.relpath(heir, os.path.dirname(link)), link)
        else:
            console.step(f"left out {os.path.relpath(link, folder)}: its file is gone")


if __name__ == "__main__":
    _ensure_fetched()
