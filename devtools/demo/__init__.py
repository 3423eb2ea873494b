"""The demo run: real purchases pass day by day through the programs.

Started by ``./dev demo``. Only this package moves clocks and patches Odoo; the addon
knows nothing of it.
"""
