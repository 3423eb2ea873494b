"""What the glue addons need besides Odoo: addons of others, in a folder of their own.

They come without their dependencies: addons of the Odoo Community Association ask for a
distribution that is called odoo. Python finds the folder by PYTHONPATH.
"""

import hashlib
import os
import shutil
import subprocess
import sys

from . import console, paths

REQUIREMENTS = os.path.join(paths.ROOT, "requirements-glue.txt")


def folder():
    """Where the packages of `requirements-glue.txt` are, or would be."""
    with open(REQUIREMENTS, "rb") as handle:
        key = hashlib.sha256(handle.read()).hexdigest()[:8]
    return os.path.join(paths.DEV, f"glue-{key}")


def ensure():
    """Install the packages unless they are there; the folder."""
    place = folder()
    if os.path.exists(place):
        return place
    with console.lock("glue"):
        if not os.path.exists(place):
            console.step("installing what the glue addons need")
            part = place + ".part"
            shutil.rmtree(part, ignore_errors=True)
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
            command += ["--target", part, "-r", REQUIREMENTS]
            if subprocess.call(command):
                raise console.Stop("pip could not install requirements-glue.txt.")
            os.rename(part, place)
    return place
