# ruff: noqa: F821 (env is the shell's)
"""Orders confirmed while the workers are at it, a transaction each and at leisure."""

import os
import time
from pathlib import Path

folder = Path(os.environ["CROWD_FOLDER"])
orders = env["sale.order"].search([("state", "=", "draft")], order="id")
share = orders[: max(len(orders) // int(os.environ["CROWD_LEFT"]), 1)]
env.cr.commit()
(folder / "ready_orders").touch()
while not (folder / "go").exists():
    time.sleep(0.01)
for order in share:
    order.action_confirm()
    env.cr.commit()
    # Still a few each second: two workers share the two cores with them.
    time.sleep(0.2)
