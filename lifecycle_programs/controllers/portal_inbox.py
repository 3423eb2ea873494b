"""The inbox of the customer portal, and the devices that show pushes.

Nothing here trusts an id: what is shown belongs to the contact of whoever is logged in.
"""

from odoo import fields, http
from odoo.http import request
from odoo.tools import file_open

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

from ..models.portal_address import PUSH

ON_A_PAGE = 20
WORKER = "lifecycle_programs/static/src/portal/push_worker.js"


class LifecycleInbox(CustomerPortal):
    def _get_inbox(self):
        """The inbox as sudo, the domain of what its owner sees, and the moment."""
        now = fields.Datetime.now()
        inbox = request.env["lifecycle.portal.message"].sudo()
        return inbox, inbox._get_inbox_domain(request.env.user.partner_id, now), now

    @http.route()
    def home(self, **kw):
        """The entry of the inbox says how many messages are new."""
        response = super().home(**kw)
        if response.is_qweb:
            inbox, _domain, now = self._get_inbox()
            count, unread = inbox._count_inbox(request.env.user.partner_id, now)
            response.qcontext.update(lifecycle_messages=count, lifecycle_unread=unread)
        return response

    @http.route(
        ["/my/inbox", "/my/inbox/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
    )
    def my_inbox(self, page=1, **kw):
        inbox, domain, _now = self._get_inbox()
        pages = pager(
            url="/my/inbox",
            total=inbox.search_count(domain),
            page=page,
            step=ON_A_PAGE,
        )
        messages = inbox.search(domain, limit=ON_A_PAGE, offset=pages["offset"])
        return request.render(
            "lifecycle_programs.portal_inbox",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "lifecycle_inbox",
                "messages": messages,
                "pager": pages,
                "push_key": self._get_push_key(),
            },
        )

    @http.route("/my/inbox/<int:message_id>", type="http", auth="user", website=True)
    def my_inbox_message(self, message_id, **kw):
        """Opening a message is what marks it as read."""
        inbox, domain, now = self._get_inbox()
        message = inbox.search([*domain, ("id", "=", message_id)])
        if not message:
            return request.redirect("/my/inbox")
        message._open(now)
        return request.render(
            "lifecycle_programs.portal_inbox_message",
            {
                **self._prepare_portal_layout_values(),
                "page_name": "lifecycle_inbox_message",
                "message": message,
            },
        )

    # ------------------------------------------------------------
    # PUSH
    # ------------------------------------------------------------

    def _get_push_key(self):
        """The key that browsers know our pushes by; none where no message is pushed."""
        channels = request.env["lifecycle.category.channel"].sudo()
        if not channels.search_count([("channel", "=", PUSH)], limit=1):
            return ""
        return request.env["mail.push.device"].sudo().get_web_push_vapid_public_key()

    @http.route("/my/inbox/push", type="jsonrpc", auth="user")
    def register_push(self, endpoint=None, keys=None, key=None, **kw):
        """This browser may show messages to whoever is logged in on it."""
        return request.env["mail.push.device"]._lifecycle_register(
            request.env.user.partner_id, endpoint, keys, key
        )

    @http.route("/my/inbox/push/forget", type="jsonrpc", auth="user")
    def forget_push(self, endpoint=None, **kw):
        request.env["mail.push.device"]._lifecycle_forget(
            request.env.user.partner_id, endpoint
        )
        return True

    @http.route("/my/inbox_worker.js", type="http", auth="public", methods=["GET"])
    def push_worker(self):
        """The worker that shows pushes. Odoo's own is for `/odoo`; where this one
        stands says that it is for the portal."""
        with file_open(WORKER) as file:
            content = file.read()
        return request.make_response(
            content,
            [
                ("Content-Type", "text/javascript"),
                ("Service-Worker-Allowed", "/my/"),
                ("Cache-Control", "no-cache"),
            ],
        )
