"""Libraries of the web client, built from npm at pinned versions.

A library is a folder of `devtools/vendor/` with package.json, package-lock.json and
`entry.mjs`, which names what is used of it. The build is one script that defines one
global variable, with the versions in its first lines, beside the licences. It is
committed, so that Odoo serves it without node.
"""

import json
import os
import re
import shutil
import subprocess

from . import console, paths

SOURCES = os.path.join(paths.ROOT, "devtools", "vendor")
BUILD = os.path.join(paths.DEV, "vendor")
LIBRARIES = {"codemirror": "LifecycleCodeMirror"}
TARGET = "es2022"
_PINNED = re.compile(r"^ \* (\S+) (\d\S*)$", re.MULTILINE)


def run():
    """Build every library into the addon's `static/lib`; the exit status."""
    for name in LIBRARIES:
        _build(name)
    return 0


def folder(name):
    """Where the built library lies."""
    return os.path.join(paths.ROOT, paths.ADDON, "static", "lib", name)


def script(name):
    """The path of the built script."""
    return os.path.join(folder(name), f"{name}.js")


def locked(name):
    """The versions that the lock file pins, by package.

    :rtype: dict[str, str]
    """
    with open(os.path.join(SOURCES, name, "package-lock.json")) as handle:
        packages = json.load(handle)["packages"]
    return {
        path.rpartition("node_modules/")[2]: package["version"]
        for path, package in packages.items()
        if path
    }


def recorded(name):
    """The versions that the built script says it is made of, by package.

    :rtype: dict[str, str]
    """
    with open(script(name)) as handle:
        head = handle.read().partition("*/")[0]
    return dict(_PINNED.findall(head))


def _build(name):
    _ensure_node()
    work = os.path.join(BUILD, name)
    shutil.copytree(os.path.join(SOURCES, name), work, dirs_exist_ok=True)
    console.step(f"fetching {name} at its pinned versions")
    # The packages' own scripts are not needed, so they do not run.
    _call(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], work)
    console.step(f"building {name}")
    bundle = _bundle(name, work)
    os.makedirs(folder(name), exist_ok=True)
    versions = locked(name)
    lines = [f" * {package} {versions[package]}" for package in bundle["packages"]]
    banner = "\n".join(
        ["/*!", f" * {name}, built by `./dev vendor`; see LICENSE.", *lines, " */"]
    )
    with open(bundle["path"]) as handle:
        console.write_if_changed(script(name), f"{banner}\n{handle.read()}")
    console.write_if_changed(
        os.path.join(folder(name), "LICENSE"), _licences(work, bundle["packages"])
    )
    size = os.path.getsize(script(name)) // 1024
    console.step(f"{os.path.relpath(script(name), paths.ROOT)}: {size} kB")


def _bundle(name, work):
    """Bundle; the path of the script and the packages that got into it."""
    path, meta = (os.path.join(work, f"bundle.{kind}") for kind in ("js", "json"))
    _call(
        [
            os.path.join("node_modules", ".bin", "esbuild"),
            "entry.mjs",
            "--bundle",
            "--minify",
            "--format=iife",
            f"--global-name={LIBRARIES[name]}",
            f"--target={TARGET}",
            # Odoo's minifier takes spaces out of template literals.
            "--supported:template-literal=false",
            "--charset=utf8",
            "--legal-comments=none",
            "--log-level=warning",
            f"--outfile={path}",
            f"--metafile={meta}",
        ],
        work,
    )
    with open(meta) as handle:
        outputs = json.load(handle)["outputs"]
    (output,) = outputs.values()
    used = [place for place, part in output["inputs"].items() if part["bytesInOutput"]]
    packages = {_package(place) for place in used if "node_modules/" in place}
    return {"path": path, "packages": sorted(packages)}


def _package(place):
    """The package of a file: "@scope/name" or "name"."""
    parts = place.rpartition("node_modules/")[2].split("/")
    return "/".join(parts[: 2 if parts[0].startswith("@") else 1])


def _licences(work, packages):
    """The licence texts, each once, behind the packages that it covers."""
    covered = {}
    for package in packages:
        root = os.path.join(work, "node_modules", package)
        (name,) = [name for name in os.listdir(root) if name.startswith("LICENSE")]
        with open(os.path.join(root, name)) as handle:
            covered.setdefault(handle.read().strip(), []).append(package)
    parts = [f"{', '.join(names)}\n\n{text}\n" for text, names in covered.items()]
    return ("\n" + "-" * 72 + "\n\n").join(parts)


def _ensure_node():
    for command in ("node", "npm"):
        if not shutil.which(command):
            raise console.Stop(
                f"There is no {command} here: install Node.js 18 or newer (as root: "
                "apt-get install nodejs npm) and run the command again. Only this "
                "command needs it; the built libraries are part of the project."
            )


def _call(command, work):
    result = subprocess.run(
        command, cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if result.returncode:
        raise console.Stop(
            f"{os.path.basename(command[0])} failed; it says:\n{result.stdout.strip()}"
        )
