"""Two step runners at once, while orders are confirmed beside them."""

import os

import odoo_shell as shell

from devtools import paths

CHILDREN = os.path.join(paths.ROOT, "tests", "system", "children")


def child(name):
    return os.path.join(CHILDREN, f"{name}.py")


def test_two_runners_and_orders_tread_on_nobody(database, tmp_path):
    shell.run(database, child("runners_prepare"), tmp_path / "prepare.log")
    processes = [
        shell.start(database, child(script), tmp_path / f"{number}.log")
        for number, script in enumerate(
            ("runners_run", "runners_run", "runners_orders")
        )
    ]
    for process in processes:
        assert process.wait(300) == 0
    for number in range(3):
        text = (tmp_path / f"{number}.log").read_text()
        assert "Traceback" not in text, text[-4000:]
        assert " ERROR " not in text and " WARNING " not in text, text[-4000:]
    text = shell.run(database, child("runners_check"), tmp_path / "check.log")
    assert "ALL IS WELL" in text, text[-4000:]
