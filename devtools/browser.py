"""The browser of the browser tests: the machine's, else Debian's, unpacked privately.

Odoo's tests start the first `google-chrome` or `chromium` on the PATH. Ours is a small
script that adds what keeps the browser from reaching outside.
"""

import glob
import os
import shlex
import shutil
import subprocess

from . import console, debian, paths

BIN = os.path.join(paths.DEV, "bin")
UNPACKED = os.path.join(paths.DEV, "chromium")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SWITCHES = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    # Whatever the browser asks for by name, only this machine answers.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


def ensure():
    """A folder to put first on the PATH, or None, loudly, where there is no browser."""
    try:
        program, libraries = _find() or _fetch()
    except console.Stop as stop:
        if os.environ.get("CI"):
            raise console.Stop(f"No browser for the browser tests. {stop}") from stop
        console.step("=" * 70)
        console.step("NO BROWSER: the browser tests are SKIPPED.")
        console.step(str(stop))
        console.step("=" * 70)
        return None
    lines = ["#!/bin/sh", "# Made by ./dev; see devtools/browser.py."]
    if libraries:
        lines.append(f"export LD_LIBRARY_PATH={shlex.quote(':'.join(libraries))}")
    lines.append(f'exec {shlex.join([program, *SWITCHES, "--no-sandbox"])} "$@"')
    wrapper = os.path.join(BIN, "google-chrome")
    console.write_if_changed(wrapper, "\n".join([*lines, ""]))
    os.chmod(wrapper, 0o755)
    return BIN


def _find():
    """The machine's own browser, or the one unpacked before."""
    outside = [p for p in os.get_exec_path() if os.path.realpath(p) != BIN]
    for name in NAMES:
        found = shutil.which(name, path=os.pathsep.join(outside))
        if found:
            return found, []
    return _unpacked()


def _unpacked():
    program = os.path.join(UNPACKED, "usr", "lib", "chromium", "chromium")
    if not os.path.exists(program):
        return None
    found = glob.glob(os.path.join(UNPACKED, "**", "*.so*"), recursive=True)
    folders = {os.path.dirname(path) for path in found}
    return program, sorted(folders - {os.path.dirname(program)})


def _fetch():
    """Fetch chromium with the libraries this machine lacks; unpack all, then rename."""
    with console.lock("chromium"):
        if _unpacked():
            return _unpacked()
        apt = debian.Apt()
        apt.prepare()
        names = apt.missing("chromium")
        console.step(f"fetching chromium from Debian ({len(names)} packages)")
        files = apt.download(names)
        part = UNPACKED + ".part"
        shutil.rmtree(part, ignore_errors=True)
        debian.unpack(files, part)
        program = os.path.join(part, "usr", "lib", "chromium", "chromium")
        if not os.access(program, os.X_OK):
            raise console.Stop("Debian's chromium package holds no chromium.")
        os.rename(part, UNPACKED)
        for name in files:
            os.unlink(name)
    return _unpacked()


def version(folder):
    """What the browser calls itself; fails when it does not start."""
    result = subprocess.run(
        [os.path.join(folder, "google-chrome"), "--version"],
        capture_output=True,
        text=True,
    )
    if result.returncode:
        raise console.Stop(f"The browser does not start: {result.stderr.strip()[:300]}")
    return result.stdout.strip()
