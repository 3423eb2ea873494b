from odoo import api, models

from ..engine.mail import is_automatic_reply
from .mailing_trace_event import AUTOMATIC_REPLY


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """An out-of-office is kept in the conversation like any message, but it is not
        the contact who opens or answers."""
        if is_automatic_reply(dict(message.items()), message_dict.get("subject")):
            self = self.with_context(**{AUTOMATIC_REPLY: True})
        return super()._message_route_process(message, message_dict, routes)
