"""Where things lie. Everything that `dev` makes is under `.dev/`."""

import hashlib
import os

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
# Several checkouts may share one: each a link to the folder of the first.
DEV = os.path.realpath(os.path.join(ROOT, ".dev"))
VENV = os.path.join(DEV, "venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
APT = os.path.join(DEV, "apt")
ODOO = os.path.join(DEV, "odoo")
POSTGRES = os.path.join(DEV, "pg")
DATA = os.path.join(DEV, "data")
LOGS = os.path.join(DEV, "logs")
CONFIG = os.path.join(DEV, "odoo.conf")
if os.path.dirname(DEV) != ROOT:
    _key = hashlib.sha256(ROOT.encode()).hexdigest()[:8]
    CONFIG = os.path.join(DEV, f"odoo-{_key}.conf")
ADDON = "lifecycle_programs"
