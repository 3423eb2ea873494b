"""Where things lie. Everything that `dev` makes is under `.dev/`."""

import os

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
DEV = os.path.join(ROOT, ".dev")
VENV = os.path.join(DEV, "venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
APT = os.path.join(DEV, "apt")
ODOO = os.path.join(DEV, "odoo")
POSTGRES = os.path.join(DEV, "pg")
DATA = os.path.join(DEV, "data")
LOGS = os.path.join(DEV, "logs")
CONFIG = os.path.join(DEV, "odoo.conf")
ADDON = "lifecycle_programs"
