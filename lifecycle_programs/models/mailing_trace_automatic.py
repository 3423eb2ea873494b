"""Openings and clicks that machines make do not count."""

from odoo import fields, models
from odoo.http import request

from ..engine.automatic import is_automatic_open
from .link_tracker_click_automatic import AUTOMATIC

# Odoo's address of the image that tells of an opening.
PIXEL = "/mail/track/"


class MailingTrace(models.Model):
    _inherit = "mailing.trace"

    lifecycle_opened_by_machine = fields.Boolean(
        string="Loaded by a Machine",
        readonly=True,
        help="The images were loaded by a privacy proxy or a scanner, which does so "
        "whether or not somebody reads. That does not count as opened.",
    )

    def set_opened(self, domain=None):
        if self.env.context.get(AUTOMATIC):
            return self.browse()
        if _is_pixel_of_machine():
            traces = self + (self.search(domain) if domain else self.browse())
            traces.lifecycle_opened_by_machine = True
            return self.browse()
        return super().set_opened(domain=domain)

    def set_clicked(self, domain=None):
        if self.env.context.get(AUTOMATIC):
            return self.browse()
        return super().set_clicked(domain=domain)


def _is_pixel_of_machine():
    if not request:
        return False
    http = request.httprequest
    return http.path.startswith(PIXEL) and is_automatic_open(http.user_agent.string)
