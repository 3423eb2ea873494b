# ruff: noqa: F821 (env is the shell's)
"""Orders confirmed while the runners are at work, a transaction each."""

for order in env["sale.order"].search([("state", "=", "draft")], order="id"):
    order.action_confirm()
    env.cr.commit()
