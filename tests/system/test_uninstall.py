"""After uninstalling, Odoo works, and nothing of ours is left."""

import os

import odoo_shell as shell

from devtools import paths


def test_uninstalling_leaves_nothing_behind(database, tmp_path):
    script = os.path.join(paths.ROOT, "tests", "system", "children", "uninstall.py")
    text = shell.run(database, script, tmp_path / "uninstall.log", timeout=400)
    assert "NOTHING IS LEFT" in text, text[-4000:]
    assert " ERROR " not in text, text[-4000:]
