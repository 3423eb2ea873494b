from odoo import fields, models


class LinkTracker(models.Model):
    _inherit = "link.tracker"

    lifecycle_is_offer = fields.Boolean(
        string="Leads to an Offer",
        help="A link from a program's table of offers: who clicks it is interested in "
        "buying.",
    )
