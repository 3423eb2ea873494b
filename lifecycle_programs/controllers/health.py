"""For monitoring: whether the programs run."""

from odoo import fields, http
from odoo.http import request


class LifecycleHealth(http.Controller):
    @http.route(
        "/lifecycle/health",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
    )
    def health(self, token="", **_params):
        """200 while all is well, 503 when it is not, 404 without the token."""
        health = request.env["lifecycle.health"].sudo()
        if not health._is_token(token):
            return request.make_json_response({"status": "not found"}, status=404)
        findings = health._find(fields.Datetime.now())
        is_well = all(finding.ok for finding in findings)
        return request.make_json_response(
            {
                "status": "ok" if is_well else "bad",
                "checks": {
                    finding.code: {"ok": finding.ok, "value": finding.value}
                    for finding in findings
                },
            },
            headers=[("Cache-Control", "no-store")],
            status=200 if is_well else 503,
        )
