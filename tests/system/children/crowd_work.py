# ruff: noqa: F821 (env is the shell's)
"""One worker: it says that it is ready, waits for the others, and runs what is due."""

import json
import os
import time
from pathlib import Path

folder = Path(os.environ["CROWD_FOLDER"])
number = os.environ["CROWD_NUMBER"]
# What the first step of a fresh process loads is not what is measured.
env["lifecycle.step"].search([]).mapped("message_id.body")
env["lifecycle.fact"]._facts()
env.cr.commit()
(folder / f"ready_{number}").touch()
while not (folder / "go").exists():
    time.sleep(0.01)
started = time.time()
env["lifecycle.enrolment"]._cron_run_due()
env.cr.commit()
ended = time.time()
(folder / f"times_{number}").write_text(json.dumps([started, ended]))
