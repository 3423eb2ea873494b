"""Debian packages for a user without root: a private apt, and unpacking.

The private apt lives under `.dev/apt`, knows the machine's own Debian mirror, the suite
asked for and Debian's archive keyring, and touches nothing of the system.
"""

import glob
import os
import re
import shutil
import subprocess
import time
from dataclasses import dataclass

from . import console, paths

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
ELSEWHERE = "set ODOO_PATH to a checkout of Odoo 19 and run the command again."
SYSTEM_SOURCES = ("/etc/apt/sources.list", "/etc/apt/sources.list.d")


@dataclass(frozen=True)
class Source:
    """One line of an apt source list: a mirror's address, a suite and its options."""

    uri: str
    suite: str
    components: tuple = ()
    options: str = ""


def parse_sources(text):
    """The sources of a `sources.list` in its one-line format."""
    found = []
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)([^#]*)", line)
        if match:
            options, uri, suite, components = match.groups()
            found.append(
                Source(uri, suite, tuple(components.split()), (options or "").strip())
            )
    return found


def parse_deb822(text):
    """The sources of a `.sources` file (fields, continuation lines, paragraphs)."""
    text = re.sub(r"(?m)^#.*\n?", "", text)
    found = []
    for paragraph in re.split(r"\n\s*\n", text):
        fields, name = {}, None
        for line in paragraph.splitlines():
            if line[:1].isspace() and name:
                fields[name] += " " + line.strip()
            elif ":" in line:
                name, value = line.split(":", 1)
                name = name.strip().lower()
                fields[name] = value.strip()
        if fields.get("enabled", "yes").lower() in ("no", "false"):
            continue
        if "deb" not in fields.get("types", "").split():
            continue
        found += [
            Source(uri, suite, tuple(fields.get("components", "").split()))
            for uri in fields.get("uris", "").split()
            for suite in fields.get("suites", "").split()
        ]
    return found


def read_system_sources(sources=SYSTEM_SOURCES):
    """All sources that the machine's apt knows."""
    files = []
    for place in sources:
        files += sorted(glob.glob(os.path.join(place, "*"))) or [place]
    found = []
    for name in files:
        parse = {".list": parse_sources, ".sources": parse_deb822}.get(
            os.path.splitext(name)[1]
        )
        if parse and os.path.isfile(name):
            with open(name, encoding="utf-8", errors="replace") as handle:
                found += parse(handle.read())
    return found


def find_mirror(sources):
    """The address of the machine's Debian archive: the source with Debian's own suites.

    Security archives, other vendors and file sources do not hold the suite we need.
    """
    for source in sources:
        path = source.uri.rstrip("/")
        if source.suite.endswith(("-security", "/updates")) or "main" not in (
            source.components
        ):
            continue
        if path.endswith("/debian") and re.match(r"(https?|mirror|tor)[:+]", path):
            return path
    return None


class Apt:
    """A private apt: of one of Debian's suites, or of the machine's own sources.

    With a suite, to this apt nothing is installed. Without one, it knows what the
    machine has, so that `missing` names only what must be added.
    """

    def __init__(self, suite=None):
        self.suite = suite
        self.folder = os.path.join(paths.APT, suite or "machine")
        self.archives = os.path.join(self.folder, "cache", "archives")

    def prepare(self):
        """Write the configuration and fetch the index, or say why that cannot be."""
        for program in ("apt-get", "apt-cache", "dpkg-deb"):
            if not shutil.which(program):
                raise console.Stop(
                    f"This machine has no {program}, so nothing can be fetched from "
                    f"Debian: {ELSEWHERE}"
                )
        for name in ("state/lists/partial", "cache/archives/partial"):
            os.makedirs(os.path.join(self.folder, name), exist_ok=True)
        if self.suite:
            self._write_sources()
        console.step(f"reading Debian's package index ({self.suite or 'this machine'})")
        self._run(["apt-get", "update", "--error-on=any"])

    def _write_sources(self):
        mirror = find_mirror(read_system_sources())
        if not mirror or not os.path.exists(KEYRING):
            raise console.Stop(
                "This machine's apt knows no Debian mirror (or the machine has no "
                f"Debian archive keyring): {ELSEWHERE}"
            )
        console.write_if_changed(
            os.path.join(self.folder, "sources.list"),
            f"deb [signed-by={KEYRING}] {mirror} {self.suite} main\n",
        )
        console.write_if_changed(os.path.join(self.folder, "status"), "")

    def download(self, names):
        """Fetch packages and return their files; apt goes on with a half file."""
        self._run(["apt-get", "download", *names], cwd=self.archives)
        files = [glob.glob(os.path.join(self.archives, f"{n}_*.deb")) for n in names]
        return [max(versions, key=os.path.getmtime) for versions in files]

    def depends(self, name):
        """The names a package depends on; of alternatives, the first."""
        shown = self._run(["apt-cache", "show", "--no-all-versions", name])
        match = re.search(r"(?m)^Depends: (.*)$", shown)
        clauses = match.group(1).split(",") if match else []
        return [re.match(r"\s*([^\s|:(]+)", clause).group(1) for clause in clauses]

    def missing(self, name):
        """The packages that must be added for one to run, itself included."""
        listed = self._run(
            ["apt-get", "install", "--print-uris", "-qq", "--no-install-recommends"]
            + [name]
        )
        return re.findall(r"(?m)^'\S+' ([^_\s]+)_\S+\.deb ", listed)

    def _run(self, command, cwd=None):
        """Run one of apt's programs with the private configuration; its output."""
        options = {
            "Dir::State": os.path.join(self.folder, "state"),
            "Dir::State::status": "/var/lib/dpkg/status",
            "Dir::Cache": os.path.join(self.folder, "cache"),
            # As root, apt would fetch as a user who may not write here.
            "APT::Sandbox::User": "root",
            "APT::Status-Fd": "1",
        }
        if self.suite:
            options |= {
                "Dir::State::status": os.path.join(self.folder, "status"),
                "Dir::Etc::sourcelist": os.path.join(self.folder, "sources.list"),
                "Dir::Etc::sourceparts": "/dev/null",
                "Dir::Etc::preferences": "/dev/null",
                "Dir::Etc::preferencesparts": "/dev/null",
            }
        settings = [part for key in options for part in ("-o", f"{key}={options[key]}")]
        progress = console.Progress(interval=5.0)
        output = []
        with subprocess.Popen(
            [command[0], *settings, *command[1:]],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=cwd,
            env=dict(os.environ, LC_ALL="C"),
        ) as process:
            for line in process.stdout:
                status = re.match(r"dlstatus:\d+:([\d.]+):", line)
                if status:
                    progress.show(f"{float(status.group(1)):.0f} %")
                else:
                    output.append(line)
        progress.done()
        if process.returncode:
            _explain("".join(output))
        return "".join(output)


def unpack(files, folder):
    """Unpack packages into a folder as into a root, so that their links hold there."""
    for name in files:
        _unpack_one(name, folder)
    for parent, folders, names in os.walk(folder):
        for name in folders + names:
            link = os.path.join(parent, name)
            if os.path.islink(link) and os.path.isabs(os.readlink(link)):
                target = os.path.join(folder, os.readlink(link).lstrip("/"))
                os.unlink(link)
                os.symlink(os.path.relpath(target, parent), link)


def _unpack_one(name, folder):
    """Unpack a package, showing how far it is: the space it takes from the disk."""
    command = ["dpkg-deb", "-x", name, folder]
    place = os.path.dirname(folder)
    free, progress = shutil.disk_usage(place).free, console.Progress(interval=5.0)
    with subprocess.Popen(command) as process:
        while process.poll() is None:
            done = (free - shutil.disk_usage(place).free) // 1_000_000
            progress.show(f"{os.path.basename(name)}: {max(done, 0)} MB")
            time.sleep(0.2)
    progress.done()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def dangling_links(folder):
    """The links below a folder that lead nowhere."""
    return [
        os.path.join(parent, name)
        for parent, folders, names in os.walk(folder)
        for name in folders + names
        if not os.path.exists(os.path.join(parent, name))
    ]


def _explain(output):
    errors = [line.strip() for line in output.splitlines() if line.startswith("E: ")]
    said = errors[0] if errors else (output.strip().splitlines() or ["nothing"])[-1]
    if "No space left" in output or "enough free space" in output:
        raise console.Stop(console.DISK_FULL)
    if "NO_PUBKEY" in output or "not signed" in output:
        raise console.Stop(
            "Debian's archive keyring on this machine is too old for the package "
            f"index (update debian-archive-keyring): {ELSEWHERE}"
        )
    raise console.Stop(
        "Cannot fetch from the Debian mirror: check the network and run the command "
        f"again; apt said: {said}"
    )
