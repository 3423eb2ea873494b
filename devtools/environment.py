"""The virtual environment. Runs on a bare Python, if only to say what is wrong.

The environment is ready when its marker holds the hash of the requirement files.
"""

import hashlib
import os
import shutil
import subprocess
import sys

from . import console, odoo_source, paths

REQUIREMENTS = ("requirements.txt", "requirements-odoo.txt", "requirements-dev.txt")
CONSTRAINTS = "constraints.txt"
OLDEST, NEWEST = (3, 10), (3, 13)
# Debian builds its Python with all optimisations, version managers often without:
# a demo then takes a sixth longer.
SYSTEM_PYTHON = "/usr/bin/python3"
MARKER = os.path.join(paths.VENV, "lifecycle-ready")


def is_inside():
    """Whether this process runs in the finished environment."""
    return os.path.realpath(sys.prefix) == os.path.realpath(paths.VENV) and is_ready()


def is_ready():
    try:
        with open(MARKER) as handle:
            return handle.read() == _fingerprint()
    except OSError:
        return False


def enter(command):
    """Make the environment if need be, then replace this process by one inside it."""
    try:
        if not is_ready():
            _ensure_python(command)
            with console.lock("environment"):
                if not is_ready():
                    with odoo_source.fetching(command[1:2]):
                        _make()
    except console.Stop as stop:
        sys.exit(f"dev: {stop}")
    except OSError as error:
        sentence = console.explain_os_error(error)
        if sentence is None:
            raise
        sys.exit(f"dev: {sentence}")
    except KeyboardInterrupt:
        sys.exit(130)
    os.execv(paths.VENV_PYTHON, [paths.VENV_PYTHON] + command)


def _fingerprint():
    digest = hashlib.sha256()
    for name in REQUIREMENTS + (CONSTRAINTS,):
        with open(os.path.join(paths.ROOT, name), "rb") as handle:
            digest.update(handle.read())
    return digest.hexdigest()


def _ensure_python(command):
    """Go on with the Python that the environment shall be made with."""
    chosen = _choose_python()
    if os.path.realpath(chosen) != os.path.realpath(sys.executable):
        os.execv(chosen, [chosen, *command])


def _choose_python():
    """The Python that ``DEV_PYTHON`` names, else the first that will do: the system's,
    this one, any other that is there."""
    named = os.environ.get("DEV_PYTHON")
    if named:
        places = [named]
    else:
        minors = range(NEWEST[1], OLDEST[1] - 1, -1)
        others = [f"python3.{minor}" for minor in minors]
        places = [SYSTEM_PYTHON, sys.executable, *others]
    for place in places:
        chosen = _ask(place)
        if chosen:
            return chosen
    raise console.Stop(
        "Odoo 19 needs Python {}.{} to {}.{} with its venv module, and {} not that. "
        "Install python3-venv (as root: apt-get install python3-venv), or name such a "
        "Python in the variable DEV_PYTHON, and run the command again.".format(
            *OLDEST, *NEWEST, f"DEV_PYTHON={named} is" if named else "what is here is"
        )
    )


def _ask(place):
    """Where a Python really lies, if it is one that will do; a version manager's
    stand-in may be there without the version behind it."""
    question = (
        "import ensurepip, sys, venv\n"
        f"if {OLDEST} <= sys.version_info[:2] <= {NEWEST}: print(sys.executable)"
    )
    try:
        answer = subprocess.run(
            [place, "-c", question],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return None
    return answer.stdout.decode().strip()


def _make():
    if not os.path.exists(os.path.join(paths.VENV, "bin", "pip")):
        console.step("making a virtual environment in .dev/venv")
        shutil.rmtree(paths.VENV, ignore_errors=True)
        _create()
    console.step("installing the pinned Python packages (about a minute)")
    python = [paths.VENV_PYTHON, "-m"]
    command = [*python, "pip", "install", "--progress-bar", "off", "--no-compile"]
    for name in REQUIREMENTS:
        command += ["-r", os.path.join(paths.ROOT, name)]
    command += ["-c", os.path.join(paths.ROOT, CONSTRAINTS)]
    progress = console.Progress(interval=5.0)
    tail = []
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    ) as pip:
        for line in pip.stdout:
            tail = tail[-30:] + [line]
            progress.show(line.strip())
    progress.done()
    if pip.returncode:
        _explain_pip("".join(tail))
    # pip compiles on one core. Packages have files for other Pythons, which fail.
    subprocess.call([*python, "compileall", "-qq", "-j", "0", paths.VENV])
    with open(MARKER + ".part", "w") as handle:
        handle.write(_fingerprint())
    os.replace(MARKER + ".part", MARKER)


def _create():
    result = subprocess.run(
        [sys.executable, "-m", "venv", paths.VENV],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if result.returncode:
        if "No space left" in result.stdout:
            raise console.Stop(console.DISK_FULL)
        raise console.Stop(
            "Could not make the virtual environment; Python says: {}".format(
                (result.stdout.strip().splitlines() or ["nothing"])[-1]
            )
        )


def _explain_pip(output):
    if "No space left" in output:
        raise console.Stop(console.DISK_FULL)
    signs = ("Failed to establish a new connection", "Could not find a version")
    if any(sign in output for sign in signs):
        raise console.Stop(
            "pip cannot reach its package index: check the network (or pip's own "
            "settings) and run the command again. It said: "
            + output.strip().splitlines()[-1]
        )
    sys.stderr.write(output)
    raise console.Stop("pip could not install the packages (its output is above).")
