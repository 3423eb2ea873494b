"""The preference page for customers who are logged in."""

from odoo import fields, http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal


class LifecyclePortal(CustomerPortal):
    @http.route(
        "/my/messages", type="http", auth="user", methods=["GET", "POST"], website=True
    )
    def my_messages(self, **post):
        """The addresses are those of the customer's own contact, whatever is posted."""
        partner = request.env.user.partner_id.sudo()
        preferences = request.env["lifecycle.preferences"].sudo()
        addresses = preferences._get_addresses(partner)
        changes = []
        if addresses and request.httprequest.method == "POST":
            changes = preferences._apply_form(
                addresses, request.httprequest.form, partner
            )
        return request.render(
            "lifecycle_programs.portal_preferences",
            {
                **self._prepare_portal_layout_values(),
                **preferences._prepare_page(addresses, fields.Datetime.now()),
                "page_name": "lifecycle_preferences",
                "changes": changes,
                "csrf_token": request.csrf_token(),
            },
        )
